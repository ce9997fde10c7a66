//! Johann Pachelbel's Canon in D (about 1690, public domain) for eight parts, arranged here: three voices in canon over a ground, with chords.

use antiphon::files::midi::{MidiSong, MidiTrack};
use antiphon::score::{Meter, Note, Part, Pitch, Tempo, Tick, Ticks, Velocity};

/// Ticks of a sixteenth and of one turn of the ground, eight quarters.
const SIXTEENTH: i64 = 6;
const TURN: i64 = 8 * 24;
/// Turns in all; the canon's voices come in one after another.
const TURNS: i64 = 14;

/// What the canon's voices play, turn by turn: lengths in sixteenths after the colon, else the first number of the line.
const VARIATIONS: [(&str, i64); 7] = [
    ("F#5 E5 D5 C#5 B4 A4 B4 C#5", 4),
    ("D5 C#5 B4 A4 G4 F#4 G4 E4", 4),
    ("D4 F#4 A4 G4 F#4 D4 F#4 E4 D4 B3 D4 A4 G4 B4 A4 G4", 2),
    ("F#4 D4 E4 C#5 D5 F#5 A5 A4 B4 G4 A4 F#4 D4 D5 D5:3 C#5:1", 2),
    (
        "D5 C#5 D5 D4 C#4 A4 E4 F#4 D4 D5 C#5 B4 C#5 F#5 A5 B5 \
         G5 F#5 E5 G5 F#5 E5 D5 C#5 B4 A4 G4 F#4 E4 G4 F#4 E4",
        1,
    ),
    (
        "A5:2 F#5 G5 A5:2 F#5 G5 A5 A4 B4 C#5 D5 E5 F#5 G5 \
         F#5:2 D5 E5 F#5:2 F#4 G4 A4 B4 A4 G4 A4 F#4 G4 A4",
        1,
    ),
    (
        "G4:2 B4 A4 G4:2 F#4 E4 F#4 E4 D4 E4 F#4 G4 A4 B4 \
         G4:2 B4 A4 B4:2 C#5 D5 A4 B4 C#5 D5 E5 F#5 G5 A5",
        1,
    ),
];
/// Two quarters each are too long: a chord a quarter, from the bass up.
const CHORDS: [[&str; 4]; 8] = [
    ["D3", "A4", "D4", "F#4"],
    ["A2", "A4", "C#4", "E4"],
    ["B2", "B3", "D4", "F#4"],
    ["F#2", "A3", "C#4", "F#4"],
    ["G2", "B3", "D4", "G4"],
    ["D2", "A3", "D4", "F#4"],
    ["G2", "B3", "D4", "G4"],
    ["A2", "C#4", "E4", "A4"],
];

/// Two minutes in eight tracks: three violins and a flute's worth of canon, choir, guitar, harpsichord, cello and contrabass.
pub(crate) fn song() -> MidiSong {
    let tempo = Tempo::new(56.0).expect("a tempo");
    let mut song = MidiSong::of_band(&[], &Default::default(), tempo, Meter::COMMON);
    song.tracks = vec![
        track("Violin", 0, 40, voice(2, 0, 92)),
        track("Clarinet", 1, 71, voice(4, 0, 88)),
        track("Flute", 2, 73, voice(6, 12, 84)),
        track("Choir", 3, 52, chords(64, 24)),
        track("Piano", 4, 0, broken(80)),
        track("Guitar", 5, 24, chords(70, 12)),
        track("Cello", 6, 42, ground(0, 90)),
        track("Contrabass", 7, 43, ground(-12, 80)),
    ];
    song
}

fn track(name: &str, channel: u8, program: u8, mut notes: Vec<Note>) -> MidiTrack {
    notes.sort_unstable();
    MidiTrack {
        name: name.to_owned(),
        channel,
        program: Some(program),
        notes,
        gestures: Vec::new(),
    }
}

fn note(onset: i64, name: &str, up: i16, length: i64, velocity: u8) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch: pitch(name, up),
        length: Ticks((length - 1).max(1)),
        velocity: Velocity::clamped(velocity),
    }
}

/// `F#4` is 66.
fn pitch(name: &str, up: i16) -> Pitch {
    let (letter, rest) = name.split_at(1);
    let place = "C D EF G A B".find(letter).expect("a letter from A to G");
    let sharp = i16::from(rest.starts_with('#'));
    let octave: i16 = rest.trim_start_matches('#').parse().expect("an octave");
    let number = 12 * (octave + 1) + i16::try_from(place).expect("one of twelve") + sharp + up;
    u8::try_from(number).ok().and_then(Pitch::new).expect("a pitch that can be played")
}

/// The canon from a turn on, all variations in order and again.
fn voice(first: i64, up: i16, velocity: u8) -> Vec<Note> {
    let mut notes = Vec::new();
    for (turn, (text, unit)) in (first..TURNS).zip(VARIATIONS.iter().cycle()) {
        let mut at = turn * TURN;
        for word in text.split_whitespace() {
            let (name, length) = match word.split_once(':') {
                Some((name, length)) => (name, length.parse().expect("a length")),
                None => (word, *unit),
            };
            notes.push(note(at, name, up, length * SIXTEENTH, velocity));
            at += length * SIXTEENTH;
        }
    }
    notes
}

/// The chord of each quarter of the piece, with its time.
fn quarters() -> impl Iterator<Item = (i64, &'static [&'static str; 4])> {
    (0..TURNS * 8).zip(CHORDS.iter().cycle()).map(|(quarter, chord)| (quarter * 24, chord))
}

fn chords(velocity: u8, every: i64) -> Vec<Note> {
    quarters()
        .flat_map(|(at, chord)| {
            (0..24 / every).flat_map(move |strike| {
                let upper = chord[1..].iter();
                upper.map(move |name| note(at + strike * every, name, 0, every, velocity))
            })
        })
        .collect()
}

/// Four sixteenths up each chord, held to its end.
fn broken(velocity: u8) -> Vec<Note> {
    quarters()
        .flat_map(|(at, chord)| {
            (0..4).zip(chord).map(move |(place, name)| {
                note(at + place * SIXTEENTH, name, 0, 24 - place * SIXTEENTH, velocity)
            })
        })
        .collect()
}

fn ground(up: i16, velocity: u8) -> Vec<Note> {
    quarters().map(|(at, chord)| note(at, chord[0], up, 24, velocity)).collect()
}
