//! Controls by name, for whoever deals with all of them alike: the editor and the tests.

use nice_plug::prelude::{BoolParam, FloatParam, IntParam, Param};

use super::Controls;
use crate::score::Part;

/// One control; part controls with the part's place in the band, 0 to 3.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Control {
    Bypass,
    Temperature,
    StyleA,
    StyleB,
    Lean,
    Seed,
    Density,
    Key,
    ScaleLock,
    Quantum,
    Trade,
    MinP,
    Master,
    HearPlayer,
    Repetition,
    Memory,
    Feel,
    TimeTemperature,
    PitchTemperature,
    CountIn,
    Looping,
    FreeRun,
    FreeTempo,
    Channel,
    Thru,
    Chord,
    StyleStrength,
    /// Its going on is one step; what it stands at means nothing.
    NextPreset,
    PreviousPreset,
    Mode(usize),
    Family(usize),
    Register(usize),
    Level(usize),
    Pan(usize),
    Mute(usize),
    Solo(usize),
    Follow(usize),
    TimbreMap(usize),
    TimbreX(usize),
    TimbreY(usize),
}

/// A parameter of any kind.
#[derive(Clone, Copy, Debug)]
pub enum AnyControl<'a> {
    Float(&'a FloatParam),
    Int(&'a IntParam),
    Bool(&'a BoolParam),
}

impl Control {
    /// Controls of the whole instance.
    const GLOBAL: [Control; 29] = [
        Control::Bypass,
        Control::Temperature,
        Control::StyleA,
        Control::StyleB,
        Control::Lean,
        Control::Seed,
        Control::Density,
        Control::Key,
        Control::ScaleLock,
        Control::Quantum,
        Control::Trade,
        Control::MinP,
        Control::Master,
        Control::HearPlayer,
        Control::Repetition,
        Control::Memory,
        Control::Feel,
        Control::TimeTemperature,
        Control::PitchTemperature,
        Control::CountIn,
        Control::Looping,
        Control::FreeRun,
        Control::FreeTempo,
        Control::Channel,
        Control::Thru,
        Control::Chord,
        Control::StyleStrength,
        Control::NextPreset,
        Control::PreviousPreset,
    ];
    /// Controls of one part.
    const OF_PART: [fn(usize) -> Control; 11] = [
        Control::Mode,
        Control::Family,
        Control::Register,
        Control::Level,
        Control::Pan,
        Control::Mute,
        Control::Solo,
        Control::Follow,
        Control::TimbreMap,
        Control::TimbreX,
        Control::TimbreY,
    ];
    /// How many there are.
    pub const COUNT: usize = Self::GLOBAL.len() + Self::OF_PART.len() * Part::BAND_SIZE;

    /// Every control, in the order of its parameters.
    pub fn all() -> impl Iterator<Item = Control> {
        let parts =
            (0..Part::BAND_SIZE).flat_map(|part| Self::OF_PART.map(|control| control(part)));
        Self::GLOBAL.into_iter().chain(parts)
    }

    /// Its place in [`Control::all`].
    pub fn place(self) -> usize {
        let of_part = |kind, part| Self::GLOBAL.len() + part * Self::OF_PART.len() + kind;
        match self {
            Control::Mode(part) => of_part(0, part),
            Control::Family(part) => of_part(1, part),
            Control::Register(part) => of_part(2, part),
            Control::Level(part) => of_part(3, part),
            Control::Pan(part) => of_part(4, part),
            Control::Mute(part) => of_part(5, part),
            Control::Solo(part) => of_part(6, part),
            Control::Follow(part) => of_part(7, part),
            Control::TimbreMap(part) => of_part(8, part),
            Control::TimbreX(part) => of_part(9, part),
            Control::TimbreY(part) => of_part(10, part),
            global => Self::GLOBAL.iter().position(|other| *other == global).unwrap_or(0),
        }
    }
}

impl Controls {
    /// The parameter behind `control`.
    pub fn get(&self, control: Control) -> AnyControl<'_> {
        match control {
            Control::Bypass => AnyControl::Bool(&self.bypass),
            Control::Temperature => AnyControl::Float(&self.temperature),
            Control::StyleA => AnyControl::Int(&self.style_a),
            Control::StyleB => AnyControl::Int(&self.style_b),
            Control::Lean => AnyControl::Float(&self.lean),
            Control::Seed => AnyControl::Int(&self.seed),
            Control::Density => AnyControl::Float(&self.density),
            Control::Key => AnyControl::Int(&self.key),
            Control::ScaleLock => AnyControl::Bool(&self.scale_lock),
            Control::Quantum => AnyControl::Int(&self.quantum),
            Control::Trade => AnyControl::Int(&self.trade),
            Control::MinP => AnyControl::Float(&self.min_p),
            Control::Master => AnyControl::Float(&self.master),
            Control::HearPlayer => AnyControl::Bool(&self.hear_player),
            Control::Repetition => AnyControl::Float(&self.repetition),
            Control::Memory => AnyControl::Float(&self.memory),
            Control::Feel => AnyControl::Float(&self.feel),
            Control::TimeTemperature => AnyControl::Float(&self.time_temperature),
            Control::PitchTemperature => AnyControl::Float(&self.pitch_temperature),
            Control::CountIn => AnyControl::Int(&self.count_in),
            Control::Looping => AnyControl::Int(&self.looping),
            Control::FreeRun => AnyControl::Bool(&self.free_run),
            Control::FreeTempo => AnyControl::Float(&self.free_tempo),
            Control::Channel => AnyControl::Int(&self.channel),
            Control::Thru => AnyControl::Bool(&self.thru),
            Control::Chord => AnyControl::Int(&self.chord),
            Control::StyleStrength => AnyControl::Float(&self.style_strength),
            Control::NextPreset => AnyControl::Bool(&self.next_preset),
            Control::PreviousPreset => AnyControl::Bool(&self.previous_preset),
            Control::Mode(part) => AnyControl::Int(&self.parts[part].mode),
            Control::Family(part) => AnyControl::Int(&self.parts[part].family),
            Control::Register(part) => AnyControl::Int(&self.parts[part].register),
            Control::Level(part) => AnyControl::Float(&self.parts[part].level),
            Control::Pan(part) => AnyControl::Float(&self.parts[part].pan),
            Control::Mute(part) => AnyControl::Bool(&self.parts[part].mute),
            Control::Solo(part) => AnyControl::Bool(&self.parts[part].solo),
            Control::Follow(part) => AnyControl::Int(&self.parts[part].follow),
            Control::TimbreMap(part) => AnyControl::Bool(&self.parts[part].timbre_map),
            Control::TimbreX(part) => AnyControl::Float(&self.parts[part].timbre_x),
            Control::TimbreY(part) => AnyControl::Float(&self.parts[part].timbre_y),
        }
    }
}

/// Asks the parameter behind any control the same question.
macro_rules! ask {
    ($control:expr, $param:ident => $answer:expr) => {
        match $control {
            AnyControl::Float($param) => $answer,
            AnyControl::Int($param) => $answer,
            AnyControl::Bool($param) => $answer,
        }
    };
}

impl AnyControl<'_> {
    pub fn name(self) -> String {
        ask!(self, param => String::from(param.name()))
    }

    /// The value as a share of the range, 0 to 1, as the musician set it.
    pub fn value(self) -> f32 {
        ask!(self, param => param.unmodulated_normalized_value())
    }

    /// The default as a share of the range.
    pub fn default_value(self) -> f32 {
        ask!(self, param => param.default_normalized_value())
    }

    /// Steps of a discrete control: one less than it has values.
    pub fn steps(self) -> Option<usize> {
        ask!(self, param => param.step_count())
    }

    /// What a musician reads for a share of the range, with its unit.
    pub fn text(self, value: f32) -> String {
        ask!(self, param => param.normalized_value_to_string(value, true))
    }

    /// The share of the range for what a musician typed.
    pub fn parse(self, text: &str) -> Option<f32> {
        ask!(self, param => param.string_to_normalized_value(text))
    }
}
