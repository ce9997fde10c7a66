//! What a right click on a control opens: its value to be typed, its default, and the MIDI controller that turns it.

use egui::{Key, Popup, PopupCloseBehavior, Response, RichText, TextEdit, Ui};

use crate::gui::{ControlView, Intent, Learned, theme};

pub(super) fn menu(response: &Response, control: &ControlView, intents: &mut Vec<Intent>) {
    popup(response).show(|ui| {
        ui.label(RichText::new(&control.name).color(theme::quiet()));
        typed(ui, response, control, intents);
        let reset = ui.button("Reset to the default");
        if reset.clicked() {
            intents.push(Intent::Change(control.control, control.default));
            ui.close();
        }
        learned(ui, control, intents);
    });
}

/// Of a button that has no value, and does what a parameter does that goes on.
pub(in crate::gui) fn learning_menu(
    response: &Response,
    control: &ControlView,
    intents: &mut Vec<Intent>,
) {
    popup(response).show(|ui| {
        ui.label(RichText::new(&control.name).color(theme::quiet()));
        learned(ui, control, intents);
    });
}

/// With an id of its own: a list has a popup already. It stays open while a controller is waited for.
fn popup(response: &Response) -> Popup<'_> {
    Popup::context_menu(response)
        .id(response.id.with("more"))
        .close_behavior(PopupCloseBehavior::CloseOnClickOutside)
}

fn learned(ui: &mut Ui, control: &ControlView, intents: &mut Vec<Intent>) {
    let quiet = |text: String| RichText::new(text).color(theme::quiet());
    let intent = match control.learned {
        Learned::Nothing => {
            let help = "The next knob, slider or pedal that you move on a MIDI keyboard turns this from then on, in this song. The sustain pedal stays what it is.";
            let pressed = ui.button("Learn a MIDI controller…").on_hover_text(help).clicked();
            pressed.then_some(Intent::Learn(Some(control.control)))
        }
        Learned::Waiting => {
            ui.label(RichText::new("Move a MIDI controller…").color(theme::accent()));
            ui.button("Do not learn one").clicked().then_some(Intent::Learn(None))
        }
        Learned::By { channel, controller } => {
            ui.label(quiet(format!("MIDI controller {controller}, channel {channel}")));
            let pressed = ui.button("Forget the controller").clicked();
            pressed.then_some(Intent::Forget(control.control))
        }
        Learned::Impossible => {
            ui.label(quiet(String::from("MIDI controllers: by your host's own learning")));
            None
        }
    };
    if let Some(intent) = intent {
        // Open while it waits, so that it shows what comes of it.
        if !matches!(intent, Intent::Learn(Some(_))) {
            ui.close();
        }
        intents.push(intent);
    }
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
