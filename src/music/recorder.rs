//! Always recording: what the band and the player have played, kept after the fact.
//!
//! A pure state machine that the composer tells everything it is told itself, as soon as it is told, and what it commits. Each chain is a
//! strip of its own. Only what really sounded is given out: nothing of windows that rested, and nothing beyond the place where the
//! transport stopped or jumped.

mod strip;

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::fmt;
use std::sync::Arc;

use self::strip::Strip;
use super::planner::{Start, Window};
use crate::score::maps;
use crate::score::take::{Families, KeyAct};
use crate::score::{Note, Part, Phrase, Remembrance, Settings, Take, Tempo, Tick, Ticks};

/// What is recorded, oldest first.
#[derive(Debug)]
pub struct Recorder {
    strips: VecDeque<Strip>,
    limit_bytes: usize,
}

/// What came of one window.
#[derive(Clone, Copy, Debug)]
pub struct Committed<'a> {
    /// Each with the ticks by which it sounds after its onset.
    pub notes: &'a [(Note, f32)],
    pub families: Families,
    /// Sum over the notes that were drawn, natural.
    pub log_probability: f64,
    /// How many of the notes were drawn; the others were played from a take.
    pub drawn: usize,
    /// Whether any part was played from a take, or rested with one.
    pub is_given: bool,
}

/// A take of the newest bars, and how many there were.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    pub take: Take,
    pub bars: i64,
}

/// One stretch of playing, from a start or jump to the next stop or jump.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pass {
    /// What it is called by.
    pub chain: u32,
    /// Its place among those that can be kept, from 1, and how many there are.
    pub number: usize,
    pub count: usize,
    /// Whole bars that can be kept of it.
    pub bars: i64,
    /// The passes beside it.
    pub earlier: Option<u32>,
    pub later: Option<u32>,
}

/// Why nothing could be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NothingPlayed;

impl Recorder {
    /// About twenty minutes of dense playing, hours of sparse playing.
    pub const LIMIT_BYTES: usize = 4 << 20;

    /// A recorder that holds at most about `limit_bytes`; beyond that, it forgets the oldest bars.
    pub fn new(limit_bytes: usize) -> Self {
        Self { strips: VecDeque::new(), limit_bytes }
    }

    /// A chain may begin at `start`. One that waited there and never sounded is forgotten.
    pub fn begin(&mut self, start: Start, settings: Settings) {
        if self.strips.back().is_some_and(|it| !it.has_sounded()) {
            self.strips.pop_back();
        }
        if let Some(last) = self.strips.back_mut() {
            last.end_unless_ended();
        }
        self.strips.push_back(Strip::new(start, settings));
        self.forget_oldest();
    }

    /// A chain that waited begins with parts that sound otherwise than when it was announced.
    pub fn voice(&mut self, chain: u32, settings: Settings) {
        if let Some(strip) = self.chain(chain) {
            strip.voice(settings);
        }
    }

    /// What the newest chain heard before its first note.
    pub fn hear_phrase(&mut self, chain: u32, phrase: &Arc<Phrase>) {
        if let Some(strip) = self.chain(chain) {
            strip.hear_phrase(phrase);
        }
    }

    /// What the newest chain remembers of the player from before.
    pub fn recall(&mut self, chain: u32, memory: &Arc<Remembrance>) {
        if let Some(strip) = self.chain(chain) {
            strip.recall(memory);
        }
    }

    /// The player, or a part that follows her, does something.
    pub fn key(&mut self, tick: Tick, part: Part, act: KeyAct) {
        if let Some(strip) = self.strips.back_mut() {
            strip.key(tick, part, act);
        }
        self.forget_oldest();
    }

    /// The cutoff of `window` has passed, at `tempo`.
    pub fn cutoff(&mut self, window: Window, settings: Settings, tempo: Tempo) {
        if let Some(strip) = self.chain(window.chain) {
            strip.cutoff(window, settings, tempo);
        }
        self.forget_oldest();
    }

    /// The newest window is composed anew, as if `window.cutoff` had been its cutoff.
    pub fn revise(&mut self, window: Window, settings: Settings) {
        if let Some(strip) = self.chain(window.chain) {
            strip.revise(window, settings);
        }
        self.forget_oldest();
    }

    /// What came of that was late: `window` sounds as it was before.
    pub fn stand(&mut self, window: Window) {
        if let Some(strip) = self.chain(window.chain) {
            strip.stand(window);
        }
    }

    /// What came of the newest window of those that were composed, in place of what came of it before.
    pub fn commit(&mut self, window: Window, committed: Committed<'_>) {
        if let Some(strip) = self.chain(window.chain) {
            strip.commit(window, committed);
        }
        self.forget_oldest();
    }

    /// The notes of the chain with an onset in `[from, until)` do not sound: those of one part, or all.
    pub fn rest(&mut self, chain: u32, from: Tick, until: Tick, part: Option<Part>) {
        if let Some(strip) = self.chain(chain) {
            strip.rest(from, until, part);
        }
    }

    /// The transport stopped or jumped; it had come to `end`.
    pub fn stop(&mut self, end: Tick) {
        if let Some(strip) = self.strips.back_mut().filter(|it| it.is_running()) {
            strip.end_at(end);
        }
    }

    /// The pass of this chain, or the one that `keep_last` keeps of where that has gone or none is named. Nothing if nothing has sounded.
    pub fn pass(&self, chain: Option<u32>) -> Option<Pass> {
        let strip = self.sounded(chain)?;
        let all: Vec<u32> =
            self.strips.iter().filter(|it| it.has_sounded()).map(Strip::chain).collect();
        let place = all.iter().rposition(|it| *it == strip.chain())?;
        let (first, end) = strip.whole_bars();
        Some(Pass {
            chain: strip.chain(),
            number: place + 1,
            count: all.len(),
            bars: maps::bars(strip.meters(), first, end),
            earlier: place.checked_sub(1).map(|it| all[it]),
            later: all.get(place + 1).copied(),
        })
    }

    /// Bytes that the recording takes, about.
    pub fn bytes(&self) -> usize {
        let strips = self.strips.iter().map(Strip::bytes).sum::<usize>();
        let memories = self.strips.iter().enumerate().map(|(place, strip)| {
            let before = place.checked_sub(1).map(|it| self.strips[it].memory());
            let is_shared = before.is_some_and(|it| Arc::ptr_eq(it, strip.memory()));
            if is_shared { 0 } else { strip.memory().bytes() }
        });
        strips + memories.sum::<usize>()
    }

    /// The newest `bars` whole bars that sounded, of one chain, or as many as there are. The bar that is being played is one of them if half of
    /// it has been; the bar in which the transport stopped, if anything sounded in it.
    ///
    /// # Errors
    /// If nothing has sounded yet.
    pub fn keep_last(&self, bars: u32) -> Result<Kept, NothingPlayed> {
        self.keep_last_of(None, bars)
    }

    /// The same of the pass of this chain, while it is recorded.
    ///
    /// # Errors
    /// If nothing has sounded yet.
    pub fn keep_last_of(&self, chain: Option<u32>, bars: u32) -> Result<Kept, NothingPlayed> {
        let strip = self.sounded(chain).ok_or(NothingPlayed)?;
        let (first, end) = strip.whole_bars();
        let mut begin = end;
        let mut count = 0;
        while begin > first && count < i64::from(bars.max(1)) {
            begin = maps::bar_at(strip.meters(), begin - Ticks(1)).0.max(first);
            count += 1;
        }
        Ok(Kept { take: strip.take(begin, end), bars: count })
    }

    /// The player's notes of the newest `bars` whole bars of a pass, counted from the first of them. Empty if she played nothing there.
    ///
    /// # Errors
    /// If nothing has sounded yet.
    pub fn played_last_of(&self, chain: Option<u32>, bars: u32) -> Result<Phrase, NothingPlayed> {
        let Kept { take, .. } = self.keep_last_of(chain, bars)?;
        let by = Tick(0) - take.music.begin;
        let notes = take.music.of_player();
        Ok(Phrase::new(notes.map(|note| Note { onset: note.onset + by, ..note }).collect()))
    }

    fn chain(&mut self, chain: u32) -> Option<&mut Strip> {
        self.strips.iter_mut().rev().find(|it| it.chain() == chain)
    }

    /// The chain of this number if it has sounded, else the newest one to be kept.
    fn sounded(&self, chain: Option<u32>) -> Option<&Strip> {
        let of_chain = |it: &&Strip| Some(it.chain()) == chain && it.has_sounded();
        self.strips.iter().rev().find(of_chain).or_else(|| self.newest())
    }

    /// The newest chain that has lasted a bar, or else the newest that has sounded: right after a loop has come round, the round before
    /// is what one wants to keep.
    fn newest(&self) -> Option<&Strip> {
        let mut sounded = self.strips.iter().rev().filter(|it| it.has_sounded());
        let long = sounded.clone().find(|it| it.has_lasted_a_bar());
        long.or_else(|| sounded.next())
    }

    fn forget_oldest(&mut self) {
        /// How much is forgotten at once, as a share of the limit, so that forgetting is rare.
        const AT_ONCE: usize = 16;
        if self.bytes() <= self.limit_bytes {
            return;
        }
        let wanted = self.limit_bytes - self.limit_bytes / AT_ONCE;
        while self.strips.len() > 1 && self.bytes() > wanted {
            self.strips.pop_front();
        }
        if let Some(strip) = self.strips.front_mut().filter(|it| it.bytes() > wanted) {
            strip.shrink_to(wanted);
        }
    }
}

impl fmt::Display for NothingPlayed {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "nothing has been played yet")
    }
}

impl std::error::Error for NothingPlayed {}

impl Default for Recorder {
    fn default() -> Self {
        Self::new(Self::LIMIT_BYTES)
    }
}
