//! Made sounds, and what is seen of them.

use std::f32::consts::TAU;

use super::{Analyzer, Spectrum, a_weight};

const RATES: [f32; 4] = [22_050.0, 44_100.0, 48_000.0, 96_000.0];

/// What is shown after so many seconds of a sound that is given by its frame and the rate.
fn after(secs: f32, rate: f32, mut sound: impl FnMut(usize) -> f32) -> Spectrum {
    let mut analyzer = Analyzer::new(rate);
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
    let count = (secs * rate) as usize;
    let frames: Vec<f32> = (0..count).map(&mut sound).collect();
    // In pieces that fit nothing.
    frames.chunks(777).for_each(|it| analyzer.hear(it));
    analyzer.spectrum()
}

fn sine(hertz: f32, rate: f32) -> impl Fn(usize) -> f32 {
    move |frame| 0.3 * (TAU * (hertz * frame as f32 / rate).fract()).sin()
}

/// Even noise of -0.3 to 0.3.
fn noise() -> impl FnMut(usize) -> f32 {
    let mut state = 1u32;
    move |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        0.6 * ((state >> 8) as f32 / (1u32 << 24) as f32 - 0.5)
    }
}

#[test]
fn a_sine_lights_its_pitch_class_and_no_other() {
    for rate in RATES {
        for (hertz, class) in [(440.0, 9), (110.0, 9), (261.63, 0), (1318.5, 4), (73.42, 2)] {
            let Spectrum { classes, strikes } = after(1.5, rate, sine(hertz, rate));
            for (other, level) in classes.into_iter().enumerate() {
                let right = if other == class { level > 0.6 } else { level < 0.05 };
                assert!(right, "{hertz} Hz at {rate}: {classes:?}");
            }
            assert!(strikes.iter().all(|it| *it < 0.05), "{hertz} Hz at {rate}: {strikes:?}");
        }
    }
}

#[test]
fn a_chord_lights_its_classes() {
    let rate = 48_000.0;
    let tones = [220.0, 277.18, 329.63].map(|it| sine(it, rate));
    let Spectrum { classes, .. } =
        after(1.0, rate, |frame| tones.iter().map(|it| it(frame)).sum::<f32>() / 3.0);
    let lit: Vec<usize> = (0..12).filter(|it| classes[*it] > 0.3).collect();
    assert_eq!(lit, [1, 4, 9], "{classes:?}");
}

#[test]
fn clicks_strike_and_have_no_pitch() {
    for rate in RATES {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "positive")]
        let quarter = (rate / 4.0) as usize;
        let click = |frame: usize| if frame % quarter < 8 { 0.8 } else { 0.0 };
        let mut most = Spectrum::default();
        for part in 0..8u8 {
            let now = after(1.0 + f32::from(part) * 0.03, rate, click);
            for (most, now) in most.strikes.iter_mut().zip(now.strikes) {
                *most = most.max(now);
            }
            assert!(now.classes.iter().all(|it| *it < 0.1), "at {rate}: {now:?}");
        }
        assert!(most.strikes[1..3].iter().all(|it| *it > 0.3), "at {rate}: {most:?}");
    }
}

#[test]
fn noise_is_no_pitch() {
    for rate in RATES {
        let Spectrum { classes, .. } = after(2.0, rate, noise());
        assert!(classes.iter().all(|it| *it < 0.2), "at {rate}: {classes:?}");
    }
}

#[test]
fn a_burst_of_noise_strikes() {
    let mut noise = noise();
    let burst = |frame: usize| {
        let level = if frame < 24_000 { 0.0 } else { (-((frame - 24_000) as f32) / 1500.0).exp() };
        level * noise(frame)
    };
    let Spectrum { strikes, .. } = after(0.58, 48_000.0, burst);
    assert!(strikes[2] > 0.4 && strikes[3] > 0.3, "{strikes:?}");
}

#[test]
fn what_is_over_fades_and_what_is_no_number_is_silent() {
    let rate = 48_000.0;
    let mut analyzer = Analyzer::new(rate);
    let tone = sine(440.0, rate);
    let frames: Vec<f32> = (0..48_000).map(&tone).collect();
    analyzer.hear(&frames);
    let full = analyzer.spectrum().classes[9];
    analyzer.wait(0.4);
    let fallen = analyzer.spectrum().classes[9];
    assert!((fallen / full - 0.368).abs() < 0.01, "{full} {fallen}");
    analyzer.hear(&[f32::NAN; 96_000]);
    analyzer.hear(&[f32::INFINITY; 96_000]);
    analyzer.wait(3.0);
    assert!(analyzer.spectrum().classes.iter().all(|it| *it < 0.001));
    analyzer.hear(&frames);
    assert!(analyzer.spectrum().classes[9] > 0.6, "it hears again");
}

#[test]
fn the_ear_is_deaf_to_the_lowest() {
    for (hertz, decibels) in [(31.5, -39.4), (100.0, -19.1), (1000.0, 0.0), (8000.0, -1.1)] {
        let found = 10.0 * a_weight(hertz).log10();
        assert!((found - decibels).abs() < 0.15, "{hertz} Hz: {found}");
    }
}
