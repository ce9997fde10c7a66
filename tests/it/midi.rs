//! The MIDI files that are shipped, regenerated from their sources with `ANTIPHON_REGENERATE=1`.

use std::fs;
use std::path::{Path, PathBuf};

use antiphon::files::midi::{self, MidiSong, MidiTrack, OpenError};
use antiphon::score::{Meter, Note, Part, Pitch, Tempo, Tick, Ticks, Velocity};

/// Greensleeves, the verse: traditional, licensed to Richard Jones in 1580. Pitch and ticks of 24 a quarter; the first bar is an upbeat.
const GREENSLEEVES: &str = "
    A4/12 |
    C5/24 D5/12 E5/18 F#5/6 E5/12 | D5/24 B4/12 G4/18 A4/6 B4/12 |
    C5/24 A4/12 A4/18 Ab4/6 A4/12 | B4/24 Ab4/12 E4/24 A4/12 |
    C5/24 D5/12 E5/18 F#5/6 E5/12 | D5/24 B4/12 G4/18 A4/6 B4/12 |
    C5/18 B4/6 A4/12 Ab4/18 F#4/6 Ab4/12 | A4/72";

/// Notes of the melody in bars of 6/8, ending with a full bar.
fn greensleeves() -> Vec<Note> {
    let meter = Meter::new(6, 8).unwrap();
    let mut notes = Vec::new();
    for (bar, text) in GREENSLEEVES.split('|').enumerate() {
        let words: Vec<(&str, i64)> = text
            .split_whitespace()
            .map(|word| word.split_once('/').unwrap())
            .map(|(name, ticks)| (name, ticks.parse().unwrap()))
            .collect();
        let total: i64 = words.iter().map(|word| word.1).sum();
        let mut onset =
            Tick(0) + meter.bar() * i64::try_from(bar).unwrap() + (meter.bar() - Ticks(total));
        for (name, ticks) in words {
            let is_beat = onset.0 % meter.beat().0 == 0;
            notes.push(Note {
                onset,
                part: Part::PLAYER,
                pitch: (0..128).filter_map(Pitch::new).find(|it| it.name() == name).unwrap(),
                length: Ticks(ticks),
                velocity: Velocity::clamped(if is_beat { 88 } else { 72 }),
            });
            onset += Ticks(ticks);
        }
    }
    notes
}

fn song(name: &str, notes: Vec<Note>) -> MidiSong {
    let (tempo, meter) = (Tempo::new(90.0).unwrap(), Meter::new(6, 8).unwrap());
    let mut song = MidiSong::of_band(&[], &Default::default(), tempo, meter);
    let (name, gestures) = (name.to_owned(), Vec::new());
    song.tracks.push(MidiTrack { name, channel: 0, program: Some(73), notes, gestures });
    song
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Compare a shipped file with what its source makes.
fn check(path: &str, expected: &[u8]) {
    let path = root().join(path);
    if std::env::var_os("ANTIPHON_REGENERATE").is_some() {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, expected).unwrap();
    }
    assert!(
        fs::read(&path).unwrap() == expected,
        "{} is not what its source makes",
        path.display()
    );
}

#[test]
fn shipped_files_are_what_their_sources_make() {
    let whole = midi::write(&song("Greensleeves", greensleeves()));
    check("demo/greensleeves.mid", &whole);
    check("tests/data/midi/cut-short.mid", &whole[..whole.len() - 40]);

    let drums =
        greensleeves().into_iter().map(|note| Note { pitch: Pitch::new(36).unwrap(), ..note });
    let mut band = song("Tune", greensleeves().split_off(20));
    band.tracks.push(MidiTrack {
        name: "Kit".to_owned(),
        channel: 9,
        program: None,
        notes: drums.collect(),
        gestures: Vec::new(),
    });
    check("tests/data/midi/tune-and-kit.mid", &midi::write(&band));
    check("tests/data/midi/no-notes.mid", &midi::write(&song("Silence", Vec::new())));
}

#[test]
fn the_demo_is_greensleeves() {
    let song = midi::open(&root().join("demo/greensleeves.mid")).unwrap();
    let track = song.fullest_track().unwrap();
    assert_eq!(track.notes, greensleeves());
    let phrase = song.phrase_of(track);
    assert_eq!(phrase.notes()[0].onset, Tick(60));
    assert_eq!(phrase.length(), Ticks(9 * 72));
}

#[test]
fn files_are_opened_or_refused() {
    let data = |name: &str| root().join("tests/data/midi").join(name);
    assert_eq!(
        midi::open(&data("tune-and-kit.mid")).unwrap().fullest_track().unwrap().name,
        "Tune"
    );
    assert_eq!(midi::open(&data("no-notes.mid")).unwrap().fullest_track(), None);

    let refused = |path: PathBuf| midi::open(&path).unwrap_err();
    let cut = refused(data("cut-short.mid"));
    let text = cut.to_string();
    assert!(matches!(cut, OpenError::Broken { .. }), "{text}");
    assert!(
        text.contains("expected 40 more bytes of track 2, found the end of the file"),
        "{text}"
    );
    assert!(matches!(refused(data("missing.mid")), OpenError::Unreadable { .. }));
    assert!(matches!(refused(data("")), OpenError::Unreadable { .. }));
}
