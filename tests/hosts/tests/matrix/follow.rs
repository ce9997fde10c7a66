//! Parts that follow the player, her pedal, her channel, and her notes on their way through.

use antiphon_hosts::report::{Played, Take};
use antiphon_hosts::script::{Controller, Key, Pace, Session, Setting};

use crate::stage::{FORMATS, Format, TICK, bars, set, take};

/// Frame, channel, key, and whether the note begins.
type Event = (i64, u8, u8, bool);

fn events(take: &Take) -> Vec<Event> {
    let event = |note: &Played| (note.frame, note.channel, note.key, note.velocity.is_some());
    take.notes.iter().map(event).collect()
}

fn choose(parameter: &str, text: &str) -> Setting {
    Setting { parameter: parameter.into(), value: 0.0, text: Some(text.into()) }
}

fn key(frame: u64, frames: u64, key: u8) -> Key {
    Key { frame, frames, channel: 0, key, velocity: 90 }
}

/// A bar in C with part 1 alone, an octave above the player.
fn octave(notes: Vec<Key>) -> Session {
    let mut parameters: Vec<Setting> =
        (2..=4).map(|part| set(&format!("mod_{part}"), 0.0)).collect();
    parameters.push(choose("mod_1", "Follow"));
    parameters.push(choose("fam_1", "Flute"));
    parameters.push(choose("flw_1", "Octave up"));
    parameters.push(set("hear", 0.0));
    Session { parameters, notes, ..bars(1) }
}

#[test]
fn the_answer_comes_no_frame_later_than_the_key() {
    for format in FORMATS {
        for block in [32, 64, 256] {
            for (pace, wait_secs) in [(Pace::Offline, 0.0), (Pace::RealTime, 1.0)] {
                let session = Session {
                    blocks: vec![block],
                    pace,
                    wait_secs,
                    ..octave(vec![key(12_345, 7_000, 60)])
                };
                let answer = [(12_345, 0, 72, true), (19_345, 0, 72, false)];
                assert_eq!(events(&take(format, session)), answer, "{format:?} {pace:?} {block}");
            }
        }
    }
}

#[test]
fn it_sounds_at_once_on_its_own_output() {
    for format in FORMATS {
        let mut late = Vec::new();
        for block in [32, 64, 256] {
            let folder = tempfile::tempdir().unwrap();
            let session = Session {
                blocks: vec![block],
                wav_folder: Some(folder.path().into()),
                ..octave(vec![key(12_345, 40_000, 60)])
            };
            let take = take(format, session);
            let mut reader = hound::WavReader::open(folder.path().join("1.wav")).unwrap();
            let sound = reader.samples::<f32>().position(|sample| sample.unwrap() != 0.0).unwrap();
            late.push(sound as i64 / 2 - 12_345 - i64::from(take.latency));
        }
        // The instrument's own attack and nothing else.
        assert!(late[0] <= 32 && late.iter().all(|it| *it == late[0]), "{format:?}: {late:?}");
    }
}

#[test]
fn the_pedal_holds_and_panic_ends() {
    let control = |frame, controller, value| Controller { frame, channel: 0, controller, value };
    for format in FORMATS {
        for panic in [120, 123] {
            let session = Session {
                controls: vec![
                    control(1_000, 64, 127),
                    control(30_000, 64, 0),
                    control(60_000, panic, 0),
                ],
                ..octave(vec![key(5_000, 5_000, 60), key(40_000, 50_000, 62)])
            };
            let expected = [
                (5_000, 0, 72, true),
                (30_000, 0, 72, false),
                (40_000, 0, 74, true),
                (60_000, 0, 74, false),
            ];
            assert_eq!(events(&take(format, session)), expected, "{format:?} {panic}");
        }
    }
}

#[test]
fn only_the_chosen_channel_is_heard_and_goes_through() {
    for format in FORMATS {
        let keys = [(0, 60), (8, 64), (2, 67)].map(|(channel, number)| Key {
            channel,
            ..key(u64::from(number) * TICK, 5_000, number)
        });
        let mut session = octave(keys.into());
        session.parameters.push(choose("chan", "9"));
        session.parameters.push(set("thru", 1.0));
        let (on, off) = (64 * TICK as i64, 64 * TICK as i64 + 5_000);
        let expected =
            [(on, 8, 64, true), (on, 0, 76, true), (off, 8, 64, false), (off, 0, 76, false)];
        assert_eq!(events(&take(format, session)), expected, "{format:?}");
    }
}

#[test]
fn nothing_is_allocated_while_parts_follow() {
    // Only in the CLAP host: the other one makes room of its own when a parameter moves for the first time.
    let pedal = |it: u64| Controller {
        frame: it * 7_000,
        channel: 0,
        controller: 64,
        value: if it.is_multiple_of(2) { 127 } else { 0 },
    };
    let session = Session {
        pace: Pace::RealTime,
        blocks: vec![64],
        wait_secs: 1.0,
        parameters: vec![
            choose("mod_1", "Follow"),
            choose("mod_3", "Follow"),
            choose("flw_3", "Bass"),
            set("thru", 1.0),
        ],
        controls: (0..20).map(pedal).collect(),
        ..bars(2)
    };
    let take = take(Format::Clap, session);
    assert_eq!(take.calls.allocations, Some(0));
    let channels: std::collections::BTreeSet<u8> = take.notes.iter().map(|it| it.channel).collect();
    assert!([0, 2, 4].iter().all(|it| channels.contains(it)), "{channels:?}");
}
