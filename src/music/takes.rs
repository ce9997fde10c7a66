//! The takes of a song: kept, named, starred, found again; every edit can be undone.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::fmt;
use std::sync::Arc;

use super::rating;
use crate::score::{Remembrance, Take};

/// Which take of a list; never used again for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TakeId(pub u64);

/// A list in the order in which its takes were kept.
#[derive(Clone, Debug)]
pub struct Takes {
    takes: List,
    next: u64,
    limit_bytes: usize,
    /// Lists before each edit, newest last, and what that was; taking one costs as many pointers as there are takes.
    undo: Vec<(List, String)>,
    /// Lists that were undone, likewise.
    redo: Vec<(List, String)>,
    /// Edits since the list is; what is undone or done again counts for none.
    edits: u64,
}

type List = Vec<(TakeId, Arc<Take>)>;

/// In which order a list is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Order {
    #[default]
    Newest,
    /// Starred ones first, each group newest first.
    Starred,
    /// Best rated first.
    Rated,
}

/// Why a take was not kept, or not edited so. The list is as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// A song holds so many bytes of takes and no more.
    Full { limit_bytes: usize },
    /// Names are not empty.
    Nameless,
}

impl Takes {
    /// What a song holds: about twenty hours of playing.
    pub const LIMIT_BYTES: usize = 16 << 20;
    /// Longest name and longest tags, characters.
    pub const LONGEST_TEXT: usize = 200;
    /// How many edits can be undone.
    const UNDO: usize = 200;

    /// With takes as they were saved; nothing to undo.
    pub fn new(takes: Vec<Take>) -> Self {
        Self::with_limit(takes, Self::LIMIT_BYTES)
    }

    pub fn with_limit(takes: Vec<Take>, limit_bytes: usize) -> Self {
        let takes: List = (0..).map(TakeId).zip(takes.into_iter().map(Arc::new)).collect();
        let next = takes.len() as u64;
        Self { takes, next, limit_bytes, undo: Vec::new(), redo: Vec::new(), edits: 0 }
    }

    /// In the order in which they were kept.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = (TakeId, &Arc<Take>)> {
        self.takes.iter().map(|(id, take)| (*id, take))
    }

    pub fn len(&self) -> usize {
        self.takes.len()
    }

    pub fn is_empty(&self) -> bool {
        self.takes.is_empty()
    }

    pub fn get(&self, id: TakeId) -> Option<&Arc<Take>> {
        self.takes.iter().find(|it| it.0 == id).map(|it| &it.1)
    }

    /// Bytes that they take in a saved song, about.
    pub fn bytes(&self) -> usize {
        bytes(self.takes.iter().map(|it| it.1.as_ref()))
    }

    /// Add a take; one of a name that there is already is numbered.
    ///
    /// # Errors
    /// If there is no room for it.
    pub fn keep(&mut self, take: Take) -> Result<TakeId, Refused> {
        self.keep_all(vec![take]).map(|ids| ids[0])
    }

    /// Add takes in one edit.
    ///
    /// # Errors
    /// If there is no room for them all; then none is added.
    pub fn keep_all(&mut self, takes: Vec<Take>) -> Result<Vec<TakeId>, Refused> {
        let all = self.takes.iter().map(|it| it.1.as_ref()).chain(&takes);
        if bytes(all) > self.limit_bytes {
            return Err(Refused::Full { limit_bytes: self.limit_bytes });
        }
        self.remember(match &takes[..] {
            [one] => format!("keeping “{}”", self.free_name(&one.name)),
            several => format!("keeping {} takes", several.len()),
        });
        let mut ids = Vec::new();
        for mut take in takes {
            take.name = self.free_name(&take.name);
            let id = TakeId(self.next);
            self.next += 1;
            self.takes.push((id, Arc::new(take)));
            ids.push(id);
        }
        Ok(ids)
    }

    /// # Errors
    /// If nothing is left of the name.
    pub fn rename(&mut self, id: TakeId, name: &str) -> Result<(), Refused> {
        let name = clipped(name);
        if name.is_empty() {
            return Err(Refused::Nameless);
        }
        self.edit(id, |take| take.name = name);
        Ok(())
    }

    pub fn tag(&mut self, id: TakeId, tags: &str) {
        let tags = clipped(tags);
        self.edit(id, |take| take.tags = tags);
    }

    /// Put a star on, or take it off.
    pub fn star(&mut self, id: TakeId) {
        self.edit(id, |take| take.starred = !take.starred);
    }

    pub fn delete(&mut self, id: TakeId) {
        if let Some(gone) = self.get(id) {
            self.remember(format!("deleting “{}”", gone.name));
            self.takes.retain(|it| it.0 != id);
        }
    }

    /// Whether there was an edit to undo.
    pub fn undo(&mut self) -> bool {
        let Some((before, what)) = self.undo.pop() else { return false };
        self.redo.push((std::mem::replace(&mut self.takes, before), what));
        true
    }

    /// Whether there was an edit to do again.
    pub fn redo(&mut self) -> bool {
        let Some((after, what)) = self.redo.pop() else { return false };
        self.undo.push((std::mem::replace(&mut self.takes, after), what));
        true
    }

    /// What undo would take back, such as `deleting “Jig”`.
    pub fn newest_edit(&self) -> Option<String> {
        self.undo.last().map(|it| it.1.clone())
    }

    /// What redo would do again.
    pub fn newest_undone(&self) -> Option<String> {
        self.redo.last().map(|it| it.1.clone())
    }

    /// Edits since the list is, and how many of them can be undone.
    pub fn edits(&self) -> (u64, usize) {
        (self.edits, self.undo.len())
    }

    /// Those whose name or tags hold every word of `search`, in `order`.
    pub fn found(&self, search: &str, order: Order) -> Vec<(TakeId, &Arc<Take>)> {
        let words: Vec<String> = search.split_whitespace().map(str::to_lowercase).collect();
        let fits = |take: &Take| {
            let text = format!("{} {}", take.name, take.tags).to_lowercase();
            words.iter().all(|word| text.contains(word))
        };
        let mut found: Vec<_> = self.iter().rev().filter(|it| fits(it.1)).collect();
        match order {
            Order::Newest => {}
            Order::Starred => found.sort_by_key(|it| !it.1.starred),
            Order::Rated => {
                found.sort_by(|a, b| rating::of_take(b.1).total_cmp(&rating::of_take(a.1)))
            }
        }
        found
    }

    fn edit(&mut self, id: TakeId, change: impl FnOnce(&mut Take)) {
        let Some(place) = self.takes.iter().position(|it| it.0 == id) else { return };
        let was = &self.takes[place].1;
        let mut take = Take::clone(was);
        change(&mut take);
        if take != **was {
            self.remember(edit_of(was, &take));
            self.takes[place].1 = Arc::new(take);
        }
    }

    /// What is to be done now, in words, can be undone.
    fn remember(&mut self, what: String) {
        if self.undo.len() == Self::UNDO {
            self.undo.remove(0);
        }
        self.undo.push((self.takes.clone(), what));
        self.redo.clear();
        self.edits += 1;
    }

    fn free_name(&self, name: &str) -> String {
        let name = clipped(name);
        let is_free = |name: &str| self.takes.iter().all(|it| it.1.name != name);
        if is_free(&name) {
            return name;
        }
        let numbered = (2..).map(|number: u32| format!("{name} {number}"));
        numbered.into_iter().find(|it| is_free(it)).unwrap_or(name)
    }
}

impl Default for Takes {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

/// What was done to a take.
fn edit_of(was: &Take, is: &Take) -> String {
    if was.name != is.name {
        format!("naming “{}” “{}”", was.name, is.name)
    } else if was.starred != is.starred {
        format!("the star of “{}”", is.name)
    } else {
        format!("the tags of “{}”", is.name)
    }
}

/// Bytes of takes that are saved together: a memory that several began with is saved once.
fn bytes<'a>(takes: impl Iterator<Item = &'a Take>) -> usize {
    let mut memories: HashSet<*const Remembrance> = HashSet::new();
    let with_memory = |take: &Take| {
        let memory = &take.making.memory;
        let is_first = memories.insert(Arc::as_ptr(memory));
        take.bytes() + if is_first { memory.bytes() } else { 0 }
    };
    takes.map(with_memory).sum()
}

fn clipped(text: &str) -> String {
    text.trim().chars().filter(|sign| !sign.is_control()).take(Takes::LONGEST_TEXT).collect()
}

impl fmt::Display for Refused {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Full { limit_bytes } => write!(
                out,
                "the song holds {} MiB of takes and no more; export and delete some first",
                limit_bytes >> 20
            ),
            Refused::Nameless => write!(out, "a take needs a name"),
        }
    }
}

impl std::error::Error for Refused {}
