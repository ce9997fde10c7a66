//! How far predictions are trusted: learned from how they would have done beside the network's, note by note.
//!
//! A prediction leans the network's logits by some scale times its own. For each field and reach several scales are kept in the running, each with a share that
//! grows as it does well; what is used is their mean (the exponentially weighted average forecaster with fixed shares: Herbster and Warmuth, "Tracking the best
//! expert", 1998). The cost is convex in the scale, so the mean does no worse than its shares do.

pub use crate::score::memory::Shares;

/// What of a note is predicted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Time,
    Pitch,
    Duration,
}

/// What a prediction rests on: how long the longest match is, and whether it is with what was played in this chain, which the network has heard as
/// well, or longer with what is remembered from before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// None, or one note.
    Short,
    /// Two or three notes.
    Middle,
    /// Four or more.
    Long,
    RememberedMiddle,
    RememberedLong,
}

/// Scales in the running, as multiples of the weights that were calibrated on whole pieces.
pub const SCALES: [f32; 6] = [0.0, 0.5, 1.0, 2.0, 3.0, 4.5];

/// Shares before anything was heard: much for no lean at all, and more for a strong one where the network cannot know.
const FIRST: [[f32; SCALES.len()]; Reach::COUNT] = [
    [0.40, 0.20, 0.30, 0.08, 0.01, 0.01],
    [0.40, 0.20, 0.30, 0.08, 0.01, 0.01],
    [0.40, 0.20, 0.30, 0.08, 0.01, 0.01],
    [0.20, 0.10, 0.30, 0.20, 0.15, 0.05],
    [0.20, 0.10, 0.20, 0.20, 0.20, 0.10],
];
/// What of all shares is handed out anew at each note.
const SHARED: f32 = 0.002;
/// How fast shares grow.
const RATE: f32 = 0.3;

/// Shares of the scales, for each field and reach.
#[derive(Clone, Debug, PartialEq)]
pub struct Trust {
    shares: Shares,
}

impl Field {
    pub const ALL: [Field; 3] = [Field::Time, Field::Pitch, Field::Duration];
}

impl Reach {
    pub const COUNT: usize = 5;

    /// Of matches of so many notes with what is remembered from before and with what was played in this chain.
    pub(super) fn of(remembered: usize, fresh: usize) -> Self {
        match (remembered.max(fresh), remembered > fresh) {
            (0 | 1, _) => Reach::Short,
            (2 | 3, false) => Reach::Middle,
            (_, false) => Reach::Long,
            (2 | 3, true) => Reach::RememberedMiddle,
            (_, true) => Reach::RememberedLong,
        }
    }
}

impl Trust {
    /// Shares as `shares` gave them; nothing if one is no share.
    pub fn new(mut shares: Shares) -> Option<Self> {
        for shares in shares.iter_mut().flatten() {
            let sum: f32 = shares.iter().sum();
            let legal =
                shares.iter().all(|it| (0.0..=1.0).contains(it)) && (0.5..=1.5).contains(&sum);
            if !legal {
                return None;
            }
            // What was read as it was written stays so, to the last digit.
            if (sum - 1.0).abs() > 1e-5 {
                shares.iter_mut().for_each(|it| *it /= sum);
            }
        }
        Some(Self { shares })
    }

    /// By field, reach and scale; they sum to 1 over the scales.
    pub fn shares(&self) -> &Shares {
        &self.shares
    }

    /// By how much the logits of `field` are leaned.
    pub fn scale(&self, field: Field, reach: Reach) -> f32 {
        let shares = &self.shares[field as usize][reach as usize];
        shares.iter().zip(SCALES).map(|(share, scale)| share * scale).sum()
    }

    /// The class `target` came, which the network had given `log_probabilities` and the memory leaned by `lean`.
    pub fn learn(
        &mut self,
        field: Field,
        reach: Reach,
        log_probabilities: &[f32],
        lean: &[f32],
        target: usize,
    ) {
        let shares = &mut self.shares[field as usize][reach as usize];
        let mut sum = 0.0;
        for (share, scale) in shares.iter_mut().zip(SCALES) {
            *share *= (RATE * mixed(log_probabilities, lean, scale, target)).exp();
            sum += *share;
        }
        if sum <= 1e-30 {
            return; // impossible by every scale: nothing is learned from it
        }
        for (share, first) in shares.iter_mut().zip(FIRST[reach as usize]) {
            *share = *share / sum * (1.0 - SHARED) + first * SHARED;
        }
    }
}

impl Default for Trust {
    fn default() -> Self {
        Self { shares: [FIRST; 3] }
    }
}

/// The logarithm of the probability of `target` when `log_probabilities` are leaned by `scale` times `lean`.
pub fn mixed(log_probabilities: &[f32], lean: &[f32], scale: f32, target: usize) -> f32 {
    let leaned = || log_probabilities.iter().zip(lean).map(|(log, lean)| log + scale * lean);
    let most = leaned().fold(f32::NEG_INFINITY, f32::max);
    let sum: f32 = leaned().map(|it| (it - most).exp()).sum();
    let Some(own) = leaned().nth(target) else { return 0.0 };
    own - most - sum.ln()
}
