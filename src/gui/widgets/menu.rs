//! What a right click on a knob opens: its value to be typed, and its default.

use egui::{Key, Response, RichText, TextEdit, Ui};

use crate::gui::{ControlView, Intent, theme};

pub(super) fn menu(response: &Response, control: &ControlView, intents: &mut Vec<Intent>) {
    response.context_menu(|ui| {
        ui.label(RichText::new(&control.name).color(theme::quiet()));
        typed(ui, response, control, intents);
        let reset = ui.button("Reset to the default");
        if reset.clicked() {
            intents.push(Intent::Change(control.control, control.default));
            ui.close();
        }
    });
}

/// A field with the value, selected as a whole when the menu opens.
fn typed(ui: &mut Ui, response: &Response, control: &ControlView, intents: &mut Vec<Intent>) {
    let id = response.id.with("typed");
    let now = ui.ctx().cumulative_pass_nr();
    let before = ui.data(|data| data.get_temp::<(String, u64)>(id));
    let before = before.filter(|(_, seen)| now - seen <= 2); // else the menu was closed meanwhile
    let is_new = before.is_none();
    let mut text = before.map_or_else(|| control.text.clone(), |it| it.0);
    let mut output = TextEdit::singleline(&mut text).desired_width(130.0).show(ui);
    if is_new {
        output.response.request_focus();
        let all = egui::text::CCursorRange::two(
            egui::text::CCursor::new(0),
            egui::text::CCursor::new(text.chars().count()),
        );
        output.state.cursor.set_char_range(Some(all));
        output.state.store(ui.ctx(), output.response.id);
    }
    let name = format!("Value of {}", control.name);
    let field = Response::clone(&output.response);
    field.accessible_name(name);
    let (entered, escaped) =
        ui.input(|input| (input.key_pressed(Key::Enter), input.key_pressed(Key::Escape)));
    if entered {
        intents.push(Intent::Type(control.control, text.clone()));
    }
    if entered || escaped {
        ui.data_mut(|data| data.remove::<(String, u64)>(id));
        ui.close();
    } else {
        ui.data_mut(|data| data.insert_temp(id, (text, now)));
    }
}
