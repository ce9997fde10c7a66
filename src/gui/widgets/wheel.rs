//! Whose the wheel is: a turn of it belongs to what was under the pointer when it began, so that a scroll never moves a knob that comes by.
//!
//! Where a panel scrolls, the wheel scrolls it. A knob there takes the wheel once it has been pressed, until the pointer leaves it.

use egui::{Event, Id, MouseWheelUnit, Response, Ui, Vec2};

/// The present turn of the wheel.
#[derive(Clone, Copy, Debug)]
struct Turn {
    /// What was under the pointer when it began, if that takes the wheel.
    owner: Option<Id>,
    /// The pass of the interface in which it began.
    begun: u64,
    /// When the wheel last moved, seconds.
    last: f64,
}

/// Seconds after which the wheel has come to rest.
const REST: f64 = 0.35;

fn turn_id() -> Id {
    Id::unique("turn of the wheel")
}

fn pressed_id() -> Id {
    Id::unique("pressed for the wheel")
}

fn panel_id() -> Id {
    Id::unique("in a panel that scrolls")
}

/// Before anything is drawn: whether the wheel begins to turn.
pub(in crate::gui) fn watch(ui: &Ui) {
    if steps_of(ui) == 0.0 {
        return;
    }
    let (now, pass) = (ui.input(|input| input.time), ui.ctx().cumulative_pass_nr());
    ui.data_mut(|data| {
        let before = data.get_temp::<Turn>(turn_id()).filter(|it| now - it.last < REST);
        let turn = match before {
            Some(turn) => Turn { last: now, ..turn },
            None => Turn { owner: None, begun: pass, last: now },
        };
        data.insert_temp(turn_id(), turn);
    });
}

/// What is drawn next is in a panel that scrolls, or no more.
pub(super) fn set_in_panel(ui: &Ui, scrolls: bool) {
    ui.data_mut(|data| data.insert_temp(panel_id(), scrolls));
}

/// Steps of the wheel in this frame that belong to the control; up is positive.
pub(super) fn steps(ui: &Ui, response: &Response) -> f32 {
    let is_pressed = follow_press(ui, response);
    let in_panel = ui.data(|data| data.get_temp::<bool>(panel_id()).unwrap_or_default());
    if !response.hovered() || (in_panel && !is_pressed) {
        return 0.0;
    }
    if in_panel {
        ui.input_mut(|input| input.smooth_scroll_delta = Vec2::ZERO);
    }
    let steps = steps_of(ui);
    let Some(mut turn) = ui.data(|data| data.get_temp::<Turn>(turn_id())) else { return 0.0 };
    if turn.begun == ui.ctx().cumulative_pass_nr() && turn.owner.is_none() {
        turn.owner = Some(response.id);
        ui.data_mut(|data| data.insert_temp(turn_id(), turn));
    }
    if turn.owner == Some(response.id) { steps } else { 0.0 }
}

/// Whether the control was pressed since the pointer came to it.
fn follow_press(ui: &Ui, response: &Response) -> bool {
    let was = ui.data(|data| data.get_temp::<Id>(pressed_id())) == Some(response.id);
    let is = response.is_pointer_button_down_on() || (was && response.hovered());
    if is && !was {
        ui.data_mut(|data| data.insert_temp(pressed_id(), response.id));
    } else if was && !is {
        ui.data_mut(|data| data.remove::<Id>(pressed_id()));
    }
    is
}

/// Shift turns a wheel sideways on some systems; both count.
fn steps_of(ui: &Ui) -> f32 {
    ui.input(|input| {
        input
            .events
            .iter()
            .map(|event| match event {
                Event::MouseWheel { unit, delta, .. } => {
                    let way = if delta.y == 0.0 { delta.x } else { delta.y };
                    match unit {
                        MouseWheelUnit::Line | MouseWheelUnit::Page => way,
                        MouseWheelUnit::Point => way / 40.0,
                    }
                }
                _ => 0.0,
            })
            .sum()
    })
}
