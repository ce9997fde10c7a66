//! Windows as they come: cutoffs, beginnings, and what is done when one is not there.

use std::sync::atomic::Ordering;

use super::player::Band;
use super::{Conductor, GRACE, Scene, TURNS};
use crate::engine::audio::renderer::Pace;
use crate::engine::link::{FromAudio, Retired};
use crate::music::planner::{MomentKind, Window};
use crate::score::{Mode, Part, Settings, Tick};

/// A window that was announced and has not begun: it may be composed anew.
#[derive(Clone, Copy, Debug)]
pub(super) struct Draft {
    /// With the newest cutoff that was told.
    window: Window,
    /// In force at that cutoff.
    settings: Settings,
    since: Since,
}

/// Whether something has happened since a cutoff that a window depends on, beside the settings.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Since {
    Nothing,
    Something,
}

impl Conductor {
    /// Pass every cutoff, revision and beginning that is due at `frame`.
    pub(super) fn live_moments(&mut self, frame: usize, scene: &mut Scene<'_, '_>) {
        while let Some(moment) = self.planner.next_moment() {
            if usize::try_from(scene.clock.frame_of(moment.tick)).unwrap_or(0) > frame {
                return;
            }
            let Some(window) = self.planner.pass(scene.bar(), scene.settings.quantum) else {
                return;
            };
            match moment.kind {
                MomentKind::Cutoff => {
                    if let Some(awaited) = self.awaited.take() {
                        self.rest(awaited);
                    }
                    let (settings, tempo) = (*scene.settings, scene.transport.tempo);
                    self.tell_of_vetoes(f64::INFINITY);
                    self.send(FromAudio::Cutoff { window, settings, tempo });
                    self.draft = Some(Draft { window, settings, since: Since::Nothing });
                }
                MomentKind::Revision => self.revise(window, *scene.settings),
                MomentKind::Begin => {
                    self.begin_window(window, &mut scene.pace);
                    self.hush(window.begin, scene.settings);
                    self.revoice(scene);
                }
            }
        }
    }

    /// Let `window`, which has not begun, be composed anew if it might come out otherwise.
    fn revise(&mut self, window: Window, settings: Settings) {
        self.tell_of_vetoes(f64::INFINITY);
        let is_same =
            |it: &Draft| it.since == Since::Nothing && it.settings.composes_like(&settings);
        if self.draft.is_none_or(|draft| is_same(&draft)) {
            return;
        }
        if self.send(FromAudio::Revision { window, settings }) {
            self.draft = Some(Draft { window, settings, since: Since::Nothing });
        }
    }

    /// Something was told that the window which has yet to begin would have depended on, had it come before the cutoff.
    pub(super) fn note_change(&mut self, message: &FromAudio) {
        let Some(draft) = &mut self.draft else { return };
        match message {
            FromAudio::NoteOn { .. }
            | FromAudio::NoteOff { .. }
            | FromAudio::FollowOn { .. }
            | FromAudio::FollowOff { .. }
            | FromAudio::AllKeysUp { .. }
            | FromAudio::Rested { .. }
            | FromAudio::Hushed { .. } => draft.since = Since::Something,
            FromAudio::Chain { .. }
            | FromAudio::Voiced { .. }
            | FromAudio::Cutoff { .. }
            | FromAudio::Revision { .. }
            | FromAudio::Stood { .. }
            | FromAudio::WantTable { .. }
            | FromAudio::WantGrid { .. }
            | FromAudio::Stopped { .. } => {}
        }
    }

    fn begin_window(&mut self, window: Window, pace: &mut Pace<'_>) {
        let due = self.draft.take().map_or(window, |draft| draft.window);
        self.window = (due.chain, due.index);
        if due.index == 0 {
            self.edition = self.links.first_window.begin();
        }
        self.take_arrivals();
        if let Pace::Offline(give_turn) = pace {
            let mut turns = 0;
            while !self.sequencer.has(&due) && turns < TURNS && !self.is_stalled() {
                give_turn();
                self.take_arrivals();
                turns += 1;
            }
        }
        if !self.sequencer.has(&due) {
            match (pace, due.index) {
                _ if self.sequencer.has_version_of(&due) => self.let_stand(due),
                (Pace::RealTime, 0) => self.awaited = Some(due),
                _ => self.rest(due),
            }
        }
        self.begin(due);
    }

    /// `window` begins, and its second version is not there.
    fn let_stand(&mut self, window: Window) {
        self.links.gauges.late_revisions.fetch_add(1, Ordering::Relaxed);
        self.send(FromAudio::Stood { window });
    }

    /// The commit of `window`, if there is one, takes the place of the one before.
    pub(super) fn begin(&mut self, window: Window) {
        self.tell_of_vetoes(f64::INFINITY); // of the window before
        if let Some(commit) = self.sequencer.begin(&window) {
            self.retire(Retired::Commit(commit));
        }
        if let Some(band) = self.sequencer.current().map(Band::of) {
            self.take_band(band);
        }
    }

    pub(super) fn is_stalled(&self) -> bool {
        self.links.gauges.stalled.load(Ordering::Relaxed)
    }

    /// `window` passes in silence.
    pub(super) fn rest(&mut self, window: Window) {
        self.links.gauges.late_windows.fetch_add(1, Ordering::Relaxed);
        self.send(FromAudio::Rested { window, from: window.begin, until: window.end });
    }

    /// Parts that were composed for and have been switched to Off or Follow since play nothing more of the window in play, from `now` on. What they sound already
    /// ends in its own time.
    pub(super) fn hush(&mut self, now: Tick, settings: &Settings) {
        let Some(window) = self.sequencer.current_window() else { return };
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            if !matches!(wanted.mode, Mode::Off | Mode::Follow) {
                continue;
            }
            if let Some(from) = self.sequencer.hush(part, now.max(window.begin)) {
                self.send(FromAudio::Hushed { window, part, from, until: window.end });
            }
        }
    }

    /// Join the awaited window at `now`, if it has come: what should have sounded a while ago is left out.
    pub(super) fn begin_awaited(&mut self, now: Tick) {
        let Some(window) = self.awaited.filter(|it| self.sequencer.has(it)) else {
            return;
        };
        self.awaited = None;
        self.begin(window);
        let until = (now - GRACE).min(window.end);
        if until > window.begin {
            self.sequencer.skip_until(until);
            self.send(FromAudio::Rested { window, from: window.begin, until });
        }
    }
}
