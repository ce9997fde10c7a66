//! The small windows that ask about presets: the name of a new one, another name for one's own, and whether one is to go.

use egui::{Align2, Key, RichText, Ui, Vec2, Window};

use super::path_ui::{Answer, Answered, Question};
use super::{Intent, Memory, PresetAct, View, theme};

/// What is asked, with what is typed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PresetQuestion {
    /// What is set is to be kept under this name.
    Keep(String),
    /// One of the musician's own is to be called otherwise.
    Rename { from: String, to: String },
    /// One of the musician's own is to go.
    Delete(String),
}

/// The window that asks, if it is open.
pub(super) fn draw(ui: &Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(question) = &mut memory.preset_asked else { return };
    let why = memory.no_dialog.as_deref();
    let (answer, act) = match question {
        PresetQuestion::Keep(name) => keep(ui, view, name, why),
        PresetQuestion::Rename { from, to } => rename(ui, from, to, why),
        PresetQuestion::Delete(name) => delete(ui, name, why),
    };
    if let Some(act) = act {
        memory.answered = Some(Answered::Preset(question.clone()));
        intents.push(Intent::Preset(act));
    }
    if answer != Answer::None {
        memory.preset_asked = None;
        memory.no_dialog = None;
    }
}

fn keep(
    ui: &Ui,
    view: &View<'_>,
    name: &mut String,
    why: Option<&str>,
) -> (Answer, Option<PresetAct>) {
    // Said while the name is typed, so that nothing goes unasked.
    let there = view.presets.own.iter().find(|it| is_same_name(it, name)).cloned();
    let (text, yes) = match &there {
        Some(own) => (
            format!("You have a preset “{own}”. Replace puts what is set now in its place."),
            "Replace",
        ),
        None => (
            String::from(
                "A preset keeps how the band plays and what it plays on: not the seed, the key, the chord, mutes or solos, and not tempo or time signature.",
            ),
            "Keep",
        ),
    };
    let question = Question {
        title: "Keep as a preset",
        text: &text,
        hint: "Rainy Sunday",
        name: "Name of the preset",
        yes,
    };
    let answer = question.ask(ui, name, why, |_| false);
    let act = typed(&answer).map(|name| match there {
        Some(own) => PresetAct::Replace(own),
        None => PresetAct::Save(name),
    });
    (answer, act)
}

fn rename(ui: &Ui, from: &str, to: &mut String, why: Option<&str>) -> (Answer, Option<PresetAct>) {
    let question = Question {
        title: "Rename a preset",
        text: &format!("Another name for “{from}”."),
        hint: "Rainy Sunday",
        name: "New name of the preset",
        yes: "Rename",
    };
    let answer = question.ask(ui, to, why, |_| false);
    let act = typed(&answer).filter(|to| to != from);
    (answer, act.map(|to| PresetAct::Rename { from: String::from(from), to }))
}

fn delete(ui: &Ui, name: &str, why: Option<&str>) -> (Answer, Option<PresetAct>) {
    let (mut yes, mut no) = (false, false);
    Window::new("Delete a preset")
        .collapsible(false)
        .resizable(false)
        .anchor(Align2::CENTER_CENTER, Vec2::ZERO)
        .show(ui.ctx(), |ui| {
            let text = format!("“{name}” and its file go, and Undo does not bring them back.");
            ui.label(RichText::new(text).color(theme::quiet()));
            if let Some(why) = why {
                ui.label(RichText::new(why).color(theme::warning()));
            }
            ui.horizontal(|ui| {
                yes = ui.button("Delete it").clicked();
                no = ui.button("Cancel").clicked();
            });
            no |= ui.input(|input| input.key_pressed(Key::Escape));
        });
    match (yes, no) {
        (true, _) => (Answer::Never, Some(PresetAct::Delete(String::from(name)))),
        (false, true) => (Answer::Never, None),
        (false, false) => (Answer::None, None),
    }
}

/// Names that differ only in upper and lower case would be taken for one another, and are one file on many systems.
pub fn is_same_name(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn typed(answer: &Answer) -> Option<String> {
    match answer {
        Answer::Path(name) => Some(name.to_string_lossy().into_owned()),
        Answer::None | Answer::Never => None,
    }
}
