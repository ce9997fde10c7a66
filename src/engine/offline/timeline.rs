//! Where ticks and frames lie in a bounce whose tempo, meter and settings change on the way.

use super::Request;
use crate::engine::audio::renderer::Transport;
use crate::engine::clock::BlockClock;
use crate::score::maps::{self, Map};
use crate::score::{Meter, Settings, TICKS_PER_QUARTER, Tempo, Tick};

/// A stretch at one tempo.
#[derive(Clone, Copy, Debug)]
struct Leg {
    /// Where it begins.
    frame: usize,
    quarters: f64,
    tempo: Tempo,
}

#[derive(Clone, Debug)]
pub(super) struct Timeline {
    legs: Vec<Leg>,
    meters: Map<Meter>,
    settings: Map<Settings>,
    sample_rate: f64,
    pub(super) end: Tick,
    /// Frames at which a block must end, since something changes there; sorted.
    cuts: Vec<usize>,
}

impl Timeline {
    pub(super) fn new(request: &Request) -> Self {
        let meters = with_first(request.start, request.meter, &request.meters);
        let settings = with_first(request.start, request.settings, &request.changes);
        let mut end = request.start;
        for _ in 0..request.bars {
            end = maps::bar_end(&meters, end);
        }
        let first = Leg { frame: 0, quarters: request.start.quarters(), tempo: request.tempo };
        let mut timeline = Self {
            legs: vec![first],
            meters,
            settings,
            sample_rate: f64::from(request.sample_rate),
            end,
            cuts: Vec::new(),
        };
        for (tick, tempo) in request.tempos.iter().copied().filter(|it| it.0 > request.start) {
            let frame = timeline.frame_of(tick);
            let quarters = timeline.quarters_at(frame);
            timeline.legs.push(Leg { frame, quarters, tempo });
        }
        let mut cuts: Vec<usize> = timeline.legs.iter().map(|leg| leg.frame).collect();
        let places = timeline.meters.iter().map(|it| it.0);
        let places = places.chain(timeline.settings.iter().map(|it| it.0));
        cuts.extend(places.filter(|tick| *tick > request.start).map(|it| timeline.frame_of(it)));
        cuts.sort_unstable();
        timeline.cuts = cuts;
        timeline
    }

    /// The frame nearest to `tick`; 0 before the start.
    pub(super) fn frame_of(&self, tick: Tick) -> usize {
        let quarters = tick.quarters();
        let after = self.legs.partition_point(|leg| leg.quarters <= quarters);
        let leg = self.legs[after.saturating_sub(1)];
        let clock = BlockClock::new(leg.quarters, leg.tempo, self.sample_rate);
        leg.frame + usize::try_from(clock.frame_of(tick)).unwrap_or(0)
    }

    fn leg(&self, frame: usize) -> Leg {
        let after = self.legs.partition_point(|leg| leg.frame <= frame);
        self.legs[after.saturating_sub(1)]
    }

    fn quarters_at(&self, frame: usize) -> f64 {
        let leg = self.leg(frame);
        leg.quarters + (frame - leg.frame) as f64 / self.sample_rate * leg.tempo.bpm() / 60.0
    }

    /// The first frame after `frame` at which something changes.
    pub(super) fn next_cut(&self, frame: usize) -> Option<usize> {
        self.cuts.get(self.cuts.partition_point(|cut| *cut <= frame)).copied()
    }

    /// In force in the block that begins at `frame`.
    pub(super) fn settings(&self, frame: usize) -> Settings {
        let after = self.settings.partition_point(|it| self.frame_of(it.0) <= frame);
        self.settings[after.saturating_sub(1)].1
    }

    pub(super) fn transport(&self, frame: usize, playing: bool) -> Transport {
        /// Positions are sums of fractions; a bar line is passed all the same.
        const SLACK: f64 = 1e-9;
        /// A meter changes at the frame nearest to its bar line, which may lie a little before it: half a tick.
        const NEAR: f64 = 0.5 / TICKS_PER_QUARTER as f64;
        let quarters = self.quarters_at(frame);
        let after = self.meters.partition_point(|it| it.0.quarters() <= quarters + NEAR);
        let (start, meter) = self.meters[after.saturating_sub(1)];
        let (start, bar) = (start.quarters(), meter.bar().quarters());
        let bars = ((quarters - start + SLACK) / bar).floor().max(0.0);
        Transport {
            playing,
            position_quarters: quarters,
            tempo: self.leg(frame).tempo,
            meter,
            bar_quarters: start + bars * bar,
        }
    }
}

fn with_first<T: Copy>(start: Tick, first: T, later: &[(Tick, T)]) -> Map<T> {
    std::iter::once((start, first)).chain(later.iter().copied().filter(|it| it.0 > start)).collect()
}
