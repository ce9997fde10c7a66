//! A take: a stored improvisation with all that made it, and the notes that came out.

mod names;

use std::sync::Arc;

use super::maps::{self, Map};
use super::{
    Family, Meter, Note, Part, Phrase, Pitch, Remembrance, Settings, Tempo, Tick, Ticks, Velocity,
};

pub use names::name;

/// A kept stretch of music. Cheap to copy: what does not change is shared.
#[derive(Clone, Debug, PartialEq)]
pub struct Take {
    pub name: String,
    pub starred: bool,
    /// The musician's own words.
    pub tags: String,
    pub music: Arc<Music>,
    pub making: Arc<Making>,
}

/// What sounded, on the song's timeline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Music {
    /// A bar line.
    pub begin: Tick,
    /// A bar line after `begin`.
    pub end: Tick,
    /// The band's and the player's notes with an onset within the stretch, sorted.
    pub notes: Vec<Note>,
    /// By how many ticks notes sound after their onset, negative is early: only those that do, in the order of notes.
    pub delays: Vec<(Note, f32)>,
    /// The band's notes of the bars before, sorted: what a variation goes on from.
    pub lead_in: Vec<Note>,
    pub tempos: Map<Tempo>,
    pub meters: Map<Meter>,
    /// What each part of the band played on.
    pub families: Map<Families>,
    /// Of a note of the band under the model: mean of the natural logarithms.
    pub likelihood: Option<f32>,
}

/// What each part of the band plays on.
pub type Families = [Family; Part::BAND_SIZE];

/// All that the notes came from, since the chain began.
#[derive(Clone, Debug, PartialEq)]
pub struct Making {
    pub pack: Option<PackName>,
    /// The runtime, as it calls itself.
    pub backend: String,
    pub seed_phrase: Arc<Phrase>,
    /// What the band remembered of the player when the chain began. Takes that began with the same share it.
    pub memory: Arc<Remembrance>,
    /// Where the chain began, and in which bar.
    pub start: Tick,
    pub bar: Tick,
    pub meter: Meter,
    pub entered: Entered,
    /// In force from the window that begins there; the first is what the chain was opened with.
    pub settings: Map<Settings>,
    pub windows: Vec<Run>,
    pub keys: Vec<KeyEvent>,
    pub rests: Vec<Rest>,
    /// Where the transport stopped or jumped, if the take reaches so far.
    pub ended: Option<Tick>,
    pub whole: Whole,
}

impl Making {
    /// What sounded of a note of the band that was committed: see `sounded`.
    pub fn sounded(&self, note: Note) -> Option<Note> {
        sounded(note, &self.rests, &self.keys, self.ended)
    }
}

/// What sounded of a note of the band: nothing if it rested or would have begun when its chain had `ended`; and no more than until all notes were
/// ended, or the chain.
pub fn sounded(note: Note, rests: &[Rest], keys: &[KeyEvent], ended: Option<Tick>) -> Option<Note> {
    let rested = rests.iter().any(|rest| rest.holds(&note));
    if rested || ended.is_some_and(|end| note.onset >= end) {
        return None;
    }
    let panics = keys.iter().filter(|it| it.act == KeyAct::AllUp).map(|it| it.tick);
    let cuts = panics.chain(ended).filter(|tick| *tick > note.onset && *tick < note.end());
    let length = cuts.min().map_or(note.length, |tick| tick - note.onset);
    Some(Note { length, ..note })
}

/// How the transport came to where a chain begins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Entered {
    /// It was started there.
    #[default]
    Started,
    /// It jumped there while it ran.
    Jumped,
}

/// Whether the same can be improvised again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Whole {
    /// Nothing since the chain's start is missing.
    #[default]
    Yes,
    /// The recording no longer reached back to the chain's start, the chain went on from another one, the band played from a take, or the file
    /// says nothing of it.
    No,
}

/// Which pack, and exactly which.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackName {
    pub name: String,
    /// SHA-256 of its note model, in hexadecimal digits.
    pub hash: String,
}

/// Windows of one length, one after another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Run {
    /// How long before its window each cutoff lies.
    pub lead: Ticks,
    pub begin: Tick,
    pub length: Ticks,
    pub count: u32,
    /// A bar line of the meter in force.
    pub bar: Tick,
    pub meter: Meter,
}

/// Something that the player did, or that a part did which follows her, in the order in which it was heard.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct KeyEvent {
    /// How many windows of the chain had had their cutoff before.
    pub after: u32,
    pub tick: Tick,
    /// The player, or a part that follows her.
    pub part: Part,
    pub act: KeyAct,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum KeyAct {
    /// `late` ticks after its tick, -0.5 to 0.5.
    Down {
        pitch: Pitch,
        velocity: Velocity,
        late: f32,
    },
    Up(Pitch),
    /// Of the player and of all that follow.
    AllUp,
}

/// The band's notes with an onset in `[from, until)` did not sound.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rest {
    /// As for [`KeyEvent`].
    pub after: u32,
    pub from: Tick,
    pub until: Tick,
    /// Of one part alone, which was switched to another mode.
    pub part: Option<Part>,
}

impl Rest {
    /// Whether `note` of the band did not sound.
    pub fn holds(&self, note: &Note) -> bool {
        self.part.is_none_or(|it| it == note.part) && (self.from..self.until).contains(&note.onset)
    }
}

impl Take {
    /// The seed that was in force where the take begins.
    pub fn seed(&self) -> super::Seed {
        let settings = maps::in_force(&self.making.settings, self.music.begin);
        settings.map(|it| it.seed).unwrap_or_default()
    }

    /// Bytes that it takes in a saved song, about, but for the memory that it began with.
    pub fn bytes(&self) -> usize {
        const NOTE: usize = 18;
        const EVENT: usize = 16;
        const SETTINGS: usize = 460;
        let Self { name, tags, music, making, .. } = self;
        let notes = music.notes.len() + music.lead_in.len() + making.seed_phrase.notes().len();
        let events = making.keys.len() + making.rests.len();
        let maps = music.tempos.len() + music.meters.len() + music.families.len();
        600 + name.len()
            + tags.len()
            + (notes + music.delays.len() / 2) * NOTE
            + (events + maps) * EVENT
            + making.windows.len() * 2 * EVENT
            + making.settings.len() * SETTINGS
    }
}

impl Music {
    /// Whole bars from begin to end.
    pub fn bars(&self) -> i64 {
        maps::bars(&self.meters, self.begin, self.end)
    }

    /// In force at the beginning.
    pub fn tempo(&self) -> Tempo {
        maps::in_force(&self.tempos, self.begin).unwrap_or_default()
    }

    /// In force at the beginning.
    pub fn meter(&self) -> Meter {
        maps::in_force(&self.meters, self.begin).unwrap_or(Meter::COMMON)
    }

    pub fn of_band(&self) -> impl Iterator<Item = Note> + '_ {
        self.notes.iter().copied().filter(|note| note.part != Part::PLAYER)
    }

    pub fn of_player(&self) -> impl Iterator<Item = Note> + '_ {
        self.notes.iter().copied().filter(|note| note.part == Part::PLAYER)
    }

    /// By how many ticks `note` sounds after its onset.
    pub fn delay(&self, note: &Note) -> f32 {
        self.delays.binary_search_by(|it| it.0.cmp(note)).map_or(0.0, |place| self.delays[place].1)
    }

    /// What the parts that have notes play on.
    pub fn sounding_families(&self) -> [Option<Family>; Part::BAND_SIZE] {
        let families = maps::in_force(&self.families, self.begin);
        Part::BAND.map(|part| {
            let has_notes = self.notes.iter().any(|note| note.part == part);
            let family = families.zip(part.band_index()).map(|(all, index)| all[index]);
            has_notes.then(|| family.unwrap_or(Family::PIANO))
        })
    }

    /// The same, so much later.
    pub fn moved(&self, by: Ticks) -> Self {
        let moved = |note: &Note| Note { onset: note.onset + by, ..*note };
        let notes = |notes: &[Note]| notes.iter().map(moved).collect();
        Self {
            begin: self.begin + by,
            end: self.end + by,
            notes: notes(&self.notes),
            delays: self.delays.iter().map(|it| (moved(&it.0), it.1)).collect(),
            lead_in: notes(&self.lead_in),
            tempos: maps::moved(&self.tempos, by),
            meters: maps::moved(&self.meters, by),
            families: maps::moved(&self.families, by),
            likelihood: self.likelihood,
        }
    }

    /// The same, with its first bar at tick 0 and nothing from before.
    pub fn from_zero(&self) -> Self {
        let mut music = self.moved(Tick(0) - self.begin);
        music.lead_in.clear();
        music.tempos = maps::from(&music.tempos, Tick(0));
        music.meters = maps::from(&music.meters, Tick(0));
        music.families = maps::from(&music.families, Tick(0));
        music
    }

    /// The tune that a band may start from: the player's notes, or else the band's first melodic part, counted from the first bar.
    pub fn as_phrase(&self) -> Phrase {
        let by = Tick(0) - self.begin;
        let families = self.sounding_families();
        let tune = Part::BAND
            .into_iter()
            .zip(families)
            .filter(|(_, family)| family.is_some_and(|family| !family.is_drums()));
        let part = match self.of_player().next() {
            Some(_) => Part::PLAYER,
            None => tune.map(|it| it.0).next().unwrap_or(Part::BAND[0]),
        };
        let notes = self.notes.iter().filter(|note| note.part == part);
        Phrase::new(
            notes
                .map(|note| Note { onset: note.onset + by, part: Part::PLAYER, ..*note })
                .collect(),
        )
    }
}

impl Default for Making {
    fn default() -> Self {
        Self {
            pack: None,
            backend: String::new(),
            seed_phrase: Arc::default(),
            memory: Arc::default(),
            start: Tick(0),
            bar: Tick(0),
            meter: Meter::COMMON,
            entered: Entered::Started,
            settings: Vec::new(),
            windows: Vec::new(),
            keys: Vec::new(),
            rests: Vec::new(),
            ended: None,
            whole: Whole::No,
        }
    }
}

/// The notes of these keys, each with its lateness in ticks. A key that is still down ends at `reached`.
pub fn struck(keys: &[KeyEvent], reached: Tick) -> Vec<(Note, f32)> {
    let mut notes = Vec::new();
    let mut held: Vec<(Note, f32)> = Vec::new();
    let mut end = |held: &mut Vec<(Note, f32)>, key: Option<(Part, Pitch)>, tick: Tick| {
        let is_it = |note: &Note| key.is_none_or(|key| key == (note.part, note.pitch));
        for (note, late) in held.extract_if(.., |it| is_it(&it.0)) {
            let length = (tick - note.onset).max(Ticks(1));
            notes.push((Note { length, ..note }, late));
        }
    };
    for &KeyEvent { tick, part, act, .. } in keys {
        match act {
            KeyAct::Down { pitch, velocity, late } => {
                end(&mut held, Some((part, pitch)), tick);
                held.push((Note { onset: tick, part, pitch, length: Ticks(1), velocity }, late));
            }
            KeyAct::Up(pitch) => end(&mut held, Some((part, pitch)), tick),
            KeyAct::AllUp => end(&mut held, None, tick),
        }
    }
    end(&mut held, None, reached);
    notes
}

impl Run {
    pub fn end(self) -> Tick {
        self.begin + self.length * i64::from(self.count)
    }
}

#[cfg(test)]
mod tests;
