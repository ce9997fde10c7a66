//! From notes to a MIDI file.

use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use super::{MidiSong, MidiTrack};
use crate::score::{Meter, Note, TICKS_PER_QUARTER, Tempo};

/// Ticks of the file in one of ours; 480 in a quarter is what sequencers expect.
const SCALE: i64 = 20;

/// The song as a file of format 1: a track of tempo and meter, then its tracks in order.
///
/// What lies before tick 0 is cut. Where a pitch sounds already, the earlier note ends as the later begins: a MIDI channel cannot hold both.
pub fn write(song: &MidiSong) -> Vec<u8> {
    let per_quarter = u16::try_from(SCALE * TICKS_PER_QUARTER).expect("480 is a small number");
    let mut smf = Smf::new(Header::new(Format::Parallel, Timing::Metrical(u15::new(per_quarter))));
    smf.tracks.push(conductor(song));
    smf.tracks.extend(song.tracks.iter().map(|it| track(it, &song.delays)));
    let mut bytes = Vec::new();
    smf.write(&mut bytes).expect("memory takes every byte, and a song has less than 65,535 tracks");
    bytes
}

fn conductor(song: &MidiSong) -> Vec<TrackEvent<'static>> {
    let tempos = song.tempos.iter().map(|(tick, tempo)| (*tick, tempo_event(*tempo)));
    let meters = song.meters.iter().map(|(tick, meter)| (*tick, meter_event(*meter)));
    let events = tempos.chain(meters);
    let mut events: Vec<(i64, TrackEventKind<'static>)> =
        events.map(|(tick, kind)| (tick.0 * SCALE, kind)).collect();
    events.sort_by_key(|event| event.0);
    timed(events)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "60,000 to 6,000,000")]
fn tempo_event(tempo: Tempo) -> TrackEventKind<'static> {
    TrackEventKind::Meta(MetaMessage::Tempo(u24::new((60e6 / tempo.bpm()).round() as u32)))
}

fn meter_event(meter: Meter) -> TrackEventKind<'static> {
    let power = meter.unit().trailing_zeros().try_into().expect("at most 5");
    // Clocks of 24 a quarter in a felt beat, and 32nds in a quarter.
    let clocks = u8::try_from(meter.beat().0).expect("at most 96");
    TrackEventKind::Meta(MetaMessage::TimeSignature(meter.count(), power, clocks, 8))
}

fn track<'a>(track: &'a MidiTrack, delays: &[(Note, f32)]) -> Vec<TrackEvent<'a>> {
    let channel = u4::new(track.channel);
    let mut events = vec![(0, TrackEventKind::Meta(MetaMessage::TrackName(track.name.as_bytes())))];
    if let Some(program) = track.program {
        let message = MidiMessage::ProgramChange { program: u7::new(program) };
        events.push((0, TrackEventKind::Midi { channel, message }));
    }
    // Of one time, keys go up before others go down.
    let mut keys: Vec<(i64, bool, u8, u8)> = Vec::new();
    for (down, up, note) in playable(&track.notes, delays) {
        let pitch = note.pitch.number();
        keys.push((down, true, pitch, note.velocity.number()));
        keys.push((up, false, pitch, 64));
    }
    keys.sort_unstable();
    events.extend(keys.into_iter().map(|(tick, is_down, key, velocity)| {
        let (key, vel) = (u7::new(key), u7::new(velocity));
        let message = if is_down {
            MidiMessage::NoteOn { key, vel }
        } else {
            MidiMessage::NoteOff { key, vel }
        };
        (tick, TrackEventKind::Midi { channel, message })
    }));
    timed(events)
}

/// Where the keys of the notes go down and up, in the file's ticks. A channel holds none before the start, and no two of a pitch at once.
fn playable(notes: &[Note], delays: &[(Note, f32)]) -> Vec<(i64, i64, Note)> {
    let mut keys: Vec<(i64, i64, Note)> = notes
        .iter()
        .map(|note| {
            let late = delays.binary_search_by(|it| it.0.cmp(note)).map_or(0.0, |it| delays[it].1);
            #[expect(clippy::cast_possible_truncation, reason = "some ticks")]
            let late = (late * SCALE as f32).round() as i64;
            ((note.onset.0 * SCALE + late).max(0), note.end().0 * SCALE + late, *note)
        })
        .filter(|key| key.1 > 0)
        .collect();
    keys.sort_unstable_by_key(|(down, up, note)| (note.pitch, *down, -up));
    keys.dedup_by_key(|(down, _, note)| (note.pitch, *down));
    for index in 1..keys.len() {
        let (down, _, later) = keys[index];
        let (_, up, earlier) = &mut keys[index - 1];
        if earlier.pitch == later.pitch && *up > down {
            *up = down;
        }
    }
    keys
}

/// Events in order with the time between them, and the end mark.
fn timed<'a>(events: Vec<(i64, TrackEventKind<'a>)>) -> Vec<TrackEvent<'a>> {
    let mut now = 0;
    let mut track: Vec<TrackEvent<'a>> = Vec::with_capacity(events.len() + 1);
    for (time, kind) in events {
        let time = time.max(now);
        let delta = u32::try_from(time - now).unwrap_or(u32::MAX);
        track.push(TrackEvent { delta: u28::try_from(delta).unwrap_or(u28::max_value()), kind });
        now = time;
    }
    track.push(TrackEvent {
        delta: u28::new(0),
        kind: TrackEventKind::Meta(MetaMessage::EndOfTrack),
    });
    track
}
