//! What holds an improvisation near the form of its style's pieces.
//!
//! Four shares of real pieces are aimed at: figures of five intervals that their part has played before, notes in the best key's scale, semitones between parts
//! that sound together, and narrow stretches: twelve notes of a part on four pitches at most, as of a drone or a trill. Pieces of one style differ, so each seed
//! aims at a quantile of its own of each share. What is owed of a share is counted note by note, and the notes that would pay it become more or less likely. In the
//! same way a seed aims at how long a piece of the style copies others; whoever draws the notes keeps to that. A part that has wandered from the register asked for is told one beyond it. `training/form.py` does the same for many improvisations at once.

mod aims;
mod figures;
#[cfg(test)]
mod tests;

pub use self::aims::{AIM_NAMES, AIMS_END, Aims, QUANTILES, Wanted, aims_at};

use std::collections::VecDeque;

use self::aims::SHARES;
use self::figures::{INTERVALS, STRETCH, is_narrow, promises, to_leave, was_played};
use super::key::KeyFinder;
use super::tokens::DRUMS;
use crate::score::{Key, Note, Part, Pitch, Tick, Ticks};

/// Newest notes of a part, in which its figures are looked for.
const MEMORY: usize = 512;
/// Newest notes, of which some sound still.
const KEPT: usize = 32;
/// What remains of a debt after one more figure, note, pair or stretch, and of what was heard of the key after one more note.
const LASTING: f32 = 1.0 - 1.0 / 256.0;
const KEY_LASTING: f32 = 1.0 - 1.0 / 512.0;
/// Natural logarithms of odds for one figure, note, pair or stretch owed, and the most of them.
const EACH: [f32; SHARES] = [0.2, 0.3, 0.25, 0.2];
const MOST: [f32; SHARES] = [4.0, 3.0, 4.0, 4.0];
/// What is owed at most, as a multiple of what leans most: else a riff that was played for long would be shunned for long.
const UNPAID: f32 = 1.5;
/// Deviations of repetition that are told for one figure owed, and the most.
const TOLD: f32 = 0.15;
const MOST_TOLD: f32 = 3.0;
/// Figures return the more, the more bars there are that they may come from: `GROWTH` × bars / (bars + `HALF`) of the share of a piece of 32 bars.
const GROWTH: f32 = 2.05;
const HALF: f32 = 8.0;
const GROWN: f32 = 32.0;
/// More is not waited for, unless the share itself is more.
const NEARLY_ALL: f32 = 0.95;
/// What remains of a part's height after one more note.
const HEIGHT_LASTING: f32 = 1.0 - 1.0 / 32.0;
/// How far it may be from what is asked for, in octaves; how much beyond that is told for an octave too far, the most of it, and the farthest register told.
const NEAR: f32 = 0.1;
const EACH_OCTAVE: f32 = 1.0;
const MOST_BEYOND: f32 = 1.0;
const FARTHEST: f32 = 3.0;

/// Of each slot and pitch, natural logarithms of odds.
pub type Lean = [[f32; 128]; Part::COUNT];

/// What is owed of each share, and what it is counted from.
#[derive(Clone, Debug)]
pub struct Form {
    /// The newest pitches of each slot but those of drums, oldest first.
    lines: [VecDeque<u8>; Part::COUNT],
    /// Figures, notes, pairs and stretches.
    debts: [f32; SHARES],
    /// Octaves from middle C of each slot's newest notes: the weighted sum, and the weights', which nears 1.
    heights: [(f32, f32); Part::COUNT],
    heard: KeyFinder,
    /// The best key of what was heard.
    key: Option<Key>,
    /// Slot, pitch and end, oldest first.
    newest: VecDeque<(usize, u8, Tick)>,
    begun: Option<Tick>,
    now: Tick,
}

impl Default for Form {
    fn default() -> Self {
        Self {
            lines: Default::default(),
            debts: [0.0; SHARES],
            heights: [(0.0, 0.0); Part::COUNT],
            heard: KeyFinder::default(),
            key: None,
            newest: VecDeque::with_capacity(KEPT),
            begun: None,
            now: Tick(i64::MIN),
        }
    }
}

impl Form {
    /// Absorb a note of the family with this index (drums are counted nowhere), in bars of `bar` ticks. `is_own` tells whether the band chose it: only then can
    /// anything be owed or paid. What is aimed at no longer is no longer owed.
    pub fn push(&mut self, note: Note, family: u8, is_own: bool, wanted: &Wanted, bar: Ticks) {
        for (debt, aim) in self.debts.iter_mut().zip(wanted.0) {
            *debt = aim.map_or(0.0, |_| *debt);
        }
        let begun = *self.begun.get_or_insert(note.onset);
        self.now = self.now.max(note.onset);
        if family >= DRUMS {
            return;
        }
        let slot = note.part.slot();
        if let Some(share) = wanted.clashes().filter(|_| is_own) {
            self.count_clashes(slot, note.pitch, share);
        }
        if let Some((share, key)) = wanted.in_scale().filter(|_| is_own).zip(self.key) {
            let inside = if is_outside(key, note.pitch.class()) { 0.0 } else { 1.0 };
            self.owe(1, share - inside);
        }
        let line = &mut self.lines[slot];
        line.push_back(note.pitch.number());
        if line.len() > MEMORY {
            line.pop_front();
        }
        if is_own {
            self.count_figures(slot, wanted, (self.now - begun).0 as f32 / bar.0.max(1) as f32);
            let octaves = (f32::from(note.pitch.number()) - 60.0) / 12.0;
            let (sum, weight) = self.heights[slot];
            let older = |sum: f32, newest: f32| newest + (sum - newest) * HEIGHT_LASTING;
            self.heights[slot] = (older(sum, octaves), older(weight, 1.0));
        }
        self.heard.fade(KEY_LASTING);
        self.heard.hear(note.pitch, note.length);
        self.key = self.heard.key();
        self.newest.push_back((slot, note.pitch.number(), note.end()));
        if self.newest.len() > KEPT {
            self.newest.pop_front();
        }
    }

    /// Deviations of repetition to be told beside what is told at rest.
    pub fn told(&self, wanted: &Wanted) -> f32 {
        let told = (self.debts[0] * TOLD).clamp(-MOST_TOLD, MOST_TOLD);
        if wanted.figures_again().is_some() { told } else { 0.0 }
    }

    /// What `part`, of which `asked` is asked, is told as its register: mean pitch in octaves from middle C. Few notes move it little.
    pub fn register(&self, part: Part, asked: f32) -> f32 {
        let (sum, weight) = self.heights[part.slot()];
        let off = sum - weight * asked;
        let beyond = off - off.clamp(-NEAR, NEAR);
        let told = asked - (beyond * EACH_OCTAVE).clamp(-MOST_BEYOND, MOST_BEYOND);
        if beyond == 0.0 { asked } else { told.clamp(-FARTHEST, FARTHEST) }
    }

    /// What makes the next notes of the band pay the debts; `families` are indices, by slot, beyond those of pitched instruments for a part that is not there. Nothing where nothing is owed.
    pub fn lean(&self, wanted: &Wanted, families: &[u8; Part::COUNT]) -> Option<Lean> {
        let much = |aim: usize| (self.debts[aim] * EACH[aim]).clamp(-MOST[aim], MOST[aim]);
        let again = wanted.figures_again().map_or(0.0, |_| much(0));
        let inside = wanted.in_scale().and(self.key).map_or(0.0, |_| much(1));
        let apart = wanted.clashes().map_or(0.0, |_| much(2).max(0.0));
        let wider = wanted.narrow_stretches().map_or(0.0, |_| (-much(3)).max(0.0));
        if [again, inside, apart, wider] == [0.0; SHARES] {
            return None;
        }
        let mut lean = [[0.0; 128]; Part::COUNT];
        for part in Part::BAND.into_iter().filter(|it| families[it.slot()] < DRUMS) {
            let (slot, row) = (part.slot(), &mut lean[part.slot()]);
            if again != 0.0 {
                for (bias, promise) in row.iter_mut().zip(promises(&self.lines[slot])) {
                    *bias += again * promise;
                }
            }
            if wider > 0.0 {
                for pitch in to_leave(&self.lines[slot]) {
                    let own = &mut row[usize::from(pitch)]; // a figure that stays is no promise
                    *own = own.min(0.0) - wider;
                }
            }
            for (bias, class) in row.iter_mut().zip((0..12u8).cycle()) {
                if self.key.is_some_and(|key| is_outside(key, class)) {
                    *bias -= inside;
                }
            }
            if apart > 0.0 {
                for (bias, clashes) in row.iter_mut().zip(self.clashing_with(slot)) {
                    *bias -= if clashes { apart } else { 0.0 };
                }
            }
        }
        Some(lean)
    }

    /// Move all that was heard by `by`.
    pub fn shift(&mut self, by: Ticks) {
        self.newest.iter_mut().for_each(|it| it.2 += by);
        if let Some(begun) = &mut self.begun {
            *begun += by;
            self.now += by;
        }
    }

    /// Count the newest figure and the newest stretch of a slot, so many bars after the beginning.
    fn count_figures(&mut self, slot: usize, wanted: &Wanted, bars: f32) {
        let (bars, notes) = (bars.min(GROWN), self.lines[slot].len());
        if let Some(share) = wanted.figures_again().filter(|_| notes > INTERVALS) {
            let due = (share * GROWTH * bars / (bars + HALF)).min(share.max(NEARLY_ALL));
            let again = if was_played(&self.lines[slot]) { 1.0 } else { 0.0 };
            self.owe(0, due - again);
        }
        if let Some(share) = wanted.narrow_stretches().filter(|_| notes >= STRETCH) {
            let narrow = if is_narrow(&self.lines[slot]) { 1.0 } else { 0.0 };
            self.owe(3, share - narrow);
        }
    }

    fn count_clashes(&mut self, slot: usize, pitch: Pitch, share: f32) {
        let others = self.newest.iter().filter(|it| it.0 != slot && it.2 > self.now);
        let pairs: Vec<bool> = others.map(|it| clashes(it.1, pitch.number())).collect();
        for clash in pairs {
            self.owe(2, if clash { 1.0 } else { 0.0 } - share);
        }
    }

    /// Owe `more`; what could not be paid for long is not owed.
    fn owe(&mut self, aim: usize, more: f32) {
        let limit = UNPAID * MOST[aim] / EACH[aim];
        self.debts[aim] = (self.debts[aim] * LASTING + more).clamp(-limit, limit);
    }

    /// Of each pitch, whether a note of `slot` would clash with what other parts let sound.
    fn clashing_with(&self, slot: usize) -> impl Iterator<Item = bool> + '_ {
        let sounding = move |pitch: u8| {
            let mut others = self.newest.iter().filter(|it| it.0 != slot && it.2 > self.now);
            others.any(|(_, other, _)| clashes(*other, pitch))
        };
        (0..128).map(sounding)
    }
}

fn clashes(one: u8, other: u8) -> bool {
    matches!(one.abs_diff(other), 1 | 11 | 13)
}

/// Whether a pitch class is no degree of the scale; a minor key has both its sevenths.
fn is_outside(key: Key, class: u8) -> bool {
    let (minor, tonic) = (key.index() / 12 == 1, key.index() % 12);
    match (usize::from(class) + 12 - tonic) % 12 {
        1 | 6 => true,
        4 | 9 => minor,
        3 | 8 | 10 => !minor,
        _ => false,
    }
}
