//! What a chain hands out of its memory.

use super::Chain;
use crate::engine::composer::recall::Tally;
use crate::music::memory::{Memory, Remembered};

impl Chain {
    /// What was heard of the player since this was asked last.
    pub(in crate::engine::composer) fn take_heard(&mut self) -> Vec<Remembered> {
        let key = self.opened_with.key.or_else(|| self.key.key());
        self.recall.take_fresh(key)
    }

    /// What `later`, the same chain some notes further on, has handed out is not handed out again.
    pub(in crate::engine::composer) fn hand_out_like(&mut self, later: &Chain) {
        self.recall.hand_out_like(&later.recall);
    }

    /// The memory as it is by now.
    pub(in crate::engine::composer) fn memory(&self) -> &Memory {
        self.recall.memory()
    }

    /// How well the memory has done since this was asked last.
    pub(in crate::engine::composer) fn take_tally(&mut self) -> Tally {
        self.recall.take_tally()
    }
}
