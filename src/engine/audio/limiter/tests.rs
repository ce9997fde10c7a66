//! What the limiter promises.

use super::{CEILING, CHANNELS, LATENCY, Limiter};

fn limited(input: &[f32]) -> Vec<f32> {
    let mut limiter = Limiter::new(48_000.0);
    input.iter().map(|it| limiter.next(&[*it; CHANNELS])[0]).collect()
}

#[test]
fn what_is_not_too_loud_comes_through_unchanged_and_late() {
    let input: Vec<f32> = (0..500_u16).map(|n| 0.9 * (f32::from(n) * 0.37).sin()).collect();
    let output = limited(&input);
    let late = LATENCY as usize;
    assert!(output[..late].iter().all(|it| *it == 0.0));
    assert_eq!(output[late..], input[..input.len() - late]);
}

#[test]
fn a_sudden_peak_is_met_and_forgotten() {
    let mut limiter = Limiter::new(48_000.0);
    let mut least = || {
        for n in 0..200 {
            limiter.next(&[if n == 9 { 2.0 } else { 0.9 }; CHANNELS]);
        }
        limiter.least_gain()
    };
    assert!((0.96..0.97).contains(&(2.0 * least())));
    let mut input = vec![0.5; 96_000];
    input[1000] = 40.0;
    input[1003..1400].fill(-3.0);
    let output = limited(&input);
    assert!(output.iter().all(|it| it.abs() <= CEILING));
    // The gain glides: no step in what was steady.
    assert!(output[1..1000].windows(2).all(|it| it[0] == 0.0 || (it[1] - it[0]).abs() < 0.02));
    assert_eq!(output[95_999], 0.5);
}
