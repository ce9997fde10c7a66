//! Notes that the band plays as they are written, in place of what it would compose: a take that is played, or what is kept of one while the
//! rest is improvised anew.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::infer::Controls;
use crate::music::planner::Window;
use crate::score::maps::{self, Map};
use crate::score::take::{Families, Music};
use crate::score::{Mode, Note, Part, Settings, Tick, Ticks};

/// What is given, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Playback {
    /// The band's, sorted.
    notes: Arc<[Note]>,
    /// Of those that do not sound just at their onset, sorted.
    delays: Arc<[(Note, f32)]>,
    families: Map<Families>,
    /// Stretches in order, with the parts that are given in each.
    stretches: Vec<(Tick, Tick, Parts)>,
    place: Place,
    elsewhere: Elsewhere,
}

/// For each part of the band, whether it plays what is written.
pub type Parts = [bool; Part::BAND_SIZE];

/// Where a take is played.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// At the place of the song where it was kept.
    #[default]
    Song,
    /// From the bar line at which the transport starts, or the next one; where it runs when this is asked for, from its next bar line.
    Start,
}

/// What the band does outside the stretches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Elsewhere {
    #[default]
    Silent,
    Improvises,
}

/// Where a playback begins in a chain that runs when it is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Joining {
    /// The transport stood, or another chain has begun since.
    #[default]
    NotRunning,
    /// This chain ran, and has composed no window since.
    Asked(u32),
    /// In this chain, from this bar line on.
    From(u32, Tick),
}

impl Joining {
    /// The bar line from which on it is played in the chain of `window`, which is composed now: the first that is not composed already. `None` where it
    /// begins with the chain.
    pub fn line(&mut self, window: Window) -> Option<Tick> {
        if *self == Joining::Asked(window.chain) {
            let bar = window.bar;
            let is_at_line = window.begin == bar.start;
            let line = if is_at_line { bar.start } else { bar.start + bar.meter.bar() };
            *self = Joining::From(window.chain, line);
        }
        match *self {
            Joining::From(chain, line) if chain == window.chain => Some(line),
            _ => None,
        }
    }
}

/// What is given of one window.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Given {
    /// Parts that are not drawn: they play the notes, or nothing.
    parts: Parts,
    /// By onset; taken from the front.
    notes: VecDeque<Note>,
    /// As of the playback.
    delays: Vec<(Note, f32)>,
    /// What the given parts play on.
    families: Option<Families>,
}

impl Playback {
    /// All of a take.
    pub fn of(music: &Music, place: Place, elsewhere: Elsewhere) -> Self {
        let all = (music.begin, music.end, [true; Part::BAND_SIZE]);
        Self::new(music, music.of_band().collect(), vec![all], place, elsewhere)
    }

    /// Of a take the parts that are frozen, while the others improvise.
    pub fn frozen(music: &Music, frozen: Parts, place: Place) -> Self {
        let is_frozen = |note: &Note| note.part.band_index().is_some_and(|index| frozen[index]);
        let notes = music.of_band().filter(is_frozen).collect();
        let within = (music.begin, music.end, frozen);
        Self::new(music, notes, vec![within], place, Elsewhere::Improvises)
    }

    /// What led up to a take, and within it the parts that are kept.
    pub fn around(music: &Music, kept: Parts) -> Self {
        let mut notes = music.lead_in.clone();
        let is_kept = |note: &Note| note.part.band_index().is_some_and(|index| kept[index]);
        notes.extend(music.of_band().filter(is_kept));
        let before = (Tick(i64::MIN), music.begin, [true; Part::BAND_SIZE]);
        let within = (music.begin, music.end, kept);
        Self::new(music, notes, vec![before, within], Place::Song, Elsewhere::Improvises)
    }

    fn new(
        music: &Music,
        mut notes: Vec<Note>,
        stretches: Vec<(Tick, Tick, Parts)>,
        place: Place,
        elsewhere: Elsewhere,
    ) -> Self {
        notes.sort_unstable();
        let (delays, families) = (music.delays.clone().into(), music.families.clone());
        Self { notes: notes.into(), delays, families, stretches, place, elsewhere }
    }

    /// Whether it has no place in the song of its own.
    pub fn is_placed_by_start(&self) -> bool {
        self.place == Place::Start
    }

    /// How far the written notes are moved in a chain that starts at `start`, where the next bar line is `line`.
    pub fn shift(&self, start: Tick, bar: Tick, line: Tick) -> Ticks {
        let first = self.stretches.first().map_or(start, |it| it.0);
        match self.place {
            Place::Song => Ticks(0),
            Place::Start if start <= bar => bar - first,
            Place::Start => line - first,
        }
    }

    /// What is given of the window `[begin, end)` when the notes are moved by `shift`. Nothing if the band is to improvise all of it.
    pub fn given(&self, begin: Tick, end: Tick, shift: Ticks) -> Option<Given> {
        let (begin, end) = (begin - shift, end - shift);
        let stretch = self.stretches.iter().find(|it| it.0 <= begin && begin < it.1);
        let (until, parts) = match (stretch, self.elsewhere) {
            (Some((_, until, parts)), _) => (*until, *parts),
            (None, Elsewhere::Silent) => (begin, [true; Part::BAND_SIZE]),
            (None, Elsewhere::Improvises) => return None,
        };
        let from = self.notes.partition_point(|note| note.onset < begin);
        let to = self.notes.partition_point(|note| note.onset < end.min(until));
        let is_given = |note: &&Note| note.part.band_index().is_some_and(|index| parts[index]);
        let notes = self.notes.get(from..to).unwrap_or_default().iter().filter(is_given);
        let moved = |note: &Note| Note { onset: note.onset + shift, ..*note };
        let first = self.delays.partition_point(|it| it.0.onset < begin);
        let delays = self.delays[first..].iter().take_while(|it| it.0.onset < end);
        Some(Given {
            parts,
            notes: notes.map(moved).collect(),
            delays: delays.map(|it| (moved(&it.0), it.1)).collect(),
            families: maps::in_force(&self.families, begin),
        })
    }
}

impl Given {
    /// The given parts have their seats in the band while they play.
    pub fn seat(&self, settings: &mut Settings) {
        for (index, part) in settings.parts.iter_mut().enumerate().filter(|it| self.parts[it.0]) {
            part.mode = Mode::Play;
            part.family = self.families.map(|families| families[index]).or(part.family);
        }
    }

    /// The given parts are not drawn.
    pub fn quieten(&self, controls: &mut Controls) {
        for part in Part::BAND.into_iter().zip(self.parts).filter(|it| it.1) {
            controls.rule_out(part.0);
        }
    }

    /// The next note, if it comes before `drawn`: of one onset the model hears parts in order. All come before nothing.
    pub fn next_before(&mut self, drawn: Option<Note>) -> Option<Note> {
        let comes = |note: &Note, drawn: Note| (note.onset, note.part) <= (drawn.onset, drawn.part);
        self.notes.pop_front_if(|note| drawn.is_none_or(|drawn| comes(note, drawn)))
    }

    /// By how many ticks a given note sounds after its onset; nothing of one that is not given.
    pub fn delay(&self, note: &Note) -> Option<f32> {
        let index = note.part.band_index()?;
        let found = self.delays.iter().find(|it| it.0 == *note);
        self.parts[index].then(|| found.map_or(0.0, |it| it.1))
    }

    /// Those that play what is written.
    pub fn parts(&self) -> Parts {
        self.parts
    }

    /// Whether nothing is given, not even a silence.
    pub fn is_empty(&self) -> bool {
        self.parts == [false; Part::BAND_SIZE]
    }

    /// All that are left.
    pub fn rest(&mut self) -> Vec<Note> {
        std::mem::take(&mut self.notes).into()
    }
}

#[cfg(test)]
mod tests;
