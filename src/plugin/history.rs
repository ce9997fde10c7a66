//! What the musician did in the editor and can take back: controls, presets, the seed's phrase and lock, notes struck out. Takes and the memory have undo of their own. What a
//! host automates is the host's to undo.

use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::params::Control;
use crate::score::{Note, Phrase};

/// One act, as it can be taken back and done again.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Step {
    /// Controls with their values before and after, and the preset's name where that changed.
    Controls {
        turned: Vec<Turned>,
        preset: Option<(Option<String>, Option<String>)>,
    },
    Phrase {
        before: Arc<Phrase>,
        after: Arc<Phrase>,
    },
    Lock {
        before: bool,
        after: bool,
    },
    Strike(Strike),
}

/// What a part begins with a note is struck out in the roll, or is to be played after all.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Strike {
    pub(super) note: Note,
    pub(super) is_out: bool,
}

/// One control, in shares of its range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Turned {
    pub(super) control: Control,
    pub(super) before: f32,
    pub(super) after: f32,
}

#[derive(Debug, Default)]
pub(super) struct History {
    done: Vec<Step>,
    undone: Vec<Step>,
    /// Gestures that have begun together: their controls, the values before, and the newest.
    gestures: Vec<Turned>,
    /// How many of them have not ended.
    open: usize,
    /// When the newest step was added, for turns of the wheel that belong together.
    newest: Option<Instant>,
}

/// Steps that can be taken back.
const MOST: usize = 200;
/// Steps of one control that follow each other faster are one.
const TOGETHER: Duration = Duration::from_millis(700);

impl History {
    pub(super) fn can_undo(&self) -> bool {
        !self.done.is_empty()
    }

    pub(super) fn can_redo(&self) -> bool {
        !self.undone.is_empty()
    }

    /// A gesture begins on a control that stands at `value`.
    pub(super) fn begin(&mut self, control: Control, value: f32) {
        if self.open == 0 {
            self.gestures.clear();
        }
        self.open += 1;
        self.gestures.push(Turned { control, before: value, after: value });
    }

    pub(super) fn set(&mut self, control: Control, value: f32) {
        if let Some(gesture) = self.gestures.iter_mut().rfind(|it| it.control == control) {
            gesture.after = value;
        }
    }

    /// A gesture ends; those that began together are one step.
    pub(super) fn end(&mut self, now: Instant) {
        self.open = self.open.saturating_sub(1);
        if self.open > 0 {
            return;
        }
        let turned: Vec<Turned> =
            self.gestures.extract_if(.., |it| it.after != it.before).collect();
        self.gestures.clear();
        if !turned.is_empty() {
            self.newest = None; // a gesture is a step of its own
            self.add(Step::Controls { turned, preset: None }, now);
            self.newest = None;
        }
    }

    /// The window has gone with gestures that never ended: they end here.
    pub(super) fn settle(&mut self, now: Instant) {
        if self.open > 0 {
            self.open = 1;
            self.end(now);
        }
    }

    pub(super) fn add(&mut self, step: Step, now: Instant) {
        self.undone.clear();
        let is_close = self.newest.is_some_and(|it| now.duration_since(it) < TOGETHER);
        self.newest = Some(now);
        if let (true, Some(newest), Some(turned)) = (is_close, self.done.last_mut(), step.single())
            && let Step::Controls { turned: before, preset: None } = newest
            && let [newest] = &mut before[..]
            && newest.control == turned.control
        {
            newest.after = turned.after;
            return;
        }
        if self.done.len() == MOST {
            self.done.remove(0);
        }
        self.done.push(step);
    }

    /// The notes that are struck out now, in the order in which they were.
    pub(super) fn struck(&self) -> Vec<Note> {
        let mut struck: Vec<Note> = Vec::new();
        for step in &self.done {
            let Step::Strike(Strike { note, is_out }) = *step else { continue };
            struck.retain(|it| (it.part, it.onset) != (note.part, note.onset));
            struck.extend(is_out.then_some(note));
        }
        struck
    }

    /// Forget what was struck out, and what was of that taken back, of notes that `is_open` says no more of: it cannot be undone.
    pub(super) fn keep_strikes(&mut self, is_open: impl Fn(Note) -> bool) {
        let stays = |step: &Step| match step {
            Step::Strike(strike) => is_open(strike.note),
            Step::Controls { .. } | Step::Phrase { .. } | Step::Lock { .. } => true,
        };
        self.done.retain(stays);
        self.undone.retain(stays);
    }

    /// What is to be taken back.
    pub(super) fn undo(&mut self) -> Option<Step> {
        let step = self.done.pop()?;
        self.newest = None;
        self.undone.push(step.clone());
        Some(step.reversed())
    }

    /// What is to be done again.
    pub(super) fn redo(&mut self) -> Option<Step> {
        let step = self.undone.pop()?;
        self.newest = None;
        self.done.push(step.clone());
        Some(step)
    }
}

impl Step {
    pub(super) fn of(turned: Turned) -> Self {
        Step::Controls { turned: vec![turned], preset: None }
    }

    /// The one control that it turns, if it does no more.
    fn single(&self) -> Option<Turned> {
        match self {
            Step::Controls { turned, preset: None } if turned.len() == 1 => turned.first().copied(),
            Step::Controls { .. } | Step::Phrase { .. } | Step::Lock { .. } | Step::Strike(_) => {
                None
            }
        }
    }

    fn reversed(self) -> Self {
        match self {
            Step::Controls { turned, preset } => Step::Controls {
                turned: turned
                    .into_iter()
                    .map(|it| Turned { before: it.after, after: it.before, ..it })
                    .collect(),
                preset: preset.map(|(before, after)| (after, before)),
            },
            Step::Phrase { before, after } => Step::Phrase { before: after, after: before },
            Step::Lock { before, after } => Step::Lock { before: after, after: before },
            Step::Strike(strike) => Step::Strike(Strike { is_out: !strike.is_out, ..strike }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Control, Duration, History, Instant, Note, Step, Strike, Turned};
    use crate::score::{Part, Pitch, Tick, Ticks, Velocity};

    fn turned(control: Control, before: f32, after: f32) -> Step {
        Step::of(Turned { control, before, after })
    }

    #[test]
    fn what_was_done_is_taken_back_and_done_again() {
        let (mut history, now) = (History::default(), Instant::now());
        history.add(turned(Control::Density, 0.5, 0.6), now);
        history.add(Step::Lock { before: false, after: true }, now);
        assert_eq!(history.undo(), Some(Step::Lock { before: true, after: false }));
        assert_eq!(history.undo(), Some(turned(Control::Density, 0.6, 0.5)));
        assert_eq!((history.undo(), history.can_undo()), (None, false));
        assert_eq!(history.redo(), Some(turned(Control::Density, 0.5, 0.6)));
        history.add(turned(Control::Feel, 0.0, 1.0), now);
        assert!(!history.can_redo(), "another act: what was undone is gone");
    }

    #[test]
    fn a_gesture_is_one_step_and_so_is_a_turn_of_the_wheel() {
        let (mut history, now) = (History::default(), Instant::now());
        history.begin(Control::Feel, 0.2);
        for value in [0.3, 0.4, 0.5] {
            history.set(Control::Feel, value);
        }
        history.end(now);
        for (step, (before, after)) in
            [(0.5, 0.52), (0.52, 0.54), (0.54, 0.56)].into_iter().enumerate()
        {
            let now = now + Duration::from_millis(100) * u32::try_from(step).unwrap();
            history.add(turned(Control::Feel, before, after), now);
        }
        let later = now + Duration::from_secs(5);
        history.add(turned(Control::Feel, 0.56, 0.58), later);
        assert_eq!(history.undo(), Some(turned(Control::Feel, 0.58, 0.56)));
        assert_eq!(history.undo(), Some(turned(Control::Feel, 0.56, 0.5)));
        assert_eq!(history.undo(), Some(turned(Control::Feel, 0.5, 0.2)));
        assert!(!history.can_undo());
        history.begin(Control::Feel, 0.2);
        history.end(now);
        assert!(!history.can_undo(), "a press that moves nothing is nothing to undo");
    }

    #[test]
    fn a_gesture_that_the_closing_window_cut_off_is_a_step_and_the_next_one_too() {
        let (mut history, now) = (History::default(), Instant::now());
        history.begin(Control::Feel, 0.2);
        history.set(Control::Feel, 0.4);
        history.settle(now);
        history.begin(Control::Density, 0.5);
        history.set(Control::Density, 0.6);
        history.end(now);
        assert_eq!(history.undo(), Some(turned(Control::Density, 0.6, 0.5)));
        assert_eq!(history.undo(), Some(turned(Control::Feel, 0.4, 0.2)));
        history.settle(now);
        assert!(!history.can_undo());
    }

    #[test]
    fn gestures_that_begin_together_are_one_step() {
        let (mut history, now) = (History::default(), Instant::now());
        for control in [Control::StyleA, Control::StyleB, Control::Lean] {
            history.begin(control, 0.0);
        }
        history.set(Control::Lean, 0.5);
        history.set(Control::StyleB, 0.25);
        (0..3).for_each(|_| history.end(now));
        let Some(Step::Controls { turned, .. }) = history.undo() else { panic!() };
        assert_eq!(turned.iter().map(|it| it.before).collect::<Vec<_>>(), [0.25, 0.5]);
        assert!(!history.can_undo());
    }

    #[test]
    fn a_note_struck_out_is_taken_back_until_it_is_over() {
        let (mut history, now) = (History::default(), Instant::now());
        let note = |onset| Note {
            onset: Tick(onset),
            part: Part::BAND[1],
            pitch: Pitch::new(60).unwrap(),
            length: Ticks(24),
            velocity: Velocity::clamped(90),
        };
        let strike = |onset, is_out| Step::Strike(Strike { note: note(onset), is_out });
        history.add(strike(96, true), now);
        history.add(strike(120, true), now);
        history.add(strike(96, false), now);
        assert_eq!(history.struck(), [note(120)]);
        assert_eq!(history.undo(), Some(strike(96, true)));
        assert_eq!(history.struck(), [note(96), note(120)]);
        history.keep_strikes(|it| it.onset > Tick(96));
        assert_eq!((history.struck(), history.can_redo()), (vec![note(120)], false));
        assert_eq!(history.undo(), Some(strike(120, false)));
        assert_eq!((history.struck(), history.can_undo()), (vec![], false));
    }

    #[test]
    fn the_oldest_steps_are_forgotten() {
        let (mut history, now) = (History::default(), Instant::now());
        for step in 0..500 {
            history.add(Step::Lock { before: step % 2 == 0, after: step % 2 == 1 }, now);
        }
        assert_eq!(std::iter::from_fn(|| history.undo()).count(), super::MOST);
    }
}
