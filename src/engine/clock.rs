//! The one place that turns ticks into frames and back.

use crate::score::{TICKS_PER_QUARTER, Tempo, Tick};

/// Time within one block: where its first frame lies and how fast ticks pass.
#[derive(Clone, Copy, Debug)]
pub struct BlockClock {
    /// Ticks from the song's origin at frame 0, not rounded.
    position_ticks: f64,
    ticks_per_frame: f64,
}

/// Added before rounding, frames: at 128 bpm and 48 kHz every second tick falls midway between two frames, and the host's
/// own rounding must not decide which one is taken.
const TIE: f64 = 1e-4;

/// Where an internal clock stands, for playing without a host's transport. It begins at the first bar.
#[derive(Clone, Copy, Debug, Default)]
pub struct FreeClock {
    quarters: f64,
}

impl FreeClock {
    /// Quarter notes at the start of a block of `frames`; the clock goes on by its length. `sample_rate` in hertz.
    pub fn pass(&mut self, frames: usize, tempo: Tempo, sample_rate: f64) -> f64 {
        let here = self.quarters;
        self.quarters += frames as f64 * tempo.bpm() / 60.0 / sample_rate;
        here
    }

    /// Back to the first bar.
    pub fn rewind(&mut self) {
        self.quarters = 0.0;
    }
}

impl BlockClock {
    /// `sample_rate` in hertz.
    pub fn new(position_quarters: f64, tempo: Tempo, sample_rate: f64) -> Self {
        let per_quarter = TICKS_PER_QUARTER as f64;
        Self {
            position_ticks: position_quarters * per_quarter,
            ticks_per_frame: tempo.bpm() / 60.0 * per_quarter / sample_rate,
        }
    }

    /// The frame nearest to `tick`, counted from the start of the block; negative before it.
    pub fn frame_of(&self, tick: Tick) -> i64 {
        self.frame_at(tick.0 as f64)
    }

    /// The frame nearest to a position in ticks that is not rounded.
    #[expect(clippy::cast_possible_truncation, reason = "saturates, far outside any block")]
    pub fn frame_at(&self, ticks: f64) -> i64 {
        ((ticks - self.position_ticks) / self.ticks_per_frame + 0.5 + TIE).floor() as i64
    }

    /// The tick nearest to a frame of the block.
    #[expect(clippy::cast_possible_truncation, reason = "no host counts to 2^63 ticks")]
    pub fn tick_of(&self, frame: usize) -> Tick {
        Tick(
            (self.position_ticks
                + frame as f64 * self.ticks_per_frame
                + 0.5
                + TIE * self.ticks_per_frame)
                .floor() as i64,
        )
    }

    /// How far behind the nearest tick a frame lies, ticks: -0.5 to 0.5.
    #[expect(clippy::cast_possible_truncation, reason = "half a tick at most")]
    pub fn late(&self, frame: usize, tick: Tick) -> f32 {
        (self.ticks_at(frame) - tick.0 as f64) as f32
    }

    /// The position at a frame, ticks not rounded.
    pub fn ticks_at(&self, frame: usize) -> f64 {
        self.position_ticks + frame as f64 * self.ticks_per_frame
    }
}
