//! What a chain hears of the player: keys struck and let go, where they were meant, and in which key.

use super::{Chain, HELD};
use crate::infer::PlayerPresence;
use crate::music::feel;
use crate::score::{self, Note, Part, Pitch, Tick, Ticks, Velocity};

/// A key that the player holds.
#[derive(Clone, Copy, Debug)]
pub(in crate::engine::composer) struct Key {
    pub(in crate::engine::composer) onset: Tick,
    /// Ticks after `onset`, -0.5 to 0.5.
    pub(in crate::engine::composer) late: f32,
    pub(in crate::engine::composer) pitch: Pitch,
    pub(in crate::engine::composer) velocity: Velocity,
}

/// A note of the player's as it was played, and where it was meant to begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) note: Note,
    pub(super) meant: Tick,
}

impl Chain {
    /// Returns the whole note that ends by this, if the key was down.
    pub(in crate::engine::composer) fn hear_on(&mut self, key: Key) -> Option<Note> {
        let before = self.hear_off(key.onset, key.pitch);
        self.player = PlayerPresence::Listening;
        self.dialogue.hear_on(key.onset);
        let bar = self.newest.map_or(self.start.bar, |it| it.bar);
        self.feel.hear(key.ticks(), key.velocity, bar);
        self.held.push(Key { onset: key.onset.max(self.cutoff), ..key });
        before
    }

    /// Returns the whole notes that end by this.
    pub(in crate::engine::composer) fn hear_all_off(&mut self, end: Tick) -> Vec<Note> {
        let keys: Vec<Pitch> = self.held.iter().map(|it| it.pitch).collect();
        keys.into_iter().filter_map(|pitch| self.hear_off(end, pitch)).collect()
    }

    /// Returns the whole note, if its key was down.
    pub(in crate::engine::composer) fn hear_off(
        &mut self,
        end: Tick,
        pitch: Pitch,
    ) -> Option<Note> {
        let place = self.held.iter().position(|it| it.pitch == pitch)?;
        self.dialogue.hear_off(end);
        let key = self.held.remove(place);
        let heard = key.until(end);
        if key.onset >= self.cutoff {
            self.heard.push(heard);
        }
        Some(heard.note)
    }

    /// The key that the player plays in, as a wish to play in it too; that of the notes with an onset before `cutoff`.
    pub(super) fn key_heard(&self, cutoff: Tick) -> Option<score::Key> {
        let mut key = self.key;
        for it in self.heard.iter().filter(|it| it.note.onset < cutoff) {
            key.hear(it.note.pitch, it.note.length);
        }
        key.key()
    }

    /// The player's notes with an onset before `cutoff`, where they were meant; a held key with what it has lasted so far and a little.
    pub(super) fn heard_until(&mut self, cutoff: Tick) -> Vec<Note> {
        let ended = self.heard.extract_if(.., |it| it.note.onset < cutoff);
        let mut notes: Vec<Heard> = ended.collect();
        let held = self.held.iter().filter(|it| it.onset < cutoff && it.onset >= self.cutoff);
        notes.extend(held.map(|key| key.until(cutoff + HELD)));
        let mut meant: Vec<Note> =
            notes.iter().map(|it| Note { onset: it.meant.max(self.cutoff), ..it.note }).collect();
        meant.sort_unstable();
        meant
    }
}

impl Key {
    /// When it was struck, ticks not rounded.
    fn ticks(self) -> f64 {
        self.onset.0 as f64 + f64::from(self.late)
    }

    /// The note that ends at `end`.
    fn until(self, end: Tick) -> Heard {
        let length = (end - self.onset).max(Ticks(1));
        let Self { onset, pitch, velocity, .. } = self;
        let note = Note { onset, part: Part::PLAYER, pitch, length, velocity };
        Heard { note, meant: feel::quantized(self.ticks()) }
    }
}
