//! The chord of what sounds, from the notes of the last beat.
//!
//! A pure state machine that allocates nothing. It is told which notes begin and end, and asked for the chord where one is needed; what it says
//! depends on what it was told and asked alone.

pub mod leading;
#[cfg(test)]
mod tests;

use super::key::KeyFinder;
use crate::score::{Chord, ChordQuality, Key, Part, Pitch, Tick, Ticks};

/// What has sounded lately.
#[derive(Clone, Debug)]
pub struct Harmony {
    /// The newest notes, in a ring.
    notes: [Option<Sounded>; ROOM],
    next: usize,
    /// The chord that was found last, and when it was found again.
    chord: Option<(Chord, Tick)>,
    key: KeyFinder,
}

/// Pitch classes, a bit each from C.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Classes(u16);

#[derive(Clone, Copy, Debug)]
struct Sounded {
    part: Part,
    pitch: Pitch,
    onset: Tick,
    /// Nothing while it sounds.
    end: Option<Tick>,
}

/// Notes that are remembered; more than anybody plays in a beat.
const ROOM: usize = 96;
/// What came before this counts no more.
const MEMORY: Ticks = Ticks(24);
/// A chord that is not found again stands for this long.
const LAPSE: Ticks = Ticks(48);
/// What a note weighs for sounding now, beside the ticks of the last beat for which it has sounded.
const PRESENCE: i64 = 12;

// A template is worth the share of weight inside it less that outside it, in percent. The rest, in the same unit, was set by ear on chords with
// passing notes; the tests hold what it must tell apart.
const THIRD_MISSING: i64 = 20;
const FIFTH_MISSING: i64 = 8;
/// A seventh, or a fifth that is not perfect, is what the chord is about.
const COLOR_MISSING: i64 = 30;
/// A triad is the simpler guess.
const SEVENTH: i64 = 20;
const ROOT_IN_BASS: i64 = 15;
const IN_KEY: i64 = 8;
/// What a chord gains for having been there before.
const HYSTERESIS: i64 = 12;
const LEAST: i64 = 40;

/// Semitones from the root, in the order of `ChordQuality`: the third, or what stands for it, second.
const TEMPLATES: [(ChordQuality, &[u8]); ChordQuality::COUNT] = [
    (ChordQuality::Major, &[0, 4, 7]),
    (ChordQuality::Minor, &[0, 3, 7]),
    (ChordQuality::Diminished, &[0, 3, 6]),
    (ChordQuality::Augmented, &[0, 4, 8]),
    (ChordQuality::SuspendedFourth, &[0, 5, 7]),
    (ChordQuality::DominantSeventh, &[0, 4, 7, 10]),
    (ChordQuality::MajorSeventh, &[0, 4, 7, 11]),
    (ChordQuality::MinorSeventh, &[0, 3, 7, 10]),
];

impl Default for Harmony {
    fn default() -> Self {
        Self { notes: [None; ROOM], next: 0, chord: None, key: KeyFinder::default() }
    }
}

impl Harmony {
    /// A note begins. Drums are not told.
    pub fn strike(&mut self, part: Part, pitch: Pitch, onset: Tick) {
        self.notes[self.next] = Some(Sounded { part, pitch, onset, end: None });
        self.next = (self.next + 1) % ROOM;
    }

    /// The sounding notes of that part and pitch end.
    pub fn release(&mut self, part: Part, pitch: Pitch, end: Tick) {
        let is_it = |it: &&mut Sounded| it.part == part && it.pitch == pitch && it.end.is_none();
        for note in self.notes.iter_mut().flatten().filter(is_it) {
            note.end = Some(end);
            if end > note.onset {
                self.key.hear(pitch, end - note.onset);
            }
        }
    }

    /// The chord at `now`: of what sounds and of what has sounded in the last beat. Chords of `key` are likelier.
    pub fn chord(&mut self, now: Tick, key: Option<Key>) -> Option<Chord> {
        let (found, before) = self.find(now, key);
        self.chord = found.map(|chord| (chord, now)).or(self.chord);
        found.or(before)
    }

    /// What `chord` would say, had it been asked: to be shown, since what it says next does not depend on this.
    pub fn peek(&self, now: Tick, key: Option<Key>) -> Option<Chord> {
        let (found, before) = self.find(now, key);
        found.or(before)
    }

    /// The chord at `now`, and the one before it that still stands.
    fn find(&self, now: Tick, key: Option<Key>) -> (Option<Chord>, Option<Chord>) {
        let before = self.lasting(now);
        let (weights, bass) = self.weigh_over(now, MEMORY);
        (best(&weights, bass, key, before), before)
    }

    /// The chord that was found last, while it stands.
    fn lasting(&self, now: Tick) -> Option<Chord> {
        self.chord.filter(|(_, found)| now - *found <= LAPSE).map(|it| it.0)
    }

    /// How many of the notes that are remembered a scale holds.
    fn held(&self, scale: Classes) -> usize {
        self.notes.iter().flatten().filter(|note| scale.contains(note.pitch.class())).count()
    }

    /// What each pitch class weighs at `now` for having sounded within `memory`, and the lowest pitch among them.
    fn weigh_over(&self, now: Tick, memory: Ticks) -> ([i64; 12], Option<Pitch>) {
        let mut weights = [0; 12];
        let mut bass: Option<Pitch> = None;
        for note in self.notes.iter().flatten().filter(|it| it.onset <= now) {
            let end = note.end.unwrap_or(now).min(now);
            let lasted = end - note.onset.max(now - memory);
            let mut weight = lasted.0.max(0);
            if note.end.is_none_or(|end| end > now) {
                weight += PRESENCE;
            }
            if weight > 0 {
                bass = Some(bass.map_or(note.pitch, |lowest| lowest.min(note.pitch)));
            }
            weights[usize::from(note.pitch.class())] += weight;
        }
        (weights, bass)
    }
}

/// The chord that fits best, if one fits: its root is there, and so many of its notes that it is no mere guess.
fn best(
    weights: &[i64; 12],
    bass: Option<Pitch>,
    key: Option<Key>,
    before: Option<Chord>,
) -> Option<Chord> {
    let total: i64 = weights.iter().sum();
    let mut best: Option<(i64, Chord)> = None;
    for root in 0..12 {
        for (quality, tones) in TEMPLATES {
            let Some(chord) = Chord::new(root, quality) else { continue };
            let is_there = |tone: &&u8| weights[usize::from((root + **tone) % 12)] > 0;
            let is_plain = matches!(quality, ChordQuality::Major | ChordQuality::Minor);
            let least = if is_plain { 2 } else { 3 };
            if !is_there(&&0) || tones.iter().filter(is_there).count() < least {
                continue;
            }
            let fit = fit(weights, total, root, tones);
            let classes = Classes::of_chord(chord);
            let mut score = fit;
            score += if bass.is_some_and(|it| it.class() == root) { ROOT_IN_BASS } else { 0 };
            score +=
                if key.is_some_and(|it| Classes::of_key(it).holds(classes)) { IN_KEY } else { 0 };
            score += if before == Some(chord) { HYSTERESIS } else { 0 };
            if score >= LEAST && best.is_none_or(|(most, _)| score > most) {
                best = Some((score, chord));
            }
        }
    }
    best.map(|it| it.1)
}

fn fit(weights: &[i64; 12], total: i64, root: u8, tones: &[u8]) -> i64 {
    let weight = |tone: u8| weights[usize::from((root + tone) % 12)];
    let inside: i64 = tones.iter().map(|tone| weight(*tone)).sum();
    let mut fit = 100 * (2 * inside - total) / total.max(1);
    if tones.len() > 3 {
        fit -= SEVENTH;
    }
    for (place, tone) in tones.iter().enumerate() {
        if weight(*tone) == 0 {
            fit -= match (place, tone) {
                (1, 5) => COLOR_MISSING,
                (1, _) => THIRD_MISSING,
                (2, 7) => FIFTH_MISSING,
                _ => COLOR_MISSING,
            };
        }
    }
    fit
}

impl Classes {
    pub fn of_chord(chord: Chord) -> Self {
        let tones =
            TEMPLATES.iter().find(|it| it.0 == chord.quality()).map_or(&[0_u8][..], |it| it.1);
        Self::from_root(chord.root(), tones)
    }

    /// A minor key has the sixth and seventh degree of its signature here.
    pub fn of_key(key: Key) -> Self {
        let is_minor = key.index() >= 12;
        let tonic = u8::try_from(key.index() % 12).unwrap_or(0);
        let degrees: &[u8] =
            if is_minor { &[0, 2, 3, 5, 7, 8, 10] } else { &[0, 2, 4, 5, 7, 9, 11] };
        Self::from_root(tonic, degrees)
    }

    /// The twelve major scales; of any that are as good, the one with the fewest accidentals comes first.
    fn majors() -> impl Iterator<Item = Self> {
        [0, 7, 5, 2, 10, 9, 3, 4, 8, 11, 1, 6].into_iter().map(Self::of_major)
    }

    fn of_major(tonic: u8) -> Self {
        Self::from_root(tonic, &[0, 2, 4, 5, 7, 9, 11])
    }

    /// `class` is 0 to 11.
    pub fn contains(self, class: u8) -> bool {
        self.0 >> class & 1 == 1
    }

    /// Whether all of `others` are among these.
    pub fn holds(self, others: Classes) -> bool {
        others.0 & !self.0 == 0
    }

    fn from_root(root: u8, semitones: &[u8]) -> Self {
        Self(semitones.iter().fold(0, |set, semitone| set | 1 << ((root + semitone) % 12)))
    }
}
