//! Stand-in until the real one lands: no wishes, no masks but time.

use super::muse::{Controls, StyleCard};
use crate::score::{Settings, Stream, Ticks};

/// Whether the player has been heard in this chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlayerPresence {
    Absent,
    Listening,
}

impl Controls {
    pub fn new(settings: &Settings, styles: &[StyleCard], _player: PlayerPresence) -> Self {
        Self {
            family: [0; 5],
            style: settings.style.weights(styles.len()),
            density: [None; 5],
            register: [None; 5],
            key: None,
            noise: vec![0.0; Self::NOISE],
            bias_time: vec![0.0; 384],
            bias_part: [Self::IMPOSSIBLE, 0.0, 0.0, 0.0, 0.0],
            bias_pitch: vec![0.0; 640],
            bias_duration: [0.0; 32],
            bias_velocity: [0.0; 16],
            sharpness: [1.0; 5],
            min_p: [Self::IMPOSSIBLE; 5],
        }
    }

    pub fn wait_at_least(&mut self, wait: Ticks) {
        for (time, bias) in self.bias_time.iter_mut().enumerate() {
            *bias = if (time as i64) < wait.0 { Self::IMPOSSIBLE } else { 0.0 };
        }
    }

    pub fn no_wait(&mut self) {
        self.bias_time.fill(0.0);
    }

    pub fn roll_noise(&mut self, stream: &mut Stream) {
        for noise in &mut self.noise {
            *noise = stream.gumbel();
        }
    }
}
