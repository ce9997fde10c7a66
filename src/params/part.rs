//! The controls of one part of the band.

use std::sync::Arc;

use nice_plug::prelude::{BoolParam, FloatParam, IntParam, IntRange, Params};

use super::{index, level, linear, switch, text};
use crate::score::{Family, Follow, MapPoint, Mode, PartSettings, PartTimbre};

/// The controls of one part of the band.
#[derive(Debug, Params)]
pub struct PartControls {
    #[id = "mod"]
    pub mode: IntParam,
    #[id = "fam"]
    pub family: IntParam,
    #[id = "reg"]
    pub register: IntParam,
    #[id = "lev"]
    pub level: FloatParam,
    #[id = "pan"]
    pub pan: FloatParam,
    #[id = "mut"]
    pub mute: BoolParam,
    #[id = "sol"]
    pub solo: BoolParam,
    #[id = "flw"]
    pub follow: IntParam,
    /// Off: the family's usual sound.
    #[id = "tmb"]
    pub timbre_map: BoolParam,
    #[id = "tmx"]
    pub timbre_x: FloatParam,
    #[id = "tmy"]
    pub timbre_y: FloatParam,
}

impl PartControls {
    /// Of the band's part `place`, counted from 0.
    pub(super) fn new(place: usize) -> Self {
        let name = |what| format!("Part {} {what}", place + 1);
        Self {
            mode: IntParam::new(name("mode"), 1, IntRange::Linear { min: 0, max: 3 })
                .with_value_to_string(Arc::new(text::mode))
                .with_string_to_value(Arc::new(text::parse_mode)),
            family: IntParam::new(name("family"), 0, IntRange::Linear { min: 0, max: 17 })
                .with_value_to_string(Arc::new(text::family))
                .with_string_to_value(Arc::new(text::parse_family)),
            register: IntParam::new(name("register"), 0, IntRange::Linear { min: -24, max: 24 })
                .with_value_to_string(Arc::new(text::register))
                .with_string_to_value(Arc::new(text::parse_register)),
            level: level(name("level")),
            pan: linear(name("pan"), 0.0, -1.0, 1.0)
                .with_step_size(0.01)
                .with_value_to_string(Arc::new(text::pan))
                .with_string_to_value(Arc::new(text::parse_pan)),
            mute: switch(name("mute"), false),
            solo: switch(name("solo"), false),
            follow: IntParam::new(name("follows"), 0, IntRange::Linear { min: 0, max: 4 })
                .with_value_to_string(Arc::new(text::follow))
                .with_string_to_value(Arc::new(text::parse_follow)),
            timbre_map: switch(name("timbre map"), false),
            timbre_x: place_on_map(name("timbre x")),
            timbre_y: place_on_map(name("timbre y")),
        }
    }

    pub(super) fn settings(&self) -> PartSettings {
        PartSettings {
            mode: match self.mode.value() {
                0 => Mode::Off,
                1 => Mode::Play,
                2 => Mode::Answer,
                _ => Mode::Follow,
            },
            family: u8::try_from(self.family.value() - 1).ok().and_then(Family::new),
            register: f32::from(i16::try_from(self.register.value()).unwrap_or(0)),
            follow: Follow::ALL[index(&self.follow).min(Follow::ALL.len() - 1)],
            timbre: if self.timbre_map.value() {
                let (x, y) = (self.timbre_x.value(), self.timbre_y.value());
                PartTimbre::At(MapPoint::of_shares(x, y))
            } else {
                PartTimbre::Usual
            },
        }
    }
}

/// A share of one side of the timbre map.
fn place_on_map(name: String) -> FloatParam {
    linear(name, 0.5, 0.0, 1.0)
        .with_step_size(0.001)
        .with_value_to_string(Arc::new(|value| format!("{value:.3}")))
        .with_string_to_value(Arc::new(text::parse_number))
}
