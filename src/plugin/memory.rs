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
    /// Memories before each change, newest last.
    undo: Vec<Arc<Memory>>,
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

    fn change(&mut self, memory: Arc<Memory>) {
        self.unread = None;
        self.undo.push(std::mem::replace(&mut self.memory, memory));
        self.undo.drain(..self.undo.len().saturating_sub(UNDO));
    }

    /// The composer has added what it heard to what was remembered `before`. Says whether that still counts: the musician may have changed the memory
    /// meanwhile.
    pub(super) fn hear(&mut self, before: &Arc<Memory>, memory: Arc<Memory>) -> bool {
        if **before != *self.memory {
            return false;
        }
        // Of a full memory the oldest go, so that it may not have grown by as many as were heard.
        let more = memory.notes().len().saturating_sub(self.memory.notes().len());
        self.change(memory);
        self.note = Some(Note::Done(match more {
            0 => String::from("What you played is remembered"),
            1 => String::from("1 note more is remembered"),
            more => format!("{more} notes more are remembered"),
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
                self.replace_memory(Arc::default());
                Ok(String::from(
                    "Everything is forgotten; Undo brings back what was remembered, not what was heard since",
                ))
            }
            MemoryAct::Undo => {
                let before = self.lock().remembered.undo.pop();
                let before = before.ok_or_else(|| String::from("nothing to undo"))?;
                let count = before.notes().len();
                let mut inner = self.lock();
                inner.remembered.memory = Arc::clone(&before);
                inner.touch();
                drop(inner);
                self.tell_memory(before);
                Ok(format!("{} remembered again", notes(count)))
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
        self.replace_memory(Arc::new(memory));
        Ok(format!("{} remembered from {}", notes(count), path.display()))
    }

    fn replace_memory(&self, memory: Arc<Memory>) {
        let mut inner = self.lock();
        inner.remembered.change(Arc::clone(&memory));
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
            can_undo: !kept.undo.is_empty(),
            place: place.unwrap_or_default(),
            note: kept.note.clone(),
        }
    }
}

fn notes(count: usize) -> String {
    if count == 1 { String::from("1 note is") } else { format!("{count} notes are") }
}
