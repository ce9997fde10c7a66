//! One line of events as the note model has heard it, with the state to go on from. Cloning it takes a snapshot.

#[cfg(test)]
mod tests;

use crate::infer::{ComposeError, Controls, Draw, Muse, State};
use crate::music::form::Form;
use crate::music::memory::{Memory, Tail};
use crate::music::originality;
use crate::music::planner::BarLine;
use crate::music::tokens::{
    Event, Features, History, LONGEST_TIME, SOURCES, VelocityFrom, duration_class, velocity_class,
};
use crate::score::{Family, Key, Note, Part, Pitch, Tick, Ticks};

/// Events up to an instant. The newest is held back: the step that absorbs it is the step that draws what follows it.
#[derive(Clone, Debug)]
pub(super) struct Line {
    history: History,
    /// The state before the newest event.
    before: State,
    /// Of each slot, the last onset that nothing the part had played before foretold.
    fresh: [Option<Tick>; Part::COUNT],
    /// The last onset of a note that its part had not played a bar before.
    turned: Option<Tick>,
    /// What each slot copies of the pieces that the model learned from.
    copying: [originality::Line; Part::COUNT],
    form: Form,
}

/// What was in force when an event sounded.
#[derive(Clone, Debug)]
pub(super) struct Context {
    pub(super) bar: BarLine,
    pub(super) controls: Controls,
    /// That the band is asked to play in, or else that the player plays in.
    pub(super) key: Option<Key>,
    /// How much is drawn on what the player has played, 0 to 1.
    pub(super) memory: f32,
    /// Where velocities come from; the model is told them only where they come from it.
    pub(super) velocities: VelocityFrom,
    /// That what is heard was given to the band, and not chosen by it.
    pub(super) is_given: bool,
}

impl Line {
    /// Nothing heard yet.
    pub(super) fn new(silence: State) -> Self {
        Self {
            history: History::new(),
            before: silence,
            fresh: [None; Part::COUNT],
            turned: None,
            copying: Default::default(),
            form: Form::default(),
        }
    }

    /// Absorb the newest event and draw the one after it, under `context`. `opening` is where the line starts if it is empty.
    pub(super) fn draw(
        &self,
        muse: &mut dyn Muse,
        context: &Context,
        opening: Tick,
    ) -> Result<Draw, ComposeError> {
        let Controls { wanted, family, .. } = &context.controls;
        let mut controls = context.controls.clone();
        controls.repeat_more(self.form.told(wanted));
        controls.retune(|part, asked| self.form.register(part, asked));
        if !controls.is_insisting
            && let Some(lean) = self.form.lean(wanted, family)
        {
            controls.lean_pitches(&lean);
        }
        muse.step(&self.before, &self.features(context, opening), &controls)
    }

    /// Add `note`, which sounded under `context`. `after` is the state after the event before it, where that is known already;
    /// else the model is run. Returns that state.
    pub(super) fn push(
        &mut self,
        muse: &mut dyn Muse,
        context: &Context,
        note: Note,
        after: Option<State>,
    ) -> Result<State, ComposeError> {
        let after = match after {
            Some(state) => state,
            None => self.draw(muse, context, note.onset)?.state,
        };
        self.before = after.clone();
        let foretold = self.foretold(context, note);
        if !foretold.contains(&true) {
            self.fresh[note.part.slot()] = Some(note.onset);
        }
        if !foretold[0] {
            self.turned = Some(note.onset);
        }
        let velocity = (context.velocities == VelocityFrom::Model).then_some(note.velocity);
        let family = context.controls.family[note.part.slot()];
        if let Some(corpus) = muse.corpus() {
            self.copying[note.part.slot()].push(note.onset, note.pitch, corpus);
        }
        self.history.push(note.onset, note.part, note.pitch, note.length, velocity, family);
        let Controls { wanted, hushed, .. } = &context.controls;
        let is_own = !context.is_given
            && note.part != Part::PLAYER
            && context.controls.allows(note.part)
            && !hushed[note.part.slot()];
        self.form.push(note, family, is_own, wanted, context.bar.meter.bar());
        Ok(after)
    }

    /// Notes of the copy of a training piece that `note` would end, were it the next; 0 where it ends none. Drums copy nothing.
    pub(super) fn would_copy(&self, muse: &dyn Muse, note: Note, family: Family) -> usize {
        let Some(corpus) = muse.corpus().filter(|_| !family.is_drums()) else { return 0 };
        let mut line = self.copying[note.part.slot()].clone();
        line.push(note.onset, note.pitch, corpus).map_or(0, |copy| copy.length)
    }

    /// Notes of the copy of a training piece that the newest note of `part` ends; 0 where it ends none.
    pub(super) fn copying(&self, part: Part) -> usize {
        self.copying[part.slot()].copy().map_or(0, |copy| copy.length)
    }

    /// Move all that was heard by `by`.
    pub(super) fn shift(&mut self, by: Ticks) {
        self.history.shift(by);
        self.form.shift(by);
        self.copying.iter_mut().for_each(|it| it.shift(by));
        for onset in self.fresh.iter_mut().chain([&mut self.turned]).flatten() {
            *onset += by;
        }
    }

    /// Whether `note`, were it the next, would go on with a bar that all parts have played again and again for so long that nobody means it. Called
    /// with the context that it is drawn in.
    pub(super) fn would_go_round(&self, context: &Context, note: Note) -> bool {
        const BARS: i64 = 6;
        let long = context.bar.meter.bar() * BARS;
        self.turned.is_some_and(|turned| note.onset - turned >= long)
            && self.foretold(context, note)[0]
    }

    /// How many bars of `part` up to its newest note hold nothing but what it had played before. Where all parts play one bar again and again, each
    /// beyond the fourth counts fivefold: the longer it goes on, the more of what would be the same again is turned away. That is no bound.
    pub(super) fn stale_bars(&self, part: Part, bar: BarLine) -> f32 {
        const ALIKE_BARS: f32 = 4.0;
        const SAME_AGAIN: f32 = 4.0;
        let bars = |from: Tick, to: Tick| (to - from).0 as f32 / bar.meter.bar().0 as f32;
        let newest = self.history.line(part, 1).next();
        let Some(((newest, _), fresh)) = newest.zip(self.fresh[part.slot()]) else { return 0.0 };
        let alike =
            self.newest().zip(self.turned).map_or(0.0, |(newest, turned)| bars(turned, newest));
        bars(fresh, newest) + SAME_AGAIN * (alike - ALIKE_BARS).max(0.0)
    }

    /// Notes of `part` from `from` on, as far as that matters.
    pub(super) fn since(&self, part: Part, from: Tick) -> usize {
        const MOST: usize = 128;
        self.history.line(part, MOST).filter(|it| it.0 >= from).count()
    }

    /// How many times running `part` has struck its newest pitch, as far as that matters.
    pub(super) fn running(&self, part: Part) -> Option<(Pitch, usize)> {
        const MOST: usize = 64;
        let newest: Vec<Pitch> = self.history.line(part, MOST).map(|it| it.1).collect();
        let pitch = *newest.last()?;
        Some((pitch, newest.iter().rev().take_while(|it| **it == pitch).count()))
    }

    /// Whether onset after onset has come less than a thirty-second note after the one before: nobody means that for long.
    pub(super) fn is_rushing(&self) -> bool {
        const GAPS: usize = 4;
        let gaps = self.history.waits().filter(|it| *it > 0).take(GAPS);
        gaps.filter(|it| *it < 3).count() == GAPS
    }

    /// Of each source of its part's memory (first what the part played a bar before), whether it foretold both when `note` comes and its pitch.
    fn foretold(&self, context: &Context, note: Note) -> [bool; SOURCES] {
        let event = self.event_of(note);
        let features = self.features(context, note.onset);
        features.motif[note.part.slot()]
            .map(|it| it[0] == i64::from(event.time) && it[1] == i64::from(event.pitch))
    }

    /// Where the next time step is counted from, so that the next onset is at `begin` or later, and by how much it must be. A silence
    /// of many bars is forgotten bar by bar: the model knows no time step beyond four bars or so.
    pub(super) fn clock(&self, begin: Tick, bar: BarLine) -> (Tick, Ticks) {
        const LONG_SILENCE: Ticks = Ticks(192);
        let mut waited = begin - self.history.last_onset().unwrap_or(begin);
        while waited > LONG_SILENCE {
            waited = waited - bar.meter.bar().min(LONG_SILENCE);
        }
        let waited = waited.max(Ticks(0));
        (begin - waited, waited)
    }

    /// The newest notes of one part, as far as a memory looks back.
    pub(super) fn tail(&self, part: Part, bar: BarLine) -> Tail {
        Tail::new(self.history.line(part, Memory::LONGEST + 1), bar)
    }

    /// What `note` is to the model, were it the next.
    pub(super) fn event_of(&self, note: Note) -> Event {
        let waited = self.history.last_onset().map_or(0, |newest| (note.onset - newest).0.max(0));
        Event {
            time: u16::try_from(waited).map_or(LONGEST_TIME, |time| time.min(LONGEST_TIME)),
            #[expect(clippy::cast_possible_truncation, reason = "a slot is below 5")]
            part: note.part.slot() as u8,
            pitch: note.pitch.number(),
            duration: duration_class(note.length),
            velocity: velocity_class(note.velocity),
        }
    }

    /// The onset of the newest event.
    pub(super) fn newest(&self) -> Option<Tick> {
        self.history.last_onset()
    }

    fn features(&self, context: &Context, opening: Tick) -> Features {
        if self.history.is_empty() {
            History::start_features(context.bar, opening)
        } else {
            self.history.features(context.bar)
        }
    }
}
