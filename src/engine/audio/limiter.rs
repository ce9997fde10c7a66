//! A look-ahead limiter: what is loud is turned down before it comes out, the mix and the stems alike.

#[cfg(test)]
mod tests;

use crate::score::Part;

/// Left and right of the mix, then of each band part's stem.
pub(super) const CHANNELS: usize = 2 + 2 * Part::BAND_SIZE;

/// One frame of everything that leaves the synth.
pub(super) type OutFrame = [f32; CHANNELS];

/// Gain is the smallest that any of the coming frames needs, averaged over the look-ahead, so that it glides and yet is there in time.
#[derive(Debug)]
pub(super) struct Limiter {
    /// Frames on their way, and beside each the gain that it needs.
    delayed: [OutFrame; WINDOW],
    needed: [f32; WINDOW],
    /// Held gains over the last window in whole steps of 1 / `UNITY`, so that their sum never drifts.
    held: [u32; WINDOW],
    held_sum: u64,
    /// Smallest of `needed`.
    smallest: f32,
    hold: f32,
    pace: f32,
    at: usize,
    /// The smallest gain so far.
    least: f32,
}

/// Frames by which the sound is late.
pub(super) const LATENCY: u32 = 64;
/// -0.3 decibels of full scale, less what rounding may add.
const CEILING: f32 = 0.966_05 * 0.999_99;

const WINDOW: usize = LATENCY as usize + 1;
const UNITY: u32 = 1 << 24;
const RECOVERY_SECS: f32 = 0.08;

impl Limiter {
    pub(super) fn new(sample_rate: f32) -> Self {
        Self {
            delayed: [[0.0; CHANNELS]; WINDOW],
            needed: [1.0; WINDOW],
            held: [UNITY; WINDOW],
            held_sum: u64::from(UNITY) * WINDOW as u64,
            smallest: 1.0,
            hold: 1.0,
            pace: 1.0 - (-1.0 / (RECOVERY_SECS * sample_rate)).exp(),
            at: 0,
            least: 1.0,
        }
    }

    /// The smallest gain that anything has come out with.
    pub(super) fn least_gain(&self) -> f32 {
        self.least
    }

    /// Take one frame in and give out the one that came `LATENCY` frames before.
    #[inline(always)]
    pub(super) fn next(&mut self, frame: &OutFrame) -> OutFrame {
        let peak = frame[0].abs().max(frame[1].abs());
        if peak <= CEILING && self.is_open() {
            self.delayed[self.at] = *frame;
            self.at = (self.at + 1) % WINDOW;
            return self.delayed[self.at];
        }
        let needed = if peak > CEILING { CEILING / peak } else { 1.0 };
        let leaving = self.needed[self.at];
        self.needed[self.at] = needed;
        self.delayed[self.at] = *frame;
        if needed <= self.smallest {
            self.smallest = needed;
        } else if leaving <= self.smallest {
            self.smallest = self.needed.iter().fold(1.0, |least, it| least.min(*it));
        }

        self.hold += self.pace * (1.0 - self.hold);
        // Nearer than this, single precision makes no more way.
        if self.hold > 0.999_7 {
            self.hold = 1.0;
        }
        self.hold = self.hold.min(self.smallest);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a gain from 0 to 1 in steps of 1 / UNITY, rounded down"
        )]
        let held = (self.hold * UNITY as f32) as u32;
        self.held_sum = self.held_sum + u64::from(held) - u64::from(self.held[self.at]);
        self.held[self.at] = held;
        let gain = self.held_sum as f32 / (UNITY as f32 * WINDOW as f32);
        self.least = self.least.min(gain);

        self.at = (self.at + 1) % WINDOW;
        self.delayed[self.at].map(|sample| sample * gain)
    }

    /// Whether nothing has been turned down for so long that all goes through as it is.
    #[inline(always)]
    fn is_open(&self) -> bool {
        self.smallest == 1.0
            && self.hold == 1.0
            && self.held_sum == u64::from(UNITY) * WINDOW as u64
    }
}
