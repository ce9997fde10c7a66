//! What the voice promises.

use super::{LANES, Stage, Start, Voice};
use crate::engine::audio::channel::{Bearing, Channel};
use crate::engine::audio::fixtures::{Kind, table};
use crate::engine::audio::rates::Rates;
use crate::engine::audio::simd::Separate;
use crate::score::timbre::NOISE_BANDS;
use crate::score::{Part, Pitch};

/// Left of a note at a sample rate.
fn played(kind: Kind, pitch: u8, frames: usize, rate: f32) -> Vec<f32> {
    let rates = Rates::new(rate);
    let mut voice = Voice::new();
    let table = table(kind, pitch, 0.25);
    let pitch = Pitch::new(pitch).unwrap();
    let channel = Channel::of(Part::PLAYER);
    let start = Start { part: Part::PLAYER, channel, pitch, ratio: 1.0, gain: 1.0, table };
    voice.start(start, &Bearing::PLAIN, 0, &rates);
    let mut out = Vec::new();
    while out.len() < frames && voice.stage != Stage::Over {
        voice.look_ahead::<Separate>(rates.period, &Bearing::PLAIN, &rates);
        let run = usize::from(rates.period);
        let (mut left, mut right) = (vec![[0.0; LANES]; run], vec![[0.0; LANES]; run]);
        super::add_one::<Separate>(&mut voice, &mut left, &mut right);
        out.extend(left.iter().map(|it| it.iter().sum::<f32>()));
    }
    out
}

/// How much of a frequency is in the samples, as an amplitude.
#[expect(clippy::cast_possible_truncation, reason = "an amplitude needs no double precision")]
fn level_at(samples: &[f32], hertz: f32, rate: f32) -> f32 {
    let (mut re, mut im, mut whole) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (n, sample) in samples.iter().enumerate() {
        let window = 1.0 - (std::f64::consts::TAU * n as f64 / samples.len() as f64).cos();
        let turn = std::f64::consts::TAU * n as f64 * f64::from(hertz) / f64::from(rate);
        re += f64::from(*sample) * window * turn.cos();
        im += f64::from(*sample) * window * turn.sin();
        whole += window;
    }
    (2.0 * re.hypot(im) / whole) as f32
}

#[test]
fn partials_have_the_pitch_and_level_of_the_table() {
    for rate in [22_050.0, 48_000.0, 192_000.0] {
        let samples = played(Kind::Steady, 69, 40_000, rate);
        for n in [1_u8, 2, 7] {
            let expected = 0.25 / f32::from(n) * {
                let spread = (f32::from(n - 1) * 0.618).fract() * 0.8 - 0.4;
                (1.0 - spread).sqrt()
            };
            let level = level_at(&samples[4000..36_000], 440.0 * f32::from(n), rate);
            assert!((level / expected - 1.0).abs() < 0.01, "{rate} {n}: {level} {expected}");
        }
    }
}

#[test]
fn a_decay_follows_the_table_between_its_points() {
    let samples = played(Kind::Plucked, 69, 110_000, 48_000.0);
    for tenths in [1_u8, 5, 13, 20] {
        let secs = f32::from(tenths) / 10.0;
        let from = usize::from(tenths) * 4800 - 1200;
        let level = level_at(&samples[from..from + 2400], 440.0, 48_000.0);
        let expected = 0.25 * 1.4_f32.sqrt() * (-1.5 * secs).exp();
        assert!((level / expected - 1.0).abs() < 0.02, "{secs}: {level} {expected}");
    }
}

#[test]
fn noise_is_in_its_bands_and_nowhere_else() {
    let rates = Rates::new(48_000.0);
    let mut voice = Voice::new();
    for kind in [Kind::Drum, Kind::Plucked] {
        let (channel, pitch) = (Channel::of(Part::PLAYER), Pitch::new(60).unwrap());
        let table = table(kind, 60, 0.25);
        let start = Start { part: Part::PLAYER, channel, pitch, ratio: 1.0, gain: 1.0, table };
        voice.start(start, &Bearing::PLAIN, 0, &rates);
        voice.look_ahead::<Separate>(rates.period, &Bearing::PLAIN, &rates);
        assert!(voice.noise[NOISE_BANDS..].iter().all(|it| *it < 1e-9), "{:?}", voice.noise);
        voice.end();
    }
}

#[test]
fn a_note_that_dies_is_over_by_itself() {
    let samples = played(Kind::Drum, 50, 480_000, 48_000.0);
    assert!(samples.len() < 48_000, "{}", samples.len());
    let samples = played(Kind::Plucked, 50, 960_000, 48_000.0);
    assert!(samples.len() < 9 * 48_000, "{}", samples.len());
    let samples = played(Kind::Steady, 50, 480_000, 48_000.0);
    assert!(samples.len() >= 480_000);
}

#[test]
fn sides_are_correlated_as_the_spread_says() {
    for spread in [-2.0_f32, -1.4, -1.0, -0.3, 0.0, 0.6, 1.0, 1.7, 2.0] {
        let [left, right] = super::pans(spread);
        assert!((left * left + right * right - 2.0).abs() < 1e-5, "{spread}");
        let beside = spread.abs().min(2.0 - spread.abs());
        let correlation = (1.0 - beside * beside).sqrt().copysign(1.0 - spread.abs());
        assert!((left * right - correlation).abs() < 1e-3, "{spread}: {left} {right}");
        assert!(
            spread == 0.0
                || (left.abs() > right.abs()) == (spread < 0.0)
                || left.abs() == right.abs()
        );
    }
    assert_eq!(super::pans(f32::NAN).map(f32::is_finite), [true, true]);
}
