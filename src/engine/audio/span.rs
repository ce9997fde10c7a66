//! Where blocks lie on the host's timeline, and whether one follows another.

use crate::score::Tick;

/// A host's position may differ from where the last block ended by this many ticks before it counts as a jump.
const JUMP_TICKS: f64 = 1.0;

/// Where a block lay, at the tempo with which it began.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// Ticks.
    pub(super) start: f64,
    pub(super) end: f64,
    pub(super) bpm: f64,
}

impl Span {
    /// The first tick that the block did not reach.
    #[expect(clippy::cast_possible_truncation, reason = "no host counts to 2^63 ticks")]
    pub(super) fn reached(self) -> Tick {
        /// A host's position may be that much too large for having been added up, ticks.
        const ROUNDING: f64 = 1e-3;
        Tick((self.end - ROUNDING).ceil() as i64)
    }

    /// Whether a block at `here`, at `bpm`, follows this one: the tempo may have changed anywhere in this one.
    pub(super) fn leads_to(self, here: f64, bpm: f64) -> bool {
        let ratio = bpm / self.bpm;
        let length = self.end - self.start;
        let earliest = self.start + length * ratio.min(1.0) - JUMP_TICKS;
        let latest = self.start + length * ratio.max(1.0) + JUMP_TICKS;
        (earliest..=latest).contains(&here)
    }

    /// The tick nearest to where the block ended.
    #[expect(clippy::cast_possible_truncation, reason = "no host counts to 2^63 ticks")]
    pub(super) fn end_tick(self) -> Tick {
        Tick(self.end.round() as i64)
    }
}
