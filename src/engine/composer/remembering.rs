//! The memory that the song keeps, and what has been heard since it was last added to.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::Composer;
use super::chain::Chain;
use super::drafts::Draft;
use crate::engine::link::{FromComposer, Gauges};
use crate::music::memory::{Memory, Remembered};
use crate::score::{Chord, Key, Remembrance, Tick};

/// What of a new judgement is taken into the smoothed gain; some fifty notes are remembered.
const SMOOTHING: f32 = 0.02;

/// What chains begin with, and what will be added to it when the musician says so.
#[derive(Debug, Default)]
pub(super) struct Remembering {
    memory: Arc<Memory>,
    /// The same, for the recording.
    remembrance: Arc<Remembrance>,
    /// Of earlier chains.
    heard: Vec<Remembered>,
}

impl Remembering {
    fn new(memory: Arc<Memory>) -> Self {
        Self { remembrance: Arc::new(memory.remembrance()), memory, heard: Vec::new() }
    }

    pub(super) fn memory(&self) -> &Arc<Memory> {
        &self.memory
    }

    pub(super) fn remembrance(&self) -> &Arc<Remembrance> {
        &self.remembrance
    }

    /// A chain ends.
    pub(super) fn hear(&mut self, chain: &mut Chain) {
        self.heard.append(&mut chain.take_heard());
        self.heard.drain(..self.heard.len().saturating_sub(Memory::LIMIT));
    }
}

impl Composer {
    /// Begin the next chain with `memory`, and forget what was heard and not remembered. A chain that still waits for the transport is begun anew.
    pub(super) fn take_memory(&mut self, memory: Arc<Memory>) {
        if let Some(chain) = &mut self.chain {
            chain.take_heard();
        }
        self.hand_out_alike();
        let changed = memory != self.remembering.memory;
        self.remembering.heard.clear();
        if changed {
            self.remembering = Remembering::new(memory);
            self.begin_anew();
            let gauges = &self.links.gauges;
            gauges.judged_notes.store(0, Ordering::Relaxed);
            gauges.memory_gain.store(0.0, Ordering::Relaxed);
            self.draft.iter_mut().for_each(Draft::forget_gain);
        }
        self.show_memory();
    }

    /// Add to the song's memory what was heard since it was added to last.
    pub(super) fn remember(&mut self) {
        let mut trust = self.remembering.memory.trust.clone();
        if let Some(chain) = &mut self.chain {
            self.remembering.hear(chain);
            trust = chain.memory().trust.clone();
        }
        self.hand_out_alike();
        let heard = std::mem::take(&mut self.remembering.heard);
        let before = Arc::clone(&self.remembering.memory);
        let notes = [self.remembering.memory.notes(), &heard[..]].concat();
        self.remembering = Remembering::new(Arc::new(Memory::of(notes, trust)));
        self.begin_anew();
        let memory = Arc::clone(&self.remembering.memory);
        self.tell(FromComposer::Remembered { before, memory });
        self.show_memory();
    }

    /// A window that is composed anew begins with what was heard before; what of it has been handed out is not to be so again.
    fn hand_out_alike(&mut self) {
        if let (Some(draft), Some(chain)) = (&mut self.draft, &self.chain) {
            draft.hand_out_like(chain);
        }
    }

    /// Show key and chord of what the player has played by `now`.
    pub(super) fn show_harmony(&self, now: Tick) {
        let Some((key, chord)) = self.chain.as_ref().map(|it| it.harmony_at(now)) else { return };
        let shown = |index: Option<usize>| count(index.map_or(0, |index| index + 1));
        let gauges = &self.links.gauges;
        gauges.key_heard.store(shown(key.map(Key::index)), Ordering::Relaxed);
        gauges.chord_heard.store(shown(chord.map(Chord::index)), Ordering::Relaxed);
    }

    /// Bring the gauges up to date.
    pub(super) fn show_memory(&mut self) {
        let gauges = &self.links.gauges;
        let Some(chain) = &mut self.chain else { return };
        let tally = chain.take_tally();
        gauges.heard_notes.fetch_add(tally.notes, Ordering::Relaxed);
        gauges.expected_notes.fetch_add(tally.expected, Ordering::Relaxed);
        gauges.repeated_notes.fetch_add(tally.repeated, Ordering::Relaxed);
        gauges.remembered_notes.store(count(chain.memory().notes().len()), Ordering::Relaxed);
        let heard = self.remembering.heard.len() + chain.memory().not_taken();
        gauges.unremembered_notes.store(count(heard), Ordering::Relaxed);
        if tally.judged > 0 {
            smooth(gauges, tally.saved.iter().sum(), tally.judged);
        }
    }
}

fn count(notes: usize) -> u32 {
    u32::try_from(notes).unwrap_or(u32::MAX)
}

/// The mean of the first fifty or so, and then a smoothed one.
#[expect(clippy::cast_precision_loss, reason = "some notes")]
fn smooth(gauges: &Gauges, bits: f32, judged: u32) {
    let old = gauges.memory_gain.load(Ordering::Relaxed);
    let all = gauges.judged_notes.fetch_add(judged, Ordering::Relaxed).saturating_add(judged);
    let weight = 1.0 - (1.0 - SMOOTHING).powf(judged as f32);
    let weight = weight.max(judged as f32 / all as f32);
    let new = old + weight * (bits / judged as f32 - old);
    gauges.memory_gain.store(new, Ordering::Relaxed);
}
