//! What the sample rate makes of times and frequencies, worked out once.

use super::channel;
use crate::score::timbre::TABLE_FRAMES;
use crate::score::{PartialTable, Pitch};

/// What voices need to know of the sample rate.
#[derive(Debug)]
pub(super) struct Rates {
    pub(super) sample_rate: f32,
    /// Frames between two looks at the table; up to `LONGEST_PERIOD` times as many where little changes.
    pub(super) period: u16,
    /// Ages in frames from which on a note can wait twice as long for the next look, and `LONGEST_PERIOD` times as long.
    pub(super) settled: [u32; 2],
    /// Frames in which a stolen voice fades, and in which silence is reached.
    pub(super) steal: u32,
    pub(super) silence: u32,
    /// Frames in which a note that sounds takes on another timbre.
    pub(super) morph: u32,
    /// No partial sounds above, hertz, and as radians a frame.
    pub(super) top_hertz: f32,
    pub(super) top_omega: f32,
    /// Of the way to a channel's new bearing what is gone in a period.
    pub(super) pace: f32,
    /// Frame of each control point of a table.
    pub(super) points: [f32; TABLE_FRAMES],
    /// Sines of `PHASES` phases around the circle, and a quarter more.
    circle: [f32; PHASES + PHASES / 4],
}

/// Phases in a turn that a partial may start at.
const PHASES: usize = 256;
const PERIOD_SECS: f32 = 32.0 / 48_000.0;
/// In periods.
pub(super) const LONGEST_PERIOD: u16 = 4;
const SETTLED_SECS: [f32; 2] = [0.012, 0.06];
const STEAL_SECS: f32 = 0.003;
/// Less than the promised 5 ms by the period that may pass before it is noticed.
const SILENCE_SECS: f32 = 0.0035;
const MORPH_SECS: f32 = 0.03;

impl Rates {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "times are positive and a few thousand frames"
    )]
    pub(super) fn new(sample_rate: f32) -> Self {
        let frames = |secs: f32| (secs * sample_rate).round().max(1.0);
        let period = frames(PERIOD_SECS) as u16;
        let top_hertz = 20_000.0_f32.min(0.45 * sample_rate);
        Self {
            sample_rate,
            period,
            settled: SETTLED_SECS.map(|secs| frames(secs) as u32),
            steal: frames(STEAL_SECS) as u32,
            silence: frames(SILENCE_SECS) as u32,
            morph: frames(MORPH_SECS) as u32,
            top_hertz,
            top_omega: std::f32::consts::TAU * top_hertz / sample_rate,
            pace: channel::pace(period, sample_rate),
            points: std::array::from_fn(|point| PartialTable::frame_secs(point) * sample_rate),
            circle: std::array::from_fn(|step| {
                (std::f32::consts::TAU * step as f32 / PHASES as f32).sin()
            }),
        }
    }

    /// Sine and cosine of one of the phases.
    pub(super) fn phasor(&self, phase: usize) -> (f32, f32) {
        let phase = phase % PHASES;
        (self.circle[phase], self.circle[phase + PHASES / 4])
    }
}

/// A scattered phase, so that partials do not pile up to a peak; the same whenever the pitch is played.
pub(super) fn scattered_phase(partial: usize, pitch: Pitch) -> usize {
    let mut hash = (partial + 1).wrapping_mul(0x9E37_79B1) ^ usize::from(pitch.number());
    hash ^= hash >> 15;
    (hash.wrapping_mul(0x2C1B_3C6D) >> 11) % PHASES
}
