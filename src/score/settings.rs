//! What the musician asks for: the settings in force at a window's cutoff.

use super::{ChordWish, Family, Key, Meter, Part, PartTimbre, Seed, StyleBlend, Ticks};

/// Everything that the composition of one window depends on, besides the notes heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    pub seed: Seed,
    pub style: StyleBlend,
    /// How much of the style: 0 none, 1 as its pieces are, to 2, more of what tells it from the others.
    pub style_strength: f32,
    /// 0.5 to 1.5; 1 draws from the model's own distribution.
    pub temperature: f32,
    /// Multiply `temperature` for the draws of time steps and of pitches, 0.5 to 1.5.
    pub time_temperature: f32,
    pub pitch_temperature: f32,
    /// Share of the likeliest value below which a value is never drawn, 0 (off) to 0.5.
    pub min_p: f32,
    /// Wish in standard deviations from the style's usual density, -2 to 2.
    pub density: f32,
    /// How much each part repeats itself: a wish in standard deviations from what is usual in the style, -2 to 2.
    pub repetition: f32,
    /// How much the band draws on what the player has played, 0 to 1.
    pub memory: f32,
    /// How much of the player's own timing and dynamics the band takes over, 0 to 1.
    pub feel: f32,
    /// Wish; `None` leaves it open.
    pub key: Option<Key>,
    /// Told to the model for the beat that is played and the next one alike.
    pub chord: ChordWish,
    /// Whether notes outside `key` are impossible for every part but drums.
    pub scale_lock: bool,
    pub quantum: Quantum,
    /// When parts that answer reply.
    pub trade: Trade,
    /// How long the band listens before it first plays.
    pub count_in: CountIn,
    pub looping: Looping,
    /// The band's parts, in order.
    pub parts: [PartSettings; Part::BAND_SIZE],
}

/// What is asked of one part of the band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PartSettings {
    pub mode: Mode,
    /// `None` takes the style's usual family for the part.
    pub family: Option<Family>,
    /// Semitones from the style's usual register for the part, -24 to 24.
    pub register: f32,
    /// What it plays to the player's notes, in `Mode::Follow`.
    pub follow: Follow,
    /// What it sounds like. No note depends on it: it is in force at once, for notes that sound too.
    pub timbre: PartTimbre,
}

/// How a part takes part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Mode {
    Off,
    /// Improvises all the time.
    #[default]
    Play,
    /// Listens while the player plays, and replies when it is its turn.
    Answer,
    /// Plays one note to each of the player's, at once.
    Follow,
}

/// What a part that follows plays to a note of the player's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Follow {
    /// A third or so above, within the harmony.
    #[default]
    Above,
    /// A third or so below.
    Below,
    /// The bass note of the harmony, in the part's own register.
    Bass,
    OctaveUp,
    OctaveDown,
}

impl Follow {
    pub const ALL: [Follow; 5] =
        [Follow::Above, Follow::Below, Follow::Bass, Follow::OctaveUp, Follow::OctaveDown];
}

/// Bars of listening at the start of a chain.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum CountIn {
    #[default]
    None,
    OneBar,
    TwoBars,
    FourBars,
    EightBars,
}

impl CountIn {
    pub const ALL: [CountIn; 5] =
        [CountIn::None, CountIn::OneBar, CountIn::TwoBars, CountIn::FourBars, CountIn::EightBars];

    pub fn bars(self) -> i64 {
        match self {
            CountIn::None => 0,
            CountIn::OneBar => 1,
            CountIn::TwoBars => 2,
            CountIn::FourBars => 4,
            CountIn::EightBars => 8,
        }
    }
}

/// What the band plays when the host's loop comes round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Looping {
    /// The same notes, as far as the player does not change them.
    #[default]
    Repeat,
    /// Something new each time.
    GoOn,
}

/// When parts that answer reply.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Trade {
    /// When the player has been silent for a beat.
    #[default]
    Phrase,
    OneBar,
    TwoBars,
    FourBars,
    EightBars,
}

impl Trade {
    pub const ALL: [Trade; 5] =
        [Trade::Phrase, Trade::OneBar, Trade::TwoBars, Trade::FourBars, Trade::EightBars];

    /// Length of a turn, if turns have one.
    pub fn bars(self) -> Option<i64> {
        match self {
            Trade::Phrase => None,
            Trade::OneBar => Some(1),
            Trade::TwoBars => Some(2),
            Trade::FourBars => Some(4),
            Trade::EightBars => Some(8),
        }
    }
}

/// How much is composed in one go.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Quantum {
    HalfBeat,
    #[default]
    Beat,
    Bar,
}

impl Quantum {
    /// Length of a window in `meter`, at least one tick.
    pub fn length(self, meter: Meter) -> Ticks {
        match self {
            Quantum::HalfBeat => Ticks((meter.beat().0 / 2).max(1)),
            Quantum::Beat => meter.beat(),
            Quantum::Bar => meter.bar(),
        }
    }
}

impl Settings {
    /// Whether the same notes come of both: they may differ in what parts sound like.
    pub fn composes_like(&self, other: &Settings) -> bool {
        self.without_timbres() == other.without_timbres()
    }

    fn without_timbres(mut self) -> Self {
        self.parts.iter_mut().for_each(|part| part.timbre = PartTimbre::Usual);
        self
    }
}

impl Default for PartSettings {
    fn default() -> Self {
        Self {
            mode: Mode::Play,
            family: None,
            register: 0.0,
            follow: Follow::Above,
            timbre: PartTimbre::Usual,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            seed: Seed(1),
            style: StyleBlend::default(),
            style_strength: 1.0,
            temperature: 1.0,
            time_temperature: 1.0,
            pitch_temperature: 1.0,
            min_p: 0.02,
            density: 0.0,
            repetition: 0.0,
            memory: 0.5,
            feel: 0.5,
            key: None,
            chord: ChordWish::Open,
            scale_lock: false,
            quantum: Quantum::Beat,
            trade: Trade::Phrase,
            count_in: CountIn::None,
            looping: Looping::Repeat,
            parts: [PartSettings::default(); Part::BAND_SIZE],
        }
    }
}

/// How the parts are mixed: heard at once, no part of what is composed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Mix {
    pub parts: [Strip; Part::BAND_SIZE],
    /// The player's own notes, heard through the synth.
    pub player: Strip,
    /// Gain of the mix, decibels.
    pub master_db: f32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Strip {
    /// -60 (silent) to 6.
    pub level_db: f32,
    /// -1 left to 1 right.
    pub pan: f32,
    pub audible: Audible,
}

/// Whether a part is heard, after its mute and everyone's solo.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Audible {
    #[default]
    Yes,
    No,
}

impl Default for Strip {
    fn default() -> Self {
        Self { level_db: 0.0, pan: 0.0, audible: Audible::Yes }
    }
}

impl Default for Mix {
    fn default() -> Self {
        Self {
            parts: [Strip::default(); Part::BAND_SIZE],
            player: Strip::default(),
            master_db: 0.0,
        }
    }
}
