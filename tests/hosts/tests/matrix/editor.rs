//! The editor in hosts: it comes and goes while the music plays, and what is turned from outside it arrives.
#![cfg(target_os = "linux")]

use antiphon_hosts::report::{Shown, Take};
use antiphon_hosts::script::{Controller, Move, Pace, Script, Session, Showing};

use crate::stage::{FORMATS, Format, bars, hashes, play, play_in, set, take};
use antiphon_hosts::display::Display;

const RATE: u64 = 48_000;

/// Sizes and scales are so small, and the music so slow, because everything here is painted by the processor that composes.
fn fifty() -> Showing {
    Showing {
        openings: 50,
        open_ms: 120,
        closed_ms: 20,
        sizes: vec![(1000, 680), (1100, 700), (1280, 800)],
        scales: vec![1.0, 1.0, 1.0, 1.25],
        stays: false,
    }
}

fn shown(take: &Take) -> &Shown {
    let shown = take.editor.as_ref().unwrap();
    assert_eq!(shown.refusals, [] as [String; 0]);
    shown
}

/// Resident memory after the last opening against that after the twentieth, when what the music itself keeps has been filled.
fn assert_no_leak(take: &Take, about: &str) {
    let resident = &shown(take).resident_kib;
    assert_eq!(resident.len(), 50, "{about}");
    let (early, late) = (resident[19] as f64, resident[49] as f64);
    assert!(late <= 1.1 * early, "{about}: {early} KiB after 20 openings, {late} after 50");
}

#[test]
fn it_is_opened_fifty_times_in_two_instances_that_play() {
    let display = Display::start(&[]).unwrap();
    for format in FORMATS {
        let session = Session {
            pace: Pace::RealTime,
            blocks: vec![256],
            wait_secs: 1.0,
            tempo: 60.0,
            play_frames: 16 * RATE,
            editor: Some(fifty()),
            ..bars(1)
        };
        let sessions = vec![session.clone(), session];
        let script = Script { sessions, ..Script::default() };
        let report = play_in(format, &script, &display.environment());
        for take in &report.sessions {
            assert_no_leak(take, &format!("{format:?}, two that play"));
            assert_eq!(take.calls.allocations, Some(0), "{format:?}");
            assert!(take.outputs[0].peak > 0.01 && take.outputs[0].wild == 0, "{format:?}");
        }
    }
}

#[test]
fn a_bounce_is_the_same_while_it_is_opened_and_closed() {
    let display = Display::start(&[]).unwrap();
    for format in FORMATS {
        let plain = Session { blocks: vec![256], ..bars(8) };
        let session = Session { editor: Some(fifty()), ..plain.clone() };
        let script = Script { sessions: vec![session], ..Script::default() };
        let with = play_in(format, &script, &display.environment()).sessions.swap_remove(0);
        let without = take(format, plain);
        assert_eq!(with.notes, without.notes, "{format:?}");
        assert_eq!(hashes(&with), hashes(&without), "{format:?}");
        assert_no_leak(&with, &format!("{format:?}, a bounce"));
    }
}

#[test]
fn without_gl_it_is_text_and_the_music_goes_on() {
    let display = Display::start(&["-extension", "GLX"]).unwrap();
    let mut environment = display.environment();
    environment.push(("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent"));
    for format in FORMATS {
        let plain = Session { blocks: vec![256], ..bars(2) };
        let sizes = vec![(1200, 800)];
        let showing = Showing { openings: 3, open_ms: 20, sizes, ..Showing::default() };
        let session = Session { editor: Some(showing), ..plain.clone() };
        let script = Script { sessions: vec![session], ..Script::default() };
        let with = play_in(format, &script, &environment).sessions.swap_remove(0);
        let shown = shown(&with);
        assert_eq!(shown.openings, 3, "{format:?}: text stands in its place");
        assert_eq!(with.notes, take(format, plain).notes, "{format:?}");
    }
}

/// A session in real time whose editor has been open and is closed again when the second second begins.
fn looked_at() -> Session {
    Session {
        pace: Pace::RealTime,
        blocks: vec![256],
        play_frames: 3 * RATE,
        tail_frames: 0,
        editor: Some(Showing { openings: 1, open_ms: 400, closed_ms: 20, ..Showing::default() }),
        ..bars(1)
    }
}

fn value(take: &Take, name: &str) -> f64 {
    take.parameters.iter().find(|it| it.0 == name).unwrap().1
}

#[test]
fn a_controller_that_a_song_has_learned_turns_its_control() {
    let display = Display::start(&[]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.json");
    take(Format::Clap, Session { save_state: Some(path.clone()), play_frames: 256, ..bars(1) });
    // As a musician teaches it in the window: channel 3, controller 74.
    let text = std::fs::read_to_string(&path).unwrap();
    let mut song: serde_json::Value = serde_json::from_str(&text).unwrap();
    let kept = song["fields"]["state"].as_str().unwrap();
    let kept: String = serde_json::from_str(kept).unwrap_or_else(|_| kept.to_owned());
    let mut kept: serde_json::Value = serde_json::from_str(&kept).unwrap();
    kept["controllers"] =
        serde_json::json!([{ "parameter": "temp", "channel": 2, "controller": 74 }]);
    let is_quoted = song["fields"]["state"].as_str().unwrap().starts_with('"');
    let kept = kept.to_string();
    song["fields"]["state"] =
        if is_quoted { serde_json::to_string(&kept).unwrap() } else { kept }.into();
    std::fs::write(&path, song.to_string()).unwrap();
    let turn = |frame, value| Controller { frame, channel: 2, controller: 74, value };
    let session = Session {
        load_state: Some(path),
        controls: vec![turn(RATE, 20), turn(2 * RATE, 127)],
        ..looked_at()
    };
    let play = |session| {
        let script = Script { sessions: vec![session], ..Script::default() };
        play_in(Format::Clap, &script, &display.environment()).sessions.swap_remove(0)
    };
    assert_eq!(value(&play(session.clone()), "Temperature"), 1.0);
    let never_open = Session { editor: None, ..session };
    assert_eq!(value(&play(never_open), "Temperature"), 0.5, "nobody could tell the host");
}

#[test]
fn presets_are_stepped_through_by_a_parameter() {
    let display = Display::start(&[]).unwrap();
    let step = |frame, value| Move { frame, parameter: "pnext".into(), value };
    let session = Session { moves: vec![step(RATE, 1.0), step(2 * RATE, 0.0)], ..looked_at() };
    let script = Script { sessions: vec![session], ..Script::default() };
    let take = play_in(Format::Clap, &script, &display.environment()).sessions.swap_remove(0);
    // Without a preset the next is the first of ours, and with it the next the second: one step alone was made.
    assert_eq!(value(&take, "Next preset"), 0.0);
    let changed = |session| {
        let script = Script { sessions: vec![session], ..Script::default() };
        let take = play(Format::Clap, &script).sessions.swap_remove(0);
        take.parameters
    };
    let moved = Session { parameters: vec![set("temp", 0.9)], ..looked_at() };
    let before = changed(Session { editor: None, ..moved.clone() });
    assert!(before.iter().any(|it| it.0 == "Temperature" && it.1 > 0.8));
    let stepped = Session { moves: vec![step(RATE, 1.0)], ..moved };
    let script = Script { sessions: vec![stepped], ..Script::default() };
    let take = play_in(Format::Clap, &script, &display.environment()).sessions.swap_remove(0);
    assert_eq!(value(&take, "Temperature"), 0.5, "the first preset is a fresh instance");
}
