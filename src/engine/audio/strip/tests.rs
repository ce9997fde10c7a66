//! What the strip promises.

use super::{Fader, decibels};
use crate::score::{Audible, Strip};

#[test]
fn a_fader_starts_in_place_and_glides_from_then_on() {
    let mut fader = Fader::new(48_000.0);
    fader.aim(&Strip { level_db: -6.0, pan: 0.0, audible: Audible::Yes });
    assert!((fader.left.next() - 0.501_187).abs() < 1e-5);
    fader.aim(&Strip { audible: Audible::No, ..Strip::default() });
    let gains: Vec<f32> = (0..2400).map(|_| fader.left.next()).collect();
    assert!(gains.windows(2).all(|it| it[0] - it[1] < 0.005));
    assert!(gains[480] < 0.05 && gains[2399] == 0.0, "{}", gains[480]);
}

#[test]
fn pan_keeps_the_power() {
    for pan in [-1.0, -0.4, 0.0, 0.9, 1.0] {
        let [left, right] = super::gains(&Strip { pan, ..Strip::default() });
        assert!((left * left + right * right - 2.0).abs() < 1e-5);
        assert_eq!(left > right, pan < 0.0);
    }
    assert_eq!(decibels(-60.0), 0.0);
    assert_eq!(decibels(f32::NAN), 0.0);
    assert!((decibels(6.0) - 1.995).abs() < 1e-3);
}

#[test]
fn what_is_shut_gives_zeros_without_a_sign() {
    let mut fader = Fader::new(48_000.0);
    fader.aim(&Strip { audible: Audible::No, ..Strip::default() });
    let mut samples = [0.5, -0.5, -1e-30];
    fader.left.apply(&mut samples);
    assert_eq!(samples.map(f32::to_bits), [0; 3]);
}
