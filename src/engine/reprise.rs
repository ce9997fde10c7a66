//! A take improvised again from all that made it, and varied: the composer is told the same once more, without audio and without a clock.

#[cfg(test)]
mod tests;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::audio::renderer::Sound;
use super::composer::{Composer, Next};
use super::link::{FromAudio, Links, ToAudio, ToComposer};
use super::playback::{Parts, Playback};
use crate::infer::{ComposeError, Muse};
use crate::music::memory::Memory;
use crate::music::originality::CorpusIndex;
use crate::music::planner::{BarLine, Entry, Start, Window};
use crate::music::rating::{self, Rating};
use crate::score::take::{Entered, KeyAct, KeyEvent, Making, Music, Rest, Whole, name, struck};
use crate::score::{CountIn, Looping, Note, Part, Seed, Settings, Take, Tempo, Tick, maps};

/// A composer to try takes on. Takes as long as composing does; not for main.
#[derive(Debug)]
pub struct Reprise {
    links: Arc<Links>,
    composer: Composer,
    /// What candidates are better not copied from.
    corpus: Option<Arc<CorpusIndex>>,
    chain: u32,
}

/// A variation with what it was rated for.
#[derive(Clone, Debug, PartialEq)]
pub struct Candidate {
    pub take: Take,
    pub rating: Rating,
}

/// What came of improvising a take again.
#[derive(Clone, Debug, PartialEq)]
pub enum Again {
    /// So many notes of the band's, and every one the same.
    Same(usize),
    /// What this pack on this runtime makes of what made it.
    Other(Take),
}

/// Hears the share that is done, 0 to 1, and says whether to go on.
pub type Hand<'a> = dyn FnMut(f32) -> Go + 'a;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Go {
    On,
    Stop,
}

/// Notes, and the sum of the log-probabilities of those that were drawn within the take.
struct Outcome {
    /// With delays.
    sounded: Vec<(Note, f32)>,
    surprise: f64,
}

impl Outcome {
    /// Cut where the take's notes were, when the transport stopped or all notes were ended.
    fn cut_as(mut self, making: &Making) -> Self {
        let cut = |(note, delay)| Some((making.sounded(note)?, delay));
        self.sounded = self.sounded.into_iter().filter_map(cut).collect();
        self
    }
}

impl Reprise {
    /// How many variations are made if nobody says otherwise.
    pub const USUAL_COUNT: usize = 25;
    /// Seeds are below this, as those that a musician can type.
    const SEEDS: u64 = 1_000_000;

    pub fn new(muse: Box<dyn Muse>) -> Self {
        let links = Links::new();
        let corpus = muse.corpus().cloned();
        let composer = Composer::new(Arc::clone(&links), muse, Sound::Silent);
        Self { links, composer, corpus, chain: 0 }
    }

    /// The band's notes of `take`, improvised again since its chain began. They are the same if the take is whole and the pack, the runtime and
    /// the processor are those that made it. `None` if the hand stopped it.
    ///
    /// # Errors
    /// If the runtime fails.
    pub fn again(
        &mut self,
        take: &Take,
        hand: &mut Hand<'_>,
    ) -> Result<Option<Vec<Note>>, ComposeError> {
        let Music { begin, end, .. } = *take.music;
        let settings = |at: Tick| of_its_own(maps::in_force(&take.making.settings, at));
        let outcome =
            self.run(&take.making, (take.making.start, begin, end), &settings, None, hand)?;
        let outcome = outcome.map(|it| it.cut_as(&take.making));
        let inside = |note: &Note| (begin..end).contains(&note.onset);
        Ok(outcome.map(|it| {
            let drawn = it.sounded.into_iter().map(|it| it.0).filter(inside);
            drawn.chain(followed(take).filter(|note| note.part != Part::PLAYER)).collect()
        }))
    }

    /// As `again`, compared with the take, and as a take where it is another. `None` if the hand stopped it.
    ///
    /// # Errors
    /// If the runtime fails.
    pub fn repeat(
        &mut self,
        take: &Take,
        hand: &mut Hand<'_>,
    ) -> Result<Option<Again>, ComposeError> {
        let Music { begin, end, .. } = *take.music;
        let settings = |at: Tick| of_its_own(maps::in_force(&take.making.settings, at));
        let outcome =
            self.run(&take.making, (take.making.start, begin, end), &settings, None, hand)?;
        let outcome = outcome.map(|it| it.cut_as(&take.making));
        Ok(outcome.map(|outcome| {
            let music = music_of(take, outcome, [false; Part::BAND_SIZE]);
            if music.of_band().eq(take.music.of_band()) {
                return Again::Same(music.of_band().count());
            }
            Again::Other(Take {
                starred: false,
                tags: format!("{} improvised again", take.name),
                music: Arc::new(music),
                ..take.clone()
            })
        }))
    }

    /// The bars of `take` from another seed, after the bars that led up to it. The parts that are `kept` play as they did. `None` if the hand
    /// stopped it.
    ///
    /// # Errors
    /// If the runtime fails.
    pub fn vary(
        &mut self,
        take: &Take,
        seed: Seed,
        kept: Parts,
        hand: &mut Hand<'_>,
    ) -> Result<Option<Take>, ComposeError> {
        let Take { music, making, .. } = take;
        let Music { begin, end, .. } = **music;
        let settings = |at: Tick| {
            let settings = of_its_own(maps::in_force(&making.settings, at));
            if at < begin { settings } else { Settings { seed, ..settings } }
        };
        let first = music
            .lead_in
            .first()
            .map_or(begin, |note| maps::bar_at(&music.meters, note.onset).0.max(making.start));
        let settings = |at: Tick| {
            let settings = settings(at);
            // Who goes on from what led up to a take does not listen first.
            let count_in = if first > making.start { CountIn::None } else { settings.count_in };
            Settings { count_in, ..settings }
        };
        let playback = Playback::around(music, kept);
        let Some(outcome) =
            self.run(making, (first, begin, end), &settings, Some(playback), hand)?
        else {
            return Ok(None);
        };
        let whole = match making.whole {
            Whole::Yes
                if first <= making.start && begin <= making.start && !kept.contains(&true) =>
            {
                Whole::Yes
            }
            _ => Whole::No,
        };
        let mut changed: Making = Making::clone(making);
        changed.whole = whole;
        changed.ended = None; // a variation fills its bars
        changed.settings = maps::from(&making.settings, making.start);
        for (tick, settings) in &mut changed.settings {
            if *tick >= begin {
                settings.seed = seed;
            }
        }
        if !changed.settings.iter().any(|it| it.0 == begin) {
            let place = changed.settings.partition_point(|it| it.0 < begin);
            changed.settings.insert(place, (begin, settings(begin)));
        }
        Ok(Some(Take {
            name: name(seed, begin),
            starred: false,
            tags: format!("variation of {}", take.name),
            music: Arc::new(music_of(take, outcome, kept)),
            making: Arc::new(changed),
        }))
    }

    /// `count` variations of `take`, the best rated first; none is left out. `None` if the hand stopped it.
    ///
    /// # Errors
    /// If the runtime fails.
    pub fn variations(
        &mut self,
        take: &Take,
        count: usize,
        kept: Parts,
        hand: &mut Hand<'_>,
    ) -> Result<Option<Vec<Candidate>>, ComposeError> {
        let mut takes: Vec<Take> = Vec::with_capacity(count);
        for (number, seed) in seeds(take).take(count).enumerate() {
            let mut share = |done: f32| hand((number as f32 + done) / count.max(1) as f32);
            match self.vary(take, seed, kept, &mut share)? {
                Some(varied) => takes.push(varied),
                None => return Ok(None),
            }
        }
        let musics: Vec<Music> = takes.iter().map(|it| Music::clone(&it.music)).collect();
        let key = maps::in_force(&take.making.settings, take.music.begin).and_then(|it| it.key);
        let ranked = rating::rank(&take.music, &musics, key, self.corpus.as_deref());
        let candidate =
            |(index, rating): (usize, Rating)| Candidate { take: takes[index].clone(), rating };
        Ok(Some(ranked.into_iter().map(candidate).collect()))
    }

    /// Tell the composer of every window of `making` from `first` to `end` with what was heard before it. `begin` is where counting starts.
    fn run(
        &mut self,
        making: &Making,
        (first, begin, end): (Tick, Tick, Tick),
        settings: &dyn Fn(Tick) -> Settings,
        playback: Option<Playback>,
        hand: &mut Hand<'_>,
    ) -> Result<Option<Outcome>, ComposeError> {
        self.chain = self.chain.wrapping_add(1);
        let windows = windows(making, self.chain, first, end);
        self.ask(ToComposer::SeedPhrase(Arc::clone(&making.seed_phrase)));
        let memory = Memory::recalled(&making.memory).unwrap_or_default();
        self.ask(ToComposer::Memory(Arc::new(memory)));
        self.ask(ToComposer::Play(playback.map(Arc::new)));
        let mut outcome = Outcome { sounded: Vec::new(), surprise: 0.0 };
        let Some((skipped, opening)) = windows.first().copied() else { return Ok(Some(outcome)) };
        let bar = if skipped == 0 {
            BarLine { start: making.bar, meter: making.meter }
        } else {
            opening.bar
        };
        let entry = match making.entered {
            // From within the chain it is as if the transport had been started there.
            Entered::Jumped if skipped == 0 => Entry::Jumped { from: making.start, lap: 0 },
            _ => Entry::Started,
        };
        let start = Start { chain: self.chain, tick: opening.begin, bar, entry };
        self.tell(FromAudio::Chain { start, settings: settings(opening.begin) });
        let mut before = opening;
        for (number, (index, window)) in windows.iter().copied().enumerate() {
            if hand(number as f32 / windows.len() as f32) == Go::Stop {
                return Ok(None);
            }
            let is_now = |after: u32| after == index && (index > skipped || index == 0);
            for key in making.keys.iter().filter(|it| is_now(it.after)) {
                self.tell(key_message(*key));
                self.turn()?;
            }
            for rest in making.rests.iter().filter(|it| is_now(it.after)) {
                self.tell(rest_message(*rest, before));
            }
            let sum = self.links.gauges.surprise.load(Ordering::Relaxed);
            let (settings, tempo) = (settings(window.begin), Tempo::default());
            self.tell(FromAudio::Cutoff { window, settings, tempo });
            self.turn()?;
            if window.begin >= begin {
                outcome.surprise += self.links.gauges.surprise.load(Ordering::Relaxed) - sum;
            }
            while let Some(ToAudio::Commit(commit)) = self.links.to_audio.pop() {
                outcome.sounded.extend(commit.notes.iter().map(|it| (it.note, it.delay)));
            }
            before = window;
        }
        let rested = |note: &Note| making.rests.iter().any(|rest| rest.holds(note));
        outcome.sounded.retain(|it| !rested(&it.0));
        Ok(Some(outcome))
    }

    fn ask(&mut self, message: ToComposer) {
        // The queue holds 64 messages, and each step empties it.
        self.links.to_composer.push(message).ok();
    }

    fn tell(&mut self, message: FromAudio) {
        self.links.from_audio.push(message).ok(); // as above, 4096
    }

    fn turn(&mut self) -> Result<(), ComposeError> {
        while self.composer.step()? == Next::Step {}
        while self.links.from_composer.pop().is_some() {}
        Ok(())
    }
}

/// The bars of `take` with what came of them now; the parts that are `kept` were given.
fn music_of(take: &Take, outcome: Outcome, kept: Parts) -> Music {
    let music = &take.music;
    let inside = |it: &(Note, f32)| (music.begin..music.end).contains(&it.0.onset);
    let mut sounded: Vec<(Note, f32)> = outcome.sounded.into_iter().filter(inside).collect();
    let is_drawn = |it: &&(Note, f32)| it.0.part.band_index().is_some_and(|it| !kept[it]);
    let drawn = sounded.iter().filter(is_drawn).count();
    #[expect(clippy::cast_possible_truncation, reason = "some units")]
    let likelihood = (drawn > 0).then(|| (outcome.surprise / drawn as f64) as f32);
    sounded.extend(followed(take).map(|note| (note, music.delay(&note))));
    sounded.sort_by_key(|it| it.0);
    sounded.dedup_by_key(|it| it.0);
    let notes = sounded.iter().map(|it| it.0).collect();
    let delays = sounded.into_iter().filter(|it| it.1 != 0.0).collect();
    Music { notes, delays, likelihood, ..Music::clone(music) }
}

/// Of the notes of `take`, the player's and those of parts that followed her.
fn followed(take: &Take) -> impl Iterator<Item = Note> + '_ {
    let struck = struck(&take.making.keys, take.music.end);
    let is_struck = move |note: &Note| {
        let same = |it: &Note| (it.onset, it.part, it.pitch) == (note.onset, note.part, note.pitch);
        note.part == Part::PLAYER || struck.iter().any(|it| same(&it.0))
    };
    take.music.notes.iter().copied().filter(is_struck)
}

/// Settings of a chain that begins for itself: one that went on over a jump has lost what it went on from.
fn of_its_own(settings: Option<Settings>) -> Settings {
    Settings { looping: Looping::Repeat, ..settings.unwrap_or_default() }
}

/// Seeds for variations of `take`, all different from its own.
fn seeds(take: &Take) -> impl Iterator<Item = Seed> {
    const SALT: u64 = 0x5EED;
    let mut stream = take.seed().stream(SALT ^ take.music.begin.0.cast_unsigned());
    let mut used = vec![take.seed()];
    std::iter::from_fn(move || {
        let fresh = std::iter::from_fn(|| Some(Seed(stream.next_u64() % Reprise::SEEDS)));
        let seed = fresh.into_iter().find(|seed| !used.contains(seed))?;
        used.push(seed);
        Some(seed)
    })
}

/// The windows that begin in `[first, end)`, with their numbers in the chain. The first of them has its cutoff where it begins.
fn windows(making: &Making, chain: u32, first: Tick, end: Tick) -> Vec<(u32, Window)> {
    let mut windows: Vec<(u32, Window)> = Vec::new();
    let mut number = 0;
    for run in &making.windows {
        for place in 0..run.count {
            let begin = run.begin + run.length * i64::from(place);
            if begin >= end {
                return windows;
            }
            if begin >= first {
                let bar = BarLine { start: run.bar, meter: run.meter }.around(begin);
                let index = u32::try_from(windows.len()).unwrap_or(u32::MAX);
                let cutoff = if index == 0 { begin } else { begin - run.lead };
                let window = Window { chain, index, cutoff, begin, end: begin + run.length, bar };
                windows.push((number, window));
            }
            number += 1;
        }
    }
    windows
}

fn key_message(key: KeyEvent) -> FromAudio {
    let KeyEvent { tick, part, act, .. } = key;
    match act {
        KeyAct::Down { pitch, velocity, late } if part == Part::PLAYER => {
            FromAudio::NoteOn { onset: tick, late, pitch, velocity }
        }
        KeyAct::Down { pitch, velocity, late } => {
            FromAudio::FollowOn { onset: tick, late, part, pitch, velocity }
        }
        KeyAct::Up(pitch) if part == Part::PLAYER => FromAudio::NoteOff { end: tick, pitch },
        KeyAct::Up(pitch) => FromAudio::FollowOff { end: tick, part, pitch },
        KeyAct::AllUp => FromAudio::AllKeysUp { end: tick },
    }
}

/// `window` is the newest that has been announced.
fn rest_message(rest: Rest, window: Window) -> FromAudio {
    let Rest { from, until, part, .. } = rest;
    match part {
        Some(part) => FromAudio::Hushed { window, part, from, until },
        None => FromAudio::Rested { window, from, until },
    }
}

/// Which parts are kept, by their numbers from 1.
pub fn kept(parts: &[Part]) -> Parts {
    Part::BAND.map(|part| parts.contains(&part))
}
