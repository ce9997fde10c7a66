//! The settings of a window as text. A control that a text does not name stands where it stood before there was one.

use serde::{Deserialize, Serialize};

use crate::score::{
    Blend, ChordWish, CountIn, Family, Follow, Key, Looping, MapPoint, Mode, Part, PartSettings,
    PartTimbre, Quantum, Seed, Settings, StyleBlend, Trade,
};

#[derive(Deserialize, Serialize)]
#[serde(default)]
pub(super) struct SettingsText {
    seed: u64,
    /// First, second, and how far to lean to the second.
    style: (usize, usize, f32),
    style_strength: f32,
    temperature: f32,
    time_temperature: f32,
    pitch_temperature: f32,
    min_p: f32,
    density: f32,
    repetition: f32,
    memory: f32,
    feel: f32,
    /// As of the note model; none is open.
    key: Option<usize>,
    /// 0 is open, 1 the player's, then eight on each root from C.
    chord: usize,
    scale_lock: bool,
    quantum: String,
    /// Bars; 0 answers phrases.
    trade: i64,
    /// Bars.
    count_in: i64,
    looping: String,
    parts: Vec<PartText>,
}

#[derive(Deserialize, Serialize)]
#[serde(default)]
struct PartText {
    mode: String,
    family: Option<u8>,
    register: f32,
    follow: String,
    /// Shares of the width and the height of the timbre map.
    #[serde(skip_serializing_if = "Option::is_none")]
    timbre_at: Option<(f32, f32)>,
    /// Two places in the pack's list of timbres, and thousandths of the second.
    #[serde(skip_serializing_if = "Option::is_none")]
    timbre_blend: Option<(u16, u16, u16)>,
}

const QUANTA: [(Quantum, &str); 3] =
    [(Quantum::HalfBeat, "half-beat"), (Quantum::Beat, "beat"), (Quantum::Bar, "bar")];
const MODES: [(Mode, &str); 4] =
    [(Mode::Off, "off"), (Mode::Play, "play"), (Mode::Answer, "answer"), (Mode::Follow, "follow")];
const FOLLOWS: [(Follow, &str); 5] = [
    (Follow::Above, "above"),
    (Follow::Below, "below"),
    (Follow::Bass, "bass"),
    (Follow::OctaveUp, "octave-up"),
    (Follow::OctaveDown, "octave-down"),
];
const LOOPINGS: [(Looping, &str); 2] = [(Looping::Repeat, "repeat"), (Looping::GoOn, "go-on")];

fn word<T: Copy + PartialEq>(words: &[(T, &'static str)], value: T) -> String {
    let found = words.iter().find(|it| it.0 == value);
    found.map_or(String::new(), |it| it.1.to_owned())
}

fn value<T: Copy>(words: &[(T, &str)], word: &str) -> Option<T> {
    words.iter().find(|it| it.1 == word).map(|it| it.0)
}

impl SettingsText {
    pub(super) fn of(settings: &Settings) -> Self {
        let Settings { seed, style, key, .. } = *settings;
        Self {
            seed: seed.0,
            style: (style.first, style.second, style.lean),
            style_strength: settings.style_strength,
            temperature: settings.temperature,
            time_temperature: settings.time_temperature,
            pitch_temperature: settings.pitch_temperature,
            min_p: settings.min_p,
            density: settings.density,
            repetition: settings.repetition,
            memory: settings.memory,
            feel: settings.feel,
            key: key.map(Key::index),
            chord: settings.chord.index(),
            scale_lock: settings.scale_lock,
            quantum: word(&QUANTA, settings.quantum),
            trade: settings.trade.bars().unwrap_or(0),
            count_in: settings.count_in.bars(),
            looping: word(&LOOPINGS, settings.looping),
            parts: settings.parts.iter().map(PartText::of).collect(),
        }
    }

    /// Nothing if a value does not exist.
    pub(super) fn settings(&self) -> Option<Settings> {
        let within =
            |value: f32, low: f32, high: f32| (low..=high).contains(&value).then_some(value);
        let (first, second, lean) = self.style;
        let mut parts = [PartSettings::default(); Part::BAND_SIZE];
        for (part, text) in parts.iter_mut().zip(&self.parts) {
            *part = text.settings()?;
        }
        Some(Settings {
            seed: Seed(self.seed),
            style: StyleBlend { first, second, lean: within(lean, 0.0, 1.0)? },
            style_strength: within(self.style_strength, 0.0, 2.0)?,
            temperature: within(self.temperature, 0.05, 20.0)?,
            time_temperature: within(self.time_temperature, 0.05, 20.0)?,
            pitch_temperature: within(self.pitch_temperature, 0.05, 20.0)?,
            min_p: within(self.min_p, 0.0, 1.0)?,
            density: within(self.density, -10.0, 10.0)?,
            repetition: within(self.repetition, -10.0, 10.0)?,
            memory: within(self.memory, 0.0, 1.0)?,
            feel: within(self.feel, 0.0, 1.0)?,
            key: match self.key {
                Some(index) => Some(Key::from_index(index)?),
                None => None,
            },
            chord: ChordWish::from_index(self.chord)?,
            scale_lock: self.scale_lock,
            quantum: value(&QUANTA, &self.quantum)?,
            trade: Trade::ALL.into_iter().find(|it| it.bars().unwrap_or(0) == self.trade)?,
            count_in: CountIn::ALL.into_iter().find(|it| it.bars() == self.count_in)?,
            looping: value(&LOOPINGS, &self.looping)?,
            parts,
        })
    }
}

impl PartText {
    fn of(part: &PartSettings) -> Self {
        Self {
            mode: word(&MODES, part.mode),
            family: part.family.map(Family::index),
            register: part.register,
            follow: word(&FOLLOWS, part.follow),
            timbre_at: match part.timbre {
                PartTimbre::At(point) => Some(point.shares()),
                PartTimbre::Usual | PartTimbre::Blend(_) => None,
            },
            timbre_blend: match part.timbre {
                PartTimbre::Blend(it) => Some((it.first, it.second, it.share)),
                PartTimbre::Usual | PartTimbre::At(_) => None,
            },
        }
    }

    fn timbre(&self) -> Option<PartTimbre> {
        match (self.timbre_at, self.timbre_blend) {
            (Some((x, y)), _) => {
                let legal = (0.0..=1.0).contains(&x) && (0.0..=1.0).contains(&y);
                legal.then(|| PartTimbre::At(MapPoint::of_shares(x, y)))
            }
            (None, Some((first, second, share))) => {
                (share <= 1000).then_some(PartTimbre::Blend(Blend { first, second, share }))
            }
            (None, None) => Some(PartTimbre::Usual),
        }
    }

    fn settings(&self) -> Option<PartSettings> {
        Some(PartSettings {
            mode: value(&MODES, &self.mode)?,
            family: match self.family {
                Some(index) => Some(Family::new(index)?),
                None => None,
            },
            register: (-127.0..=127.0).contains(&self.register).then_some(self.register)?,
            follow: value(&FOLLOWS, &self.follow)?,
            timbre: self.timbre()?,
        })
    }
}

impl Default for SettingsText {
    fn default() -> Self {
        Self::of(&Settings::default())
    }
}

impl Default for PartText {
    fn default() -> Self {
        Self::of(&PartSettings::default())
    }
}
