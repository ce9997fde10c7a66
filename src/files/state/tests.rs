//! Every version's sample is read, what is written is read again, and any bytes are survived.

use std::sync::Arc;

use proptest::prelude::{any, prop_assert_eq, proptest};

use super::{EditorSize, PackName, Read, State, StateError, read, write};
use crate::music::memory::{Memory, Trust};
use crate::score::take::{KeyAct, KeyEvent, Making, Music, Rest, Run, Whole};
use crate::score::{
    Family, Meter, Note, Part, Phrase, Pitch, Remembered, Remembrance, Seed, Settings, Take, Tempo,
    Tick, Ticks, Velocity,
};

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
        ..State::default()
    }
}

/// A take of one bar.
fn take(name: &str) -> Take {
    let music = Music {
        begin: Tick(96),
        end: Tick(192),
        notes: vec![note(96, 24, 1, 64, 80), note(100, 12, 0, 72, 90)],
        delays: vec![(note(96, 24, 1, 64, 80), -0.5)],
        lead_in: vec![note(72, 24, 1, 62, 80)],
        tempos: vec![(Tick(96), Tempo::new(112.5).unwrap())],
        meters: vec![(Tick(96), Meter::COMMON)],
        families: vec![(Tick(96), [Family::PIANO, Family::PIANO, Family::PIANO, Family::DRUMS])],
        likelihood: Some(-2.25),
    };
    let run = |lead, begin, count| Run {
        lead: Ticks(lead),
        begin: Tick(begin),
        length: Ticks(24),
        count,
        bar: Tick(0),
        meter: Meter::COMMON,
    };
    let key = |after, tick, act| KeyEvent { after, tick: Tick(tick), part: Part::PLAYER, act };
    let pitch = Pitch::new(72).unwrap();
    let making = Making {
        pack: sample().pack,
        backend: String::from("tract"),
        seed_phrase: sample().seed_phrase,
        settings: vec![(Tick(0), Settings { seed: Seed(7), ..Settings::default() })],
        windows: vec![run(0, 0, 1), run(6, 24, 7)],
        keys: vec![
            key(5, 100, KeyAct::Down { pitch, velocity: Velocity::clamped(90), late: 0.25 }),
            key(5, 112, KeyAct::Up(pitch)),
            key(6, 130, KeyAct::AllUp),
        ],
        rests: vec![Rest { after: 3, from: Tick(48), until: Tick(72), part: None }],
        whole: Whole::Yes,
        ..Making::default()
    };
    Take {
        name: String::from(name),
        starred: true,
        tags: String::from("for the bridge"),
        music: Arc::new(music),
        making: Arc::new(making),
    }
}

fn with_takes() -> State {
    State {
        takes: vec![take("Airy Aria"), take("Blue Bolero")],
        memory: Some(String::from("any text \"at all\"")),
        ..sample()
    }
}

#[test]
fn every_version_is_read() {
    let v1 = include_str!("../../../tests/data/states/v1.json");
    assert_eq!(read(v1).unwrap(), Read { state: sample(), mended: Vec::new() });
    let v2 = include_str!("../../../tests/data/states/v2.json");
    assert_eq!(read(v2).unwrap(), Read { state: with_takes(), mended: Vec::new() });
}

#[test]
fn a_damaged_take_is_told_and_the_others_are_kept() {
    let damaged = include_str!("../../../tests/data/states/v2-damaged.json");
    let Read { state, mended } = read(damaged).unwrap();
    let names: Vec<&str> = state.takes.iter().map(|take| take.name.as_str()).collect();
    assert_eq!(names, ["Airy Aria", "Blue Bolero", "Calm Canon"]);
    assert_eq!(state.takes[0], take("Airy Aria"));
    assert_eq!(state.takes[1].music.notes, [note(96, 24, 1, 64, 80)]);
    assert_eq!(
        mended,
        [
            "take Blue Bolero: 1 impossible notes were left out",
            "take Blue Bolero: what made it is damaged; it can be played, but not improvised again",
            "take 3 was left out: its bars are missing or impossible",
        ]
    );
}

#[test]
fn what_is_written_is_read_again() {
    for state in [State::default(), sample(), with_takes()] {
        assert_eq!(read(&write(&state)).unwrap(), Read { state, mended: Vec::new() });
    }
}

/// A take that began with a memory of so many notes.
fn remembering(name: &str, memory: &Arc<Remembrance>) -> Take {
    let take = take(name);
    let making = Making { memory: Arc::clone(memory), ..Making::clone(&take.making) };
    Take { making: Arc::new(making), ..take }
}

#[test]
fn a_memory_that_takes_began_with_is_saved_once_and_comes_back_to_each() {
    let memory = |pitch| {
        let note = Remembered { interval: pitch, gap: 24, duration: 12, class: 7, phase: 48 };
        Arc::new(Memory::of(vec![note; 50], Trust::default()).remembrance())
    };
    let (one, other) = (memory(2), memory(3));
    let state = State {
        takes: vec![
            remembering("Airy Aria", &one),
            take("Blue Bolero"),
            remembering("Calm Canon", &other),
            remembering("Deep Dance", &one),
        ],
        ..sample()
    };
    let text = write(&state);
    assert_eq!(text.matches("\"trust\"").count(), 2);
    let Read { state: again, mended } = read(&text).unwrap();
    assert_eq!((again.takes, mended), (state.takes, Vec::new()));

    let damaged = text.replacen("[2,24,12,7,48]", "[2,24,99,7,48]", 1);
    let Read { state: again, mended } = read(&damaged).unwrap();
    let whole = |take: &Take| take.making.whole == Whole::Yes;
    assert_eq!(again.takes.iter().map(whole).collect::<Vec<_>>(), [false, true, true, false]);
    assert_eq!(mended.len(), 2, "{mended:?}");
}

#[test]
fn the_lock_of_the_seed_is_kept() {
    let state = State { seed_locked: true, ..sample() };
    assert!(read(&write(&state)).unwrap().state.seed_locked);
    assert!(!write(&sample()).contains("seed_locked"), "what is as usual is not said");
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
    assert!(matches!(read("{\"version\":3}"), Err(StateError::Newer(3))));
    for text in [
        "",
        "{}",
        "null",
        "{\"version\":-1}",
        "{\"version\":1,\"seed_phrase\":7}",
        "{\"version\":2,\"takes\":7}",
    ] {
        assert!(matches!(read(text), Err(StateError::Damaged(_))), "{text}");
    }
}

#[test]
fn the_sample_of_the_newest_version_is_written_by_this_program() {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/states/v2.json");
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(file, write(&with_takes())).unwrap(); // when a version is made, and never again
    }
    assert_eq!(read(&std::fs::read_to_string(file).unwrap()).unwrap().mended, [""; 0]);
}

proptest! {
    #[test]
    fn any_text_is_survived(text in any::<String>()) {
        read(&text).ok();
        read(&format!("{{\"version\":1,{text}")).ok();
        read(&format!("{{\"version\":2,\"takes\":[{{{text}")).ok();
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
