//! What belongs to the song: the controls, the kept state, and the composer that works by them.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Instant;

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::Params;
use nice_plug_egui::RepaintNotifier;

use super::controllers::Controllers;
use super::history::{Edited, History, Step};
use super::memory::Remembered;
use super::remote::Remote;
use super::takes::Desk;
use super::transport::Deck;
use crate::engine::audio::renderer::Sound;
use crate::engine::control::Instance;
use crate::engine::link::{FromComposer, Links, ToComposer};
use crate::files::state::{self, EditorSize, PackName, State};
use crate::gui::{Custom, Notice};
use crate::infer::{self, Muse, Runtime};
use crate::pack::Pack;
use crate::params::{Control, Controls, FREE_TEMPO_BPM};
use crate::score::{Phrase, StyleBlend, Take};

/// Shared by the host glue, the audio side (controls only) and the editor.
#[derive(Params)]
pub(super) struct Song {
    #[nested]
    pub(super) controls: Controls,
    #[persist = "state"]
    pub(super) kept: Kept,
    /// Asks the editor, if it is open, for another frame. Real-time safe.
    pub(super) repaint: RepaintNotifier,
    pub(super) remote: Remote,
}

/// The kept state, which the host saves and loads. Main thread only.
#[derive(Default)]
pub(super) struct Kept {
    inner: Mutex<Inner>,
    pub(super) controllers: Controllers,
    pub(super) deck: Deck,
    /// How often a state was loaded, round and round.
    loads: AtomicU32,
    /// Empty until the host first activates the instance.
    instance: OnceLock<Instance>,
}

#[derive(Default)]
pub(super) struct Inner {
    /// But for its takes, which lie on the desk, and for what is remembered.
    state: State,
    pub(super) desk: Desk,
    pub(super) remembered: Remembered,
    pub(super) history: History,
    /// What the composer told and the editor has not shown yet; the newest.
    unshown: VecDeque<FromComposer>,
    /// A text that could not be read. It is saved again as it was until something new is to be kept, so that opening a
    /// song of a newer version loses nothing.
    unread: Option<String>,
    /// For the musician: what had to be mended, or why nothing was read.
    notices: Vec<String>,
    /// Likewise, whatever is loaded: of the program itself.
    standing: Vec<String>,
    /// What is good to know of it, and no fault.
    remarks: Vec<String>,
    /// Why the session is not kept, without a host.
    unkept: Option<String>,
    /// What runs the model; empty until the pack is open.
    pub(super) backend: String,
    /// Why the composer could not go on.
    failures: Vec<String>,
}

/// Least and most quarter notes a minute of our own transport.
pub(crate) const TEMPOS_BPM: (f32, f32) = FREE_TEMPO_BPM;

/// What our own transport begins with, and goes back to by default.
static TEMPO: OnceLock<f32> = OnceLock::new();

/// Without a host: the tempo that the program begins with, quarter notes a minute. To be said before it is started.
pub(crate) fn open_at(bpm: f32) {
    TEMPO.get_or_init(|| bpm);
}

impl Inner {
    fn whole_state(&self) -> State {
        let takes = self.desk.takes.iter().map(|(_, take)| Take::clone(take)).collect();
        let memory = self.remembered.text();
        State { pack: pack(), takes, memory, ..self.state.clone() }
    }

    /// Something new is to be kept: a text that could not be read is given up.
    pub(super) fn touch(&mut self) {
        self.unread = None;
    }
}

impl Song {
    pub(super) fn new() -> Arc<Self> {
        let song = Arc::new(Self {
            controls: match TEMPO.get() {
                Some(bpm) => Controls::new(&styles(), opening_style()).with_free_tempo(*bpm),
                None => Controls::new(&styles(), opening_style()),
            },
            kept: Kept::default(),
            repaint: RepaintNotifier::new(),
            remote: Remote::default(),
        });
        super::session::meet(&song);
        song
    }

    /// Start the composer, unless it runs.
    pub(super) fn start(&self, sound: Sound) -> Arc<Links> {
        self.kept.start_with(|| Instance::start(open_muse, sound))
    }
}

impl Kept {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How often a state was loaded, round and round. Real-time safe.
    pub(super) fn loads(&self) -> u32 {
        self.loads.load(Ordering::Relaxed)
    }

    /// Start the composer by `start`, unless it runs, and tell it what the song keeps.
    pub(super) fn start_with(&self, start: impl FnOnce() -> Instance) -> Arc<Links> {
        let is_new = self.instance.get().is_none();
        let instance = self.instance.get_or_init(start);
        self.tell_composer(&self.seed_phrase());
        if is_new {
            // One that runs knows it, and what it has heard since.
            let memory = self.lock().remembered.memory();
            instance.send(ToComposer::Memory(memory)); // its queue is new
        }
        instance.links.clone()
    }

    /// Take in what the composer has told.
    pub(super) fn hear_composer(&self) {
        /// For the roll.
        const MOST_UNSHOWN: usize = 4096;
        let Some(links) = self.links() else { return };
        while let Some(message) = links.from_composer.pop() {
            match message {
                FromComposer::Opened { backend } => self.lock().backend = backend,
                FromComposer::Failed(reason) => self.add_failure(reason),
                FromComposer::Joined { tick } => self.lock().desk.join(tick, &self.deck),
                FromComposer::Remembered { before, memory } => {
                    let mut inner = self.lock();
                    if inner.remembered.hear(&before, memory) {
                        inner.touch();
                    }
                }
                other => {
                    let mut inner = self.lock();
                    inner.unshown.push_back(other);
                    if inner.unshown.len() > MOST_UNSHOWN {
                        inner.unshown.pop_front();
                    }
                }
            }
        }
    }

    /// What the composer has told since this was asked last that concerns the editor alone.
    pub(super) fn news(&self) -> VecDeque<FromComposer> {
        self.hear_composer();
        std::mem::take(&mut self.lock().unshown)
    }

    /// The links of the composer, if it runs.
    pub(super) fn links(&self) -> Option<&Arc<Links>> {
        self.instance.get().map(|instance| &instance.links)
    }

    pub(super) fn seed_phrase(&self) -> Arc<Phrase> {
        self.lock().state.seed_phrase.clone()
    }

    /// # Errors
    /// If the seed is locked.
    pub(super) fn set_seed_phrase(&self, phrase: Arc<Phrase>) -> Result<(), String> {
        self.refuse_if_locked()?;
        let before = self.seed_phrase();
        self.put_seed_phrase(phrase.clone());
        if phrase != before {
            let step = Step::Phrase { before, after: phrase };
            self.lock().history.add(step, Instant::now());
        }
        Ok(())
    }

    /// Whether the seed is locked or not: what is taken back was there before.
    pub(super) fn put_seed_phrase(&self, phrase: Arc<Phrase>) {
        self.tell_composer(&phrase);
        let mut inner = self.lock();
        inner.state.seed_phrase = phrase;
        inner.touch();
    }

    pub(super) fn is_seed_locked(&self) -> bool {
        self.lock().state.seed_locked
    }

    /// From now on number and phrase of the seed stay as they are, or may change again. A host's automation of the number is the musician's own.
    pub(super) fn lock_seed(&self, locked: bool) {
        let mut inner = self.lock();
        inner.state.seed_locked = locked;
        inner.touch();
    }

    /// The window closes: what it was turning is as far as it will go.
    pub(super) fn settle_history(&self) {
        self.lock().history.settle(Instant::now());
    }

    /// Take in which edits of takes and memory have been made, so that all acts stand in one order.
    pub(super) fn follow_edits(&self) {
        let inner = &mut *self.lock();
        let (now, takes, memory) =
            (Instant::now(), inner.desk.takes.edits(), inner.remembered.changes());
        inner.history.follow(Edited::Takes, takes.0, takes.1, now);
        inner.history.follow(Edited::Memory, memory.0, memory.1, now);
    }

    /// What Undo would take back, and what Redo would do again; `name` names controls.
    pub(super) fn undo_and_redo(
        &self,
        name: impl Fn(Control) -> String,
    ) -> (Option<String>, Option<String>) {
        let inner = self.lock();
        let (takes, memory) = (&inner.desk.takes, &inner.remembered);
        let undo = inner.history.newest().and_then(|step| match step {
            Step::Edit { of: Edited::Takes, .. } => takes.newest_edit(),
            Step::Edit { of: Edited::Memory, .. } => memory.newest_change(),
            step => step.words(&name),
        });
        let redo = inner.history.newest_undone().and_then(|step| match step {
            Step::Edit { of: Edited::Takes, .. } => takes.newest_undone(),
            Step::Edit { of: Edited::Memory, .. } => memory.newest_undone(),
            step => step.words(&name),
        });
        (undo, redo)
    }

    /// The name of the preset that was chosen last.
    pub(super) fn preset(&self) -> Option<String> {
        self.lock().state.preset.clone()
    }

    pub(super) fn set_preset(&self, name: Option<String>) {
        let mut inner = self.lock();
        inner.state.preset = name;
        inner.touch();
    }

    /// Which drawer of the editor is open. As with its size, that alone does not replace a text that could not be read.
    pub(super) fn drawer(&self) -> Option<String> {
        self.lock().state.drawer.clone()
    }

    pub(super) fn set_drawer(&self, name: Option<&str>) {
        self.lock().state.drawer = name.map(String::from);
    }

    /// Whether the timbre map is open; likewise.
    pub(super) fn is_map_open(&self) -> bool {
        self.lock().state.timbre_map
    }

    pub(super) fn set_map_open(&self, open: bool) {
        self.lock().state.timbre_map = open;
    }

    /// # Errors
    /// If the seed is locked.
    pub(super) fn refuse_if_locked(&self) -> Result<(), String> {
        if self.is_seed_locked() {
            return Err(String::from("the seed is locked; its lock opens it"));
        }
        Ok(())
    }

    pub(super) fn editor_size(&self) -> Option<EditorSize> {
        self.lock().state.editor
    }

    /// Resizing the window alone does not replace a text that could not be read.
    pub(super) fn set_editor_size(&self, size: EditorSize) {
        self.lock().state.editor = Some(size);
    }

    /// What the musician should know of the state that was loaded last.
    pub(super) fn notices(&self) -> Vec<Notice> {
        let inner = self.lock();
        let of_state = if inner.unread.is_some() { Notice::trouble } else { Notice::told };
        let told = inner.notices.iter().cloned().map(of_state);
        let told = told.chain(inner.standing.iter().cloned().map(Notice::trouble));
        let told = told.chain(inner.remarks.iter().cloned().map(Notice::told));
        told.chain(inner.unkept.iter().cloned().map(Notice::trouble)).collect()
    }

    /// What the musician should know of the program, as long as it runs.
    pub(super) fn stand(&self, notices: Vec<String>, remarks: Vec<String>) {
        let mut inner = self.lock();
        inner.standing.extend(notices);
        inner.remarks.extend(remarks);
    }

    /// Why the session is not kept, or that it is. Whether that is news.
    pub(super) fn set_unkept(&self, reason: Option<String>) -> bool {
        let unkept = &mut self.lock().unkept;
        let is_new = *unkept != reason;
        *unkept = reason;
        is_new
    }

    /// All that is kept, as the editor last knew it. Any thread but the callback's.
    pub(super) fn state(&self) -> State {
        State { controllers: self.controllers.kept(), ..self.lock().whole_state() }
    }

    /// Go on from a text that was kept.
    pub(super) fn load(&self, text: String) {
        self.set(text);
    }

    pub(super) fn backend(&self) -> String {
        self.lock().backend.clone()
    }

    /// Why the composer could not go on, if it could not.
    pub(super) fn failures(&self) -> Vec<String> {
        self.lock().failures.clone()
    }

    /// Kept beyond the editor's window, since the composer tells it once.
    fn add_failure(&self, reason: String) {
        const MOST: usize = 4;
        let failures = &mut self.lock().failures;
        if !failures.contains(&reason) && failures.len() < MOST {
            failures.push(reason);
        }
    }

    /// # Errors
    /// If the composer does not take it now.
    pub(super) fn tell(&self, message: ToComposer) -> Result<(), String> {
        match self.instance.get() {
            Some(instance) if instance.send(message) => Ok(()),
            _ => Err(String::from(
                "the composer is not there yet: wait until the pack is open, or let the host play first",
            )),
        }
    }

    fn tell_composer(&self, phrase: &Arc<Phrase>) {
        if let Some(instance) = self.instance.get() {
            let sent = instance.send(ToComposer::SeedPhrase(phrase.clone()));
            if !sent {
                self.lock()
                    .notices
                    .push(String::from("the seed phrase did not reach the composer"));
            }
        }
    }
}

/// The embedded pack, read once; nothing if the build embedded files that do not belong together, which the composer
/// reports.
pub(super) fn embedded() -> Option<&'static Pack> {
    static PACK: OnceLock<Option<Pack>> = OnceLock::new();
    PACK.get_or_init(|| Pack::embedded().ok()).as_ref()
}

/// The titles of the embedded pack's styles.
pub(super) fn styles() -> Arc<[String]> {
    embedded().into_iter().flat_map(|pack| &pack.styles).map(|style| style.title.clone()).collect()
}

/// What each of them usually goes in.
pub(super) fn customs() -> Vec<Custom> {
    let styles = embedded().into_iter().flat_map(|pack| &pack.styles);
    styles.map(|style| Custom { meter: style.meter, tempo_bpm: style.tempo.bpm() }).collect()
}

/// The place of the style that a fresh instance begins with; the first where the pack does not have it.
pub(super) fn opening_style() -> usize {
    let mut styles = embedded().into_iter().flat_map(|pack| &pack.styles);
    styles.position(|style| style.name == StyleBlend::OPENING).unwrap_or(0)
}

/// The embedded pack's name and hash.
pub(super) fn pack() -> Option<PackName> {
    embedded().map(|pack| PackName { name: pack.name.clone(), hash: pack.sha256.clone() })
}

/// The embedded pack's title.
pub(super) fn pack_title() -> String {
    embedded().map(|pack| pack.title.clone()).unwrap_or_default()
}

/// Open the embedded pack; on the composer's thread or a job's.
pub(super) fn open_muse() -> Result<Box<dyn Muse>, String> {
    let pack = Pack::embedded().map_err(|error| error.to_string())?;
    infer::open(&pack, &Runtime::Embedded).map_err(|error| error.to_string())
}

impl PersistentField<'_, String> for Kept {
    fn set(&self, text: String) {
        self.hear_composer(); // what it told belongs to the song before
        let (phrase, memory) = {
            let mut inner = self.lock();
            inner.history = History::default();
            self.loads.fetch_add(1, Ordering::Relaxed);
            match state::read(&text) {
                Ok(read) => {
                    inner.notices = read.mended;
                    inner.unread = None;
                    inner.state = read.state;
                    let takes = std::mem::take(&mut inner.state.takes);
                    inner.desk = Desk::new(takes);
                    let (remembered, notice) = Remembered::read(inner.state.memory.take());
                    inner.remembered = remembered;
                    inner.notices.extend(notice);
                    let lost = self.controllers.replace(&inner.state.controllers);
                    inner.notices.extend(lost);
                    if let (Some(theirs), Some(ours)) = (&inner.state.pack, pack())
                        && *theirs != ours
                    {
                        let notice = format!(
                            "the song was made with the pack {}; {} plays instead",
                            theirs.name, ours.name
                        );
                        inner.notices.push(notice);
                    }
                }
                Err(error) => {
                    inner.notices = vec![error.to_string()];
                    inner.unread = Some(text);
                    inner.state = State::default();
                    self.controllers.replace(&[]);
                    inner.desk = Desk::default();
                    inner.remembered = Remembered::default();
                }
            }
            (inner.state.seed_phrase.clone(), inner.remembered.memory())
        };
        self.tell_composer(&phrase);
        self.tell(ToComposer::Memory(memory)).ok(); // without a composer it is told when there is one
        self.tell(ToComposer::Play(None)).ok(); // without a composer nothing plays
        self.deck.play_on();
    }

    fn map<F, R>(&self, function: F) -> R
    where
        F: Fn(&String) -> R,
    {
        self.hear_composer(); // it may just have remembered something
        let inner = self.lock();
        let whole = || State { controllers: self.controllers.kept(), ..inner.whole_state() };
        let text = inner.unread.clone().unwrap_or_else(|| state::write(&whole()));
        function(&text)
    }
}

#[cfg(test)]
mod tests;
