//! Presets: settings of the music under a name. What belongs to the song or to the room stays as it is: seed, key, chord, the mix's level, the
//! player's channel and the free run. Mutes and solos are kept in none, and go off where one is chosen.

mod factory;

use super::{Control, Controls};
use crate::score::Part;

pub use self::factory::FACTORY;

/// A preset of ours.
#[derive(Clone, Copy, Debug)]
pub struct Factory {
    pub name: &'static str,
    /// As a musician types them; all else is at its default.
    values: &'static [(Control, &'static str)],
    /// What its parts sound on, in their order, as far as they play: names of the default pack's timbres, `drums` for a kit. Where a timbre lies is the
    /// pack's matter.
    pub plays: &'static [&'static str],
}

/// What a preset sets, whole: a share of the range for each of its controls.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Preset {
    pub name: String,
    pub values: Vec<(Control, f32)>,
}

/// Controls of the whole instance that a preset sets.
const GLOBAL: [Control; 16] = [
    Control::Temperature,
    Control::StyleA,
    Control::StyleB,
    Control::Lean,
    Control::StyleStrength,
    Control::Density,
    Control::Quantum,
    Control::Trade,
    Control::MinP,
    Control::Repetition,
    Control::Memory,
    Control::Feel,
    Control::TimeTemperature,
    Control::PitchTemperature,
    Control::CountIn,
    Control::Looping,
];
/// Controls of a part that a preset sets.
const OF_PART: [fn(usize) -> Control; 9] = [
    Control::Mode,
    Control::Family,
    Control::Register,
    Control::Level,
    Control::Pan,
    Control::Follow,
    Control::TimbreMap,
    Control::TimbreX,
    Control::TimbreY,
];

/// Shares of a range that are as good as the same.
const SAME: f32 = 1e-4;

impl Preset {
    /// The controls that a preset sets.
    pub fn controls() -> impl Iterator<Item = Control> {
        let parts = (0..Part::BAND_SIZE).flat_map(|part| OF_PART.map(|control| control(part)));
        GLOBAL.into_iter().chain(parts)
    }

    /// Whole, from what is told as texts; what is not told, or cannot be read, is at its default.
    pub fn of_texts<'a>(
        name: &str,
        controls: &Controls,
        text: impl Fn(Control) -> Option<&'a str>,
    ) -> Self {
        let value = |control| {
            let any = controls.get(control);
            let told = text(control).and_then(|text| any.parse(text));
            (control, told.unwrap_or_else(|| any.default_value()))
        };
        Self { name: String::from(name), values: Self::controls().map(value).collect() }
    }

    /// What is set now.
    pub fn now(name: &str, controls: &Controls) -> Self {
        let value = |control| (control, controls.get(control).value());
        Self { name: String::from(name), values: Self::controls().map(value).collect() }
    }

    /// Each mute and solo that is on, with its value when off: who chooses a preset is to hear all of it.
    pub fn opened(controls: &Controls) -> impl Iterator<Item = (Control, f32)> + '_ {
        let switches = (0..Part::BAND_SIZE).flat_map(|it| [Control::Mute(it), Control::Solo(it)]);
        switches.filter(|it| controls.get(*it).value() > 0.0).map(|it| (it, 0.0))
    }

    /// Each control that is set otherwise now, with the preset's value.
    pub fn changes<'a>(
        &'a self,
        controls: &'a Controls,
    ) -> impl Iterator<Item = (Control, f32)> + 'a {
        let differs = |it: &(Control, f32)| (controls.get(it.0).value() - it.1).abs() > SAME;
        self.values.iter().copied().filter(differs)
    }
}

impl Factory {
    /// What it sets otherwise than the default.
    pub fn texts(self) -> &'static [(Control, &'static str)] {
        self.values
    }

    /// Without what its parts sound on, which takes a pack.
    pub fn preset(self, controls: &Controls) -> Preset {
        let text = |control| self.values.iter().find(|it| it.0 == control).map(|it| it.1);
        Preset::of_texts(self.name, controls, text)
    }
}

#[cfg(test)]
mod tests;
