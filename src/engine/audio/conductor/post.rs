//! What goes to the composer and comes from it.

use super::Conductor;
use super::player::Band;
use crate::engine::audio::synth::Synth;
use crate::engine::link::{FromAudio, Retired, ToAudio};
use crate::score::{Tick, Ticks};

impl Conductor {
    /// Take in what the composer has sent.
    pub(super) fn take_arrivals(&mut self) {
        while self.unsent.is_none() {
            match self.links.to_audio.pop() {
                Some(ToAudio::Commit(commit)) => {
                    let stale = commit.window.chain != self.window.0
                        || commit.window.index < self.window.1
                        || commit.is_older_than(self.edition);
                    if !stale && self.last.is_none() {
                        self.take_band(Band::of(&commit)); // while the transport stands nothing begins
                    }
                    let back = if stale { Some(commit) } else { self.sequencer.accept(commit) };
                    if let Some(commit) = back {
                        self.retire(Retired::Commit(commit));
                    }
                }
                Some(ToAudio::Veto { part, onset }) => self.sequencer.veto(part, onset),
                Some(ToAudio::Restore { part, onset }) => self.sequencer.restore(part, onset),
                Some(ToAudio::Grid(grid)) => {
                    let timbre = self.timbre(grid.part);
                    if let Some(old) = self.player.grids.accept(grid, timbre) {
                        self.retire(Retired::Grid(old));
                    }
                }
                Some(ToAudio::Revoiced { part, timbre, pitch, velocity, table }) => {
                    self.take_table(part, (pitch, velocity), timbre, table);
                }
                None => break,
            }
        }
        let (chain, index) = self.window;
        while self.unsent.is_none() {
            let stale = self.sequencer.take_stale(chain, index, self.edition);
            let Some(commit) = stale else { break };
            self.retire(Retired::Commit(commit));
        }
    }

    /// Tell what of the window in play was struck out and is due before `until`, ticks. Of the rest the composer is told before it next depends on it; until then it
    /// can be taken back.
    pub(super) fn tell_of_vetoes(&mut self, until: f64) {
        let Some(window) = self.sequencer.current_window() else { return };
        while let Some((part, onset)) = self.sequencer.tell_of_veto(until) {
            self.send(FromAudio::Hushed { window, part, from: onset, until: onset + Ticks(1) });
        }
    }

    /// Tell that the chain is over, and first what of it was struck out.
    pub(super) fn tell_of_stop(&mut self, end: Tick) {
        self.tell_of_vetoes(f64::INFINITY);
        self.send(FromAudio::Stopped { end });
    }

    pub(super) fn retire_tables(&mut self) {
        while self.unsent.is_none() {
            let Some(table) = self.synth.as_mut().and_then(Synth::take_retired) else { break };
            self.retire(Retired::Table(table));
        }
    }

    /// Send back to be freed; what finds no room is kept, and one that finds no room twice is leaked rather than freed here.
    pub(super) fn retire(&mut self, retired: Retired) {
        if let Err(retired) = self.links.retired.push(retired)
            && let Some(lost) = self.unsent.replace(retired)
        {
            self.links.gauges.count_lost();
            std::mem::forget(lost);
        }
    }

    pub(super) fn send_back_unsent(&mut self) {
        if let Some(retired) = self.unsent.take() {
            self.retire(retired);
        }
    }

    /// Whether the message was sent.
    pub(super) fn send(&mut self, message: FromAudio) -> bool {
        self.note_change(&message);
        let sent = self.links.from_audio.push(message).is_ok();
        if !sent {
            self.links.gauges.count_lost();
        }
        sent
    }
}
