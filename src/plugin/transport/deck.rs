//! The transport of a program that has no host: what the window asks of it, and the clock that the callback moves by it.

use std::sync::atomic::{AtomicBool, Ordering};

use atomic_float::AtomicF64;

use crate::score::Tempo;

/// Shared by the window, which asks, and the callback, which plays.
#[derive(Debug)]
pub(in crate::plugin) struct Deck {
    /// Whether it rules: there is no host, or none that plays. Written by the callback.
    rules: AtomicBool,
    /// Asked by the window; the callback stops at the end of what is played.
    plays: AtomicBool,
    /// Where to go, quarter notes; not a number where nothing is asked.
    wanted: AtomicF64,
    /// Where a return leads, and where playing ends, quarter notes.
    home: AtomicF64,
    end: AtomicF64,
}

/// Where the callback has come to.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct DeckClock {
    quarters: f64,
    /// Frames to stand before it plays from a new place.
    settling: usize,
}

/// Seconds for which it stands at a new place, so that the first notes there are composed, or read, in time.
const SETTLING: f32 = 0.12;

impl Default for Deck {
    fn default() -> Self {
        Self {
            rules: AtomicBool::new(false),
            plays: AtomicBool::new(false),
            wanted: AtomicF64::new(f64::NAN),
            home: AtomicF64::new(0.0),
            end: AtomicF64::new(f64::INFINITY),
        }
    }
}

impl Deck {
    /// Whether the window may move time.
    pub(in crate::plugin) fn rules(&self) -> bool {
        self.rules.load(Ordering::Relaxed)
    }

    pub(in crate::plugin) fn play(&self) {
        self.plays.store(true, Ordering::Release);
    }

    pub(in crate::plugin) fn stop(&self) {
        self.plays.store(false, Ordering::Release);
    }

    /// To the beginning: of the song, or of what is played.
    pub(in crate::plugin) fn go_home(&self) {
        self.wanted.store(self.home.load(Ordering::Relaxed), Ordering::Release);
    }

    /// Play from `begin`, and stop at `end`, if there is one, quarter notes.
    pub(in crate::plugin) fn play_stretch(&self, begin: f64, end: Option<f64>) {
        self.home.store(begin, Ordering::Relaxed);
        self.end.store(end.unwrap_or(f64::INFINITY), Ordering::Relaxed);
        self.wanted.store(begin, Ordering::Release);
        self.play();
    }

    /// Play on from `begin`, quarter notes.
    pub(in crate::plugin) fn play_from(&self, begin: f64) {
        self.play_on();
        self.wanted.store(begin, Ordering::Release);
        self.play();
    }

    /// The whole song is played from now on; time goes on as it goes.
    pub(in crate::plugin) fn play_on(&self) {
        self.home.store(0.0, Ordering::Relaxed);
        self.end.store(f64::INFINITY, Ordering::Relaxed);
    }

    /// Say whether it rules. Real-time safe.
    pub(super) fn rule(&self, rules: bool) {
        self.rules.store(rules, Ordering::Relaxed);
    }

    /// Whether time passes in a block of `frames`, and the quarter notes at its start. Real-time safe.
    pub(super) fn pass(
        &self,
        clock: &mut DeckClock,
        frames: usize,
        tempo: Tempo,
        sample_rate: f32,
    ) -> (bool, f64) {
        let wanted = self.wanted.swap(f64::NAN, Ordering::Acquire);
        if wanted.is_finite() {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a fraction of a second"
            )]
            let settling = (SETTLING * sample_rate) as usize;
            *clock = DeckClock { quarters: wanted, settling };
        } else if clock.quarters >= self.end.load(Ordering::Relaxed) {
            self.stop();
            clock.quarters = self.home.load(Ordering::Relaxed);
        }
        let here = clock.quarters;
        let plays = self.plays.load(Ordering::Acquire) && clock.settling == 0;
        clock.settling = clock.settling.saturating_sub(frames);
        if plays {
            clock.quarters += frames as f64 * tempo.bpm() / 60.0 / f64::from(sample_rate);
        }
        (plays, here)
    }
}
