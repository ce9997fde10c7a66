//! The pitch of one note that follows: candidates with their costs, in whole numbers, of which the cheapest is taken, and of two as cheap the first.

use super::{Around, Place, Seat, Struck};
use crate::music::harmony::Classes;
use crate::score::{Follow, Part, Pitch, Velocity};

/// Keys of a piano: what a part that is no drum kit can play.
const KEYS: std::ops::RangeInclusive<i16> = 21..=108;

// Costs were set by ear against one another; the tests hold what they must bring about.
/// Intervals of a harmony, semitones: thirds, sixths, tenths.
const INTERVALS: [(i16, i32); 6] = [(3, 0), (4, 0), (8, 3), (9, 3), (15, 5), (16, 5)];
/// A fourth or fifth, which stands in for a third that is foreign to the chord or taken, if it is of the chord itself.
const STAND_INS: [(i16, i32); 2] = [(5, 2), (7, 4)];
const OUT_OF_SCALE: i32 = 12;
const OUT_OF_CHORD: i32 = 4;
/// A minor second with something that sounds, or a minor ninth.
const CLASH: i32 = 10;
const NINTH: i32 = 5;
/// A pitch that sounds already.
const DOUBLED: i32 = 8;

/// How far a bass may lie from the middle of its register, semitones.
const BASS_REACH: i16 = 9;

/// The pitch with which `part` answers, if it has one.
pub(super) fn pitch(
    part: Part,
    struck: Struck,
    kind: Follow,
    seat: Seat,
    around: &Around,
    last: Option<Pitch>,
) -> Option<Pitch> {
    let scene = Scene { part, struck, seat, around, last };
    match kind {
        Follow::Above => scene.harmony(1),
        Follow::Below => scene.harmony(-1),
        Follow::Bass => scene.bass(),
        Follow::OctaveUp => scene.doubling(12),
        Follow::OctaveDown => scene.doubling(-12),
    }
}

/// A kick for low keys, a hi-hat for high ones, open where it is struck hard; between them a snare, or a side stick where it is touched softly.
pub(super) fn drum(struck: Struck) -> Pitch {
    let number = match (struck.pitch.number(), struck.velocity.number()) {
        (..=47, _) => 36,
        (72.., 112..) => 46,
        (72.., _) => 42,
        (_, 64..) => 38,
        _ => 37,
    };
    Pitch::new(number).unwrap_or(struck.pitch)
}

/// A harmony is a little softer than what it goes with.
pub(super) fn softer(velocity: Velocity) -> Velocity {
    Velocity::clamped(velocity.number() - velocity.number() / 8)
}

/// What one choice is made from.
struct Scene<'a> {
    part: Part,
    struck: Struck,
    seat: Seat,
    around: &'a Around,
    last: Option<Pitch>,
}

impl Scene<'_> {
    /// A third or so on the side of `sign`.
    fn harmony(&self, sign: i16) -> Option<Pitch> {
        let chord = self.around.chord.map(Classes::of_chord);
        let stands_in = |interval| STAND_INS.iter().any(|it| it.0 == interval);
        let candidates = INTERVALS.into_iter().chain(STAND_INS).filter_map(|(interval, cost)| {
            let pitch =
                self.playable(self.number() + sign * interval).filter(|it| !self.is_taken(*it))?;
            let foreign = chord.is_some_and(|it| !it.contains(pitch.class()));
            if stands_in(interval) && (foreign || chord.is_none()) {
                return None;
            }
            let cost = cost
                + if foreign { OUT_OF_CHORD } else { 0 }
                + self.out_of_scale(pitch, chord)
                + self.company(pitch)
                + self.leap(pitch, 7)
                + (self.off_middle(pitch) - 12).max(0) / 2;
            Some((cost, pitch))
        });
        cheapest(candidates)
    }

    /// The root of the harmony in the part's own register; off the beat its fifth or third too, so that the line moves.
    fn bass(&self) -> Option<Pitch> {
        let middle = i16::from(self.seat.middle.number());
        let lowest =
            self.around.sounding[Part::PLAYER.slot()].lowest().unwrap_or(self.struck.pitch);
        let candidates = (middle - BASS_REACH..=middle + BASS_REACH).filter_map(|number| {
            let pitch = self.playable(number)?;
            let repeated = self.struck.place == Place::Weak && self.last == Some(pitch);
            let cost = self.degree(pitch)?
                + self.leap(pitch, 2)
                + self.off_middle(pitch) / 3
                + if pitch >= lowest { 8 } else { 0 }
                + if repeated { 3 } else { 0 }
                + if self.has_neighbor(pitch, 1) { CLASH } else { 0 };
            Some((cost, pitch))
        });
        cheapest(candidates)
    }

    /// What a pitch costs as a bass for the degree of the harmony that it is; nothing for one that is none.
    fn degree(&self, pitch: Pitch) -> Option<i32> {
        let strong = self.struck.place == Place::Strong;
        if let Some(chord) = self.around.chord {
            if !Classes::of_chord(chord).contains(pitch.class()) {
                return None;
            }
            return match (pitch.class() + 12 - chord.root()) % 12 {
                0 => Some(0),
                6..=8 => Some(if strong { 6 } else { 1 }),
                3..=5 => Some(if strong { 8 } else { 2 }),
                _ => None,
            };
        }
        // The struck note is taken for the third, root or fifth of a triad of the scale.
        let scale = self.around.scale;
        let above = |semitones: u8| scale.contains((pitch.class() + semitones) % 12);
        if !scale.contains(pitch.class()) || !above(7) {
            return None;
        }
        let cost = match (self.struck.pitch.class() + 12 - pitch.class()) % 12 {
            3 | 4 => 1,
            0 => 2,
            7 => 3,
            _ => return None,
        };
        let tonic = self.around.key.map(|key| key.index() % 12);
        let from_tonic = tonic.map(|tonic| (usize::from(pitch.class()) + 12 - tonic) % 12);
        Some(match from_tonic {
            Some(0) => cost - 2,
            Some(5 | 7) => cost - 1,
            _ => cost,
        })
    }

    fn doubling(&self, semitones: i16) -> Option<Pitch> {
        self.playable(self.number() + semitones).filter(|it| !self.is_taken(*it))
    }

    fn number(&self) -> i16 {
        i16::from(self.struck.pitch.number())
    }

    /// The pitch with that number, if the part can play it and may.
    fn playable(&self, number: i16) -> Option<Pitch> {
        let pitch = u8::try_from(number).ok().and_then(Pitch::new)?;
        let allowed = self.around.lock.is_none_or(|key| key.contains(pitch));
        (KEYS.contains(&number) && allowed).then_some(pitch)
    }

    /// Whether the part sounds the pitch already.
    fn is_taken(&self, pitch: Pitch) -> bool {
        self.around.sounding[self.part.slot()].contains(pitch)
    }

    fn out_of_scale(&self, pitch: Pitch, chord: Option<Classes>) -> i32 {
        let class = pitch.class();
        let inside =
            self.around.scale.contains(class) || chord.is_some_and(|it| it.contains(class));
        if inside { 0 } else { OUT_OF_SCALE }
    }

    /// What it costs to sound with all that sounds.
    fn company(&self, pitch: Pitch) -> i32 {
        let doubled = self.around.sounding.iter().any(|it| it.contains(pitch));
        (if doubled { DOUBLED } else { 0 })
            + (if self.has_neighbor(pitch, 1) { CLASH } else { 0 })
            + (if self.has_neighbor(pitch, 13) { NINTH } else { 0 })
    }

    fn has_neighbor(&self, pitch: Pitch, distance: u8) -> bool {
        let below = pitch.number().checked_sub(distance).and_then(Pitch::new);
        let above = Pitch::new(pitch.number() + distance);
        let mut neighbors = below.into_iter().chain(above);
        neighbors.any(|it| self.around.sounding.iter().any(|sounding| sounding.contains(it)))
    }

    /// A leap from the last note costs the more the farther it goes beyond `free` semitones.
    fn leap(&self, pitch: Pitch, free: i32) -> i32 {
        let from = self.last.map_or(0, |last| distance(last, pitch));
        (from - free).max(0) / 3
    }

    fn off_middle(&self, pitch: Pitch) -> i32 {
        distance(self.seat.middle, pitch)
    }
}

fn distance(one: Pitch, other: Pitch) -> i32 {
    i32::from(one.number().abs_diff(other.number()))
}

fn cheapest(candidates: impl Iterator<Item = (i32, Pitch)>) -> Option<Pitch> {
    let mut best: Option<(i32, Pitch)> = None;
    for (cost, pitch) in candidates {
        if best.is_none_or(|(least, _)| cost < least) {
            best = Some((cost, pitch));
        }
    }
    best.map(|it| it.1)
}
