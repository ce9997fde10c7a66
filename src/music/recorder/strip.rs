//! The recording of one chain.

use std::sync::Arc;

use super::Committed;
use crate::music::planner::{Entry, Start, Window};
use crate::score::maps::{self, Map};
use crate::score::take::{
    Entered, Families, KeyAct, KeyEvent, Making, Music, Rest, Run, Whole, name, sounded, struck,
};
use crate::score::{
    Looping, Meter, Note, Part, Phrase, Remembrance, Settings, Take, Tempo, Tick, Ticks,
};

/// How many bars before a take are kept with it, for its variations.
const LEAD_IN_BARS: i64 = 8;

/// A delay below this is a host's rounding, ticks.
const LEAST_DELAY: f32 = 1e-3;

/// What one chain was told and what it committed.
#[derive(Debug)]
pub(super) struct Strip {
    start: Start,
    /// From here on nothing is forgotten; a bar line, or where the chain began.
    first: Tick,
    seed_phrase: Arc<Phrase>,
    memory: Arc<Remembrance>,
    settings: Map<Settings>,
    tempos: Map<Tempo>,
    meters: Map<Meter>,
    families: Map<Families>,
    windows: Vec<Run>,
    /// The newest window that was announced.
    newest: Option<Window>,
    /// As it was before it was composed anew, if it was.
    before: Option<Before>,
    announced: u32,
    keys: Vec<KeyEvent>,
    rests: Vec<Rest>,
    /// What was committed, in the order of windows.
    notes: Vec<(Note, f32)>,
    /// Sum of the log-probabilities of each window and how many notes it is of.
    surprise: Vec<(Tick, f32, u32)>,
    ended: Option<Tick>,
    /// Where the first window begins in which any part played from a take, or rested with one.
    given: Option<Tick>,
    /// But for that.
    whole: Whole,
}

/// A window before it was composed anew.
#[derive(Clone, Copy, Debug)]
struct Before {
    window: Window,
    settings: Settings,
    /// How many keys and rests came between its cutoff and the later one.
    keys: usize,
    rests: usize,
}

impl Strip {
    pub(super) fn new(start: Start, settings: Settings) -> Self {
        let goes_on = start.entry != Entry::Started && settings.looping == Looping::GoOn;
        Self {
            start,
            first: start.tick,
            seed_phrase: Arc::default(),
            memory: Arc::default(),
            settings: vec![(start.tick, settings)],
            tempos: Vec::new(),
            meters: vec![(start.bar.start, start.bar.meter)],
            families: Vec::new(),
            windows: Vec::new(),
            newest: None,
            before: None,
            announced: 0,
            keys: Vec::new(),
            rests: Vec::new(),
            notes: Vec::new(),
            surprise: Vec::new(),
            ended: None,
            given: None,
            whole: if goes_on { Whole::No } else { Whole::Yes },
        }
    }

    pub(super) fn chain(&self) -> u32 {
        self.start.chain
    }

    pub(super) fn meters(&self) -> &[(Tick, Meter)] {
        &self.meters
    }

    /// The first window, which has been announced, sounds as these settings say.
    pub(super) fn voice(&mut self, settings: Settings) {
        maps::set(&mut self.settings, self.start.tick, settings);
    }

    pub(super) fn hear_phrase(&mut self, phrase: &Arc<Phrase>) {
        self.seed_phrase = Arc::clone(phrase);
    }

    pub(super) fn recall(&mut self, memory: &Arc<Remembrance>) {
        self.memory = Arc::clone(memory);
    }

    pub(super) fn memory(&self) -> &Arc<Remembrance> {
        &self.memory
    }

    pub(super) fn key(&mut self, tick: Tick, part: Part, act: KeyAct) {
        if act == KeyAct::AllUp && !self.has_sounded() {
            return; // panic while the transport stands
        }
        self.keys.push(KeyEvent { after: self.announced, tick, part, act });
    }

    /// The tempo at a cutoff is taken to hold from the begin of the window before it: tempos change at bar lines and beats most of all, and
    /// between two cutoffs lies one such line.
    pub(super) fn cutoff(&mut self, window: Window, settings: Settings, tempo: Tempo) {
        let since = self.newest.map_or(window.begin, |it| it.begin);
        maps::set(&mut self.tempos, since, tempo);
        maps::set_bar(&mut self.meters, window.bar.start, window.bar.meter);
        maps::set(&mut self.settings, window.begin, settings);
        self.before = None;
        self.add_window(window);
        self.newest = Some(window);
        self.announced += 1;
    }

    /// The newest window gets a later cutoff. What was heard since the earlier one came before the window then.
    pub(super) fn revise(&mut self, window: Window, settings: Settings) {
        let Some(newest) = self.newest.filter(|it| it.is_version_of(&window)) else { return };
        let in_force = maps::in_force(&self.settings, newest.begin).unwrap_or(settings);
        let mut before = Before { window: newest, settings: in_force, keys: 0, rests: 0 };
        for key in self.keys.iter_mut().rev().take_while(|it| it.after == self.announced) {
            key.after -= 1;
            before.keys += 1;
        }
        for rest in self.rests.iter_mut().rev().take_while(|it| it.after == self.announced) {
            rest.after -= 1;
            before.rests += 1;
        }
        self.change_newest(window, settings);
        self.before = Some(before);
    }

    /// The newest window stays as it was before it was composed anew.
    pub(super) fn stand(&mut self, window: Window) {
        let Some(before) = self.before.take_if(|it| it.window.is_version_of(&window)) else {
            return;
        };
        let moved = self.announced - 1;
        let keys = self.keys.iter_mut().rev().skip_while(|it| it.after > moved);
        keys.take(before.keys).for_each(|it| it.after += 1);
        let rests = self.rests.iter_mut().rev().skip_while(|it| it.after > moved);
        rests.take(before.rests).for_each(|it| it.after += 1);
        self.change_newest(before.window, before.settings);
    }

    fn change_newest(&mut self, window: Window, settings: Settings) {
        maps::set(&mut self.settings, window.begin, settings);
        if let Some(run) = self.windows.last_mut() {
            run.count -= 1;
        }
        self.windows.pop_if(|run| run.count == 0);
        self.add_window(window);
        self.newest = Some(window);
    }

    fn add_window(&mut self, window: Window) {
        let length = window.end - window.begin;
        let lead = window.begin - window.cutoff;
        match self.windows.last_mut() {
            Some(run)
                if run.end() == window.begin
                    && (run.length, run.lead) == (length, lead)
                    && maps::bar_at(&[(run.bar, run.meter)], window.begin)
                        == (window.bar.start, window.bar.meter) =>
            {
                run.count += 1;
            }
            _ => self.windows.push(Run {
                lead,
                begin: window.begin,
                length,
                count: 1,
                bar: window.bar.start,
                meter: window.bar.meter,
            }),
        }
    }

    pub(super) fn commit(&mut self, window: Window, committed: Committed<'_>) {
        while self.notes.pop_if(|it| it.0.onset >= window.begin).is_some() {}
        while self.surprise.pop_if(|it| it.0 >= window.begin).is_some() {}
        self.given.take_if(|begin| *begin >= window.begin);
        self.notes.extend(committed.notes);
        maps::set(&mut self.families, window.begin, committed.families);
        if committed.drawn > 0 {
            #[expect(clippy::cast_possible_truncation, reason = "a sum over some notes")]
            let sum = committed.log_probability as f32;
            let drawn = u32::try_from(committed.drawn).unwrap_or(u32::MAX);
            self.surprise.push((window.begin, sum, drawn));
        }
        if committed.is_given {
            self.given.get_or_insert(window.begin);
        }
    }

    pub(super) fn rest(&mut self, from: Tick, until: Tick, part: Option<Part>) {
        self.rests.push(Rest { after: self.announced, from, until, part });
    }

    pub(super) fn is_running(&self) -> bool {
        self.ended.is_none()
    }

    /// A chain that was only announced while the transport stood is never told to stop.
    pub(super) fn end_at(&mut self, end: Tick) {
        self.ended = Some(end.max(self.start.tick));
    }

    pub(super) fn end_unless_ended(&mut self) {
        let reached = self.reached();
        self.ended.get_or_insert(reached);
    }

    /// While the transport stands, no second window is announced and no key is told.
    pub(super) fn has_sounded(&self) -> bool {
        self.announced > 1
            || !self.keys.is_empty()
            || self.ended.is_some_and(|end| end > self.start.tick)
    }

    pub(super) fn has_lasted_a_bar(&self) -> bool {
        let (_, meter) = maps::bar_at(&self.meters, self.reached());
        self.reached() - self.start.tick >= meter.bar()
    }

    /// How far the transport has come, as far as is known.
    fn reached(&self) -> Tick {
        self.ended.or(self.newest.map(|it| it.cutoff)).unwrap_or(self.start.tick)
    }

    /// The whole bars that can be kept.
    pub(super) fn whole_bars(&self) -> (Tick, Tick) {
        /// More than the notes of a bar.
        const MANY: usize = 1024;
        let first = maps::bar_at(&self.meters, self.first).0;
        let reached = self.reached();
        let (bar, meter) = maps::bar_at(&self.meters, reached);
        let counts = match self.ended {
            Some(end) => {
                let is_in_bar = |tick: Tick| tick >= bar && tick < end;
                self.notes
                    .iter()
                    .rev()
                    .take(MANY)
                    .any(|it| is_in_bar(it.0.onset) && self.sounds(&it.0))
                    || self.keys.iter().rev().take(MANY).any(|key| is_in_bar(key.tick))
            }
            None => (reached - bar) * 2 >= meter.bar(),
        };
        let end = if counts || bar <= first { maps::bar_end(&self.meters, bar) } else { bar };
        (first, end)
    }

    fn sounds(&self, note: &Note) -> bool {
        let rested = self.rests.iter().any(|it| it.holds(note));
        !rested && self.ended.is_none_or(|end| note.onset < end)
    }

    /// The band's notes that sounded, cut where they were cut.
    fn sounding(&self) -> impl Iterator<Item = (Note, f32)> + '_ {
        let panics = self.keys.iter().filter(|it| it.act == KeyAct::AllUp);
        let panics: Vec<KeyEvent> = panics.copied().collect();
        let cut = move |note| sounded(note, &self.rests, &panics, self.ended);
        self.notes.iter().filter_map(move |&(note, delay)| Some((cut(note)?, delay)))
    }

    /// The stretch between two bar lines.
    pub(super) fn take(&self, begin: Tick, end: Tick) -> Take {
        let inside =
            |from: Tick, to: Tick| move |it: &(Note, f32)| (from..to).contains(&it.0.onset);
        let mut sounded: Vec<(Note, f32)> = self.sounding().filter(inside(begin, end)).collect();
        // A key that is still down sounds on beyond what is kept.
        let struck = struck(&self.keys, self.ended.unwrap_or(self.reached().max(end)));
        sounded.extend(struck.into_iter().filter(inside(begin, end)));
        sounded.sort_by_key(|it| it.0);
        sounded.dedup_by_key(|it| it.0);
        let (_, meter) = maps::bar_at(&self.meters, begin);
        let before = begin - meter.bar() * LEAD_IN_BARS;
        let lead_in = self.sounding().filter(inside(before, begin));
        let mut lead_in: Vec<Note> = lead_in.map(|it| it.0).collect();
        lead_in.sort_unstable();
        let music = Music {
            begin,
            end,
            notes: sounded.iter().map(|it| it.0).collect(),
            delays: sounded.into_iter().filter(|it| it.1.abs() > LEAST_DELAY).collect(),
            lead_in,
            tempos: maps::from(&self.tempos, begin),
            meters: maps::from(&self.meters, maps::bar_at(&self.meters, begin).0),
            families: maps::from(&self.families, begin),
            likelihood: self.likelihood(begin, end),
        };
        let making = self.making(end);
        let seed = maps::in_force(&self.settings, begin).map(|it| it.seed).unwrap_or_default();
        Take {
            name: name(seed, begin),
            starred: false,
            tags: String::new(),
            music: Arc::new(music),
            making: Arc::new(making),
        }
    }

    fn likelihood(&self, begin: Tick, end: Tick) -> Option<f32> {
        let inside = self.surprise.iter().filter(|it| (begin..end).contains(&it.0));
        let (sum, count) = inside.fold((0.0, 0), |(sum, count), it| (sum + it.1, count + it.2));
        (count > 0).then(|| sum / count as f32)
    }

    /// What the music before `end` came from. The places of meters are the windows' own.
    fn making(&self, end: Tick) -> Making {
        let mut windows: Vec<Run> =
            self.windows.iter().copied().filter(|run| run.begin < end).collect();
        if let Some(last) = windows.last_mut() {
            let fit = ((end - last.begin).0 + last.length.0 - 1) / last.length.0.max(1);
            last.count = last.count.min(u32::try_from(fit).unwrap_or(u32::MAX));
        }
        let count = windows.iter().map(|run| run.count).sum::<u32>();
        Making {
            pack: None,
            backend: String::new(),
            seed_phrase: Arc::clone(&self.seed_phrase),
            memory: Arc::clone(&self.memory),
            start: self.start.tick,
            bar: self.start.bar.start,
            meter: self.start.bar.meter,
            entered: match self.start.entry {
                Entry::Started => Entered::Started,
                Entry::Jumped { .. } => Entered::Jumped,
            },
            settings: self.settings.iter().copied().filter(|it| it.0 < end).collect(),
            windows,
            // Those after the last cutoff matter for what followed them.
            keys: self
                .keys
                .iter()
                .copied()
                .filter(|it| it.after < count || it.tick < end)
                .collect(),
            rests: self.rests.iter().copied().filter(|it| it.from < end).collect(),
            ended: self.ended,
            whole: if self.given.is_some_and(|begin| begin < end) { Whole::No } else { self.whole },
        }
    }

    pub(super) fn bytes(&self) -> usize {
        size_of::<Self>()
            + self.notes.len() * size_of::<(Note, f32)>()
            + self.keys.len() * size_of::<KeyEvent>()
            + self.rests.len() * size_of::<Rest>()
            + self.windows.len() * size_of::<Run>()
            + self.surprise.len() * size_of::<(Tick, f32, u32)>()
            + self.settings.len() * size_of::<(Tick, Settings)>()
            + self.families.len() * size_of::<(Tick, Families)>()
            + (self.tempos.len() + self.meters.len()) * size_of::<(Tick, Tempo)>()
    }

    /// Forget bars from the front until no more than about `bytes` are left.
    pub(super) fn shrink_to(&mut self, bytes: usize) {
        /// Enough for any strip: each round forgets a quarter of what is left.
        const ROUNDS: usize = 64;
        for _ in 0..ROUNDS {
            let span = self.reached() - self.first;
            let place = maps::bar_end(&self.meters, self.first + Ticks(span.0 / 16));
            if self.bytes() <= bytes || place >= self.reached() {
                return;
            }
            self.forget_until(place);
        }
    }

    fn forget_until(&mut self, place: Tick) {
        self.first = place;
        self.whole = Whole::No;
        self.notes.retain(|it| it.0.onset >= place);
        self.keys.retain(|it| it.tick >= place);
        self.rests.retain(|it| it.until > place);
        self.windows.retain(|it| it.end() > place);
        self.surprise.retain(|it| it.0 >= place);
        self.settings = maps::from(&self.settings, place);
        self.families = maps::from(&self.families, place);
        self.tempos = maps::from(&self.tempos, place);
        self.meters = maps::from(&self.meters, place);
    }
}
