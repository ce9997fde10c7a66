//! Standard MIDI files, to and from notes at 24 ticks a quarter.
//!
//! A note lasts as long as its key is held, or the sustain pedal of its channel after it, as in live playing.

mod bytes;
mod gestures;
mod hands;
mod reading;
#[cfg(test)]
mod tests;
mod writing;

use std::fmt;
use std::path::{Path, PathBuf};

use super::kind::{self, FileKind};
use crate::score::take::Music;
use crate::score::{Meter, Note, Part, Phrase, Tempo, Tick, Ticks, Voices, maps};

pub use reading::read;
pub use writing::write;

/// The largest file that is read; a day of dense playing is a tenth of it.
const MAX_BYTES: u64 = 64 << 20;

/// What a MIDI file holds for us.
#[derive(Clone, Debug, PartialEq)]
pub struct MidiSong {
    /// In the file's order, one for each track and channel that has notes.
    pub tracks: Vec<MidiTrack>,
    /// Sorted; the first is at tick 0.
    pub tempos: Vec<(Tick, Tempo)>,
    /// Sorted; the first is at tick 0.
    pub meters: Vec<(Tick, Meter)>,
    /// By how many ticks notes sound after their onset, for the finer ticks of a file that is written; sorted. Read files have none.
    pub delays: Vec<(Note, f32)>,
    /// What was put right in reading.
    pub mended: Vec<Mended>,
}

/// The notes of one track on one channel.
#[derive(Clone, Debug, PartialEq)]
pub struct MidiTrack {
    /// Empty if the file gives none.
    pub name: String,
    /// 0 to 15; 9 is drums.
    pub channel: u8,
    /// The first program of the channel, 0 to 127.
    pub program: Option<u8>,
    /// Sorted, never empty. Read notes are the player's.
    pub notes: Vec<Note>,
    /// What the channel's controllers do to all its notes, with their times in ticks that are not rounded; sorted. Read, and not written.
    pub gestures: Vec<(f64, Gesture)>,
}

/// What a controller does to the notes of its channel, those that sound and those to come.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Gesture {
    /// Semitones by which pitches are bent; 2 either way at most, unless the file sets another range, up to 24.
    Bend(f32),
    /// Controller 7, 0 to 127.
    Volume(u8),
    /// Controller 11, 0 to 127.
    Expression(u8),
    /// Controller 10, 0 to 127; 64 is the middle.
    Pan(u8),
    /// Controller 1, 0 to 127.
    Modulation(u8),
    /// Controller 74, 0 to 127; 64 is as the instrument is.
    Brightness(u8),
    /// Of the channel, 0 to 127.
    Pressure(u8),
}

/// Something in a file that is wrong but does no harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Mended {
    /// A note was never let go; it ends with its track, or where its key is struck again.
    OpenNotes(usize),
    /// A track has no end mark.
    NoEndOfTrack { track: usize },
    /// Bytes that belong to no chunk follow the last track.
    Trailing { offset: usize, bytes: usize },
    /// A tempo beyond 10 to 1000 quarters a minute was brought into that range.
    Tempo { tick: Tick },
    /// A time signature that cannot be counted was passed over.
    Meter { tick: Tick },
}

/// Why bytes are not a MIDI file that can be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("byte {offset}: expected {expected}, found {found}")]
pub struct MidiError {
    /// From the start of the file.
    pub offset: usize,
    pub expected: String,
    pub found: Found,
}

/// What stood in the place of what was expected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Found {
    Byte(u8),
    EndOfTrack,
    EndOfFile,
}

/// Why a MIDI file was not read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("read a MIDI file: {source}: {}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error("read a MIDI file: larger than 64 MiB: {}", path.display())]
    TooLarge { path: PathBuf },
    #[error("read a MIDI file: it is {kind}: {}", path.display())]
    OtherKind { path: PathBuf, kind: FileKind },
    #[error("read a MIDI file: {source}: {}", path.display())]
    Broken { path: PathBuf, source: MidiError },
}

/// Read the file at `path`.
///
/// # Errors
/// If it cannot be read, is too large, or is not a sound MIDI file.
pub fn open(path: &Path) -> Result<MidiSong, OpenError> {
    let unreadable = |source| OpenError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(OpenError::TooLarge { path: path.to_owned() });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    read(&bytes).map_err(|source| {
        let path = path.to_owned();
        match kind::of_bytes(&bytes).filter(|it| *it != FileKind::Midi) {
            Some(kind) => OpenError::OtherKind { path, kind },
            None => OpenError::Broken { path, source },
        }
    })
}

impl MidiSong {
    /// A track for each part of the band that has notes, called by its voice, and one for the player's.
    pub fn of_band(notes: &[Note], voices: &Voices, tempo: Tempo, meter: Meter) -> Self {
        let track = |part: Part| {
            let notes: Vec<Note> = notes.iter().copied().filter(|note| note.part == part).collect();
            let voice = part.band_index().and_then(|index| voices[index].as_ref());
            let name = match (part.band_index(), voice) {
                (None, _) => "Player".to_owned(),
                (Some(_), None) => format!("Part {}", part.slot()),
                (Some(_), Some(voice)) => format!("Part {} {}", part.slot(), voice.title),
            };
            // The player has no channel of her own among the band's four.
            let channel = match voice {
                Some(voice) if voice.family.is_drums() => MidiTrack::DRUMS,
                _ if part == Part::PLAYER => 4,
                _ => part.channel(),
            };
            let program = voice.and_then(|it| it.program);
            MidiTrack { name, channel, program, notes, gestures: Vec::new() }
        };
        let tracks = Part::BAND
            .into_iter()
            .chain([Part::PLAYER])
            .map(track)
            .filter(|track| !track.notes.is_empty())
            .collect();
        Self {
            tracks,
            tempos: vec![(Tick(0), tempo)],
            meters: vec![(Tick(0), meter)],
            delays: Vec::new(),
            mended: Vec::new(),
        }
    }

    /// A take from its first bar, with its tempos and meters.
    pub fn of_take(music: &Music, voices: &Voices) -> Self {
        let music = music.from_zero();
        let song = Self::of_band(&music.notes, voices, music.tempo(), music.meter());
        let Music { mut tempos, mut meters, delays, .. } = music;
        tempos.splice(..usize::from(!tempos.is_empty()), song.tempos);
        meters.splice(..usize::from(!meters.is_empty()), song.meters);
        Self { tracks: song.tracks, tempos, meters, delays, mended: Vec::new() }
    }

    /// The notes of `track` that begin in bars `first` to `last`, counted from 1 as a sequencer counts them, from the first of these bars.
    pub fn phrase_of_bars(&self, track: &MidiTrack, first: u32, last: u32) -> Phrase {
        /// More than any file has.
        const MOST: u32 = 1 << 20;
        let after =
            |bars: u32| (0..bars.min(MOST)).fold(Tick(0), |at, _| maps::bar_end(&self.meters, at));
        let (begin, end) = (after(first.saturating_sub(1)), after(last));
        let notes = track.notes.iter().filter(|note| (begin..end).contains(&note.onset));
        let by = begin - Tick(0);
        Phrase::new(notes.map(|note| Note { onset: note.onset - by, ..*note }).collect())
    }

    /// Which track to take for a seed phrase if the musician does not say: the one with the most notes that is not drums, else the fullest.
    pub fn fullest_track(&self) -> Option<&MidiTrack> {
        // Of equals the first: `max_by_key` keeps the last.
        self.tracks.iter().rev().max_by_key(|track| (!track.is_drums(), track.notes.len()))
    }

    /// The notes of `track` from the bar in which they begin, counted from 0.
    pub fn phrase_of(&self, track: &MidiTrack) -> Phrase {
        let first = track.notes.first().map_or(Tick(0), |note| note.onset);
        let shift = self.bar_start(first) - Tick(0);
        Phrase::new(
            track.notes.iter().map(|note| Note { onset: note.onset - shift, ..*note }).collect(),
        )
    }

    /// Start of the bar that `tick` lies in.
    fn bar_start(&self, tick: Tick) -> Tick {
        let (start, meter) = self
            .meters
            .iter()
            .rev()
            .find(|(start, _)| *start <= tick)
            .copied()
            .unwrap_or((Tick(0), Meter::COMMON));
        start + Ticks((tick - start).0.div_euclid(meter.bar().0.max(1)) * meter.bar().0)
    }
}

impl MidiTrack {
    /// The channel that General MIDI keeps for drums, counted from 0.
    pub const DRUMS: u8 = 9;

    pub fn is_drums(&self) -> bool {
        self.channel == Self::DRUMS
    }
}

impl fmt::Display for Found {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Found::Byte(byte) => write!(out, "{byte:#04x}"),
            Found::EndOfTrack => write!(out, "the end of the track"),
            Found::EndOfFile => write!(out, "the end of the file"),
        }
    }
}

impl fmt::Display for Mended {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Mended::OpenNotes(count) => write!(out, "notes never let go: {count}"),
            Mended::NoEndOfTrack { track } => write!(out, "track {} has no end mark", track + 1),
            Mended::Trailing { offset, bytes } => {
                write!(out, "{bytes} bytes after the last track, from byte {offset}")
            }
            Mended::Tempo { tick } => {
                write!(out, "a tempo beyond 10 to 1000 at quarter {:.2}", tick.quarters())
            }
            Mended::Meter { tick } => {
                write!(out, "an unusable time signature at quarter {:.2}", tick.quarters())
            }
        }
    }
}
