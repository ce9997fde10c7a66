//! From a MIDI file's events to notes.

use std::collections::BTreeMap;

use midly::{MetaMessage, MidiMessage, TrackEvent, TrackEventKind};

use super::bytes::{Division, Layout, Piece, lay_out};
use super::gestures::{Gestures, gestures};
use super::hands::{Control, Hands};
use super::{Mended, MidiError, MidiSong, MidiTrack};
use crate::score::{Meter, Pitch, TICKS_PER_QUARTER, Tempo, Tick};

/// Microseconds in a quarter note until a file says otherwise.
const USUAL_MICROS: u32 = 500_000;

/// Read a standard MIDI file of format 0, 1 or 2. The patterns of format 2 all begin at tick 0.
///
/// # Errors
/// If the file is cut short or broken: the first offset at which it is, and what should stand there.
pub fn read(bytes: &[u8]) -> Result<MidiSong, MidiError> {
    let layout = lay_out(bytes)?;
    let Layout { format, division, tracks, mut mended } = layout;
    let tracks: Vec<Vec<Timed<'_>>> = tracks.iter().map(|pieces| decode(pieces)).collect();

    // The patterns of format 2 stand apart; the first one's tempo and meter speak for the song.
    let conductors = if format == 2 { &tracks[..tracks.len().min(1)] } else { &tracks[..] };
    let clock = Clock::new(division, conductors);
    let tempos = tempo_map(&clock, conductors, &mut mended);
    let meters = meter_map(&clock, conductors, &mut mended);

    let mut open_notes = 0;
    let held = held(format, &tracks);
    let shared = gestures(&clock, tracks.iter().filter(|_| format != 2));
    let split = |(index, events): (usize, &Vec<Timed<'_>>)| {
        let own = (format == 2).then(|| gestures(&clock, std::iter::once(events)));
        let gestures = own.as_ref().unwrap_or(&shared);
        split((index, events), &held, gestures, &clock, &mut open_notes)
    };
    let tracks = tracks.iter().enumerate().flat_map(split).collect();
    if open_notes > 0 {
        mended.push(Mended::OpenNotes(open_notes));
    }
    Ok(MidiSong { tracks, tempos, meters, delays: Vec::new(), mended })
}

/// An event and its time in the file's own unit.
pub(super) struct Timed<'a> {
    pub(super) time: u64,
    pub(super) kind: TrackEventKind<'a>,
}

fn decode<'a>(pieces: &[Piece<'a>]) -> Vec<Timed<'a>> {
    let mut time = 0;
    let mut events = Vec::with_capacity(pieces.len());
    for piece in pieces {
        let mut decoder = midly::EventIter::new(piece.bytes);
        *decoder.running_status_mut() = piece.running;
        // The walk has found the event sound; what the decoder still refuses is an odd meta event of no interest here.
        match decoder.next() {
            Some(Ok(TrackEvent { delta, kind })) => {
                time += u64::from(delta.as_int());
                events.push(Timed { time, kind });
            }
            Some(Err(_)) | None => time += u64::from(delta_of(piece.bytes)),
        }
    }
    events
}

fn delta_of(bytes: &[u8]) -> u32 {
    let length = bytes.iter().position(|byte| *byte < 0x80).map_or(bytes.len(), |last| last + 1);
    bytes[..length].iter().fold(0, |delta, byte| delta << 7 | u32::from(byte & 0x7F))
}

/// Turns times of the file into ticks.
pub(super) struct Clock {
    division: Division,
    /// Time, quarter notes until then, and microseconds in a quarter from then on.
    steps: Vec<(u64, f64, u32)>,
}

impl Clock {
    fn new(division: Division, tracks: &[Vec<Timed<'_>>]) -> Self {
        let mut clock = Self { division, steps: vec![(0, 0.0, USUAL_MICROS)] };
        if let Division::PerSecond(_) = division {
            for (time, micros) in tempo_events(tracks) {
                let quarters = clock.quarters(time);
                clock.steps.push((time, quarters, micros.max(1)));
            }
        }
        clock
    }

    fn quarters(&self, time: u64) -> f64 {
        match self.division {
            Division::PerQuarter(ticks) => time as f64 / f64::from(ticks),
            Division::PerSecond(ticks) => {
                let step = self.steps.partition_point(|step| step.0 <= time).saturating_sub(1);
                let (start, before, micros) = self.steps[step];
                before + (time - start) as f64 / ticks * 1e6 / f64::from(micros)
            }
        }
    }

    /// Not rounded.
    pub(super) fn ticks(&self, time: u64) -> f64 {
        self.quarters(time) * TICKS_PER_QUARTER as f64
    }

    fn tick(&self, time: u64) -> Tick {
        match self.division {
            // In whole numbers, so that halves round alike everywhere.
            Division::PerQuarter(ticks) => {
                let ticks = u64::from(ticks);
                let scaled = (2 * time * TICKS_PER_QUARTER.unsigned_abs() + ticks) / (2 * ticks);
                Tick(i64::try_from(scaled).unwrap_or(i64::MAX))
            }
            Division::PerSecond(_) => Tick::from_quarters(self.quarters(time)),
        }
    }
}

/// Time and microseconds in a quarter of all tempo events, in order.
fn tempo_events(tracks: &[Vec<Timed<'_>>]) -> Vec<(u64, u32)> {
    let mut events: Vec<(u64, u32)> = tracks
        .iter()
        .flatten()
        .filter_map(|event| match event.kind {
            TrackEventKind::Meta(MetaMessage::Tempo(micros)) => Some((event.time, micros.as_int())),
            _ => None,
        })
        .collect();
    events.sort_by_key(|event| event.0);
    events
}

fn tempo_map(
    clock: &Clock,
    tracks: &[Vec<Timed<'_>>],
    mended: &mut Vec<Mended>,
) -> Vec<(Tick, Tempo)> {
    let mut map = BTreeMap::from([(Tick(0), Tempo::default())]);
    for (time, micros) in tempo_events(tracks) {
        let tick = clock.tick(time);
        let bpm = roundest_bpm(f64::from(micros.max(1)));
        let tempo = Tempo::new(bpm).unwrap_or_else(|| {
            mended.push(Mended::Tempo { tick });
            Tempo::new(bpm.clamp(10.0, 1000.0)).unwrap_or_default()
        });
        map.insert(tick, tempo);
    }
    map.into_iter().collect()
}

/// The tempo with the fewest decimals that is stored as `micros`: the one that was meant.
fn roundest_bpm(micros: f64) -> f64 {
    let exact = 60e6 / micros;
    [1.0, 10.0, 100.0, 1000.0]
        .map(|scale| (exact * scale).round() / scale)
        .into_iter()
        .find(|bpm| (60e6 / bpm).round() == micros)
        .unwrap_or(exact)
}

fn meter_map(
    clock: &Clock,
    tracks: &[Vec<Timed<'_>>],
    mended: &mut Vec<Mended>,
) -> Vec<(Tick, Meter)> {
    let mut map = BTreeMap::from([(Tick(0), Meter::COMMON)]);
    for event in tracks.iter().flatten() {
        let TrackEventKind::Meta(MetaMessage::TimeSignature(count, power, ..)) = event.kind else {
            continue;
        };
        let tick = clock.tick(event.time);
        match 1_u8.checked_shl(power.into()).and_then(|unit| Meter::new(count, unit)) {
            Some(meter) => {
                map.insert(tick, meter);
            }
            None => mended.push(Mended::Meter { tick }),
        }
    }
    map.into_iter().collect()
}

/// A pedal, or the end of all notes.
struct Held {
    time: u64,
    track: usize,
    channel: u8,
    control: Control,
}

/// Of all tracks, in order of time: the pedal of a channel may stand in another track than its notes, if it has no notes of that channel of its own. In
/// format 2 the tracks are pieces of their own.
fn held(format: u16, tracks: &[Vec<Timed<'_>>]) -> Vec<Held> {
    let mut held = Vec::new();
    for (track, events) in tracks.iter().enumerate().filter(|_| format != 2) {
        let has_notes = |wanted: u8| {
            events.iter().any(|event| {
                matches!(event.kind, TrackEventKind::Midi { channel, message: MidiMessage::NoteOn { .. } }
                    if channel.as_int() == wanted)
            })
        };
        let with_notes: [bool; 16] =
            std::array::from_fn(|channel| u8::try_from(channel).is_ok_and(has_notes));
        held.extend(events.iter().filter_map(|event| {
            let TrackEventKind::Midi { channel, message } = &event.kind else { return None };
            let control = Control::of(message)?;
            if with_notes[usize::from(channel.as_int())] {
                return None; // its own
            }
            Some(Held { time: event.time, track, channel: channel.as_int(), control })
        }));
    }
    held.sort_by_key(|it| it.time);
    held
}

/// The notes of track `index` by channel; those never let go are counted. What other tracks hold of the same channels comes before what happens at the same time here.
fn split(
    (index, events): (usize, &[Timed<'_>]),
    held: &[Held],
    gestures: &Gestures,
    clock: &Clock,
    open_notes: &mut usize,
) -> Vec<MidiTrack> {
    let mut name = String::new();
    let mut programs = [None; 16];
    let mut hands = Hands::default();
    let mut elsewhere = held.iter().filter(|it| it.track != index).peekable();
    for event in events {
        while let Some(it) = elsewhere.next_if(|it| it.time <= event.time) {
            hands.control(clock.tick(it.time), it.channel, it.control);
        }
        let tick = clock.tick(event.time);
        match event.kind {
            TrackEventKind::Meta(MetaMessage::TrackName(bytes)) if name.is_empty() => {
                name = String::from_utf8_lossy(bytes).trim().to_owned();
            }
            TrackEventKind::Midi { channel, message } => {
                let channel = channel.as_int();
                if let Some(control) = Control::of(&message) {
                    hands.control(tick, channel, control);
                }
                match message {
                    MidiMessage::NoteOn { key, vel } => {
                        let Some(pitch) = Pitch::new(key.as_int()) else { continue };
                        match vel.as_int() {
                            0 => hands.lift(tick, channel, pitch),
                            velocity => hands.press(tick, channel, pitch, velocity),
                        }
                    }
                    MidiMessage::NoteOff { key, .. } => {
                        let Some(pitch) = Pitch::new(key.as_int()) else { continue };
                        hands.lift(tick, channel, pitch);
                    }
                    MidiMessage::ProgramChange { program } => {
                        programs[usize::from(channel)].get_or_insert(program.as_int());
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
    for it in elsewhere {
        hands.control(clock.tick(it.time), it.channel, it.control);
    }
    let last = events.last().map_or(Tick(0), |event| clock.tick(event.time));
    let (channels, open) = hands.finish(last);
    *open_notes += open;
    (0..16)
        .zip(channels)
        .filter(|(_, notes)| !notes.is_empty())
        .map(|(channel, notes)| {
            let program = programs[usize::from(channel)];
            let gestures = gestures[usize::from(channel)].clone();
            MidiTrack { name: name.clone(), channel, program, notes, gestures }
        })
        .collect()
}
