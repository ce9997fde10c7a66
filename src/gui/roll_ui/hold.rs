//! The roll's view held still while the music goes on, so that notes can be read and pointed at in peace.

use egui::{Align2, Button, Rect, Response, RichText, Ui, pos2, vec2};

use crate::gui::{Memory, View, theme};

/// The view stands still as long as Ctrl is held over the roll, or from a press of the button until the next.
pub(super) fn follow(ui: &Ui, response: &Response, view: &View<'_>, memory: &mut Memory) {
    let by_key = response.hovered() && ui.input(|input| input.modifiers.command);
    let now = view.clock.position_quarters;
    if by_key && !memory.held_by_key && memory.held.is_none() {
        (memory.held, memory.held_by_key) = (Some(now), true);
    } else if memory.held_by_key && !by_key {
        (memory.held, memory.held_by_key) = (None, false);
    }
    // After a jump what is held lies elsewhere.
    memory.held.take_if(|held| *held > now + 1.0);
}

/// Room for the button at the right of the legend, logical points.
pub(super) const ROOM: f32 = 62.0;

/// The button, in the strip below the notes, and where the music is meanwhile.
pub(super) fn draw(
    ui: &mut Ui,
    (field, strip): (Rect, Rect),
    view: &View<'_>,
    memory: &mut Memory,
) {
    let is_held = memory.held.is_some();
    let size = vec2(ROOM - 8.0, 20.0);
    let middle = pos2(strip.right() - ROOM / 2.0, strip.center().y);
    let place = Rect::from_center_size(middle, size);
    let (text, color) = match is_held {
        true => ("Follow", theme::on_color()),
        false => ("Hold", theme::quiet()),
    };
    let text = RichText::new(text).font(theme::font(11.5)).color(color);
    let mut button = Button::new(text).small();
    if is_held {
        button = button.fill(theme::accent());
    }
    let help = "The view stands still while the music goes on, so that notes can be pointed at: hold Ctrl over the roll, or press. Escape follows again.";
    let pressed = ui.put(place, button).on_hover_text(help);
    if pressed.clicked() {
        memory.held = (!is_held).then_some(view.clock.position_quarters);
        memory.held_by_key = false;
    }
    let name = if is_held { "Follow the music again" } else { "Hold the view" };
    pressed.accessible_name(name);
    if is_held {
        let bar = view.clock.bar_length.quarters().max(0.25);
        let number = (view.clock.position_quarters / bar).floor() + 1.0;
        let text = format!("View held; the music is at bar {number}");
        let at = pos2(field.right() - 8.0, field.top() + 28.0);
        let font = theme::font(12.0);
        let galley = ui.painter().layout_no_wrap(text, font, theme::accent());
        let ground = Align2::RIGHT_CENTER.anchor_size(at, galley.size()).expand2(vec2(6.0, 3.0));
        ui.painter().rect_filled(ground, theme::ROUND, theme::panel());
        ui.painter().galley(ground.min + vec2(6.0, 3.0), galley, theme::accent());
        ui.painter().rect_stroke(
            field.shrink(1.0),
            theme::ROUND,
            egui::Stroke::new(2.0, theme::accent()),
            egui::StrokeKind::Inside,
        );
    }
}
