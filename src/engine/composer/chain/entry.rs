//! How a chain is entered: the bars of listening at its start, and the music that goes on over a jump.

use super::Chain;
use crate::infer::{ComposeError, Muse};
use crate::music::harmony::Harmony;
use crate::music::planner::{Entry, Start};
use crate::score::{Looping, Part, Settings, Tick, Ticks};

impl Chain {
    /// Where the band first plays: after the count-in, which ends with a bar.
    pub(super) fn joins_at(&self, settings: &Settings) -> Tick {
        let start = self.start;
        if start.entry != Entry::Started {
            return start.tick;
        }
        let bar = start.bar.meter.bar();
        let into_bar = start.tick - start.bar.start;
        let pickup = if into_bar > Ticks(0) { bar - into_bar } else { Ticks(0) };
        match settings.count_in.bars() {
            0 => start.tick,
            bars => start.tick + pickup + bar * bars,
        }
    }

    /// Whether a chain that begins so takes up what was played before the jump.
    pub(in crate::engine::composer) fn goes_on(start: Start, settings: &Settings) -> bool {
        matches!(start.entry, Entry::Jumped { .. }) && settings.looping == Looping::GoOn
    }

    /// The same music, after a jump: what sounded before it is fed, and moves along. A held key is held on.
    pub(in crate::engine::composer) fn gone_on(
        mut self,
        muse: &mut dyn Muse,
        start: Start,
    ) -> Result<Self, ComposeError> {
        let Entry::Jumped { from, lap } = start.entry else { return Ok(self) };
        if let Some((outside, inside)) = self.contexts.take() {
            self.feed(muse, from, [&outside, &inside])?;
        }
        let by = start.tick - from;
        self.line.shift(by);
        self.dialogue.shift(by);
        self.recall.shift(by);
        for tick in self.sounded.iter_mut().chain([&mut self.rings]).flatten() {
            *tick += by;
        }
        for key in &mut self.held {
            key.onset += by;
        }
        // Of chords the held keys alone go on.
        self.harmony = Harmony::default();
        for key in self.held.iter().filter(|it| it.part == Part::PLAYER) {
            self.harmony.strike(key.part, key.pitch, key.onset);
        }
        self.heard.clear();
        self.committed.clear();
        self.trail.clear();
        self.newest = None;
        self.cutoff = start.tick;
        self.start = start;
        self.lap = lap;
        Ok(self)
    }
}
