//! Partial tables for the tests of the audio rooms.

use std::sync::Arc;

use crate::score::timbre::{NOISE_BANDS, TABLE_FRAMES};
use crate::score::{PartialTable, Pitch};

/// Kinds of note that load every path of a voice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Dies away, higher partials faster.
    Plucked,
    /// Stays, with vibrato and noise.
    Blown,
    /// A falling pitch and much noise, gone soon.
    Drum,
    /// Partials alone, at once and for ever.
    Steady,
}

pub(super) fn table(kind: Kind, pitch: u8, level: f32) -> Arc<PartialTable> {
    let hertz = Pitch::new(pitch).unwrap().hertz();
    let count = match kind {
        Kind::Drum => 3,
        Kind::Plucked | Kind::Blown | Kind::Steady => 40,
    };
    let hertz: Vec<f32> =
        (1..=count).map(|n| hertz * n as f32).filter(|hertz| *hertz < 20_000.0).collect();
    let level_at = |frame: usize, n: f32| {
        let secs = PartialTable::frame_secs(frame);
        level / n
            * match kind {
                Kind::Plucked => (-(1.0 + 0.5 * n) * secs).exp(),
                Kind::Blown => (secs / 0.05).min(1.0),
                Kind::Drum => (-20.0 * secs).exp(),
                Kind::Steady => 1.0,
            }
    };
    let noise_level = match kind {
        Kind::Plucked | Kind::Steady => 0.0,
        Kind::Blown => 0.01 * level,
        Kind::Drum => 0.3 * level,
    };
    let sustains = matches!(kind, Kind::Blown | Kind::Steady);
    let rows = (0..TABLE_FRAMES)
        .flat_map(|frame| (1..=hertz.len()).map(move |n| level_at(frame, n as f32)));
    Arc::new(PartialTable {
        amplitude: rows.collect(),
        noise: (0..TABLE_FRAMES)
            .flat_map(|frame| [noise_level * level_at(frame, 1.0) / level; NOISE_BANDS])
            .collect(),
        glide: (0..TABLE_FRAMES)
            .map(|frame| match kind {
                Kind::Drum => 1.0 + (-30.0 * PartialTable::frame_secs(frame)).exp(),
                _ => 1.0,
            })
            .collect(),
        release_secs: 0.2,
        sustains,
        vibrato_cents: if kind == Kind::Blown { 12.0 } else { 0.0 },
        vibrato_hertz: 5.3,
        spread: (0..hertz.len()).map(|n| (n as f32 * 0.618).fract() * 0.8 - 0.4).collect(),
        hertz,
        noise_correlation: PartialTable::USUAL_CORRELATION,
        choke: 0,
    })
}
