//! How values are written on the command line.

#[cfg(test)]
mod tests;

use std::str::FromStr;

use crate::files::wav::Depth;
use crate::report::{family_word, follow_word};
use crate::score::nearest::did_you_mean;
use crate::score::{
    Chord, ChordQuality, ChordWish, Family, Follow, Key, Meter, Mode, Part, Tempo, pitch,
};

/// Why a value cannot be read.
#[derive(Debug, PartialEq, thiserror::Error)]
pub(in crate::cli) enum ValueError {
    #[error("expected a number from {low} to {high}")]
    Number { low: f32, high: f32 },
    #[error("expected a share from 0 to {high}, or with a sign one from 0% to {percent}%")]
    Share { high: f32, percent: i16 },
    #[error("expected a tempo from 10 to 1000")]
    Tempo,
    #[error("expected a time signature such as 4/4 or 6/8")]
    Meter,
    #[error("expected a tonic and a scale, such as \"D minor\" or \"Eb major\"")]
    Key,
    #[error("expected bars such as 5-8, from 1")]
    Bars,
    #[error("expected a track, from 1, and a timbre, such as `1=clarinet`")]
    TrackTimbre,
    #[error(
        "expected a timbre such as `clarinet`, a blend such as `clarinet+flute:0.5`, or a point of the map such as `0.31/0.72`"
    )]
    Timbre,
    #[error("expected 16, 24 or 32")]
    Bits,
    #[error("expected a block of 1 to 16384 frames")]
    Block,
    #[error("expected a style such as `chorale`, or two such as `chorale,ragtime:0.3`")]
    Style,
    #[error("expected at most two styles, as in `chorale,ragtime:0.3`")]
    Styles,
    #[error(
        "only the second of two styles has a weight: how far to lean to it, as in `chorale,ragtime:0.3`"
    )]
    StyleWeight,
    #[error("expected a part such as `1=play,family=bass,register=-12,level=-3,pan=0.2`")]
    Part,
    #[error("there is no part `{0}`: expected a part such as `1=play,family=bass`, from 1 to 4")]
    PartNumber(String),
    #[error(
        "{meant}expected `play`, `answer`, `off` or `follow-` with above, below, bass, octave-up or octave-down as the mode, found `{0}`",
        meant = did_you_mean(.0, mode_words())
    )]
    Mode(String),
    #[error(
        "{meant}expected a family, found `{found}`; there are auto, {all}",
        meant = did_you_mean(.found, words().iter().map(String::as_str)),
        all = words().join(", ")
    )]
    Family { found: String },
    #[error(
        "{meant}expected family, timbre, register, level, pan, mute or solo, found `{0}`",
        meant = did_you_mean(.0, PART_KEYS)
    )]
    PartKey(String),
    #[error(
        "expected open, player or a chord such as C, F#m, Bb7, Cmaj7, Dm7, Gsus4, Bdim or Caug, found `{0}`"
    )]
    Chord(String),
    #[error("{key}: {source}")]
    PartValue { key: &'static str, source: Box<ValueError> },
}

/// What can be said of a part.
const PART_KEYS: [&str; 7] = ["family", "timbre", "register", "level", "pan", "mute", "solo"];

/// One style, or two and a lean.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct StyleArg {
    pub(in crate::cli) first: String,
    /// Name, and how far to lean to it.
    pub(in crate::cli) second: Option<(String, f32)>,
}

/// A timbre of the pack, something between two, or a point of its map.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) enum TimbreArg {
    Named(String),
    /// Two names, and how much of the second.
    Blend(String, String, f32),
    /// Shares of width and height, 0 to 1.
    At(f32, f32),
}

/// What is asked of one part.
#[derive(Clone, Debug, PartialEq)]
pub(in crate::cli) struct PartArg {
    pub(in crate::cli) part: Part,
    pub(in crate::cli) mode: Mode,
    pub(in crate::cli) follow: Follow,
    pub(in crate::cli) family: Option<Family>,
    pub(in crate::cli) timbre: Option<TimbreArg>,
    pub(in crate::cli) register: f32,
    pub(in crate::cli) level_db: f32,
    pub(in crate::cli) pan: f32,
    pub(in crate::cli) hearing: Hearing,
}

/// A part's mute and solo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::cli) enum Hearing {
    #[default]
    Normal,
    Muted,
    Solo,
}

/// A number from `LOW` to `HIGH` hundredths in steps of one `STEPS`th, which are the steps of the plugin's controls: what is bounced can be dialed in.
pub(super) fn stepped<const LOW: i16, const HIGH: i16, const STEPS: u16>(
    text: &str,
) -> Result<f32, ValueError> {
    let (low, high) = (f32::from(LOW) / 100.0, f32::from(HIGH) / 100.0);
    let number: Option<f32> = text.trim().parse().ok();
    let number = number.filter(|number| (low..=high).contains(number));
    let steps = f32::from(STEPS);
    number.map(|it| (it * steps).round() / steps).ok_or(ValueError::Number { low, high })
}

/// A share from 0 to `HIGH` hundredths, as a number or in percent: `1.5` or `150%`. The plugin's control shows it in percent.
pub(super) fn share<const HIGH: i16>(text: &str) -> Result<f32, ValueError> {
    let high = f32::from(HIGH) / 100.0;
    let number = match text.trim().strip_suffix('%') {
        Some(percent) => percent.trim().parse().ok().map(|it: f32| it / 100.0),
        None => text.trim().parse().ok(),
    };
    let number = number.filter(|number| (0.0..=high).contains(number));
    number.map(|it| (it * 100.0).round() / 100.0).ok_or(ValueError::Share { high, percent: HIGH })
}

pub(super) fn tempo(text: &str) -> Result<Tempo, ValueError> {
    text.parse().ok().and_then(Tempo::new).ok_or(ValueError::Tempo)
}

pub(super) fn meter(text: &str) -> Result<Meter, ValueError> {
    let (count, unit) = text.split_once('/').ok_or(ValueError::Meter)?;
    let number = |text: &str| text.trim().parse().map_err(|_| ValueError::Meter);
    Meter::new(number(count)?, number(unit)?).ok_or(ValueError::Meter)
}

/// `5-8`, or `5` alone.
pub(super) fn bars(text: &str) -> Result<(u32, u32), ValueError> {
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let number = |text: &str| text.trim().parse().map_err(|_| ValueError::Bars);
    let (first, last) = (number(first)?, number(last)?);
    if 1 <= first && first <= last { Ok((first, last)) } else { Err(ValueError::Bars) }
}

/// `C`, `F#m`, `Bb7`, `Dmin7`, `GM7`, `A-`, `Bo`, `C+`, `Gsus`; and `open` or `player`.
pub(super) fn chord(text: &str) -> Result<ChordWish, ValueError> {
    let wrong = || ValueError::Chord(text.to_owned());
    let (root, sign) = match text.trim() {
        "open" => return Ok(ChordWish::Open),
        "player" => return Ok(ChordWish::Player),
        chord => pitch::root(chord).ok_or_else(wrong)?,
    };
    // A large M is major and a small one minor; all else may be written either way.
    let quality = match sign.trim() {
        "M" => ChordQuality::Major,
        "M7" | "Δ" | "Δ7" => ChordQuality::MajorSeventh,
        "m" | "-" => ChordQuality::Minor,
        "m7" | "-7" => ChordQuality::MinorSeventh,
        other => match other.to_ascii_lowercase().as_str() {
            "" | "maj" | "major" => ChordQuality::Major,
            "min" | "minor" => ChordQuality::Minor,
            "dim" | "o" | "°" => ChordQuality::Diminished,
            "aug" | "+" => ChordQuality::Augmented,
            "sus4" | "sus" => ChordQuality::SuspendedFourth,
            "7" | "dom7" => ChordQuality::DominantSeventh,
            "maj7" | "major7" => ChordQuality::MajorSeventh,
            "min7" | "minor7" => ChordQuality::MinorSeventh,
            _ => return Err(wrong()),
        },
    };
    Chord::new(root, quality).map(ChordWish::Chord).ok_or_else(wrong)
}

/// `D minor`, `d min`, `Dm`, `F# major`, `Gb`.
pub(super) fn key(text: &str) -> Result<Key, ValueError> {
    Key::parse(text).ok_or(ValueError::Key)
}

pub(super) fn track_timbre(text: &str) -> Result<(usize, TimbreArg), ValueError> {
    let (track, timbre) = text.split_once('=').ok_or(ValueError::TrackTimbre)?;
    let track: usize = track.trim().parse().map_err(|_| ValueError::TrackTimbre)?;
    if track == 0 || timbre.trim().is_empty() {
        return Err(ValueError::TrackTimbre);
    }
    Ok((track, timbre.parse()?))
}

pub(super) fn depth(text: &str) -> Result<Depth, ValueError> {
    text.parse().ok().and_then(Depth::from_bits).ok_or(ValueError::Bits)
}

pub(super) fn block(text: &str) -> Result<usize, ValueError> {
    text.parse().ok().filter(|frames| (1..=16_384).contains(frames)).ok_or(ValueError::Block)
}

impl FromStr for StyleArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let name = |text: &str| match text.trim() {
            "" => Err(ValueError::Style),
            text if text.contains(':') => Err(ValueError::StyleWeight),
            text => Ok(text.to_owned()),
        };
        let Some((first, second)) = text.split_once(',') else {
            return Ok(Self { first: name(text)?, second: None });
        };
        if second.contains(',') {
            return Err(ValueError::Styles);
        }
        let (second, lean) = second.rsplit_once(':').unwrap_or((second, "0.5"));
        Ok(Self {
            first: name(first)?,
            second: Some((name(second)?, stepped::<0, 100, 100>(lean)?)),
        })
    }
}

impl FromStr for TimbreArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let name = |text: &str| match text.trim() {
            "" => Err(ValueError::Timbre),
            text => Ok(text.to_owned()),
        };
        if let Some((x, y)) = text.split_once('/') {
            let share = |text| stepped::<0, 100, 1000>(text).map_err(|_| ValueError::Timbre);
            return Ok(TimbreArg::At(share(x)?, share(y)?));
        }
        let Some((first, second)) = text.split_once('+') else {
            let is_plain = !text.contains(':');
            return if is_plain {
                name(text).map(TimbreArg::Named)
            } else {
                Err(ValueError::Timbre)
            };
        };
        let (second, share) = second.rsplit_once(':').unwrap_or((second, "0.5"));
        if second.contains('+') {
            return Err(ValueError::Timbre);
        }
        let share = stepped::<0, 100, 1000>(share).map_err(|_| ValueError::Timbre)?;
        Ok(TimbreArg::Blend(name(first)?, name(second)?, share))
    }
}

impl FromStr for PartArg {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (number, wishes) = text.split_once('=').ok_or(ValueError::Part)?;
        let part = number.trim().parse().ok().and_then(Part::from_slot);
        let part = part.filter(|part| part.band_index().is_some());
        let part = part.ok_or_else(|| ValueError::PartNumber(number.trim().to_owned()))?;
        let mut wishes = wishes.split(',').map(str::trim);
        let (mode, follow) = mode(wishes.next().ok_or(ValueError::Part)?)?;
        let mut arg = Self {
            part,
            mode,
            follow,
            family: None,
            timbre: None,
            register: 0.0,
            level_db: 0.0,
            pan: 0.0,
            hearing: Hearing::Normal,
        };
        for wish in wishes {
            let (key, value) = wish.split_once('=').unwrap_or((wish, ""));
            let named = |key| move |source| ValueError::PartValue { key, source: Box::new(source) };
            match key.trim() {
                "family" => arg.family = family(value.trim())?,
                "timbre" => arg.timbre = Some(value.parse()?),
                "register" => {
                    arg.register = stepped::<-2400, 2400, 1>(value).map_err(named("register"))?;
                }
                "level" => {
                    arg.level_db = stepped::<-6000, 600, 10>(value).map_err(named("level"))?
                }
                "pan" => arg.pan = stepped::<-100, 100, 100>(value).map_err(named("pan"))?,
                "mute" => arg.hearing = Hearing::Muted,
                "solo" => arg.hearing = Hearing::Solo,
                other => return Err(ValueError::PartKey(other.to_owned())),
            }
        }
        Ok(arg)
    }
}

/// A mode, with what a part that follows plays; `follow` alone is `follow-above`.
fn mode(text: &str) -> Result<(Mode, Follow), ValueError> {
    let follow = |kind| Ok((Mode::Follow, kind));
    match text {
        "play" => Ok((Mode::Play, Follow::default())),
        "answer" => Ok((Mode::Answer, Follow::default())),
        "off" => Ok((Mode::Off, Follow::default())),
        "follow" => follow(Follow::default()),
        other => match Follow::ALL.into_iter().find(|kind| follow_word(*kind) == other) {
            Some(kind) => follow(kind),
            None => Err(ValueError::Mode(other.to_owned())),
        },
    }
}

/// A family by its name in small letters, with `-` for spaces.
fn family(text: &str) -> Result<Option<Family>, ValueError> {
    let wanted = text.to_ascii_lowercase().replace([' ', '_'], "-");
    if wanted == "auto" {
        return Ok(None);
    }
    let found = families().find(|family| family_word(*family) == wanted);
    found.map(Some).ok_or(ValueError::Family { found: text.to_owned() })
}

fn families() -> impl Iterator<Item = Family> {
    (0..=u8::MAX).map_while(Family::new)
}

fn words() -> Vec<String> {
    families().map(family_word).collect()
}

fn mode_words() -> impl Iterator<Item = &'static str> {
    ["play", "answer", "off"].into_iter().chain(Follow::ALL.into_iter().map(follow_word))
}
