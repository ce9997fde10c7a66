//! The chain's line on its way ahead of what is played, to foresee the player.

use super::{Chain, stream_number};
use crate::engine::composer::foresight::Ahead;
use crate::infer::PlayerPresence;
use crate::music::planner::BarLine;
use crate::score::Part;

/// The stream of random numbers is another than that of the window.
const FORESIGHT: u64 = 0x666F_7265_7365_6500;
/// Bars after her last note in which the player is still foreseen.
const LATELY: i64 = 2;

impl Chain {
    /// From the newest window's cutoff to a beat after its end; nothing where the player has not played lately.
    pub(in crate::engine::composer) fn ahead(&self) -> Option<Ahead> {
        let (window, (_, context)) = (self.newest?, self.contexts.as_ref()?);
        let played = self.sounded[Part::PLAYER.slot()]?;
        let lately = window.cutoff - played <= window.bar.meter.bar() * LATELY;
        if self.player == PlayerPresence::Absent || !lately {
            return None;
        }
        let until = window.end + window.bar.meter.beat();
        let number = stream_number(window, self.lap) ^ FORESIGHT;
        let band = self.committed.iter().filter(|it| it.onset >= window.cutoff);
        Some(Ahead::new(
            self.line.clone(),
            self.recall.clone(),
            context.clone(),
            self.opened_with.seed.stream(number),
            [window.cutoff, window.end, until],
            band.copied().collect(),
        ))
    }

    /// A bar line of the newest window's meter.
    pub(in crate::engine::composer) fn bar(&self) -> Option<BarLine> {
        self.newest.map(|it| it.bar)
    }
}
