//! What fingers promise.

use super::*;

/// What the renderer is told.
fn told(act: impl FnOnce(&mut dyn FnMut(HostEventKind))) -> Vec<HostEventKind> {
    let mut kinds = Vec::new();
    act(&mut |kind| kinds.push(kind));
    kinds
}

fn pitch(number: u8) -> Pitch {
    Pitch::new(number).unwrap()
}

fn own(number: u8, expression: Expression) -> HostEventKind {
    HostEventKind::Express { pitch: Some(pitch(number)), expression }
}

/// The configuration message of a zone.
fn zone(wheels: &mut Wheels, channel: u8, fingers: u8) {
    for (cc, value) in [(101, 0), (100, 6), (6, fingers)] {
        assert!(wheels.register(channel, cc, value));
    }
}

#[test]
fn without_a_zone_every_channel_moves_all_notes() {
    let mut wheels = Wheels::new();
    wheels.strike(3, pitch(60), |_| panic!("nothing to say"));
    let bend = told(|tell| wheels.bend(3, 0.5, tell));
    assert_eq!(bend, [HostEventKind::Bear(Expression::Bend(1.0))]);
    for (cc, value) in [(101, 0), (100, 0), (6, 12), (101, 127), (100, 127), (6, 3)] {
        wheels.register(3, cc, value);
    }
    let bend = told(|tell| wheels.bend(3, -0.5, tell));
    assert_eq!(bend, [HostEventKind::Bear(Expression::Bend(-6.0))]);
    assert!(!wheels.register(3, 7, 100));
}

#[test]
fn a_finger_moves_its_own_notes_and_the_zone_all() {
    let mut wheels = Wheels::new();
    zone(&mut wheels, 0, 5);
    wheels.strike(1, pitch(60), |_| {});
    wheels.strike(2, pitch(64), |_| {});
    assert_eq!(told(|tell| wheels.bend(2, 0.25, tell)), [own(64, Expression::Bend(12.0))]);
    let pressed = told(|tell| wheels.express(1, Expression::Pressure(0.5), tell));
    assert_eq!(pressed, [own(60, Expression::Pressure(0.5))]);
    let all = HostEventKind::Bear;
    assert_eq!(told(|tell| wheels.bend(0, 1.0, tell)), [all(Expression::Bend(2.0))]);
    assert_eq!(told(|tell| wheels.bend(6, 1.0, tell)), [all(Expression::Bend(2.0))], "no finger");
}

#[test]
fn a_note_begins_as_its_finger_is() {
    let mut wheels = Wheels::new();
    zone(&mut wheels, 15, 3);
    wheels.bend(12, -0.125, |_| panic!("no note sounds"));
    wheels.express(12, Expression::Brightness(0.5), |_| {});
    let expected = [Expression::Bend(-6.0), Expression::Pressure(0.0), Expression::Brightness(0.5)];
    assert_eq!(told(|tell| wheels.strike(12, pitch(50), tell)), expected.map(|it| own(50, it)));
}

#[test]
fn a_note_that_was_let_go_is_left_to_itself_once_its_finger_plays_another() {
    let mut wheels = Wheels::new();
    zone(&mut wheels, 0, 15);
    wheels.strike(1, pitch(60), |_| {});
    wheels.lift(pitch(60));
    assert_eq!(told(|tell| wheels.bend(1, 0.5, tell)).len(), 1, "it dies away on its string");
    wheels.strike(1, pitch(62), |_| {});
    assert_eq!(told(|tell| wheels.bend(1, 0.0, tell)), [own(62, Expression::Bend(0.0))]);
    wheels.strike(2, pitch(62), |_| {});
    assert_eq!(told(|tell| wheels.bend(1, 1.0, tell)), [], "another finger has its key");
}

#[test]
fn zones_never_overlap_and_end() {
    let mut wheels = Wheels::new();
    zone(&mut wheels, 0, 9);
    zone(&mut wheels, 15, 9);
    assert_eq!((wheels.lower, wheels.upper), (5, 9));
    zone(&mut wheels, 0, 127);
    assert_eq!((wheels.lower, wheels.upper), (15, 0));
    zone(&mut wheels, 0, 0);
    assert!((0..16).all(|channel| !wheels.is_finger(channel)));
    zone(&mut wheels, 7, 3);
    assert!((0..16).all(|channel| !wheels.is_finger(channel)), "no channel that rules a zone");
}

#[test]
fn all_ranges_of_a_zone_are_set_together() {
    let mut wheels = Wheels::new();
    zone(&mut wheels, 0, 3);
    for (cc, value) in [(101, 0), (100, 0), (6, 24)] {
        wheels.register(2, cc, value);
    }
    wheels.strike(3, pitch(60), |_| {});
    assert_eq!(told(|tell| wheels.bend(3, 0.5, tell)), [own(60, Expression::Bend(12.0))]);
}
