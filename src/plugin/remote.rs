//! What turns controls from outside the window: controllers that were learned, and the two parameters that step through the presets.
//!
//! The host must be told of every parameter that moves, from its main thread, and the framework gives the way to tell it with the first window alone. So
//! the callback only notes what is wanted, a thread looks at the notes now and then and asks for the main thread, and that does it. Until a window has been
//! open the notes wait. The callback itself asks for nothing, since that would be a system call.

use std::sync::atomic::{AtomicI32, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use nice_plug::context::gui::GuiContext;

use super::editor::Hand;
use super::presets::Presets;
use super::song::Song;
use crate::gui::{Intent, PresetAct};
use crate::params::{Control, Controls};

/// Asks for [`Song::attend`] on the main thread.
pub(super) type AskForMain = Arc<dyn Fn() + Send + Sync>;

#[derive(Default)]
pub(super) struct Remote {
    /// The way to tell the host, from the first window on.
    host: Mutex<Option<GuiContext>>,
    watch: Mutex<Option<Watch>>,
    /// Presets to step on by.
    steps: AtomicI32,
    /// Controls that are being turned, and when each was turned last.
    turning: Mutex<Vec<(Control, Instant)>>,
    /// How many there are.
    open: AtomicU32,
    /// One hand at a time: the window has a thread of its own on some systems.
    hands: Mutex<()>,
}

/// The two parameters as they were in the block before; of the callback.
#[derive(Default)]
pub(super) struct StepSwitches {
    next: bool,
    previous: bool,
    loads: Option<u32>,
}

/// The thread that looks at the notes; it ends with the song.
struct Watch {
    thread: Option<JoinHandle<()>>,
}

/// Between two looks: a controller turns its control within it.
const NAP: Duration = Duration::from_millis(15);
/// A controller that has been still for so long has been let go.
const STILL: Duration = Duration::from_millis(400);

impl StepSwitches {
    /// Presets to step on by: a switch that goes on is one. What a song that was just loaded (it is the `loads`-th) says counts as having been so before.
    /// Real-time safe.
    pub(super) fn see(&mut self, controls: &Controls, loads: u32) -> i32 {
        let (next, previous) = (controls.next_preset.value(), controls.previous_preset.value());
        let is_known = self.loads == Some(loads);
        let step = |was: bool, is: bool| i32::from(is_known && is && !was);
        let steps = step(self.next, next) - step(self.previous, previous);
        (self.next, self.previous, self.loads) = (next, previous, Some(loads));
        steps
    }
}

impl Remote {
    /// Step on by so many presets. Real-time safe.
    pub(super) fn step(&self, by: i32) {
        self.steps.fetch_add(by, Ordering::Relaxed);
    }

    /// Keep other hands off while this is held.
    pub(super) fn hands(&self) -> impl Drop + use<'_> {
        self.hands.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Song {
    /// A window opens: from now on the host can be told.
    pub(super) fn meet(self: &Arc<Self>, host: GuiContext, ask: &AskForMain) {
        *self.remote.host.lock().unwrap_or_else(PoisonError::into_inner) = Some(host);
        let mut watch = self.remote.watch.lock().unwrap_or_else(PoisonError::into_inner);
        if watch.is_none() {
            // Without a thread nothing is turned from outside, and the window works as ever.
            *watch = Watch::start(Arc::downgrade(self), ask.clone()).ok();
        }
    }

    fn is_due(&self) -> bool {
        let remote = &self.remote;
        self.kept.controllers.is_due()
            || remote.steps.load(Ordering::Relaxed) != 0
            || remote.open.load(Ordering::Relaxed) != 0
    }

    /// Do what is wanted from outside the window. Main thread.
    pub(super) fn attend(&self) {
        let host = self.remote.host.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let Some(host) = host else { return };
        // Where the window is at work, the next look is soon.
        let Ok(_alone) = self.remote.hands.try_lock() else { return };
        let hand = Hand::new(host);
        if self.kept.controllers.learn() {
            self.kept.lock().touch();
        }
        self.turn(Instant::now(), &mut |intent| {
            hand.obey(self, &mut Presets::default(), intent).ok(); // gestures are never refused
        });
        let steps = self.remote.steps.swap(0, Ordering::Relaxed);
        if steps != 0 {
            let folder = super::takes::folder().map(|it| it.join("Presets"));
            let (mut presets, _) = Presets::read(&self.controls, folder);
            let act = if steps > 0 { PresetAct::Next } else { PresetAct::Previous };
            for _ in 0..steps.unsigned_abs().min(64) {
                let act = Intent::Preset(act.clone());
                hand.obey(self, &mut presets, act).ok(); // there are always presets of ours
            }
        }
        self.repaint.request_repaint();
    }

    /// Turn what controllers have moved as gestures that end when the controllers have been still.
    fn turn(&self, now: Instant, obey: &mut dyn FnMut(Intent)) {
        let mut turning = self.remote.turning.lock().unwrap_or_else(PoisonError::into_inner);
        for (control, value) in self.kept.controllers.take() {
            if control == Control::Seed && self.kept.is_seed_locked() {
                continue;
            }
            match turning.iter_mut().find(|it| it.0 == control) {
                Some((_, last)) => *last = now,
                None => {
                    turning.push((control, now));
                    obey(Intent::Begin(control));
                }
            }
            obey(Intent::Set(control, value));
        }
        for (control, _) in turning.extract_if(.., |it| now.duration_since(it.1) >= STILL) {
            obey(Intent::End(control));
        }
        let open = u32::try_from(turning.len()).unwrap_or(u32::MAX);
        self.remote.open.store(open, Ordering::Relaxed);
    }
}

impl Watch {
    fn start(song: Weak<Song>, ask: AskForMain) -> std::io::Result<Self> {
        let thread = Builder::new().name(String::from("antiphon-remote")).spawn(move || {
            loop {
                std::thread::park_timeout(NAP);
                let Some(song) = song.upgrade() else { return };
                let is_due = song.is_due();
                drop(song);
                if is_due {
                    ask();
                }
            }
        })?;
        Ok(Self { thread: Some(thread) })
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let Some(thread) = self.thread.take() else { return };
        thread.thread().unpark();
        // It may itself have held the last handle of the song.
        if thread.thread().id() != std::thread::current().id() {
            thread.join().ok(); // it does nothing that panics
        }
    }
}

#[cfg(test)]
mod tests;
