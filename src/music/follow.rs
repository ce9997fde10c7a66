//! Parts that follow: one note to each of the player's, chosen the moment that she strikes it and held for as long as she holds hers.
//!
//! A pure state machine that allocates nothing, since it runs in the audio callback: what is chosen depends on what was struck before and on
//! what is in force, and on nothing else.

mod choice;
#[cfg(test)]
mod tests;

use super::harmony::Classes;
use super::keys::Pitches;
use crate::score::{
    Chord, Family, Follow, Key, Mode, Part, PartSettings, Pitch, Tick, Ticks, Velocity,
};

/// What a part plays on and where its register lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seat {
    pub family: Family,
    pub middle: Pitch,
}

/// A key that the player strikes.
#[derive(Clone, Copy, Debug)]
pub struct Struck {
    pub pitch: Pitch,
    pub velocity: Velocity,
    pub at: Tick,
    pub place: Place,
}

/// Where in the bar a note lies, as far as a bass cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// On a beat.
    Strong,
    Weak,
}

/// What is in force and what sounds when a key is struck.
#[derive(Clone, Copy, Debug)]
pub struct Around {
    pub chord: Option<Chord>,
    pub key: Option<Key>,
    /// What a melody moves in.
    pub scale: Classes,
    /// Whose notes alone may be played.
    pub lock: Option<Key>,
    /// By slot; the player's have the struck one among them. Drums are not told.
    pub sounding: [Pitches; Part::COUNT],
}

/// What one part does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    /// Notes of the part that end first.
    pub ends: Pitches,
    pub begins: Option<(Pitch, Velocity)>,
}

/// The notes of the parts that follow.
#[derive(Clone, Debug)]
pub struct Followers {
    parts: [Follower; Part::BAND_SIZE],
}

#[derive(Clone, Debug)]
struct Follower {
    sounding: Pitches,
    /// The player's keys that hold each pitch.
    holders: [Pitches; 128],
    last: Option<Pitch>,
    stroke: Option<Stroke>,
}

/// Keys struck together, and what was begun with them.
#[derive(Clone, Copy, Debug)]
struct Stroke {
    begin: Tick,
    begun: Pitches,
}

/// Keys struck within this time are one stroke to a bass and to drums: about 40 ms at 120 quarters a minute.
const TOGETHER: Ticks = Ticks(2);

impl Default for Followers {
    fn default() -> Self {
        Self { parts: std::array::from_fn(|_| Follower::new()) }
    }
}

impl Followers {
    /// The player strikes a key that does not sound. Says what each part does; earlier parts are heard by later ones.
    pub fn strike(
        &mut self,
        struck: Struck,
        settings: &[PartSettings; Part::BAND_SIZE],
        seats: &[Seat; Part::BAND_SIZE],
        mut around: Around,
    ) -> [Answer; Part::BAND_SIZE] {
        for (place, part) in Part::BAND.into_iter().enumerate() {
            if !seats[place].family.is_drums() {
                let all = &mut around.sounding[part.slot()];
                *all = all.and(self.parts[place].sounding);
            }
        }
        let mut answers = [Answer::default(); Part::BAND_SIZE];
        for (place, part) in Part::BAND.into_iter().enumerate() {
            if settings[place].mode != Mode::Follow {
                continue;
            }
            let own = &mut self.parts[place];
            answers[place] =
                own.answer(part, struck, settings[place].follow, seats[place], &around);
            if let Some((pitch, _)) = answers[place].begins
                && !seats[place].family.is_drums()
            {
                around.sounding[part.slot()].insert(pitch);
            }
        }
        answers
    }

    /// The player's key no longer sounds. The notes of each part that end by that.
    pub fn let_go(&mut self, key: Pitch) -> [Pitches; Part::BAND_SIZE] {
        self.parts.each_mut().map(|part| part.let_go(key))
    }

    /// Every note of the part at this place ends.
    pub fn end(&mut self, place: usize) -> Pitches {
        let part = &mut self.parts[place];
        part.holders.fill(Pitches::default());
        std::mem::take(&mut part.sounding)
    }

    /// A note of the part at this place ends, if it sounds: someone else needs its pitch. Whether it did.
    pub fn yield_pitch(&mut self, place: usize, pitch: Pitch) -> bool {
        let part = &mut self.parts[place];
        part.holders[usize::from(pitch.number())] = Pitches::default();
        part.sounding.remove(pitch)
    }

    /// What went before matters no longer; what sounds goes on.
    pub fn forget(&mut self) {
        for part in &mut self.parts {
            part.last = None;
            part.stroke = None;
        }
    }

    /// Of the part at this place.
    pub fn sounding(&self, place: usize) -> Pitches {
        self.parts[place].sounding
    }
}

impl Follower {
    fn new() -> Self {
        Self {
            sounding: Pitches::default(),
            holders: [Pitches::default(); 128],
            last: None,
            stroke: None,
        }
    }

    fn answer(
        &mut self,
        part: Part,
        struck: Struck,
        kind: Follow,
        seat: Seat,
        around: &Around,
    ) -> Answer {
        let together = self.stroke.filter(|it| struck.at - it.begin <= TOGETHER);
        let pitch = if seat.family.is_drums() {
            choice::drum(struck)
        } else if let (Follow::Bass, Some(bass)) = (kind, together.and_then(|it| it.begun.lowest()))
        {
            bass
        } else {
            let Some(pitch) = choice::pitch(part, struck, kind, seat, around, self.last) else {
                return Answer::default();
            };
            pitch
        };
        let is_alone = kind == Follow::Bass || seat.family.is_drums();
        if is_alone && together.is_some_and(|it| it.begun.contains(pitch)) {
            if self.sounding.contains(pitch) {
                self.holders[usize::from(pitch.number())].insert(struck.pitch);
            }
            return Answer::default();
        }
        let ends =
            if is_alone && !seat.family.is_drums() { self.end_all() } else { self.end_one(pitch) };
        let mut begun = together.map(|it| it.begun).unwrap_or_default();
        begun.insert(pitch);
        self.stroke = Some(Stroke { begin: together.map_or(struck.at, |it| it.begin), begun });
        self.last = Some(pitch);
        self.sounding.insert(pitch);
        self.holders[usize::from(pitch.number())].insert(struck.pitch);
        let is_harmony = !seat.family.is_drums() && kind != Follow::Bass;
        let velocity = if is_harmony { choice::softer(struck.velocity) } else { struck.velocity };
        Answer { ends, begins: Some((pitch, velocity)) }
    }

    fn end_all(&mut self) -> Pitches {
        self.holders.fill(Pitches::default());
        std::mem::take(&mut self.sounding)
    }

    fn end_one(&mut self, pitch: Pitch) -> Pitches {
        let mut ends = Pitches::default();
        self.holders[usize::from(pitch.number())] = Pitches::default();
        if self.sounding.remove(pitch) {
            ends.insert(pitch);
        }
        ends
    }

    fn let_go(&mut self, key: Pitch) -> Pitches {
        let mut ends = Pitches::default();
        for pitch in self.sounding.iter() {
            let holders = &mut self.holders[usize::from(pitch.number())];
            if holders.remove(key) && holders.is_empty() {
                self.sounding.remove(pitch);
                ends.insert(pitch);
            }
        }
        ends
    }
}
