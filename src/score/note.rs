//! One note.

use super::{Part, Pitch, Tick, Ticks, Velocity};

/// A note of a part. Notes sort by onset, then part, then pitch, which is the order in which the note model hears them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Note {
    pub onset: Tick,
    pub part: Part,
    pub pitch: Pitch,
    pub length: Ticks,
    pub velocity: Velocity,
}

impl Note {
    pub fn end(self) -> Tick {
        self.onset + self.length
    }
}
