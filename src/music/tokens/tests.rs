//! Events and features by hand; the golden file is compared below.

use super::*;
use crate::score::Meter;

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };
const NONE: [i64; 5] = [384, 5, 128, 32, 0];

/// `onset part pitch length` each, the fourth slot is drums.
fn history(notes: &str) -> History {
    let mut history = History::new();
    for note in notes.split(',').filter(|note| !note.trim().is_empty()) {
        let n: Vec<i64> = note.split_whitespace().map(|word| word.parse().unwrap()).collect();
        let part = Part::from_slot(usize::try_from(n[1]).unwrap()).unwrap();
        let pitch = Pitch::new(u8::try_from(n[2]).unwrap()).unwrap();
        let family = if n[1] == 4 { DRUMS } else { 0 };
        history.push(Tick(n[0]), part, pitch, Ticks(n[3]), None, family);
    }
    history
}

#[test]
fn durations_go_to_the_nearest_class() {
    let brute = |length: i64| {
        let near = |class: &usize| (i64::from(DURATIONS[*class]) - length).abs();
        (0..32).min_by_key(near).unwrap()
    };
    for length in -3..1000 {
        assert_eq!(usize::from(duration_class(Ticks(length))), brute(length), "{length}");
    }
}

#[test]
fn events_become_notes() {
    let event = Event { time: 6, part: 2, pitch: 64, duration: 12, velocity: 9 };
    let note = event.note(Tick(-6), VelocityFrom::Model, BAR, 0).unwrap();
    assert_eq!((note.onset, note.part.slot(), note.pitch.number()), (Tick(0), 2, 64));
    assert_eq!((note.length, note.velocity.number()), (Ticks(24), 76));
    let untold = Event { velocity: NO_VELOCITY, ..event };
    let ruled = event.note(Tick(-6), VelocityFrom::Rule, BAR, 0);
    assert_eq!(untold.note(Tick(-6), VelocityFrom::Model, BAR, 0), ruled);
    assert_eq!(Event::START.note(Tick(0), VelocityFrom::Rule, BAR, 0), None);
}

#[test]
fn positions_wrap_into_the_bar() {
    let of = |start: i64, at: i64, count: u8, unit: u8| {
        let meter = Meter::new(count, unit).unwrap();
        History::start_features(BarLine { start: Tick(start), meter }, Tick(at)).position
    };
    assert_eq!(of(0, 100, 4, 4), [4, 96, 24]);
    assert_eq!(of(96, 90, 4, 4), [90, 96, 24]);
    assert_eq!(of(0, -1, 6, 8), [71, 72, 36]);
    assert_eq!(of(0, 500, 64, 1), [383, 383, 96]);
    assert_eq!(of(0, 5, 1, 32), [2, 3, 3]);
}

#[test]
fn what_sounds_leaves_drums_out() {
    let features = history("0 1 60 48, 12 1 60 6, 12 4 36 96, 24 2 72 999").features(BAR);
    assert_eq!(features.remain[60], 24.0);
    assert_eq!(features.remain[72], 576.0);
    assert_eq!(features.remain[36], 0.0);
    assert_eq!(features.last, [128, 60, 72, 128, 36]);
    assert_eq!(features.event, Event { time: 12, part: 2, pitch: 72, duration: 31, velocity: 16 });
}

#[test]
fn bars_are_remembered() {
    let check = |notes: &str, expected: [i64; 5]| {
        assert_eq!(history(notes).features(BAR).lookback[0], expected, "{notes}");
    };
    check("0 1 60 24", NONE);
    check("0 1 60 24, 24 1 62 24, 96 1 60 24", [24, 1, 62, 12, 1]);
    check("0 1 60 24, 0 2 64 24, 96 1 60 24", [0, 2, 64, 12, 1]);
    check("0 1 60 24, 0 2 64 24, 96 1 60 24, 96 2 64 24", [96, 1, 60, 12, 1]);
    check("0 1 60 24, 24 1 62 24, 90 1 60 24", NONE);
    check("0 1 60 24, 24 1 62 24, 100 1 60 24", [20, 1, 62, 12, 1]);
    check("0 1 60 24, 900 1 60 24", [96, 1, 60, 12, 1]);
}

#[test]
fn suffixes_are_found_and_transposed() {
    let check = |notes: &str, expected: [i64; 5]| {
        assert_eq!(history(notes).features(BAR).lookback[4], expected, "{notes}");
    };
    check("", NONE);
    check("0 1 60 6, 6 1 62 6, 12 1 64 6", NONE);
    let motif = "0 1 60 6, 6 1 62 6, 12 1 64 6, 18 1 60 12";
    check(&format!("{motif}, 24 1 65 6, 30 1 67 6, 36 1 69 6"), [6, 1, 65, 7, 2]);
    let drums = "0 4 36 6, 6 4 42 6, 12 4 38 6";
    check(&format!("{drums}, 18 4 36 6, 24 4 36 6, 30 4 42 6"), NONE);
    check(&format!("{drums}, 18 4 42 6, 24 4 36 6, 30 4 42 6, 36 4 38 6"), [6, 4, 42, 4, 2]);
}

#[test]
fn the_newest_events_are_kept() {
    let bar_ago = |spacing: i64| {
        let mut history = History::new();
        for index in 0..5000 {
            let pitch = Pitch::new(u8::try_from(index % 50 + 40).unwrap()).unwrap();
            history.push(Tick(index * spacing), Part::BAND[0], pitch, Ticks(6), None, 0);
        }
        history.features(BarLine { start: Tick(0), meter: Meter::new(64, 1).unwrap() }).lookback[0]
    };
    assert_eq!(bar_ago(6), NONE, "6144 ticks are 1024 events");
    assert_eq!(bar_ago(8), [8, 1, (4999 - 767) % 50 + 40, 4, 1]);
}

/// What `training/vocabulary.py --golden` wrote: one stream and the inputs after so many of its notes.
#[derive(serde::Deserialize)]
struct Golden {
    drums: [bool; 5],
    bars: Vec<[i64; 3]>,
    notes: Vec<[i64; 5]>,
    rows: Vec<Row>,
}

#[derive(Clone, Debug, PartialEq, serde::Deserialize)]
struct Row {
    after: usize,
    event: [i64; 5],
    position: [i64; 3],
    remain: Vec<[i64; 2]>,
    last: [i64; 5],
    lookback: [[i64; 5]; 5],
    motif: [[Motif; SOURCES]; 5],
}

impl Golden {
    fn bar(&self, at: i64) -> BarLine {
        let index = self.bars.partition_point(|bar| bar[0] <= at).saturating_sub(1);
        let [start, length, beat] = self.bars[index];
        let meter = Meter::new(u8::try_from(length / beat).unwrap(), 4).unwrap();
        assert_eq!(beat, 24);
        BarLine { start: Tick(start), meter }
    }
}

#[test]
fn inputs_are_those_of_training() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../tests/data/tokens.json")).unwrap();
    let mut history = History::new();
    let mut heard = 0;
    for row in &golden.rows {
        for [onset, slot, pitch, duration, velocity] in &golden.notes[heard..row.after] {
            let slot = usize::try_from(*slot).unwrap();
            let pitch = Pitch::new(u8::try_from(*pitch).unwrap()).unwrap();
            let length = Ticks(DURATIONS[usize::try_from(*duration).unwrap()].into());
            let velocity = Some(Velocity::clamped(u8::try_from(velocity * 8).unwrap()));
            let family = if golden.drums[slot] { DRUMS } else { 0 };
            let part = Part::from_slot(slot).unwrap();
            history.push(Tick(*onset), part, pitch, length, velocity, family);
        }
        heard = row.after;
        let now = golden.notes[heard.saturating_sub(1)][0];
        let bar = golden.bar(now);
        let features = if heard == 0 {
            History::start_features(bar, Tick(now))
        } else {
            history.features(bar)
        };
        assert_eq!(row_of(heard, &features), *row);
    }
    assert!(golden.rows.len() > 400, "the golden file has its rows");
}

fn row_of(after: usize, features: &Features) -> Row {
    let event = features.event;
    let remain = features.remain.iter().zip(0i64..).filter(|(ticks, _)| **ticks > 0.0);
    #[expect(clippy::cast_possible_truncation, reason = "whole ticks up to 600")]
    let remain = remain.map(|(ticks, pitch)| [pitch, *ticks as i64]).collect();
    Row {
        after,
        event: [
            event.time.into(),
            event.part.into(),
            event.pitch.into(),
            event.duration.into(),
            event.velocity.into(),
        ],
        position: features.position,
        remain,
        last: features.last,
        lookback: features.lookback,
        motif: features.motif,
    }
}
