//! The small window that asks for a MIDI file, its track and its bars.

use std::path::PathBuf;

use egui::{Align2, Key, RichText, TextEdit, Ui, Window};

use super::{Intent, Memory, PhraseChoice, theme};

pub(super) fn draw(ui: &mut Ui, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(path) = &mut memory.phrase_path else { return };
    let (track, bars) = (&mut memory.phrase_track, &mut memory.phrase_bars);
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
            let others = ui.horizontal(|ui| {
                let small = |ui: &mut Ui, text: &mut String, label: &str, hint: &str, help: &str| {
                    ui.label(RichText::new(label).color(theme::QUIET));
                    let field = TextEdit::singleline(text).desired_width(110.0).hint_text(hint);
                    let response = ui.add(field).on_hover_text(help).accessible_name(label);
                    response.has_focus() || response.lost_focus() || response.gained_focus()
                };
                let help = "Its number among the tracks that have notes. Empty: the fullest one that is not drums.";
                let track = small(ui, track, "Track", "the fullest", help);
                let help = "Such as 5-8, counted from 1. Empty: all of it.";
                small(ui, bars, "Bars", "all, or 5-8", help) || track
            });
            if !response.has_focus() && !response.lost_focus() && !others.inner {
                response.request_focus();
            }
            let is_done = response.lost_focus() || others.inner;
            load = is_done && ui.input(|input| input.key_pressed(Key::Enter));
            close = ui.input(|input| input.key_pressed(Key::Escape));
            ui.horizontal(|ui| {
                load |= ui.button("Load").clicked();
                close |= ui.button("Cancel").clicked();
            });
        });
    if load && !path.trim().is_empty() {
        let path = PathBuf::from(path.trim());
        let choice = PhraseChoice { path, track: track.trim().parse().ok(), bars: span(bars) };
        intents.push(Intent::LoadPhrase(choice));
        close = true;
    }
    if close {
        memory.phrase_path = None;
        memory.phrase_track.clear();
        memory.phrase_bars.clear();
    }
}

/// `5-8`, or `5` alone.
fn span(text: &str) -> Option<(u32, u32)> {
    let (first, last) = text.split_once(['-', '–']).unwrap_or((text, text));
    let (first, last) = (first.trim().parse().ok()?, last.trim().parse().ok()?);
    (1 <= first && first <= last).then_some((first, last))
}
