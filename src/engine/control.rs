//! The main thread's hold on one instance.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::audio::renderer::Sound;
use super::link::{FromComposer, Links, ToComposer};
use super::worker::Worker;
use crate::infer::Muse;

/// One instance: its links, and the composer thread, which ends when this is dropped.
#[derive(Debug)]
pub struct Instance {
    pub links: Arc<Links>,
    worker: Option<Worker>,
}

impl Instance {
    /// Start the composer thread; the pack is opened there. If the system gives no thread, the instance stays silent and says so
    /// through `FromComposer::Failed`.
    pub fn start(
        open: impl FnOnce() -> Result<Box<dyn Muse>, String> + Send + 'static,
        sound: Sound,
    ) -> Self {
        let links = Links::new();
        let worker = match Worker::start(Arc::clone(&links), sound, open) {
            Ok(worker) => Some(worker),
            Err(error) => {
                let reason = format!("start the composer thread: {error}");
                links.from_composer.force_push(FromComposer::Failed(reason));
                None
            }
        };
        Self { links, worker }
    }

    /// Send to the composer; false if its queue is full or it is gone.
    pub fn send(&self, message: ToComposer) -> bool {
        // Before it is sent, so that nobody takes the composer to be done with it before it is.
        self.links.gauges.asked.fetch_add(1, Ordering::Release);
        let sent = self.links.to_composer.push(message).is_ok();
        if !sent {
            self.links.gauges.asked.fetch_sub(1, Ordering::Release);
        }
        if let Some(worker) = &self.worker {
            worker.wake();
        }
        sent && self.worker.is_some()
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let Some(worker) = &mut self.worker else { return };
        while self.links.to_composer.push(ToComposer::Quit).is_err() {
            worker.wake();
            std::thread::yield_now();
        }
        worker.join();
    }
}
