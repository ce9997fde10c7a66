//! How soon the next frame follows. A renderer in software must leave the processor to the composer, so a slow frame is followed by a pause of its own length.

use std::time::{Duration, Instant};

#[derive(Debug, Default)]
pub(super) struct Pace {
    /// When the newest frame began, and the pause that was asked for after it; nothing where none was to follow.
    newest: Option<(Instant, Duration)>,
    /// What a frame takes, smoothed.
    cost: Duration,
}

/// A frame of a display with sixty a second, and some more.
const FAST: Duration = Duration::from_millis(20);
/// Ten frames a second are still motion.
const LONGEST: Duration = Duration::from_millis(100);

impl Pace {
    /// A frame begins.
    pub(super) fn begin(&mut self, now: Instant) {
        if let Some((began, pause)) = self.newest.take() {
            let took = now.duration_since(began).saturating_sub(pause).min(LONGEST);
            self.cost = (self.cost * 7 + took) / 8;
        }
    }

    /// Another is to follow the one that began `now`: after this pause.
    pub(super) fn pause(&mut self, now: Instant) -> Duration {
        let pause = if self.cost > FAST { self.cost } else { Duration::ZERO };
        self.newest = Some((now, pause));
        pause
    }
}

#[cfg(test)]
mod tests {
    use super::{Duration, Instant, LONGEST, Pace};

    /// The pause after so many frames that each take so long.
    fn pause(frames: u32, millis: u64) -> Duration {
        let (mut pace, mut now) = (Pace::default(), Instant::now());
        let mut pause = Duration::ZERO;
        for _ in 0..frames {
            pace.begin(now);
            pause = pace.pause(now);
            now += Duration::from_millis(millis) + pause;
        }
        pause
    }

    #[test]
    fn slow_frames_leave_as_much_time_as_they_take() {
        assert_eq!(pause(100, 16), Duration::ZERO);
        assert_eq!(pause(3, 60), Duration::ZERO, "one that stumbles");
        let pauses = pause(100, 50);
        assert!((45..=50).contains(&pauses.as_millis()), "{pauses:?}");
        assert!(pause(100, 900) <= LONGEST);
    }
}
