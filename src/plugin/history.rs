//! What the musician did in the editor and can take back, in one order: controls, presets, the seed's phrase and lock, notes struck out, edits of the list of takes and
//! of the memory. These two keep what they were before each edit themselves; here is only when one was made. What a host automates is the host's to undo.

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
    /// An edit of a list that keeps its own undo: to be done again, or where `is_back` taken back.
    Edit {
        of: Edited,
        is_back: bool,
    },
}

/// What keeps an undo of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Edited {
    Takes,
    Memory,
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
    /// Edits of the takes and of the memory that are known here.
    seen: [u64; 2],
}

/// Steps that can be taken back.
const MOST: usize = 200;
/// Steps of one control that follow each other faster are one.
const TOGETHER: Duration = Duration::from_millis(700);

impl History {
    /// What Undo would take back.
    pub(super) fn newest(&self) -> Option<&Step> {
        self.done.last()
    }

    /// What Redo would do again.
    pub(super) fn newest_undone(&self) -> Option<&Step> {
        self.undone.last()
    }

    /// So many edits were made of a list since it is; it can take back `depth` of them.
    pub(super) fn follow(&mut self, of: Edited, made: u64, depth: usize, now: Instant) {
        let seen = &mut self.seen[of as usize];
        let new = made.saturating_sub(*seen);
        *seen = made;
        for _ in 0..new.min(depth as u64) {
            self.newest = None;
            self.add(Step::Edit { of, is_back: false }, now);
            self.newest = None;
        }
        // The list has forgotten the oldest.
        let is_edit = |it: &Step| matches!(it, Step::Edit { of: its, .. } if *its == of);
        let mut surplus = self.done.iter().filter(|it| is_edit(it)).count().saturating_sub(depth);
        self.done.retain(|it| {
            let goes = surplus > 0 && is_edit(it);
            surplus -= usize::from(goes);
            !goes
        });
    }

    /// The list's own Undo or Redo was pressed: its newest edit is no longer to be taken back, or again.
    pub(super) fn pass_over(&mut self, of: Edited, is_back: bool) {
        let edit = Step::Edit { of, is_back: false };
        let (from, to) = match is_back {
            true => (&mut self.done, &mut self.undone),
            false => (&mut self.undone, &mut self.done),
        };
        match from.iter().rposition(|it| *it == edit) {
            Some(place) => to.push(from.remove(place)),
            // Another act had made an end of what could be done again here, and not in the list.
            None if !is_back => to.push(edit),
            None => {}
        }
    }

    /// A preset has another name now.
    pub(super) fn rename_preset(&mut self, from: &str, to: &str) {
        for step in self.done.iter_mut().chain(&mut self.undone) {
            let Step::Controls { preset: Some((before, after)), .. } = step else { continue };
            for name in [before, after].into_iter().flatten().filter(|it| it.as_str() == from) {
                *name = String::from(to);
            }
        }
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
            Step::Controls { .. } | Step::Phrase { .. } | Step::Lock { .. } | Step::Edit { .. } => {
                true
            }
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
            Step::Controls { .. }
            | Step::Phrase { .. }
            | Step::Lock { .. }
            | Step::Strike(_)
            | Step::Edit { .. } => None,
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
            Step::Edit { of, is_back } => Step::Edit { of, is_back: !is_back },
        }
    }

    /// What was done, for who is asked whether to take it back; `name` names controls. Nothing for edits, which their lists tell.
    pub(super) fn words(&self, name: impl Fn(Control) -> String) -> Option<String> {
        Some(match self {
            Step::Controls { preset: Some((_, Some(preset))), .. } => format!("preset “{preset}”"),
            Step::Controls { turned, .. } => match &turned[..] {
                [] => String::from("preset"),
                [one] => name(one.control),
                [first, more @ ..] => format!("{} and {} more", name(first.control), more.len()),
            },
            Step::Phrase { after, .. } if after.is_empty() => {
                String::from("clearing the seed phrase")
            }
            Step::Phrase { .. } => String::from("another seed phrase"),
            Step::Lock { after: true, .. } => String::from("locking the seed"),
            Step::Lock { after: false, .. } => String::from("unlocking the seed"),
            Step::Strike(Strike { is_out: true, .. }) => String::from("striking out a note"),
            Step::Strike(Strike { is_out: false, .. }) => String::from("playing a note after all"),
            Step::Edit { .. } => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Control, Duration, Edited, History, Instant, Note, Step, Strike, Turned};
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
        assert_eq!((history.undo(), history.newest()), (None, None));
        assert_eq!(history.redo(), Some(turned(Control::Density, 0.5, 0.6)));
        history.add(turned(Control::Feel, 0.0, 1.0), now);
        assert!(history.newest_undone().is_none(), "another act: what was undone is gone");
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
        assert!(history.newest().is_none());
        history.begin(Control::Feel, 0.2);
        history.end(now);
        assert!(history.newest().is_none(), "a press that moves nothing is nothing to undo");
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
        assert!(history.newest().is_none());
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
        assert!(history.newest().is_none());
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
        assert_eq!((history.struck(), history.newest_undone()), (vec![note(120)], None));
        assert_eq!(history.undo(), Some(strike(120, false)));
        assert_eq!((history.struck(), history.newest()), (vec![], None));
    }

    #[test]
    fn edits_of_lists_stand_in_the_order_of_all_acts() {
        let (mut history, now) = (History::default(), Instant::now());
        let edit = |of, is_back| Some(Step::Edit { of, is_back });
        history.add(turned(Control::Density, 0.5, 0.6), now);
        history.follow(Edited::Takes, 1, 1, now);
        history.add(turned(Control::Density, 0.6, 0.7), now);
        history.follow(Edited::Takes, 1, 1, now);
        history.follow(Edited::Memory, 1, 1, now);
        assert_eq!(history.undo(), edit(Edited::Memory, true));
        assert_eq!(history.undo(), Some(turned(Control::Density, 0.7, 0.6)));
        assert_eq!(history.undo(), edit(Edited::Takes, true));
        assert_eq!(history.redo(), edit(Edited::Takes, false));
        // The list's own Undo, and its Redo.
        history.pass_over(Edited::Takes, true);
        assert_eq!(history.newest(), Some(&turned(Control::Density, 0.5, 0.6)));
        history.pass_over(Edited::Takes, false);
        assert_eq!(history.newest(), edit(Edited::Takes, false).as_ref());
        // What a list has forgotten cannot be taken back here.
        (2..30).for_each(|made| {
            history.follow(Edited::Memory, made, usize::try_from(made.min(20)).unwrap(), now)
        });
        let edits = std::iter::from_fn(|| history.undo());
        assert_eq!(edits.filter(|it| Some(it.clone()) == edit(Edited::Memory, true)).count(), 20);
    }

    #[test]
    fn a_preset_s_new_name_is_known_to_what_is_taken_back() {
        let (mut history, now) = (History::default(), Instant::now());
        let step = |before: &str, after: &str| Step::Controls {
            turned: Vec::new(),
            preset: Some((Some(String::from(before)), Some(String::from(after)))),
        };
        history.add(step("Slow air", "Evening"), now);
        history.add(step("Evening", "Slow air"), now);
        assert_eq!(history.undo(), Some(step("Slow air", "Evening")));
        history.rename_preset("Evening", "Night");
        assert_eq!(history.redo(), Some(step("Night", "Slow air")));
        assert_eq!(history.undo(), Some(step("Slow air", "Night")));
        assert_eq!(history.newest().unwrap().words(|_| String::new()).unwrap(), "preset “Night”");
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
