//! What the meter promises.

use super::integrated;

#[expect(clippy::cast_possible_truncation, reason = "a sample needs no double precision")]
fn sine(hertz: f64, level: f64, secs: u32, rate: u32) -> Vec<f32> {
    let turn = std::f64::consts::TAU * hertz / f64::from(rate);
    (0..secs * rate).map(|frame| (level * (turn * f64::from(frame)).sin()) as f32).collect()
}

#[test]
fn a_full_sine_of_a_kilohertz_on_one_channel_is_3_01_below_zero() {
    // The calibration of the recommendation.
    for rate in [22_050, 44_100, 48_000, 96_000, 192_000] {
        let wave = sine(997.0, 1.0, 3, rate);
        let silence = vec![0.0; wave.len()];
        let loudness = integrated([&wave, &silence], rate).unwrap();
        assert!((loudness + 3.01).abs() < 0.05, "{rate}: {loudness}");
    }
}

#[test]
fn silence_between_notes_does_not_count() {
    let mut wave = sine(997.0, 0.1, 5, 48_000);
    let loud = integrated([&wave, &wave], 48_000).unwrap();
    assert!((loud + 20.0).abs() < 0.05, "{loud}");
    wave.extend(vec![0.0; 480_000]);
    let with_silence = integrated([&wave, &wave], 48_000).unwrap();
    assert!((with_silence - loud).abs() < 0.2, "{with_silence}");
    assert_eq!(integrated([&wave[240_100..], &wave[240_100..]], 48_000), None);
    assert_eq!(integrated([&[], &[]], 48_000), None);
}

#[test]
fn bass_counts_less_and_treble_more() {
    let at = |hertz| {
        let wave = sine(hertz, 0.1, 3, 48_000);
        integrated([&wave, &wave], 48_000).unwrap()
    };
    assert!(at(30.0) < at(997.0) - 4.0);
    assert!((at(10_000.0) - at(997.0) - 3.3).abs() < 0.3);
}
