//! The one declaration of every control that a host can automate: id, name, range, default and text.
//!
//! Ids and ranges are frozen (`tests/data/params.txt`): songs store them, and automation stores values as a share of the
//! range. The audio side reads the values at the start of a block, through [`Controls::settings`] and [`Controls::mix`].

mod control;
mod part;
mod preset;
mod text;

use std::sync::Arc;

use nice_plug::prelude::{BoolParam, FloatParam, FloatRange, IntParam, IntRange, Params};

pub use self::control::{AnyControl, Control};
pub use self::part::PartControls;
pub use self::preset::{FACTORY, Factory, Preset};
use crate::score::{
    Audible, ChordWish, CountIn, Key, Looping, Mix, Part, Quantum, Seed, Settings, Strip,
    StyleBlend, Tempo, Trade,
};

/// Most styles that a pack's list can be chosen from by a host. Wider than any pack, so that packs share automation.
const STYLES: i32 = 64;
/// The last of: open, the player's, eight chords on each of twelve roots.
const CHORDS: i32 = 97;
/// Levels in decibels; the lowest is silence.
const LEVEL_DB: (f32, f32) = (-60.0, 6.0);

/// Tempo of the internal clock, quarter notes a minute.
pub const FREE_TEMPO_BPM: (f32, f32) = (20.0, 400.0);

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
    #[id = "rept"]
    pub repetition: FloatParam,
    #[id = "memry"]
    pub memory: FloatParam,
    #[id = "feel"]
    pub feel: FloatParam,
    #[id = "tmpt"]
    pub time_temperature: FloatParam,
    #[id = "tmpp"]
    pub pitch_temperature: FloatParam,
    #[id = "count"]
    pub count_in: IntParam,
    #[id = "loop"]
    pub looping: IntParam,
    #[id = "free"]
    pub free_run: BoolParam,
    #[id = "bpm"]
    pub free_tempo: FloatParam,
    #[id = "chan"]
    pub channel: IntParam,
    #[id = "thru"]
    pub thru: BoolParam,
    #[id = "chord"]
    pub chord: IntParam,
    #[id = "styst"]
    pub style_strength: FloatParam,
    /// Going on is one step to the next preset.
    #[id = "pnext"]
    pub next_preset: BoolParam,
    /// Going on is one step back.
    #[id = "pprev"]
    pub previous_preset: BoolParam,
    /// Ids end in the part's number, such as `mod_1`.
    #[nested(array, group = "Part")]
    pub parts: [PartControls; Part::BAND_SIZE],
}

impl Controls {
    /// `styles` are the titles of the pack's styles, for the texts; `opening` is the place of the one that is the default.
    pub fn new(styles: &Arc<[String]>, opening: usize) -> Self {
        let opening = i32::try_from(opening).unwrap_or(0).min(STYLES - 1);
        let settings = Settings::default();
        let style = |name| {
            let (shown, typed) = (styles.clone(), styles.clone());
            IntParam::new(name, opening, IntRange::Linear { min: 0, max: STYLES - 1 })
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
            lean: portion("Lean to B", settings.style.lean),
            seed: IntParam::new("Seed", 1, IntRange::Linear { min: 0, max: 999_999 }),
            density: wish("Density", settings.density),
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
            repetition: wish("Repetition", settings.repetition),
            memory: portion("Memory", settings.memory),
            feel: portion("Feel", settings.feel),
            time_temperature: factor("Temperature of time", settings.time_temperature),
            pitch_temperature: factor("Temperature of pitch", settings.pitch_temperature),
            count_in: IntParam::new("Count-in", 0, IntRange::Linear { min: 0, max: 4 })
                .with_value_to_string(Arc::new(text::count_in))
                .with_string_to_value(Arc::new(text::parse_count_in)),
            looping: IntParam::new("Loops", 0, IntRange::Linear { min: 0, max: 1 })
                .with_value_to_string(Arc::new(text::looping))
                .with_string_to_value(Arc::new(text::parse_looping)),
            free_run: switch("Free run", false),
            free_tempo: free_tempo(120.0),
            channel: IntParam::new("Listen to channel", 0, IntRange::Linear { min: 0, max: 16 })
                .with_value_to_string(Arc::new(text::channel))
                .with_string_to_value(Arc::new(text::parse_channel)),
            thru: switch("MIDI thru", false),
            chord: IntParam::new("Chord", 0, IntRange::Linear { min: 0, max: CHORDS })
                .with_value_to_string(Arc::new(text::chord))
                .with_string_to_value(Arc::new(text::parse_chord)),
            style_strength: linear("Style strength", settings.style_strength, 0.0, 2.0)
                .with_step_size(0.01)
                .with_value_to_string(Arc::new(text::percent))
                .with_string_to_value(Arc::new(text::parse_percent)),
            next_preset: switch("Next preset", false),
            previous_preset: switch("Previous preset", false),
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
            style_strength: share(self.style_strength.value(), 100.0),
            temperature: share(self.temperature.value(), 100.0),
            min_p: share(self.min_p.value(), 1000.0),
            density: share(self.density.value(), 100.0),
            key: index(&self.key).checked_sub(1).and_then(Key::from_index),
            chord: ChordWish::from_index(index(&self.chord)).unwrap_or_default(),
            scale_lock: self.scale_lock.value(),
            quantum: quantum(self.quantum.value()),
            trade: Trade::ALL[index(&self.trade).min(Trade::ALL.len() - 1)],
            repetition: share(self.repetition.value(), 100.0),
            memory: share(self.memory.value(), 100.0),
            feel: share(self.feel.value(), 100.0),
            time_temperature: share(self.time_temperature.value(), 100.0),
            pitch_temperature: share(self.pitch_temperature.value(), 100.0),
            count_in: CountIn::ALL[index(&self.count_in).min(CountIn::ALL.len() - 1)],
            looping: if index(&self.looping) == 0 { Looping::Repeat } else { Looping::GoOn },
            parts: std::array::from_fn(|part| self.parts[part].settings()),
        }
    }

    /// The tempo of the internal clock, if it is to run while the host does not. Real-time safe.
    pub fn free_run(&self) -> Option<Tempo> {
        self.free_run.value().then(|| self.free_tempo())
    }

    /// The tempo of the internal clock. Real-time safe.
    pub fn free_tempo(&self) -> Tempo {
        let bpm = f64::from((self.free_tempo.value() * 10.0).round()) / 10.0;
        Tempo::new(bpm).unwrap_or_default()
    }

    /// With another default for the tempo of the internal clock, quarter notes a minute.
    pub fn with_free_tempo(self, bpm: f32) -> Self {
        Self { free_tempo: free_tempo(bpm), ..self }
    }

    /// The MIDI channel, 0 to 15, that the player is heard on; nothing for all. Real-time safe.
    pub fn channel(&self) -> Option<u8> {
        u8::try_from(self.channel.value()).ok()?.checked_sub(1)
    }

    /// Whether the player's notes go out too. Real-time safe.
    pub fn is_thru(&self) -> bool {
        self.thru.value()
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

fn linear(name: impl Into<String>, default: f32, min: f32, max: f32) -> FloatParam {
    FloatParam::new(name, default, FloatRange::Linear { min, max })
}

fn free_tempo(default: f32) -> FloatParam {
    linear("Free-run tempo", default, FREE_TEMPO_BPM.0, FREE_TEMPO_BPM.1)
        .with_step_size(0.1)
        .with_unit(" bpm")
        .with_value_to_string(Arc::new(|value| format!("{value:.1}")))
        .with_string_to_value(Arc::new(text::parse_tempo))
}

fn switch(name: impl Into<String>, default: bool) -> BoolParam {
    BoolParam::new(name, default)
        .with_value_to_string(Arc::new(|on| String::from(if on { "On" } else { "Off" })))
        .with_string_to_value(Arc::new(text::parse_switch))
}

/// A wish in standard deviations from what is usual in the style; 0 leaves it there.
fn wish(name: impl Into<String>, default: f32) -> FloatParam {
    linear(name, default, -2.0, 2.0)
        .with_step_size(0.05)
        .with_value_to_string(Arc::new(text::wish))
        .with_string_to_value(Arc::new(text::parse_wish))
}

/// 0 to 1, read as percent.
fn portion(name: impl Into<String>, default: f32) -> FloatParam {
    linear(name, default, 0.0, 1.0)
        .with_step_size(0.01)
        .with_value_to_string(Arc::new(text::percent))
        .with_string_to_value(Arc::new(text::parse_percent))
}

/// Multiplies the temperature.
fn factor(name: impl Into<String>, default: f32) -> FloatParam {
    linear(name, default, 0.5, 1.5)
        .with_step_size(0.01)
        .with_value_to_string(Arc::new(text::factor))
        .with_string_to_value(Arc::new(text::parse_factor))
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
