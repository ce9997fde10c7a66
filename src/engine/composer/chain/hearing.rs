//! What a chain hears of the player and of the parts that follow her: notes begun and ended, where they were meant, and in which key.

use super::{Chain, HELD};
use crate::engine::link::{FromAudio, FromComposer};
use crate::infer::PlayerPresence;
use crate::music::feel;
use crate::score::{self, Chord, ChordWish, Note, Part, Pitch, Tick, Ticks, Velocity};

/// A key that the player holds, or a note with which a part follows her.
#[derive(Clone, Copy, Debug)]
pub(super) struct Key {
    pub(super) onset: Tick,
    /// Ticks after `onset`, -0.5 to 0.5.
    pub(super) late: f32,
    pub(super) part: Part,
    pub(super) pitch: Pitch,
    pub(super) velocity: Velocity,
}

/// A note as it was played, and where it was meant to begin.
#[derive(Clone, Copy, Debug)]
pub(super) struct Heard {
    pub(super) note: Note,
    pub(super) meant: Tick,
}

impl Chain {
    /// Something has happened that is no cutoff. Returns what main is to be told of it.
    pub(in crate::engine::composer) fn take_in(
        &mut self,
        message: &FromAudio,
    ) -> Vec<FromComposer> {
        let heard = |note: Option<Note>| note.map(FromComposer::Heard).into_iter().collect();
        let followed = |note: Option<Note>| note.map(FromComposer::Followed).into_iter().collect();
        match *message {
            FromAudio::NoteOn { onset, late, pitch, velocity } => {
                heard(self.hear_on(Key { onset, late, part: Part::PLAYER, pitch, velocity }))
            }
            FromAudio::NoteOff { end, pitch } => heard(self.hear_off(end, Part::PLAYER, pitch)),
            FromAudio::AllKeysUp { end } => {
                self.hear_all_off(end).into_iter().map(FromComposer::Heard).collect()
            }
            FromAudio::FollowOn { onset, late, part, pitch, velocity } => {
                followed(self.hear_on(Key { onset, late, part, pitch, velocity }))
            }
            FromAudio::FollowOff { end, part, pitch } => followed(self.hear_off(end, part, pitch)),
            FromAudio::Rested { window, from, until } if window.chain == self.id() => {
                self.take_back(from, until);
                vec![FromComposer::Rested { from, to: until }]
            }
            FromAudio::Hushed { window, part, from, until } if window.chain == self.id() => {
                self.hush(part, from, until);
                vec![FromComposer::Hushed { part, from, to: until }]
            }
            FromAudio::Rested { .. }
            | FromAudio::Hushed { .. }
            | FromAudio::Chain { .. }
            | FromAudio::Cutoff { .. }
            | FromAudio::Revision { .. }
            | FromAudio::Stood { .. }
            | FromAudio::WantTable { .. }
            | FromAudio::WantGrid { .. }
            | FromAudio::Voiced { .. }
            | FromAudio::Stopped { .. } => Vec::new(),
        }
    }

    /// Returns the whole note that ends by this, if the key was down.
    pub(super) fn hear_on(&mut self, key: Key) -> Option<Note> {
        let before = self.hear_off(key.onset, key.part, key.pitch);
        if key.part == Part::PLAYER {
            self.player = PlayerPresence::Listening;
            self.harmony.strike(key.part, key.pitch, key.onset);
            self.dialogue.hear_on(key.onset);
            let bar = self.newest.map_or(self.start.bar, |it| it.bar);
            self.feel.hear(key.ticks(), key.velocity, bar);
        }
        self.held.push(Key { onset: key.onset.max(self.cutoff), ..key });
        before
    }

    /// The player's keys come up. Returns the whole notes that end by this.
    fn hear_all_off(&mut self, end: Tick) -> Vec<Note> {
        let keys: Vec<Pitch> = self.keys().map(|it| it.pitch).collect();
        keys.into_iter().filter_map(|pitch| self.hear_off(end, Part::PLAYER, pitch)).collect()
    }

    /// How many keys the player holds.
    pub(super) fn keys_down(&self) -> usize {
        self.keys().count()
    }

    fn keys(&self) -> impl Iterator<Item = &Key> {
        self.held.iter().filter(|it| it.part == Part::PLAYER)
    }

    /// Returns the whole note, if its key was down.
    pub(super) fn hear_off(&mut self, end: Tick, part: Part, pitch: Pitch) -> Option<Note> {
        let place = self.held.iter().position(|it| it.part == part && it.pitch == pitch)?;
        if part == Part::PLAYER {
            self.dialogue.hear_off(end);
            self.harmony.release(part, pitch, end);
        }
        let key = self.held.remove(place);
        let heard = key.until(end);
        if key.onset >= self.cutoff {
            self.heard.push(heard);
        } else if part == Part::PLAYER {
            self.recall.hear_end(heard.note);
        }
        Some(heard.note)
    }

    /// The key that the player plays in, as a wish to play in it too; that of the notes with an onset before `cutoff`.
    pub(super) fn key_heard(&self, cutoff: Tick) -> Option<score::Key> {
        let mut key = self.key;
        let by_player = |it: &&Heard| it.note.part == Part::PLAYER && it.note.onset < cutoff;
        for it in self.heard.iter().filter(by_player) {
            key.hear(it.note.pitch, it.note.length);
        }
        key.key()
    }

    /// The chord that is asked for at `cutoff`, where one is: of the player's, what was struck before it counts.
    pub(super) fn chord_wish(
        &mut self,
        wish: ChordWish,
        cutoff: Tick,
        key: Option<score::Key>,
    ) -> Option<Chord> {
        let heard = self.harmony.chord(cutoff - Ticks(1), key);
        match wish {
            ChordWish::Open => None,
            ChordWish::Player => heard,
            ChordWish::Chord(chord) => Some(chord),
        }
    }

    /// Key and chord of what the player has played by `now`, to be shown.
    pub(in crate::engine::composer) fn harmony_at(
        &self,
        now: Tick,
    ) -> (Option<score::Key>, Option<Chord>) {
        let key = self.key_heard(now + Ticks(1));
        (key, self.harmony.peek(now, key))
    }

    /// What was heard with an onset before `cutoff`, the player first at each instant, where they were meant; a held note with what it has lasted so far and a little.
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
        let Self { onset, part, pitch, velocity, .. } = self;
        let note = Note { onset, part, pitch, length, velocity };
        Heard { note, meant: feel::quantized(self.ticks()) }
    }
}
