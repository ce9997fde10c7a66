//! Each part's own line, and what it did before at such a place: the memory that lets a part's motifs return.

use std::collections::VecDeque;

use super::{DURATIONS, LONGEST_TIME, NO_DURATION, NO_PITCH, NO_TIME};
use crate::score::{Part, Pitch, Tick, Ticks};

/// What a part's memory says: ticks from now to the note (0 to 383), its pitch, its duration class, and how strongly it is remembered (1, or
/// the length of the match).
pub type Motif = [i64; 4];

/// Memories of each part: 1, 2, 4 and 8 bars ago, and after the longest suffix of its line that was heard before.
pub const SOURCES: usize = 5;

pub(super) const NO_MOTIF: Motif = [NO_TIME, NO_PITCH as i64, NO_DURATION as i64, 0];
pub(super) const NO_MOTIFS: [[Motif; SOURCES]; Part::COUNT] = [[NO_MOTIF; SOURCES]; Part::COUNT];

/// Longest suffix that is looked for; a match is of two notes at least.
pub(super) const LONGEST_MATCH: usize = 8;
pub(super) const BAR_LAGS: [i64; 4] = [1, 2, 4, 8];

/// How a note's pitch follows from the pitch before it in its part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    First,
    Interval(i16),
    Drum(u8),
}

/// The notes of each part, as far as the history goes.
#[derive(Clone, Debug, Default)]
pub(super) struct Lines([VecDeque<Own>; Part::COUNT]);

/// A note of one part.
#[derive(Clone, Copy, Debug)]
struct Own {
    onset: Tick,
    pitch: u8,
    duration: u8,
    step: Step,
    /// Since the part's note before it; `None` for its first.
    gap: Option<Ticks>,
}

impl Lines {
    pub(super) fn push(&mut self, slot: usize, onset: Tick, pitch: u8, duration: u8, step: Step) {
        let line = &mut self.0[slot];
        // A part whose notes have all left the history begins anew, but its pitch goes on: such a note has a gap that no other equals.
        let gap = line.back().map(|before| onset - before.onset);
        line.push_back(Own { onset, pitch, duration, step, gap });
    }

    /// Onset and pitch of the newest notes of `slot`, oldest first.
    pub(super) fn newest(
        &self,
        slot: usize,
        count: usize,
    ) -> impl Iterator<Item = (Tick, Pitch)> + '_ {
        let line = &self.0[slot];
        let notes = line.iter().skip(line.len().saturating_sub(count));
        notes.filter_map(|own| Some((own.onset, Pitch::new(own.pitch)?)))
    }

    /// The oldest note of `slot` leaves the history.
    pub(super) fn forget(&mut self, slot: usize) {
        self.0[slot].pop_front();
    }

    /// Move every note by `by`.
    pub(super) fn shift(&mut self, by: Ticks) {
        for own in self.0.iter_mut().flatten() {
            own.onset += by;
        }
    }

    /// Every part's memories at `now`, the onset of the newest note; the history begins at `oldest`, a bar has `bar` ticks.
    pub(super) fn motifs(
        &self,
        now: Tick,
        oldest: Tick,
        bar: Ticks,
    ) -> [[Motif; SOURCES]; Part::COUNT] {
        let mut motifs = NO_MOTIFS;
        for (memories, line) in motifs.iter_mut().zip(&self.0) {
            for (memory, lag) in memories.iter_mut().zip(BAR_LAGS) {
                let then = now - bar * lag;
                if then >= oldest {
                    *memory = at_moment(line, now, then).unwrap_or(NO_MOTIF);
                }
            }
            memories[SOURCES - 1] = after_same_suffix(line, now).unwrap_or(NO_MOTIF);
        }
        motifs
    }
}

/// What the part did at `then`: the note after those that answer its notes of `now`.
fn at_moment(line: &VecDeque<Own>, now: Tick, then: Tick) -> Option<Motif> {
    let before = |tick: Tick| line.partition_point(|own| own.onset < tick);
    let sounded_now = line.len() - before(now);
    let first = before(then);
    let sounded_then = line.partition_point(|own| own.onset <= then) - first;
    let own = line.get(first + sounded_now.min(sounded_then))?;
    let time = (own.onset - then).0.min(LONGEST_TIME.into());
    Some([time, own.pitch.into(), own.duration.into(), 1])
}

/// What followed the longest suffix of the line that was heard before, the newest of equals, from the part's present pitch.
fn after_same_suffix(line: &VecDeque<Own>, now: Tick) -> Option<Motif> {
    let newest = line.len().checked_sub(1)?;
    let alike = |at: usize| {
        let same = |back: &usize| {
            let (one, other) = (&line[at - back], &line[newest - back]);
            one.step == other.step && one.gap == other.gap
        };
        (0..LONGEST_MATCH.min(at + 1)).take_while(same).count()
    };
    let (mut longest, mut found) = (1, None);
    for at in (0..newest).rev() {
        let length = alike(at);
        if length > longest {
            (longest, found) = (length, Some(at + 1));
        }
        if longest == LONGEST_MATCH {
            break;
        }
    }
    let next = line[found?];
    let last = line[newest];
    let pitch = match next.step {
        Step::First | Step::Drum(_) => next.pitch.into(),
        Step::Interval(step) => (i64::from(last.pitch) + i64::from(step)).clamp(0, 127),
    };
    let due = last.onset + next.gap.unwrap_or(Ticks(0));
    let time = (due - now).0.clamp(0, LONGEST_TIME.into());
    let strength = i64::try_from(longest).expect("a match is of at most eight notes");
    debug_assert!(usize::from(next.duration) < DURATIONS.len());
    Some([time, pitch, next.duration.into(), strength])
}
