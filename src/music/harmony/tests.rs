//! Chords by name from notes as text.

use super::Harmony;
use crate::score::{Chord, ChordQuality, Key, Part, Pitch, Tick};

pub(super) const NAMES: [&str; 12] =
    ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

pub(super) fn pitch(name: &str) -> Pitch {
    (0..128).filter_map(Pitch::new).find(|it| it.name() == name).unwrap()
}

pub(super) fn name(chord: Option<Chord>) -> String {
    let Some(chord) = chord else { return "-".into() };
    let quality = match chord.quality() {
        ChordQuality::Major => "",
        ChordQuality::Minor => "m",
        ChordQuality::Diminished => "dim",
        ChordQuality::Augmented => "aug",
        ChordQuality::SuspendedFourth => "sus4",
        ChordQuality::DominantSeventh => "7",
        ChordQuality::MajorSeventh => "maj7",
        ChordQuality::MinorSeventh => "m7",
    };
    format!("{}{quality}", NAMES[usize::from(chord.root())])
}

pub(super) fn key(text: &str) -> Option<Key> {
    (0..24).filter_map(Key::from_index).find(|key| key.name() == text)
}

/// Notes such as `C4@0-24` (sounds from tick 0 to 24) or `C4@0` (sounds on), told in order of time; the chord at tick `now`.
fn hear(harmony: &mut Harmony, notes: &str) {
    let mut deeds = Vec::new();
    for note in notes.split_whitespace() {
        let (pitch_name, time) = note.split_once('@').unwrap();
        let (onset, end) = time.split_once('-').unwrap_or((time, ""));
        let part = Part::BAND[1];
        deeds.push((onset.parse::<i64>().unwrap(), true, part, pitch(pitch_name)));
        if !end.is_empty() {
            deeds.push((end.parse().unwrap(), false, part, pitch(pitch_name)));
        }
    }
    deeds.sort_by_key(|it| (it.0, it.1));
    for (tick, begins, part, pitch) in deeds {
        if begins {
            harmony.strike(part, pitch, Tick(tick));
        } else {
            harmony.release(part, pitch, Tick(tick));
        }
    }
}

fn check(notes: &str, now: i64, in_key: &str, expected: &str) {
    let mut harmony = Harmony::default();
    hear(&mut harmony, notes);
    assert_eq!(name(harmony.chord(Tick(now), key(in_key))), expected, "{notes} in {in_key}");
}

#[test]
fn chords_are_told_apart() {
    for (notes, expected) in [
        ("C3 E3 G3", "C"),
        ("E3 G3 C4", "C"),
        ("A2 C4 E4", "Am"),
        ("B2 D4 F4", "Bdim"),
        ("C3 E3 Ab3", "Caug"),
        ("C3 F3 G3", "Csus4"),
        ("G2 B3 D4 F4", "G7"),
        ("G2 B3 F4", "G7"),
        ("F2 A3 C4 E4", "Fmaj7"),
        ("D3 F3 A3 C4", "Dm7"),
        ("C3 E3", "C"),
        ("A2 C3", "Am"),
        ("C3 D3", "-"),
        ("E3 G3", "Em"),
        ("C3", "-"),
        ("", "-"),
    ] {
        let held: Vec<String> = notes.split_whitespace().map(|it| format!("{it}@0")).collect();
        check(&held.join(" "), 4, "", expected);
    }
}

#[test]
fn a_bare_fifth_takes_its_third_from_the_key() {
    check("D3@0 A3@0", 4, "D minor", "Dm");
    check("D3@0 A3@0", 4, "D major", "D");
}

#[test]
fn passing_notes_and_broken_chords_do_not_hide_the_chord() {
    check("C3@0 E4@0-12 F4@12-18 G4@18", 20, "C major", "C");
    check("C3@0-6 G3@6-12 E3@12-18 G3@18-24", 24, "", "C");
    check("F2@0 A4@0-6 G4@6-12 F4@12-18 E4@18-24 C5@24", 25, "C major", "F");
}

#[test]
fn what_sounded_more_than_a_beat_ago_is_forgotten() {
    check("C3@0-24 E3@0-24 G3@0-24 D3@48 F3@48 A3@48", 50, "", "Dm");
    check("C3@0-24 E3@0-24 G3@0-24", 100, "", "-");
}

#[test]
fn a_chord_stands_until_another_is_clearly_there() {
    let mut harmony = Harmony::default();
    hear(&mut harmony, "C3@0 E3@0 G3@0");
    assert_eq!(name(harmony.chord(Tick(4), None)), "C");
    for tone in ["C3", "E3", "G3"] {
        harmony.release(Part::BAND[1], pitch(tone), Tick(20));
    }
    harmony.strike(Part::PLAYER, pitch("A4"), Tick(24));
    assert_eq!(name(harmony.chord(Tick(24), None)), "C", "one note over what was just there");
    assert_eq!(name(harmony.chord(Tick(60), None)), "C", "nothing new");
    assert_eq!(name(harmony.chord(Tick(90), None)), "-", "too long ago");
}

#[test]
fn looking_at_a_chord_changes_nothing() {
    let mut looked_at = Harmony::default();
    hear(&mut looked_at, "C4@0-24 E4@0-24 G4@0-24 C4@24-30 A4@24-30 E4@24-30");
    let mut other = looked_at.clone();
    assert_eq!(name(looked_at.peek(Tick(20), None)), "C");
    for now in (0..30).step_by(3) {
        looked_at.peek(Tick(now), None);
    }
    for now in [30, 45, 70, 90] {
        assert_eq!(looked_at.chord(Tick(now), None), other.chord(Tick(now), None));
    }
}
