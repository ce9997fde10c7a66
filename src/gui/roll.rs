//! The notes that the roll shows.

use std::collections::VecDeque;

use crate::engine::link::FromComposer;
use crate::score::{Likelihood, Note, Part, Tick};

/// The newest notes of everyone.
#[derive(Clone, Debug, Default)]
pub struct Roll {
    notes: VecDeque<(Note, Option<Likelihood>)>,
    /// What is expected of the player.
    expected: Vec<Note>,
    /// What was struck out and has not been answered: part and onset.
    vetoes: VecDeque<(Part, Tick)>,
}

/// Most notes that are kept: some minutes of dense playing.
const KEPT: usize = 4096;

impl Roll {
    /// Take in what the composer tells. Gives back what is not about notes.
    pub fn take(&mut self, message: FromComposer) -> Option<FromComposer> {
        match message {
            FromComposer::Chain { tick } => {
                self.notes.retain(|(note, _)| note.onset < tick);
                self.vetoes.clear();
                self.expected.clear();
            }
            FromComposer::Rested { from, to } => self.notes.retain(|(note, _)| {
                note.part == Part::PLAYER || note.onset < from || note.onset >= to
            }),
            FromComposer::Hushed { part, from, to } => {
                self.notes
                    .retain(|(note, _)| note.part != part || note.onset < from || note.onset >= to);
            }
            FromComposer::Committed(note, likelihood) => self.add_drawn(note, likelihood),
            FromComposer::Followed(note) | FromComposer::Heard(note) => self.add(note),
            FromComposer::Expected(notes) => self.expected = notes,
            other @ (FromComposer::Opened { .. }
            | FromComposer::Remembered { .. }
            | FromComposer::Joined { .. }
            | FromComposer::Failed(_)) => return Some(other),
        }
        None
    }

    pub fn add(&mut self, note: Note) {
        self.add_drawn(note, None);
    }

    /// A note, and how likely the model thought it, where it drew it.
    pub fn add_drawn(&mut self, note: Note, likelihood: Option<Likelihood>) {
        if self.notes.len() == KEPT {
            self.notes.pop_front();
        }
        self.notes.push_back((note, likelihood));
    }

    /// The musician struck out what the notes' parts begin with them, and nothing else that has not been answered; the newest last.
    pub fn set_struck(&mut self, notes: impl Iterator<Item = Note>) {
        /// As many as the audio thread heeds.
        const MOST: usize = 32;
        self.vetoes.clear();
        for note in notes {
            if !self.is_struck(note) {
                self.vetoes.push_back((note.part, note.onset));
            }
            if self.vetoes.len() > MOST {
                self.vetoes.pop_front();
            }
        }
    }

    /// Whether the note stands and begins after `now`.
    pub fn is_to_come(&self, note: Note, now: Tick) -> bool {
        note.onset > now && self.notes.iter().rev().any(|it| it.0 == note)
    }

    pub fn is_struck(&self, note: Note) -> bool {
        self.vetoes.contains(&(note.part, note.onset))
    }

    pub fn is_empty(&self) -> bool {
        self.notes.is_empty()
    }

    /// Notes that sound or begin in `[from, to)`.
    pub fn between(&self, from: Tick, to: Tick) -> impl Iterator<Item = Note> + '_ {
        let notes = self.notes.iter().map(|it| it.0);
        notes.filter(move |note| note.onset < to && note.end() > from)
    }

    /// How likely the model thought `note`, if it drew it.
    pub fn likelihood(&self, note: Note) -> Option<Likelihood> {
        self.notes.iter().rev().find(|it| it.0 == note).and_then(|it| it.1)
    }

    /// What is expected of the player after `now`.
    pub fn expected(&self, now: Tick) -> impl Iterator<Item = Note> + '_ {
        self.expected.iter().copied().filter(move |note| note.onset > now)
    }

    /// Whether a note of `part` sounds at `tick`.
    pub fn is_sounding(&self, part: Part, tick: Tick) -> bool {
        let at = |note: &Note| note.part == part && note.onset <= tick && note.end() > tick;
        self.notes.iter().rev().take(256).any(|it| at(&it.0))
    }
}
