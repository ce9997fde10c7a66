//! The transport of a program that has no host: what the window asks of it, and the clock that the callback moves by it.

use std::sync::atomic::{AtomicBool, AtomicU16, AtomicU64, Ordering};

use atomic_float::AtomicF64;

use crate::score::{Meter, Tempo};

/// Shared by the window, which asks, and the callback, which plays.
#[derive(Debug)]
pub(in crate::plugin) struct Deck {
    /// Whether it rules: there is no host, or none that plays. Written by the callback.
    rules: AtomicBool,
    /// In the lowest bit whether it is to play, above it how often the window has asked: the callback stops at the end of what is played,
    /// unless the window has asked for something meanwhile.
    asked: AtomicU64,
    /// Where to go, quarter notes; not a number where nothing is asked.
    wanted: AtomicF64,
    /// Whether to go to where a return leads.
    returns: AtomicBool,
    /// Where a return leads, and where playing ends, quarter notes.
    home: AtomicF64,
    end: AtomicF64,
    /// The count above, the unit in the lowest eight bits.
    meter: AtomicU16,
}

/// Where the callback has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeckClock {
    quarters: f64,
    /// Whether time passed in the block before.
    plays: bool,
    /// Frames for which it has waited for the band.
    waited: usize,
}

/// Seconds for which it waits for the band at most: a long seed phrase on a slow machine.
const PATIENCE: f32 = 1.0;

impl Default for Deck {
    fn default() -> Self {
        Self {
            rules: AtomicBool::new(false),
            asked: AtomicU64::new(0),
            wanted: AtomicF64::new(f64::NAN),
            returns: AtomicBool::new(false),
            home: AtomicF64::new(0.0),
            end: AtomicF64::new(f64::INFINITY),
            meter: AtomicU16::new(packed(Meter::COMMON)),
        }
    }
}

impl Deck {
    /// Whether the window may move time.
    pub(in crate::plugin) fn rules(&self) -> bool {
        self.rules.load(Ordering::Relaxed)
    }

    /// Whether it is to play. It stands for a moment nevertheless where it begins at a new place.
    pub(in crate::plugin) fn is_asked_to_play(&self) -> bool {
        is_to_play(self.asked())
    }

    /// Its time signature. Real-time safe.
    pub(in crate::plugin) fn meter(&self) -> Meter {
        let [count, unit] = self.meter.load(Ordering::Relaxed).to_be_bytes();
        Meter::new(count, unit).unwrap_or(Meter::COMMON)
    }

    /// From the song's beginning on, in force at once.
    pub(in crate::plugin) fn set_meter(&self, meter: Meter) {
        self.meter.store(packed(meter), Ordering::Relaxed);
    }

    pub(in crate::plugin) fn play(&self) {
        self.ask(true);
    }

    /// Real-time safe.
    pub(in crate::plugin) fn stop(&self) {
        self.ask(false);
    }

    fn ask(&self, plays: bool) {
        let next = |it: u64| Some(((it >> 1).wrapping_add(1) << 1) | u64::from(plays));
        self.asked.fetch_update(Ordering::AcqRel, Ordering::Acquire, next).ok(); // it always has a next one
    }

    /// To the beginning: of the song, or of what is played. While it plays that is a jump, as over a host's loop.
    pub(in crate::plugin) fn go_home(&self) {
        self.returns.store(true, Ordering::Release);
    }

    /// Play from `begin`, and stop at `end`, if there is one, quarter notes.
    pub(in crate::plugin) fn play_stretch(&self, begin: f64, end: Option<f64>) {
        self.keep_to(begin, end.unwrap_or(f64::INFINITY));
        self.wanted.store(begin, Ordering::Release);
        self.play();
    }

    /// The whole song is played from now on; time goes on as it goes.
    pub(in crate::plugin) fn play_on(&self) {
        self.keep_to(0.0, f64::INFINITY);
    }

    /// From now on a return leads to `home`, and playing ends at `end`, quarter notes; time goes on as it goes.
    pub(in crate::plugin) fn keep_to(&self, home: f64, end: f64) {
        self.home.store(home, Ordering::Relaxed);
        self.end.store(end, Ordering::Relaxed);
    }

    /// Where a return leads, and where playing ends.
    #[cfg(test)]
    pub(in crate::plugin) fn stretch(&self) -> (f64, f64) {
        (self.home.load(Ordering::Relaxed), self.end.load(Ordering::Relaxed))
    }

    /// Say whether it rules. When another program's transport takes over, this one stops, so that it does not go on by itself after that. Real-time safe.
    pub(in crate::plugin) fn rule(&self, rules: bool) {
        let ruled = self.rules.swap(rules, Ordering::Relaxed);
        if ruled && !rules {
            self.stop();
        }
    }

    /// What the window has asked for so far.
    fn asked(&self) -> u64 {
        self.asked.load(Ordering::Acquire)
    }

    /// Stop, unless the window has asked for something after `asked`. Whether it did not. Real-time safe.
    fn stop_after(&self, asked: u64) -> bool {
        let stopped = asked & !1;
        let (done, failed) = (Ordering::AcqRel, Ordering::Relaxed);
        self.asked.compare_exchange(asked, stopped, done, failed).is_ok()
    }

    /// Whether time passes in a block of `frames`, and the quarter notes at its start. Where it begins to play, it waits until `is_ready` says that the band can begin where
    /// it stood in the block before, and no longer than a second. Real-time safe.
    pub(super) fn pass(
        &self,
        clock: &mut DeckClock,
        frames: usize,
        tempo: Tempo,
        sample_rate: f32,
        is_ready: impl Fn() -> bool,
    ) -> (bool, f64) {
        // Before the rest, so that whatever was asked before it is seen.
        let asked = self.asked();
        let wanted = self.wanted.swap(f64::NAN, Ordering::Acquire);
        let returns = self.returns.swap(false, Ordering::Acquire);
        let mut plays = is_to_play(asked);
        let mut moves = false;
        if wanted.is_finite() {
            (clock.quarters, clock.plays, moves) = (wanted, false, true);
        } else if returns {
            (clock.quarters, moves) = (self.home.load(Ordering::Relaxed), !clock.plays);
        } else if clock.quarters >= self.end.load(Ordering::Relaxed) {
            plays = false;
            if self.stop_after(asked) {
                clock.quarters = self.home.load(Ordering::Relaxed);
            }
        }
        if moves || !plays {
            clock.waited = 0;
        }
        let patient = clock.waited as f32 <= PATIENCE * sample_rate;
        let waits = moves || (!clock.plays && patient && !is_ready());
        clock.waited += frames;
        let here = clock.quarters;
        clock.plays = plays && !waits;
        if clock.plays {
            clock.quarters += frames as f64 * tempo.bpm() / 60.0 / f64::from(sample_rate);
        }
        (clock.plays, here)
    }
}

fn packed(meter: Meter) -> u16 {
    u16::from_be_bytes([meter.count(), meter.unit()])
}

fn is_to_play(asked: u64) -> bool {
    asked & 1 == 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_stretch_does_not_stop_what_was_asked_for_meanwhile() {
        let deck = Deck::default();
        deck.play_stretch(0.0, Some(4.0));
        let seen = deck.asked();
        // The callback has come to the end, and the window asks before it stops.
        deck.play_stretch(16.0, Some(20.0));
        assert!(!deck.stop_after(seen));
        assert!(deck.is_asked_to_play());
        let seen = deck.asked();
        assert!(deck.stop_after(seen) && !deck.is_asked_to_play());
        deck.play();
        assert!(!deck.stop_after(seen), "each asking counts");
        assert!(deck.is_asked_to_play());
    }
}
