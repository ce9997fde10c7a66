//! What MIDI channel messages do to all notes of a channel, and expressions to one of them: bend, volume and pan.

#[cfg(test)]
mod tests;

use crate::score::Part;

/// Notes that bend, swell and move together, as those of a MIDI channel do. Each part has one; a piece from a file has more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Channel(u8);

/// How the notes of a channel are to sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bearing {
    /// Semitones by which all pitches are bent, -24 to 24.
    pub bend: f32,
    /// What levels are multiplied by, 0 to 4.
    pub gain: f32,
    /// -1 left to 1 right, on top of the part's.
    pub pan: f32,
}

/// What one note is to do on top of its channel's bearing; what is out of range is brought into it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Expression {
    /// Semitones, -24 to 24.
    Bend(f32),
    /// What its level is multiplied by, 0 to 4.
    Gain(f32),
    /// -1 left to 1 right.
    Pan(f32),
}

/// The bearing that a note has reached: it goes to the channel's in a few milliseconds, so that the steps of a controller are not heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Carriage {
    now: Bearing,
    /// Gains of left and right that come of `now`.
    pub(super) sides: [f32; 2],
}

/// Time constant of the glide from one value of a controller to the next.
const GLIDE_SECS: f32 = 0.004;

impl Channel {
    pub const COUNT: usize = 64;

    /// The channel of a part of the band, or of the player.
    pub fn of(part: Part) -> Self {
        Self(u8::try_from(part.slot()).expect("parts are few"))
    }

    /// A channel beside those of the parts. There are `COUNT` less the parts; beyond them they are shared.
    pub fn beside(number: usize) -> Self {
        let own = Part::COUNT + number % (Self::COUNT - Part::COUNT);
        Self(u8::try_from(own).expect("channels are few"))
    }

    pub(super) fn place(self) -> usize {
        usize::from(self.0)
    }
}

impl Bearing {
    /// As notes are written.
    pub const PLAIN: Bearing = Bearing { bend: 0.0, gain: 1.0, pan: 0.0 };

    /// Brought into the ranges; what is no number is as nothing were said.
    pub(super) fn checked(self) -> Self {
        let or = |value: f32, usual: f32| if value.is_nan() { usual } else { value };
        Self {
            bend: or(self.bend, 0.0).clamp(-24.0, 24.0),
            gain: or(self.gain, 1.0).clamp(0.0, 4.0),
            pan: or(self.pan, 0.0).clamp(-1.0, 1.0),
        }
    }

    /// Changed as the expression says.
    pub(super) fn express(&mut self, expression: Expression) {
        match expression {
            Expression::Bend(bend) => self.bend = bend,
            Expression::Gain(gain) => self.gain = gain,
            Expression::Pan(pan) => self.pan = pan,
        }
        *self = self.checked();
    }

    /// With that of one note on top.
    pub(super) fn with(&self, own: &Bearing) -> Bearing {
        if *own == Self::PLAIN {
            return *self;
        }
        let (bend, gain, pan) = (self.bend + own.bend, self.gain * own.gain, self.pan + own.pan);
        Bearing { bend, gain, pan }.checked()
    }
}

impl Default for Bearing {
    fn default() -> Self {
        Self::PLAIN
    }
}

impl Carriage {
    /// There at once, as a note begins.
    pub(super) fn at(bearing: Bearing) -> Self {
        Self { now: bearing, sides: sides(bearing) }
    }

    /// Semitones.
    pub(super) fn bend(&self) -> f32 {
        self.now.bend
    }

    pub(super) fn gain(&self) -> f32 {
        self.now.gain
    }

    /// Whether it has come to `bearing`.
    pub(super) fn is_at(&self, bearing: &Bearing) -> bool {
        self.now == *bearing
    }

    /// Go on towards `bearing` for one period, of which `pace` of the way is gone.
    pub(super) fn approach(&mut self, bearing: &Bearing, pace: f32) {
        if self.now == *bearing {
            return;
        }
        let nearer = |from: f32, to: f32| {
            let there = from + pace * (to - from);
            if (to - there).abs() < 1e-4 { to } else { there }
        };
        self.now = Bearing {
            bend: nearer(self.now.bend, bearing.bend),
            gain: nearer(self.now.gain, bearing.gain),
            pan: nearer(self.now.pan, bearing.pan),
        };
        self.sides = sides(self.now);
    }
}

/// Of the way to a new bearing what is gone in `frames` frames.
pub(super) fn pace(frames: u16, sample_rate: f32) -> f32 {
    1.0 - (-f32::from(frames) / (GLIDE_SECS * sample_rate)).exp()
}

/// Gains of left and right: constant power, 1 in the middle.
fn sides(bearing: Bearing) -> [f32; 2] {
    let side = |share: f32| bearing.gain * (1.0 + share).max(0.0).sqrt();
    if bearing.pan == 0.0 {
        return [bearing.gain; 2];
    }
    [side(-bearing.pan), side(bearing.pan)]
}
