//! Notes go in as the player's and come out each with one end.

use std::collections::VecDeque;

use nice_plug::context::PluginApi;
use nice_plug::context::process::SendEventError;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, ProcessContext, Transport};

use super::{NotesIn, NotesOut, Room};
use crate::engine::audio::renderer::{HostEventKind, PlayedEvent};
use crate::plugin::AntiphonNotes;
use crate::score::{Part, Pitch, Velocity};

/// A host that has some room for notes.
struct Host {
    transport: Transport,
    coming: VecDeque<NoteEvent<()>>,
    sent: Vec<String>,
    room: usize,
}

impl Host {
    fn new(coming: impl IntoIterator<Item = NoteEvent<()>>) -> Self {
        let coming = coming.into_iter().collect();
        Self { transport: Transport::new(48_000.0), coming, sent: Vec::new(), room: usize::MAX }
    }
}

impl ProcessContext<AntiphonNotes> for Host {
    fn plugin_api(&self) -> PluginApi {
        PluginApi::Clap
    }
    fn execute_background(&self, _task: ()) {}
    fn execute_gui(&self, _task: ()) {}
    fn transport(&self) -> &Transport {
        &self.transport
    }
    fn next_event(&mut self) -> Option<NoteEvent<()>> {
        self.coming.pop_front()
    }
    fn try_send_event(
        &mut self,
        event: NoteEvent<()>,
    ) -> Result<(), (NoteEvent<()>, SendEventError)> {
        if self.sent.len() >= self.room {
            return Err((event, SendEventError::HostBufferFull));
        }
        let (what, timing, channel, key) = match event {
            NoteEvent::NoteOn { timing, channel, key, .. } => ("on", timing, channel, key),
            NoteEvent::NoteOff { timing, channel, key, .. } => ("off", timing, channel, key),
            other => panic!("{other:?}"),
        };
        let (channel, key) = (channel.number().unwrap(), key.number().unwrap());
        self.sent.push(format!("{timing} {what} {channel}:{key}"));
        Ok(())
    }
    fn set_latency_samples(&self, _samples: u32) {}
    fn request_restart(&self) {}
    fn set_current_voice_capacity(&self, _capacity: u32) {}
}

fn played(frame: u32, part: usize, pitch: u8, velocity: Option<u8>) -> PlayedEvent {
    PlayedEvent {
        frame,
        part: Part::BAND[part],
        pitch: Pitch::new(pitch).unwrap(),
        velocity: velocity.map(Velocity::clamped),
    }
}

fn on(timing: u32, key: Key, velocity: f32) -> NoteEvent<()> {
    let (voice_id, channel) = (VoiceID::Wildcard, Channel::Number(3));
    NoteEvent::NoteOn { timing, voice_id, channel, key, velocity }
}

fn off(timing: u32, key: Key) -> NoteEvent<()> {
    let (voice_id, channel) = (VoiceID::Wildcard, Channel::Number(3));
    NoteEvent::NoteOff { timing, voice_id, channel, key, velocity: 0.0 }
}

#[test]
fn the_player_is_heard_on_any_channel() {
    let key = Key::Number(60);
    let aftertouch = NoteEvent::MidiChannelPressure { timing: 1, channel: 0, pressure: 0.5 };
    let coming = [on(0, key, 0.5), aftertouch, on(2, key, 0.0), off(3, key), off(4, Key::Wildcard)];
    let mut host = Host::new(coming);
    let mut heard = NotesIn::new();
    assert_eq!(heard.collect(&mut host), Room::Enough);
    let pitch = Pitch::new(60).unwrap();
    let expected = [
        (0, HostEventKind::NoteOn { pitch, velocity: Velocity::clamped(64) }),
        (2, HostEventKind::NoteOff { pitch }),
        (3, HostEventKind::NoteOff { pitch }),
        (4, HostEventKind::AllNotesOff),
    ];
    let found: Vec<_> = heard.events().iter().map(|event| (event.frame, event.kind)).collect();
    assert_eq!(found, expected);
}

#[test]
fn more_notes_than_there_is_room_for_are_told() {
    let mut host = Host::new((0..5000).map(|frame| on(frame, Key::Number(60), 1.0)));
    let mut heard = NotesIn::new();
    let room = heard.events.capacity();
    assert_eq!(heard.collect(&mut host), Room::Full);
    assert_eq!((heard.events().len(), heard.events.capacity()), (room, room));
}

#[test]
fn each_note_is_ended_once() {
    let mut host = Host::new([]);
    let mut sounding = NotesOut::default();
    let notes = [
        played(5, 0, 60, Some(90)),
        played(6, 3, 40, Some(90)),
        played(9, 0, 60, None),
        played(9, 0, 60, None),
        played(9, 1, 60, None),
    ];
    assert_eq!(sounding.send(&notes, &mut host), 0);
    sounding.end_all();
    assert_eq!(sounding.send(&[played(0, 3, 40, None)], &mut host), 0);
    assert_eq!(host.sent, ["5 on 0:60", "6 on 3:40", "9 off 0:60", "0 off 3:40"]);
}

#[test]
fn an_end_without_room_is_tried_again() {
    let mut host = Host::new([]);
    let mut sounding = NotesOut::default();
    sounding.send(&[played(0, 0, 60, Some(90)), played(0, 0, 64, Some(90))], &mut host);
    host.room = 3;
    let ends = [played(7, 0, 60, None), played(7, 0, 64, None)];
    assert_eq!(sounding.send(&ends, &mut host), 1);
    assert_eq!(sounding.send(&[], &mut host), 1);
    host.room = 9;
    assert_eq!(sounding.send(&[], &mut host), 0);
    assert_eq!(host.sent[2..], ["7 off 0:60", "0 off 0:64"]);
}
