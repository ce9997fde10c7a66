//! Several timbres in one: a latent between theirs, and how its notes go on.

use crate::pack::{Nature, Players, Timbre};

/// The newest mixture.
#[derive(Debug)]
pub(super) struct Mixture {
    pub(super) latent: Vec<f32>,
    /// How much of it is held as long as its keys, and how much is a section: 0 to 1.
    held: f32,
    pub(super) section: f32,
}

impl Mixture {
    /// Of latents with `size` values.
    pub(super) fn new(size: usize) -> Self {
        Self { latent: vec![0.0; size], held: 0.0, section: 0.0 }
    }

    /// Timbres by their places, each with its share; of one that is alone it is that timbre, to the last digit.
    pub(super) fn mix(&mut self, timbres: &[Timbre], shares: &[(usize, f32)]) {
        (self.held, self.section) = (0.0, 0.0);
        self.latent.fill(0.0);
        for (place, share) in shares {
            let timbre = &timbres[*place];
            for (sum, value) in self.latent.iter_mut().zip(&timbre.latent) {
                *sum += share * value;
            }
            self.held += if timbre.nature == Nature::Held { *share } else { 0.0 };
            self.section += if timbre.players == Players::Section { *share } else { 0.0 };
        }
    }

    /// A note is held or dies away; nothing is between. The larger share says which.
    pub(super) fn nature(&self) -> Nature {
        if self.held >= 0.5 { Nature::Held } else { Nature::Struck }
    }
}
