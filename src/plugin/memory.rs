//! What the song remembers of the player, as the editor works on it: added to, cleared, saved, loaded. Main thread only.

#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::song::Kept;
use crate::engine::link::ToComposer;
use crate::files::memory;
use crate::files::output::{Existing, OutputError};
use crate::gui::{MemoryAct, Note, RememberedView};
use crate::music::memory::Memory;

/// The song's memory and what may be undone of it.
#[derive(Debug, Default)]
pub(super) struct Remembered {
    memory: Arc<Memory>,
    /// A text of the song's state that could not be read. It is saved again as it was until something new is remembered.
    unread: Option<String>,
    /// Memories before each change, newest last, and what that was.
    undo: Vec<(Arc<Memory>, &'static str)>,
    /// Memories that were taken back, likewise.
    redo: Vec<(Arc<Memory>, &'static str)>,
    /// Changes since the song was opened; what is taken back or done again counts for none.
    changes: u64,
    /// What the newest act came to.
    note: Option<Note>,
}

/// Changes that can be undone; a full memory takes 64 KiB.
const UNDO: usize = 20;
/// The player's notes from which a gain is worth telling.
const LEAST_JUDGED: u32 = 24;

impl Remembered {
    /// As the song's state says it, and what the musician should know of that.
    pub(super) fn read(text: Option<String>) -> (Self, Option<String>) {
        match text.as_deref().map(memory::read) {
            None => (Self::default(), None),
            Some(Ok(memory)) => (Self { memory: Arc::new(memory), ..Self::default() }, None),
            Some(Err(error)) => {
                let notice = format!(
                    "the song's memory of your playing was left out, and is saved as it was until you change it: {error}"
                );
                (Self { unread: text, ..Self::default() }, Some(notice))
            }
        }
    }

    /// For the song's state.
    pub(super) fn text(&self) -> Option<String> {
        let written = || (!self.memory.is_empty()).then(|| memory::write(&self.memory));
        self.unread.clone().or_else(written)
    }

    pub(super) fn memory(&self) -> Arc<Memory> {
        Arc::clone(&self.memory)
    }

    fn change(&mut self, memory: Arc<Memory>, what: &'static str) {
        self.unread = None;
        self.undo.push((std::mem::replace(&mut self.memory, memory), what));
        self.undo.drain(..self.undo.len().saturating_sub(UNDO));
        self.redo.clear();
        self.changes += 1;
    }

    /// Changes since the song was opened, and how many of them can be taken back.
    pub(super) fn changes(&self) -> (u64, usize) {
        (self.changes, self.undo.len())
    }

    /// What undo would take back.
    pub(super) fn newest_change(&self) -> Option<String> {
        self.undo.last().map(|it| String::from(it.1))
    }

    /// What redo would do again.
    pub(super) fn newest_undone(&self) -> Option<String> {
        self.redo.last().map(|it| String::from(it.1))
    }

    /// Go back, or forth again; what is remembered then, if there was a way.
    fn turn(&mut self, is_back: bool) -> Option<Arc<Memory>> {
        let (from, to) = match is_back {
            true => (&mut self.undo, &mut self.redo),
            false => (&mut self.redo, &mut self.undo),
        };
        let (memory, what) = from.pop()?;
        to.push((std::mem::replace(&mut self.memory, Arc::clone(&memory)), what));
        Some(memory)
    }

    /// The composer has added what it heard to what was remembered `before`. Says whether that still counts: the musician may have changed the memory
    /// meanwhile.
    pub(super) fn hear(&mut self, before: &Arc<Memory>, memory: Arc<Memory>) -> bool {
        if **before != *self.memory {
            return false;
        }
        // Of a full memory the oldest go, so that it may not have grown by as many as were heard.
        let more = memory.notes().len().saturating_sub(self.memory.notes().len());
        self.change(memory, "remembering what you played");
        self.note = Some(Note::Done(match more {
            0 => String::from("What you played is in the memory"),
            1 => String::from("1 note added to the memory"),
            more => format!("{more} notes added to the memory"),
        }));
        true
    }
}

impl Kept {
    /// Do what the musician does with the memory. What it came to is shown in the drawer.
    ///
    /// # Errors
    /// With why it was not done, in the words of the drawer.
    pub(super) fn remember(&self, act: MemoryAct) -> Result<(), String> {
        let done = self.try_memory(act);
        self.lock().remembered.note = match done.clone() {
            Ok(text) if text.is_empty() => None,
            Ok(text) => Some(Note::Done(text)),
            Err(text) => Some(Note::Failed(text)),
        };
        done.map(|_| ())
    }

    fn try_memory(&self, act: MemoryAct) -> Result<String, String> {
        match act {
            // The composer answers with what is remembered then.
            MemoryAct::Remember => self.tell(ToComposer::Remember).map(|()| String::new()),
            MemoryAct::Clear => {
                self.replace_memory(Arc::default(), "clearing the memory");
                Ok(String::from("The memory is empty. Undo brings back what was in it"))
            }
            MemoryAct::Undo | MemoryAct::Redo => {
                let is_back = act == MemoryAct::Undo;
                let mut inner = self.lock();
                let memory = inner.remembered.turn(is_back);
                let nothing = if is_back { "nothing to undo" } else { "nothing to redo" };
                let memory = memory.ok_or_else(|| String::from(nothing))?;
                inner.touch();
                drop(inner);
                let count = memory.notes().len();
                self.tell_memory(memory);
                Ok(format!("{} in the memory again", notes(count)))
            }
            MemoryAct::Save { path, replace } => {
                let memory = self.lock().remembered.memory();
                let existing = if replace { Existing::Replace } else { Existing::Keep };
                match memory::save(&memory, &path, existing) {
                    Ok(()) => Ok(format!("Saved: {}", path.display())),
                    Err(error @ OutputError::Exists { .. }) => {
                        Err(format!("{error}; tick Replace if it may go"))
                    }
                    Err(error) => Err(error.to_string()),
                }
            }
            MemoryAct::Load(path) => self.load_memory(&path),
        }
    }

    fn load_memory(&self, path: &Path) -> Result<String, String> {
        let memory = memory::open(path).map_err(|error| error.to_string())?;
        let count = memory.notes().len();
        self.replace_memory(Arc::new(memory), "loading a memory");
        Ok(format!("{} in the memory now, from {}", notes(count), path.display()))
    }

    fn replace_memory(&self, memory: Arc<Memory>, what: &'static str) {
        let mut inner = self.lock();
        inner.remembered.change(Arc::clone(&memory), what);
        inner.touch();
        drop(inner);
        self.tell_memory(memory);
    }

    /// Without a composer it is told when there is one.
    fn tell_memory(&self, memory: Arc<Memory>) {
        self.tell(ToComposer::Memory(memory)).ok();
    }

    /// What the editor shows.
    pub(super) fn memory_view(&self) -> RememberedView {
        let inner = self.lock();
        let kept = &inner.remembered;
        let gauges = self.links().map(|links| &links.gauges);
        let judged = gauges.map_or(0, |it| it.judged_notes.load(Ordering::Relaxed));
        let gain = gauges.map(|it| it.memory_gain.load(Ordering::Relaxed));
        let heard = gauges.map_or(0, |it| it.unremembered_notes.load(Ordering::Relaxed));
        let place = super::takes::folder().map(|it| it.join("mine.memory").display().to_string());
        RememberedView {
            notes: kept.memory.notes().len(),
            limit: Memory::LIMIT,
            bytes: Memory::bytes_of(kept.memory.notes().len()),
            limit_bytes: Memory::bytes_of(Memory::LIMIT),
            heard: usize::try_from(heard).unwrap_or(usize::MAX),
            gain: gain.filter(|_| judged >= LEAST_JUDGED),
            undo: kept.newest_change(),
            place: place.unwrap_or_default(),
            note: kept.note.clone(),
        }
    }
}

fn notes(count: usize) -> String {
    if count == 1 { String::from("1 note is") } else { format!("{count} notes are") }
}
