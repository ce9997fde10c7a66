//! What the editor itself remembers from frame to frame, and forgets when it closes.

use super::news_ui::News;
use super::path_ui::Answered;
use super::preset_questions::PresetQuestion;
use super::press::Press;
use super::remembered_ui::Asking;
use super::takes_ui::Drawer;
use super::tap::Taps;
use super::theme::Tone;
use crate::score::{Note, Part};

#[derive(Clone, Debug)]
pub struct Memory {
    /// The seed while it is being typed.
    pub(super) seed_text: Option<String>,
    /// The path of a MIDI file while it is being typed.
    pub(super) phrase_path: Option<String>,
    /// Its track and its bars, likewise.
    pub(super) phrase_track: String,
    pub(super) phrase_bars: String,
    /// Why a path must be typed, or what was wrong with the one before.
    pub(super) no_dialog: Option<String>,
    /// What a small window was answered, until it is known what came of that.
    pub(super) answered: Option<Answered>,
    /// Which drawer is open.
    pub opened: Option<Side>,
    pub drawer: Drawer,
    /// What is asked of a preset.
    pub(super) preset_asked: Option<PresetQuestion>,
    /// For a file of the player's memory.
    pub(super) asking: Option<Asking>,
    /// On the tempo of the free run.
    pub(super) taps: Taps,
    /// The keys of our own transport.
    pub(super) space: Press,
    pub(super) home: Press,
    /// Whether the space bar was pressed in this frame, and no text is being typed.
    pub(super) bar: bool,
    /// Whether the style pad is open.
    pub style_pad: bool,
    /// Whether the timbre map is open.
    pub timbre_map: bool,
    pub tone: Tone,
    /// Which of the first steps is shown to who opens the window for the first time.
    pub first_step: Option<usize>,
    pub(super) news: News,
    /// The note of the roll that the arrow keys have come to.
    pub(super) walked: Option<Note>,
    /// Where the roll's view stands still, quarter notes, while the music goes on.
    pub(super) held: Option<f64>,
    /// Whether that lasts only as long as a key is down.
    pub(super) held_by_key: bool,
    /// Whether in the last frame something had the keyboard, or a list or a small window was open: what escape ends first.
    pub(super) busy: bool,
    /// Bars in view.
    pub(super) bars: f32,
    /// Lowest and highest pitch in view, eased towards what is played.
    pub(super) pitches: (f32, f32),
    /// What the meters show: peaks that fall slowly.
    pub(super) levels: [f32; Part::BAND_SIZE + 1],
}

/// A drawer at the right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    Takes,
    /// What the band remembers of the player.
    Remembered,
    /// What sounds.
    Sound,
}

impl Side {
    const NAMES: [(Side, &'static str); 3] =
        [(Side::Takes, "takes"), (Side::Remembered, "memory"), (Side::Sound, "sound")];

    /// As the song keeps it.
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|it| it.0 == self).map_or("", |it| it.1)
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|it| it.1 == name).map(|it| it.0)
    }
}

impl Memory {
    /// Whether a meter still falls, so that another frame is wanted.
    pub fn is_moving(&self) -> bool {
        self.levels.iter().any(|level| *level > 0.001)
    }
}

impl Default for Memory {
    fn default() -> Self {
        Self {
            seed_text: None,
            phrase_path: None,
            phrase_track: String::new(),
            phrase_bars: String::new(),
            no_dialog: None,
            answered: None,
            opened: None,
            drawer: Drawer::default(),
            preset_asked: None,
            asking: None,
            taps: Taps::default(),
            space: Press::default(),
            home: Press::default(),
            bar: false,
            style_pad: false,
            timbre_map: false,
            tone: Tone::default(),
            first_step: None,
            news: News::default(),
            walked: None,
            held: None,
            held_by_key: false,
            busy: false,
            bars: 5.0,
            pitches: (36.0, 84.0),
            levels: [0.0; Part::BAND_SIZE + 1],
        }
    }
}
