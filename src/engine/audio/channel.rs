//! What MIDI channel messages do to all notes of a channel, and expressions to one of them: bend, volume, pan, brightness, pressure and vibrato.

#[cfg(test)]
mod tests;

use super::curves::exp2;
use super::simd::Separate;
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
    /// -1 dull to 1 bright; 0 as the instrument is.
    pub brightness: f32,
    /// 0 to 1: pressed harder, a note is louder and brighter.
    pub pressure: f32,
    /// Depth of a vibrato beside the instrument's own, 0 to 1.
    pub vibrato: f32,
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
    /// -1 dull to 1 bright.
    Brightness(f32),
    /// 0 to 1.
    Pressure(f32),
    /// 0 to 1.
    Vibrato(f32),
}

/// The bearing that a note has reached: it goes to the channel's in a few milliseconds, so that the steps of a controller are not heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Carriage {
    now: Bearing,
    /// By which power of its frequency, against the note's own, a partial is louder.
    pub(super) tilt: f32,
    /// Gains of left and right that come of `now`.
    pub(super) sides: [f32; 2],
}

/// Time constant of the glide from one value of a controller to the next.
const GLIDE_SECS: f32 = 0.004;
/// 4 decibels an octave at the brightest, and 12 at the dullest.
const BRIGHTEST: f32 = 0.66;
const DULLEST: f32 = 2.0;
/// What full pressure does: 4 decibels, and so much brightness.
const PRESSED_ORDERS: f32 = 0.664;
const PRESSED_BRIGHTNESS: f32 = 0.5;

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
    pub const PLAIN: Bearing =
        Bearing { bend: 0.0, gain: 1.0, pan: 0.0, brightness: 0.0, pressure: 0.0, vibrato: 0.0 };

    /// Brought into the ranges; what is no number is as nothing were said.
    pub(super) fn checked(self) -> Self {
        let or = |value: f32, usual: f32| if value.is_nan() { usual } else { value };
        Self {
            bend: or(self.bend, 0.0).clamp(-24.0, 24.0),
            gain: or(self.gain, 1.0).clamp(0.0, 4.0),
            pan: or(self.pan, 0.0).clamp(-1.0, 1.0),
            brightness: or(self.brightness, 0.0).clamp(-1.0, 1.0),
            pressure: or(self.pressure, 0.0).clamp(0.0, 1.0),
            vibrato: or(self.vibrato, 0.0).clamp(0.0, 1.0),
        }
    }

    /// Changed as the expression says.
    pub fn express(&mut self, expression: Expression) {
        match expression {
            Expression::Bend(bend) => self.bend = bend,
            Expression::Gain(gain) => self.gain = gain,
            Expression::Pan(pan) => self.pan = pan,
            Expression::Brightness(brightness) => self.brightness = brightness,
            Expression::Pressure(pressure) => self.pressure = pressure,
            Expression::Vibrato(vibrato) => self.vibrato = vibrato,
        }
        *self = self.checked();
    }

    /// With that of one note on top.
    pub(super) fn with(&self, own: &Bearing) -> Bearing {
        if *own == Self::PLAIN {
            return *self;
        }
        let with = Bearing {
            bend: self.bend + own.bend,
            gain: self.gain * own.gain,
            pan: self.pan + own.pan,
            brightness: self.brightness + own.brightness,
            pressure: self.pressure + own.pressure,
            vibrato: self.vibrato + own.vibrato,
        };
        with.checked()
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
        Self { now: bearing, tilt: tilt(bearing), sides: sides(bearing) }
    }

    /// Semitones.
    pub(super) fn bend(&self) -> f32 {
        self.now.bend
    }

    /// Of noise, which has no side of its own, and is made brighter or duller as a whole: as what lies two octaves above its note.
    pub(super) fn noise_gain(&self) -> f32 {
        let gain = pressed(self.now);
        if self.tilt == 0.0 { gain } else { gain * exp2::<Separate>(2.0 * self.tilt + self.lift()) }
    }

    /// What a change of brightness adds to all of a note, binary orders: a brighter one is softer at its own frequency, so that it is about as loud.
    pub(super) fn lift(&self) -> f32 {
        -self.tilt.max(0.0)
    }

    /// 0 to 1.
    pub(super) fn vibrato(&self) -> f32 {
        self.now.vibrato
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
            brightness: nearer(self.now.brightness, bearing.brightness),
            pressure: nearer(self.now.pressure, bearing.pressure),
            vibrato: nearer(self.now.vibrato, bearing.vibrato),
        };
        self.tilt = tilt(self.now);
        self.sides = sides(self.now);
    }
}

/// Of the way to a new bearing what is gone in `frames` frames.
pub(super) fn pace(frames: u16, sample_rate: f32) -> f32 {
    1.0 - (-f32::from(frames) / (GLIDE_SECS * sample_rate)).exp()
}

/// Gains of left and right: constant power, 1 in the middle.
fn sides(bearing: Bearing) -> [f32; 2] {
    let gain = pressed(bearing);
    let side = |share: f32| gain * (1.0 + share).max(0.0).sqrt();
    if bearing.pan == 0.0 {
        return [gain; 2];
    }
    [side(-bearing.pan), side(bearing.pan)]
}

/// The gain with what pressure adds.
fn pressed(bearing: Bearing) -> f32 {
    if bearing.pressure == 0.0 {
        return bearing.gain;
    }
    bearing.gain * exp2::<Separate>(PRESSED_ORDERS * bearing.pressure)
}

fn tilt(bearing: Bearing) -> f32 {
    let brightness = (bearing.brightness + PRESSED_BRIGHTNESS * bearing.pressure).min(1.0);
    brightness * if brightness > 0.0 { BRIGHTEST } else { DULLEST }
}
