//! One part's notes as they come, and how long its newest copy is.

use super::{CorpusIndex, RUN};
use crate::score::{Pitch, Tick, Ticks};

/// Widest step that is told apart, semitones.
const WIDEST: i32 = 24;
/// A ratio of waits where there is no earlier wait, and the middle of those where there is one.
const NONE: u16 = 1;
const SAME: u16 = 16;
const MOST: f64 = 8.0;
const FACTOR: u64 = 0x9E37_79B9_7F4A_7C15;
/// Different steps that a run must have to count.
const STEPS: usize = 3;
/// Tokens of a figure; one that comes again is counted once.
const FIGURE: usize = 4;
/// Tokens that are kept: no copy is told to be longer.
const KEPT: usize = 128;

/// What is known of a line up to its newest note. Cheap to copy.
#[derive(Clone, Debug, Default)]
pub struct Line {
    newest: Option<(Tick, Pitch)>,
    /// Latest wait that was not zero, ticks.
    wait: Option<i64>,
    /// Newest last, `KEPT` at most.
    tokens: Vec<u16>,
    /// Runs in a row, up to the newest note, that the corpus has.
    known: usize,
}

/// A copy that ends with the newest note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// Its notes.
    pub notes: usize,
    /// The same, figures that come again counted once.
    pub length: usize,
}

impl Line {
    /// Hear a note. Notes come in order of onset, those struck together in order of pitch. Gives the copy that it ends, if it ends one.
    pub fn push(&mut self, onset: Tick, pitch: Pitch, corpus: &CorpusIndex) -> Option<Copy> {
        let (before, from) = self.newest.replace((onset, pitch))?;
        let step = i32::from(pitch.number()) - i32::from(from.number());
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "0 to 48")]
        let interval = (step.clamp(-WIDEST, WIDEST) + WIDEST) as u16;
        let ratio = self.ratio((onset - before).0);
        if self.tokens.len() == KEPT {
            self.tokens.remove(0);
        }
        self.tokens.push(interval * 32 + ratio);
        let newest = self.tokens.len();
        let is_known = self.fingerprint(newest).is_some_and(|it| corpus.knows(it));
        self.known = if is_known { (self.known + 1).min(KEPT - (RUN - 2)) } else { 0 };
        self.copy()
    }

    /// Notes in a row, up to the newest, that stand in copied runs; 0 where the newest run is none.
    pub fn run(&self) -> usize {
        if self.known == 0 { 0 } else { self.known + RUN - 1 }
    }

    /// Move all that was heard by `by`.
    pub fn shift(&mut self, by: Ticks) {
        if let Some((onset, _)) = &mut self.newest {
            *onset += by;
        }
    }

    fn ratio(&mut self, wait: i64) -> u16 {
        if wait <= 0 {
            return 0;
        }
        let Some(earlier) = self.wait.replace(wait) else { return NONE };
        let steps = (2.0 * (wait as f64 / earlier as f64).log2()).round_ties_even();
        #[expect(clippy::cast_sign_loss, clippy::cast_possible_truncation, reason = "8 to 24")]
        let ratio = (f64::from(SAME) + steps.clamp(-MOST, MOST)) as u16;
        ratio
    }

    /// Of the run that ends before token `end`, if it is not plain.
    fn fingerprint(&self, end: usize) -> Option<u64> {
        let run = self.tokens.get(end.checked_sub(RUN - 1)?..end)?;
        let steps = run.iter().fold(0u64, |steps, token| steps | 1 << (token / 32));
        if (steps.count_ones() as usize) < STEPS {
            return None;
        }
        let fold = |h: u64, token: &u16| h.wrapping_mul(FACTOR).wrapping_add(u64::from(*token) + 1);
        let h = run.iter().fold(0, fold);
        Some(h ^ (h >> 29))
    }

    /// The copy that the newest note ends, if it ends one.
    pub fn copy(&self) -> Option<Copy> {
        let notes = self.run();
        let run = self.tokens.get(self.tokens.len().checked_sub(notes.checked_sub(1)?)?..)?;
        let figures: Vec<&[u16]> = run.windows(FIGURE).collect();
        let is_first = |at: usize| !figures[..at].contains(&figures[at]);
        let length = FIGURE + (0..figures.len()).filter(|at| is_first(*at)).count();
        Some(Copy { notes, length })
    }

    /// The piece that most of the newest run's named parts are from, the first of those with as many; a number for `CorpusIndex::name`.
    pub fn piece(&self, corpus: &CorpusIndex) -> Option<u16> {
        let newest = self.tokens.len();
        let ends = newest + 1 - self.known..=newest;
        let named: Vec<u16> = ends.filter_map(|end| corpus.piece(self.fingerprint(end)?)).collect();
        let votes = |piece: &u16| named.iter().filter(|it| *it == piece).count();
        let most = named.iter().map(votes).max()?;
        named.iter().find(|it| votes(it) == most).copied()
    }
}
