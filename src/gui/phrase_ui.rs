//! The small window that asks for a MIDI file, its track and its bars.

use egui::{RichText, TextEdit, Ui};

use super::path_ui::{Answer, Question};
use super::{FileWish, Intent, Memory, PhraseChoice, theme};

pub(super) fn draw(ui: &mut Ui, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(path) = &mut memory.phrase_path else { return };
    let (track, bars) = (&mut memory.phrase_track, &mut memory.phrase_bars);
    let asked = Question {
        title: FileWish::Phrase.title(),
        text: "Where is the MIDI file?",
        hint: "/music/tune.mid",
        name: "Path of a MIDI file",
        yes: "Load",
    };
    let answer = asked.ask(ui, path, memory.no_dialog.as_deref(), |ui| {
        let small = |ui: &mut Ui, text: &mut String, label: &str, hint: &str, help: &str| {
            ui.label(RichText::new(label).color(theme::quiet()));
            let field = TextEdit::singleline(text).desired_width(110.0).hint_text(hint);
            let response = ui.add(field).on_hover_text(help).accessible_name(label);
            response.has_focus() || response.lost_focus() || response.gained_focus()
        };
        let help =
            "Its number among the tracks that have notes. Empty: the fullest one that is not drums.";
        let track = small(ui, track, "Track", "the fullest", help);
        let help = "Such as 5-8, counted from 1. Empty: all of it.";
        small(ui, bars, "Bars", "all, or 5-8", help) || track
    });
    if let Answer::Path(path) = &answer {
        let (track, bars) = (track.trim().parse().ok(), span(bars));
        intents.push(Intent::LoadPhrase(PhraseChoice { path: path.clone(), track, bars }));
    }
    if answer != Answer::None {
        memory.phrase_path = None;
        memory.no_dialog = None;
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
