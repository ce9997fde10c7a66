//! How a note's pitch moves by itself: the glide of its table, and vibrato.

use super::{Voice, exp2, within};
use crate::engine::audio::rates::Rates;
use crate::engine::audio::simd::Separate;
use crate::score::timbre::TABLE_FRAMES;

/// Of the vibrato that is asked for: the rate where the instrument has none, hertz, and the depth, cents.
const USUAL_HERTZ: f32 = 5.5;
const DEEPEST_CENTS: f32 = 50.0;
/// The instrument's own vibrato sets in this long after the onset and takes as long again to be whole, seconds.
const VIBRATO_DELAY_SECS: f32 = 0.3;

impl Voice {
    /// By how much an age's frequencies differ from those of the onset: the table's glide and the vibrato.
    pub(super) fn bend(&self, age: u32, rates: &Rates) -> f32 {
        let Some(table) = self.table.as_ref().filter(|_| self.has_motion) else { return 1.0 };
        let point = self.point.min(TABLE_FRAMES - 2);
        let (from, to) = (rates.points[point], rates.points[point + 1]);
        let share = ((age as f32 - from) / (to - from)).min(1.0);
        let glide = table.glide[point] + share * (table.glide[point + 1] - table.glide[point]);
        let secs = age as f32 / rates.sample_rate;
        let onset = ((secs - VIBRATO_DELAY_SECS) / VIBRATO_DELAY_SECS).clamp(0.0, 1.0);
        let asked = DEEPEST_CENTS * self.carriage.vibrato();
        let has_own = table.vibrato_cents > 0.0;
        let hertz = if has_own { table.vibrato_hertz } else { USUAL_HERTZ };
        // In double precision, a note may sound for hours.
        let turns = f64::from(age) * f64::from(hertz) / f64::from(rates.sample_rate);
        let swing = wave(turns) + 0.3 * wave(0.37 * turns);
        let cents = within((onset * table.vibrato_cents + asked) * swing, -150.0, 150.0);
        within(glide, 0.0, 16.0) * exp2::<Separate>(cents / 1200.0)
    }
}

/// A smooth wave of period 1 that needs no library's sine: a parabola for each half.
#[expect(clippy::cast_possible_truncation, reason = "a share of one turn")]
fn wave(turns: f64) -> f32 {
    let share = (turns - turns.floor()) as f32;
    let half = if share < 0.5 { share } else { share - 0.5 };
    let arch = 16.0 * half * (0.5 - half);
    if share < 0.5 { arch } else { -arch }
}
