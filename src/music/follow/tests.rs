//! Music as text: what the player strikes, and what each part that follows plays to it.

use super::{Around, Followers, Place, Seat, Struck};
use crate::music::harmony::Classes;
use crate::music::harmony::leading::Leading;
use crate::music::keys::Pitches;
use crate::score::{
    Chord, ChordQuality, Family, Follow, Key, Mode, Part, PartSettings, Pitch, Seed, Tick, Velocity,
};

const PIANO: u8 = 0;
const BASS: u8 = 4;
const FLUTE: u8 = 9;

/// What is in force: key, chord (`-` is unknown), and what each part follows with, in which family, around which pitch.
struct Scene {
    key: &'static str,
    lock: bool,
    chord: &'static str,
    /// What the rest of the band sounds.
    band: &'static str,
    parts: &'static [(Follow, u8, &'static str)],
}

const ABOVE: &[(Follow, u8, &str)] = &[(Follow::Above, FLUTE, "A4")];
const BELOW: &[(Follow, u8, &str)] = &[(Follow::Below, PIANO, "C4")];
const BASS_LINE: &[(Follow, u8, &str)] = &[(Follow::Bass, BASS, "G2")];

const IN_C: Scene = Scene { key: "C major", lock: false, chord: "C", band: "", parts: ABOVE };

fn pitch(name: &str) -> Pitch {
    (0..128).filter_map(Pitch::new).find(|it| it.name() == name).unwrap()
}

fn pitches(names: &str) -> Pitches {
    let mut pitches = Pitches::default();
    names.split_whitespace().for_each(|name| pitches.insert(pitch(name)));
    pitches
}

fn c_major() -> Classes {
    Classes::of_key(Key::from_index(0).unwrap())
}

/// What one part plays to notes such as `C4@24`, each held until the next that is struck later, while nothing is wished for and the band sounds `band`: the harmony
/// is the player's own. Keys of one instant are struck together.
fn led(follow: Follow, band: &str, notes: &str, expected: &str) {
    let (mut followers, mut leading) = (Followers::default(), Leading::default());
    let mut settings = [PartSettings::default(); Part::BAND_SIZE];
    settings[0] = PartSettings { mode: Mode::Follow, follow, ..settings[0] };
    let seats = [Seat { family: Family::PIANO, middle: pitch("C4") }; Part::BAND_SIZE];
    let band = pitches(band);
    band.iter().for_each(|it| leading.strike(Part::BAND[3], it, Tick(0)));
    let notes: Vec<(Pitch, i64)> = notes
        .split_whitespace()
        .map(|note| note.split_once('@').unwrap())
        .map(|(name, at)| (pitch(name), at.parse().unwrap()))
        .collect();
    let mut held: Vec<(i64, Pitch)> = Vec::new();
    let mut played = Vec::new();
    for (place, &(pitch, at)) in notes.iter().enumerate() {
        for (_, earlier) in held.extract_if(.., |it| it.0 < at) {
            leading.release(Part::PLAYER, earlier, Tick(at));
            followers.let_go(earlier);
        }
        for (together, _) in notes[place..].iter().filter(|it| it.1 == at) {
            leading.strike(Part::PLAYER, *together, Tick(at));
        }
        held.push((at, pitch));
        let mut sounding = [Pitches::default(); Part::COUNT];
        held.iter().for_each(|it| sounding[0].insert(it.1));
        sounding[4] = band;
        let led = leading.at(Tick(at), None, None);
        let around =
            Around { chord: led.chord, key: led.key, scale: led.scale, lock: None, sounding };
        let velocity = Velocity::clamped(80);
        let struck = Struck { pitch, velocity, at: Tick(at), place: Place::Strong };
        let [answer, ..] = followers.strike(struck, &settings, &seats, around);
        played.push(answer.begins.map_or_else(|| ".".into(), |(pitch, _)| pitch.name()));
    }
    assert_eq!(played.join(" "), expected, "{notes:?} over {band:?}");
}

#[test]
fn a_harmony_is_the_player_s_own_before_a_key_is_known() {
    led(Follow::Below, "", "C4@0 E4@24 G4@48", "A3 C4 E4");
    led(Follow::Below, "", "D4@0 F#4@24 A4@48", "B3 D4 F#4");
    led(Follow::Above, "", "A4@0 C5@12 E5@24", "C5 E5 A5");
}

#[test]
fn a_band_in_another_key_does_not_rule_it() {
    let c_major = "C3 E3 G3";
    led(Follow::Below, c_major, "D4@0 F#4@24 A4@48", "B3 D4 F#4");
    led(Follow::Below, c_major, "E4@0 F4@24 G4@48", "C4 C4 E4");
    led(Follow::Bass, c_major, "D4@0 F#4@24 A4@48", "C4 D4 D4");
}

#[test]
fn keys_struck_together_are_answered_with_notes_of_their_chord() {
    led(Follow::Above, "", "D4@0 F#4@0 A4@0", "F#4 A4 D5");
    led(Follow::Below, "", "E4@0 Ab4@0 B4@0", "B3 E3 Ab3");
}

/// Such as `C` or `Am`.
fn chord(name: &str) -> Option<Chord> {
    let (root, quality) = match name.strip_suffix('m') {
        Some(root) => (root, ChordQuality::Minor),
        None => (name, ChordQuality::Major),
    };
    (name != "-").then(|| Chord::new(pitch(&format!("{root}4")).class(), quality).unwrap())
}

/// The player strikes notes such as `C4@24`, beats are 24 ticks apart; each sounds until the next one that is struck later. What the parts
/// play to each: `.` for nothing.
fn check(scene: &Scene, notes: &str, expected: &str) {
    let mut followers = Followers::default();
    let mut settings = [PartSettings::default(); Part::BAND_SIZE];
    let mut seats = [Seat { family: Family::PIANO, middle: pitch("C4") }; Part::BAND_SIZE];
    for (place, (follow, family, middle)) in scene.parts.iter().enumerate() {
        settings[place] = PartSettings { mode: Mode::Follow, follow: *follow, ..settings[place] };
        seats[place] = Seat { family: Family::new(*family).unwrap(), middle: pitch(middle) };
    }
    let key = (0..24).filter_map(Key::from_index).find(|key| key.name() == scene.key);
    let mut held: Vec<(i64, Pitch)> = Vec::new();
    let mut played = Vec::new();
    for note in notes.split_whitespace() {
        let (name, at) = note.split_once('@').unwrap();
        let at: i64 = at.parse().unwrap();
        for (_, earlier) in held.extract_if(.., |it| it.0 < at) {
            followers.let_go(earlier);
        }
        held.push((at, pitch(name)));
        let mut sounding = [Pitches::default(); Part::COUNT];
        held.iter().for_each(|it| sounding[0].insert(it.1));
        sounding[4] = pitches(scene.band);
        let around = Around {
            chord: chord(scene.chord),
            key,
            scale: key.map_or_else(c_major, Classes::of_key),
            lock: key.filter(|_| scene.lock),
            sounding,
        };
        let place = if at % 24 == 0 { Place::Strong } else { Place::Weak };
        let velocity = Velocity::clamped(80);
        let struck = Struck { pitch: pitch(name), velocity, at: Tick(at), place };
        let answers = followers.strike(struck, &settings, &seats, around);
        let names: Vec<String> = answers[..scene.parts.len()]
            .iter()
            .map(|it| it.begins.map_or_else(|| ".".into(), |(pitch, _)| pitch.name()))
            .collect();
        played.push(names.join("+"));
    }
    assert_eq!(played.join(" "), expected, "{notes} over {} in {}", scene.chord, scene.key);
}

#[test]
fn a_harmony_above_is_a_third_or_the_note_of_the_chord_beside_it() {
    check(&IN_C, "C4@0 D4@24 E4@48 F4@72 G4@96 A4@120 B4@144 C5@168", "E4 G4 G4 A4 C5 C5 E5 E5");
    let unknown = Scene { chord: "-", ..IN_C };
    check(&unknown, "C4@0 D4@24 E4@48 F4@72 G4@96 A4@120 B4@144", "E4 F4 G4 A4 B4 C5 D5");
    let minor = Scene { key: "A minor", chord: "-", ..IN_C };
    check(&minor, "A4@0 B4@24 C5@48 D5@72 E5@96", "C5 D5 E5 F5 G5");
}

#[test]
fn a_harmony_below_mirrors_it() {
    let below = Scene { parts: BELOW, ..IN_C };
    check(&below, "C4@0 D4@24 E4@48 F4@72 G4@96", "G3 B3 C4 C4 E4");
    let unknown = Scene { chord: "-", ..below };
    check(&unknown, "E4@0 F4@24 G4@48 A4@72", "C4 D4 E4 F4");
}

#[test]
fn two_harmonies_do_not_double_each_other() {
    let parts = &[(Follow::Above, FLUTE, "A4"), (Follow::Above, PIANO, "A4")];
    check(&Scene { parts, ..IN_C }, "C4@0 E4@24 G4@48", "E4+G4 G4+C5 C5+E5");
}

#[test]
fn a_chord_is_answered_note_by_note_and_never_on_one_pitch_twice() {
    check(&IN_C, "C4@0 E4@0 G4@0", "E4 G4 C5");
}

#[test]
fn a_third_that_rubs_against_what_sounds_gives_way() {
    let band = Scene { chord: "-", band: "F4", ..IN_C };
    check(&band, "C4@0", "A4");
}

#[test]
fn a_locked_scale_is_never_left() {
    let locked =
        Scene { lock: true, chord: "-", parts: &[(Follow::OctaveUp, PIANO, "C4")], ..IN_C };
    check(&locked, "C4@0 C#4@24 D4@48", "C5 . D5");
    check(&Scene { parts: ABOVE, ..locked }, "C#4@0 F#4@24", "E4 A4");
}

#[test]
fn octaves_double_as_far_as_the_instrument_goes() {
    let parts = &[(Follow::OctaveUp, PIANO, "C4"), (Follow::OctaveDown, PIANO, "C4")];
    check(&Scene { parts, ..IN_C }, "C#4@0 C1@24 C8@48", "C#5+C#3 C2+. .+C7");
}

#[test]
fn a_bass_plays_roots_in_its_own_register_and_moves_off_the_beat() {
    let bass = Scene { parts: BASS_LINE, ..IN_C };
    check(&bass, "E4@0 F4@12 G4@24 A4@36 G4@48", "C3 G2 C3 G2 C3");
    check(&Scene { chord: "Am", ..bass }, "E4@0 E4@24", "A2 A2");
    let unknown = Scene { chord: "-", ..bass };
    check(&unknown, "E4@0 G4@24 B4@48 A4@72", "C3 G2 G2 F2");
}

#[test]
fn a_bass_answers_a_chord_with_one_note() {
    let bass = Scene { parts: BASS_LINE, ..IN_C };
    check(&bass, "C4@0 E4@1 G4@2 C5@24", "C3 . . C3");
    check(&bass, "C4@0 E4@3", "C3 G2");
}

#[test]
fn a_low_part_harmonizes_in_its_own_register_where_it_can() {
    let parts = &[(Follow::Below, BASS, "G2")];
    check(&Scene { parts, ..IN_C }, "E4@0 G4@24", "C4 E4");
    let parts = &[(Follow::Above, FLUTE, "C7")];
    check(&Scene { parts, ..IN_C }, "C4@0", "E5");
}

#[test]
fn drums_take_the_rhythm() {
    let parts = &[(Follow::Above, 16, "G2")];
    check(&Scene { parts, ..IN_C }, "C2@0 C4@24 C5@36 C2@48 E4@48 G4@48", "C2 D2 F#2 C2 D2 .");
}

/// Whatever is struck and let go, each note is ended once, and nothing sounds when no key is held.
#[test]
fn notes_end_with_the_keys_that_hold_them() {
    for seed in 0..40 {
        let mut stream = Seed(seed).stream(0);
        let mut roll = move |below: u64| u8::try_from((stream.next_u64() >> 32) % below).unwrap();
        let mut followers = Followers::default();
        let mut sounding = [Pitches::default(); Part::BAND_SIZE];
        let mut held = Pitches::default();
        let mut at = 0;
        let seat = |family: u8| Seat { family: Family::new(family).unwrap(), middle: pitch("C4") };
        let seats = [seat(PIANO), seat(FLUTE), seat(BASS), seat(16)];
        for _ in 0..500 {
            let key = Pitch::new(40 + roll(40)).unwrap();
            at += i64::from(roll(5));
            if held.remove(key) {
                for (place, ends) in followers.let_go(key).into_iter().enumerate() {
                    assert!(ends.iter().all(|it| sounding[place].remove(it)));
                }
            } else {
                held.insert(key);
                let follow = Follow::ALL[usize::from(roll(5))];
                let part = PartSettings { mode: Mode::Follow, follow, ..PartSettings::default() };
                let around = Around {
                    chord: Chord::new(roll(12), ChordQuality::Minor).filter(|it| it.root() > 4),
                    key: Key::from_index(usize::from(roll(30))),
                    scale: c_major(),
                    lock: None,
                    sounding: [held; Part::COUNT],
                };
                let velocity = Velocity::clamped(roll(128));
                let struck = Struck { pitch: key, velocity, at: Tick(at), place: Place::Weak };
                let answers = followers.strike(struck, &[part; 4], &seats, around);
                for (place, answer) in answers.into_iter().enumerate() {
                    assert!(answer.ends.iter().all(|it| sounding[place].remove(it)));
                    if let Some((pitch, _)) = answer.begins {
                        assert!(!sounding[place].contains(pitch), "struck twice");
                        sounding[place].insert(pitch);
                    }
                }
            }
            if held.is_empty() {
                assert!(sounding.iter().all(|it| it.is_empty()));
            }
        }
        for key in held.iter() {
            for (place, ends) in followers.let_go(key).into_iter().enumerate() {
                assert!(ends.iter().all(|it| sounding[place].remove(it)));
            }
        }
        assert!(sounding.iter().all(|it| it.is_empty()));
    }
}
