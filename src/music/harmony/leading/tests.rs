//! What the player plays, what the band plays under her, and the chord in which parts follow her last note.

use super::super::tests::{key, name, pitch};
use super::Leading;
use crate::score::{Part, Tick};

/// Notes such as `C4@0-24` in order of time, of the player and of the band; the chord at the onset of the player's last.
fn lead(wished: &str, told: &str, player: &str, band: &str) -> String {
    let mut leading = Leading::default();
    let mut deeds = Vec::new();
    for (part, notes) in [(Part::BAND[1], band), (Part::PLAYER, player)] {
        for note in notes.split_whitespace() {
            let (pitch_name, time) = note.split_once('@').unwrap();
            let (onset, end) = time.split_once('-').unwrap_or((time, ""));
            deeds.push((onset.parse::<i64>().unwrap(), true, part, pitch(pitch_name)));
            if !end.is_empty() {
                deeds.push((end.parse().unwrap(), false, part, pitch(pitch_name)));
            }
        }
    }
    deeds.sort_by_key(|it| (it.0, it.1));
    let now = deeds.iter().filter(|it| it.1 && it.2 == Part::PLAYER).map(|it| it.0).max().unwrap();
    for (tick, begins, part, pitch) in deeds.into_iter().filter(|it| it.0 <= now) {
        match begins {
            true => leading.strike(part, pitch, Tick(tick)),
            false => leading.release(part, pitch, Tick(tick)),
        }
    }
    name(leading.at(Tick(now), key(wished), key(told)).chord)
}

fn check(player: &str, band: &str, expected: &str) {
    assert_eq!(lead("", "", player, band), expected, "{player} over {band}");
}

const C_MAJOR: &str = "C3@0 E3@0 G3@0";
const A_MINOR: &str = "A2@0 C3@0 E3@0";

#[test]
fn her_own_chord_is_heard_from_its_second_note_on() {
    check("C4@0", "", "-");
    check("C4@0-24 E4@24", "", "C");
    check("D4@0-24 F#4@24-48 A4@48", "", "D");
    check("A4@0-12 C5@12-24 E5@24", "", "Am");
    check("D4@0 F#4@0 A4@0", "", "D");
    check("G3@0 B3@0 D4@0 F4@0", "", "G7");
}

#[test]
fn it_wins_over_the_band_s_where_they_differ() {
    check("D4@0-24 F#4@24", C_MAJOR, "D");
    check("D4@0-24 F#4@24-48 A4@48", C_MAJOR, "D");
    check("E4@0 Ab4@0 B4@0", A_MINOR, "E");
    // The chord of the last beats, not of the song.
    check("D4@0 F#4@0-24 A4@0-24 G4@96-108 B4@108-120 D5@120", C_MAJOR, "G");
}

#[test]
fn the_band_s_is_taken_where_it_holds_as_much_of_hers() {
    check("C4@0-24 E4@24", A_MINOR, "Am");
    check("E4@0-24 D4@24-48 C4@48", A_MINOR, "Am");
    check("C4@0-24 E4@24-48 G4@48", A_MINOR, "C");
}

#[test]
fn a_passing_note_leaves_the_band_s_and_a_foreign_key_does_not() {
    check("E4@0-24 F4@24", C_MAJOR, "C");
    check("D4@0", C_MAJOR, "C");
    check("F#4@0-12 Ab4@12", C_MAJOR, "-");
}

#[test]
fn what_she_plays_is_the_scale_until_a_key_is_wished_for() {
    let scale = |wished: &str, told: &str, player: &str| {
        let mut leading = Leading::default();
        for (note, at) in player.split_whitespace().zip((0..).step_by(12)) {
            leading.strike(Part::PLAYER, pitch(note), Tick(at));
            leading.release(Part::PLAYER, pitch(note), Tick(at + 12));
        }
        let now = Tick(12 * i64::try_from(player.split_whitespace().count()).unwrap() - 12);
        let scale = leading.at(now, key(wished), key(told)).scale;
        (0..12_u8)
            .filter(|it| scale.contains(*it))
            .map(|it| super::super::tests::NAMES[usize::from(it)])
            .collect::<Vec<_>>()
            .join(" ")
    };
    const D_MAJOR: &str = "C# D E F# G A B";
    assert_eq!(scale("", "", "D4 E4 F#4 G4 A4 C#5"), D_MAJOR);
    assert_eq!(scale("", "C major", "D4 E4 F#4 C#5 D5"), D_MAJOR, "the band's key was a guess");
    assert_eq!(scale("", "C major", "C4 C#4 D4 E4"), "C D E F G A B", "one passing note");
    assert_eq!(scale("", "", "C4"), "C D E F G A B", "the plainest of many");
    assert_eq!(scale("F minor", "", "C4"), "C C# Eb F G Ab Bb");
    assert_eq!(scale("C major", "", "D4 E4 F#4 C#5 D5"), "C D E F G A B", "a wish is a wish");
}
