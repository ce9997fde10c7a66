//! Copies of a line's newest notes among those remembered, and the distributions that follow from what came after them.

use super::{Field, Memory, Prediction, Reach, Remembered};
use crate::music::tokens::DURATIONS;
use crate::score::{Pitch, Tick};

/// What makes two notes alike.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum View {
    /// Interval and gap.
    Motif,
    Contour,
    Rhythm,
    /// Degree of the scale and place in the bar.
    Place,
}

const VIEWS: [View; 4] = [View::Motif, View::Contour, View::Rhythm, View::Place];

/// The two views that predict each field, with their weights by the length of the longest match: none, 1, 2 or 3, 4 to 7, 8 or more notes. Fitted to the
/// default pack on melodies of the validation split, one half of the pieces against the other.
const WEIGHTS: [[(View, [f64; 5]); 2]; 3] = [
    [(View::Rhythm, [0.11, 0.07, 0.05, 0.05, 0.05]), (View::Motif, [0.04, 0.10, 0.10, 0.06, 0.20])],
    [
        (View::Contour, [0.12, 0.08, 0.10, 0.07, 0.11]),
        (View::Place, [0.08, 0.09, 0.19, 0.13, 0.09]),
    ],
    [(View::Rhythm, [0.10, 0.11, 0.07, 0.04, 0.02]), (View::Motif, [0.00, 0.04, 0.04, 0.04, 0.08])],
];

/// How fast an interval grows unlikely by itself, semitones.
const INTERVAL_SPREAD: f64 = 4.0;
/// How fast a gap grows unlikely by itself, ticks.
const GAP_SPREAD: f64 = 48.0;

/// Where the newest notes of a line are found, and what came next there.
pub(super) struct Found {
    /// By view: length of the match and the note that follows it, for matches of at least one note.
    copies: [Vec<(usize, Remembered)>; 4],
    /// By view: the longest match with notes from before this chain.
    remembered: [usize; 4],
    /// By field: how often each class followed a note.
    counts: [Vec<u32>; 3],
}

impl Found {
    /// Notes from `fresh` on have classes that count from C, those before it from their keys' tonics; `tail` counts from C and is in the key of `tonic`.
    pub(super) fn search(
        notes: &[Remembered],
        fresh: usize,
        tail: &[Remembered],
        tonic: Option<u8>,
    ) -> Self {
        let tail = &tail[tail.len().saturating_sub(Memory::LONGEST)..];
        let mut found = Self {
            copies: std::array::from_fn(|_| Vec::new()),
            remembered: [0; 4],
            counts: Field::ALL.map(|field| vec![0; classes(field)]),
        };
        let (old, new) = notes.split_at(fresh);
        let in_key: Vec<Remembered> = tail
            .iter()
            .map(|it| Remembered { class: super::relative(it.class, tonic), ..*it })
            .collect();
        found.search_in(old, &in_key);
        found.remembered = std::array::from_fn(|view| longest(&found.copies[view]));
        found.search_in(new, tail);
        found
    }

    fn search_in(&mut self, notes: &[Remembered], tail: &[Remembered]) {
        for (at, next) in notes.iter().enumerate().skip(1) {
            if next.gap == Remembered::BREAK {
                continue;
            }
            for (field, counts) in Field::ALL.into_iter().zip(&mut self.counts) {
                counts[class(field, next)] += 1;
            }
            for (view, copies) in VIEWS.into_iter().zip(&mut self.copies) {
                let length = view.alike(&notes[..at], tail);
                if length > 0 {
                    copies.push((length, *next));
                }
            }
        }
    }

    pub(super) fn prediction(&self, newest: (Tick, Pitch)) -> Prediction {
        let (gap, time_reach) = self.field(Field::Time, &gap_prior());
        let (interval, pitch_reach) = self.field(Field::Pitch, &interval_prior());
        let (duration, duration_reach) = self.field(Field::Duration, &duration_prior());
        let reach = [time_reach, pitch_reach, duration_reach];
        Prediction { interval, gap, duration, reach, newest }
    }

    /// Weighted logarithms of how much likelier each class is than it is by `prior`.
    fn field(&self, field: Field, prior: &[f64]) -> (Vec<f32>, Reach) {
        let mut sum = vec![0.0; prior.len()];
        let (mut remembered, mut fresh) = (0, 0);
        for (view, weights) in &WEIGHTS[field as usize] {
            let copies = &self.copies[*view as usize];
            let (blended, order) = blend(prior, &self.counts[field as usize], copies, field);
            let before = self.remembered[*view as usize];
            remembered = remembered.max(before);
            if order > before {
                fresh = fresh.max(order);
            }
            let weight = weights[bucket(order)];
            for ((sum, probability), prior) in sum.iter_mut().zip(&blended).zip(prior) {
                *sum += weight * (probability / prior).ln();
            }
        }
        #[expect(clippy::cast_possible_truncation, reason = "a logarithm of some digits")]
        let sum = sum.into_iter().map(|it| it as f32).collect();
        (sum, Reach::of(remembered, fresh))
    }
}

impl View {
    /// How many notes at the end of `notes` are like those at the end of `tail`.
    fn alike(self, notes: &[Remembered], tail: &[Remembered]) -> usize {
        let mut length = 0;
        for (one, other) in notes.iter().rev().zip(tail.iter().rev()) {
            let joined = one.gap != Remembered::BREAK && other.gap != Remembered::BREAK;
            let same = match self {
                View::Motif => joined && one.interval == other.interval && one.gap == other.gap,
                View::Contour => joined && one.interval == other.interval,
                View::Rhythm => joined && one.gap == other.gap,
                View::Place => {
                    one.class != Remembered::NO_CLASS
                        && one.class == other.class
                        && one.phase == other.phase
                }
            };
            if !same {
                break;
            }
            length += 1;
            if !joined {
                break;
            }
        }
        length
    }
}

/// The distribution after the longest matches, blended from none upwards: at each length the classes seen share with what shorter matches say, which
/// gets as much as there are different classes. Returns also the longest length.
fn blend(
    prior: &[f64],
    all: &[u32],
    copies: &[(usize, Remembered)],
    field: Field,
) -> (Vec<f64>, usize) {
    let longest = longest(copies);
    let mut probability = prior.to_vec();
    let mut counts = all.to_vec();
    for order in 0..=longest {
        if order > 0 {
            counts.fill(0);
            let copies = copies.iter().filter(|it| it.0 >= order);
            copies.for_each(|(_, note)| counts[class(field, note)] += 1);
        }
        let seen = f64::from(counts.iter().sum::<u32>());
        let different = counts.iter().filter(|it| **it > 0).count() as f64;
        if seen == 0.0 {
            break;
        }
        for (probability, count) in probability.iter_mut().zip(&counts) {
            *probability = (f64::from(*count) + different * *probability) / (seen + different);
        }
    }
    (probability, longest)
}

fn classes(field: Field) -> usize {
    match field {
        Field::Time => usize::from(Remembered::GAPS),
        Field::Pitch => 255,
        Field::Duration => DURATIONS.len(),
    }
}

/// Of a note that follows another.
fn class(field: Field, note: &Remembered) -> usize {
    match field {
        Field::Time => usize::from(note.gap),
        Field::Pitch => usize::from((i16::from(note.interval) + 127).unsigned_abs()),
        Field::Duration => usize::from(note.duration),
    }
}

fn longest(copies: &[(usize, Remembered)]) -> usize {
    copies.iter().map(|it| it.0).max().unwrap_or(0)
}

/// Which weight is for a match of so many notes.
fn bucket(order: usize) -> usize {
    match order {
        0 | 1 => order,
        2 | 3 => 2,
        4..=7 => 3,
        _ => 4,
    }
}

/// Small steps before leaps.
fn interval_prior() -> [f64; 255] {
    normalized(std::array::from_fn(|it| (-(it as f64 - 127.0).abs() / INTERVAL_SPREAD).exp()))
}

/// Short before long, and what divides a quarter note simply before what does not.
fn gap_prior() -> [f64; 384] {
    let simple = |gap: usize| match gap {
        gap if gap % 24 == 0 => 1.0,
        gap if gap % 12 == 0 => 0.8,
        gap if gap % 6 == 0 || gap % 8 == 0 => 0.3,
        gap if gap % 3 == 0 || gap % 4 == 0 => 0.05,
        _ => 0.01,
    };
    normalized(std::array::from_fn(|gap| simple(gap) * (-(gap as f64) / GAP_SPREAD).exp()))
}

fn duration_prior() -> [f64; DURATIONS.len()] {
    normalized([1.0; DURATIONS.len()])
}

fn normalized<const N: usize>(mut values: [f64; N]) -> [f64; N] {
    let sum: f64 = values.iter().sum();
    values.iter_mut().for_each(|it| *it /= sum);
    values
}
