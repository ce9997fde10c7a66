//! A muse that plays one line whatever it hears, and what is not let through of it: a copy that is too long, a bar that goes round and round.

use std::borrow::Cow;
use std::sync::Arc;

use crate::engine::composer::chain::Chain;
use crate::engine::composer::openings::Opening;
use crate::infer::{ComposeError, Controls, Draw, Muse, Rest, State, StyleCard};
use crate::music::originality::{self, CorpusIndex};
use crate::music::planner::{BarLine, Entry, Planner, Start};
use crate::music::tokens::{Event, Features};
use crate::score::{
    Family, Meter, Note, Part, PartialTable, Phrase, Pitch, Quantum, Settings, Tick, TimbreId,
    Velocity,
};

const INDEX: &[u8] = include_bytes!("../../../../tests/data/copies/index.bin");

/// Waits and pitches of the band's first part, again and again; a pitch that is all but ruled out gives way to the next.
struct Parrot {
    line: Vec<(usize, usize)>,
    styles: Vec<StyleCard>,
    corpus: Option<Arc<CorpusIndex>>,
}

impl Parrot {
    /// `longest` is what pieces of its style copy.
    fn new(line: Vec<(usize, usize)>, corpus: Option<CorpusIndex>, longest: f32) -> Self {
        let mut rest = Rest::default();
        rest.aims[4] = Some([longest; 5]);
        let card = StyleCard {
            name: "plain".to_owned(),
            title: "Plain".to_owned(),
            has_velocity: true,
            density: (1.0, 0.5),
            repetition: (0.0, 1.0),
            rest,
            tempo: 120.0,
            meter: (4, 4),
            parts: vec![(Family::PIANO, 60.0); 4],
        };
        Self { line, styles: vec![card], corpus: corpus.map(Arc::new) }
    }

    /// What the band plays in so many bars.
    fn plays(&mut self, bars: i64) -> Vec<Note> {
        let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
        let settings = Settings::default();
        let start = Start { chain: 1, tick: Tick(0), bar, entry: Entry::Started };
        let opening = Opening::hear(self, start, &settings, &Phrase::default()).unwrap();
        let mut chain = Chain::open(start, settings, opening, &Arc::default());
        let mut planner = Planner::default();
        let (_, mut window) = planner.play_from(Tick(0), bar, Quantum::Beat, false).unwrap();
        let mut notes = Vec::new();
        while window.begin < Tick(96 * bars) {
            notes.extend(chain.compose(self, window, settings, None).unwrap().notes);
            window = planner.next_window(bar, Quantum::Beat).unwrap();
        }
        notes
    }
}

impl Muse for Parrot {
    fn styles(&self) -> &[StyleCard] {
        &self.styles
    }

    fn corpus(&self) -> Option<&Arc<CorpusIndex>> {
        self.corpus.as_ref()
    }

    fn backend(&self) -> &str {
        "parrot"
    }

    /// Notes that were absorbed.
    fn silence(&self) -> State {
        State(Arc::from([0.0]))
    }

    fn step(
        &mut self,
        state: &State,
        _: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a few hundred"
        )]
        let absorbed = state.0[0] as usize;
        let (wait, pitch) = self.line[absorbed % self.line.len()];
        let wait = if absorbed == 0 { 0 } else { wait };
        let best = |bias: &[f32], wanted: usize| {
            let worth = |it: usize| 100.0 * bias[it] - it.abs_diff(wanted) as f32;
            (0..bias.len()).max_by(|a, b| worth(*a).total_cmp(&worth(*b))).unwrap()
        };
        let part = Part::BAND[0];
        // Only what is as good as ruled out is not played.
        let firm = |bias: &f32| if *bias < -10.0 { *bias } else { 0.0 };
        let times: Vec<f32> = controls.bias_time.iter().map(firm).collect();
        let pitches: Vec<f32> =
            controls.bias_pitch[part.slot() * 128..][..128].iter().map(firm).collect();
        let event = Event {
            time: u16::try_from(best(&times, wait)).unwrap(),
            part: u8::try_from(part.slot()).unwrap(),
            pitch: u8::try_from(best(&pitches, pitch)).unwrap(),
            duration: 5,
            velocity: 8,
        };
        let state = State(Arc::from([state.0[0] + 1.0]));
        Ok(Draw { event, log_probability: [-1.0; 5], state })
    }

    fn table(
        &mut self,
        _: TimbreId,
        _: Pitch,
        _: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        unreachable!("chains make no tables")
    }
}

/// Most bars in a row that have the same notes.
fn alike(notes: &[Note], bars: i64) -> usize {
    let bar = |number: i64| -> Vec<(i64, Pitch)> {
        let own = notes.iter().filter(|it| it.onset.0.div_euclid(96) == number);
        own.map(|it| (it.onset.0 % 96, it.pitch)).collect()
    };
    let (mut most, mut run) = (1, 1);
    for number in 1..bars {
        run = if bar(number) == bar(number - 1) { run + 1 } else { 1 };
        most = most.max(run);
    }
    most
}

#[test]
fn one_bar_is_not_played_more_than_eight_times_in_a_row() {
    for line in [vec![(24, 60), (24, 64), (24, 62), (24, 67)], vec![(96, 60)]] {
        let notes = Parrot::new(line, None, 16.0).plays(40);
        assert!(notes.len() > 35, "{} notes", notes.len());
        let most = alike(&notes, 40);
        assert!((5..=8).contains(&most), "one bar {most} times in a row");
    }
}

#[test]
fn a_copy_is_no_longer_than_the_style_s_pieces_make() {
    let corpus = || CorpusIndex::parse(Cow::Borrowed(INDEX)).unwrap();
    // The round of eight notes of five pitches that the examples have, which the corpus has too, and its end.
    let line: Vec<(usize, usize)> = [75, 84, 82, 80, 77, 79, 75, 75].map(|it| (24, it)).into();
    let longest = |limit: f32, known: Option<CorpusIndex>| {
        let notes = Parrot::new(line.clone(), known, limit).plays(4);
        assert!(notes.len() > 12, "{} notes", notes.len());
        originality::judge(&notes, Part::BAND[0], &corpus()).longest.map_or(0, |it| it.length)
    };
    let unguarded = longest(8.0, None);
    assert!(unguarded > 10, "{unguarded} notes are copied unguarded");
    assert!(longest(8.0, Some(corpus())) <= 8);
    assert!((9..=10).contains(&longest(10.0, Some(corpus()))));
    assert!((9..=16).contains(&longest(40.0, Some(corpus()))));
}
