//! A key that does something once, however long it is held.

use egui::{Event, Key, Ui};

/// One key, from frame to frame.
#[derive(Clone, Copy, Debug)]
pub(super) struct Press {
    is_down: bool,
    /// When it was let go last, seconds.
    let_go: f64,
}

/// Some systems tell of a held key as if it were let go and pressed again at once. No hand is as quick, seconds.
const QUICKEST: f64 = 0.03;

impl Default for Press {
    fn default() -> Self {
        Self { is_down: false, let_go: f64::NEG_INFINITY }
    }
}

impl Press {
    /// Whether a hand has pressed `key` in this frame, without another key that would make it mean something else. To be asked in every frame.
    pub(super) fn is_new(&mut self, ui: &Ui, key: Key) -> bool {
        ui.input(|input| {
            let mut is_new = false;
            for event in &input.events {
                let Event::Key { key: of, pressed, modifiers, .. } = event else { continue };
                match (*of == key, *pressed) {
                    (false, _) => {}
                    (true, true) => {
                        let was_up = !self.is_down && input.time - self.let_go > QUICKEST;
                        is_new |= was_up && modifiers.is_none();
                        self.is_down = true;
                    }
                    (true, false) => (self.is_down, self.let_go) = (false, input.time),
                }
            }
            // Where the window has lost the keyboard meanwhile nothing tells of the end.
            self.is_down &= input.key_down(key);
            is_new
        })
    }
}
