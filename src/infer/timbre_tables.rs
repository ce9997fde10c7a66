//! Stand-in until the real tables land: eight harmonics of a falling note.

use crate::score::timbre::{NOISE_BANDS, TABLE_FRAMES};
use crate::score::{PartialTable, Pitch, TimbreId, Velocity};

pub(super) fn table(_timbre: TimbreId, pitch: Pitch, velocity: Velocity) -> PartialTable {
    let hertz: Vec<f32> = (1..=8u8)
        .map(|harmonic| pitch.hertz() * f32::from(harmonic))
        .filter(|hertz| *hertz < 20_000.0)
        .collect();
    let loudness = f32::from(velocity.number()) / 127.0 * 0.25;
    let amplitude = (0..TABLE_FRAMES).flat_map(|frame| {
        let fall = (-2.0 * PartialTable::frame_secs(frame)).exp();
        (1..=hertz.len()).map(move |harmonic| loudness * fall / harmonic as f32)
    });
    PartialTable {
        amplitude: amplitude.collect(),
        noise: vec![0.0; TABLE_FRAMES * NOISE_BANDS],
        glide: vec![1.0; TABLE_FRAMES],
        release_secs: 0.3,
        sustains: false,
        vibrato_cents: 0.0,
        vibrato_hertz: 0.0,
        spread: vec![0.0; hertz.len()],
        hertz,
    }
}
