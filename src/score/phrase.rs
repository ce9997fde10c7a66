//! A phrase: the notes of one part in one stretch of time.

use super::{Note, Tick, Ticks};

/// Notes in playing order. A seed phrase counts its ticks from 0.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Phrase {
    /// Sorted.
    notes: Vec<Note>,
}

impl Phrase {
    /// `notes` in any order.
    pub fn new(mut notes: Vec<Note>) -> Self {
        notes.sort_unstable();
        Self { notes }
    }

    pub fn notes(&self) -> &[Note] {
        &self.notes
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// From tick 0 to the end of the last note; zero if empty.
    pub fn length(&self) -> Ticks {
        self.notes.iter().map(|note| note.end() - Tick(0)).max().unwrap_or_default()
    }
}
