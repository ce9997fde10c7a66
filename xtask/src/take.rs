//! What was played, by the player and by the band, for files and pictures.

use anyhow::{Context as _, Result};
use serde_json::Value;

use crate::midi::Melody;

/// A note; times in quarter notes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Note {
    /// 0 is the player, 1 to 4 the band.
    pub part: u8,
    pub key: u8,
    pub onset: f64,
    pub end: f64,
    pub velocity: u8,
}

/// A stretch of music.
#[derive(Clone, Debug)]
pub struct Take {
    pub title: String,
    pub tempo: f64,
    pub meter: (u16, u16),
    /// Length in bars.
    pub bars: u32,
    pub notes: Vec<Note>,
}

/// Frames a second of everything bounced here.
pub const RATE: f64 = 48_000.0;

impl Take {
    /// The band's notes from a host's report of one session, and what the player played.
    pub fn from_session(
        title: String,
        melody: &Melody,
        bars: u32,
        session: &Value,
    ) -> Result<Self> {
        let quarters = |frame: i64| frame as f64 / RATE * melody.tempo / 60.0;
        let length = quarters_a_bar(melody.meter) * f64::from(bars);
        let mut notes: Vec<Note> =
            melody.notes.iter().copied().filter(|note| note.onset < length).collect();
        let mut sounding: Vec<Note> = Vec::new();
        for event in session["notes"].as_array().context("the host reports no notes")? {
            let number = |field: &str| event[field].as_i64().context("a note lacks a field");
            let part = u8::try_from(number("channel")? + 1)?;
            let key = u8::try_from(number("key")?)?;
            let now = quarters(number("frame")?);
            match event["velocity"].as_u64() {
                Some(velocity) => {
                    let velocity = u8::try_from(velocity)?;
                    sounding.push(Note { part, key, onset: now, end: now, velocity });
                }
                None => {
                    let same = |note: &Note| note.part == part && note.key == key;
                    if let Some(index) = sounding.iter().position(same) {
                        notes.push(Note { end: now, ..sounding.remove(index) });
                    }
                }
            }
        }
        // What nobody has ended ends with the music.
        notes.extend(sounding.into_iter().map(|note| Note { end: length, ..note }));
        notes.sort_by(|a, b| a.onset.total_cmp(&b.onset));
        Ok(Self { title, tempo: melody.tempo, meter: melody.meter, bars, notes })
    }

    /// Length in quarter notes.
    pub fn quarters(&self) -> f64 {
        quarters_a_bar(self.meter) * f64::from(self.bars)
    }

    /// How many notes the part plays.
    pub fn count(&self, part: u8) -> usize {
        self.notes.iter().filter(|note| note.part == part).count()
    }
}

pub fn quarters_a_bar(meter: (u16, u16)) -> f64 {
    f64::from(meter.0) * 4.0 / f64::from(meter.1)
}

/// The player's notes as a host's script has them.
pub fn keys(melody: &Melody, bars: u32) -> Vec<Value> {
    let frame = |quarters: f64| (quarters * 60.0 / melody.tempo * RATE).round() as u64;
    let length = quarters_a_bar(melody.meter) * f64::from(bars);
    let heard = melody.notes.iter().filter(|note| note.onset < length);
    heard
        .map(|note| {
            let start = frame(note.onset);
            serde_json::json!({
                "frame": start, "frames": frame(note.end.min(length)) - start,
                "channel": 0, "key": note.key, "velocity": note.velocity,
            })
        })
        .collect()
}
