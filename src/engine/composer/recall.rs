//! The chain's memory of the player: what it learns from her notes, how it leans the draws, and what it expected of her.
//!
//! It begins as the memory that the song keeps and learns what is heard before each cutoff, so that a window depends on nothing else. A draw's logits are
//! leaned by amount × trust × (log p of the memory − log p of its prior): a log-linear mixture of memory and network, made through the biases of the step.

#[cfg(test)]
mod tests;

use std::f32::consts::LN_2;
use std::sync::Arc;

use super::line::{Context, Line};
use super::quote::Quote;
use crate::infer::{ComposeError, Controls, Muse, State};
use crate::music::dialogue::{Opening, Turn};
use crate::music::memory::{Field, Memory, Prediction, Remembered, Tail, mixed};
use crate::music::planner::Window;
use crate::music::tokens::{DRUMS, Event};
use crate::score::{Key, Mode, Note, Part, Pitch, Settings, Tick, Ticks};

/// The amount of memory at which the mixture is the calibrated one.
const CALIBRATED: f32 = 0.5;
/// Notes of a phrase of the player's that a motif is taken from: its last ones.
const PHRASE_NOTES: usize = 64;
/// How long an expectation is waited for.
const EXPECTED_FOR: Ticks = Ticks(192);

#[derive(Clone, Debug)]
pub(super) struct Recall {
    memory: Arc<Memory>,
    /// Notes learned in this chain.
    learned: usize,
    /// Notes learned while their keys were down, by how many were learned before them.
    open: Vec<(Note, usize)>,
    /// Lengths that such notes came to have.
    ended: Vec<Note>,
    /// What the player was imagined to play.
    expected: Vec<Note>,
    /// The player's notes since the last reply began, and those before it.
    phrase: Vec<Note>,
    phrase_before: Vec<Note>,
    pub(super) quote: Option<Quote>,
    /// What was predicted last for each slot's line; good until something is learned.
    predicted: [Option<Predicted>; Part::COUNT],
    tally: Tally,
}

#[derive(Clone, Debug)]
struct Predicted {
    tail: Tail,
    key: Option<Key>,
    prediction: Option<Arc<Prediction>>,
}

/// How well the memory has done since it was asked last.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Tally {
    /// The player's notes that were judged; what time, pitch and duration cost the network, and what the memory saved of it, bits.
    pub(super) judged: u32,
    pub(super) network: [f32; 3],
    pub(super) saved: [f32; 3],
    /// The player's notes, those that were expected within a beat, and those that repeat the pitch class before them.
    pub(super) notes: u32,
    pub(super) expected: u32,
    pub(super) repeated: u32,
}

impl Recall {
    /// At the start of a chain; `memory` is the song's.
    pub(super) fn new(memory: Arc<Memory>) -> Self {
        Self {
            memory,
            learned: 0,
            open: Vec::new(),
            ended: Vec::new(),
            expected: Vec::new(),
            phrase: Vec::new(),
            phrase_before: Vec::new(),
            quote: None,
            predicted: Default::default(),
            tally: Tally::default(),
        }
    }

    pub(super) fn take_tally(&mut self) -> Tally {
        std::mem::take(&mut self.tally)
    }

    pub(super) fn memory(&self) -> &Memory {
        &self.memory
    }

    /// The notes of this chain that were not handed out before.
    pub(super) fn take_fresh(&mut self, key: Option<Key>) -> Vec<Remembered> {
        if self.learned == 0 {
            return Vec::new();
        }
        self.mend();
        Arc::make_mut(&mut self.memory).take_fresh(key)
    }

    /// What `later` has handed out, the same some notes further on, is not handed out again.
    pub(super) fn hand_out_like(&mut self, later: &Recall) {
        if later.learned > 0 {
            let ahead = later.learned.saturating_sub(self.learned);
            Arc::make_mut(&mut self.memory).hand_out_ahead(ahead);
        }
    }

    /// The player has let go a key of a note that was learned while it was down.
    pub(super) fn hear_end(&mut self, note: Note) {
        self.ended.push(note);
    }

    /// Feed a note of the player's to `line`, judge what the memory would have made of it, and learn it. Returns the state before it.
    pub(super) fn hear(
        &mut self,
        muse: &mut dyn Muse,
        line: &mut Line,
        context: &Context,
        note: Note,
        known: Option<State>,
    ) -> Result<State, ComposeError> {
        self.mend();
        let tail = line.tail(Part::PLAYER, context.bar);
        let prediction =
            if context.memory > 0.0 { self.memory.predict(&tail, context.key) } else { None };
        let state = match prediction {
            Some(prediction) => {
                let (event, from) = (line.event_of(note), line.newest().unwrap_or(note.onset));
                let mut forced = context.clone();
                forced.controls.force(event);
                let state = line.push(muse, &forced, note, None)?;
                let judged = Judged { prediction: &prediction, context, event, from };
                self.judge(muse.log_probabilities(), &judged);
                state
            }
            None => line.push(muse, context, note, known)?,
        };
        self.count(note, context.bar.meter.beat());
        self.predicted = Default::default();
        let memory = Arc::make_mut(&mut self.memory);
        memory.learn(note.onset, note.pitch, note.length, context.bar);
        self.open.push((note, self.learned));
        self.open.drain(..self.open.len().saturating_sub(32));
        self.learned += 1;
        self.phrase.push(note);
        self.phrase.drain(..self.phrase.len().saturating_sub(PHRASE_NOTES));
        Ok(state)
    }

    /// What the model draws next, after `line` and before `window` ends, leans to what the memory says of each part's line.
    pub(super) fn lean(&mut self, line: &Line, context: &mut Context, from: Tick) {
        if context.memory <= 0.0 || self.memory.is_empty() {
            return;
        }
        let amount = context.memory / CALIBRATED;
        let alone = lone_line(&context.controls);
        for part in (0..Part::COUNT).filter_map(Part::from_slot) {
            let family = context.controls.family[part.slot()];
            if !context.controls.allows(part) || family == DRUMS {
                continue;
            }
            let tail = line.tail(part, context.bar);
            let Some(prediction) = self.predict(part, tail, context.key) else { continue };
            let trust = &self.memory.trust;
            let scale = |field| amount * trust.scale(field, prediction.reach(field));
            let pitches = Controls::FIELDS[2];
            let row = &mut context.controls.bias_pitch[part.slot() * pitches..][..pitches];
            add(row, prediction.pitches(), scale(Field::Pitch));
            if alone == Some(part) {
                add(&mut context.controls.bias_time, times(&prediction, from), scale(Field::Time));
                let durations = prediction.durations().iter().copied();
                add(&mut context.controls.bias_duration, durations, scale(Field::Duration));
            }
        }
    }

    /// What has been imagined of the player in a window.
    pub(super) fn expect(&mut self, note: Note) {
        self.expected.push(note);
    }

    /// After all that sounded before the cutoff of `window` was heard.
    pub(super) fn enter(&mut self, window: Window, turn: Turn) {
        let stale = self.quote.as_ref().is_some_and(|it| it.due() < window.begin);
        if stale || turn == Turn::Listen {
            self.quote = None;
        }
        if let Turn::Reply { opening: Opening::Begins, .. } = turn {
            self.phrase_before = std::mem::take(&mut self.phrase);
            self.quote = None;
        }
        self.expected.retain(|it| it.onset + EXPECTED_FOR >= window.begin);
    }

    /// A reply that begins with `window` may quote the phrase that it answers: the more, the more memory is asked for.
    pub(super) fn begin_reply(
        &mut self,
        settings: &Settings,
        context: &Context,
        window: Window,
        end: Tick,
    ) {
        let mut stream = settings.seed.stream(window.begin.0.cast_unsigned() ^ 0x6D65_6D6F_7279);
        if stream.uniform() >= context.memory * context.memory {
            return;
        }
        let answers = |part: &Part| {
            let wanted = part.band_index().map(|it| settings.parts[it].mode);
            wanted == Some(Mode::Answer) && context.controls.family[part.slot()] != DRUMS
        };
        let Some(part) = Part::BAND.into_iter().find(answers) else { return };
        self.quote = Quote::of(&self.phrase_before, part, context, window, end, &mut stream);
    }

    /// The motif that is quoted, if any, goes on after `note`.
    pub(super) fn go_on(&mut self, note: Note) {
        self.quote = self.quote.take().and_then(|quote| quote.after(note));
    }

    /// Move all that was heard by `by`.
    pub(super) fn shift(&mut self, by: Ticks) {
        self.mend();
        if self.learned > 0 {
            Arc::make_mut(&mut self.memory).shift(by);
        }
        self.open.clear();
        self.expected.clear();
        self.quote = None;
        for note in self.phrase.iter_mut().chain(&mut self.phrase_before) {
            note.onset += by;
        }
    }

    /// What was composed with an onset in `[from, until)` does not sound.
    pub(super) fn take_back(&mut self, from: Tick, until: Tick) {
        self.quote = None;
        self.expected.retain(|it| !(from..until).contains(&it.onset));
    }

    /// What follows the line of `part`.
    fn predict(&mut self, part: Part, tail: Tail, key: Option<Key>) -> Option<Arc<Prediction>> {
        let predicted = &mut self.predicted[part.slot()];
        if let Some(known) = predicted.as_ref().filter(|it| it.key == key && it.tail == tail) {
            return known.prediction.clone();
        }
        let prediction = self.memory.predict(&tail, key).map(Arc::new);
        *predicted = Some(Predicted { tail, key, prediction: prediction.clone() });
        prediction
    }

    /// Learn what the memory was worth for a note, and count it.
    fn judge(&mut self, log_probabilities: &[f32], judged: &Judged<'_>) {
        if log_probabilities.len() != Controls::NOISE {
            return;
        }
        let Judged { prediction, context, event, from } = *judged;
        let amount = context.memory / CALIBRATED;
        let alone = lone_line(&context.controls) == Some(Part::PLAYER);
        let [time, part, pitch, duration, _] = Controls::FIELDS;
        let (times, rest) = log_probabilities.split_at(time);
        let (pitches, rest) = rest[part..].split_at(pitch);
        let tally = &mut self.tally;
        tally.judged += 1;
        let mut learn = |field, network: &[f32], lean: &[f32], target: usize| {
            let reach = prediction.reach(field);
            let scale = amount * self.memory.trust.scale(field, reach);
            let by_network = mixed(network, lean, 0.0, target) / LN_2;
            tally.network[field as usize] -= by_network;
            tally.saved[field as usize] += mixed(network, lean, scale, target) / LN_2 - by_network;
            let trust = &mut Arc::make_mut(&mut self.memory).trust;
            trust.learn(field, reach, network, lean, target);
        };
        let lean: Vec<f32> = prediction.pitches().collect();
        learn(Field::Pitch, pitches, &lean, event.pitch.into());
        if alone {
            let lean: Vec<f32> = self::times(prediction, from).take(time).collect();
            learn(Field::Time, times, &lean, event.time.into());
            learn(
                Field::Duration,
                &rest[..duration],
                prediction.durations(),
                event.duration.into(),
            );
        }
    }

    fn count(&mut self, note: Note, beat: Ticks) {
        let near = |it: &Note| {
            let away = (it.onset - note.onset).0.abs();
            it.pitch.class() == note.pitch.class() && away < beat.0
        };
        self.tally.notes += 1;
        self.tally.expected += u32::from(self.expected.iter().any(near));
        let last: Option<Pitch> =
            self.phrase.last().or(self.phrase_before.last()).map(|it| it.pitch);
        self.tally.repeated += u32::from(last.is_some_and(|it| it.class() == note.pitch.class()));
    }

    /// Put right the lengths of notes whose keys have been let go since they were learned.
    fn mend(&mut self) {
        for note in std::mem::take(&mut self.ended) {
            let newest = self.open.iter().rposition(|it| it.0.pitch == note.pitch);
            let Some(place) = newest else { continue };
            let (learned, before) = self.open.remove(place);
            let back = self.learned - before - 1;
            self.predicted = Default::default();
            Arc::make_mut(&mut self.memory).mend_length(back, note.length);
            let in_phrase = self.phrase.iter_mut().find(|it| **it == learned);
            if let Some(kept) = in_phrase {
                kept.length = note.length;
            }
        }
    }
}

/// A note of the player's beside what the memory said of it.
#[derive(Clone, Copy)]
struct Judged<'a> {
    prediction: &'a Prediction,
    context: &'a Context,
    event: Event,
    /// What its time step counts from.
    from: Tick,
}

/// The one part that can be drawn, where there is but one: then the next event's time and duration are its own.
fn lone_line(controls: &Controls) -> Option<Part> {
    let mut allowed =
        (0..Part::COUNT).filter_map(Part::from_slot).filter(|it| controls.allows(*it));
    let first = allowed.next();
    if allowed.next().is_some() { None } else { first }
}

/// Of each time step from `from` on.
fn times(prediction: &Prediction, from: Tick) -> impl Iterator<Item = f32> + '_ {
    (0..384i64).map(move |time| prediction.at(from, Ticks(time)))
}

/// Lean what is possible; what is not stays so.
fn add(biases: &mut [f32], lean: impl Iterator<Item = f32>, scale: f32) {
    for (bias, lean) in biases.iter_mut().zip(lean) {
        if *bias > Controls::IMPOSSIBLE / 2.0 {
            *bias += scale * lean;
        }
    }
}
