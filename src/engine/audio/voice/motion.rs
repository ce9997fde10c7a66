//! How a note's pitch moves: the glide of its table, vibrato, and the way to another timbre's frequencies.

use super::{LANES, Voice, exp2, sine, within};
use crate::engine::audio::rates::Rates;
use crate::score::timbre::TABLE_FRAMES;

/// Vibrato sets in this long after the onset and takes as long again to be whole, seconds.
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
        // In double precision, a note may sound for hours.
        let turns = f64::from(age) * f64::from(table.vibrato_hertz) / f64::from(rates.sample_rate);
        let swing = wave(turns) + 0.3 * wave(0.37 * turns);
        let cents = within(onset * table.vibrato_cents * swing, -100.0, 100.0);
        within(glide, 0.0, 16.0) * exp2(cents / 1200.0)
    }

    /// Set the oscillators' pitch to that of an age.
    pub(super) fn tune(&mut self, age: u32, rates: &Rates) {
        let (ratio, rest) = (self.bend(age, rates), self.morph.rest(age));
        for group in 0..self.groups {
            let (omega, turn) = (&self.omega[group], &mut self.turn[group]);
            let was = &self.morph.omega[group];
            for lane in 0..LANES {
                let own = omega[lane] * ratio;
                let present = if rest > 0.0 { own + rest * (was[lane] - own) } else { own };
                turn[lane] = 2.0 * sine((0.5 * present).min(1.45));
            }
        }
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
