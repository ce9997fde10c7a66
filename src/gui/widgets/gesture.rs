//! How a hand moves a control: drag, wheel, arrow keys, double click.

use egui::{EventFilter, Id, Key, PointerButton, Response, Ui};

use super::wheel;
use crate::gui::{ControlView, Intent};
use crate::params::{Control, FREE_TEMPO_BPM};

/// The way in which dragging raises a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Up,
    Right,
}

/// Points of dragging for the whole range.
const RANGE: f32 = 180.0;
/// With shift, movements count for less.
const FINE: f32 = 0.1;
/// Share of a continuous control's range for one step of the wheel or an arrow key.
const STEP: f32 = 0.02;

/// Turn what happened to the control into intents. Gives the value to draw: the hand's own while it drags, since a host
/// may take a moment to answer.
pub(super) fn gesture(
    ui: &Ui,
    response: &Response,
    control: &ControlView,
    direction: Direction,
    intents: &mut Vec<Intent>,
) -> f32 {
    let id = response.id.with("hand");
    let fine = if ui.input(|input| input.modifiers.shift) { FINE } else { 1.0 };
    if response.double_clicked() {
        intents.push(Intent::Change(control.control, control.default));
        return control.default;
    }
    if response.drag_started_by(PointerButton::Primary) {
        intents.push(Intent::Begin(control.control));
        remember(ui, id, control.value);
    }
    if response.dragged_by(PointerButton::Primary) {
        let before = remembered(ui, id).unwrap_or(control.value);
        let delta = response.drag_delta();
        let moved = match direction {
            Direction::Up => -delta.y / RANGE,
            Direction::Right => delta.x / response.rect.width().max(1.0),
        };
        let value = (before + moved * fine).clamp(0.0, 1.0);
        remember(ui, id, value);
        if snapped(control, value) != snapped(control, before)
            || response.drag_started_by(PointerButton::Primary)
        {
            intents.push(Intent::Set(control.control, snapped(control, value)));
        }
        return value;
    }
    if response.drag_stopped_by(PointerButton::Primary) {
        intents.push(Intent::End(control.control));
        ui.data_mut(|data| data.remove::<f32>(id));
    }
    let steps = arrow_steps(ui, response) + wheel::steps(ui, response);
    if steps != 0.0 {
        let step = control.steps.map_or(STEP * fine, |count| 1.0 / count.max(1) as f32);
        let value = match unit(control.control) {
            Some(unit) => in_units(control.value, unit * fine, steps),
            None => control.value + steps * step,
        };
        let value = snapped(control, value.clamp(0.0, 1.0));
        intents.push(Intent::Change(control.control, value));
        return value;
    }
    control.value
}

/// The share of its range that is one of a control's unit, where it is moved by that: a tempo by beats a minute.
fn unit(control: Control) -> Option<f32> {
    (control == Control::FreeTempo).then(|| 1.0 / (FREE_TEMPO_BPM.1 - FREE_TEMPO_BPM.0))
}

/// So many units on, from whole unit to whole unit; parts of a step, as a touchpad gives them, add up.
fn in_units(value: f32, unit: f32, steps: f32) -> f32 {
    /// Of a unit, by which a value may miss it.
    const NEARLY: f32 = 0.01;
    let units = value / unit;
    if steps.fract().abs() > NEARLY {
        return value + steps * unit;
    }
    let whole = if steps > 0.0 { (units + NEARLY).floor() } else { (units - NEARLY).ceil() };
    (whole + steps) * unit
}

fn arrow_steps(ui: &Ui, response: &Response) -> f32 {
    if !response.has_focus() {
        return 0.0;
    }
    // Else the arrows would move the focus on.
    let arrows =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, arrows));
    ui.input(|input| {
        let pressed = |key| if input.key_pressed(key) { 1.0 } else { 0.0 };
        pressed(Key::ArrowUp) + pressed(Key::ArrowRight)
            - pressed(Key::ArrowDown)
            - pressed(Key::ArrowLeft)
    })
}

/// The nearest value that a discrete control has.
fn snapped(control: &ControlView, value: f32) -> f32 {
    control.steps.map_or(value, |steps| {
        let steps = steps.max(1) as f32;
        (value * steps).round() / steps
    })
}

fn remember(ui: &Ui, id: Id, value: f32) {
    ui.data_mut(|data| data.insert_temp(id, value));
}

fn remembered(ui: &Ui, id: Id) -> Option<f32> {
    ui.data(|data| data.get_temp(id))
}
