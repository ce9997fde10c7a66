//! What is remembered of a player, as one versioned JSON text: in the song's state and as a file of its own.

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use crate::music::memory::{Memory, Remembered, Shares, Trust};
use crate::music::tokens::DURATIONS;

/// Why a text gave no memory.
#[derive(Debug, thiserror::Error)]
pub enum MemoryError {
    #[error("read a memory: it is no memory of Antiphon's, or damaged")]
    Damaged(#[source] serde_json::Error),
    #[error("read a memory: it was saved by a newer Antiphon (memory version {0})")]
    Newer(u64),
    #[error("read a memory: note {note}: {field} is {value}, which is impossible")]
    Note { note: usize, field: &'static str, value: i64 },
    #[error("read a memory: {0} notes, more than are ever kept")]
    TooMany(usize),
    #[error("read a memory: its trust does not add up")]
    Trust,
    #[error("read a memory: {0} bytes, more than any memory has")]
    TooLarge(usize),
}

#[derive(Deserialize)]
struct Versioned {
    antiphon_memory: u64,
}

#[derive(Deserialize, Serialize)]
struct Text {
    antiphon_memory: u64,
    /// By field (time, pitch, duration), reach and scale.
    trust: Shares,
    /// Interval, gap (-1 is none), duration class, degree (12 is none), phase of each.
    notes: Vec<[i64; 5]>,
}

const VERSION: u64 = 1;
/// A gap of a note that follows no other.
const NO_GAP: i64 = -1;
/// The largest text that is read; a full memory has a third of it.
pub const MAX_BYTES: usize = 1 << 20;

/// Write the newest version.
pub fn write(memory: &Memory) -> String {
    let text = Text {
        antiphon_memory: VERSION,
        trust: *memory.trust.shares(),
        notes: memory.notes().iter().map(numbers).collect(),
    };
    serde_json::to_string(&text).expect("a struct of numbers is always JSON")
}

/// Read a text of any version.
///
/// # Errors
/// If it is no memory, of a version that does not exist yet, or holds what no memory can.
pub fn read(text: &str) -> Result<Memory, MemoryError> {
    if text.len() > MAX_BYTES {
        return Err(MemoryError::TooLarge(text.len()));
    }
    let Versioned { antiphon_memory } = serde_json::from_str(text).map_err(MemoryError::Damaged)?;
    if antiphon_memory != VERSION {
        return Err(MemoryError::Newer(antiphon_memory));
    }
    let text: Text = serde_json::from_str(text).map_err(MemoryError::Damaged)?;
    if text.notes.len() > Memory::LIMIT {
        return Err(MemoryError::TooMany(text.notes.len()));
    }
    let notes = text.notes.iter().enumerate().map(|(at, numbers)| note(at + 1, *numbers));
    let trust = Trust::new(text.trust).ok_or(MemoryError::Trust)?;
    Ok(Memory::of(notes.collect::<Result<_, _>>()?, trust))
}

fn numbers(note: &Remembered) -> [i64; 5] {
    let gap = if note.gap == Remembered::BREAK { NO_GAP } else { note.gap.into() };
    [note.interval.into(), gap, note.duration.into(), note.class.into(), note.phase.into()]
}

fn note(
    number: usize,
    [interval, gap, duration, class, phase]: [i64; 5],
) -> Result<Remembered, MemoryError> {
    let within = |field, value: i64, low: i64, high: i64| {
        if (low..=high).contains(&value) {
            Ok(value)
        } else {
            Err(MemoryError::Note { note: number, field, value })
        }
    };
    let longest = i64::try_from(DURATIONS.len()).expect("32") - 1;
    let gap = within("gap", gap, NO_GAP, i64::from(Remembered::GAPS) - 1)?;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "within their ranges"
    )]
    Ok(Remembered {
        interval: within("interval", interval, -127, 127)? as i8,
        gap: if gap == NO_GAP { Remembered::BREAK } else { gap as u16 },
        duration: within("duration", duration, 0, longest)? as u8,
        class: within("degree", class, 0, Remembered::NO_CLASS.into())? as u8,
        phase: within("phase", phase, 0, i64::from(Remembered::PHASES) - 1)? as u16,
    })
}
