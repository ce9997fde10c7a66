//! What files are asked for, and a small window that asks for one by its path where the system has no dialog.

use std::path::PathBuf;

use egui::{Align2, Key, RichText, TextEdit, Ui, Window};

use super::preset_questions::PresetQuestion;
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
        self.phrase_path.is_some() || self.asking.is_some() || self.preset_asked.is_some()
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
    Preset(PresetQuestion),
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
            Answered::Preset(question) => self.preset_asked = Some(question),
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
pub(super) struct Question<'a> {
    pub(super) title: &'a str,
    pub(super) text: &'a str,
    /// A path as an example.
    pub(super) hint: &'a str,
    /// Accessible name of the field.
    pub(super) name: &'a str,
    /// On the button that does it.
    pub(super) yes: &'a str,
}

/// What came of a frame.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The musician is still at it.
    None,
    Path(PathBuf),
    Never,
}

/// The path that a text means, as it is typed in a terminal or dropped from a file manager: `~/` is the home folder, `file://` and what is written `%20` are undone.
fn path_of(text: &str) -> PathBuf {
    if let Some(address) = text.strip_prefix("file://") {
        return PathBuf::from(unescaped(address));
    }
    match (text.strip_prefix("~/"), std::env::home_dir()) {
        (Some(rest), Some(home)) => home.join(rest),
        _ => PathBuf::from(text),
    }
}

/// Each `%` with two hexadecimal digits is the byte that they say.
fn unescaped(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digits = after.get(..2).and_then(|it| std::str::from_utf8(it).ok());
        let byte = digits.and_then(|it| u8::from_str_radix(it, 16).ok());
        match byte.filter(|_| *first == b'%') {
            Some(byte) => {
                bytes.push(byte);
                rest = &after[2..];
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| String::from(address))
}

impl Question<'_> {
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
                let help = "Letters that cannot be typed here can be pasted (Ctrl+V).";
                let response = ui.add(field).on_hover_text(help).accessible_name(self.name);
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
            path if done && !path.is_empty() => Answer::Path(path_of(path)),
            _ if close => Answer::Never,
            _ => Answer::None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PathBuf, path_of};

    #[test]
    fn a_path_is_understood_as_in_a_terminal_and_from_a_file_manager() {
        let home = std::env::home_dir().unwrap();
        for (text, path) in [
            ("/music/a b.mid", PathBuf::from("/music/a b.mid")),
            ("~/a.mid", home.join("a.mid")),
            ("file:///music/a%20b%C3%A4%.mid", PathBuf::from("/music/a bä%.mid")),
            ("100%25.mid", PathBuf::from("100%25.mid")),
            ("~a.mid", PathBuf::from("~a.mid")),
        ] {
            assert_eq!(path_of(text), path, "{text}");
        }
    }
}
