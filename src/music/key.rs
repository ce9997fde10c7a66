//! The key of what was heard.

#[cfg(test)]
mod tests;

use crate::score::{Key, Pitch, Ticks};

/// Krumhansl and Kessler, "Tracing the dynamic changes in perceived tonal organization", 1982.
const MAJOR: [f32; 12] = [6.35, 2.23, 3.48, 2.33, 4.38, 4.09, 2.52, 5.19, 2.39, 3.66, 2.29, 2.88];
const MINOR: [f32; 12] = [6.33, 2.68, 3.52, 5.38, 2.60, 3.53, 2.54, 4.75, 3.98, 2.69, 3.34, 3.17];
/// Fewer notes tell no key.
const LEAST_NOTES: u32 = 6;

/// How long each pitch class has sounded.
#[derive(Clone, Copy, Debug, Default)]
pub struct KeyFinder {
    /// Ticks, from C.
    sounded: [f32; 12],
    notes: u32,
}

impl KeyFinder {
    pub fn hear(&mut self, pitch: Pitch, length: Ticks) {
        self.sounded[usize::from(pitch.class())] += length.0.clamp(1, 192) as f32;
        self.notes = self.notes.saturating_add(1);
    }

    /// Let what has sounded count for `by` of what it did.
    pub fn fade(&mut self, by: f32) {
        self.sounded.iter_mut().for_each(|it| *it *= by);
    }

    /// The key whose profile agrees best with what has sounded; none before there is enough of it.
    pub fn key(&self) -> Option<Key> {
        if self.notes < LEAST_NOTES {
            return None;
        }
        let agreement = |index: usize| {
            let (profile, tonic) = if index < 12 { (&MAJOR, index) } else { (&MINOR, index - 12) };
            correlation(&self.sounded, |class| profile[(class + 12 - tonic) % 12])
        };
        let best = (0..24).max_by(|a, b| agreement(*a).total_cmp(&agreement(*b)))?;
        (agreement(best) > 0.0).then(|| Key::from_index(best)).flatten()
    }
}

/// Pearson's correlation; 0 where nothing varies.
fn correlation(values: &[f32; 12], profile: impl Fn(usize) -> f32) -> f32 {
    let mean = |of: &dyn Fn(usize) -> f32| (0..12).map(of).sum::<f32>() / 12.0;
    let (own, other) = (mean(&|class| values[class]), mean(&profile));
    let mut sums = [0.0; 3];
    for (class, value) in values.iter().enumerate() {
        let (a, b) = (value - own, profile(class) - other);
        sums[0] += a * b;
        sums[1] += a * a;
        sums[2] += b * b;
    }
    let scale = (sums[1] * sums[2]).sqrt();
    if scale > 0.0 { sums[0] / scale } else { 0.0 }
}
