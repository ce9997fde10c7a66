//! What the player has played, and what it says of a line's next note.
//!
//! Prediction by partial matching without a limit of order (Cleary and Teahan, "Unbounded length contexts for PPM", 1997; escapes by method C of
//! Moffat, "Implementing the PPM data compression scheme", 1990, blended over the orders) over several viewpoints of the same notes (Conklin and
//! Witten, "Multiple viewpoint systems for music prediction", 1995). The notes themselves are kept, oldest first, and searched: so the memory is bounded by
//! forgetting its oldest notes, and what is learned is at hand with the next note.

mod blend;
#[cfg(test)]
mod tests;
mod trust;

pub use trust::{Field, Reach, SCALES, Shares, Trust, mixed};

use self::blend::Found;
use super::planner::BarLine;
use super::tokens::{DURATIONS, duration_class};
use crate::score::{Key, Pitch, Remembrance, Tick, Ticks};

pub use crate::score::Remembered;

/// The player's notes, and how far their predictions are to be trusted.
#[derive(Clone, Debug, PartialEq)]
pub struct Memory {
    /// At most `LIMIT`, oldest first.
    notes: Vec<Remembered>,
    /// Notes from here on were played in the present chain: their `class` counts from C.
    fresh: usize,
    /// The notes of the present chain that have been kept by `keep`.
    kept: usize,
    /// The newest note, while a next one would follow it.
    newest: Option<(Tick, Pitch)>,
    pub trust: Trust,
}

/// Where a line has come to: its newest notes, oldest first, as far as a match can reach.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Tail {
    notes: Vec<Remembered>,
    newest: Option<(Tick, Pitch)>,
}

/// What the memory says of the next note of a line: natural logarithms of how much likelier each class is than it is by itself, weighted by how
/// much such a prediction has been worth beside a network's on melodies of the validation split.
#[derive(Clone, Debug)]
pub struct Prediction {
    /// By interval, -127 to 127.
    interval: Vec<f32>,
    /// By gap, 0 to 383.
    gap: Vec<f32>,
    duration: Vec<f32>,
    reach: [Reach; 3],
    newest: (Tick, Pitch),
}

impl Memory {
    /// Most notes that are kept: an hour or two of playing.
    pub const LIMIT: usize = 8192;
    /// How many notes go when there are too many.
    const FORGOTTEN: usize = 1024;
    /// Notes that a match is sought for at most.
    pub const LONGEST: usize = 16;

    pub fn new() -> Self {
        Self::of(Vec::new(), Trust::default())
    }

    /// A memory of these notes, oldest first; those beyond the limit are forgotten.
    pub fn of(mut notes: Vec<Remembered>, trust: Trust) -> Self {
        notes.drain(..notes.len().saturating_sub(Self::LIMIT));
        let fresh = notes.len();
        Self { notes, fresh, kept: fresh, newest: None, trust }
    }

    /// As it was written down; nothing if its shares are none.
    pub fn recalled(remembrance: &Remembrance) -> Option<Self> {
        if remembrance.is_empty() {
            return Some(Self::new());
        }
        Some(Self::of(remembrance.notes.clone(), Trust::new(remembrance.trust)?))
    }

    /// What a chain that begins with it must begin with to play the same again.
    pub fn remembrance(&self) -> Remembrance {
        if *self == Self::new() {
            return Remembrance::default();
        }
        Remembrance { notes: self.notes.clone(), trust: *self.trust.shares() }
    }

    pub fn notes(&self) -> &[Remembered] {
        &self.notes
    }

    /// Notes of the present chain.
    pub fn fresh(&self) -> &[Remembered] {
        &self.notes[self.fresh..]
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Notes of the present chain that were not handed out by `take_fresh`.
    pub fn not_taken(&self) -> usize {
        self.notes.len().saturating_sub(self.kept.max(self.fresh))
    }

    /// Size of so many notes.
    pub const fn bytes_of(notes: usize) -> usize {
        notes * size_of::<Remembered>()
    }

    /// Size of what is kept.
    pub fn bytes(&self) -> usize {
        size_of::<Self>() + Self::bytes_of(self.notes.len())
    }

    /// Absorb the next note of the player's line. Onsets do not fall; `bar` is a bar line of the meter in force.
    pub fn learn(&mut self, onset: Tick, pitch: Pitch, length: Ticks, bar: BarLine) {
        if self.notes.len() == Self::LIMIT {
            self.notes.drain(..Self::FORGOTTEN);
            self.fresh = self.fresh.saturating_sub(Self::FORGOTTEN);
            self.kept = self.kept.saturating_sub(Self::FORGOTTEN);
        }
        self.notes.push(after(self.newest, onset, pitch, length, bar));
        self.newest = Some((onset, pitch));
    }

    /// The length of the newest note with this onset and pitch turns out to be another.
    pub fn mend_length(&mut self, back: usize, length: Ticks) {
        let Some(place) = self.notes.len().checked_sub(back + 1).filter(|it| *it >= self.fresh)
        else {
            return;
        };
        self.notes[place].duration = duration_class(length);
    }

    /// Move the newest note by `by`: the line goes on elsewhere.
    pub fn shift(&mut self, by: Ticks) {
        if let Some((onset, _)) = &mut self.newest {
            *onset += by;
        }
    }

    /// Close the chain: its notes count from the tonic of the key that they were found to be in.
    pub fn settle(&mut self, key: Option<Key>) {
        for note in &mut self.notes[self.fresh..] {
            note.class = relative(note.class, key.map(tonic));
        }
        self.fresh = self.notes.len();
        self.kept = self.fresh;
        self.newest = None;
    }

    /// The notes of the present chain that were not handed out before, in `key`.
    pub fn take_fresh(&mut self, key: Option<Key>) -> Vec<Remembered> {
        let tonic = key.map(tonic);
        let from = self.kept.max(self.fresh);
        self.kept = from.max(self.notes.len());
        let in_key = |note: &Remembered| Remembered { class: relative(note.class, tonic), ..*note };
        self.notes.get(from..).unwrap_or_default().iter().map(in_key).collect()
    }

    /// The notes of the present chain, and the next `count` that are learned, count as handed out.
    pub fn hand_out_ahead(&mut self, count: usize) {
        self.kept = self.notes.len() + count;
    }

    /// What follows `tail`, whose line is in `key`; nothing where the line or the memory is empty.
    pub fn predict(&self, tail: &Tail, key: Option<Key>) -> Option<Prediction> {
        let newest = tail.newest?;
        if self.notes.len() < 2 {
            return None;
        }
        let found = Found::search(&self.notes, self.fresh, &tail.notes, key.map(tonic));
        Some(found.prediction(newest))
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self::new()
    }
}

impl Tail {
    /// The notes of one line (onset, pitch), oldest first; `bar` is a bar line of the meter in force.
    pub fn new(line: impl Iterator<Item = (Tick, Pitch)>, bar: BarLine) -> Self {
        let mut tail = Self::default();
        for (onset, pitch) in line {
            tail.notes.push(after(tail.newest, onset, pitch, Ticks(1), bar));
            tail.newest = Some((onset, pitch));
        }
        tail
    }
}

impl Prediction {
    /// Of each pitch, 0 to 127.
    pub fn pitches(&self) -> impl Iterator<Item = f32> + '_ {
        let from = 127 - usize::from(self.newest.1.number());
        self.interval[from..from + 128].iter().copied()
    }

    /// Of the note's coming `time` ticks after `from`, which is not before the line's newest note; 0 beyond what is known.
    pub fn at(&self, from: Tick, time: Ticks) -> f32 {
        let gap = (from + time - self.newest.0).0;
        usize::try_from(gap).ok().and_then(|gap| self.gap.get(gap)).copied().unwrap_or(0.0)
    }

    pub fn durations(&self) -> &[f32] {
        &self.duration
    }

    /// How long a match tells of the field.
    pub fn reach(&self, field: Field) -> Reach {
        self.reach[field as usize]
    }
}

/// A note after `before`; its class counts from C.
fn after(
    before: Option<(Tick, Pitch)>,
    onset: Tick,
    pitch: Pitch,
    length: Ticks,
    bar: BarLine,
) -> Remembered {
    let gap = before.map(|(tick, _)| (onset - tick).0.max(0));
    let gap = gap.and_then(|gap| u16::try_from(gap).ok()).filter(|gap| *gap < Remembered::GAPS);
    let step = before.map_or(0, |(_, last)| i16::from(pitch.number()) - i16::from(last.number()));
    let phase = (onset - bar.start).0.rem_euclid(bar.meter.bar().0.max(1));
    debug_assert!(usize::from(duration_class(length)) < DURATIONS.len());
    Remembered {
        interval: if gap.is_some() { i8::try_from(step).unwrap_or(0) } else { 0 },
        gap: gap.unwrap_or(Remembered::BREAK),
        duration: duration_class(length),
        class: pitch.class(),
        phase: u16::try_from(phase).map_or(0, |phase| phase.min(Remembered::PHASES - 1)),
    }
}

/// 0 to 11, C is 0.
fn tonic(key: Key) -> u8 {
    u8::try_from(key.index() % 12).expect("below 12")
}

/// A class that counts from C as one that counts from `tonic`.
fn relative(class: u8, tonic: Option<u8>) -> u8 {
    match tonic {
        Some(tonic) if class < Remembered::NO_CLASS => (class + 12 - tonic) % 12,
        _ => Remembered::NO_CLASS,
    }
}
