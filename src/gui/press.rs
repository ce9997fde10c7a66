//! A key that does something once, however long it is held; and the space bar, which is the transport's and presses nothing else.

use egui::{Event, Key, Modifiers, Ui};

use super::Memory;

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

/// Before anything is drawn: unless a text is being typed the space bar presses nothing that has the keyboard. Without a host it plays and stops, in a plugin it
/// is the host's.
pub(super) fn take_space(ui: &Ui, memory: &mut Memory) {
    let is_typing = ui.ctx().text_edit_focused();
    let is_new = memory.space.is_new(ui, Key::Space);
    memory.bar = is_new && !is_typing;
    if !is_typing {
        ui.input_mut(|input| {
            let is_bar = |event: &Event| match event {
                Event::Key { key: Key::Space, modifiers, .. } => *modifiers == Modifiers::NONE,
                _ => false,
            };
            input.events.retain(|event| !is_bar(event));
        });
    }
}
