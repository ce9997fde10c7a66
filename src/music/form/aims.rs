//! What a style's pieces are like, and which of them a seed aims at.

use crate::score::Seed;

/// How many things are aimed at, and how many of them, the first, are shares that are owed and paid.
pub(super) const AIMS: usize = 5;
pub(super) const SHARES: usize = 4;
/// As manifests call them.
pub const AIM_NAMES: [&str; AIMS] =
    ["figures_again", "in_scale", "clashes", "narrow_stretches", "longest_copy"];
/// The most that each can be; the least is 0.
pub const AIMS_END: [f32; AIMS] = [1.0, 1.0, 1.0, 1.0, 1024.0];
/// Where a style's pieces are known.
pub const QUANTILES: [f32; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Each aim at `QUANTILES` of a style's pieces, ascending: shares from 0 to 1, the longest copy in notes. Nothing where they have no such thing, or too few are known.
pub type Aims = [Option<[f32; 5]>; AIMS];

/// What one improvisation aims at of each.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted(pub [Option<f32>; AIMS]);

impl Wanted {
    /// Share of figures of five intervals that their part has played before.
    pub fn figures_again(&self) -> Option<f32> {
        self.0[0]
    }

    /// Share of notes in the scale of the best key.
    pub fn in_scale(&self) -> Option<f32> {
        self.0[1]
    }

    /// The same, but for the scale.
    pub fn without_scale(self) -> Self {
        let Self([again, _, clashes, narrow, copy]) = self;
        Self([again, None, clashes, narrow, copy])
    }

    /// Share of semitones (1, 11 or 13) among pairs of notes of different parts that sound together.
    pub fn clashes(&self) -> Option<f32> {
        self.0[2]
    }

    /// Share of stretches of twelve notes of a part that have four pitches at most, as of a drone or a trill. Less is as good.
    pub fn narrow_stretches(&self) -> Option<f32> {
        self.0[3]
    }

    /// Notes of the longest copy of a training piece that a part may come to. Less is as good.
    pub fn longest_copy(&self) -> Option<f32> {
        self.0[4]
    }
}

/// What the improvisation of `seed` aims at; `repetition` is the wish, deviations. Seeds that follow each other are spread evenly over what the pieces are
/// like, by multiples of the square roots of primes (R. D. Richtmyer, "The evaluation of definite integrals, and a quasi-Monte-Carlo method based on the
/// properties of algebraic numbers", 1951).
pub fn aims_at(aims: &Aims, seed: Seed, repetition: f32) -> Wanted {
    // 2^64 times the fractional parts.
    const SPREAD: [u64; AIMS] = [
        0x6A09_E667_F3BC_C908,
        0xBB67_AE85_84CA_A73B,
        0x3C6E_F372_FE94_F82B,
        0xA54F_F53A_5F1D_36F1,
        0x510E_527F_ADE6_82D1,
    ];
    const LOGISTIC: f32 = 1.7; // a normal distribution's deviation, on the logistic scale
    let repetition = repetition.clamp(-10.0, 10.0);
    let mut wanted = Wanted::default();
    for (place, (own, quantiles)) in wanted.0.iter_mut().zip(aims).enumerate() {
        let spread = seed.0.wrapping_add(1).wrapping_mul(SPREAD[place]).wrapping_add(1 << 63);
        let drawn = 0.05 + 0.9 * ((spread >> 40) as f32 / 16_777_216.0);
        let shift = if place == 0 { (LOGISTIC * repetition).exp() } else { 1.0 };
        let odds = drawn / (1.0 - drawn) * shift;
        *own = quantiles.map(|known| between(&known, odds / (1.0 + odds)));
    }
    wanted
}

/// What is at `quantile`; the outermost known beyond them.
fn between(known: &[f32; 5], quantile: f32) -> f32 {
    let after = QUANTILES.partition_point(|it| *it < quantile);
    let (Some(low), Some(high)) = (after.checked_sub(1), known.get(after)) else {
        return known[after.min(QUANTILES.len() - 1)];
    };
    let along = (quantile - QUANTILES[low]) / (QUANTILES[after] - QUANTILES[low]);
    known[low] + along * (high - known[low])
}
