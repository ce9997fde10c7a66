//! The composer: hears, composes window after window, and commits. One `step` does one piece of work; no thread, clock or wait here.

mod chain;
mod drafts;
mod drawing;
mod foresight;
mod grids;
pub mod judging;
mod line;
mod openings;
mod quote;
mod recall;
mod remembering;
mod tape;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::chain::{Chain, Opened};
use self::drafts::Draft;
use self::drawing::Composed;
use self::foresight::Foresight;
use self::grids::Wanted;
use self::openings::Openings;
use self::remembering::Remembering;
use super::audio::renderer::Sound;
use super::link::{
    Commit, FromAudio, FromComposer, Links, TimbreGrid, ToAudio, ToComposer, VoicedNote,
};
use super::playback::{Joining, Playback};
use crate::infer::{ComposeError, Muse};
use crate::music::planner::{Start, Window};
use crate::score::{Family, Note, Part, PartialTable, Phrase, Settings, Tempo, Tick, TimbreId};

/// The player's own sound, until she can choose one.
const PLAYER_FAMILY: Family = Family::PIANO;

/// Everything that the composer thread owns.
pub struct Composer {
    links: Arc<Links>,
    muse: Box<dyn Muse>,
    sound: Sound,
    openings: Openings,
    /// What the band plays as it is written.
    playback: Option<Arc<Playback>>,
    /// Where that begins in the chain that ran when it was asked for.
    joining: Joining,
    /// What played before, until then, with the bar line that it had joined at.
    left: Option<(Arc<Playback>, Option<Tick>)>,
    remembering: Remembering,
    foresight: Foresight,
    chain: Option<Chain>,
    /// A chain that was begun anew, and how often.
    edition: (u32, u32),
    draft: Option<Draft>,
    /// Messages taken from the queue and not yet acted on.
    inbox: VecDeque<FromAudio>,
    /// Messages of main's that have been taken.
    taken: u32,
    /// Messages that found no room on their queue.
    outbox: VecDeque<ToAudio>,
    /// Tables that the audio thread waits for.
    wanted: VecDeque<Wanted>,
    /// By slot: the timbre of which tables must be at hand in the audio callback, and the one of which they were sent.
    live: [Option<TimbreId>; Part::COUNT],
    sent: [Option<TimbreId>; Part::COUNT],
    /// Tables for one of them, as far as they are made.
    making: Option<TimbreGrid>,
}

/// What to do after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more to do.
    Step,
    /// There is nothing to do until a message comes.
    Wait,
    /// The instance is going away.
    Quit,
}

impl Composer {
    pub fn new(links: Arc<Links>, muse: Box<dyn Muse>, sound: Sound) -> Self {
        let backend = muse.backend().to_owned();
        links.from_composer.force_push(FromComposer::Opened { backend });
        Self {
            links,
            muse,
            sound,
            openings: Openings::default(),
            playback: None,
            joining: Joining::default(),
            left: None,
            remembering: Remembering::default(),
            foresight: Foresight::default(),
            chain: None,
            edition: (0, 0),
            draft: None,
            inbox: VecDeque::new(),
            taken: 0,
            outbox: VecDeque::new(),
            wanted: VecDeque::new(),
            live: std::array::from_fn(|slot| (slot == 0).then_some(TimbreId::Usual(PLAYER_FAMILY))),
            sent: [None; Part::COUNT],
            making: None,
        }
    }

    /// Do one piece of work: a window, some tens of milliseconds, or the opening of a chain, which with a long seed phrase takes tenths of a
    /// second.
    ///
    /// # Errors
    /// If the runtime fails; the chain is then over, and the next start of the transport begins a new one.
    pub fn step(&mut self) -> Result<Next, ComposeError> {
        while self.links.retired.pop().is_some() {}
        while let Some(message) = self.links.to_composer.pop() {
            self.taken = self.taken.wrapping_add(1);
            match message {
                ToComposer::SeedPhrase(phrase) => self.take_seed_phrase(phrase),
                ToComposer::Play(playback) => self.play(playback),
                ToComposer::Memory(memory) => self.take_memory(memory),
                ToComposer::Remember => self.remember(),
                ToComposer::Veto { part, onset } => self.send(ToAudio::Veto { part, onset }),
                ToComposer::Restore { part, onset } => self.send(ToAudio::Restore { part, onset }),
                ToComposer::Quit => return Ok(Next::Quit),
            }
        }
        while let Some(message) = self.links.from_audio.pop() {
            tape::record(&mut self.links.recording(), &message);
            if let FromAudio::Chain { start, settings } = &message
                && !Chain::goes_on(*start, settings)
            {
                // What was asked of the chain before is of no use now; notes that end with it are told all the same.
                self.inbox.retain(|it| is_heard(it) || outlives_its_chain(it));
            }
            match message {
                FromAudio::WantTable { part, timbre, pitch, velocity } => {
                    self.wanted.push_back(Wanted { part, timbre, pitch, velocity });
                }
                other => self.inbox.push_back(other),
            }
        }
        self.send_outbox();
        let done = self.revoice().and_then(|()| match self.inbox.pop_front() {
            Some(message) => self.act(message).map(|()| Next::Step),
            None if self.wanted.is_empty() => {
                self.links.gauges.answered.store(self.taken, Ordering::Release);
                match self.make_grid()? {
                    Next::Wait => self.foresee(),
                    next => Ok(next),
                }
            }
            None => Ok(Next::Step),
        });
        if done.is_err() {
            (self.chain, self.draft) = (None, None);
            self.links.gauges.stalled.store(true, Ordering::Relaxed);
        }
        done
    }

    /// Use what time there is until the next message: hear one note of the seed phrase as a jump would have it heard. Not in a bounce, where nothing is late.
    pub fn prepare(&mut self) {
        if !self.links.gauges.bouncing.load(Ordering::Relaxed) {
            self.openings.hear_ahead(self.muse.as_mut()).ok(); // a runtime that fails says so with the next window
        }
    }

    fn act(&mut self, message: FromAudio) -> Result<(), ComposeError> {
        match message {
            FromAudio::Chain { start, settings } => {
                self.draft = None;
                self.forget_foresight();
                let chain = self.chain.take();
                self.chain = Some(self.enter_chain(chain, start, settings)?);
                let mut recording = self.links.recording();
                recording.hear_phrase(start.chain, self.openings.phrase());
                recording.recall(start.chain, self.remembering.remembrance());
                drop(recording);
                self.links.gauges.chord_heard.store(0, Ordering::Relaxed);
                self.tell(FromComposer::Chain { tick: start.tick });
            }
            heard @ (FromAudio::NoteOn { .. }
            | FromAudio::NoteOff { .. }
            | FromAudio::FollowOn { .. }
            | FromAudio::FollowOff { .. }
            | FromAudio::AllKeysUp { .. }
            | FromAudio::Rested { .. }
            | FromAudio::Hushed { .. }) => self.hear(heard),
            FromAudio::Cutoff { window, settings, .. } => self.compose(window, settings)?,
            FromAudio::Revision { window, settings } => self.revise(window, settings)?,
            FromAudio::Stood { window } => self.stand(window),
            FromAudio::WantGrid { part, timbre } => self.live[part.slot()] = Some(timbre),
            FromAudio::Stopped { .. } => {} // the chain's opening may serve again
            FromAudio::WantTable { .. } => {} // it has a queue of its own
            FromAudio::Voiced { .. } => {}  // the recording has heard it
        }
        Ok(())
    }

    fn enter_chain(
        &mut self,
        mut before: Option<Chain>,
        start: Start,
        settings: Settings,
    ) -> Result<Chain, ComposeError> {
        let muse = self.muse.as_mut();
        if let Some(chain) = before.take_if(|_| Chain::goes_on(start, &settings)) {
            return chain.gone_on(muse, start);
        }
        if let Some(chain) = &mut before {
            self.remembering.hear(chain);
        }
        let opening = self.openings.at(muse, start, &settings)?;
        Ok(Chain::open(start, settings, opening, self.remembering.memory()))
    }

    fn commit(
        &mut self,
        window: Window,
        composed: &Composed,
        settings: &Settings,
    ) -> Result<(), ComposeError> {
        self.links.recording().commit(window, tape::committed(composed));
        let mut notes = Vec::with_capacity(composed.notes.len());
        for &(note, delay) in &composed.voiced {
            let timbre = grids::timbre(settings, composed, note.part);
            let table = self.table(timbre, note)?;
            notes.push(VoicedNote { note, delay, table, timbre });
        }
        composed.told().for_each(|it| self.tell(it));
        let gauges = &self.links.gauges;
        gauges.notes_composed.fetch_add(notes.len() as u64, Ordering::Relaxed);
        gauges.committed_notes.fetch_add(notes.len() as u64, Ordering::Relaxed);
        gauges.surprise.fetch_add(composed.log_probability, Ordering::Relaxed);
        for (gauge, notes) in gauges.copying.iter().zip(composed.copying) {
            gauge.store(u32::try_from(notes).unwrap_or(u32::MAX), Ordering::Relaxed);
        }
        self.show_memory();
        let Composed { seats, key, given, .. } = *composed;
        let edition = if self.edition.0 == window.chain { self.edition.1 } else { 0 };
        let commit = Commit { window, edition, notes, key, seats, given };
        self.send(ToAudio::Commit(Box::new(commit)));
        Ok(())
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        note: Note,
    ) -> Result<Option<Arc<PartialTable>>, ComposeError> {
        match self.sound {
            Sound::Silent => Ok(None),
            Sound::Synth => self.muse.table(timbre, note.pitch, note.velocity).map(Some),
        }
    }

    /// What is composed already stands; a chain that still waits for the transport is begun anew, since its first window is what is asked for now.
    fn play(&mut self, playback: Option<Arc<Playback>>) {
        // The same from another bar line on is another.
        let has_a_place = !playback.as_ref().is_some_and(|it| it.is_placed_by_start());
        if has_a_place && playback == self.playback {
            return;
        }
        let runs = self.runs();
        let running = self.chain.as_ref().filter(|_| runs).map(Chain::id);
        self.left = running.and_then(|chain| match self.joining {
            // It has not begun, and what it was to follow goes on.
            Joining::Asked(asked) if asked == chain => self.left.take(),
            Joining::From(joined, line) if joined == chain => {
                self.playback.take().map(|it| (it, Some(line)))
            }
            _ => self.playback.take().map(|it| (it, None)),
        });
        self.joining = running.map_or(Joining::NotRunning, Joining::Asked);
        self.playback = playback;
        self.begin_anew();
    }

    /// A chain that still waits for the transport is begun anew with the phrase; one that plays goes on as it is.
    fn take_seed_phrase(&mut self, phrase: Arc<Phrase>) {
        if phrase != *self.openings.phrase() {
            self.openings.take_phrase(phrase);
            self.begin_anew();
        }
    }

    /// A chain that still waits for the transport is begun again.
    fn begin_anew(&mut self) {
        let Some(opened) = self.chain.as_ref().and_then(Chain::opened) else { return };
        let Opened { start, settings, window } = opened;
        let Some(edition) = self.links.first_window.renew(start.chain) else { return };
        self.edition = (start.chain, edition);
        if let Some(window) = window {
            let tempo = Tempo::default();
            self.inbox.push_front(FromAudio::Cutoff { window, settings, tempo });
        }
        self.inbox.push_front(FromAudio::Chain { start, settings });
    }

    /// Whether the transport runs in the present chain, or has just left it and runs.
    fn runs(&self) -> bool {
        let runs = self.chain.as_ref().and_then(|it| self.links.first_window.has_begun(it.id()));
        runs.unwrap_or_else(|| self.links.gauges.playing.load(Ordering::Relaxed))
    }

    fn tell(&self, message: FromComposer) {
        self.links.from_composer.force_push(message);
    }

    fn send(&mut self, message: ToAudio) {
        self.outbox.push_back(message);
        self.send_outbox();
    }

    fn send_outbox(&mut self) {
        while let Some(message) = self.outbox.pop_front() {
            if let Err(message) = self.links.to_audio.push(message) {
                self.outbox.push_front(message);
                return;
            }
        }
    }
}

/// Whether `message` tells of a note that somebody played.
fn is_heard(message: &FromAudio) -> bool {
    matches!(
        message,
        FromAudio::NoteOn { .. }
            | FromAudio::NoteOff { .. }
            | FromAudio::FollowOn { .. }
            | FromAudio::FollowOff { .. }
            | FromAudio::AllKeysUp { .. }
    )
}

/// Whether `message` matters when another chain has begun.
fn outlives_its_chain(message: &FromAudio) -> bool {
    matches!(message, FromAudio::Stood { .. } | FromAudio::WantGrid { .. })
}

impl std::fmt::Debug for Composer {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Composer")
            .field("backend", &self.muse.backend())
            .finish_non_exhaustive()
    }
}
