//! The player's keyboard: the keys that are down, and those that ring on under the sustain pedal.

#[cfg(test)]
mod tests;

use crate::score::Pitch;

/// A set of pitches. Real-time safe.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Pitches(u128);

/// The sustain pedal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Pedal {
    #[default]
    Up,
    Down,
}

/// Which of the player's notes sound. Real-time safe.
#[derive(Clone, Copy, Debug, Default)]
pub struct Keys {
    down: Pitches,
    /// Let go while the pedal was down.
    ringing: Pitches,
    pedal: Pedal,
}

impl Pitches {
    pub fn insert(&mut self, pitch: Pitch) {
        self.0 |= bit(pitch);
    }

    /// Whether it was there.
    pub fn remove(&mut self, pitch: Pitch) -> bool {
        let there = self.contains(pitch);
        self.0 &= !bit(pitch);
        there
    }

    pub fn contains(self, pitch: Pitch) -> bool {
        self.0 & bit(pitch) != 0
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn and(self, other: Pitches) -> Pitches {
        Pitches(self.0 | other.0)
    }

    pub fn lowest(self) -> Option<Pitch> {
        u8::try_from(self.0.trailing_zeros()).ok().and_then(Pitch::new)
    }

    /// From the lowest up.
    pub fn iter(self) -> impl Iterator<Item = Pitch> {
        let mut rest = self;
        std::iter::from_fn(move || {
            let lowest = rest.lowest()?;
            rest.remove(lowest);
            Some(lowest)
        })
    }
}

fn bit(pitch: Pitch) -> u128 {
    1 << pitch.number()
}

impl Keys {
    /// A key goes down. Whether its pitch sounded already; that note ends before the new one begins.
    pub fn press(&mut self, pitch: Pitch) -> bool {
        let sounded = self.sounding().contains(pitch);
        self.ringing.remove(pitch);
        self.down.insert(pitch);
        sounded
    }

    /// A key comes up. Whether its note ends by that.
    pub fn lift(&mut self, pitch: Pitch) -> bool {
        let was_down = self.down.remove(pitch);
        if was_down && self.pedal == Pedal::Down {
            self.ringing.insert(pitch);
            return false;
        }
        was_down
    }

    /// The pedal moves. The notes that end by that.
    pub fn tread(&mut self, pedal: Pedal) -> Pitches {
        self.pedal = pedal;
        match pedal {
            Pedal::Down => Pitches::default(),
            Pedal::Up => std::mem::take(&mut self.ringing),
        }
    }

    /// Everything comes up. The notes that end by that.
    pub fn let_go(&mut self) -> Pitches {
        let sounding = self.sounding();
        *self = Self::default();
        sounding
    }

    /// Whether the key itself is down.
    pub fn is_down(&self, pitch: Pitch) -> bool {
        self.down.contains(pitch)
    }

    /// Keys that are down or ring on.
    pub fn sounding(&self) -> Pitches {
        self.down.and(self.ringing)
    }
}
