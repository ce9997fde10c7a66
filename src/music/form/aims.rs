//! What a style's pieces are like, and which of them a seed aims at.

use crate::score::Seed;

/// Of the three shares, as manifests call them.
pub const AIM_NAMES: [&str; 3] = ["figures_again", "in_scale", "clashes"];
/// Where a style's pieces are known.
pub const QUANTILES: [f32; 5] = [0.05, 0.25, 0.5, 0.75, 0.95];

/// Each share at `QUANTILES` of a style's pieces, 0 to 1 and ascending; nothing where they have no such share, or too few are known.
pub type Aims = [Option<[f32; 5]>; 3];

/// What one improvisation aims at of each share.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Wanted(pub [Option<f32>; 3]);

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
        let Self([again, _, clashes]) = self;
        Self([again, None, clashes])
    }

    /// Share of semitones (1, 11 or 13) among pairs of notes of different parts that sound together.
    pub fn clashes(&self) -> Option<f32> {
        self.0[2]
    }
}

/// What the improvisation of `seed` aims at; `repetition` is the wish, deviations. Seeds that follow each other are spread evenly over what the pieces are
/// like: a quasirandom sequence on powers of the root of x⁴ = x + 1 (Martin Roberts, "The unreasonable effectiveness of quasirandom sequences", 2018).
pub fn aims_at(aims: &Aims, seed: Seed, repetition: f32) -> Wanted {
    // 2^64 times the first three negative powers.
    const SPREAD: [u64; 3] = [0xD1B5_4A32_D192_ED03, 0xABC9_8388_FB8F_AC02, 0x8CB9_2BA7_2F3D_8DD7];
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

/// The share at `quantile`; the outermost known beyond them.
fn between(known: &[f32; 5], quantile: f32) -> f32 {
    let after = QUANTILES.partition_point(|it| *it < quantile);
    let (Some(low), Some(high)) = (after.checked_sub(1), known.get(after)) else {
        return known[after.min(QUANTILES.len() - 1)];
    };
    let along = (quantile - QUANTILES[low]) / (QUANTILES[after] - QUANTILES[low]);
    known[low] + along * (high - known[low])
}
