//! What a song keeps of an instance besides its parameters, as one versioned JSON text.
//!
//! Every version that was ever written keeps its reader, in a file of its own, and a sample in `tests/data/states`.

mod v1;
mod v2;

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::score::{Phrase, Take};

pub use crate::score::PackName;

/// The kept state.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    pub seed_phrase: Arc<Phrase>,
    /// The pack that the song was made with.
    pub pack: Option<PackName>,
    /// `None` until the editor was resized.
    pub editor: Option<EditorSize>,
    /// In the order in which they were kept.
    pub takes: Vec<Take>,
    /// What the band remembers of the player's playing, as a text of its own kind.
    pub memory: Option<String>,
    /// The name of the preset that was chosen last.
    pub preset: Option<String>,
    /// Which drawer of the editor is open, by its name.
    pub drawer: Option<String>,
    /// Whether number and phrase of the seed stay as they are until the musician unlocks them.
    pub seed_locked: bool,
    /// Whether the timbre map is open.
    pub timbre_map: bool,
    /// Controllers that turn parameters.
    pub controllers: Vec<Taught>,
}

/// A MIDI controller that the musician has taught to turn a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub struct Taught {
    /// Its id.
    pub parameter: String,
    /// 0 to 15.
    pub channel: u8,
    /// 0 to 119.
    pub controller: u8,
}

/// In logical points.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EditorSize {
    /// 200 to 10,000.
    width: u16,
    /// 200 to 10,000.
    height: u16,
}

/// A state as read, and what had to be mended, in the musician's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub state: State,
    pub mended: Vec<String>,
}

/// Why a text gave no state.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    #[error("read the saved state: it is damaged")]
    Damaged(#[source] serde_json::Error),
    #[error("read the saved state: it was saved by a newer Antiphon (state version {0})")]
    Newer(u64),
}

/// The version that every text begins with, whatever else is in it.
#[derive(Deserialize)]
struct Versioned {
    version: u64,
}

impl EditorSize {
    pub const SMALLEST: u16 = 200;
    pub const LARGEST: u16 = 10_000;

    pub fn new(width: u16, height: u16) -> Option<Self> {
        let legal = Self::SMALLEST..=Self::LARGEST;
        (legal.contains(&width) && legal.contains(&height)).then_some(Self { width, height })
    }

    pub fn width(self) -> u16 {
        self.width
    }

    pub fn height(self) -> u16 {
        self.height
    }
}

/// Read a text of any version.
///
/// # Errors
/// If it is no state at all, or of a version that does not exist yet.
pub fn read(text: &str) -> Result<Read, StateError> {
    let Versioned { version } = serde_json::from_str(text).map_err(StateError::Damaged)?;
    match version {
        1 => v1::read(text).map_err(StateError::Damaged),
        2 => v2::read(text).map_err(StateError::Damaged),
        newer => Err(StateError::Newer(newer)),
    }
}

/// Write the newest version.
pub fn write(state: &State) -> String {
    v2::write(state)
}

#[cfg(test)]
mod tests;
