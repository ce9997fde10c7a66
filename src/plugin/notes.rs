//! Notes from the host and to the host.

mod wheels;

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, Plugin, ProcessContext};

use self::wheels::Wheels;
use super::controllers::Controllers;
use crate::engine::audio::channel::Expression;
use crate::engine::audio::renderer::{HostEvent, HostEventKind, PlayedEvent};
use crate::music::keys::Pedal;
use crate::score::{Part, Pitch, Velocity};

/// What the player did in one block.
#[derive(Debug)]
pub(super) struct NotesIn {
    events: Vec<HostEvent>,
    /// The channel that was listened to last; nothing for all.
    channel: Option<u8>,
    channels: Channels,
    wheels: Wheels,
}

/// The MIDI channel, 0 to 15, on which the player struck each key last.
pub(super) type Channels = [u8; 128];

/// The notes that sound at the host's other end, so that each is ended once and none hangs.
#[derive(Debug)]
pub(super) struct NotesOut {
    /// For each slot a bit a key.
    sounding: [u128; Part::COUNT],
    /// Those of them that are to end at the start of the next block.
    ending: [u128; Part::COUNT],
    /// The channels on which the player's own notes went out.
    thru: Channels,
}

/// Whether everything found room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Enough,
    Full,
}

/// A wheel this near to its middle is there: the middle of fourteen bits, and of seven, is no exact half.
const CENTERED: f32 = 0.001;
const CENTERED_OF_SEVEN: f32 = 0.01;
/// Most events of the player in one block.
const HEARD_ROOM: usize = 2048;

impl NotesIn {
    pub(super) fn new() -> Self {
        let events = Vec::with_capacity(HEARD_ROOM);
        Self { events, channel: None, channels: [0; 128], wheels: Wheels::new() }
    }

    /// Replace the events by those of the present block on `channel`, or on all; `controllers` hear those of every channel. Real-time safe.
    pub(super) fn collect<P: Plugin>(
        &mut self,
        channel: Option<u8>,
        controllers: &Controllers,
        context: &mut impl ProcessContext<P>,
    ) -> Room {
        self.events.clear();
        if self.channel != channel {
            // The keys that are down may never be heard to come up.
            self.events.push(HostEvent { frame: 0, kind: HostEventKind::KeysUp });
            self.channel = channel;
            self.wheels.reset();
        }
        let mut room = Room::Enough;
        while let Some(event) = context.next_event() {
            let is_taught = match event {
                NoteEvent::MidiCC { channel, cc, value, .. } => {
                    controllers.hear(channel, cc, value)
                }
                _ => false,
            };
            let from = event.channel().and_then(|it| it.number());
            if channel.is_some() && from.is_some() && from != channel {
                continue;
            }
            let events = &mut self.events;
            let mut tell = |kind| {
                if events.len() < events.capacity() {
                    events.push(HostEvent { frame: event.timing(), kind });
                } else {
                    room = Room::Full;
                }
            };
            if is_taught || self.wheels.hear(&event, &mut tell) {
                continue;
            }
            let Some(kind) = kind(&event) else { continue };
            tell(kind);
            match kind {
                HostEventKind::NoteOn { pitch, .. } => {
                    let from = from.or(channel).unwrap_or(0);
                    self.channels[usize::from(pitch.number())] = from;
                    self.wheels.strike(from, pitch, tell);
                }
                HostEventKind::NoteOff { pitch } => self.wheels.lift(pitch),
                HostEventKind::ControllersReset | HostEventKind::AllNotesOff => self.wheels.reset(),
                _ => {}
            }
        }
        room
    }

    pub(super) fn clear(&mut self) {
        self.events.clear();
    }

    /// End all that sounds, first of all in the block.
    pub(super) fn end_all(&mut self) {
        self.events.clear();
        self.events.push(HostEvent { frame: 0, kind: HostEventKind::AllNotesOff });
        self.wheels.reset();
    }

    pub(super) fn events(&self) -> &[HostEvent] {
        &self.events
    }

    pub(super) fn channels(&self) -> &Channels {
        &self.channels
    }
}

/// Controllers of MIDI 1.0 that are heard: the modulation wheel, expression, the sustain pedal, brightness, the two that end all notes and the one that resets the others; and pressure
/// and the pitch wheel, which VST3 counts among them.
pub(super) mod controller {
    pub(in crate::plugin) const MODULATION: u8 = 1;
    pub(in crate::plugin) const EXPRESSION: u8 = 11;
    pub(in crate::plugin) const SUSTAIN: u8 = 64;
    pub(in crate::plugin) const BRIGHTNESS: u8 = 74;
    pub(in crate::plugin) const ALL_SOUND_OFF: u8 = 120;
    pub(in crate::plugin) const ALL_NOTES_OFF: u8 = 123;
    pub(in crate::plugin) const PRESSURE: u8 = 128;
    pub(in crate::plugin) const WHEEL: u8 = 129;
    /// Heard where the host hands it on as MIDI; it is no parameter in VST3.
    pub(in crate::plugin) const RESET: u8 = 121;
    pub(in crate::plugin) const COUNT: u8 = 8;
    pub(in crate::plugin) const ALL: [u8; COUNT as usize] = [
        MODULATION,
        EXPRESSION,
        SUSTAIN,
        BRIGHTNESS,
        ALL_SOUND_OFF,
        ALL_NOTES_OFF,
        PRESSURE,
        WHEEL,
    ];
    /// Those that can be taught to turn a control instead.
    pub(in crate::plugin) const SHARED: [u8; 2] = [MODULATION, BRIGHTNESS];
}

/// What the renderer is told of an event that is no wheel's, if anything. Whatever channel the player plays on, she is one part.
fn kind<S>(event: &NoteEvent<S>) -> Option<HostEventKind> {
    match event {
        NoteEvent::NoteOn { key, velocity, .. } => {
            let pitch = Pitch::new(key.number()?)?;
            // MIDI 1.0: a note-on of velocity 0 is a note-off.
            if *velocity > 0.0 {
                Some(HostEventKind::NoteOn { pitch, velocity: velocity_number(*velocity) })
            } else {
                Some(HostEventKind::NoteOff { pitch })
            }
        }
        NoteEvent::NoteOff { key, .. } | NoteEvent::Choke { key, .. } => match key {
            Key::Number(number) => Some(HostEventKind::NoteOff { pitch: Pitch::new(*number)? }),
            Key::Wildcard => Some(HostEventKind::AllNotesOff),
        },
        NoteEvent::MidiCC { cc: controller::SUSTAIN, value, .. } => {
            // MIDI 1.0: 64 of 127 and more is down.
            Some(HostEventKind::Pedal(if *value >= 0.5 { Pedal::Down } else { Pedal::Up }))
        }
        NoteEvent::MidiCC { cc: controller::RESET, .. } => Some(HostEventKind::ControllersReset),
        NoteEvent::PolyTuning { key, tuning, .. } => express(*key, Expression::Bend(*tuning)),
        NoteEvent::PolyVolume { key, gain, .. } => express(*key, Expression::Gain(*gain)),
        NoteEvent::PolyPan { key, pan, .. } => express(*key, Expression::Pan(*pan)),
        NoteEvent::PolyExpression { key, expression, .. } => {
            express(*key, Expression::Gain(expression * expression))
        }
        NoteEvent::PolyBrightness { key, brightness, .. } => {
            express(*key, Expression::Brightness(2.0 * brightness - 1.0))
        }
        NoteEvent::PolyPressure { key, pressure, .. } => {
            express(*key, Expression::Pressure(*pressure))
        }
        NoteEvent::PolyVibrato { key, vibrato, .. } => express(*key, Expression::Vibrato(*vibrato)),
        NoteEvent::MidiCC { cc: controller::ALL_SOUND_OFF | controller::ALL_NOTES_OFF, .. } => {
            Some(HostEventKind::AllNotesOff)
        }
        _ => None,
    }
}

fn express(key: Key, expression: Expression) -> Option<HostEventKind> {
    let pitch = match key {
        Key::Number(number) => Some(Pitch::new(number)?),
        Key::Wildcard => None,
    };
    Some(HostEventKind::Express { pitch, expression })
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a MIDI velocity"
)]
fn velocity_number(share: f32) -> Velocity {
    Velocity::clamped((share * 127.0).round().clamp(1.0, 127.0) as u8)
}

impl Default for NotesOut {
    fn default() -> Self {
        Self { sounding: [0; Part::COUNT], ending: [0; Part::COUNT], thru: [0; 128] }
    }
}

impl NotesOut {
    /// End every sounding note at the start of the next block.
    pub(super) fn end_all(&mut self) {
        self.ending = self.sounding;
    }

    /// Send the block's notes; the player's own only where `thru` tells their channels. Gives how many did not find room at the host; the
    /// ends of notes are tried again in the next block. Real-time safe.
    pub(super) fn send<P: Plugin>(
        &mut self,
        played: &[PlayedEvent],
        thru: Option<&Channels>,
        context: &mut impl ProcessContext<P>,
    ) -> u32 {
        if thru.is_none() {
            let player = Part::PLAYER.slot();
            self.ending[player] = self.sounding[player];
        }
        let mut lost = self.send_ends(context);
        for event in played {
            let (slot, key) = (event.part.slot(), event.pitch.number());
            let bit = 1u128 << key;
            let (timing, place) = (event.frame, usize::from(key));
            match (event.velocity, thru) {
                (Some(_), None) if event.part == Part::PLAYER => {}
                (Some(velocity), _) => {
                    let channel = match thru {
                        Some(channels) if event.part == Part::PLAYER => {
                            beside_the_band(channels[place])
                        }
                        _ => event.part.channel(),
                    };
                    if context.try_send_event(note_on(timing, channel, key, velocity)).is_ok() {
                        self.sounding[slot] |= bit;
                        self.ending[slot] &= !bit;
                        if event.part == Part::PLAYER {
                            self.thru[place] = channel;
                        }
                    } else {
                        lost += 1;
                    }
                }
                (None, _) if self.sounding[slot] & bit != 0 => {
                    let channel = self.channel(event.part, place);
                    if context.try_send_event(note_off(timing, channel, key)).is_ok() {
                        self.sounding[slot] &= !bit;
                    } else {
                        self.ending[slot] |= bit;
                        lost += 1;
                    }
                }
                (None, _) => {}
            }
        }
        lost
    }

    /// Send what is to end at the start of this block.
    fn send_ends<P: Plugin>(&mut self, context: &mut impl ProcessContext<P>) -> u32 {
        let mut lost = 0;
        for part in (0..Part::COUNT).filter_map(Part::from_slot) {
            let slot = part.slot();
            while let Ok(key @ 0..128) = u8::try_from(self.ending[slot].trailing_zeros()) {
                let bit = 1u128 << key;
                let channel = self.channel(part, usize::from(key));
                if context.try_send_event(note_off(0, channel, key)).is_err() {
                    lost += 1;
                    break;
                }
                self.ending[slot] &= !bit;
                self.sounding[slot] &= !bit;
            }
        }
        lost
    }

    /// The channel on which a note of the part sounds.
    fn channel(&self, part: Part, key: usize) -> u8 {
        if part == Part::PLAYER { self.thru[key] } else { part.channel() }
    }
}

/// The band has channels 1 to 4. The player keeps hers beyond them, and has 5 otherwise.
fn beside_the_band(channel: u8) -> u8 {
    channel.max(Part::BAND[Part::BAND_SIZE - 1].channel() + 1)
}

fn note_on<S>(timing: u32, channel: u8, key: u8, velocity: Velocity) -> NoteEvent<S> {
    NoteEvent::NoteOn {
        timing,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(channel),
        key: Key::Number(key),
        velocity: f32::from(velocity.number()) / 127.0,
    }
}

fn note_off<S>(timing: u32, channel: u8, key: u8) -> NoteEvent<S> {
    NoteEvent::NoteOff {
        timing,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(channel),
        key: Key::Number(key),
        velocity: 0.0,
    }
}

#[cfg(test)]
mod tests;
