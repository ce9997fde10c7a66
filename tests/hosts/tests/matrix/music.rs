//! The music itself: the same in every host, at every block size, and on the command line.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use antiphon_hosts::report::{Played, Take};
use antiphon_hosts::script::{Pace, Script, Session};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{
    Format as Layout, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind,
};

use crate::stage::{
    BAR, FORMATS, MELODY, RATE, TEMPO, TICK, VELOCITY, bars, command_line, hashes, melody, onsets,
    play, seed, set, take,
};

const BLOCKS: [usize; 6] = [1, 17, 64, 333, 1024, 4096];

/// How often each take is made: once, or as the variable says, for a long look at what ought never to differ.
fn repeats() -> usize {
    std::env::var("ANTIPHON_REPEATS").ok().and_then(|it| it.parse().ok()).unwrap_or(1)
}

#[test]
fn every_host_block_size_and_the_command_line_make_the_same_samples() {
    const BARS: u64 = 4;
    let mut reference: Option<(String, Take)> = None;
    for format in FORMATS {
        for block in BLOCKS.repeat(repeats()) {
            let name = format!("{format:?} at {block}");
            let take = take(format, Session { blocks: vec![block], ..bars(BARS) });
            match &reference {
                None => reference = Some((name, take)),
                Some((first, reference)) => {
                    assert_eq!(take.notes, reference.notes, "{name} and {first}");
                    assert_eq!(hashes(&take), hashes(reference), "{name} and {first}");
                }
            }
        }
    }
    let (_, reference) = reference.unwrap();
    assert!(onsets(&reference).len() > 20, "four bars have music in them");
    for block in BLOCKS {
        let bounce = bounced(BARS, block);
        assert_eq!(bounce.hashes, hashes(&reference), "the command line at {block}");
        assert_eq!(bounce.onsets, spans(&reference), "the command line at {block}");
    }
}

/// Sizes of 1 to 2048 frames, small ones as likely as large ones.
fn random_blocks(seed: u64) -> Vec<usize> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 33).unwrap()
    };
    (0..200).map(|_| 1 + next() % (1 << (next() % 12))).collect()
}

#[test]
fn uneven_blocks_change_nothing() {
    for format in FORMATS {
        let even = take(format, bars(2));
        for seed in 1..=repeats() as u64 {
            let blocks = random_blocks(seed);
            let uneven = take(format, Session { blocks: blocks.clone(), ..bars(2) });
            assert_eq!(even.notes, uneven.notes, "{format:?} {blocks:?}");
            assert_eq!(hashes(&even), hashes(&uneven), "{format:?} {blocks:?}");
        }
    }
}

#[test]
fn every_note_begins_and_ends_at_its_tick() {
    for format in FORMATS {
        let take = take(format, Session { blocks: vec![333], ..bars(4) });
        let stop = (4 * BAR) as i64;
        for note in &take.notes {
            let on_tick = note.frame.rem_euclid(TICK as i64) == 0;
            assert!(on_tick || note.frame >= stop, "{format:?}: {note:?}");
        }
        let channels: BTreeSet<u8> = take.notes.iter().map(|note| note.channel).collect();
        assert!(channels.iter().all(|channel| *channel < 4), "{format:?}: {channels:?}");
        assert!(channels.len() >= 2, "{format:?}: {channels:?}");
    }
}

#[test]
fn no_note_is_left_hanging() {
    for format in FORMATS {
        let mut sounding = BTreeSet::new();
        for note in take(format, bars(4)).notes {
            let voice = (note.channel, note.key);
            match note.velocity {
                Some(_) => assert!(sounding.insert(voice), "{format:?}: {note:?} began twice"),
                None => assert!(sounding.remove(&voice), "{format:?}: {note:?} had not begun"),
            }
        }
        assert!(sounding.is_empty(), "{format:?}: {sounding:?}");
    }
}

#[test]
fn tempo_stretches_time_and_nothing_else() {
    for format in FORMATS {
        let fast = take(format, bars(2));
        let slow = Session {
            tempo: TEMPO / 2.0,
            play_frames: 4 * BAR,
            notes: melody()
                .into_iter()
                .map(|mut key| {
                    key.frame *= 2;
                    key.frames *= 2;
                    key
                })
                .collect(),
            ..bars(2)
        };
        let stretched: Vec<Played> =
            onsets(&fast).iter().map(|note| Played { frame: 2 * note.frame, ..*note }).collect();
        assert_eq!(onsets(&take(format, slow)), stretched, "{format:?}");
    }
}

#[test]
fn music_begins_where_the_song_is_and_not_before_it_plays() {
    for format in FORMATS {
        let still = take(format, Session { play_frames: 0, ..bars(0) });
        assert_eq!(still.notes, [], "{format:?}");
        let later = Session { start_quarters: 35.5, meter: (3, 4), ..bars(2) };
        let take = take(format, later);
        assert!(onsets(&take).len() > 5, "{format:?}");
        let on_tick = |note: &&Played| note.frame.rem_euclid(TICK as i64) == 0;
        assert_eq!(onsets(&take).iter().filter(on_tick).count(), onsets(&take).len());
    }
}

#[test]
fn the_player_is_listened_to_and_heard_at_once() {
    for format in FORMATS {
        let (alone, together) = (Session { notes: Vec::new(), ..bars(3) }, bars(3));
        let (alone, together) = (take(format, alone), take(format, together));
        assert_ne!(onsets(&alone), onsets(&together), "{format:?}: the melody was not heard");
        // With the band silent, the mix is the player's sound, from the frame of the key on.
        let key = antiphon_hosts::script::Key { frame: 12_345, ..melody()[0] };
        let folder = tempfile::tempdir().unwrap();
        let solo = Session {
            parameters: (1..=4).map(|part| set(&format!("mod_{part}"), 0.0)).collect(),
            notes: vec![key],
            blocks: vec![256],
            wav_folder: Some(folder.path().into()),
            ..bars(1)
        };
        let solo = take(format, solo);
        assert_eq!(solo.notes, [], "{format:?}: the band is off, and the player's notes are hers");
        let onset = first_sound(&folder.path().join("0.wav")).unwrap();
        let early = 12_345 + u64::from(solo.latency);
        let late = onset - early;
        assert!(onset >= early && late <= 64, "{format:?}: {late} frames late");
    }
}

#[test]
fn the_second_plugin_plays_the_same_notes_in_silence() {
    for format in FORMATS {
        let notes = Session { plugin: Some("Antiphon Notes".into()), ..bars(2) };
        let (notes, sound) = (take(format, notes), take(format, bars(2)));
        assert_eq!(notes.notes, sound.notes, "{format:?}");
        assert_eq!(notes.outputs[0].peak, 0.0, "{format:?}");
    }
}

#[test]
fn sixteen_bars_live_are_the_sixteen_bars_of_the_bounce() {
    // Both stand still for a while first, since the synth's noise runs on in silence.
    let session =
        || Session { parameters: vec![seed(7)], blocks: vec![256], wait_secs: 2.0, ..bars(16) };
    for format in FORMATS {
        let bounce = take(format, session());
        assert!(onsets(&bounce).len() > 100, "{format:?}: {} notes", onsets(&bounce).len());
        let live = || Session { pace: Pace::RealTime, ..session() };
        let in_time = |live: &Take| {
            if live.notes == bounce.notes {
                assert_eq!(hashes(live), hashes(&bounce), "{format:?}");
            }
            beats_in_time(live, &bounce)
        };
        // A machine that has other things to do may be late at once, and hardly each time.
        let mut tries = (0..3).map(|_| in_time(&take(format, live())));
        assert!(tries.any(|beats| beats > 4), "{format:?}: late thrice within five beats");
        assert!(bounce.outputs[0].peak > 0.01 && bounce.outputs[0].peak <= 1.0, "{format:?}");
    }
}

/// How many beats `live` plays in time: up to the first that rests whole, as a late window does, it plays beat for beat what `bounce` plays.
fn beats_in_time(live: &Take, bounce: &Take) -> usize {
    let beat = 24 * TICK as i64;
    let beats = |take: &Take| {
        let mut beats = BTreeMap::<i64, Vec<Played>>::new();
        for note in onsets(take) {
            beats.entry(note.frame.div_euclid(beat)).or_default().push(note);
        }
        beats
    };
    let (live, bounce) = (beats(live), beats(bounce));
    let in_time = bounce.keys().take_while(|beat| live.contains_key(*beat)).count();
    for (beat, notes) in bounce.iter().take(in_time) {
        assert_eq!(Some(notes), live.get(beat), "beat {beat}");
    }
    in_time
}

#[test]
fn two_at_once_play_as_each_alone() {
    for format in FORMATS {
        let sessions = [3, 4].map(|number| Session { parameters: vec![seed(number)], ..bars(4) });
        let alone = sessions.clone().map(|session| take(format, session));
        let script = Script { sessions: sessions.into(), ..Script::default() };
        let together = play(format, &script).sessions;
        for (together, alone) in together.iter().zip(&alone) {
            assert_eq!(together.notes, alone.notes, "{format:?}");
            assert_eq!(hashes(together), hashes(alone), "{format:?}");
        }
        assert_ne!(onsets(&alone[0]), onsets(&alone[1]), "{format:?}");
    }
}

struct Bounce {
    /// The mix, then each part.
    hashes: Vec<String>,
    onsets: Vec<Span>,
}

/// Onset in ticks, part, key, velocity.
type Span = (i64, u8, u8, u8);

fn spans(take: &Take) -> Vec<Span> {
    let span = |note: &Played| {
        (note.frame / TICK as i64, note.channel, note.key, note.velocity.unwrap_or(0))
    };
    let mut spans: Vec<Span> = onsets(take).iter().map(span).collect();
    spans.sort_unstable();
    spans
}

fn bounced(bars: u64, block: usize) -> Bounce {
    let folder = tempfile::tempdir().unwrap();
    let player = folder.path().join("melody.mid");
    write_melody(&player);
    let out = folder.path().join("out");
    let mut command = Command::new(command_line());
    command.args(["bounce", "--json", "--quiet", "--meter", "4/4", "--tail", "1"]);
    command.args(["--tempo", &TEMPO.to_string(), "--sample-rate", &RATE.to_string()]);
    command.args(["--bars", &bars.to_string(), "--block", &block.to_string()]);
    let output = command.arg("--player").arg(player).arg("--out").arg(&out).output().unwrap();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{complaint}");
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut hashes = vec![report["sound"]["samples_sha256"].as_str().unwrap().to_owned()];
    for part in report["parts"].as_array().unwrap() {
        hashes.push(part["samples_sha256"].as_str().unwrap().to_owned());
    }
    Bounce { hashes, onsets: read_onsets(&out.join("take.mid")) }
}

fn write_melody(path: &Path) {
    let mut events: Vec<(u64, bool, u8)> = Vec::new();
    for (onset, length, key) in MELODY {
        events.push((onset, true, key));
        events.push((onset + length, false, key));
    }
    events.sort_unstable();
    let meta = |message| TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(message) };
    let mut track = vec![meta(MetaMessage::Tempo(u24::new((60e6 / TEMPO) as u32)))];
    let mut last = 0;
    for (tick, begins, key) in events {
        let vel = u7::new(if begins { VELOCITY } else { 0 });
        let message = MidiMessage::NoteOn { key: u7::new(key), vel };
        let kind = TrackEventKind::Midi { channel: u4::new(0), message };
        track.push(TrackEvent { delta: u28::new((tick - last) as u32), kind });
        last = tick;
    }
    track.push(meta(MetaMessage::EndOfTrack));
    let mut file = Smf::new(Header::new(Layout::SingleTrack, Timing::Metrical(u15::new(24))));
    file.tracks.push(track);
    file.save(path).unwrap();
}

/// The band's onsets in a file of the command line's: a track for each part, its number in its name.
fn read_onsets(path: &Path) -> Vec<Span> {
    let bytes = std::fs::read(path).unwrap();
    let file = Smf::parse(&bytes).unwrap();
    let Timing::Metrical(resolution) = file.header.timing else { panic!("not musical time") };
    let mut spans = Vec::new();
    for track in &file.tracks {
        let (mut time, mut part) = (0_i64, None);
        for event in track {
            time += i64::from(event.delta.as_int());
            match event.kind {
                TrackEventKind::Meta(MetaMessage::TrackName(name)) => {
                    let name = String::from_utf8_lossy(name);
                    let number = name.strip_prefix("Part ").and_then(|rest| rest.get(..1));
                    part = number.and_then(|number| number.parse::<u8>().ok());
                }
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, vel }, .. }
                    if vel > 0 =>
                {
                    let tick = time * 24 / i64::from(resolution.as_int());
                    if let Some(part) = part {
                        spans.push((tick, part - 1, key.as_int(), vel.as_int()));
                    }
                }
                _ => {}
            }
        }
    }
    spans.sort_unstable();
    spans
}

/// The first frame that is not silent.
fn first_sound(wav: &Path) -> Option<u64> {
    let mut reader = hound::WavReader::open(wav).unwrap();
    let place = reader.samples::<f32>().position(|sample| sample.unwrap().abs() > 1e-6);
    place.map(|sample| sample as u64 / 2)
}
