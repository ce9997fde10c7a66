//! What wheels, pressure and brightness do to the player's notes: to all of them, or, on a keyboard with a channel for each finger, to the notes of one channel (MIDI Association,
//! "MIDI Polyphonic Expression", version 1.0, 2018). Such a keyboard says so with its configuration message; the channel that rules its zone moves all notes.

use nice_plug::prelude::NoteEvent;

use super::{CENTERED, CENTERED_OF_SEVEN, controller};
use crate::engine::audio::channel::{Bearing, Expression};
use crate::engine::audio::renderer::HostEventKind;
use crate::score::Pitch;

/// What sixteen channels stand at, and which of them are fingers.
#[derive(Debug)]
pub(super) struct Wheels {
    channels: [Wheel; CHANNELS],
    /// Channels beside the lowest, and beside the highest, that are fingers.
    lower: u8,
    upper: u8,
    /// Of each channel the keys that were struck on it last and have not been struck since; a bit a key.
    struck: [u128; CHANNELS],
    down: u128,
}

#[derive(Clone, Copy, Debug)]
struct Wheel {
    /// The registered parameter that data entry sets, coarse and fine.
    registered: [u8; 2],
    /// Semitones that the wheel bends by at most.
    range: f32,
    /// -1 to 1.
    bend: f32,
    /// Of a finger: what its notes do.
    bearing: Bearing,
}

const CHANNELS: usize = 16;
const LOWEST: u8 = 0;
const HIGHEST: u8 = 15;
/// Semitones until a range is told: what General MIDI level 1 says, and of fingers.
const USUAL_RANGE: f32 = 2.0;
const FINGER_RANGE: f32 = 48.0;
/// Registered parameters.
const BEND_RANGE: [u8; 2] = [0, 0];
const ZONE: [u8; 2] = [0, 6];
const NONE: [u8; 2] = [127, 127];

const USUAL: Wheel =
    Wheel { registered: NONE, range: USUAL_RANGE, bend: 0.0, bearing: Bearing::PLAIN };

impl Wheels {
    pub(super) fn new() -> Self {
        let (channels, struck) = ([USUAL; CHANNELS], [0; CHANNELS]);
        Self { channels, lower: 0, upper: 0, struck, down: 0 }
    }

    /// Whether the event is a wheel's, pressure, or a controller of those; then the renderer is told what it does.
    pub(super) fn hear<S>(
        &mut self,
        event: &NoteEvent<S>,
        tell: &mut impl FnMut(HostEventKind),
    ) -> bool {
        match *event {
            NoteEvent::MidiPitchBend { channel, value, .. } => {
                self.bend(channel, 2.0 * value - 1.0, tell);
            }
            NoteEvent::MidiChannelPressure { channel, pressure, .. } => {
                self.express(channel, Expression::Pressure(pressure), tell);
            }
            NoteEvent::MidiCC { channel, cc, value, .. } => {
                let expression = match cc {
                    controller::MODULATION => Expression::Vibrato(value),
                    // Level goes as the square of the controller (General MIDI level 1, developer guidelines).
                    controller::EXPRESSION => Expression::Gain(value * value),
                    controller::BRIGHTNESS => {
                        let share = 2.0 * value - 1.0;
                        let is_middle = share.abs() < CENTERED_OF_SEVEN;
                        Expression::Brightness(if is_middle { 0.0 } else { share })
                    }
                    _ => return self.register(channel, cc, seven_bits(value)),
                };
                self.express(channel, expression, tell);
            }
            _ => return false,
        }
        true
    }

    /// A key goes down on a channel: what its note does from the start, if anything.
    pub(super) fn strike(
        &mut self,
        channel: u8,
        pitch: Pitch,
        mut tell: impl FnMut(HostEventKind),
    ) {
        let bit = 1_u128 << pitch.number();
        self.down |= bit;
        for struck in &mut self.struck {
            *struck &= !bit;
        }
        let Some(own) = self.struck.get_mut(usize::from(channel)) else { return };
        *own = (*own & self.down) | bit;
        if !self.is_finger(channel) {
            return;
        }
        let bearing = self.channels[usize::from(channel)].bearing;
        for expression in [
            Expression::Bend(bearing.bend),
            Expression::Pressure(bearing.pressure),
            Expression::Brightness(bearing.brightness),
        ] {
            tell(HostEventKind::Express { pitch: Some(pitch), expression });
        }
    }

    pub(super) fn lift(&mut self, pitch: Pitch) {
        self.down &= !(1 << pitch.number());
    }

    /// The wheel of a channel moves, to -1 to 1.
    pub(super) fn bend(&mut self, channel: u8, share: f32, tell: impl FnMut(HostEventKind)) {
        let Some(wheel) = self.channels.get_mut(usize::from(channel)) else { return };
        wheel.bend = if share.abs() < CENTERED { 0.0 } else { share };
        let semitones = wheel.bend * wheel.range;
        self.express(channel, Expression::Bend(semitones), tell);
    }

    /// What a channel says of its notes.
    pub(super) fn express(
        &mut self,
        channel: u8,
        expression: Expression,
        mut tell: impl FnMut(HostEventKind),
    ) {
        if !self.is_finger(channel) {
            tell(HostEventKind::Bear(expression));
            return;
        }
        let place = usize::from(channel);
        self.channels[place].bearing.express(expression);
        let mut left = self.struck[place];
        while let Some(pitch) = u8::try_from(left.trailing_zeros()).ok().and_then(Pitch::new) {
            left &= left - 1;
            tell(HostEventKind::Express { pitch: Some(pitch), expression });
        }
    }

    /// One of the controllers that choose a registered parameter or set it, with 0 to 127. Whether it is one.
    pub(super) fn register(&mut self, channel: u8, cc: u8, value: u8) -> bool {
        let Some(wheel) = self.channels.get_mut(usize::from(channel)) else { return false };
        match cc {
            101 => wheel.registered[0] = value,
            100 => wheel.registered[1] = value,
            98 | 99 => wheel.registered = NONE,
            6 if wheel.registered == BEND_RANGE => self.set_range(channel, f32::from(value)),
            6 if wheel.registered == ZONE => self.set_zone(channel, value.min(15)),
            6 => {}
            _ => return false,
        }
        true
    }

    /// All of a zone's fingers bend alike.
    fn set_range(&mut self, channel: u8, semitones: f32) {
        let (lower, upper) = (self.lower_fingers(), self.upper_fingers());
        let zone = [lower, upper].into_iter().find(|it| it.contains(&channel));
        for it in zone.unwrap_or(channel..channel + 1) {
            self.channels[usize::from(it)].range = semitones;
        }
    }

    /// The newer of two zones that meet keeps what it asks for.
    fn set_zone(&mut self, channel: u8, fingers: u8) {
        let room = HIGHEST - 1;
        match channel {
            LOWEST => {
                self.lower = fingers;
                self.upper = self.upper.min(room.saturating_sub(fingers));
            }
            HIGHEST => {
                self.upper = fingers;
                self.lower = self.lower.min(room.saturating_sub(fingers));
            }
            _ => return,
        }
        let range = if channel == LOWEST { self.lower_fingers() } else { self.upper_fingers() };
        self.channels[usize::from(channel)] = USUAL;
        for finger in range {
            self.channels[usize::from(finger)] = Wheel { range: FINGER_RANGE, ..USUAL };
        }
    }

    fn lower_fingers(&self) -> std::ops::Range<u8> {
        LOWEST + 1..LOWEST + 1 + self.lower
    }

    fn upper_fingers(&self) -> std::ops::Range<u8> {
        HIGHEST - self.upper..HIGHEST
    }

    fn is_finger(&self, channel: u8) -> bool {
        self.lower_fingers().contains(&channel) || self.upper_fingers().contains(&channel)
    }

    /// All is as at the beginning, but for zones and ranges.
    pub(super) fn reset(&mut self) {
        for wheel in &mut self.channels {
            *wheel = Wheel { range: wheel.range, ..USUAL };
        }
        (self.struck, self.down) = ([0; CHANNELS], 0);
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped first")]
fn seven_bits(share: f32) -> u8 {
    (share * 127.0).round().clamp(0.0, 127.0) as u8
}

#[cfg(test)]
mod tests;
