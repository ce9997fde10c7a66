//! The scripted muse keeps the promises of the real one.

use super::*;
use crate::infer::PlayerPresence;
use crate::music::planner::BarLine;
use crate::music::tokens::{History, VelocityFrom};
use crate::score::{Meter, Mode, Note, Seed, Settings, Tick, Ticks};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

fn play(settings: &Settings, notes: usize) -> Vec<Note> {
    let mut muse = Scripted::new();
    let mut controls = Controls::new(settings, muse.styles(), PlayerPresence::Absent);
    let mut stream = settings.seed.stream(0);
    let mut history = History::new();
    let mut state = muse.silence();
    let mut played = Vec::new();
    for _ in 0..notes {
        let features = history.features(BAR);
        let from = history.last_onset().unwrap_or(Tick(0));
        controls.roll_noise(&mut stream);
        let draw = muse.step(&state, &features, &controls).unwrap();
        let note = draw.event.note(from, VelocityFrom::Rule, BAR, 0).unwrap();
        let family = controls.family[note.part.slot()];
        history.push(note.onset, note.part, note.pitch, note.length, None, family);
        state = draw.state;
        played.push(note);
    }
    played
}

#[test]
fn the_seed_matters_and_nothing_else_does() {
    let settings = Settings::default();
    let once = play(&settings, 64);
    assert_eq!(once, play(&settings, 64));
    assert_ne!(once, play(&Settings { seed: Seed(2), ..settings }, 64));
    assert!(once.is_sorted_by_key(|note| (note.onset, note.part)));
    assert_eq!(once[63].onset, Tick(336), "18 notes a bar");
}

#[test]
fn parts_that_are_off_are_silent() {
    let mut settings = Settings::default();
    settings.parts[0].mode = Mode::Off;
    settings.parts[2].mode = Mode::Off;
    let slots: Vec<usize> = play(&settings, 8).iter().map(|note| note.part.slot()).collect();
    assert_eq!(slots, [2, 4, 2, 4, 2, 4, 2, 4]);
}

#[test]
fn waits_are_kept() {
    let mut muse = Scripted::new();
    let mut controls = Controls::open(2);
    let silence = muse.silence();
    let features = History::start_features(BAR, Tick(6));
    for (wait, expected) in [(0, 6), (7, 18), (19, 30), (383, 383)] {
        controls.wait_at_least(Ticks(wait));
        let draw = muse.step(&silence, &features, &controls).unwrap();
        assert_eq!(draw.event.time, expected, "wait {wait}");
    }
}
