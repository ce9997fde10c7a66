//! `learn`: MIDI files to a memory; and a memory that a bounce begins with.

use std::path::Path;
use std::sync::Arc;

use super::args::LearnArgs;
use super::failure::{Failure, Kind};
use super::{bounce, say};
use crate::files::memory;
use crate::files::midi::{MidiSong, MidiTrack};
use crate::files::output::Existing;
use crate::music::key::KeyFinder;
use crate::music::memory::{Memory, Trust};
use crate::music::planner::BarLine;
use crate::score::{Note, Tick};

/// Learn every file, and write.
pub(super) fn run(args: &LearnArgs) -> Result<(), Failure> {
    let mut memory = Memory::new();
    for path in &args.files {
        let input = bounce::listen(path, None, None)?;
        if input.song.fullest_track().is_none_or(MidiTrack::is_drums) {
            let error =
                anyhow::anyhow!("learn a tune: nothing but drums in it: {}", path.display());
            return Err(Failure::new(Kind::Input, error, "give a file with a melody"));
        }
        memory = with(&memory, input.phrase.notes(), bar_of(&input.song));
    }
    let existing = if args.force { Existing::Replace } else { Existing::Keep };
    memory::save(&memory, &args.out, existing)?;
    let (notes, bytes) = (memory.notes().len(), memory.bytes());
    say(&format!("{}: {notes} notes, {} KiB in use", args.out.display(), bytes.div_ceil(1024)))
}

/// The memory in a file.
pub(super) fn open(path: &Path) -> Result<Arc<Memory>, Failure> {
    memory::open(path).map(Arc::new).map_err(|error| {
        let advice = match &error {
            memory::OpenError::OtherKind { kind, .. } => kind.advice(),
            _ => "give a file that `antiphon-cli learn` wrote, or that the editor saved",
        };
        Failure::new(Kind::Input, error, advice)
    })
}

/// `memory` with another tune that was played.
pub(super) fn with(memory: &Memory, notes: &[Note], bar: BarLine) -> Memory {
    let mut learner = Memory::of(memory.notes().to_vec(), memory.trust.clone());
    let mut key = KeyFinder::default();
    for note in notes {
        learner.learn(note.onset, note.pitch, note.length, bar);
        key.hear(note.pitch, note.length);
    }
    learner.settle(key.key());
    Memory::of(learner.notes().to_vec(), Trust::clone(&memory.trust))
}

/// The first bar line of a song.
pub(super) fn bar_of(song: &MidiSong) -> BarLine {
    BarLine { start: Tick(0), meter: song.meters[0].1 }
}
