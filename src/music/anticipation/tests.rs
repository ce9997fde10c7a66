//! What counts as expected.

use super::{Anticipation, Foreseen};
use crate::score::{Note, Part, Pitch, Tick, Ticks, Velocity};

const BEAT: Ticks = Ticks(24);

fn note(onset: i64, pitch: u8) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(12),
        velocity: Velocity::clamped(80),
    }
}

/// Notes, expected, repeated.
fn check(expected: &[Note], played: &[(i64, u8)], counts: [u32; 3]) {
    let mut anticipation = Anticipation::default();
    anticipation.expect(Tick(0), expected);
    for (onset, pitch) in played {
        anticipation.hear(Tick(*onset), Pitch::new(*pitch).unwrap(), BEAT);
    }
    let [notes, expected, repeated] = counts;
    assert_eq!(anticipation.foreseen(), Foreseen { notes, expected, repeated }, "{played:?}");
}

#[test]
fn a_note_is_expected_by_its_pitch_class_within_a_beat() {
    check(&[note(24, 60)], &[(24, 60)], [1, 1, 0]);
    check(&[note(24, 60)], &[(1, 72)], [1, 1, 0]);
    check(&[note(24, 60)], &[(0, 60)], [1, 0, 0]);
    check(&[note(24, 60)], &[(24, 61)], [1, 0, 0]);
}

#[test]
fn one_expectation_answers_for_one_note() {
    check(&[note(24, 60)], &[(24, 60), (30, 60)], [2, 1, 1]);
    check(&[note(24, 60), (note(36, 60))], &[(36, 60), (24, 60)], [2, 2, 1]);
}

#[test]
fn what_is_expected_now_takes_the_place_of_what_was() {
    let mut anticipation = Anticipation::default();
    anticipation.expect(Tick(0), &[note(20, 60), note(30, 62)]);
    anticipation.expect(Tick(24), &[note(30, 64)]);
    for pitch in [60, 62, 64] {
        anticipation.hear(Tick(26), Pitch::new(pitch).unwrap(), BEAT);
    }
    assert_eq!(anticipation.foreseen().expected, 2, "the late one and the new one");
    anticipation.expect(Tick(1000), &[]);
    anticipation.hear(Tick(20), Pitch::new(60).unwrap(), BEAT);
    assert_eq!(anticipation.foreseen().expected, 2, "long ago");
}
