//! From a MIDI file's events to notes.

use std::collections::BTreeMap;

use midly::{MetaMessage, MidiMessage, TrackEvent, TrackEventKind};

use super::bytes::{Division, Layout, Piece, lay_out};
use super::{Mended, MidiError, MidiSong, MidiTrack};
use crate::score::{Meter, Note, Part, Pitch, TICKS_PER_QUARTER, Tempo, Tick, Ticks, Velocity};

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
    let tracks = tracks.iter().flat_map(|events| split(events, &clock, &mut open_notes)).collect();
    if open_notes > 0 {
        mended.push(Mended::OpenNotes(open_notes));
    }
    Ok(MidiSong { tracks, tempos, meters, delays: Vec::new(), mended })
}

/// An event and its time in the file's own unit.
struct Timed<'a> {
    time: u64,
    kind: TrackEventKind<'a>,
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
struct Clock {
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

/// A track's notes by channel; those never let go are counted.
fn split(events: &[Timed<'_>], clock: &Clock, open_notes: &mut usize) -> Vec<MidiTrack> {
    let mut name = String::new();
    let mut programs = [None; 16];
    let mut channels: [Vec<Note>; 16] = Default::default();
    // Onset and velocity of the keys that are down.
    let mut down: BTreeMap<(u8, u8), (Tick, u8)> = BTreeMap::new();
    let mut end = |channel: u8, key: u8, onset: Tick, velocity: u8, end: Tick| {
        let Some(pitch) = Pitch::new(key) else { return };
        channels[usize::from(channel)].push(Note {
            onset,
            part: Part::PLAYER,
            pitch,
            length: Ticks((end - onset).0.max(1)),
            velocity: Velocity::clamped(velocity),
        });
    };
    for event in events {
        let tick = clock.tick(event.time);
        match event.kind {
            TrackEventKind::Meta(MetaMessage::TrackName(bytes)) if name.is_empty() => {
                name = String::from_utf8_lossy(bytes).trim().to_owned();
            }
            TrackEventKind::Midi { channel, message } => {
                let channel = channel.as_int();
                match message {
                    MidiMessage::NoteOn { key, vel } if vel.as_int() > 0 => {
                        let struck = (tick, vel.as_int());
                        if let Some((onset, velocity)) =
                            down.insert((channel, key.as_int()), struck)
                        {
                            *open_notes += 1;
                            end(channel, key.as_int(), onset, velocity, tick);
                        }
                    }
                    MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. } => {
                        if let Some((onset, velocity)) = down.remove(&(channel, key.as_int())) {
                            end(channel, key.as_int(), onset, velocity, tick);
                        }
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
    let last = events.last().map_or(Tick(0), |event| clock.tick(event.time));
    *open_notes += down.len();
    for ((channel, key), (onset, velocity)) in down {
        end(channel, key, onset, velocity, last);
    }
    (0..16)
        .zip(channels)
        .filter(|(_, notes)| !notes.is_empty())
        .map(|(channel, mut notes)| {
            notes.sort_unstable();
            let program = programs[usize::from(channel)];
            MidiTrack { name: name.clone(), channel, program, notes }
        })
        .collect()
}
