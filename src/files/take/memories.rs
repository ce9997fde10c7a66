//! The memories that the takes of a song began with: each is written once, however many takes began with it.

use std::sync::Arc;

use serde_json::value::RawValue;

use crate::files::memory::MemoryText;
use crate::score::Remembrance;

/// In the order in which they are written; one that could not be read is nothing.
#[derive(Debug, Default)]
pub(in crate::files) struct Memories(Vec<Option<Arc<Remembrance>>>);

impl Memories {
    /// A damaged one is missed by the takes that began with it.
    pub(in crate::files) fn read(texts: &[&RawValue]) -> Self {
        let read = |text: &&RawValue| {
            let text: MemoryText = serde_json::from_str(text.get()).ok()?;
            text.remembrance().ok().map(Arc::new)
        };
        Self(texts.iter().map(read).collect())
    }

    pub(in crate::files) fn texts(&self) -> Vec<MemoryText> {
        self.0.iter().flatten().map(|it| MemoryText::of(it)).collect()
    }

    pub(super) fn get(&self, place: usize) -> Option<Arc<Remembrance>> {
        self.0.get(place).cloned().flatten()
    }

    /// Where `memory` is, or from now on is.
    pub(super) fn place_of(&mut self, memory: &Arc<Remembrance>) -> usize {
        let is_it = |it: &Option<Arc<Remembrance>>| {
            it.as_ref().is_some_and(|it| Arc::ptr_eq(it, memory) || it == memory)
        };
        self.0.iter().position(is_it).unwrap_or_else(|| {
            self.0.push(Some(Arc::clone(memory)));
            self.0.len() - 1
        })
    }
}
