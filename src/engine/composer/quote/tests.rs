//! What a motif that is quoted insists on.

use super::*;
use crate::score::Velocity;

const DUE: Tick = Tick(216);

fn quote() -> Quote {
    let note = |onset, pitch| Note {
        onset,
        part: Part::BAND[0],
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(12),
        velocity: Velocity::clamped(80),
    };
    Quote { part: Part::BAND[0], notes: vec![note(DUE, 69), note(Tick(228), 71)], next: 0 }
}

#[test]
fn its_note_comes_however_many_others_have_struck_at_its_moment() {
    let mut controls = Controls::open(1);
    controls.wait_at_least(Ticks(1)); // a handful has been struck
    assert!(quote().insist(&mut controls, DUE));
    let possible = |biases: &[f32]| -> Vec<usize> {
        let is_possible = |it: &(usize, &f32)| *it.1 > Controls::IMPOSSIBLE / 2.0;
        biases.iter().enumerate().filter(is_possible).map(|it| it.0).collect()
    };
    assert_eq!(possible(&controls.bias_time), [0]);
    assert_eq!(possible(&controls.bias_part), [Part::BAND[0].slot()]);
}

#[test]
fn what_cannot_be_is_not_insisted_on() {
    let mut silenced = Controls::open(1);
    silenced.silence(Part::BAND[0]);
    assert!(!quote().insist(&mut silenced, DUE));
    let mut late = Controls::open(1);
    assert!(!quote().insist(&mut late, DUE + Ticks(1)), "its moment is over");
}
