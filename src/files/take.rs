//! One take as a file: JSON that says its version.

mod memories;
mod settings;
mod v1;

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::kind::{self, FileKind};
use crate::score::Take;

/// The largest file that is read; the largest take of a song is a quarter of it.
pub const MAX_BYTES: u64 = 64 << 20;

/// A take as read, and what had to be mended, in the musician's words.
#[derive(Clone, Debug, PartialEq)]
pub struct Read {
    pub take: Take,
    pub mended: Vec<String>,
}

/// Why a text gave no take.
#[derive(Debug, thiserror::Error)]
pub enum TakeError {
    #[error("read a take: {source}: {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("read a take: larger than 64 MiB: {}", path.display())]
    TooLarge { path: PathBuf },
    #[error("read a take: it is {kind}: {}", path.display())]
    OtherKind { path: PathBuf, kind: FileKind },
    #[error("read a take: {source}: {}", path.display())]
    Broken { path: PathBuf, source: TextError },
}

/// Why a text is no take.
#[derive(Debug, thiserror::Error)]
pub enum TextError {
    #[error("it is damaged")]
    Damaged(#[source] serde_json::Error),
    #[error("its bars are missing or impossible")]
    NoBars,
    #[error("it was written by a newer Antiphon (take version {0})")]
    Newer(u64),
}

#[derive(Deserialize)]
struct Versioned {
    antiphon_take: u64,
}

#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow)]
    take: &'a RawValue,
}

#[derive(Serialize)]
struct Written<T> {
    antiphon_take: u64,
    take: T,
}

/// Read the take in the file at `path`.
///
/// # Errors
/// If it cannot be read, is too large, or holds no take.
pub fn open(path: &Path) -> Result<Read, TakeError> {
    let unreadable = |source| TakeError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(TakeError::TooLarge { path: path.to_owned() });
    }
    of_bytes(path, &std::fs::read(path).map_err(unreadable)?)
}

/// Read the take that `bytes` say, which came from `path`.
///
/// # Errors
/// If they are too many, or no take.
pub fn of_bytes(path: &Path, bytes: &[u8]) -> Result<Read, TakeError> {
    if bytes.len() as u64 > MAX_BYTES {
        return Err(TakeError::TooLarge { path: path.to_owned() });
    }
    read(&String::from_utf8_lossy(bytes)).map_err(|source| {
        let path = path.to_owned();
        match kind::of_bytes(bytes).filter(|it| *it != FileKind::Take) {
            Some(kind) => TakeError::OtherKind { path, kind },
            None => TakeError::Broken { path, source },
        }
    })
}

/// Read a text of any version.
///
/// # Errors
/// If it is no take at all, or of a version that does not exist yet.
pub fn read(text: &str) -> Result<Read, TextError> {
    let Versioned { antiphon_take } = serde_json::from_str(text).map_err(TextError::Damaged)?;
    let Text { take } = match antiphon_take {
        1 => serde_json::from_str(text).map_err(TextError::Damaged)?,
        newer => return Err(TextError::Newer(newer)),
    };
    v1::read(take.get(), &Memories::default())
}

/// Write the newest version.
pub fn write(take: &Take) -> String {
    let text = Written { antiphon_take: 1, take: v1::text(take) };
    serde_json::to_string(&text).expect("structs of numbers and strings are always JSON")
}

/// A take within the state of a song, whose version speaks for it.
pub(super) use self::memories::Memories;
pub(super) use self::v1::{TakeText, read as read_v1, text_in_song as text_v1};

#[cfg(test)]
mod tests;
