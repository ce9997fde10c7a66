//! MIDI files written as bytes and compared as text.

use std::fmt::Write;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::score::{Family, Pitch, Velocity, Voice};

/// A file of one chunk `MThd` and the given tracks.
fn file(format: u8, division: [u8; 2], tracks: &[&[u8]]) -> Vec<u8> {
    let count = u8::try_from(tracks.len()).unwrap();
    let mut bytes = b"MThd\0\0\0\x06\0".to_vec();
    bytes.extend([format, 0, count, division[0], division[1]]);
    for track in tracks {
        bytes.extend(b"MTrk");
        bytes.extend(u32::try_from(track.len()).unwrap().to_be_bytes());
        bytes.extend(*track);
    }
    bytes
}

/// `onset+length pitch/velocity`, a line a track.
fn text(song: &MidiSong) -> String {
    let mut text = String::new();
    for (tick, tempo) in &song.tempos {
        write!(text, "{}:{} bpm ", tick.0, tempo.bpm()).unwrap();
    }
    for (tick, meter) in &song.meters {
        write!(text, "{}:{}/{} ", tick.0, meter.count(), meter.unit()).unwrap();
    }
    for track in &song.tracks {
        write!(text, "| {:?} ch{} p{:?}", track.name, track.channel + 1, track.program).unwrap();
        for note in &track.notes {
            let Note { onset, pitch, length, velocity, .. } = note;
            write!(text, " {}+{} {}/{}", onset.0, length.0, pitch.name(), velocity.number())
                .unwrap();
        }
    }
    for mended in &song.mended {
        write!(text, " ({mended})").unwrap();
    }
    text
}

fn check(bytes: &[u8], expected: &str) {
    let found = match read(bytes) {
        Ok(song) => text(&song),
        Err(error) => error.to_string(),
    };
    assert_eq!(found.trim(), expected);
}

const END: [u8; 4] = [0, 0xFF, 0x2F, 0];

#[test]
fn formats_and_statuses_are_read() {
    // Running status, and a note-on without velocity as note-off.
    let running = [0, 0x90, 60, 80, 48, 60, 0, 0, 64, 80, 48, 64, 0, 0, 0xFF, 0x2F, 0];
    check(
        &file(0, [0, 96], &[&running]),
        "0:120 bpm 0:4/4 | \"\" ch1 pNone 0+12 C4/80 12+12 E4/80",
    );

    // Channels of one track are parted; a program is the first one.
    let mixed = [
        &[0, 0xFF, 0x03, 4, b'B', b'a', b'n', b'd', 0, 0xC1, 33, 0, 0x91, 40, 90][..],
        &[0, 0x99, 36, 100, 0, 0xB1, 64, 127, 24, 0x81, 40, 0, 0, 0x89, 36, 0, 0, 0xC1, 5],
        &END,
    ]
    .concat();
    check(
        &file(1, [0, 24], &[&mixed]),
        "0:120 bpm 0:4/4 | \"Band\" ch2 pSome(33) 0+24 E2/90| \"Band\" ch10 pNone 0+24 C2/100",
    );

    // The map of tempo and meter stands in the first track and rules all.
    let map = [
        &[0, 0xFF, 0x58, 4, 6, 3, 36, 8, 0, 0xFF, 0x51, 3, 0x0A, 0x2C, 0x2B][..],
        &[72, 0xFF, 0x51, 3, 0x07, 0xA1, 0x20],
        &END,
    ]
    .concat();
    let notes = [&[0x81, 0x10, 0x90, 72, 64, 1, 0x80, 72, 0][..], &END].concat();
    check(
        &file(1, [0, 24], &[&map, &notes]),
        "0:90 bpm 72:120 bpm 0:6/8 | \"\" ch1 pNone 144+1 C5/64",
    );

    // Patterns of format 2 all begin at 0.
    let pattern = [&[24, 0x90, 60, 64, 24, 0x80, 60, 0][..], &END].concat();
    check(
        &file(2, [0, 24], &[&pattern, &pattern]),
        "0:120 bpm 0:4/4 | \"\" ch1 pNone 24+24 C4/64| \"\" ch1 pNone 24+24 C4/64",
    );
}

#[test]
fn the_pedal_holds_notes_as_in_live_playing() {
    let (down, up) = ([0xB0, 64, 127], [0xB0, 64, 63]);
    let piece = |parts: &[&[u8]]| [&parts.concat()[..], &END].concat();
    // C rings until the pedal comes up, E until it is struck again, G is held beyond the pedal.
    let track = piece(&[
        &[0],
        &down,
        &[0, 0x90, 60, 80, 12, 0x80, 60, 0, 0, 0x90, 64, 80, 6, 0x80, 64, 0],
        &[6, 0x90, 64, 90, 6, 0x80, 64, 0, 0, 0x90, 67, 70, 18],
        &up,
        &[12, 0x80, 67, 0],
    ]);
    let expected =
        "0:120 bpm 0:4/4 | \"\" ch1 pNone 0+48 C4/80 12+12 E4/80 24+24 E4/90 30+30 G4/70";
    check(&file(0, [0, 24], &[&track]), expected);

    // The pedal stands in a track of its own, and is another's of format 2; another channel's does nothing.
    let pedal = piece(&[&[0], &down, &[48], &up]);
    let notes = piece(&[&[0, 0x90, 60, 80, 0, 0x91, 62, 80, 12, 0x80, 60, 0, 0, 0x81, 62, 0]]);
    let text = |length: i64| {
        format!("0:120 bpm 0:4/4 | \"\" ch1 pNone 0+{length} C4/80| \"\" ch2 pNone 0+12 D4/80")
    };
    check(&file(1, [0, 24], &[&pedal, &notes]), &text(48));
    check(&file(1, [0, 24], &[&notes, &pedal]), &text(48));
    check(&file(2, [0, 24], &[&pedal, &notes]), &text(12));

    // All notes off ends what rings, and what is held to the end of the track is not said to be open.
    let track = piece(&[&[0], &down, &[0, 0x90, 60, 80, 12, 0x80, 60, 0, 12, 0xB0, 123, 0]]);
    check(&file(0, [0, 24], &[&track]), "0:120 bpm 0:4/4 | \"\" ch1 pNone 0+24 C4/80");
    let track = piece(&[&[0], &down, &[0, 0x90, 60, 80, 12, 0x80, 60, 0, 24, 0xC0, 5]]);
    check(&file(0, [0, 24], &[&track]), "0:120 bpm 0:4/4 | \"\" ch1 pSome(5) 0+36 C4/80");
}

#[test]
fn film_time_is_turned_into_quarters() {
    // 25 frames of 40: milliseconds. A second at 120 is two quarters, at 60 one.
    let track = [
        &[0x87, 0x68, 0xFF, 0x51, 3, 0x0F, 0x42, 0x40][..],
        &[0, 0x90, 60, 64, 0x87, 0x68, 0x80, 60, 0],
        &END,
    ]
    .concat();
    check(
        &file(0, [0xE7, 40], &[&track]),
        "0:120 bpm 48:60 bpm 0:4/4 | \"\" ch1 pNone 48+24 C4/64",
    );
}

#[test]
fn ticks_are_rounded_to_the_nearest() {
    // 480 a quarter: 29 is 1.45 ticks, 31 is 1.55; a note of nothing lasts one tick.
    let track = [
        &[29, 0x90, 60, 64, 2, 62, 64, 0, 62, 0, 0x83, 0x41, 60, 0][..], //
        &END,
    ]
    .concat();
    check(&file(0, [1, 0xE0], &[&track]), "0:120 bpm 0:4/4 | \"\" ch1 pNone 1+23 C4/64 2+1 D4/64");
}

#[test]
fn harmless_faults_are_mended() {
    let open = [0, 0x90, 60, 64, 24, 60, 65, 24, 0xB0, 1, 1];
    let mut bytes = file(0, [0, 24], &[&open]);
    bytes.extend([0; 3]);
    check(
        &bytes,
        "0:120 bpm 0:4/4 | \"\" ch1 pNone 0+24 C4/64 24+24 C4/65 (track 1 has no end mark) (3 bytes after the last track, from byte 33) (notes never let go: 2)",
    );

    let odd = [
        &[0, 0xFF, 0x58, 4, 0, 9, 24, 8, 0, 0xFF, 0x51, 3, 0, 0, 1][..],
        &[5, 0xFF, 0x54, 5, 99, 99, 99, 99, 99, 0, 0x90, 60, 64, 1, 60, 0],
        &END,
    ]
    .concat();
    check(
        &file(0, [0, 24], &[&odd]),
        "0:1000 bpm 0:4/4 | \"\" ch1 pNone 5+1 C4/64 (a tempo beyond 10 to 1000 at quarter 0.00) (an unusable time signature at quarter 0.00)",
    );
}

#[test]
fn broken_files_are_refused_where_they_break() {
    let end_of_file = "the end of the file";
    check(b"", &format!("byte 0: expected the header `MThd` of a MIDI file, found {end_of_file}"));
    check(b"RIFF", "byte 0: expected the header `MThd` of a MIDI file, found 0x52");
    check(b"MThd\0\0", &format!("byte 6: expected the header's length, found {end_of_file}"));
    check(b"MThd\0\0\0\x05\0\0\0\0\0", "byte 7: expected a header of at least 6 bytes, found 0x05");
    check(&file(3, [0, 24], &[]), "byte 9: expected format 0, 1 or 2, found 0x03");
    check(
        &file(0, [0, 0], &[]),
        "byte 13: expected at least one tick in a quarter note, found 0x00",
    );
    check(
        &file(0, [0x80, 1], &[]),
        "byte 12: expected 24, 25, 29 or 30 frames a second, found 0x80",
    );
    check(&file(0, [0xE7, 0], &[]), "byte 13: expected at least one tick in a frame, found 0x00");

    let whole = file(1, [0, 24], &[&END, &END]);
    check(&whole[..26], &format!("byte 26: expected track 2 of 2, found {end_of_file}"));
    check(&whole[..36], &format!("byte 36: expected 2 more bytes of track 2, found {end_of_file}"));

    let broken = |track: &[u8]| file(0, [0, 24], &[track]);
    check(&broken(&[0]), &format!("byte 23: expected an event, found {end_of_file}"));
    check(&broken(&[0, 60, 64]), "byte 23: expected an event's status of 0x80 or more, found 0x3c");
    check(&broken(&[0, 0x90, 60, 0x90]), "byte 25: expected a data byte below 0x80, found 0x90");
    check(
        &broken(&[0, 0xF8]),
        "byte 23: expected a channel, system exclusive or meta event, found 0xf8",
    );
    check(
        &broken(&[0, 0xFF, 0x01, 9, b'x']),
        &format!("byte 27: expected 8 more bytes of a meta event, found {end_of_file}"),
    );
    check(
        &broken(&[0xFF, 0xFF, 0xFF, 0xFF, 0]),
        "byte 25: expected a delta time of at most 4 bytes, found 0xff",
    );
    let two = file(1, [0, 24], &[&[0, 0x90, 60], &END]);
    check(&two, "byte 25: expected a data byte, found the end of the track");
}

#[test]
fn the_fullest_track_that_is_not_drums_is_the_seed() {
    let note = |onset| note_at(onset, 60, 1);
    let track = |name: &str, channel, count| MidiTrack {
        name: name.to_owned(),
        channel,
        program: None,
        notes: (0..count).map(note).collect(),
        gestures: Vec::new(),
    };
    let song = |tracks| MidiSong {
        tracks,
        ..MidiSong::of_band(&[], &Default::default(), Tempo::default(), Meter::COMMON)
    };
    let pick = |tracks| song(tracks).fullest_track().map(|track| track.name.clone());
    assert_eq!(pick(vec![]), None);
    assert_eq!(pick(vec![track("drums", 9, 9)]).as_deref(), Some("drums"));
    let all = vec![track("a", 0, 2), track("drums", 9, 9), track("b", 1, 3), track("c", 2, 3)];
    assert_eq!(pick(all).as_deref(), Some("b"));
}

#[test]
fn a_phrase_starts_with_the_bar_of_its_first_note() {
    let waltz = Meter::new(3, 4).unwrap();
    let notes = vec![note_at(96 + 72 + 24, 60, 1), note_at(96 + 144, 62, 1)];
    let track =
        MidiTrack { name: String::new(), channel: 0, program: None, notes, gestures: Vec::new() };
    let song = MidiSong {
        tracks: vec![track],
        tempos: vec![(Tick(0), Tempo::default())],
        meters: vec![(Tick(0), Meter::COMMON), (Tick(96), waltz)],
        delays: Vec::new(),
        mended: Vec::new(),
    };
    let onsets =
        |phrase: Phrase| -> Vec<i64> { phrase.notes().iter().map(|note| note.onset.0).collect() };
    let track = &song.tracks[0];
    assert_eq!(onsets(song.phrase_of(track)), [24, 72]);
    assert_eq!(onsets(song.phrase_of_bars(track, 2, 3)), [96]);
    assert_eq!(onsets(song.phrase_of_bars(track, 3, 4)), [24, 72]);
    assert_eq!(onsets(song.phrase_of_bars(track, 4, u32::MAX)), [0]);
    assert_eq!(onsets(song.phrase_of_bars(track, 3, 2)), [0; 0]);
}

#[test]
fn a_take_keeps_its_tempos_meters_and_feel() {
    let waltz = Meter::new(3, 4).unwrap();
    let tempo = |bpm| Tempo::new(bpm).unwrap();
    let note =
        |onset, slot| Note { part: Part::from_slot(slot).unwrap(), ..note_at(onset, 60, 12) };
    let music = Music {
        begin: Tick(96),
        end: Tick(96 + 96 + 72),
        notes: vec![note(96, 0), note(96, 4), note(192, 1)],
        delays: vec![(note(192, 1), 0.5)],
        tempos: vec![(Tick(0), tempo(90.0)), (Tick(192), tempo(120.0))],
        meters: vec![(Tick(0), Meter::COMMON), (Tick(192), waltz)],
        families: vec![(Tick(0), [Family::PIANO, Family::PIANO, Family::PIANO, Family::DRUMS])],
        ..Music::default()
    };
    let song =
        MidiSong::of_take(&music, &music.sounding_families().map(|it| it.map(Voice::of_family)));
    check(
        &write(&song),
        "0:90 bpm 96:120 bpm 0:4/4 96:3/4 | \"Part 1 Piano\" ch1 pSome(0) 97+12 C4/64| \"Part 4 Drums\" ch10 pNone 0+12 C4/64| \"Player\" ch5 pNone 0+12 C4/64",
    );
}

#[test]
fn a_band_is_written_as_a_track_a_part() {
    let drums = Note { part: Part::BAND[3], ..note_at(0, 36, 12) };
    let bass = Note { part: Part::BAND[1], ..note_at(0, 40, 24) };
    let early = Note { part: Part::BAND[1], ..note_at(-12, 41, 24) };
    let again = Note { part: Part::BAND[1], ..note_at(12, 40, 24) };
    let player = note_at(24, 72, 24);
    let families = [None, Family::new(4), None, Some(Family::DRUMS)];
    let song = MidiSong::of_band(
        &[drums, bass, early, again, player],
        &families.map(|it| it.map(Voice::of_family)),
        Tempo::new(93.5).unwrap(),
        Meter::new(12, 8).unwrap(),
    );
    check(
        &write(&song),
        "0:93.5 bpm 0:12/8 | \"Part 2 Bass\" ch2 pSome(32) 0+12 E2/64 0+12 F2/64 12+24 E2/64\
         | \"Part 4 Drums\" ch10 pNone 0+12 C2/64| \"Player\" ch5 pNone 24+24 C5/64",
    );
}

fn note_at(onset: i64, pitch: u8, length: i64) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(length),
        velocity: Velocity::clamped(64),
    }
}

/// Notes of one channel without overlaps of a pitch, at most `count` of them.
fn notes(count: usize) -> impl Strategy<Value = Vec<Note>> {
    vec((0..200_i64, 0..128_u8, 1..100_i64, 1..128_u8), 1..count).prop_map(|drawn| {
        let mut free = [0; 128];
        let mut notes: Vec<Note> = drawn
            .into_iter()
            .map(|(wait, pitch, length, velocity)| {
                let onset = free[usize::from(pitch)] + wait;
                free[usize::from(pitch)] = onset + length;
                Note { velocity: Velocity::clamped(velocity), ..note_at(onset, pitch, length) }
            })
            .collect();
        notes.sort_unstable();
        notes
    })
}

prop_compose! {
    fn songs()(
        tracks in vec((0..16_u8, proptest::option::of(0..128_u8), "[a-zé]{0,8}", notes(40)), 0..5),
        tempos in vec((1..5000_i64, 10..1000_u32), 0..4),
        meters in vec((1..5000_i64, 1..65_u8, 0..6_u32), 0..4),
    ) -> MidiSong {
        let mut song = MidiSong::of_band(&[], &Default::default(), Tempo::default(), Meter::COMMON);
        song.tracks = tracks
            .into_iter()
            .map(|(channel, program, name, notes)| MidiTrack { name, channel, program, notes, gestures: Vec::new() })
            .collect();
        song.tempos.extend(tempos.iter().map(|it| (Tick(it.0), Tempo::new(it.1.into()).unwrap())));
        song.meters.extend(meters.iter().map(|it| (Tick(it.0), Meter::new(it.1, 1 << it.2).unwrap())));
        song.tempos.sort_by_key(|it| it.0);
        song.tempos.dedup_by_key(|it| it.0);
        song.meters.sort_by_key(|it| it.0);
        song.meters.dedup_by_key(|it| it.0);
        song
    }
}

proptest! {
    #[test]
    fn what_is_written_is_read(song in songs()) {
        prop_assert_eq!(read(&write(&song)), Ok(song));
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in vec(any::<u8>(), 0..300)) {
        let _ = read(&bytes);
        let _ = read(&file(1, [0, 24], &[&bytes]));
        let _ = read(&file(0, [0xE7, 40], &[&bytes]));
    }

    #[test]
    fn a_damaged_file_is_read_or_refused_inside_it(
        song in songs(),
        damage in vec((any::<proptest::sample::Index>(), any::<u8>()), 1..8),
        cut in any::<proptest::sample::Index>(),
    ) {
        let mut bytes = write(&song);
        for (place, byte) in damage {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        for bytes in [&bytes[..], &bytes[..cut.index(bytes.len())]] {
            match read(bytes) {
                Err(error) => prop_assert!(error.offset <= bytes.len()),
                Ok(song) => prop_assert!(song.tracks.iter().all(|track| !track.notes.is_empty())),
            }
        }
    }

    #[test]
    fn a_file_cut_short_is_refused_at_its_end(song in songs(), cut in any::<proptest::sample::Index>()) {
        let bytes = write(&song);
        let bytes = &bytes[..cut.index(bytes.len())];
        prop_assert_eq!(read(bytes).map_err(|error| (error.offset, error.found)), Err((bytes.len(), Found::EndOfFile)));
    }
}

#[test]
fn controllers_and_the_wheel_are_read_with_their_range() {
    let note = [0, 0x90, 60, 80, 96, 0x80, 60, 0];
    let wheel = |high: u8| [48, 0xE0, 0, high];
    let range =
        [0, 0xB0, 101, 0, 0, 0xB0, 100, 0, 0, 0xB0, 6, 12, 0, 0xB0, 101, 127, 0, 0xB0, 6, 3];
    let controllers = [0, 0xB0, 7, 90, 0, 0xB0, 11, 127, 0, 0xB0, 10, 0, 0, 0xB0, 2, 99];
    let manner = [0, 0xB0, 1, 99, 0, 0xB0, 74, 20, 0, 0xD0, 70];
    // They may stand in another track than the notes.
    let desk =
        [&controllers[..], &manner, &wheel(127), &range, &wheel(0), &[0, 0xB0, 121, 0], &END]
            .concat();
    let song = read(&file(1, [0, 96], &[&desk, &[&note[..], &END].concat()])).unwrap();
    // The coarse half of the wheel alone comes within two tenths.
    let near = |semitones: f32, wanted: f32| (semitones - wanted).abs() < 0.2;
    let gestures = &song.tracks[0].gestures;
    let times: Vec<f64> = gestures.iter().map(|it| it.0).collect();
    assert_eq!(times[..6], [0.0; 6]);
    assert_eq!(times[6..], [12.0, 12.0, 24.0, 24.0, 24.0, 24.0, 24.0]);
    let [
        volume,
        expression,
        pan,
        wheel,
        bright,
        press,
        up,
        wider,
        down,
        middle,
        whole,
        still,
        light,
    ] = <[Gesture; 13]>::try_from(gestures.iter().map(|it| it.1).collect::<Vec<_>>()).unwrap();
    assert_eq!([volume, expression], [Gesture::Volume(90), Gesture::Expression(127)]);
    assert_eq!([pan, whole], [Gesture::Pan(0), Gesture::Expression(127)]);
    assert_eq!([wheel, bright], [Gesture::Modulation(99), Gesture::Brightness(20)]);
    assert_eq!(press, Gesture::Pressure(70));
    assert_eq!([still, light], [Gesture::Modulation(0), Gesture::Pressure(0)]);
    let bends = [up, wider, down, middle].map(|gesture| match gesture {
        Gesture::Bend(semitones) => semitones,
        other => panic!("{other:?}"),
    });
    assert!(near(bends[0], 2.0) && near(bends[1], 12.0) && near(bends[2], -12.0), "{bends:?}");
    assert_eq!(bends[3], 0.0);
}
