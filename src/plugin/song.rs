//! What belongs to the song: the controls, the kept state, and the composer that works by them.

use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};

use nice_plug::params::persist::PersistentField;
use nice_plug::prelude::Params;
use nice_plug_egui::RepaintNotifier;

use super::takes::Desk;
use crate::engine::audio::renderer::Sound;
use crate::engine::control::Instance;
use crate::engine::link::{Links, ToComposer};
use crate::files::state::{self, EditorSize, PackName, State};
use crate::infer::{self, Muse, Runtime};
use crate::pack::Pack;
use crate::params::Controls;
use crate::score::{Phrase, Take};

/// Shared by the host glue, the audio side (controls only) and the editor.
#[derive(Params)]
pub(super) struct Song {
    #[nested]
    pub(super) controls: Controls,
    #[persist = "state"]
    pub(super) kept: Kept,
    /// Asks the editor, if it is open, for another frame. Real-time safe.
    pub(super) repaint: RepaintNotifier,
}

/// The kept state, which the host saves and loads. Main thread only.
#[derive(Default)]
pub(super) struct Kept {
    inner: Mutex<Inner>,
    /// Empty until the host first activates the instance.
    instance: OnceLock<Instance>,
}

#[derive(Default)]
pub(super) struct Inner {
    /// But for its takes, which lie on the desk.
    state: State,
    pub(super) desk: Desk,
    /// A text that could not be read. It is saved again as it was until something new is to be kept, so that opening a
    /// song of a newer version loses nothing.
    unread: Option<String>,
    /// For the musician: what had to be mended, or why nothing was read.
    notices: Vec<String>,
    /// What runs the model; empty until the pack is open.
    pub(super) backend: String,
    /// Why the composer could not go on.
    failures: Vec<String>,
}

impl Inner {
    fn whole_state(&self) -> State {
        let takes = self.desk.takes.iter().map(|(_, take)| Take::clone(take)).collect();
        State { pack: pack(), takes, ..self.state.clone() }
    }

    /// Something new is to be kept: a text that could not be read is given up.
    pub(super) fn touch(&mut self) {
        self.unread = None;
    }
}

impl Song {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            controls: Controls::new(&styles()),
            kept: Kept::default(),
            repaint: RepaintNotifier::new(),
        })
    }

    /// Start the composer, unless it runs.
    pub(super) fn start(&self, sound: Sound) -> Arc<Links> {
        let instance = self.kept.instance.get_or_init(|| Instance::start(open_muse, sound));
        self.kept.tell_composer(&self.kept.seed_phrase());
        instance.links.clone()
    }
}

impl Kept {
    pub(super) fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The links of the composer, if it runs.
    pub(super) fn links(&self) -> Option<&Arc<Links>> {
        self.instance.get().map(|instance| &instance.links)
    }

    pub(super) fn seed_phrase(&self) -> Arc<Phrase> {
        self.lock().state.seed_phrase.clone()
    }

    pub(super) fn set_seed_phrase(&self, phrase: Arc<Phrase>) {
        self.tell_composer(&phrase);
        let mut inner = self.lock();
        inner.state.seed_phrase = phrase;
        inner.unread = None;
    }

    pub(super) fn editor_size(&self) -> Option<EditorSize> {
        self.lock().state.editor
    }

    /// Resizing the window alone does not replace a text that could not be read.
    pub(super) fn set_editor_size(&self, size: EditorSize) {
        self.lock().state.editor = Some(size);
    }

    /// What the musician should know of the state that was loaded last.
    pub(super) fn notices(&self) -> Vec<String> {
        self.lock().notices.clone()
    }

    pub(super) fn backend(&self) -> String {
        self.lock().backend.clone()
    }

    /// Kept beyond the editor's window, since the composer tells it once.
    pub(super) fn set_backend(&self, backend: String) {
        self.lock().backend = backend;
    }

    /// Why the composer could not go on, if it could not.
    pub(super) fn failures(&self) -> Vec<String> {
        self.lock().failures.clone()
    }

    /// Kept beyond the editor's window, since the composer tells it once.
    pub(super) fn add_failure(&self, reason: String) {
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
            _ => Err(String::from("the composer is not there yet; let the host play first")),
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
fn embedded() -> Option<&'static Pack> {
    static PACK: OnceLock<Option<Pack>> = OnceLock::new();
    PACK.get_or_init(|| Pack::embedded().ok()).as_ref()
}

/// The titles of the embedded pack's styles.
pub(super) fn styles() -> Arc<[String]> {
    embedded().into_iter().flat_map(|pack| &pack.styles).map(|style| style.title.clone()).collect()
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
        let phrase = {
            let mut inner = self.lock();
            match state::read(&text) {
                Ok(read) => {
                    inner.notices = read.mended;
                    inner.unread = None;
                    inner.state = read.state;
                    let takes = std::mem::take(&mut inner.state.takes);
                    inner.desk = Desk::new(takes);
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
                    inner.desk = Desk::default();
                }
            }
            inner.state.seed_phrase.clone()
        };
        self.tell_composer(&phrase);
        self.tell(ToComposer::Play(None)).ok(); // without a composer nothing plays
    }

    fn map<F, R>(&self, function: F) -> R
    where
        F: Fn(&String) -> R,
    {
        let inner = self.lock();
        let text = inner.unread.clone().unwrap_or_else(|| state::write(&inner.whole_state()));
        function(&text)
    }
}

#[cfg(test)]
mod tests;
