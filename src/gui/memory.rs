//! What the editor itself remembers from frame to frame, and forgets when it closes.

use super::remembered_ui::Asking;
use super::takes_ui::Drawer;
use super::tap::Taps;
use super::theme::Tone;
use crate::score::Part;

#[derive(Clone, Debug)]
pub struct Memory {
    /// The seed while it is being typed.
    pub(super) seed_text: Option<String>,
    /// The path of a MIDI file while it is being typed.
    pub(super) phrase_path: Option<String>,
    /// Its track and its bars, likewise.
    pub(super) phrase_track: String,
    pub(super) phrase_bars: String,
    /// Which drawer is open.
    pub opened: Option<Side>,
    pub drawer: Drawer,
    /// For a file of the player's memory.
    pub(super) asking: Option<Asking>,
    /// On the tempo of the free run.
    pub(super) taps: Taps,
    pub tone: Tone,
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
            opened: None,
            drawer: Drawer::default(),
            asking: None,
            taps: Taps::default(),
            tone: Tone::default(),
            bars: 5.0,
            pitches: (36.0, 84.0),
            levels: [0.0; Part::BAND_SIZE + 1],
        }
    }
}
