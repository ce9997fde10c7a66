//! Events and transport in CLAP's terms.

use anyhow::{Context as _, Result};
use clack_host::events::event_types::{
    MidiEvent, NoteOffEvent, NoteOnEvent, ParamValueEvent, TransportEvent, TransportFlags,
};
use clack_host::events::spaces::CoreEventSpace;
use clack_host::events::{Event as _, EventFlags, EventHeader, Match, Pckn, UnknownEvent};
use clack_host::prelude::EventBuffer;
use clack_host::utils::{BeatTime, ClapId, SecondsTime};

use crate::instance::{Block, Event, EventKind};
use crate::report::Played;

pub fn push_parameter(
    events: &mut EventBuffer,
    offset: u32,
    id: u32,
    value: f64,
    ranges: &[(u32, f64, f64)],
) -> Result<()> {
    let (_, low, high) =
        ranges.iter().find(|range| range.0 == id).context("a parameter has no range")?;
    let id = ClapId::from_raw(id).context("a parameter has no number")?;
    let value = low + value * (high - low);
    events.push(&ParamValueEvent::new(offset, id, Pckn::match_all(), value));
    Ok(())
}

pub fn push_event(
    events: &mut EventBuffer,
    event: &Event,
    ranges: &[(u32, f64, f64)],
) -> Result<()> {
    let voice = |channel: u8, key: u8| {
        Pckn::new(0_u16, u16::from(channel), u16::from(key), Match::<u32>::All)
    };
    match event.kind {
        EventKind::On { channel, key, velocity } => {
            let velocity = f64::from(velocity) / 127.0;
            events.push(&NoteOnEvent::new(event.offset, voice(channel, key), velocity));
        }
        EventKind::Off { channel, key } => {
            events.push(&NoteOffEvent::new(event.offset, voice(channel, key), 0.0));
        }
        EventKind::Control { channel, controller, value } => {
            let data = [0xB0 | channel, controller, value];
            events.push(&MidiEvent::new(event.offset, 0, data));
        }
        EventKind::Parameter { id, value } => {
            push_parameter(events, event.offset, id, value, ranges)?;
        }
    }
    Ok(())
}

pub fn transport(block: &Block<'_>) -> TransportEvent {
    let mut flags = TransportFlags::HAS_TEMPO
        | TransportFlags::HAS_BEATS_TIMELINE
        | TransportFlags::HAS_SECONDS_TIMELINE
        | TransportFlags::HAS_TIME_SIGNATURE;
    if block.playing {
        flags |= TransportFlags::IS_PLAYING;
    }
    let bar = f64::from(block.meter.0) * 4.0 / f64::from(block.meter.1);
    let bars = (block.position_quarters / bar).floor();
    TransportEvent {
        header: EventHeader::new_core(0, EventFlags::empty()),
        flags,
        song_pos_beats: BeatTime::from_float(block.position_quarters),
        song_pos_seconds: SecondsTime::from_float(block.position_quarters * 60.0 / block.tempo),
        tempo: block.tempo,
        tempo_inc: 0.0,
        loop_start_beats: BeatTime::from_float(0.0),
        loop_end_beats: BeatTime::from_float(0.0),
        loop_start_seconds: SecondsTime::from_float(0.0),
        loop_end_seconds: SecondsTime::from_float(0.0),
        bar_start: BeatTime::from_float(bars * bar),
        bar_number: bars as i32,
        time_signature_numerator: block.meter.0,
        time_signature_denominator: block.meter.1,
    }
}

pub fn played(event: &UnknownEvent) -> Option<Played> {
    fn voice(event: &impl NoteLike) -> Option<(i64, u8, u8)> {
        let (frame, channel, key) = event.voice();
        match (channel, key) {
            (Match::Specific(channel), Match::Specific(key)) => {
                Some((i64::from(frame), u8::try_from(channel).ok()?, u8::try_from(key).ok()?))
            }
            _ => None,
        }
    }
    let ((frame, channel, key), velocity) = match event.as_core_event()? {
        CoreEventSpace::NoteOn(on) => (voice(on)?, Some((on.velocity() * 127.0).round() as u8)),
        CoreEventSpace::NoteOff(off) => (voice(off)?, None),
        _ => return None,
    };
    Some(Played { frame, channel, key, velocity })
}

/// The three fields that beginnings and ends of notes share.
trait NoteLike {
    fn voice(&self) -> (u32, Match<u16>, Match<u16>);
}

impl NoteLike for NoteOnEvent {
    fn voice(&self) -> (u32, Match<u16>, Match<u16>) {
        (self.header().time(), self.channel(), self.key())
    }
}

impl NoteLike for NoteOffEvent {
    fn voice(&self) -> (u32, Match<u16>, Match<u16>) {
        (self.header().time(), self.channel(), self.key())
    }
}
