//! Whether a line of notes copies the pieces that a pack learned from, told note by note, whatever the key and the tempo.
//!
//! What a copy is stands at the head of `training/copies.py`, how the index is laid out at the head of `training/index.py`; both are held to the same
//! examples. A run of eight notes is looked up by its fingerprint, and a longer copy is known runs in a row; runs of fewer than three different steps are plain and
//! never count. About one run in two hundred that no piece has is taken for one that some piece has.

mod index;
mod line;
#[cfg(test)]
mod tests;

pub use index::{CorpusIndex, IndexError};
pub use line::{Copy, Line};

use crate::score::{Note, Part, Tick};

/// Notes of a run that is looked up: copies are at least as long.
pub const RUN: usize = 8;

/// How far the notes of one part copy the corpus.
#[derive(Clone, Debug, PartialEq)]
pub struct Copies {
    /// Notes of the part, the first of each line included.
    pub notes: usize,
    /// Notes that stand in a copied run of `RUN` notes or more.
    pub copied: usize,
    /// The longest copy, if there is any.
    pub longest: Option<Longest>,
}

/// Where the longest copy is, and which piece it may be from.
#[derive(Clone, Debug, PartialEq)]
pub struct Longest {
    /// Onset of its first note and of its last.
    pub from: Tick,
    pub to: Tick,
    /// Its notes, figures that come again counted once.
    pub length: usize,
    /// The piece that most of its runs with a name are from; `None` where none has one, as about one short copy in three.
    pub piece: Option<String>,
}

/// What the notes of `part` among `notes` copy of `corpus`. Pure; well below a microsecond a note, but in copies of a hundred notes. Drums have no line: ask for melodic parts alone.
pub fn judge(notes: &[Note], part: Part, corpus: &CorpusIndex) -> Copies {
    let mut own: Vec<&Note> = notes.iter().filter(|it| it.part == part).collect();
    own.sort_by_key(|it| (it.onset, it.pitch));
    let mut line = Line::default();
    let mut found = Copies { notes: own.len(), copied: 0, longest: None };
    let mut counted = 0; // notes up to here have been
    let mut best: Option<(Copy, usize, Option<u16>)> = None;
    for (index, note) in own.iter().enumerate() {
        let Some(copy) = line.push(note.onset, note.pitch, corpus) else { continue };
        found.copied += (index + 1 - counted).min(RUN);
        counted = index + 1;
        if best.as_ref().is_none_or(|(most, ..)| copy.length > most.length) {
            best = Some((copy, index, line.piece(corpus)));
        }
    }
    found.longest = best.map(|(copy, last, piece)| Longest {
        from: own[last + 1 - copy.notes].onset,
        to: own[last].onset,
        length: copy.length,
        piece: piece.map(|number| corpus.name(number).to_owned()),
    });
    found
}
