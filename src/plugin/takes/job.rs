//! One piece of long work on a thread of its own: it shows how far it is, and can be stopped.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};

use atomic_float::AtomicF32;

pub(super) use crate::engine::reprise::Hand;
use crate::engine::reprise::{Candidate, Go};
use crate::score::Take;

/// Work that goes on; dropping it stops it and waits for its end, which is a window's composing away.
#[derive(Debug)]
pub(in crate::plugin) struct Job {
    what: String,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

/// What work came to.
#[derive(Debug)]
pub(super) enum Outcome {
    /// Variations of the take of this name, the best first.
    Varied(String, Vec<Candidate>),
    /// The take of this name was improvised again: so many notes, all the same.
    Same(String, usize),
    /// It came out as another, for this reason.
    Other(String, Take, String),
    /// Files in this folder.
    Exported(PathBuf),
}

/// `None` if it was stopped; an error for the musician.
type Done = Result<Option<Outcome>, String>;

#[derive(Debug, Default)]
struct Shared {
    share: AtomicF32,
    stop: AtomicBool,
    done: Mutex<Option<Done>>,
}

impl Job {
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(
        what: String,
        work: impl FnOnce(&mut Hand<'_>) -> Done + Send + 'static,
    ) -> std::io::Result<Self> {
        let shared = Arc::new(Shared::default());
        let own = Arc::clone(&shared);
        let thread = Builder::new().name(String::from("antiphon-takes")).spawn(move || {
            let mut hand = |share: f32| {
                own.share.store(share, Ordering::Relaxed);
                if own.stop.load(Ordering::Relaxed) { Go::Stop } else { Go::On }
            };
            let done = catch_unwind(AssertUnwindSafe(|| work(&mut hand)));
            let done = done.unwrap_or_else(|_| Err(String::from("work on a take: it panicked")));
            *own.done.lock().unwrap_or_else(PoisonError::into_inner) = Some(done);
        })?;
        Ok(Self { what, shared, thread: Some(thread) })
    }

    pub(super) fn what(&self) -> &str {
        &self.what
    }

    /// 0 to 1.
    pub(super) fn share(&self) -> f32 {
        self.shared.share.load(Ordering::Relaxed)
    }

    pub(super) fn stop(&self) {
        self.shared.stop.store(true, Ordering::Relaxed);
    }

    /// What it came to, once.
    pub(super) fn outcome(&self) -> Option<Done> {
        self.shared.done.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        self.stop();
        if let Some(thread) = self.thread.take() {
            thread.join().ok(); // its panics were caught and told
        }
    }
}
