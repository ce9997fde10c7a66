//! What the band expects of the player: run ahead from a copy of the chain's line, so that nothing that is played depends on it.
//!
//! The band's own notes are known up to the end of the newest window; a draw of its parts before that is thrown away and time goes on from there, which leaves the
//! player's notes as the model's hazard has them. Beyond it the band is imagined too. Times are drawn as the band's are (drawn more sharply they foretell less), pitches and lengths are the likeliest.

use std::collections::VecDeque;

use super::line::{Context, Line};
use super::recall::Recall;
use super::{Composer, Next};
use crate::engine::link::FromComposer;
use crate::infer::{ComposeError, Controls, Muse};
use crate::music::anticipation::Anticipation;
use crate::music::tokens::LONGEST_TIME;
use crate::score::{Note, Part, Pitch, Stream, Tick, Ticks};

/// Most steps of the model that one window's expectations are worth.
const MOST_STEPS: u32 = 24;

/// What is expected at present, and what is still being thought about.
#[derive(Debug, Default)]
pub(super) struct Foresight {
    ahead: Option<Ahead>,
    anticipation: Anticipation,
}

/// A chain's line on its way ahead.
#[derive(Debug)]
pub(super) struct Ahead {
    pub(super) line: Line,
    pub(super) recall: Recall,
    pub(super) context: Context,
    pub(super) stream: Stream,
    /// What is thought about: the player's notes of `[cutoff, until)`.
    pub(super) cutoff: Tick,
    pub(super) until: Tick,
    /// Up to where the band's notes are known, and those of them that are not yet heard.
    pub(super) known: Tick,
    pub(super) band: VecDeque<Note>,
    /// What the next time step counts from.
    from: Tick,
    steps: u32,
    expected: Vec<Note>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Thought {
    GoesOn,
    Over,
}

impl Ahead {
    pub(super) fn new(
        line: Line,
        recall: Recall,
        mut context: Context,
        stream: Stream,
        [cutoff, known, until]: [Tick; 3],
        band: VecDeque<Note>,
    ) -> Self {
        context.controls.draw_hushed();
        let (from, waited) = line.clock(cutoff, context.bar);
        context.controls.wait_at_least(waited);
        let expected = Vec::new();
        Self { line, recall, context, stream, cutoff, until, known, band, from, steps: 0, expected }
    }

    /// One step of the model.
    fn step(&mut self, muse: &mut dyn Muse) -> Result<Thought, ComposeError> {
        if self.steps == MOST_STEPS {
            return Ok(Thought::Over);
        }
        self.steps += 1;
        let controls = &mut self.context.controls;
        controls.roll_noise(&mut self.stream);
        let [time, part, ..] = Controls::FIELDS;
        controls.noise[time + part..].fill(0.0);
        let mut leaning = self.context.clone();
        self.recall.lean(&self.line, &mut leaning, self.from);
        let draw = self.line.draw(muse, &leaning, self.cutoff)?;
        let slot = usize::from(draw.event.part).min(Part::COUNT - 1);
        let Context { velocities, bar, .. } = self.context;
        let family = self.context.controls.family[slot];
        let drawn = draw.event.note(self.from, velocities, bar, family);
        let drawn = drawn.filter(|it| it.onset < self.until && draw.event.time < LONGEST_TIME);
        let comes = |it: &mut Note| {
            drawn.is_none_or(|drawn| (it.onset, it.part) <= (drawn.onset, drawn.part))
        };
        let note = match (self.band.pop_front_if(comes), drawn) {
            (Some(known), _) => known,
            (None, Some(drawn)) if self.is_void(drawn) => {
                self.context.controls.wait_at_least(Ticks(i64::from(draw.event.time)));
                return Ok(Thought::GoesOn);
            }
            (None, Some(drawn)) => drawn,
            (None, None) => return Ok(Thought::Over),
        };
        self.line.push(muse, &self.context, note, Some(draw.state))?;
        self.context.controls.no_wait();
        if note.part == Part::PLAYER {
            self.expected.push(note);
        }
        self.from = note.onset;
        Ok(Thought::GoesOn)
    }

    /// Whether `note` is known not to come, or has come.
    fn is_void(&self, note: Note) -> bool {
        let is_struck =
            |it: &Note| (it.onset, it.part, it.pitch) == (note.onset, note.part, note.pitch);
        let is_silent = note.onset < self.known || self.context.controls.hushed[note.part.slot()];
        if note.part == Part::PLAYER { self.expected.iter().any(is_struck) } else { is_silent }
    }
}

impl Composer {
    /// A window is composed: think about what the player will play, if anybody looks on and she has played lately.
    pub(super) fn begin_foresight(&mut self) {
        self.foresight.ahead =
            self.chain.as_ref().filter(|_| self.is_watched()).and_then(|chain| chain.ahead());
    }

    /// Think on by one step, where no message is to be acted on.
    pub(super) fn foresee(&mut self) -> Result<Next, ComposeError> {
        let Some(ahead) = self.foresight.ahead.as_mut().filter(|_| self.links.gauges.is_watched())
        else {
            return Ok(Next::Wait);
        };
        match ahead.step(self.muse.as_mut()) {
            Ok(Thought::GoesOn) => return Ok(Next::Step),
            Ok(Thought::Over) => {}
            // No ghosts then: nothing that is played may end with them. A runtime that fails says so with the next window.
            Err(_) => {
                self.foresight.ahead = None;
                return Ok(Next::Wait);
            }
        }
        if let Some(Ahead { cutoff, expected, .. }) = self.foresight.ahead.take() {
            self.foresight.anticipation.expect(cutoff, &expected);
            self.tell(FromComposer::Expected(expected));
        }
        Ok(Next::Wait)
    }

    /// The player strikes a key: was it expected?
    pub(super) fn compare(&mut self, onset: Tick, pitch: Pitch) {
        let bar = self.chain.as_ref().and_then(|chain| chain.bar());
        let Some(bar) = bar.filter(|_| self.is_watched()) else { return };
        self.foresight.anticipation.hear(onset, pitch, bar.meter.beat());
        self.links.gauges.show_foreseen(self.foresight.anticipation.foreseen());
    }

    /// Another chain: nothing is expected of it yet.
    pub(super) fn forget_foresight(&mut self) {
        self.foresight = Foresight::default();
        self.links.gauges.show_foreseen(self.foresight.anticipation.foreseen());
    }

    fn is_watched(&self) -> bool {
        self.links.gauges.is_watched()
    }
}
