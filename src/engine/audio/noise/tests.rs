//! What the noise promises.

use super::{Loudness, NOISE_LANES, NoiseMixture, NoiseTables, RUN};
use crate::engine::audio::simd::Separate;
use crate::score::timbre::NOISE_BANDS;

/// One run.
const FRAMES: u16 = 32;

/// Of noise without notes.
fn loudness(noise: [f32; NOISE_LANES]) -> Loudness {
    Loudness { level: 0.0, noise, correlation: None }
}

#[test]
fn every_band_has_the_same_power_and_loops() {
    for rate in [22_050.0, 48_000.0] {
        let tables = NoiseTables::new(rate);
        for band in 0..NOISE_BANDS {
            let from = band * (tables.length + RUN);
            let samples = &tables.samples[from..from + tables.length + RUN];
            let power: f32 = samples[..tables.length].iter().map(|it| it * it).sum::<f32>()
                / tables.length as f32;
            // The topmost bands are above what low sample rates can carry.
            assert!((power - 1.0).abs() < 1e-3 || (power == 0.0 && rate < 40_000.0), "{band}");
            assert_eq!(samples[..RUN], samples[tables.length..]);
        }
    }
}

#[test]
fn a_mixture_reaches_its_level_and_falls_silent() {
    let tables = NoiseTables::new(48_000.0);
    let mut mixture = NoiseMixture::new();
    let mut wanted = [0.0; NOISE_LANES];
    wanted[10] = 0.04;
    let mut power = 0.0;
    for period in 0..1000 {
        mixture.glide(&loudness(wanted), 0.5, FRAMES);
        let (mut left, mut right) = ([0.0; RUN], [0.0; RUN]);
        mixture.add::<Separate>(&tables, &mut left, &mut right);
        if period > 0 {
            power += left.iter().map(|it| it * it).sum::<f32>() / 32_000.0;
        }
    }
    assert!((power / 0.04 - 1.0).abs() < 0.3, "{power}");
    for _ in 0..2 {
        mixture.glide(&loudness([0.0; NOISE_LANES]), 0.5, FRAMES);
        let (mut left, mut right) = ([0.0; RUN], [0.0; RUN]);
        mixture.add::<Separate>(&tables, &mut left, &mut right);
    }
    mixture.glide(&loudness([0.0; NOISE_LANES]), 0.5, FRAMES);
    assert!(mixture.is_silent());
}

#[test]
fn left_and_right_go_together_as_they_should() {
    let tables = NoiseTables::new(48_000.0);
    let mut wanted = [0.0; NOISE_LANES];
    wanted[8..20].fill(0.01);
    for correlation in [0.0, 0.25, 0.5, 1.0] {
        let mut mixture = NoiseMixture::new();
        let (mut together, mut power) = (0.0, 0.0);
        for _ in 0..2000 {
            mixture.glide(&loudness(wanted), correlation, FRAMES);
            let (mut left, mut right) = ([0.0; RUN], [0.0; RUN]);
            mixture.add::<Separate>(&tables, &mut left, &mut right);
            for (left, right) in left.iter().zip(&right) {
                together += left * right;
                power += 0.5 * (left * left + right * right);
            }
        }
        let found = together / power;
        assert!((found - correlation).abs() < 0.08, "{correlation}: {found}");
    }
}
