//! Figures and stretches of a line: whether a figure was played before, what would play one again, and which stretches are narrow.

use std::collections::{BTreeSet, VecDeque};

/// Intervals of a figure.
pub(super) const INTERVALS: usize = 5;
/// Notes of a stretch.
pub(super) const STRETCH: usize = 12;
/// Pitches of a narrow one, at most.
const NARROW: usize = 4;
/// What follows three intervals as it did before promises so much of what follows four.
const PROMISED: f32 = 0.5;

/// Whether the line's newest figure stands anywhere before in it. The line has one.
pub(super) fn was_played(line: &VecDeque<u8>) -> bool {
    let newest = line.len() - 1;
    let step = interval(line, newest);
    (INTERVALS - 1..newest - 1)
        .rev()
        .any(|at| interval(line, at + 1) == step && alike(line, at, newest - 1) == INTERVALS - 1)
}

/// Whether the line's newest stretch is narrow. The line has one.
pub(super) fn is_narrow(line: &VecDeque<u8>) -> bool {
    newest_pitches(line, STRETCH).len() <= NARROW
}

/// The pitches to leave for a stretch that is not narrow: those of all of its notes but the next, where they are few.
pub(super) fn to_leave(line: &VecDeque<u8>) -> BTreeSet<u8> {
    let pitches = newest_pitches(line, STRETCH - 1);
    if line.len() >= STRETCH - 1 && pitches.len() <= NARROW { pitches } else { BTreeSet::new() }
}

/// Of each pitch, how far it goes on a figure of the line's: 1 where its four newest intervals went on so before.
pub(super) fn promises(line: &VecDeque<u8>) -> [f32; 128] {
    let mut promises = [0.0f32; 128];
    if line.len() < INTERVALS {
        return promises;
    }
    let newest = line.len() - 1;
    for at in INTERVALS - 2..newest {
        let promise = match alike(line, at, newest) {
            same if same == INTERVALS - 1 => 1.0,
            same if same == INTERVALS - 2 => PROMISED,
            _ => continue,
        };
        let to = i16::from(line[newest]) + interval(line, at + 1);
        if let Some(own) = usize::try_from(to).ok().and_then(|to| promises.get_mut(to)) {
            *own = own.max(promise);
        }
    }
    promises
}

fn interval(line: &VecDeque<u8>, to: usize) -> i16 {
    i16::from(line[to]) - i16::from(line[to - 1])
}

/// The pitches of so many newest notes, or of all where there are fewer.
fn newest_pitches(line: &VecDeque<u8>, notes: usize) -> BTreeSet<u8> {
    line.range(line.len().saturating_sub(notes)..).copied().collect()
}

/// How many intervals up to note `at` equal those up to `newest`, as many as a figure has but its last, at most.
fn alike(line: &VecDeque<u8>, at: usize, newest: usize) -> usize {
    let same =
        |back: &usize| at > *back && interval(line, at - back) == interval(line, newest - back);
    (0..INTERVALS - 1).take_while(same).count()
}
