//! What a voice reads off a table once: where its partials are heard, how high they lie and when they are silent.

use super::{FLOOR, QUIET};
use crate::engine::audio::curves::{log2, within};
use crate::engine::audio::simd::Separate;
use crate::score::timbre::{NOISE_BANDS, TABLE_FRAMES};
use crate::score::{PartialTable, Pitch};

/// What lies higher above its note is made neither brighter nor duller than this, octaves.
const MOST_OCTAVES: f32 = 5.0;
/// What is less far from the middle, half a decibel between left and right, is in the middle: its sides are computed once.
const NARROW: f32 = 0.06;

/// Gains of left and right at a place in the stereo picture, as `PartialTable::spread` has it; their powers are 2 together.
pub(super) fn pans(spread: f32) -> [f32; 2] {
    let spread = within(spread, -2.0, 2.0);
    let beside = spread.abs();
    if beside < NARROW {
        return [1.0; 2];
    }
    let (far, near) = if beside <= 1.0 {
        ((1.0 - beside).sqrt(), (1.0 + beside).sqrt())
    } else {
        (-(beside - 1.0).sqrt(), (3.0 - beside).sqrt())
    };
    if spread < 0.0 { [near, far] } else { [far, near] }
}

/// How far a partial lies above its note, octaves.
pub(super) fn octaves(hertz: f32, pitch: Pitch) -> f32 {
    within(log2::<Separate>((hertz / pitch.hertz()).max(FLOOR)), 0.0, MOST_OCTAVES)
}

/// The control point from which on nothing of the table is heard.
pub(super) fn silent_from(table: &PartialTable) -> usize {
    let partials = table.partials();
    let is_silent = |point: usize| {
        let levels = table.amplitude[point * partials..][..partials].iter();
        let noise = table.noise[point * NOISE_BANDS..][..NOISE_BANDS].iter();
        levels.chain(noise).all(|it| *it < QUIET)
    };
    (0..TABLE_FRAMES).rev().find(|point| !is_silent(*point)).map_or(0, |last| last + 1)
}
