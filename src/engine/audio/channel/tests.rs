//! What channels promise.

use super::{Bearing, Carriage, Channel};
use crate::score::Part;

#[test]
fn no_channel_of_a_piece_is_a_parts() {
    for number in 0..500 {
        let place = Channel::beside(number).place();
        assert!((Part::COUNT..Channel::COUNT).contains(&place), "{number}");
    }
    assert_ne!(Channel::beside(0), Channel::beside(1));
    assert_eq!(Channel::of(Part::PLAYER).place(), 0);
}

#[test]
fn nonsense_is_brought_into_the_ranges() {
    let plain = Bearing::PLAIN;
    let wild = Bearing { bend: f32::INFINITY, gain: -3.0, pan: f32::NAN, ..plain };
    assert_eq!(wild.checked(), Bearing { bend: 24.0, gain: 0.0, ..plain });
    let nothing = Bearing { bend: f32::NAN, gain: f32::NAN, pan: -9.0, ..plain };
    assert_eq!(nothing.checked(), Bearing { pan: -1.0, ..plain });
    let pressed = Bearing { brightness: -7.0, pressure: 7.0, vibrato: f32::NAN, ..plain };
    assert_eq!(pressed.checked(), Bearing { brightness: -1.0, pressure: 1.0, ..plain });
}

#[test]
fn a_carriage_arrives_and_keeps_the_power() {
    let goal =
        Bearing { bend: -2.0, gain: 0.5, pan: 0.6, brightness: -0.4, pressure: 0.0, vibrato: 0.7 };
    let mut carriage = Carriage::at(Bearing::PLAIN);
    carriage.approach(&goal, 0.2);
    assert!(carriage.bend() < 0.0 && carriage.bend() > -1.0);
    for _ in 0..100 {
        carriage.approach(&goal, 0.2);
    }
    assert_eq!(carriage, Carriage::at(goal));
    let power: f32 = carriage.sides.iter().map(|it| it * it).sum();
    assert!((power - 2.0 * 0.25).abs() < 1e-6);
}
