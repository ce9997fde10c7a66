//! The timbres of a pack, and the shape of what their decoder gives.

use std::borrow::Cow;

use crate::score::{Family, MapPoint};

/// The graph that decodes timbres, and the timbres.
#[derive(Clone)]
pub struct TimbreModel {
    /// The ONNX file.
    pub graph: Cow<'static, [u8]>,
    /// Of the graph, in hexadecimal.
    pub sha256: String,
    /// Trained values.
    pub parameters: u64,
    /// Values of a latent.
    pub latent: usize,
    pub timbres: Vec<Timbre>,
    /// What each family plays by itself, as an index into `timbres`; nothing for those that are written down by hand.
    pub families: [Option<usize>; Family::COUNT],
}

/// A named point among the timbres.
#[derive(Clone, Debug, PartialEq)]
pub struct Timbre {
    /// Short and unique in the pack, such as `clarinet`.
    pub name: String,
    /// For people.
    pub title: String,
    pub family: Family,
    /// The General MIDI program that it stands for, 0 to 127.
    pub program: Option<u8>,
    pub nature: Nature,
    pub players: Players,
    /// Where it lies on the map: each has a place of its own, or none has one and there is no map.
    pub place: Option<MapPoint>,
    /// The lowest and the highest key that were learned; beyond them nothing is known.
    pub range: Option<(u8, u8)>,
    /// As many values as the model's latents have.
    pub latent: Vec<f32>,
}

/// How a timbre's notes go on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// They die away by themselves.
    Struck,
    /// They last as long as their keys.
    Held,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Players {
    One,
    Section,
}

/// The shape of one decoded note, as `training/timbre/shape.py` has it.
pub mod shape {
    use crate::score::timbre::NOISE_BANDS;

    /// Partials between the harmonics, as multiples of the fundamental: of organs.
    pub const BETWEEN: [f32; 4] = [0.25, 0.5, 0.75, 1.5];
    /// Harmonics that are told one by one.
    pub const EXACT: usize = 32;
    /// Higher harmonics, at which the level of those around is told.
    pub const COARSE: [f32; 12] =
        [36.0, 41.0, 47.0, 54.0, 62.0, 71.0, 81.0, 93.0, 107.0, 123.0, 141.0, 160.0];
    /// Levels of tones at each control point: those between, the exact and the coarse ones.
    pub const SLOTS: usize = BETWEEN.len() + EXACT + COARSE.len();
    /// Values at each control point: tones, then noise, in decibels.
    pub const COLUMNS: usize = SLOTS + NOISE_BANDS;
    /// Highest harmonic of each group whose left and right go together alike.
    pub const WIDTH_GROUPS: [usize; 6] = [1, 2, 4, 8, 16, 32];
    /// Harmonics whose frequencies may lie off.
    pub const DEVIATIONS: usize = 24;
    /// Single values before widths and deviations: level in decibels, cents, stiffness, vibrato in cents and hertz, release in seconds.
    pub const HEADS: usize = 6;
    /// Values that are told once.
    pub const STATICS: usize = HEADS + WIDTH_GROUPS.len() + DEVIATIONS;
}

impl std::fmt::Debug for TimbreModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("TimbreModel")
            .field("bytes", &self.graph.len())
            .field("sha256", &self.sha256)
            .field("timbres", &self.timbres.len())
            .finish_non_exhaustive()
    }
}
