//! A chain of windows: what was heard and committed since the transport started or jumped, and the state of the model at the last cutoff.
//!
//! Window k depends on the seed, the settings at its cutoff and every note with an onset before its cutoff, and on nothing else: the line
//! is kept as it was at the last cutoff, what really sounded since is fed to it, and what the model has run ahead with is dropped unless
//! it is just what sounded.

mod ahead;
mod entry;
mod hearing;
mod remembering;
#[cfg(test)]
pub(super) mod tests;

use std::sync::Arc;

use self::hearing::{Heard, Key};
use super::drawing::{Bounds, Composed, Scene, draw_window};
use super::line::{Context, Line};
use super::openings::Opening;
use super::recall::Recall;
use crate::engine::playback::{Given, Playback};
use crate::infer::{ComposeError, Controls, Muse, PlayerPresence, State, StyleCard, velocity_from};
use crate::music::dialogue::{self, Dialogue, Turn};
use crate::music::feel::Feel;
use crate::music::harmony::Harmony;
use crate::music::key::KeyFinder;
use crate::music::memory::Memory;
use crate::music::planner::{BarLine, Start, Window};
use crate::score::{Family, Mode, Note, Part, Settings, TICKS_PER_QUARTER, Tick, Ticks};

/// How much a part that answers is drawn in when its reply begins, natural logarithm of odds.
const EAGERNESS: f32 = 4.0;
/// What is added to a key that is still held at a cutoff, for want of its end.
const HELD: Ticks = Ticks(12);

/// The present chain. A clone is a snapshot.
#[derive(Clone, Debug)]
pub(super) struct Chain {
    start: Start,
    /// Jumps that the chain has gone on over.
    lap: u32,
    opened_with: Settings,
    /// At the last cutoff.
    line: Line,
    cutoff: Tick,
    /// What was run ahead from `line`: each note with the state before it. Good for as long as these notes are what sounds.
    trail: Vec<(Note, State)>,
    /// What was fed at the last cutoff, likewise.
    fed: Vec<(Note, State)>,
    /// The band's notes at or after the last cutoff, in the order in which they were drawn.
    committed: Vec<Note>,
    /// The notes of the player and of the parts that follow her at or after the last cutoff, and those that are held.
    heard: Vec<Heard>,
    held: Vec<Key>,
    feel: Feel,
    player: PlayerPresence,
    dialogue: Dialogue,
    /// Of the seed phrase and of what the player has played, up to the cutoff.
    key: KeyFinder,
    /// Of what the player has played.
    harmony: Harmony,
    /// Of parts that answer, in the newest window.
    turn: Turn,
    /// When each part sounded last in this chain, up to the cutoff.
    sounded: [Option<Tick>; Part::COUNT],
    /// When the newest of the band's notes up to the cutoff ends.
    rings: Option<Tick>,
    /// In force in the window before and in the newest window.
    contexts: Option<(Context, Context)>,
    newest: Option<Window>,
    recall: Recall,
}

/// How a chain was opened.
#[derive(Debug)]
pub(super) struct Opened {
    pub(super) start: Start,
    pub(super) settings: Settings,
    /// The first, if it was composed.
    pub(super) window: Option<Window>,
}

impl Chain {
    /// How this chain was opened, if no window but its first was composed.
    pub(super) fn opened(&self) -> Option<Opened> {
        let Self { start, opened_with: settings, newest: window, .. } = *self;
        window.is_none_or(|it| it.index == 0).then_some(Opened { start, settings, window })
    }

    pub(super) fn id(&self) -> u32 {
        self.start.chain
    }

    /// Begin at `start`, where `opening` has been heard.
    pub(super) fn open(
        start: Start,
        settings: Settings,
        opening: Opening,
        memory: &Arc<Memory>,
    ) -> Self {
        let Opening { line, key } = opening;
        Self {
            start,
            lap: 0,
            opened_with: settings,
            line,
            cutoff: start.tick,
            trail: Vec::new(),
            fed: Vec::new(),
            committed: Vec::new(),
            heard: Vec::new(),
            held: Vec::new(),
            feel: Feel::default(),
            player: PlayerPresence::Absent,
            dialogue: Dialogue::new(start.bar),
            key,
            harmony: Harmony::default(),
            turn: Turn::Listen,
            sounded: [None; Part::COUNT],
            rings: None,
            contexts: None,
            newest: None,
            recall: Recall::new(Arc::clone(memory)),
        }
    }

    /// What a playback gives of `window`. If it joined at the bar line `joined`, it begins there, unless it has a place in the song.
    pub(super) fn given(
        &self,
        playback: &Playback,
        window: Window,
        joined: Option<Tick>,
    ) -> Option<Given> {
        let Start { tick, bar, .. } = self.start;
        let shift = match joined.filter(|_| playback.is_placed_by_start()) {
            Some(line) if window.begin < line => return None,
            Some(line) => playback.shift(line, line, line),
            None => playback.shift(tick, bar.start, bar.start + bar.meter.bar()),
        };
        playback.given(window.begin, window.end, shift)
    }

    /// Compose `window`, whose cutoff has just passed. What is given of it is played as it is, and the others play with it.
    pub(super) fn compose(
        &mut self,
        muse: &mut dyn Muse,
        window: Window,
        mut settings: Settings,
        given: Option<Given>,
    ) -> Result<Composed, ComposeError> {
        let mut given = given.unwrap_or_default();
        given.seat(&mut settings);
        let (inside, mut context) = self.enter(muse, window, settings)?;
        given.quieten(&mut context.controls);
        let mut ahead = self.run_ahead(muse, &inside)?;
        if window.begin < self.joins_at(&settings) && given.is_empty() {
            let silence = Composed::silence(&context.controls);
            self.contexts = Some((inside, context));
            self.newest = Some(window);
            return Ok(silence);
        }
        let mut bounds = Bounds::new(&settings, self.turn);
        if self.is_silent_too_long(window, &settings) {
            bounds.come_in();
        }
        let number = stream_number(window, self.lap);
        if let Turn::Reply { opening: dialogue::Opening::Begins, end } = self.turn {
            self.recall.begin_reply(&settings, &context, window, end);
        }
        let scene = Scene { window, seed: settings.seed, number, context: &context, bounds };
        let mut composed =
            draw_window(muse, &mut ahead, &mut self.trail, &mut self.recall, &scene, &mut given)?;
        self.committed.extend(&composed.notes);
        composed.voice(&self.feel, window, settings.feel, &given);
        self.contexts = Some((inside, context));
        self.newest = Some(window);
        Ok(composed)
    }

    /// Hear what sounded before the cutoff of `window` and compose nothing: the window has begun already. So a composer that has fallen
    /// behind has caught up when it has heard what it missed.
    pub(super) fn pass_over(
        &mut self,
        muse: &mut dyn Muse,
        window: Window,
        settings: Settings,
    ) -> Result<(), ComposeError> {
        self.contexts = Some(self.enter(muse, window, settings)?);
        self.newest = Some(window);
        Ok(())
    }

    /// What was committed with an onset in `[from, until)` does not sound.
    fn take_back(&mut self, from: Tick, until: Tick) {
        self.committed.retain(|it| !(from..until).contains(&it.onset));
        self.recall.take_back(from, until);
    }

    /// The same of one part alone.
    fn hush(&mut self, part: Part, from: Tick, until: Tick) {
        self.committed.retain(|it| it.part != part || !(from..until).contains(&it.onset));
        self.recall.quote.take_if(|quote| quote.part() == part);
    }

    /// Bring the line to the cutoff of `window`. Returns what was in force in the window before it and what is in force in it.
    fn enter(
        &mut self,
        muse: &mut dyn Muse,
        window: Window,
        settings: Settings,
    ) -> Result<(Context, Context), ComposeError> {
        let asked =
            Settings { key: settings.key.or_else(|| self.key_heard(window.cutoff)), ..settings };
        let mut context = context(muse.styles(), &asked, self.player, window.bar);
        context.controls.chord = [self.chord_wish(settings.chord, window.cutoff, asked.key); 2];
        if let Some(played) = self.density(window, &settings) {
            context.controls.govern(played, settings.density);
        }
        self.turn = self.dialogue.turn(&window, settings.trade, self.keys_down());
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            context.controls.tire(part, self.line.stale_bars(part, window.bar));
            if let Some((pitch, times)) = self.line.running(part)
                && !context.controls.family_of(part).is_some_and(Family::is_drums)
            {
                context.controls.weary(part, pitch, times);
            }
            let impatience = self.impatience(part, window, self.joins_at(&settings));
            match (wanted.mode, self.turn) {
                (Mode::Answer, Turn::Listen) => context.controls.silence(part),
                (Mode::Answer, Turn::Reply { opening: dialogue::Opening::Begins, .. }) => {
                    context.controls.encourage(part, impatience.max(EAGERNESS));
                }
                _ => context.controls.encourage(part, impatience),
            }
        }
        let (outside, inside) =
            self.contexts.take().unwrap_or_else(|| (context.clone(), context.clone()));
        self.feed(muse, window.cutoff, [&outside, &inside])?;
        self.recall.enter(window, self.turn);
        Ok((inside, context))
    }

    /// Mean over the parts that play all the time of their density values, `log2(notes a quarter + 0.25)`, in the last two bars before `window`; nothing before
    /// the band has played for a bar, or where nobody plays.
    fn density(&self, window: Window, settings: &Settings) -> Option<f32> {
        let bar = window.bar.meter.bar();
        let span = (window.begin - self.joins_at(settings)).min(bar * 2);
        if span < bar {
            return None;
        }
        let from = window.begin - span;
        let quarters = span.0 as f32 / TICKS_PER_QUARTER as f32;
        let playing = Part::BAND.into_iter().zip(&settings.parts);
        let playing = playing.filter(|(_, wanted)| wanted.mode == Mode::Play);
        let values: Vec<f32> = playing
            .map(|(part, _)| {
                let ahead = self.committed.iter().filter(|it| it.part == part && it.onset >= from);
                let notes = self.line.since(part, from) + ahead.count();
                (notes as f32 / quarters + 0.25).log2()
            })
            .collect();
        (!values.is_empty()).then(|| values.iter().sum::<f32>() / values.len() as f32)
    }

    /// Whether nothing of the band has sounded for a bar before `window`, although some part is asked to play all the time.
    fn is_silent_too_long(&self, window: Window, settings: &Settings) -> bool {
        let is_asked = settings.parts.iter().any(|part| part.mode == Mode::Play);
        let ahead = self.committed.iter().map(|it| it.end()).max();
        let quiet_since = self.rings.max(ahead).unwrap_or(self.joins_at(settings));
        is_asked && window.begin - quiet_since >= window.bar.meter.bar()
    }

    /// How much a part that is asked to play is drawn into `window` for having been silent, natural logarithm of odds. A part that has not
    /// come in yet, because the seed phrase was one part's alone, is drawn in from the first beat; one that has played may rest for two bars.
    fn impatience(&self, part: Part, window: Window, joined: Tick) -> f32 {
        const MOST: f32 = 9.0;
        let bars = |since: Tick| (window.begin - since).0 as f32 / window.bar.meter.bar().0 as f32;
        let ahead = self.committed.iter().rev().find(|it| it.part == part).map(|it| it.onset);
        let bias = match ahead.or(self.sounded[part.slot()]) {
            None => 2.0 + 4.0 * bars(joined),
            Some(onset) => 2.0 * (bars(onset) - 2.0),
        };
        bias.clamp(0.0, MOST)
    }

    /// Bring the line from the last cutoff to this one with what really sounded, under what was in force in the window before the newest
    /// and in the newest.
    fn feed(
        &mut self,
        muse: &mut dyn Muse,
        cutoff: Tick,
        contexts: [&Context; 2],
    ) -> Result<(), ComposeError> {
        let [outside, inside] = contexts;
        let begun = self.newest.map_or(cutoff, |it| it.begin);
        let mut sounded = self.heard_until(cutoff);
        let split =
            self.committed.iter().position(|it| it.onset >= cutoff).unwrap_or(self.committed.len());
        sounded.extend(self.committed.drain(..split));
        sounded.sort_by_key(|it| (it.onset, it.part != Part::PLAYER)); // stable: the band keeps the order it was drawn in
        self.fed.clear();
        for note in sounded {
            let known = match self.trail.get(self.fed.len()) {
                Some((expected, state)) if *expected == note => Some(state.clone()),
                _ => {
                    self.trail.truncate(self.fed.len());
                    None
                }
            };
            let context = if note.onset < begun { outside } else { inside };
            self.sounded[note.part.slot()] = Some(note.onset);
            if note.part != Part::PLAYER {
                self.rings = self.rings.max(Some(note.end()));
            }
            let state = if note.part == Part::PLAYER {
                self.key.hear(note.pitch, note.length);
                self.recall.hear(muse, &mut self.line, context, note, known)?
            } else {
                self.line.push(muse, context, note, known)?
            };
            self.fed.push((note, state));
        }
        self.trail.drain(..self.fed.len().min(self.trail.len()));
        self.cutoff = cutoff;
        Ok(())
    }

    /// This is the chain before a window's cutoff, and `after` with the window composed: what was fed then need not be fed again as far as the same sounds.
    pub(super) fn know(&mut self, after: &Chain) {
        self.trail = [&after.fed[..], &after.trail[..]].concat();
    }

    /// A copy of the line that goes on over the band's own notes beyond the cutoff; makes the trail from there.
    fn run_ahead(&mut self, muse: &mut dyn Muse, inside: &Context) -> Result<Line, ComposeError> {
        let mut ahead = self.line.clone();
        let known = std::mem::take(&mut self.trail);
        let mut known = known.into_iter();
        let mut good = true;
        for note in &self.committed {
            let after = known.next().filter(|it| good && it.0 == *note).map(|it| it.1);
            good = after.is_some();
            let state = ahead.push(muse, inside, *note, after)?;
            self.trail.push((*note, state));
        }
        Ok(ahead)
    }
}

/// Windows are numbered by where they begin, so that the same place of a song is improvised alike however one came there; but anew in
/// each lap of a loop over which the music goes on.
fn stream_number(window: Window, lap: u32) -> u64 {
    window.begin.0.cast_unsigned() ^ (u64::from(lap) << 40)
}

pub(super) fn context(
    styles: &[StyleCard],
    settings: &Settings,
    player: PlayerPresence,
    bar: BarLine,
) -> Context {
    Context {
        bar,
        controls: Controls::new(settings, styles, player),
        key: settings.key,
        memory: settings.memory.clamp(0.0, 1.0),
        velocities: velocity_from(settings.style, styles),
        is_given: false,
    }
}
