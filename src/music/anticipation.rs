//! What is expected of the player, and how much of it she plays.

#[cfg(test)]
mod tests;

use crate::score::{Note, Pitch, Tick, Ticks};

/// The notes that are expected of the player, and a count of those that she played.
#[derive(Clone, Debug, Default)]
pub struct Anticipation {
    /// Those that she has not played.
    expected: Vec<Note>,
    before: Option<Pitch>,
    foreseen: Foreseen,
}

/// How many of the player's notes were expected, and how many a guess that repeats the last one has right.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Foreseen {
    /// Of hers that were heard.
    pub notes: u32,
    /// Of these, those whose pitch class was expected less than a beat away. A note that was expected answers for one of hers.
    pub expected: u32,
    /// Those that repeat the pitch class before them.
    pub repeated: u32,
}

impl Anticipation {
    /// From `from` on this is expected, and nothing else.
    pub fn expect(&mut self, from: Tick, notes: &[Note]) {
        /// How long one that she has not played may still be meant.
        const KEPT: Ticks = Ticks(96);
        self.expected.retain(|it| it.onset < from && it.onset + KEPT >= from);
        self.expected.extend(notes);
    }

    /// The player strikes `pitch` at `onset`; `beat` is as long as one of the meter.
    pub fn hear(&mut self, onset: Tick, pitch: Pitch, beat: Ticks) {
        let away = |it: &Note| (it.onset - onset).0.abs();
        let alike = self
            .expected
            .iter()
            .enumerate()
            .filter(|(_, it)| it.pitch.class() == pitch.class() && away(it) < beat.0);
        let nearest = alike.min_by_key(|(_, it)| away(it)).map(|it| it.0);
        if let Some(place) = nearest {
            self.expected.remove(place);
        }
        let repeats = self.before.is_some_and(|it| it.class() == pitch.class());
        self.before = Some(pitch);
        self.foreseen.notes += 1;
        self.foreseen.expected += u32::from(nearest.is_some());
        self.foreseen.repeated += u32::from(repeats);
    }

    pub fn foreseen(&self) -> Foreseen {
        self.foreseen
    }
}
