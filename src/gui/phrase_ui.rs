//! The small window that asks for a MIDI file, its track and its bars.

use egui::{RichText, TextEdit, Ui};

use super::path_ui::{Answer, Answered, Question};
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
    if let Answer::Path(file) = &answer {
        let (track, bars) = match (number(track), span(bars)) {
            (Ok(track), Ok(bars)) => (track, bars),
            (Err(wrong), _) | (_, Err(wrong)) => {
                memory.no_dialog = Some(wrong);
                return;
            }
        };
        let (track_text, bars_text) = (memory.phrase_track.clone(), memory.phrase_bars.clone());
        let path = path.clone();
        memory.answered = Some(Answered::Phrase { path, track: track_text, bars: bars_text });
        intents.push(Intent::LoadPhrase(PhraseChoice { path: file.clone(), track, bars }));
    }
    if answer != Answer::None {
        memory.phrase_path = None;
        memory.no_dialog = None;
        memory.phrase_track.clear();
        memory.phrase_bars.clear();
    }
}

/// A track's number, from 1; nothing where nothing is said.
fn number(text: &str) -> Result<Option<usize>, String> {
    match text.trim() {
        "" => Ok(None),
        text => text.parse().ok().filter(|it| *it >= 1).map(Some).ok_or_else(|| {
            format!("track “{text}”: give a number such as 2, or leave it empty for the fullest")
        }),
    }
}

/// `5-8`, or `5` alone; nothing where nothing is said.
fn span(text: &str) -> Result<Option<(u32, u32)>, String> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(None);
    }
    let (first, last) = text.split_once(['-', '–']).unwrap_or((text, text));
    let bars = first.trim().parse().ok().zip(last.trim().parse().ok());
    bars.filter(|(first, last)| (1..=*last).contains(first)).map(Some).ok_or_else(|| {
        format!(
            "bars “{text}”: give the first and the last, such as 5-8, or leave it empty for all"
        )
    })
}
