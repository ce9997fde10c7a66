//! What the escape key closes: one thing at a time, the innermost first.

use egui::{Key, Popup, Ui};

use super::Memory;

/// After all is drawn. What has the keyboard, a list that is open and a small window end with the key by themselves, and nothing else does then.
pub(super) fn close_innermost(ui: &Ui, memory: &mut Memory) {
    let is_busy = is_busy(ui, memory);
    let was_busy = std::mem::replace(&mut memory.busy, is_busy);
    if was_busy || is_busy || !ui.input(|input| input.key_pressed(Key::Escape)) {
        return;
    }
    if memory.style_pad {
        memory.style_pad = false;
    } else if memory.timbre_map {
        memory.timbre_map = false;
    } else if memory.held.is_some() {
        memory.held = None;
    } else if memory.opened.is_some() {
        memory.opened = None;
    } else {
        return;
    }
    ui.ctx().request_repaint();
}

fn is_busy(ui: &Ui, memory: &Memory) -> bool {
    let has_focus = ui.ctx().memory(|it| it.focused().is_some());
    has_focus || Popup::is_any_open(ui.ctx()) || memory.is_asking()
}
