//! Figures of a line: whether one was played before, what would play one again, and which are plain.

use std::collections::{BTreeSet, VecDeque};

/// Intervals of a figure.
pub(super) const INTERVALS: usize = 5;
/// Kinds of intervals in a plain figure, at most.
const PLAIN: usize = 2;
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

/// Whether the line's newest figure is plain. The line has one.
pub(super) fn is_plain(line: &VecDeque<u8>) -> bool {
    newest_kinds(line, INTERVALS).len() <= PLAIN
}

/// The pitches that go on with one of the newest four intervals, where these are of one or two kinds; as drones and trills do.
pub(super) fn goes_on_plainly(line: &VecDeque<u8>) -> Vec<u8> {
    if line.len() < INTERVALS {
        return Vec::new();
    }
    let kinds = newest_kinds(line, INTERVALS - 1);
    let newest = i16::from(line[line.len() - 1]);
    let to = kinds.iter().filter(|_| kinds.len() <= PLAIN).map(|kind| newest + kind);
    to.filter_map(|to| u8::try_from(to).ok().filter(|it| *it < 128)).collect()
}

/// Of each pitch, how far it goes on a figure of the line's: 1 where its four newest intervals went on so before. `rich`: none of a plain one.
pub(super) fn promises(line: &VecDeque<u8>, rich: bool) -> [f32; 128] {
    let mut promises = [0.0f32; 128];
    if line.len() < INTERVALS {
        return promises;
    }
    let newest = line.len() - 1;
    let kinds = newest_kinds(line, INTERVALS - 1);
    let is_plain = |step: i16| kinds.len() < PLAIN || kinds.len() == PLAIN && kinds.contains(&step);
    for at in INTERVALS - 2..newest {
        let promise = match alike(line, at, newest) {
            same if same == INTERVALS - 1 => 1.0,
            same if same == INTERVALS - 2 => PROMISED,
            _ => continue,
        };
        let step = interval(line, at + 1);
        let to = i16::from(line[newest]) + step;
        if let Some(own) = usize::try_from(to).ok().and_then(|to| promises.get_mut(to))
            && !(rich && is_plain(step))
        {
            *own = own.max(promise);
        }
    }
    promises
}

fn interval(line: &VecDeque<u8>, to: usize) -> i16 {
    i16::from(line[to]) - i16::from(line[to - 1])
}

/// The kinds of the newest so many intervals.
fn newest_kinds(line: &VecDeque<u8>, intervals: usize) -> BTreeSet<i16> {
    (line.len() - intervals..line.len()).map(|to| interval(line, to)).collect()
}

/// How many intervals up to note `at` equal those up to `newest`, as many as a figure has but its last, at most.
fn alike(line: &VecDeque<u8>, at: usize, newest: usize) -> usize {
    let same =
        |back: &usize| at > *back && interval(line, at - back) == interval(line, newest - back);
    (0..INTERVALS - 1).take_while(same).count()
}
