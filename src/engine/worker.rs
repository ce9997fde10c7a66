//! The composer's thread: a named loop around `Composer::step`.

mod priority;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use crossbeam::sync::{Parker, Unparker};

use self::priority::go_before_ordinary_work;
use super::audio::renderer::Sound;
use super::composer::{Composer, Next};
use super::link::{FromComposer, Links, ToComposer};
use crate::infer::Muse;

/// How long the composer sleeps when nothing is asked of it. The audio thread cannot wake it, since waking is a system call.
const NAP: Duration = Duration::from_millis(1);

/// A running composer; dropping it ends and joins the thread.
#[derive(Debug)]
pub(super) struct Worker {
    unparker: Unparker,
    thread: Option<JoinHandle<()>>,
}

impl Worker {
    /// Start the thread. `open` runs on it, since opening a pack takes its time.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub(super) fn start(
        links: Arc<Links>,
        sound: Sound,
        open: impl FnOnce() -> Result<Box<dyn Muse>, String> + Send + 'static,
    ) -> std::io::Result<Self> {
        let parker = Parker::new();
        let unparker = parker.unparker().clone();
        let thread = Builder::new().name("antiphon-composer".to_owned()).spawn(move || {
            let muse = match catch_unwind(AssertUnwindSafe(open)) {
                Ok(Ok(muse)) => muse,
                Ok(Err(reason)) => return idle(&links, &parker, reason),
                Err(_) => {
                    return idle(
                        &links,
                        &parker,
                        "open the pack: it made the runtime panic".to_owned(),
                    );
                }
            };
            // Opening is not urgent, and threads that a runtime starts for itself are to stay ordinary. A window that comes late is lost, while a host's other
            // helpers can wait.
            links.gauges.set_priority(go_before_ordinary_work());
            let composer = Composer::new(Arc::clone(&links), muse, sound);
            run(composer, &links, &parker);
        })?;
        Ok(Self { unparker, thread: Some(thread) })
    }

    /// Tell the thread that there is a message.
    pub(super) fn wake(&self) {
        self.unparker.unpark();
    }

    /// Wait for the thread to end; it must have been told to.
    pub(super) fn join(&mut self) {
        self.wake();
        if let Some(thread) = self.thread.take() {
            thread.join().ok(); // its panics were caught and told
        }
    }
}

fn run(mut composer: Composer, links: &Links, parker: &Parker) {
    loop {
        let begun = Instant::now();
        let notes = links.gauges.notes_composed.load(std::sync::atomic::Ordering::Relaxed);
        let step = || {
            let next = composer.step();
            if matches!(next, Ok(Next::Wait)) {
                composer.prepare();
            }
            next
        };
        match catch_unwind(AssertUnwindSafe(step)) {
            Ok(Ok(Next::Step)) => measure(links, begun, notes),
            Ok(Ok(Next::Wait)) => parker.park_timeout(NAP),
            Ok(Ok(Next::Quit)) => return,
            Ok(Err(error)) => {
                links.from_composer.force_push(FromComposer::Failed(error.to_string()));
            }
            Err(_) => {
                return idle(
                    links,
                    parker,
                    "compose: the composer panicked; reload the plugin".to_owned(),
                );
            }
        }
    }
}

/// Smooth the time a note takes.
fn measure(links: &Links, begun: Instant, notes_before: u64) {
    let gauges = &links.gauges;
    let notes = gauges.notes_composed.load(std::sync::atomic::Ordering::Relaxed) - notes_before;
    if notes > 0 {
        let micros = begun.elapsed().as_secs_f32() * 1e6 / notes as f32;
        let old = gauges.note_micros.load(std::sync::atomic::Ordering::Relaxed);
        let new = if old == 0.0 { micros } else { old + 0.1 * (micros - old) };
        gauges.note_micros.store(new, std::sync::atomic::Ordering::Relaxed);
    }
}

/// Say what went wrong, and keep the queues empty until told to quit.
fn idle(links: &Links, parker: &Parker, reason: String) {
    links.from_composer.force_push(FromComposer::Failed(reason));
    loop {
        links.gauges.stalled.store(true, std::sync::atomic::Ordering::Relaxed);
        while links.retired.pop().is_some() || links.from_audio.pop().is_some() {}
        while let Some(message) = links.to_composer.pop() {
            if matches!(message, ToComposer::Quit) {
                return;
            }
        }
        parker.park_timeout(NAP * 20);
    }
}
