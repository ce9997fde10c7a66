//! Meter and tempo.

use super::time::Ticks;

/// A time signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Meter {
    /// 1 to 64.
    count: u8,
    /// A power of two, 1 to 32.
    unit: u8,
}

/// Quarter notes a minute, 10 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Tempo(f64);

impl Meter {
    /// Common time, 4/4.
    pub const COMMON: Meter = Meter { count: 4, unit: 4 };

    /// `count`/`unit`, if `count` is 1 to 64 and `unit` a power of two up to 32.
    pub fn new(count: u8, unit: u8) -> Option<Self> {
        let legal = (1..=64).contains(&count) && unit.is_power_of_two() && unit <= 32;
        legal.then_some(Self { count, unit })
    }

    pub fn count(self) -> u8 {
        self.count
    }

    pub fn unit(self) -> u8 {
        self.unit
    }

    /// Length of a bar.
    pub fn bar(self) -> Ticks {
        Ticks(i64::from(self.count) * 96 / i64::from(self.unit))
    }

    /// Length of a felt beat: the unit of the signature, or three of them in 6/8, 9/8 and 12/8.
    pub fn beat(self) -> Ticks {
        if self.unit == 8 && matches!(self.count, 6 | 9 | 12) {
            Ticks(36)
        } else {
            Ticks(96 / i64::from(self.unit))
        }
    }
}

impl Tempo {
    /// `bpm` quarter notes a minute, if that is 10 to 1000.
    pub fn new(bpm: f64) -> Option<Self> {
        (10.0..=1000.0).contains(&bpm).then_some(Self(bpm))
    }

    pub fn bpm(self) -> f64 {
        self.0
    }
}

impl Default for Tempo {
    fn default() -> Self {
        Self(120.0)
    }
}
