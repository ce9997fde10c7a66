//! Positions and lengths in time: ticks of music and frames of audio, never mixed.

use std::ops::{Add, AddAssign, Mul, Neg, Sub};

/// Ticks in a quarter note.
pub const TICKS_PER_QUARTER: i64 = 24;

/// A position on the host's timeline, in ticks from its origin; negative before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(pub i64);

/// A length in ticks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ticks(pub i64);

/// A position in audio frames since the renderer was last prepared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frame(pub i64);

/// A length in audio frames.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Frames(pub i64);

impl Tick {
    /// The position `quarters` quarter notes from the origin, to the nearest tick.
    #[expect(clippy::cast_possible_truncation, reason = "a song of 10^17 quarters does not exist")]
    pub fn from_quarters(quarters: f64) -> Self {
        Self((quarters * TICKS_PER_QUARTER as f64).round() as i64)
    }

    /// Distance from the origin in quarter notes.
    pub fn quarters(self) -> f64 {
        self.0 as f64 / TICKS_PER_QUARTER as f64
    }
}

impl Ticks {
    /// Length in quarter notes.
    pub fn quarters(self) -> f64 {
        self.0 as f64 / TICKS_PER_QUARTER as f64
    }
}

macro_rules! position_and_length {
    ($position:ident, $length:ident) => {
        impl Add<$length> for $position {
            type Output = $position;
            fn add(self, length: $length) -> $position {
                $position(self.0 + length.0)
            }
        }
        impl AddAssign<$length> for $position {
            fn add_assign(&mut self, length: $length) {
                self.0 += length.0;
            }
        }
        impl Sub<$length> for $position {
            type Output = $position;
            fn sub(self, length: $length) -> $position {
                $position(self.0 - length.0)
            }
        }
        impl Sub for $position {
            type Output = $length;
            fn sub(self, earlier: $position) -> $length {
                $length(self.0 - earlier.0)
            }
        }
        impl Add for $length {
            type Output = $length;
            fn add(self, other: $length) -> $length {
                $length(self.0 + other.0)
            }
        }
        impl Sub for $length {
            type Output = $length;
            fn sub(self, other: $length) -> $length {
                $length(self.0 - other.0)
            }
        }
        impl Neg for $length {
            type Output = $length;
            fn neg(self) -> $length {
                $length(-self.0)
            }
        }
        impl Mul<i64> for $length {
            type Output = $length;
            fn mul(self, times: i64) -> $length {
                $length(self.0 * times)
            }
        }
    };
}

position_and_length!(Tick, Ticks);
position_and_length!(Frame, Frames);
