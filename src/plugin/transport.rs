//! The host's transport as the renderer wants it, with a sane value for whatever a host leaves out; without a host, one of our own.

mod deck;

use nice_plug::prelude::Transport as HostTransport;

pub(super) use self::deck::Deck;
use self::deck::DeckClock;
use crate::engine::audio::renderer::Transport;
use crate::engine::clock::FreeClock;
use crate::score::{Meter, Tempo};

/// Follows the host's time from block to block.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Timeline {
    /// Where the next block begins if the host does not say, quarter notes.
    next_quarters: f64,
    /// Runs while the host does not, if the musician wishes.
    free: FreeClock,
    /// Where our own transport stands, without a host.
    deck: DeckClock,
    /// Whether what stands in for a host has stood still. One that never does has no transport: it counts the frames since it was started.
    stood: bool,
}

impl Timeline {
    /// The transport at the start of a block of `frames`: the host's while it plays, else, with a tempo for the free run, that of the
    /// internal clock, which begins at the first bar.
    pub(super) fn transport(
        &mut self,
        host: &HostTransport,
        frames: usize,
        sample_rate: f32,
        free_run: Option<Tempo>,
    ) -> Transport {
        let theirs = self.of_host(host, frames, sample_rate);
        let Some(tempo) = free_run.filter(|_| !theirs.playing) else {
            self.free.rewind();
            return theirs;
        };
        let position_quarters = self.free.pass(frames, tempo, f64::from(sample_rate));
        let bar_quarters = bar_start(position_quarters, None, theirs.meter.bar().quarters());
        Transport { playing: true, position_quarters, tempo, bar_quarters, ..theirs }
    }

    /// The same without a host: our own transport, unless another program's is handed on, as JACK's is, and plays. `is_ready` says whether the band can begin where it stands.
    pub(super) fn alone(
        &mut self,
        outside: &HostTransport,
        frames: usize,
        sample_rate: f32,
        tempo: Tempo,
        (deck, is_ready): (&Deck, impl Fn() -> bool),
    ) -> Transport {
        let theirs = self.of_host(outside, frames, sample_rate);
        self.stood |= !theirs.playing;
        let rules = !(self.stood && theirs.playing);
        deck.rule(rules);
        if !rules {
            return theirs;
        }
        let (playing, position_quarters) =
            deck.pass(&mut self.deck, frames, tempo, sample_rate, is_ready);
        let meter = deck.meter();
        let bar_quarters = bar_start(position_quarters, None, meter.bar().quarters());
        Transport { playing, position_quarters, tempo, meter, bar_quarters }
    }

    /// Hosts without a transport are taken as stopped; without a tempo as 120, without a meter as 4/4, without a position as going on
    /// from the block before.
    fn of_host(&mut self, host: &HostTransport, frames: usize, sample_rate: f32) -> Transport {
        let tempo = host.tempo.and_then(Tempo::new).unwrap_or_default();
        let meter = meter(host).unwrap_or(Meter::COMMON);
        let position_quarters =
            host.pos_beats().filter(|quarters| is_sane(*quarters)).unwrap_or(self.next_quarters);
        let bar_quarters =
            bar_start(position_quarters, host.bar_start_pos_beats(), meter.bar().quarters());
        let block_quarters = frames as f64 * tempo.bpm() / 60.0 / f64::from(sample_rate);
        self.next_quarters = position_quarters + if host.playing { block_quarters } else { 0.0 };
        Transport { playing: host.playing, position_quarters, tempo, meter, bar_quarters }
    }
}

/// Whether a position lies in any song: some hosts report numbers that they have never set.
fn is_sane(quarters: f64) -> bool {
    quarters.abs() <= 1e9
}

fn meter(host: &HostTransport) -> Option<Meter> {
    let count = u8::try_from(host.time_sig_numerator?).ok()?;
    let unit = u8::try_from(host.time_sig_denominator?).ok()?;
    Meter::new(count, unit)
}

/// The last bar line at or before `position`. The host's own bar line sets the grid even if it is not the last one:
/// some hosts report the first bar of the song throughout.
fn bar_start(position: f64, reported: Option<f64>, bar: f64) -> f64 {
    let line = reported.filter(|line| is_sane(*line)).unwrap_or(0.0);
    line + ((position - line) / bar).floor() * bar
}

#[cfg(test)]
mod tests;
