//! What a right click on a control opens: its value to be typed, its default, and the MIDI controller that turns it.

use egui::{Key, Label, Popup, PopupCloseBehavior, Response, RichText, TextEdit, Ui};

use crate::gui::{ControlView, Intent, Learned, theme};

/// Widest text, logical points.
const WIDTH: f32 = 260.0;

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
            if has_waited(ui, control) {
                let text = "Nothing has arrived yet. Does the keyboard reach Antiphon: by the track's MIDI input in a host, by --midi-in without one? Keys and the sustain pedal do not count.";
                ui.set_max_width(WIDTH);
                ui.add(Label::new(quiet(String::from(text))).wrap());
            }
            let escaped = ui.input(|input| input.key_pressed(Key::Escape));
            let help = "Leave the control as it is (Escape).";
            let pressed = ui.button("Do not learn one").on_hover_text(help).clicked();
            (pressed || escaped).then_some(Intent::Learn(None))
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

/// Whether nothing has come for so long that the musician should be told.
fn has_waited(ui: &Ui, control: &ControlView) -> bool {
    /// Seconds.
    const PATIENCE: f64 = 4.0;
    let id = egui::Id::unique(("waits for a controller", control.control));
    let now = ui.input(|input| input.time);
    let pass = ui.ctx().cumulative_pass_nr();
    let before = ui.data(|data| data.get_temp::<(f64, u64)>(id));
    // Else it waited for another one, before.
    let since = before.filter(|(_, seen)| pass - seen <= 2).map_or(now, |it| it.0);
    ui.data_mut(|data| data.insert_temp(id, (since, pass)));
    let left = PATIENCE - (now - since);
    if left > 0.0 {
        ui.ctx().request_repaint_after(std::time::Duration::from_secs_f64(left));
    }
    left <= 0.0
}

/// A field with the value, selected as a whole when the menu opens.
fn typed(ui: &mut Ui, response: &Response, control: &ControlView, intents: &mut Vec<Intent>) {
    let id = response.id.with("typed");
    let now = ui.ctx().cumulative_pass_nr();
    let before = ui.data(|data| data.get_temp::<Typing>(id));
    let before = before.filter(|it| now - it.seen <= 2); // else the menu was closed meanwhile
    let is_new = before.is_none();
    let entered_at = before.as_ref().and_then(|it| it.entered);
    if entered_at.is_some_and(|it| now > it) && control.misread.is_none() {
        ui.data_mut(|data| data.remove::<Typing>(id));
        ui.close(); // it was understood
        return;
    }
    // In brackets it is what stands in for the value.
    let own = control.text.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    let own = own.unwrap_or(&control.text);
    let mut text = before.map_or_else(|| String::from(own), |it| it.text);
    let mut output = TextEdit::singleline(&mut text).desired_width(130.0).show(ui);
    // What was wrong with the text before is of no use for this one.
    let entered_at = entered_at.filter(|_| !output.response.changed());
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
    if let Some(fault) = control.misread.as_ref().filter(|_| entered_at.is_some()) {
        ui.set_max_width(WIDTH);
        let words = RichText::new(fault).font(theme::font(12.0)).color(theme::warning());
        ui.add(Label::new(words).wrap());
    }
    if escaped {
        ui.data_mut(|data| data.remove::<Typing>(id));
        ui.close();
        return;
    }
    let mut typing = Typing { text, seen: now, entered: entered_at };
    if entered {
        intents.push(Intent::Type(control.control, typing.text.clone()));
        typing.entered = Some(now);
        ui.ctx().request_repaint();
        ui.memory_mut(|memory| memory.request_focus(output.response.id));
    }
    ui.data_mut(|data| data.insert_temp(id, typing));
}

/// A value while it is typed.
#[derive(Clone)]
struct Typing {
    text: String,
    /// The pass in which the menu was seen last, and in which the text was entered.
    seen: u64,
    entered: Option<u64>,
}
