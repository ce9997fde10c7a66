//! What is ranked before what.

use super::*;
use crate::score::{Pitch, Ticks, Velocity};

/// Notes of part 1, a beat each, from scientific numbers such as `60 62 64`.
fn music(pitches: &str, likelihood: f32) -> Music {
    let notes = pitches.split_whitespace().zip(0..).map(|(pitch, beat)| Note {
        onset: Tick(beat * 24),
        part: Part::BAND[0],
        pitch: Pitch::new(pitch.parse().unwrap()).unwrap(),
        length: Ticks(24),
        velocity: Velocity::clamped(80),
    });
    Music {
        begin: Tick(0),
        end: Tick(960),
        notes: notes.collect(),
        likelihood: Some(likelihood),
        ..Music::default()
    }
}

fn order(original: &str, candidates: &[(&str, f32)]) -> Vec<usize> {
    let candidates: Vec<Music> = candidates.iter().map(|it| music(it.0, it.1)).collect();
    let key = Key::from_index(0);
    rank(&music(original, -2.0), &candidates, key, None).into_iter().map(|it| it.0).collect()
}

#[test]
fn the_likelier_the_nearer_and_the_newer_come_first() {
    let original = "60 62 64 65 67 69 71 72";
    assert_eq!(order(original, &[("72 71 69 67", -5.0), ("72 71 69 67", -1.0)])[0], 1);
    // Out of the key, and by leaps.
    assert_eq!(order(original, &[("61 63 66 68", -2.0), ("64 65 67 69", -2.0)])[0], 1);
    assert_eq!(order(original, &[("48 76 50 79", -2.0), ("64 65 67 69", -2.0)])[0], 1);
    // The original again is no variation, and neither is a copy of a better candidate.
    assert_eq!(order(original, &[(original, -2.0), ("67 65 64 62 60 62 64 67", -2.0)])[0], 1);
    let like = "67 65 64 62 60 62 64 67";
    let copies = [(like, -1.9), (like, -2.0), ("72 71 69 67 65 64 62 60", -2.2)];
    assert_eq!(order(original, &copies)[2], 1);
}

#[test]
fn nothing_is_thrown_away() {
    let candidates: Vec<Music> = (0..25).map(|_| music("", 0.0)).collect();
    let ranked = rank(&music("60", -1.0), &candidates, None, None);
    assert_eq!(ranked.len(), 25);
    assert!(ranked.iter().all(|it| it.1.total().is_finite()));
}

#[test]
fn what_copies_a_training_piece_comes_later() {
    let bytes = include_bytes!("../../../tests/data/copies/index.bin");
    let corpus = CorpusIndex::parse(bytes.as_slice().into()).unwrap();
    let lines = include_str!("../../../tests/data/copies/lines.json");
    let lines: serde_json::Value = serde_json::from_str(lines).unwrap();
    let longest = |line: &serde_json::Value| {
        line["length"].as_array().unwrap().iter().filter_map(serde_json::Value::as_u64).max()
    };
    let line = lines["lines"].as_array().unwrap().iter().max_by_key(|it| longest(it)).unwrap();
    let number = |value: &serde_json::Value| value.as_i64().unwrap();
    let numbers = |key: &str| line[key].as_array().unwrap().iter().map(number).collect::<Vec<_>>();
    let notes = |turn: i64| {
        numbers("onset").into_iter().zip(numbers("pitch")).map(move |(onset, pitch)| Note {
            onset: Tick(onset),
            part: Part::BAND[0],
            pitch: Pitch::new(u8::try_from((pitch + onset * turn) % 128).unwrap()).unwrap(),
            length: Ticks(6),
            velocity: Velocity::clamped(80),
        })
    };
    let [copy, own] = [0, 7].map(|turn| Music { notes: notes(turn).collect(), ..music("", -2.0) });
    let ranked = rank(&music("60", -2.0), &[copy, own], None, Some(&corpus));
    let of = |index: usize| ranked.iter().find(|it| it.0 == index).unwrap().1.originality.unwrap();
    assert!(of(0) < 0.8 && of(1) == 1.0, "{} and {}", of(0), of(1));
}
