//! Names, and what a take says of its music.

use std::collections::HashSet;

use super::names::{WORDS, name};
use super::*;
use crate::score::Seed;

#[test]
fn names_are_alliterative_and_many() {
    for (adjectives, nouns) in WORDS {
        let first = adjectives.chars().next().unwrap();
        for word in adjectives.split(' ').chain(nouns.split(' ')) {
            assert!(word.starts_with(first), "{word}");
            assert!(word.len() > 1 && word.chars().all(char::is_alphabetic), "{word}");
        }
    }
    let count = |of: fn(&(&'static str, &'static str)) -> &'static str| {
        WORDS.iter().map(|row| of(row).split(' ').count()).sum::<usize>()
    };
    assert!(count(|row| row.0) >= 200 && count(|row| row.1) >= 200);
    let names: HashSet<String> = (0..500).map(|seed| name(Seed(seed), Tick(0))).collect();
    assert!(names.len() > 350, "only {} names", names.len());
    assert_eq!(name(Seed(7), Tick(96)), name(Seed(7), Tick(96)));
    assert_ne!(name(Seed(7), Tick(96)), name(Seed(7), Tick(192)));
}

#[test]
fn a_take_is_counted_from_its_first_bar() {
    let note = |onset, slot| Note {
        onset: Tick(onset),
        part: Part::from_slot(slot).unwrap(),
        pitch: Pitch::new(60).unwrap(),
        length: Ticks(12),
        velocity: Velocity::clamped(90),
    };
    let music = Music {
        begin: Tick(960),
        end: Tick(1152),
        notes: vec![note(966, 2), note(970, 1), note(990, 2)],
        delays: vec![(note(970, 1), 0.5)],
        lead_in: vec![note(900, 2)],
        tempos: vec![(Tick(0), Tempo::new(90.0).unwrap()), (Tick(1056), Tempo::default())],
        meters: vec![(Tick(0), Meter::COMMON)],
        families: vec![(Tick(0), [Family::DRUMS, Family::PIANO, Family::PIANO, Family::PIANO])],
        likelihood: None,
    };
    assert_eq!((music.bars(), music.tempo().bpm()), (2, 90.0));
    let zero = music.from_zero();
    assert_eq!([0, 1, 2].map(|it| zero.delay(&zero.notes[it])), [0.0, 0.5, 0.0]);
    assert_eq!((zero.begin, zero.end, zero.bars()), (Tick(0), Tick(192), 2));
    assert_eq!(zero.tempos, [(Tick(0), Tempo::new(90.0).unwrap()), (Tick(96), Tempo::default())]);
    // Part 1 plays the drums, so that part 2 has the tune.
    let tune: Vec<Tick> = music.as_phrase().notes().iter().map(|it| it.onset).collect();
    assert_eq!(tune, [Tick(6), Tick(30)]);
}
