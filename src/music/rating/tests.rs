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
    rank(&music(original, -2.0), &candidates, key).into_iter().map(|it| it.0).collect()
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
    let ranked = rank(&music("60", -1.0), &candidates, None);
    assert_eq!(ranked.len(), 25);
    assert!(ranked.iter().all(|it| it.1.total().is_finite()));
}
