//! What can be wrong with a pack.

use std::path::PathBuf;

use super::DrumKitError;
use crate::music::originality::IndexError;

/// Why a pack is not used.
#[derive(Debug, thiserror::Error)]
pub enum PackError {
    #[error("read a file of the pack: {}", path.display())]
    Read { path: PathBuf, source: std::io::Error },
    #[error("read a file of the pack: it is larger than {limit} bytes: {}", path.display())]
    TooLarge { path: PathBuf, limit: u64 },
    #[error("read the pack's manifest: {}", path.display())]
    Syntax { path: PathBuf, source: serde_json::Error },
    #[error("use the pack: its format is {found}, this version reads {readable}: {}", path.display())]
    Format { path: PathBuf, found: u64, readable: u64 },
    #[error("use the pack: `{field}` is {found}, not {wanted}: {}", path.display())]
    Field { path: PathBuf, field: String, found: String, wanted: String },
    #[error("use the pack: its SHA-256 is not the one in the manifest: {}", path.display())]
    Hash { path: PathBuf },
    #[error("use the pack's drum kit: {}", path.display())]
    Drums { path: PathBuf, source: DrumKitError },
    #[error("use the pack's originality index: {}", path.display())]
    Index { path: PathBuf, source: IndexError },
}
