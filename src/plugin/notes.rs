//! Notes from the host and to the host.

use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, Plugin, ProcessContext};

use crate::engine::audio::renderer::{HostEvent, HostEventKind, PlayedEvent};
use crate::score::{Part, Pitch, Velocity};

/// What the player did in one block.
#[derive(Debug)]
pub(super) struct NotesIn {
    events: Vec<HostEvent>,
}

/// The notes of the band that sound at the host's other end, so that each is ended once and none hangs.
#[derive(Debug, Default)]
pub(super) struct NotesOut {
    /// For each part a bit a key.
    sounding: [u128; Part::BAND_SIZE],
    /// Those of them that are to end at the start of the next block.
    ending: [u128; Part::BAND_SIZE],
}

/// Whether everything found room.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Room {
    Enough,
    Full,
}

/// Most events of the player in one block.
const HEARD_ROOM: usize = 2048;

impl NotesIn {
    pub(super) fn new() -> Self {
        Self { events: Vec::with_capacity(HEARD_ROOM) }
    }

    /// Replace the events by those of the present block. Real-time safe.
    pub(super) fn collect<P: Plugin>(&mut self, context: &mut impl ProcessContext<P>) -> Room {
        self.events.clear();
        let mut room = Room::Enough;
        while let Some(event) = context.next_event() {
            let Some(kind) = kind(&event) else { continue };
            if self.events.len() < self.events.capacity() {
                self.events.push(HostEvent { frame: event.timing(), kind });
            } else {
                room = Room::Full;
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
    }

    pub(super) fn events(&self) -> &[HostEvent] {
        &self.events
    }
}

/// What the renderer is told of an event, if anything. Whatever channel the player plays on, she is one part.
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
        _ => None,
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the range of a MIDI velocity"
)]
fn velocity_number(share: f32) -> Velocity {
    Velocity::clamped((share * 127.0).round().clamp(1.0, 127.0) as u8)
}

impl NotesOut {
    /// End every sounding note at the start of the next block.
    pub(super) fn end_all(&mut self) {
        self.ending = self.sounding;
    }

    /// Send the block's notes. Gives how many did not find room at the host; the ends of notes are tried again in the
    /// next block. Real-time safe.
    pub(super) fn send<P: Plugin>(
        &mut self,
        played: &[PlayedEvent],
        context: &mut impl ProcessContext<P>,
    ) -> u32 {
        let mut lost = 0;
        let mut send = |event| context.try_send_event(event).is_ok();
        for part in Part::BAND {
            let Some(place) = part.band_index() else { continue };
            while self.ending[place] != 0 {
                let key = self.ending[place].trailing_zeros();
                self.ending[place] &= !(1 << key);
                if !send(note_off(0, part, key)) {
                    self.ending[place] |= 1 << key;
                    lost += 1;
                    break;
                }
                self.sounding[place] &= !(1 << key);
            }
        }
        for event in played {
            let Some(place) = event.part.band_index() else { continue };
            let key = u32::from(event.pitch.number());
            let bit = 1u128 << key;
            match event.velocity {
                Some(velocity) => {
                    if send(note_on(event.frame, event.part, key, velocity)) {
                        self.sounding[place] |= bit;
                        self.ending[place] &= !bit;
                    } else {
                        lost += 1;
                    }
                }
                None if self.sounding[place] & bit != 0 => {
                    if send(note_off(event.frame, event.part, key)) {
                        self.sounding[place] &= !bit;
                    } else {
                        self.ending[place] |= bit;
                        lost += 1;
                    }
                }
                None => {}
            }
        }
        lost
    }
}

fn note_on<S>(timing: u32, part: Part, key: u32, velocity: Velocity) -> NoteEvent<S> {
    NoteEvent::NoteOn {
        timing,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(part.channel()),
        key: midi_key(key),
        velocity: f32::from(velocity.number()) / 127.0,
    }
}

fn note_off<S>(timing: u32, part: Part, key: u32) -> NoteEvent<S> {
    NoteEvent::NoteOff {
        timing,
        voice_id: VoiceID::Wildcard,
        channel: Channel::Number(part.channel()),
        key: midi_key(key),
        velocity: 0.0,
    }
}

fn midi_key(key: u32) -> Key {
    u8::try_from(key).map_or(Key::Wildcard, Key::Number)
}

#[cfg(test)]
mod tests;
