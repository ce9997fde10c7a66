//! The boundary between the composer and whatever composes for it.

use std::sync::Arc;

use crate::music::form::Wanted;
use crate::music::originality::CorpusIndex;
use crate::music::tokens::{Event, Features};
use crate::pack::Rest;
use crate::score::{Chord, Family, MapPoint, PartialTable, Pitch, TimbreId, Velocity};

/// A source of notes and of timbres. The ONNX pack is one, the scripted one of the tests another. Composer thread only.
pub trait Muse: Send {
    /// What there is to choose from; never empty.
    fn styles(&self) -> &[StyleCard];

    /// What was learned from, so that it is not copied, if the pack says.
    fn corpus(&self) -> Option<&Arc<CorpusIndex>> {
        None
    }

    /// For the status line, such as `embedded`, `tract` or `ONNX Runtime 1.31`.
    fn backend(&self) -> &str;

    /// The state before anything was heard.
    fn silence(&self) -> State;

    /// Absorb `features.event` into `state` and draw the event after it. About a millisecond.
    ///
    /// # Errors
    /// If the runtime refuses the inputs or fails; the state passed in stays good.
    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError>;

    /// What the newest step gave each class of time (384), part (5), pitch (128), duration (32) and velocity (16), each head under what was drawn before
    /// it: natural logarithms at temperature 1, without noise and biases. Empty where a muse has none.
    fn log_probabilities(&self) -> &[f32] {
        &[]
    }

    /// The timbres that can be asked for by their place here. Empty where a muse has none.
    fn timbres(&self) -> &[TimbreCard] {
        &[]
    }

    /// The table that sounds one note; the piano's where a muse has no such timbre. Cheap for a note that was asked for before.
    ///
    /// # Errors
    /// If the runtime fails.
    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError>;
}

/// A recurrent state, shared by pointer.
#[derive(Clone, Debug)]
pub struct State(pub Arc<[f32]>);

/// What one step drew.
#[derive(Clone, Debug)]
pub struct Draw {
    pub event: Event,
    /// Natural logarithm of the probability of each drawn field (time, part, pitch, duration, velocity) under the model at temperature 1.
    pub log_probability: [f32; 5],
    /// The state after `features.event`.
    pub state: State,
}

/// The musician's hand on one step: wishes that the model was trained with, and the noise and biases of its draws.
#[derive(Clone, Debug, PartialEq)]
pub struct Controls {
    /// Family of each slot: 0 to 16, 17 not told, 18 absent.
    pub family: [u8; 5],
    /// As many as the pack has styles. They sum to the style's strength: 1 says what the model learned, 0 leaves the style open, and between and beyond the model
    /// goes along the line through both, as far as its inputs have one (after Ho and Salimans, "Classifier-free diffusion guidance", 2022, who guide the outputs instead).
    pub style: Vec<f32>,
    /// `log2(notes a quarter + 0.25)` of each slot, where wished.
    pub density: [Option<f32>; 5],
    /// Mean pitch of each slot as `(pitch - 60) / 12`, where wished.
    pub register: [Option<f32>; 5],
    /// Natural logarithm of the odds that a note of each slot is one that the part's memory foretold, where wished.
    pub repetition: [Option<f32>; 5],
    /// Standard deviation of the style's repetition.
    pub repetition_deviation: f32,
    /// 0 to 23, where wished.
    pub key: Option<usize>,
    /// Of this beat and of the coming one, where wished.
    pub chord: [Option<Chord>; 2],
    /// Gumbel noise for time (384), part (5), pitch (128), duration (32) and velocity (16) in turn.
    pub noise: Vec<f32>,
    /// Added to tempered logits; `IMPOSSIBLE` forbids.
    pub bias_time: Vec<f32>,
    /// Natural logarithms of odds by which a wait of half the length is likelier; part of `bias_time`.
    pub hurry: f32,
    /// Density value (`log2(notes a quarter + 0.25)`) that steps of the wish are counted from: the mean over the parts of the style's pieces, or what the band
    /// plays where nothing is wished for, whichever is farther on the wish's side.
    pub usual_density: f32,
    /// Times running that a part strikes one pitch before it wearies of it.
    pub patience: f32,
    /// Bars of nothing new that a part plays before it tires.
    pub tireless: f32,
    /// Shares of the style's pieces that are aimed at.
    pub wanted: Wanted,
    /// Whether one note is meant, so that no form leans the pitches away from it.
    pub is_insisting: bool,
    pub bias_part: [f32; 5],
    /// Parts that are there and do not play for the time being.
    pub hushed: [bool; 5],
    /// `[slot][pitch]`, 5 × 128.
    pub bias_pitch: Vec<f32>,
    pub bias_duration: [f32; 32],
    pub bias_velocity: [f32; 16],
    /// One over the temperature of each field.
    pub sharpness: [f32; 5],
    /// Natural logarithm of the min-p share of each field; `IMPOSSIBLE` is off.
    pub min_p: [f32; 5],
}

/// What a pack says of one of its styles.
#[derive(Clone, Debug, PartialEq)]
pub struct StyleCard {
    /// Such as `folk_celtic`.
    pub name: String,
    /// Such as `Celtic dance`.
    pub title: String,
    /// Whether the model's velocities were learnt from played or marked ones in this style.
    pub has_velocity: bool,
    /// Mean and standard deviation of the density value over the style's parts.
    pub density: (f32, f32),
    /// Mean and standard deviation of the repetition value over the style's parts.
    pub repetition: (f32, f32),
    /// What the model is told with every control at rest.
    pub rest: Rest,
    /// Quarter notes a minute.
    pub tempo: f64,
    /// Count and unit.
    pub meter: (u8, u8),
    /// The usual band, 1 to 4 parts: family and mean pitch.
    pub parts: Vec<(Family, f32)>,
}

/// What a pack says of one of its timbres.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TimbreCard {
    /// Such as `clarinet`.
    pub name: String,
    /// For people.
    pub title: String,
    pub family: Family,
    /// The General MIDI program that it stands for.
    pub program: Option<u8>,
    /// Where it lies on the pack's map, if there is one.
    pub place: Option<MapPoint>,
}

/// Why a step did not come about.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    #[error("run the {graph} graph: {reason}")]
    Run { graph: &'static str, reason: String },
    #[error("run the {graph} graph: its output `{output}` has the wrong shape or type")]
    Output { graph: &'static str, output: &'static str },
}

impl Controls {
    /// The bias of a class that must not be drawn.
    pub const IMPOSSIBLE: f32 = -1e9;
    /// Lengths of the five fields in `noise`.
    pub const FIELDS: [usize; 5] = [384, 5, 128, 32, 16];
    /// Length of `noise`.
    pub const NOISE: usize = 565;
}
