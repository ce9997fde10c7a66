//! The small window that asks for a MIDI file.

use std::path::PathBuf;

use egui::{Align2, Key, RichText, TextEdit, Ui, Window};

use super::{Intent, Memory, theme};

pub(super) fn draw(ui: &mut Ui, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(path) = &mut memory.phrase_path else { return };
    let (mut load, mut close) = (false, false);
    Window::new("Load a seed phrase")
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO)
        .show(ui.ctx(), |ui| {
            ui.label(RichText::new("Where is the MIDI file?").color(theme::QUIET));
            let field =
                TextEdit::singleline(path).desired_width(420.0).hint_text("/music/tune.mid");
            let response = ui.add(field).accessible_name("Path of a MIDI file");
            if !response.has_focus() && !response.lost_focus() {
                response.request_focus();
            }
            load = response.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            close = ui.input(|input| input.key_pressed(Key::Escape));
            ui.horizontal(|ui| {
                load |= ui.button("Load").clicked();
                close |= ui.button("Cancel").clicked();
            });
        });
    if load && !path.trim().is_empty() {
        intents.push(Intent::LoadPhrase(PathBuf::from(path.trim())));
        close = true;
    }
    if close {
        memory.phrase_path = None;
    }
}
