//! What the system's sound library would write to the terminal by itself: it is held back, and told when something cannot be opened.

#[cfg(target_os = "linux")]
use std::{cell::RefCell, rc::Rc};

/// The lines of this thread, from `hold` on.
#[derive(Debug)]
pub(super) struct Lines {
    /// Nothing where the library refuses: then it writes as ever.
    #[cfg(target_os = "linux")]
    held: Option<Rc<RefCell<alsa::Output>>>,
}

impl Lines {
    /// ALSA writes a line for each device that it looks for in vain, such as a sequencer on a machine without MIDI, though nobody asked for it.
    pub(super) fn hold() -> Self {
        Self {
            #[cfg(target_os = "linux")]
            held: alsa::Output::local_error_handler().ok(), // then they are written
        }
    }

    /// What has been held back; empty where nothing was.
    pub(super) fn text(&self) -> String {
        #[cfg(target_os = "linux")]
        if let Some(held) = &self.held {
            return held.borrow().to_string();
        }
        String::new()
    }
}
