//! Several timbres in one: a latent between theirs, and how its notes go on.

use crate::pack::{Nature, Players, Timbre};

/// The newest mixture.
#[derive(Debug)]
pub(super) struct Mixture {
    pub(super) latent: Vec<f32>,
    /// How much of it is held as long as its keys, and how much is a section: 0 to 1.
    held: f32,
    pub(super) section: f32,
    /// The lowest and the highest key that are known, means of those that have limits, and how much of it has: 0 to 1.
    limits: [f32; 2],
    limited: f32,
}

impl Mixture {
    /// Of latents with `size` values.
    pub(super) fn new(size: usize) -> Self {
        Self { latent: vec![0.0; size], held: 0.0, section: 0.0, limits: [0.0; 2], limited: 0.0 }
    }

    /// Timbres by their places, each with its share; of one that is alone it is that timbre, to the last digit.
    pub(super) fn mix(&mut self, timbres: &[Timbre], shares: &[(usize, f32)]) {
        (self.held, self.section) = (0.0, 0.0);
        (self.limits, self.limited) = ([0.0; 2], 0.0);
        self.latent.fill(0.0);
        for (place, share) in shares {
            let timbre = &timbres[*place];
            for (sum, value) in self.latent.iter_mut().zip(&timbre.latent) {
                *sum += share * value;
            }
            self.held += if timbre.nature == Nature::Held { *share } else { 0.0 };
            self.section += if timbre.players == Players::Section { *share } else { 0.0 };
            if let Some((low, high)) = timbre.range {
                self.limits[0] += share * f32::from(low);
                self.limits[1] += share * f32::from(high);
                self.limited += share;
            }
        }
    }

    /// The lowest and the highest key that are known, where it has limits: between those of its timbres, by their shares.
    pub(super) fn range(&self) -> Option<(u8, u8)> {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a mean of keys, and the cast saturates"
        )]
        let key = |sum: f32| (sum / self.limited).round() as u8;
        (self.limited > 0.0).then(|| (key(self.limits[0]), key(self.limits[1])))
    }

    /// A note is held or dies away; nothing is between. The larger share says which.
    pub(super) fn nature(&self) -> Nature {
        if self.held >= 0.5 { Nature::Held } else { Nature::Struck }
    }
}
