//! A part's fader: level, pan and mute as two gains that glide.

#[cfg(test)]
mod tests;

use crate::score::{Audible, Strip};

/// A gain that moves to its target in about 10 ms, so that nothing clicks.
#[derive(Debug, Default)]
pub(super) struct Glide {
    value: f32,
    target: f32,
    pace: f32,
}

/// The gains of one part.
#[derive(Debug, Default)]
pub(super) struct Fader {
    /// What the gains were made from, so that they are made again only for another strip.
    shown: Option<Strip>,
    pub(super) left: Glide,
    pub(super) right: Glide,
}

const GLIDE_SECS: f32 = 0.003;
/// A strip at this level or below is silent.
const SILENT_DB: f32 = -60.0;

impl Glide {
    pub(super) fn new(sample_rate: f32) -> Self {
        Self { value: 0.0, target: 0.0, pace: 1.0 - (-1.0 / (GLIDE_SECS * sample_rate)).exp() }
    }

    pub(super) fn aim(&mut self, target: f32) {
        self.target = target;
    }

    /// Be at the target at once.
    pub(super) fn jump(&mut self) {
        self.value = self.target;
    }

    /// Multiply the next frames by the gain. A gain of zero leaves zeros without a sign, which hosts pass on alike.
    #[inline(always)]
    pub(super) fn apply(&mut self, samples: &mut [f32]) {
        if self.value == 0.0 && self.target == 0.0 {
            samples.fill(0.0);
        } else if self.value == self.target {
            samples.iter_mut().for_each(|sample| *sample *= self.value);
        } else {
            samples.iter_mut().for_each(|sample| *sample *= self.next());
        }
    }

    /// The gain of the next frame.
    #[inline]
    pub(super) fn next(&mut self) -> f32 {
        let distance = self.target - self.value;
        if distance.abs() < 1e-6 {
            self.value = self.target;
        } else {
            self.value += self.pace * distance;
        }
        self.value
    }
}

impl Fader {
    pub(super) fn new(sample_rate: f32) -> Self {
        Self { shown: None, left: Glide::new(sample_rate), right: Glide::new(sample_rate) }
    }

    /// Glide to `strip`; the first one is there at once.
    pub(super) fn aim(&mut self, strip: &Strip) {
        if self.shown == Some(*strip) {
            return;
        }
        let [left, right] = gains(strip);
        self.left.aim(left);
        self.right.aim(right);
        if self.shown.is_none() {
            self.left.jump();
            self.right.jump();
        }
        self.shown = Some(*strip);
    }
}

/// Gains of left and right: constant power, 1 in the middle.
fn gains(strip: &Strip) -> [f32; 2] {
    if strip.audible == Audible::No {
        return [0.0; 2];
    }
    let level = decibels(strip.level_db);
    let angle = (strip.pan.clamp(-1.0, 1.0) + 1.0) * std::f32::consts::FRAC_PI_4;
    [angle.cos(), angle.sin()].map(|share| level * share * std::f32::consts::SQRT_2)
}

/// A level in decibels as a gain; at -60 or below, or for no number, silence.
pub(super) fn decibels(level_db: f32) -> f32 {
    if level_db > SILENT_DB { 10.0_f32.powf(level_db.min(24.0) / 20.0) } else { 0.0 }
}
