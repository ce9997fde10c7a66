//! What the model has heard before a chain's first window: the seed phrase. It is kept, so that a chain that begins alike at another bar, after a jump, a loop's
//! return or a start, need not wait for it: a long one takes some tenths of a second.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;

use super::chain::context;
use super::line::{Context, Line};
use crate::infer::{ComposeError, Controls, Muse, PlayerPresence};
use crate::music::form::Wanted;
use crate::music::key::KeyFinder;
use crate::music::planner::{BarLine, Entry, Start};
use crate::music::tokens::VelocityFrom;
use crate::score::{Key, Meter, Mode, Note, Part, Phrase, Settings, Tick, Ticks};

/// Notes of a seed phrase that are heard: its last ones.
const SEED_NOTES: usize = 256;
/// Openings that are kept, some hundred kilobytes each.
const MOST_KEPT: usize = 4;

/// A line that has heard the seed phrase, and the key that it is in.
#[derive(Clone, Debug)]
pub(super) struct Opening {
    pub(super) line: Line,
    pub(super) key: KeyFinder,
}

/// The openings of one seed phrase.
#[derive(Debug, Default)]
pub(super) struct Openings {
    phrase: Arc<Phrase>,
    /// The one that was needed last first.
    kept: VecDeque<Kept>,
    /// What will be needed at a jump to a bar line, if the present settings stay, and how far it has come.
    ahead: Option<Hearing>,
    /// Of the newest window; those that stay for two are foreseen.
    newest: Option<Settings>,
    steady: Option<(Settings, BarLine)>,
}

/// What an opening depends on, the bar that it leads to, and the opening.
type Kept = (Terms, Tick, Opening);

/// All that an opening depends on beside the phrase.
#[derive(Clone, Debug, PartialEq)]
struct Terms {
    /// Ticks from the bar line to the start.
    phase: Ticks,
    meter: Meter,
    part: Part,
    controls: Controls,
    key: Option<Key>,
    velocities: VelocityFrom,
}

/// A phrase that is being heard.
#[derive(Debug)]
struct Hearing {
    terms: Terms,
    /// The bar of the start.
    bar: Tick,
    context: Context,
    /// As they are heard, the next one first.
    notes: VecDeque<Note>,
    opening: Opening,
}

impl Opening {
    /// The model hears the phrase, as played by the first melodic part up to the start.
    #[cfg(test)]
    pub(super) fn hear(
        muse: &mut dyn Muse,
        start: Start,
        settings: &Settings,
        phrase: &Phrase,
    ) -> Result<Self, ComposeError> {
        Hearing::new(muse, start, settings, phrase).finish(muse).map(|it| it.opening)
    }
}

impl Openings {
    pub(super) fn phrase(&self) -> &Arc<Phrase> {
        &self.phrase
    }

    /// From now on chains begin with another phrase.
    pub(super) fn take_phrase(&mut self, phrase: Arc<Phrase>) {
        *self = Self { phrase, ..Self::default() };
    }

    /// What a chain at `start` begins with.
    ///
    /// # Errors
    /// If the runtime fails.
    pub(super) fn at(
        &mut self,
        muse: &mut dyn Muse,
        start: Start,
        settings: &Settings,
    ) -> Result<Opening, ComposeError> {
        let hearing = Hearing::new(muse, start, settings, &self.phrase);
        let place = self.kept.iter().position(|it| it.0 == hearing.terms);
        let kept = match place.and_then(|place| self.kept.remove(place)) {
            Some(kept) => kept,
            None => {
                let ahead = self.ahead.take_if(|it| it.terms == hearing.terms);
                ahead.unwrap_or(hearing).finish(muse)?.heard()
            }
        };
        let (_, bar, mut opening) = kept.clone();
        self.keep(kept);
        opening.line.shift(start.bar.start - bar);
        Ok(opening)
    }

    /// A window of a transport that runs is composed with `settings`, in this bar.
    pub(super) fn foresee(&mut self, settings: &Settings, bar: BarLine) {
        let stays = self.newest.is_some_and(|it| it.composes_like(settings));
        self.newest = Some(*settings);
        self.steady = stays.then_some((*settings, bar));
    }

    /// Hear one note of what will be needed at a jump to a bar line. Whether there is more.
    ///
    /// # Errors
    /// If the runtime fails; nothing is needed of this that is not asked for again.
    pub(super) fn hear_ahead(&mut self, muse: &mut dyn Muse) -> Result<bool, ComposeError> {
        if let Some((settings, bar)) = self.steady.take().filter(|_| !self.phrase.is_empty()) {
            let start = Start { chain: 0, tick: bar.start, bar, entry: Entry::Started };
            let hearing = Hearing::new(muse, start, &settings, &self.phrase);
            let is_known = self.kept.iter().any(|it| it.0 == hearing.terms);
            let goes_on = self.ahead.as_ref().is_some_and(|it| it.terms == hearing.terms);
            if is_known {
                self.ahead = None;
            } else if !goes_on {
                self.ahead = Some(hearing);
            }
        }
        let Some(hearing) = &mut self.ahead else { return Ok(false) };
        match hearing.hear_one(muse) {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(error) => {
                self.ahead = None;
                return Err(error);
            }
        }
        if let Some(heard) = self.ahead.take() {
            self.keep(heard.heard());
        }
        Ok(false)
    }

    fn keep(&mut self, kept: Kept) {
        self.kept.push_front(kept);
        self.kept.truncate(MOST_KEPT);
    }
}

impl Hearing {
    fn new(muse: &dyn Muse, start: Start, settings: &Settings, phrase: &Phrase) -> Self {
        let mut context = context(muse.styles(), settings, PlayerPresence::Absent, start.bar);
        // Nothing is owed for a phrase that the band did not choose, and it is heard alike whatever the seed.
        context.controls.wanted = Wanted::default();
        context.is_given = true;
        let part = seed_part(settings, &context.controls);
        let bar = start.bar.meter.bar().0;
        let bars = (phrase.length().0 + bar - 1) / bar;
        let shift = start.tick - Ticks(bars * bar) - Tick(0);
        let notes = phrase.notes();
        let heard = &notes[notes.len().saturating_sub(SEED_NOTES)..];
        let Context { controls, key, velocities, .. } = context.clone();
        Self {
            terms: Terms {
                phase: start.tick - start.bar.start,
                meter: start.bar.meter,
                part,
                controls,
                key,
                velocities,
            },
            bar: start.bar.start,
            context,
            notes: heard.iter().map(|it| Note { part, onset: it.onset + shift, ..*it }).collect(),
            opening: Opening { line: Line::new(muse.silence()), key: KeyFinder::default() },
        }
    }

    /// Hear the next note, a step of the model. Whether there are more.
    fn hear_one(&mut self, muse: &mut dyn Muse) -> Result<bool, ComposeError> {
        if let Some(note) = self.notes.pop_front() {
            self.opening.line.push(muse, &self.context, note, None)?;
            self.opening.key.hear(note.pitch, note.length);
        }
        Ok(!self.notes.is_empty())
    }

    fn heard(self) -> Kept {
        (self.terms, self.bar, self.opening)
    }

    fn finish(mut self, muse: &mut dyn Muse) -> Result<Self, ComposeError> {
        while self.hear_one(muse)? {}
        Ok(self)
    }
}

/// The part that a seed phrase is taken to have been played by: the first that improvises and is no drum kit.
fn seed_part(settings: &Settings, controls: &Controls) -> Part {
    let improvises = |mode| matches!(mode, Mode::Play | Mode::Answer);
    let playing = Part::BAND.into_iter().zip(&settings.parts).filter(|it| improvises(it.1.mode));
    let is_melodic = |part: &Part| controls.family_of(*part).is_none_or(|it| !it.is_drums());
    playing.map(|it| it.0).find(is_melodic).unwrap_or(Part::BAND[0])
}
