//! What is heard anew and what is not, on a muse that counts its steps and whose state is a hash of all that it absorbed.

use std::sync::Arc;

use super::super::chain::context;
use super::super::chain::tests::Hashing;
use super::{Opening, Openings};
use crate::infer::{Draw, Muse, PlayerPresence};
use crate::music::planner::{BarLine, Entry, Start};
use crate::score::{
    Meter, Note, Part, Phrase, Pitch, Seed, Settings, StyleBlend, Tick, Ticks, Velocity,
};

const NOTES: usize = 40;

fn phrase() -> Arc<Phrase> {
    let note = |index: usize| Note {
        onset: Tick(i64::try_from(index).unwrap() * 6),
        part: Part::PLAYER,
        pitch: Pitch::new(50 + u8::try_from(index * 7 % 24).unwrap()).unwrap(),
        length: Ticks(5),
        velocity: Velocity::clamped(80),
    };
    Arc::new(Phrase::new((0..NOTES).map(note).collect()))
}

fn bar(number: i64) -> BarLine {
    BarLine { start: Tick(number * 96), meter: Meter::COMMON }
}

/// So many ticks behind a bar line.
fn start(number: i64, ticks: i64) -> Start {
    let bar = bar(number);
    Start { chain: 1, tick: bar.start + Ticks(ticks), bar, entry: Entry::Started }
}

fn other_style() -> Settings {
    Settings { style: StyleBlend::only(1), ..Settings::default() }
}

/// What the line draws first, with the state after all that it has heard.
fn first_draw(opening: &Opening, muse: &mut Hashing, start: Start) -> Draw {
    let context = context(muse.styles(), &Settings::default(), PlayerPresence::Absent, start.bar);
    opening.line.draw(muse, &context, start.tick).unwrap()
}

/// Openings of the phrase, and the steps that its muse takes for each chain.
struct Chains {
    openings: Openings,
    muse: Hashing,
}

impl Chains {
    fn new() -> Self {
        let mut openings = Openings::default();
        openings.take_phrase(phrase());
        Self { openings, muse: Hashing::new() }
    }

    fn steps(&mut self, start: Start, settings: Settings) -> usize {
        let before = self.muse.steps;
        self.openings.at(&mut self.muse, start, &settings).unwrap();
        self.muse.steps - before
    }

    fn hear_ahead(&mut self) -> usize {
        let before = self.muse.steps;
        while self.openings.hear_ahead(&mut self.muse).unwrap() {}
        self.muse.steps - before
    }
}

#[test]
fn a_phrase_is_heard_once_and_moves_along_to_other_bars() {
    let mut chains = Chains::new();
    let plain = Settings::default();
    assert_eq!(chains.steps(start(0, 0), plain), NOTES);
    for number in [0, 4, 17, 1, -3] {
        let start = start(number, 0);
        let moved = chains.openings.at(&mut chains.muse, start, &plain).unwrap();
        assert_eq!(chains.muse.steps, NOTES, "bar {number}");
        let mut other = Hashing::new();
        let heard = Opening::hear(&mut other, start, &plain, &phrase()).unwrap();
        let [moved, heard] =
            [moved, heard].map(|it| (first_draw(&it, &mut other, start), it.key.key()));
        assert_eq!(
            (moved.0.event, moved.0.state.0, moved.1),
            (heard.0.event, heard.0.state.0, heard.1)
        );
    }
}

#[test]
fn it_is_heard_anew_where_the_model_would_hear_it_otherwise() {
    let mut chains = Chains::new();
    let plain = Settings::default();
    chains.steps(start(0, 0), plain);
    assert_eq!(chains.steps(start(2, 24), plain), NOTES, "another place of the bar");
    assert_eq!(chains.steps(start(2, 0), other_style()), NOTES);
    assert_eq!(chains.steps(start(5, 0), Settings { seed: Seed(99), ..plain }), 0);
    assert_eq!(chains.steps(start(7, 24), plain), 0, "that of the second is kept as well");
    assert_eq!(chains.steps(start(7, 0), other_style()), 0);
    chains.openings.take_phrase(phrase());
    assert_eq!(chains.steps(start(0, 0), plain), NOTES, "another phrase");
}

#[test]
fn settings_that_stay_are_prepared_for_before_a_jump() {
    let mut chains = Chains::new();
    chains.steps(start(0, 0), Settings::default());
    chains.openings.foresee(&other_style(), bar(3));
    assert_eq!(chains.hear_ahead(), 0, "a hand may still be moving");
    chains.openings.foresee(&other_style(), bar(3));
    assert_eq!(chains.hear_ahead(), NOTES);
    assert_eq!(chains.steps(start(1, 0), other_style()), 0);
    chains.openings.foresee(&other_style(), bar(4));
    assert_eq!(chains.hear_ahead(), 0, "it is known");
}

#[test]
fn what_was_begun_beforehand_is_gone_on_with() {
    let mut chains = Chains::new();
    chains.openings.foresee(&other_style(), bar(3));
    chains.openings.foresee(&other_style(), bar(3));
    for _ in 0..10 {
        assert!(chains.openings.hear_ahead(&mut chains.muse).unwrap());
    }
    assert_eq!(chains.steps(start(3, 0), other_style()), NOTES - 10);
}
