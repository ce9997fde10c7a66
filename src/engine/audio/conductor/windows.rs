//! Windows as they come: cutoffs, beginnings, and what is done when one is not there.

use std::sync::atomic::Ordering;

use super::player::Band;
use super::{Conductor, GRACE, Scene, TURNS};
use crate::engine::audio::renderer::Pace;
use crate::engine::link::{FromAudio, Retired};
use crate::music::planner::{MomentKind, Window};
use crate::score::Tick;

impl Conductor {
    /// Pass every cutoff and beginning that is due at `frame`.
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
                    self.send(FromAudio::Cutoff { window, settings, tempo });
                }
                MomentKind::Begin => self.begin_window(window, &mut scene.pace),
            }
        }
    }

    pub(super) fn begin_window(&mut self, window: Window, pace: &mut Pace<'_>) {
        self.window = (window.chain, window.index);
        self.take_arrivals();
        if let Pace::Offline(give_turn) = pace {
            let mut turns = 0;
            while !self.sequencer.has(window.chain, window.index)
                && turns < TURNS
                && !self.is_stalled()
            {
                give_turn();
                self.take_arrivals();
                turns += 1;
            }
        }
        if !self.sequencer.has(window.chain, window.index) {
            match (pace, window.index) {
                (Pace::RealTime, 0) => self.awaited = Some(window),
                _ => self.rest(window),
            }
        }
        self.begin(window);
    }

    /// The commit of `window`, if there is one, takes the place of the one before.
    pub(super) fn begin(&mut self, window: Window) {
        if let Some(commit) = self.sequencer.begin(window.chain, window.index) {
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

    /// Join the awaited window at `now`, if it has come: what should have sounded a while ago is left out.
    pub(super) fn begin_awaited(&mut self, now: Tick) {
        let Some(window) = self.awaited.filter(|it| self.sequencer.has(it.chain, it.index)) else {
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
