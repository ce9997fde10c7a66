//! The one declaration of every control that a host can automate: id, name, range, default and text.
//!
//! Ids and ranges are frozen (`tests/data/params.txt`): songs store them, and automation stores values as a share of the
//! range. The audio side reads the values at the start of a block, through [`Controls::settings`] and [`Controls::mix`].

mod control;
mod text;

use std::sync::Arc;

use nice_plug::prelude::{BoolParam, FloatParam, FloatRange, IntParam, IntRange, Params};

pub use self::control::{AnyControl, Control};
use crate::score::{
    Audible, Family, Key, Mix, Mode, Part, PartSettings, Quantum, Seed, Settings, Strip,
    StyleBlend, Trade,
};

/// Most styles that a pack's list can be chosen from by a host. Wider than any pack, so that packs share automation.
const STYLES: i32 = 64;
/// Levels in decibels; the lowest is silence.
const LEVEL_DB: (f32, f32) = (-60.0, 6.0);

/// All controls of one instance.
#[derive(Debug, Params)]
pub struct Controls {
    /// Silences the instance; hosts show it as their own switch.
    #[id = "bypass"]
    pub bypass: BoolParam,
    #[id = "temp"]
    pub temperature: FloatParam,
    #[id = "sty_a"]
    pub style_a: IntParam,
    #[id = "sty_b"]
    pub style_b: IntParam,
    #[id = "lean"]
    pub lean: FloatParam,
    #[id = "seed"]
    pub seed: IntParam,
    #[id = "dens"]
    pub density: FloatParam,
    #[id = "key"]
    pub key: IntParam,
    #[id = "lock"]
    pub scale_lock: BoolParam,
    #[id = "quant"]
    pub quantum: IntParam,
    #[id = "trade"]
    pub trade: IntParam,
    #[id = "minp"]
    pub min_p: FloatParam,
    #[id = "mstr"]
    pub master: FloatParam,
    #[id = "hear"]
    pub hear_player: BoolParam,
    /// Ids end in the part's number, such as `mod_1`.
    #[nested(array, group = "Part")]
    pub parts: [PartControls; Part::BAND_SIZE],
}

/// The controls of one part of the band.
#[derive(Debug, Params)]
pub struct PartControls {
    /// The range leaves room for a mode to come; until then it answers.
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
}

impl Controls {
    /// `styles` are the titles of the pack's styles, for the texts.
    pub fn new(styles: &Arc<[String]>) -> Self {
        let settings = Settings::default();
        let style = |name| {
            let (shown, typed) = (styles.clone(), styles.clone());
            IntParam::new(name, 0, IntRange::Linear { min: 0, max: STYLES - 1 })
                .with_value_to_string(Arc::new(move |index| text::style(&shown, index)))
                .with_string_to_value(Arc::new(move |typed_in| text::parse_style(&typed, typed_in)))
        };
        Self {
            bypass: BoolParam::new("Bypass", false).make_bypass(),
            temperature: linear("Temperature", settings.temperature, 0.5, 1.5)
                .with_step_size(0.01)
                .with_value_to_string(Arc::new(|value| format!("{value:.2}")))
                .with_string_to_value(Arc::new(text::parse_number)),
            style_a: style("Style A"),
            style_b: style("Style B"),
            lean: linear("Lean to B", settings.style.lean, 0.0, 1.0)
                .with_step_size(0.01)
                .with_value_to_string(Arc::new(text::percent))
                .with_string_to_value(Arc::new(text::parse_percent)),
            seed: IntParam::new("Seed", 1, IntRange::Linear { min: 0, max: 999_999 }),
            density: linear("Density", settings.density, -2.0, 2.0)
                .with_step_size(0.05)
                .with_value_to_string(Arc::new(text::density))
                .with_string_to_value(Arc::new(text::parse_density)),
            key: IntParam::new("Key", 0, IntRange::Linear { min: 0, max: 24 })
                .with_value_to_string(Arc::new(text::key))
                .with_string_to_value(Arc::new(text::parse_key)),
            scale_lock: switch("Scale lock", settings.scale_lock),
            quantum: IntParam::new("Quantum", 1, IntRange::Linear { min: 0, max: 2 })
                .with_value_to_string(Arc::new(text::quantum))
                .with_string_to_value(Arc::new(text::parse_quantum)),
            trade: IntParam::new("Answer after", 0, IntRange::Linear { min: 0, max: 4 })
                .with_value_to_string(Arc::new(text::trade))
                .with_string_to_value(Arc::new(text::parse_trade)),
            min_p: linear("Min-p", settings.min_p, 0.0, 0.5)
                .with_step_size(0.005)
                .with_value_to_string(Arc::new(text::min_p))
                .with_string_to_value(Arc::new(text::parse_number)),
            master: level("Master level"),
            hear_player: switch("Hear player", true),
            parts: std::array::from_fn(PartControls::new),
        }
    }

    /// The settings in force. Real-time safe.
    pub fn settings(&self) -> Settings {
        Settings {
            seed: Seed(u64::from(self.seed.value().unsigned_abs())),
            style: StyleBlend {
                first: index(&self.style_a),
                second: index(&self.style_b),
                lean: share(self.lean.value(), 100.0),
            },
            temperature: share(self.temperature.value(), 100.0),
            min_p: share(self.min_p.value(), 1000.0),
            density: share(self.density.value(), 100.0),
            key: index(&self.key).checked_sub(1).and_then(Key::from_index),
            scale_lock: self.scale_lock.value(),
            quantum: quantum(self.quantum.value()),
            trade: Trade::ALL[index(&self.trade).min(Trade::ALL.len() - 1)],
            parts: std::array::from_fn(|part| self.parts[part].settings()),
        }
    }

    /// The mix in force, mutes and solos resolved. Real-time safe.
    pub fn mix(&self) -> Mix {
        let any_solo = self.parts.iter().any(|part| part.solo.value());
        let audible = |heard| if heard { Audible::Yes } else { Audible::No };
        Mix {
            parts: std::array::from_fn(|part| {
                let part = &self.parts[part];
                let heard = !part.mute.value() && (part.solo.value() || !any_solo);
                Strip {
                    level_db: share(part.level.value(), 10.0),
                    pan: share(part.pan.value(), 100.0),
                    audible: audible(heard),
                }
            }),
            player: Strip { audible: audible(self.hear_player.value()), ..Strip::default() },
            master_db: share(self.master.value(), 10.0),
        }
    }
}

impl PartControls {
    /// Of the band's part `place`, counted from 0.
    fn new(place: usize) -> Self {
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
        }
    }

    fn settings(&self) -> PartSettings {
        PartSettings {
            mode: match self.mode.value() {
                0 => Mode::Off,
                1 => Mode::Play,
                _ => Mode::Answer,
            },
            family: u8::try_from(self.family.value() - 1).ok().and_then(Family::new),
            register: f32::from(i16::try_from(self.register.value()).unwrap_or(0)),
        }
    }
}

fn linear(name: impl Into<String>, default: f32, min: f32, max: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min, max })
}

fn switch(name: impl Into<String>, default: bool) -> BoolParam {
    BoolParam::new(name, default)
        .with_value_to_string(Arc::new(|on| String::from(if on { "On" } else { "Off" })))
        .with_string_to_value(Arc::new(text::parse_switch))
}

fn level(name: impl Into<String>) -> FloatParam {
    linear(name, 0.0, LEVEL_DB.0, LEVEL_DB.1)
        .with_step_size(0.1)
        .with_unit(" dB")
        .with_value_to_string(Arc::new(text::level))
        .with_string_to_value(Arc::new(text::parse_level))
}

fn index(param: &IntParam) -> usize {
    usize::try_from(param.value()).unwrap_or(0)
}

fn quantum(value: i32) -> Quantum {
    match value {
        0 => Quantum::HalfBeat,
        1 => Quantum::Beat,
        _ => Quantum::Bar,
    }
}

/// `value` to the nearest part in `parts`, as exactly as if it had been typed: hosts hand over shares of the range,
/// and the last digit must not depend on the way.
fn share(value: f32, parts: f32) -> f32 {
    (value * parts).round() / parts
}

#[cfg(test)]
mod tests;
