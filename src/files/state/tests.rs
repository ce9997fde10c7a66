//! Every version's sample is read, what is written is read again, and any bytes are survived.

use std::sync::Arc;

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::{EditorSize, PackName, Read, State, StateError, read, write};
use crate::score::{Note, Part, Phrase, Pitch, Tick, Ticks, Velocity};

fn note(onset: i64, length: i64, part: usize, pitch: u8, velocity: u8) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::from_slot(part).unwrap(),
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(length),
        velocity: Velocity::clamped(velocity),
    }
}

fn sample() -> State {
    State {
        seed_phrase: Arc::new(Phrase::new(vec![note(0, 24, 0, 60, 90), note(24, 12, 1, 48, 70)])),
        pack: Some(PackName { name: String::from("default"), hash: String::from("a1b2c3") }),
        editor: EditorSize::new(1100, 700),
    }
}

#[test]
fn every_version_is_read() {
    let v1 = include_str!("../../../tests/data/states/v1.json");
    assert_eq!(read(v1).unwrap(), Read { state: sample(), mended: Vec::new() });
}

#[test]
fn what_is_written_is_read_again() {
    for state in [State::default(), sample()] {
        assert_eq!(read(&write(&state)).unwrap(), Read { state, mended: Vec::new() });
    }
}

#[test]
fn impossible_values_are_mended_and_the_rest_is_kept() {
    let text = r#"{"version":1,"seed_phrase":[
        {"onset":0,"length":24,"part":0,"pitch":60,"velocity":90},
        {"onset":0,"length":24,"part":9,"pitch":60,"velocity":90},
        {"onset":-1,"length":24,"part":0,"pitch":60,"velocity":90}],
        "editor":{"width":1,"height":1},"unknown":true}"#;
    let Read { state, mended } = read(text).unwrap();
    assert_eq!(state.seed_phrase.notes(), [note(0, 24, 0, 60, 90)]);
    assert_eq!(state.editor, None);
    assert_eq!(mended.len(), 2);
}

#[test]
fn what_cannot_be_read_is_told() {
    assert!(matches!(read("{\"version\":2}"), Err(StateError::Newer(2))));
    for text in ["", "{}", "null", "{\"version\":-1}", "{\"version\":1,\"seed_phrase\":7}"] {
        assert!(matches!(read(text), Err(StateError::Damaged(_))), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        read(&text).ok();
        read(&format!("{{\"version\":1,{text}")).ok();
    }

    #[test]
    fn any_phrase_survives(
        notes in proptest::collection::vec((0i64..1_000_000, 1i64..10_000, 0usize..5, 0u8..128, 1u8..128), 0..40)
    ) {
        let notes = notes.into_iter().map(|(a, b, c, d, e)| note(a, b, c, d, e)).collect();
        let state = State { seed_phrase: Arc::new(Phrase::new(notes)), ..State::default() };
        prop_assert_eq!(read(&write(&state)).unwrap().state, state);
    }
}
