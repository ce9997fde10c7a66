//! What is remembered of a player, as one versioned JSON text: in the song's state and as a file of its own.

#[cfg(test)]
mod tests;

use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::kind::{self, FileKind};
use super::output::{Existing, OutputError, Outputs};
use crate::music::memory::{Memory, Remembered, Shares, Trust};
use crate::music::tokens::DURATIONS;
use crate::score::Remembrance;

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

/// Why a file gave no memory.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("open the memory {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("open the memory {}: it is {kind}", path.display())]
    OtherKind { path: PathBuf, kind: FileKind },
    #[error("open the memory {}: {source}", path.display())]
    Refused { path: PathBuf, source: MemoryError },
}

#[derive(Deserialize)]
struct Versioned {
    antiphon_memory: u64,
}

#[derive(Serialize)]
struct Written {
    antiphon_memory: u64,
    #[serde(flatten)]
    body: MemoryText,
}

/// A memory within a text that says its version itself.
#[derive(Clone, Deserialize, Serialize)]
pub(super) struct MemoryText {
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

/// Read the memory in the file at `path`.
///
/// # Errors
/// If it cannot be read, is too large, or holds no memory.
pub fn open(path: &Path) -> Result<Memory, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    let refused = |source, kind: Option<FileKind>| {
        let path = path.to_owned();
        match kind.filter(|it| *it != FileKind::Memory) {
            Some(kind) => OpenError::OtherKind { path, kind },
            None => OpenError::Refused { path, source },
        }
    };
    let length = std::fs::metadata(path).map_err(unreadable)?.len();
    if length > MAX_BYTES as u64 {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        return Err(refused(MemoryError::TooLarge(length), kind::of(path)));
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    read(&String::from_utf8_lossy(&bytes)).map_err(|error| refused(error, kind::of_bytes(&bytes)))
}

/// Write the file at `path`; its folder is made if need be.
///
/// # Errors
/// If it is there and may not be replaced, or cannot be written.
pub fn save(memory: &Memory, path: &Path, existing: Existing) -> Result<(), OutputError> {
    let folder = path.parent().filter(|it| !it.as_os_str().is_empty());
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let mut outputs = Outputs::into_folder(folder.unwrap_or(Path::new(".")), existing)?;
    outputs.check(std::slice::from_ref(&name))?;
    outputs
        .add(&name, |out| io::Write::write_all(out, format!("{}\n", write(memory)).as_bytes()))?;
    outputs.commit().map(drop)
}

/// Write the newest version.
pub fn write(memory: &Memory) -> String {
    let trust = *memory.trust.shares();
    let body = MemoryText { trust, notes: memory.notes().iter().map(numbers).collect() };
    serde_json::to_string(&Written { antiphon_memory: VERSION, body })
        .expect("a struct of numbers is always JSON")
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
    let text: MemoryText = serde_json::from_str(text).map_err(MemoryError::Damaged)?;
    let Remembrance { notes, trust } = text.remembrance()?;
    Ok(Memory::of(notes, Trust::new(trust).ok_or(MemoryError::Trust)?))
}

impl MemoryText {
    pub(super) fn of(remembrance: &Remembrance) -> Self {
        let Remembrance { notes, trust } = remembrance;
        Self { trust: *trust, notes: notes.iter().map(numbers).collect() }
    }

    /// # Errors
    /// If it holds what no memory can.
    pub(super) fn remembrance(&self) -> Result<Remembrance, MemoryError> {
        if self.notes.len() > Memory::LIMIT {
            return Err(MemoryError::TooMany(self.notes.len()));
        }
        Trust::new(self.trust).ok_or(MemoryError::Trust)?;
        let notes = self.notes.iter().enumerate().map(|(at, numbers)| note(at + 1, *numbers));
        Ok(Remembrance { notes: notes.collect::<Result<_, _>>()?, trust: self.trust })
    }
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
