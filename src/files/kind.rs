//! Which of the files that we know something is, so that who gave another one than was asked for is told what it is.

#[cfg(test)]
mod tests;

use std::fmt;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;

/// What a file is, whole or damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    Take,
    /// What the program without a host keeps.
    Session,
    Memory,
    Preset,
    /// What a host keeps with its song.
    State,
    /// Of a bounce.
    Report,
    /// Of `vary`.
    Ranking,
    /// What the window keeps of itself.
    Habits,
    /// A folder with a manifest, or the manifest.
    Pack,
    Midi,
    Wav,
    Flac,
}

/// Each says so at its beginning: ours by a word that no other has so early.
const MARKS: [(&str, FileKind); 9] = [
    ("\"antiphon_take\":", FileKind::Take),
    ("\"antiphon_session\":", FileKind::Session),
    ("\"antiphon_memory\":", FileKind::Memory),
    ("\"antiphon_preset\":", FileKind::Preset),
    ("\"seed_phrase\":", FileKind::State),
    ("\"antiphon\":", FileKind::Report),
    ("\"distinctness\":", FileKind::Ranking),
    ("\"first_steps_known\":", FileKind::Habits),
    ("\"vocabulary_sha256\":", FileKind::Pack),
];
/// Bytes that are looked at.
const HEAD: usize = 4096;

/// What the file at `path` is; nothing if it is none of those, or cannot be read.
pub fn of(path: &Path) -> Option<FileKind> {
    if path.is_dir() {
        return path.join("manifest.json").is_file().then_some(FileKind::Pack);
    }
    let mut head = Vec::new();
    File::open(path).and_then(|file| file.take(HEAD as u64).read_to_end(&mut head)).ok()?;
    of_bytes(&head)
}

/// What a file is that begins with `bytes`; nothing if it is none of those. What comes through a pipe can be read only once, and is judged by this.
pub fn of_bytes(bytes: &[u8]) -> Option<FileKind> {
    let head = &bytes[..bytes.len().min(HEAD)];
    match head.get(..4) {
        Some(b"MThd") => return Some(FileKind::Midi),
        Some(b"RIFF") if head.get(8..12) == Some(b"WAVE") => return Some(FileKind::Wav),
        Some(b"fLaC") => return Some(FileKind::Flac),
        _ => {}
    }
    let text = String::from_utf8_lossy(head);
    let is_json = text.trim_start().starts_with(['{', '[']);
    let found = MARKS.iter().filter_map(|it| Some((text.find(it.0)?, it.1)));
    found.min_by_key(|it| it.0).map(|it| it.1).filter(|_| is_json)
}

/// What the file at `path` is, where that is something else than was looked for.
pub fn other_than(wanted: FileKind, path: &Path) -> Option<FileKind> {
    of(path).filter(|it| *it != wanted)
}

impl FileKind {
    /// What can be done with it, for who gave it in the place of another.
    pub fn advice(self) -> &'static str {
        match self {
            Self::Take => {
                "`antiphon-cli bounce --take FILE` plays it, and `antiphon-cli vary FILE` varies it"
            }
            Self::Session => {
                "`antiphon-jam --session FILE` opens it; `antiphon-cli takes list FILE` lists its takes, and `takes export` writes them"
            }
            Self::Memory => {
                "`antiphon-cli bounce --memory-file FILE` begins with it, and *Memory* in the window loads it"
            }
            Self::Preset => {
                "the window lists it among the presets when it lies in Antiphon/Presets in your home folder"
            }
            Self::State => {
                "`antiphon-cli takes list FILE` lists its takes, and `takes export` writes them"
            }
            Self::Report => {
                "it tells of the files beside it; give one of those, such as take.mid, or a take that `bounce --keep-take` wrote"
            }
            Self::Ranking => "it tells of the takes beside it; give one of those",
            Self::Habits => "it is the window's own and for nothing else",
            Self::Pack => {
                "`--pack FOLDER` plays with the folder that it lies in, and `antiphon-cli pack info FOLDER` tells of it"
            }
            Self::Midi => {
                "`antiphon-cli bounce --player FILE` plays it to the band, `--prompt FILE` begins with it, and `antiphon-cli render FILE` plays it alone"
            }
            Self::Wav | Self::Flac => {
                "sound cannot be taken apart into notes; give the MIDI file or the take that was written beside it"
            }
        }
    }
}

impl fmt::Display for FileKind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Take => "a take",
            Self::Session => "a session of antiphon-jam",
            Self::Memory => "a memory of a player",
            Self::Preset => "a preset",
            Self::State => "the saved state of a song",
            Self::Report => "the report of a bounce",
            Self::Ranking => "the ranking of variations",
            Self::Habits => "the settings of the window",
            Self::Pack => "a pack",
            Self::Midi => "a MIDI file",
            Self::Wav => "a WAV file",
            Self::Flac => "a FLAC file",
        })
    }
}
