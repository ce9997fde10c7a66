//! The harmony that parts follow the player in: her own, as soon as her notes of the last beats say one, and the band's where hers go with it.
//!
//! A pure state machine that allocates nothing, as `Harmony` is.

#[cfg(test)]
mod tests;

use super::{Classes, Harmony, MEMORY, Sounded, best};
use crate::score::{Chord, Key, Part, Pitch, Tick, Ticks};

/// What has sounded lately, hers and the band's apart.
#[derive(Clone, Debug, Default)]
pub struct Leading {
    player: Harmony,
    band: Harmony,
}

/// What is in force for a note that follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Led {
    pub chord: Option<Chord>,
    pub key: Option<Key>,
    /// What a melody moves in.
    pub scale: Classes,
}

/// What a note weighs for being struck now, beside what any weighs that sounds: with that as much as one that is held for a beat.
const STRUCK: i64 = 24;
/// A key that was merely heard gives way to a major scale that holds so many more of the player's notes of the last bar or so.
const MODULATION: usize = 2;
const LATELY: Ticks = Ticks(96);

impl Leading {
    /// A note begins. Drums are not told. A note that has been told already at this instant is one: keys struck together are told before the first is answered.
    pub fn strike(&mut self, part: Part, pitch: Pitch, onset: Tick) {
        let harmony = self.of(part);
        let is_it =
            |it: &Sounded| (it.pitch, it.onset, it.end) == (pitch, onset, None) && it.part == part;
        if !harmony.notes.iter().flatten().any(is_it) {
            harmony.strike(part, pitch, onset);
        }
    }

    /// The sounding notes of that part and pitch end.
    pub fn release(&mut self, part: Part, pitch: Pitch, end: Tick) {
        self.of(part).release(part, pitch, end);
    }

    /// The harmony at `now`, at which the player strikes a key. `wished` is the key that is asked for, `told` what the band plays in.
    pub fn at(&mut self, now: Tick, wished: Option<Key>, told: Option<Key>) -> Led {
        let key = wished.or_else(|| self.player.key.key()).or(told);
        let scale = self.scale(now, wished, key);
        let (weights, bass) = self.weigh(now);
        let held = |chord: Chord| {
            let tones = Classes::of_chord(chord);
            (0..12).filter(|it| tones.contains(*it)).map(|it| weights[usize::from(it)]).sum::<i64>()
        };
        let before = self.player.lasting(now);
        let own = best(&weights, bass, key, before);
        self.player.chord = own.map(|it| (it, now)).or(self.player.chord);
        let band = self.band.chord(now, key);
        // Passing notes are no reason to leave the band's; another key is.
        let goes_with_hers = |band: Chord| {
            let tones = Classes::of_chord(band);
            let in_key = key.is_some_and(|it| Classes::of_key(it) == scale);
            let mut hers = (0..12).filter(|it| weights[usize::from(*it)] > 0);
            in_key || scale.holds(tones) || hers.all(|it| tones.contains(it))
        };
        let chord = match (own, band) {
            (Some(own), Some(band)) if held(band) >= held(own) => Some(band),
            (Some(own), _) => Some(own),
            (None, Some(band)) => Some(band).filter(|it| goes_with_hers(*it)),
            (None, None) => before,
        };
        Led { chord, key, scale }
    }

    fn of(&mut self, part: Part) -> &mut Harmony {
        if part == Part::PLAYER { &mut self.player } else { &mut self.band }
    }

    /// What each of the player's pitch classes weighs at `now`, and the lowest pitch among them: the beat before the last one counts half.
    fn weigh(&self, now: Tick) -> ([i64; 12], Option<Pitch>) {
        let (last, _) = self.player.weigh_over(now, MEMORY);
        let (both, lowest) = self.player.weigh_over(now, MEMORY * 2);
        let mut weights: [i64; 12] = std::array::from_fn(|it| (last[it] + both[it]) / 2);
        let struck = |it: &&Sounded| it.onset == now && it.end.is_none();
        for note in self.player.notes.iter().flatten().filter(struck) {
            weights[usize::from(note.pitch.class())] += STRUCK;
        }
        (weights, lowest)
    }

    /// Of the key, unless it was merely heard and she has left it; without a key, the major scale that holds most of what she has played, and of those the one
    /// that holds most of the band's.
    fn scale(&self, now: Tick, wished: Option<Key>, key: Option<Key>) -> Classes {
        let hers = |it: &&Sounded| key.is_none() || now - it.onset <= LATELY;
        let own = |scale: Classes| {
            let hers = self.player.notes.iter().flatten().filter(hers);
            hers.filter(|it| scale.contains(it.pitch.class())).count()
        };
        let mut major = Classes::of_major(0);
        for scale in Classes::majors() {
            let worth = |it: Classes| (own(it), self.band.held(it));
            if worth(scale) > worth(major) {
                major = scale;
            }
        }
        match key.map(Classes::of_key) {
            Some(of_key) if wished.is_some() || own(major) < own(of_key) + MODULATION => of_key,
            _ => major,
        }
    }
}
