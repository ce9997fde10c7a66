//! The memory drawer: what the band remembers of the player, what that is worth, and what is done with it.

use std::path::PathBuf;

use egui::{Align, Button, CornerRadius, Layout, RichText, Sense, Separator, Ui, vec2};

use super::path_ui::{Answer, Answered, FileWish, Question, browse};
use super::takes_ui::Note;
use super::{Intent, Memory, View, theme, widgets};
use crate::params::Control;

/// What the drawer shows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RememberedView {
    /// Notes that the song remembers, and the most that it can.
    pub notes: usize,
    pub limit: usize,
    /// What they take in memory, and the most that they can, bytes.
    pub bytes: usize,
    pub limit_bytes: usize,
    /// Notes that *Remember* would add.
    pub heard: usize,
    /// Bits a note; nothing before enough was heard.
    pub gain: Option<f32>,
    /// What its own Undo would take back.
    pub undo: Option<String>,
    /// Where a file is offered to be saved.
    pub place: String,
    /// What the newest act came to.
    pub note: Option<Note>,
}

/// What the musician does with the memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemoryAct {
    /// Add what was heard since it was added to last.
    Remember,
    Clear,
    /// Take back the newest change.
    Undo,
    /// Make the one again that was taken back.
    Redo,
    Save {
        path: PathBuf,
        replace: bool,
    },
    /// Remember what a file says, and nothing else.
    Load(PathBuf),
}

/// The window that asks for a file, while it is open.
#[derive(Clone, Debug)]
pub(super) struct Asking {
    what: Asked,
    path: String,
    replace: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asked {
    Save,
    Load,
}

impl Asking {
    pub(super) fn load() -> Self {
        Self { what: Asked::Load, path: String::new(), replace: false }
    }

    pub(super) fn save(place: &str) -> Self {
        Self { what: Asked::Save, path: String::from(place), replace: false }
    }
}

const SAVE: Question<'static> = Question {
    title: "Save the memory",
    text: "Where shall the file be?",
    hint: "/music/mine.memory",
    name: "Path to save the memory",
    yes: "Save",
};
const LOAD: Question<'static> = Question {
    title: "Load a memory",
    text: "Where is the file? It takes the place of what the song remembers; Undo brings that back.",
    hint: "/music/mine.memory",
    name: "Path of a memory",
    yes: "Load",
};

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    widgets::scrolling(ui, "memory", |ui| content(ui, view, memory, intents));
}

fn content(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let kept = view.remembered;
    ui.spacing_mut().item_spacing = vec2(5.0, 5.0);
    ui.label(RichText::new("Memory of your playing").font(theme::font(14.0)));
    ui.label(quiet("How much the band uses it"));
    let help = "How much the band draws on what you have played: 0 % not at all; at 100 % parts that answer quote you in every reply.";
    widgets::level(ui, view.control(Control::Memory), 0.0, theme::accent(), help, intents);
    ui.add(Separator::default().spacing(6.0));
    let mut acts = Vec::new();
    held(ui, view);
    remember(ui, view, &mut acts);
    ui.add(Separator::default().spacing(6.0));
    worth(ui, view);
    ui.add(Separator::default().spacing(6.0));
    if let Some(wish) = files(ui, view, &mut acts) {
        browse(ui, wish, memory, intents);
    }
    if let Some(note) = &kept.note {
        let (text, color) = match note {
            Note::Done(text) => (text, theme::accent()),
            Note::Failed(text) => (text, theme::warning()),
        };
        ui.label(RichText::new(text).font(theme::font(12.0)).color(color));
    }
    ui.add_space(6.0);
    ui.label(quiet("The band uses what you play until the transport starts again. Remember adds it to the memory, for good."));
    intents.extend(acts.into_iter().map(Intent::Memory));
}

/// How much is remembered, of how much that can be.
fn held(ui: &mut Ui, view: &View<'_>) {
    let kept = view.remembered;
    let text = match kept.notes {
        0 => String::from("The memory is empty"),
        1 => String::from("1 note in the memory"),
        notes => format!("{} notes in the memory", grouped(notes)),
    };
    ui.label(RichText::new(text).font(theme::font(13.0)));
    let share = kept.notes as f32 / kept.limit.max(1) as f32;
    let (track, _) = ui.allocate_exact_size(vec2(ui.available_width(), 6.0), Sense::hover());
    let round = CornerRadius::same(3);
    ui.painter().rect_filled(track, round, theme::line());
    let filled = track.with_max_x(track.left() + track.width() * share.min(1.0));
    ui.painter().rect_filled(filled, round, theme::accent());
    let kib = |bytes: usize| bytes.div_ceil(1024);
    let size =
        format!("of {}; {} of {} KiB", grouped(kept.limit), kib(kept.bytes), kib(kept.limit_bytes));
    ui.label(quiet(&size)).on_hover_text("When it is full, the oldest notes are forgotten first.");
}

fn remember(ui: &mut Ui, view: &View<'_>, acts: &mut Vec<MemoryAct>) {
    let kept = view.remembered;
    let text = match kept.heard {
        0 => String::from("nothing new"),
        1 => String::from("1 new note"),
        notes => format!("{} new notes", grouped(notes)),
    };
    ui.horizontal(|ui| {
        let button = Button::new("Remember").min_size(vec2(92.0, 24.0));
        let help = "Add the new notes to the memory, which is saved with the song. Else the band forgets them when the transport starts next.";
        let response = ui.add_enabled(kept.heard > 0, button).on_hover_text(help);
        if response.clicked() {
            acts.push(MemoryAct::Remember);
        }
        ui.label(quiet(&text));
    });
}

/// What it foretells of the player.
fn worth(ui: &mut Ui, view: &View<'_>) {
    let (amount, gain) = match view.remembered.gain {
        _ if view.control(Control::Memory).value == 0.0 => (None, "Memory is at 0 %"),
        None => (None, "not heard enough yet"),
        Some(gain) => (Some(format!("{gain:+.2}")), "bits a note"),
    };
    ui.label(quiet("It helps to foretell your notes by"));
    let words = ui.horizontal(|ui| {
        if let Some(amount) = amount {
            ui.label(RichText::new(amount).font(theme::digits(17.0)));
        }
        ui.label(RichText::new(gain).font(theme::font(13.0)).color(theme::quiet()));
    });
    words.response.on_hover_text(
        "Of your newest fifty notes or so: by how many bits a note the network with the memory was less surprised than the network alone. Below 0 the memory misled it.",
    );
}

fn files(ui: &mut Ui, view: &View<'_>, acts: &mut Vec<MemoryAct>) -> Option<FileWish> {
    let kept = view.remembered;
    let mut wish = None;
    ui.horizontal(|ui| {
        ui.spacing_mut().button_padding.x = 6.0;
        let button = |ui: &mut Ui, enabled, text: &str, name: &str, help: &str| {
            let response = ui.add_enabled(enabled, Button::new(text));
            let response = response.on_hover_text(help).on_disabled_hover_text(help);
            let clicked = response.clicked();
            response.accessible_name(name);
            clicked
        };
        let is_full = kept.notes > 0;
        if button(ui, is_full, "Save…", "Save the memory", "Write it into a file of its own. Shift: type its path.") {
            wish = Some(FileWish::SaveMemory(kept.place.clone()));
        }
        let help = "Remember what a file says: one that was saved here, or that `antiphon-cli learn` made of MIDI files. Shift: type its path.";
        if button(ui, true, "Load…", "Load a memory", help) {
            wish = Some(FileWish::LoadMemory);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let help = match &kept.undo {
                Some(what) => format!("Undo in the memory: {what}"),
                None => String::from("Undo in the memory: there is nothing."),
            };
            let can = kept.undo.is_some();
            if button(ui, can, "Undo", "Undo the change of the memory", &help) {
                acts.push(MemoryAct::Undo);
            }
            let help = "Empty the memory. The band forgets when the transport starts next; Undo brings it all back but the new notes.";
            let is_any = kept.notes + kept.heard > 0;
            if button(ui, is_any, "Clear", "Clear the memory", help) {
                acts.push(MemoryAct::Clear);
            }
        });
    });
    wish
}

/// The window that asks for a file, if it is open.
pub(super) fn draw_question(ui: &Ui, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(asking) = &mut memory.asking else { return };
    let Asking { what, path, replace } = asking;
    let why = memory.no_dialog.as_deref();
    let answer = match what {
        Asked::Load => LOAD.ask(ui, path, why, |_| false),
        Asked::Save => SAVE.ask(ui, path, why, |ui| {
            ui.checkbox(replace, "Replace a file that is there").has_focus()
        }),
    };
    if let Answer::Path(path) = &answer {
        let (path, replace) = (path.clone(), *replace);
        memory.answered = Some(Answered::File(asking.clone()));
        intents.push(Intent::Memory(match asking.what {
            Asked::Load => MemoryAct::Load(path),
            Asked::Save => MemoryAct::Save { path, replace },
        }));
    }
    if answer != Answer::None {
        memory.asking = None;
        memory.no_dialog = None;
    }
}

fn quiet(text: &str) -> RichText {
    RichText::new(text).font(theme::font(12.0)).color(theme::quiet())
}

/// With a comma before each three digits.
fn grouped(number: usize) -> String {
    match number {
        0..1000 => number.to_string(),
        _ => format!("{},{:03}", grouped(number / 1000), number % 1000),
    }
}
