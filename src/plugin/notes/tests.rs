//! Notes go in as the player's and come out each with one end.

use std::collections::VecDeque;

use nice_plug::context::PluginApi;
use nice_plug::context::process::SendEventError;
use nice_plug::midi::{Channel, Key, VoiceID};
use nice_plug::prelude::{NoteEvent, ProcessContext, Transport};

use super::{Controllers, NotesIn, NotesOut, Room};
use crate::engine::audio::channel::Expression;
use crate::engine::audio::renderer::{HostEventKind, PlayedEvent};
use crate::music::keys::Pedal;
use crate::params::Control;
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
    let program = NoteEvent::MidiProgramChange { timing: 1, channel: 0, program: 5 };
    let coming = [on(0, key, 0.5), program, on(2, key, 0.0), off(3, key), off(4, Key::Wildcard)];
    let mut host = Host::new(coming);
    let mut heard = NotesIn::new();
    assert_eq!(heard.collect(None, &Controllers::default(), &mut host), Room::Enough);
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
    assert_eq!(heard.collect(None, &Controllers::default(), &mut host), Room::Full);
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
    assert_eq!(sounding.send(&notes, None, &mut host), 0);
    sounding.end_all();
    assert_eq!(sounding.send(&[played(0, 3, 40, None)], None, &mut host), 0);
    assert_eq!(host.sent, ["5 on 0:60", "6 on 3:40", "9 off 0:60", "0 off 3:40"]);
}

#[test]
fn an_end_without_room_is_tried_again() {
    let mut host = Host::new([]);
    let mut sounding = NotesOut::default();
    sounding.send(&[played(0, 0, 60, Some(90)), played(0, 0, 64, Some(90))], None, &mut host);
    host.room = 3;
    let ends = [played(7, 0, 60, None), played(7, 0, 64, None)];
    assert_eq!(sounding.send(&ends, None, &mut host), 1);
    assert_eq!(sounding.send(&[], None, &mut host), 1);
    host.room = 9;
    assert_eq!(sounding.send(&[], None, &mut host), 0);
    assert_eq!(host.sent[2..], ["7 off 0:60", "0 off 0:64"]);
}

/// The player's note, on her own channel.
fn own(frame: u32, pitch: u8, velocity: Option<u8>) -> PlayedEvent {
    PlayedEvent { part: Part::PLAYER, ..played(frame, 0, pitch, velocity) }
}

fn on_channel(channel: u8, mut event: NoteEvent<()>) -> NoteEvent<()> {
    match &mut event {
        NoteEvent::NoteOn { channel: own, .. } | NoteEvent::NoteOff { channel: own, .. } => {
            *own = Channel::Number(channel);
        }
        other => panic!("{other:?}"),
    }
    event
}

fn controller(timing: u32, channel: u8, cc: u8, value: u8) -> NoteEvent<()> {
    NoteEvent::MidiCC { timing, channel, cc, value: f32::from(value) / 127.0 }
}

fn kinds(heard: &NotesIn) -> Vec<HostEventKind> {
    heard.events().iter().map(|event| event.kind).collect()
}

#[test]
fn the_pedal_and_the_panic_controllers_are_heard() {
    let values = [(64, 127), (64, 64), (64, 63), (64, 0), (120, 0), (123, 0), (66, 127)];
    let mut host = Host::new(values.map(|(cc, value)| controller(0, 3, cc, value)));
    let mut heard = NotesIn::new();
    heard.collect(None, &Controllers::default(), &mut host);
    let (down, up) = (HostEventKind::Pedal(Pedal::Down), HostEventKind::Pedal(Pedal::Up));
    let off = HostEventKind::AllNotesOff;
    assert_eq!(kinds(&heard), [down, down, up, up, off, off]);
}

#[test]
fn wheels_pressure_brightness_and_the_expression_pedal_are_heard() {
    let wheel = |timing, value| NoteEvent::MidiPitchBend { timing, channel: 3, value };
    let coming = [
        wheel(0, 8192.0 / 16383.0),
        wheel(4, 1.0),
        wheel(5, 0.0),
        controller(6, 3, 11, 127),
        controller(7, 3, 1, 127),
        controller(8, 3, 74, 64),
        NoteEvent::MidiChannelPressure { timing: 9, channel: 3, pressure: 0.5 },
    ];
    let mut heard = NotesIn::new();
    heard.collect(None, &Controllers::default(), &mut Host::new(coming));
    let expected = [
        Expression::Bend(0.0),
        Expression::Bend(2.0),
        Expression::Bend(-2.0),
        Expression::Gain(1.0),
        Expression::Vibrato(1.0),
        Expression::Brightness(0.0),
        Expression::Pressure(0.5),
    ]
    .map(HostEventKind::Bear);
    assert_eq!(kinds(&heard), expected);
}

#[test]
fn expressions_of_one_note_and_the_reset_of_controllers_are_heard() {
    let (voice_id, channel, timing) = (VoiceID::Wildcard, Channel::Number(2), 0);
    let key = Key::Number(64);
    let coming = [
        NoteEvent::PolyTuning { timing, voice_id, channel, key, tuning: -0.5 },
        NoteEvent::PolyVolume { timing, voice_id, channel, key, gain: 0.25 },
        NoteEvent::PolyPan { timing, voice_id, channel, key: Key::Wildcard, pan: 1.0 },
        NoteEvent::PolyBrightness { timing, voice_id, channel, key, brightness: 0.25 },
        NoteEvent::PolyPressure { timing, voice_id, channel, key, pressure: 0.75 },
        NoteEvent::PolyVibrato { timing, voice_id, channel, key, vibrato: 0.5 },
        NoteEvent::PolyExpression { timing, voice_id, channel, key, expression: 0.5 },
        controller(0, 3, 121, 0),
    ];
    let mut heard = NotesIn::new();
    heard.collect(None, &Controllers::default(), &mut Host::new(coming));
    let express = |pitch, expression| HostEventKind::Express { pitch, expression };
    let expected = [
        express(Pitch::new(64), Expression::Bend(-0.5)),
        express(Pitch::new(64), Expression::Gain(0.25)),
        express(None, Expression::Pan(1.0)),
        express(Pitch::new(64), Expression::Brightness(-0.5)),
        express(Pitch::new(64), Expression::Pressure(0.75)),
        express(Pitch::new(64), Expression::Vibrato(0.5)),
        express(Pitch::new(64), Expression::Gain(0.25)),
        HostEventKind::ControllersReset,
    ];
    assert_eq!(kinds(&heard), expected);
}

#[test]
fn other_channels_than_the_chosen_one_are_not_heard() {
    let key = Key::Number(60);
    let coming = || {
        [
            on_channel(2, on(0, key, 1.0)),
            on_channel(9, on(0, key, 1.0)),
            controller(0, 2, 64, 127),
            controller(0, 9, 64, 127),
            on_channel(2, off(0, key)),
        ]
    };
    let mut heard = NotesIn::new();
    heard.collect(None, &Controllers::default(), &mut Host::new(coming()));
    assert_eq!(heard.events().len(), 5);
    heard.collect(Some(9), &Controllers::default(), &mut Host::new(coming()));
    let pitch = Pitch::new(60).unwrap();
    let struck = HostEventKind::NoteOn { pitch, velocity: Velocity::clamped(127) };
    let pedal = HostEventKind::Pedal(Pedal::Down);
    assert_eq!(kinds(&heard), [HostEventKind::KeysUp, struck, pedal]);
    heard.collect(Some(9), &Controllers::default(), &mut Host::new([]));
    assert_eq!(kinds(&heard), []);
}

#[test]
fn the_players_notes_go_out_beside_the_bands_where_they_are_asked_for() {
    let mut heard = NotesIn::new();
    let coming = [(0, 60), (3, 61), (8, 62)];
    let coming = coming.map(|(channel, key)| on_channel(channel, on(0, Key::Number(key), 1.0)));
    heard.collect(None, &Controllers::default(), &mut Host::new(coming));
    let mut host = Host::new([]);
    let mut sounding = NotesOut::default();
    let begun = [60, 61, 62].map(|key| own(1, key, Some(90)));
    sounding.send(&begun, None, &mut host);
    assert_eq!(host.sent, [""; 0]);
    sounding.send(&begun, Some(heard.channels()), &mut host);
    assert_eq!(host.sent, ["1 on 4:60", "1 on 4:61", "1 on 8:62"]);
    host.sent.clear();
    // She strikes a held key on another channel meanwhile: the note ends where it began.
    heard.collect(
        None,
        &Controllers::default(),
        &mut Host::new([on_channel(11, on(0, Key::Number(62), 1.0))]),
    );
    sounding.send(&[own(4, 62, None), own(4, 60, None)], Some(heard.channels()), &mut host);
    assert_eq!(host.sent, ["4 off 8:62", "4 off 4:60"]);
    host.sent.clear();
    sounding.send(&[own(5, 61, None)], None, &mut host);
    assert_eq!(host.sent, ["0 off 4:61"], "switched off in the middle of a note");
}

#[test]
fn controllers_are_learned_on_every_channel_and_the_pedal_stays_what_it_is() {
    let cc = |channel, cc| NoteEvent::MidiCC { timing: 0, channel, cc, value: 1.0 };
    let controllers = Controllers::default();
    controllers.wait_for(Some(Control::Feel));
    let mut heard = NotesIn::new();
    heard.collect(Some(9), &controllers, &mut Host::new([cc(9, 64)]));
    assert!(!controllers.learn() && kinds(&heard).contains(&HostEventKind::Pedal(Pedal::Down)));
    heard.collect(Some(9), &controllers, &mut Host::new([cc(3, 74)]));
    assert!(controllers.learn() && heard.events().is_empty());
    heard.collect(Some(9), &controllers, &mut Host::new([cc(3, 74), cc(9, 64)]));
    assert_eq!(controllers.take(), [(Control::Feel, 1.0)]);
    assert_eq!(kinds(&heard), [HostEventKind::Pedal(Pedal::Down)]);
}

#[test]
fn a_finger_of_its_own_channel_bends_its_own_note() {
    let configure = [(101, 0), (100, 6), (6, 15)].map(|(cc, value)| controller(0, 0, cc, value));
    let struck = on_channel(1, on(1, Key::Number(60), 1.0));
    let wheel = NoteEvent::MidiPitchBend { timing: 2, channel: 1, value: 0.75 };
    let mut heard = NotesIn::new();
    let coming = configure.into_iter().chain([struck, wheel]);
    heard.collect(None, &Controllers::default(), &mut Host::new(coming));
    let last = kinds(&heard).pop().unwrap();
    let (pitch, expression) = (Pitch::new(60), Expression::Bend(24.0));
    assert_eq!(last, HostEventKind::Express { pitch, expression });
}

#[test]
fn a_wheel_that_was_taught_to_turn_a_control_moves_no_notes() {
    let controllers = Controllers::default();
    let mut heard = NotesIn::new();
    controllers.wait_for(Some(Control::Temperature));
    heard.collect(None, &controllers, &mut Host::new([controller(0, 3, 1, 64)]));
    assert!(controllers.learn());
    heard.collect(None, &controllers, &mut Host::new([controller(0, 3, 1, 127)]));
    assert_eq!(kinds(&heard), []);
    assert_eq!(controllers.take(), [(Control::Temperature, 1.0)]);
}
