//! A small window that asks for a file by its path.

use std::path::PathBuf;

use egui::{Align2, Key, RichText, TextEdit, Ui, Window};

use super::theme;

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
    /// Draw the window. `more` draws what else is asked, beside each other, and says whether one of those fields has the focus.
    pub(super) fn ask(
        &self,
        ui: &Ui,
        path: &mut String,
        more: impl FnOnce(&mut Ui) -> bool,
    ) -> Answer {
        let (mut done, mut close) = (false, false);
        Window::new(self.title)
            .collapsible(false)
            .resizable(false)
            .anchor(Align2::CENTER_CENTER, egui::Vec2::ZERO)
            .show(ui.ctx(), |ui| {
                ui.label(RichText::new(self.text).color(theme::quiet()));
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
