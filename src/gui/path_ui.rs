//! What files are asked for, and a small window that asks for one by its path where the system has no dialog.

use std::path::PathBuf;

use egui::{Align2, Key, RichText, TextEdit, Ui, Window};

use super::remembered_ui::Asking;
use super::{Intent, Memory, MemoryAct, theme};

/// A file that the musician is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FileWish {
    /// A MIDI file, for the seed phrase.
    Phrase,
    LoadMemory,
    /// With the path that is offered.
    SaveMemory(String),
}

impl FileWish {
    pub fn title(&self) -> &'static str {
        match self {
            FileWish::Phrase => "Load a seed phrase",
            FileWish::LoadMemory => "Load a memory",
            FileWish::SaveMemory(_) => "Save the memory",
        }
    }
}

impl Memory {
    /// Whether a small window asks something.
    pub(super) fn is_asking(&self) -> bool {
        self.phrase_path.is_some() || self.asking.is_some() || self.preset_name.is_some()
    }

    /// The musician chose a file in the system's dialog.
    pub fn chosen(&mut self, wish: &FileWish, path: PathBuf, intents: &mut Vec<Intent>) {
        match wish {
            // Its track and its bars may be asked for too.
            FileWish::Phrase => self.phrase_path = Some(path.to_string_lossy().into_owned()),
            FileWish::LoadMemory => intents.push(Intent::Memory(MemoryAct::Load(path))),
            // The dialog has asked whether a file may go.
            FileWish::SaveMemory(_) => {
                intents.push(Intent::Memory(MemoryAct::Save { path, replace: true }));
            }
        }
    }

    /// There is no dialog, for this reason: ask for the path by its text.
    pub fn ask_by_path(&mut self, wish: &FileWish, why: Option<String>) {
        match wish {
            FileWish::Phrase => self.phrase_path = Some(String::new()),
            FileWish::LoadMemory => self.asking = Some(Asking::load()),
            FileWish::SaveMemory(place) => self.asking = Some(Asking::save(place)),
        }
        self.no_dialog = why;
    }
}

/// A question as it was answered.
#[derive(Clone, Debug)]
pub(super) enum Answered {
    Phrase { path: String, track: String, bars: String },
    File(Asking),
    Preset(String),
}

impl Memory {
    /// What came of the answer to a small window. One that is of no use is asked again, as it was typed, with what was wrong; the fault is then
    /// handed back no more.
    ///
    /// # Errors
    /// With the fault itself where nothing was asked.
    pub fn answered(&mut self, done: Result<(), String>) -> Result<(), String> {
        let (Some(answered), Err(fault)) = (self.answered.take(), &done) else { return done };
        self.no_dialog = Some(fault.clone());
        match answered {
            Answered::Phrase { path, track, bars } => {
                self.phrase_path = Some(path);
                (self.phrase_track, self.phrase_bars) = (track, bars);
            }
            Answered::File(asking) => self.asking = Some(asking),
            Answered::Preset(name) => self.preset_name = Some(name),
        }
        Ok(())
    }
}

/// By the system's dialog, or with shift held by its path.
pub(super) fn browse(ui: &Ui, wish: FileWish, memory: &mut Memory, intents: &mut Vec<Intent>) {
    if ui.input(|input| input.modifiers.shift) {
        memory.ask_by_path(&wish, None);
    } else {
        intents.push(Intent::Browse(wish));
    }
}

/// What is asked, in the musician's words.
pub(super) struct Question {
    pub(super) title: &'static str,
    pub(super) text: &'static str,
    /// A path as an example.
    pub(super) hint: &'static str,
    /// Accessible name of the field.
    pub(super) name: &'static str,
    /// On the button that does it.
    pub(super) yes: &'static str,
}

/// What came of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The musician is still at it.
    None,
    Path(PathBuf),
    Never,
}

impl Question {
    /// Draw the window. `why` is the reason for which a path is typed, or what was wrong with the answer before, where there is one. `more` draws what else is asked, beside each other, and says whether one of those fields has the focus.
    pub(super) fn ask(
        &self,
        ui: &Ui,
        path: &mut String,
        why: Option<&str>,
        more: impl FnOnce(&mut Ui) -> bool,
    ) -> Answer {
        let (mut done, mut close) = (false, false);
        Window::new(self.title)
            .collapsible(false)
            .resizable(false)
            .anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO)
            .show(ui.ctx(), |ui| {
                ui.label(RichText::new(self.text).color(theme::quiet()));
                if let Some(why) = why {
                    ui.label(RichText::new(why).color(theme::warning()));
                }
                let field = TextEdit::singleline(path).desired_width(420.0).hint_text(self.hint);
                let response = ui.add(field).accessible_name(self.name);
                let others = ui.horizontal(more).inner;
                if !response.has_focus() && !response.lost_focus() && !others {
                    response.request_focus();
                }
                let entered = ui.input(|input| input.key_pressed(Key::Enter));
                done = (response.lost_focus() || others) && entered;
                close = ui.input(|input| input.key_pressed(Key::Escape));
                ui.horizontal(|ui| {
                    done |= ui.button(self.yes).clicked();
                    close |= ui.button("Cancel").clicked();
                });
            });
        match path.trim() {
            path if done && !path.is_empty() => Answer::Path(PathBuf::from(path)),
            _ if close => Answer::Never,
            _ => Answer::None,
        }
    }
}
