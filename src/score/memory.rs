//! What is remembered of a player, as plain values: what a chain of windows begins with.

/// A note of a line in what stays the same where it is played elsewhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remembered {
    /// Semitones from the note before it, -127 to 127.
    pub interval: i8,
    /// Ticks from the onset of the note before it, 0 to 383; `BREAK` where none came before it in so long.
    pub gap: u16,
    /// Class of its duration, as of the note model.
    pub duration: u8,
    /// Semitones above the key's tonic, 0 to 11; `NO_CLASS` where no key was found.
    pub class: u8,
    /// Ticks from the bar line, 0 to 383.
    pub phase: u16,
}

/// How far predictions are trusted, as shares of the scales in the running: by field (time, pitch, duration), reach and scale.
pub type Shares = [[[f32; 6]; 5]; 3];

/// Notes, oldest first, and what has been learned of their worth; all shares are 0 where nothing has.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Remembrance {
    pub notes: Vec<Remembered>,
    pub trust: Shares,
}

impl Remembered {
    pub const BREAK: u16 = u16::MAX;
    pub const NO_CLASS: u8 = 12;
    /// Gaps are below this.
    pub const GAPS: u16 = 384;
    /// Phases are below this.
    pub const PHASES: u16 = 384;
}

impl Remembrance {
    /// Whether nothing was ever learned.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    /// Bytes that it takes in a saved song, about.
    pub fn bytes(&self) -> usize {
        const NOTE: usize = 18;
        const TRUST: usize = 1200;
        if self.is_empty() { 0 } else { TRUST + self.notes.len() * NOTE }
    }
}
