//! The demo's prompt in, its takes out.

use std::path::Path;

use anyhow::{Context as _, Result};
use midly::num::{u4, u7, u15, u24, u28};
use midly::{Format, Header, MetaMessage, MidiMessage, Smf, Timing, TrackEvent, TrackEventKind};

use crate::shell::write;
use crate::take::{Note, Take};

/// Ticks a quarter note in the files written here.
const RESOLUTION: u16 = 480;

/// A melody with its time.
#[derive(Clone, Debug)]
pub struct Melody {
    pub notes: Vec<Note>,
    /// Quarter notes a minute.
    pub tempo: f64,
    pub meter: (u16, u16),
}

/// Whose notes a file holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Hand {
    Player,
    /// A track for each part, on channels 1 to 4; drums on channel 10.
    Band,
}

/// The notes of all tracks of a file, with its last tempo and time signature.
pub fn read(path: &Path, hand: Hand) -> Result<Melody> {
    let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
    let file = Smf::parse(&bytes).with_context(|| format!("parse {}", path.display()))?;
    let resolution = match file.header.timing {
        Timing::Metrical(ticks) => f64::from(ticks.as_int()),
        Timing::Timecode(..) => anyhow::bail!("{}: its time is not musical", path.display()),
    };
    let mut melody = Melody { notes: Vec::new(), tempo: 120.0, meter: (4, 4) };
    for track in &file.tracks {
        let mut time = 0_u64;
        let mut sounding: Vec<Note> = Vec::new();
        let part = match hand {
            Hand::Player => 0,
            Hand::Band => part_of(track),
        };
        for event in track {
            time += u64::from(event.delta.as_int());
            let now = time as f64 / resolution;
            match event.kind {
                TrackEventKind::Meta(MetaMessage::Tempo(micros)) => {
                    melody.tempo = (60e6 / f64::from(micros.as_int()) * 1e3).round() / 1e3;
                }
                TrackEventKind::Meta(MetaMessage::TimeSignature(count, power, ..)) => {
                    melody.meter = (u16::from(count), 1 << power.min(5));
                }
                TrackEventKind::Midi { message: MidiMessage::NoteOn { key, vel }, .. }
                    if vel > 0 =>
                {
                    let (key, velocity) = (key.as_int(), vel.as_int());
                    sounding.push(Note { part, key, onset: now, end: now, velocity });
                }
                TrackEventKind::Midi {
                    message: MidiMessage::NoteOn { key, .. } | MidiMessage::NoteOff { key, .. },
                    ..
                } => {
                    let started = sounding.iter().position(|note| note.key == key.as_int());
                    if let Some(index) = started {
                        melody.notes.push(Note { end: now, ..sounding.remove(index) });
                    }
                }
                _ => {}
            }
        }
    }
    melody.notes.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    Ok(melody)
}

/// The part that a track of ours belongs to: its name ends in the part's number, or the player's does not.
fn part_of(track: &[TrackEvent<'_>]) -> u8 {
    let name = track.iter().find_map(|event| match event.kind {
        TrackEventKind::Meta(MetaMessage::TrackName(name)) => Some(name),
        _ => None,
    });
    let digits = name.unwrap_or_default().iter().filter(|byte| byte.is_ascii_digit());
    digits.clone().next().map_or(0, |digit| digit - b'0').min(4)
}

/// Write a take: a track with the time, and one for each part.
pub fn save(path: &Path, take: &Take) -> Result<()> {
    let mut file = Smf::new(Header::new(Format::Parallel, Timing::Metrical(u15::new(RESOLUTION))));
    let micros = (60e6 / take.tempo).round() as u32;
    let power = take.meter.1.trailing_zeros() as u8;
    file.tracks.push(vec![
        meta(MetaMessage::Tempo(u24::new(micros))),
        meta(MetaMessage::TimeSignature(take.meter.0 as u8, power, 24, 8)),
        meta(MetaMessage::EndOfTrack),
    ]);
    let names = ["You", "Part 1", "Part 2", "Part 3", "Part 4"];
    for (part, name) in (0_u8..).zip(names) {
        let mut track = vec![meta(MetaMessage::TrackName(name.as_bytes()))];
        let mut last = 0;
        for (tick, message) in messages(take, part) {
            let delta = u28::new(u32::try_from(tick - last).context("a take of years")?);
            let channel = u4::new(part.saturating_sub(1));
            track.push(TrackEvent { delta, kind: TrackEventKind::Midi { channel, message } });
            last = tick;
        }
        track.push(meta(MetaMessage::EndOfTrack));
        file.tracks.push(track);
    }
    let mut bytes = Vec::new();
    file.write_std(&mut bytes).context("write a MIDI file to memory")?;
    write(path, bytes)
}

fn meta(message: MetaMessage<'_>) -> TrackEvent<'_> {
    TrackEvent { delta: u28::new(0), kind: TrackEventKind::Meta(message) }
}

/// Beginnings and ends of a part's notes in order; at one tick, ends first.
fn messages(take: &Take, part: u8) -> Vec<(u64, MidiMessage)> {
    let tick = |quarters: f64| (quarters.max(0.0) * f64::from(RESOLUTION)).round() as u64;
    let mut messages = Vec::new();
    for note in take.notes.iter().filter(|note| note.part == part) {
        let key = u7::new(note.key);
        let on = MidiMessage::NoteOn { key, vel: u7::new(note.velocity.clamp(1, 127)) };
        let off = MidiMessage::NoteOff { key, vel: u7::new(64) };
        messages.push((tick(note.onset), 1, on));
        messages.push((tick(note.end).max(tick(note.onset) + 1), 0, off));
    }
    messages.sort_by_key(|(tick, order, _)| (*tick, *order));
    messages.into_iter().map(|(tick, _, message)| (tick, message)).collect()
}
