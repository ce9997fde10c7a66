//! Keys of tunes that everyone knows, and of none.

use super::*;

fn key_of(pitches: &[u8]) -> Option<String> {
    let mut finder = KeyFinder::default();
    for pitch in pitches {
        finder.hear(Pitch::new(*pitch).unwrap(), Ticks(24));
    }
    finder.key().map(Key::name)
}

#[test]
fn tunes_have_their_keys() {
    let ode_to_joy = [66, 66, 67, 69, 69, 67, 66, 64, 62, 62, 64, 66, 66, 64, 64];
    assert_eq!(key_of(&ode_to_joy).as_deref(), Some("D major"));
    let greensleeves = [69, 72, 74, 76, 77, 76, 74, 71, 67, 69, 71, 72, 69, 69, 68, 69, 71, 68, 64];
    assert_eq!(key_of(&greensleeves).as_deref(), Some("A minor"));
}

#[test]
fn a_transposed_tune_has_the_key_transposed() {
    let scale = [60, 62, 64, 65, 67, 69, 71, 72, 60, 67, 64, 60];
    for up in 0..12 {
        let expected = Key::from_index(usize::from(up)).unwrap().name();
        assert_eq!(key_of(&scale.map(|pitch| pitch + up)), Some(expected));
    }
}

#[test]
fn little_or_nothing_has_no_key() {
    assert_eq!(key_of(&[]), None);
    assert_eq!(key_of(&[60, 64, 67]), None);
    assert_eq!(key_of(&(48..60).collect::<Vec<_>>()), None, "all twelve alike");
}
