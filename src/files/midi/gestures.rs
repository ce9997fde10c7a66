//! What controllers do to notes, channel by channel.

use midly::{MidiMessage, TrackEventKind};

use super::Gesture;
use super::reading::{Clock, Timed};

/// Gestures of each channel in order, with the time of each, ticks that are not rounded.
pub(super) type Gestures = [Vec<(f64, Gesture)>; 16];

/// What a channel's controllers stand at.
#[derive(Clone, Copy)]
struct Desk {
    /// Semitones that the wheel bends by at most.
    range: f32,
    /// -1 to 1.
    wheel: f32,
    /// The registered parameter that data entry sets, coarse and fine.
    registered: [u8; 2],
}

/// Of MIDI 1.0.
mod controller {
    pub(super) const MODULATION: u8 = 1;
    pub(super) const VOLUME: u8 = 7;
    pub(super) const DATA: u8 = 6;
    pub(super) const PAN: u8 = 10;
    pub(super) const EXPRESSION: u8 = 11;
    pub(super) const DATA_FINE: u8 = 38;
    pub(super) const BRIGHTNESS: u8 = 74;
    pub(super) const OTHER_FINE: u8 = 98;
    pub(super) const OTHER: u8 = 99;
    pub(super) const REGISTERED_FINE: u8 = 100;
    pub(super) const REGISTERED: u8 = 101;
    pub(super) const RESET: u8 = 121;
}

/// The registered parameter of the wheel's range, and none.
const BEND_RANGE: [u8; 2] = [0, 0];
const NONE: [u8; 2] = [127, 127];
/// What synths bend by until they are told otherwise (General MIDI level 1), and what ours bends by at most, semitones.
const USUAL_RANGE: f32 = 2.0;
const MOST: f32 = 24.0;

/// The gestures in `tracks`: controllers are the channel's, whichever track they stand in.
pub(super) fn gestures<'a>(
    clock: &Clock,
    tracks: impl Iterator<Item = &'a Vec<Timed<'a>>>,
) -> Gestures {
    let mut events: Vec<(u64, u8, MidiMessage)> = tracks
        .flatten()
        .filter_map(|event| match event.kind {
            TrackEventKind::Midi { channel, message } => {
                Some((event.time, channel.as_int(), message))
            }
            _ => None,
        })
        .collect();
    events.sort_by_key(|event| event.0);
    let usual = Desk { range: USUAL_RANGE, wheel: 0.0, registered: NONE };
    let mut desks = [usual; 16];
    let mut gestures = Gestures::default();
    for (time, channel, message) in events {
        let place = usize::from(channel);
        let mut make = |gesture| gestures[place].push((clock.ticks(time), gesture));
        let desk = &mut desks[place];
        match message {
            MidiMessage::PitchBend { bend } => {
                desk.wheel = f32::from(bend.as_int()) / 8192.0;
                make(desk.bend());
            }
            MidiMessage::ChannelAftertouch { vel } => make(Gesture::Pressure(vel.as_int())),
            MidiMessage::Controller { controller, value } => {
                let value = value.as_int();
                match controller.as_int() {
                    controller::VOLUME => make(Gesture::Volume(value)),
                    controller::EXPRESSION => make(Gesture::Expression(value)),
                    controller::PAN => make(Gesture::Pan(value)),
                    controller::MODULATION => make(Gesture::Modulation(value)),
                    controller::BRIGHTNESS => make(Gesture::Brightness(value)),
                    controller::RESET => {
                        desk.wheel = 0.0;
                        desk.registered = NONE;
                        make(desk.bend());
                        make(Gesture::Expression(127));
                        make(Gesture::Modulation(0));
                        make(Gesture::Pressure(0));
                    }
                    controller::REGISTERED => desk.registered[0] = value,
                    controller::REGISTERED_FINE => desk.registered[1] = value,
                    controller::OTHER | controller::OTHER_FINE => desk.registered = NONE,
                    controller::DATA if desk.registered == BEND_RANGE => {
                        desk.range = f32::from(value) + desk.range.fract();
                        make(desk.bend());
                    }
                    // Hundredths of a semitone.
                    controller::DATA_FINE if desk.registered == BEND_RANGE => {
                        desk.range = desk.range.trunc() + f32::from(value.min(99)) / 100.0;
                        make(desk.bend());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    gestures
}

impl Desk {
    fn bend(&self) -> Gesture {
        Gesture::Bend((self.wheel * self.range).clamp(-MOST, MOST))
    }
}
