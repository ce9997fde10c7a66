//! Controls drawn by hand: dial, level bar, choice, switch, die.

mod card;
mod entries;
mod focus;
mod gesture;
mod menu;
mod scroll;
mod sign;
mod wheel;

use std::f32::consts::{PI, TAU};

use egui::epaint::PathStroke;
use egui::{
    Align2, Color32, ComboBox, CornerRadius, FontId, Pos2, Rect, Response, Role, Sense, Shape,
    Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::{ControlView, Intent, Learned, theme};
use gesture::{Direction, gesture};
use menu::menu;

pub(super) use card::{card, card_over};
pub(super) use entries::{Entries, hand_back};
pub(super) use focus::mark as mark_focus;
pub(super) use menu::learning_menu;
pub(super) use scroll::scrolling;
pub(super) use sign::{badge, shape};
pub(super) use wheel::watch as watch_wheel;

/// A knob with its name and value below, `diameter` wide.
pub(super) fn dial(
    ui: &mut Ui,
    control: &ControlView,
    label: &str,
    diameter: f32,
    color: Color32,
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let big = diameter > 60.0;
    let size = vec2(diameter.max(46.0), diameter + if big { 24.0 } else { 30.0 });
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let value = gesture(ui, &response, control, Direction::Up, intents);
    let center = pos2(rect.center().x, rect.top() + diameter / 2.0);
    let radius = diameter / 2.0 - 3.0;
    let width = if big { 7.0 } else { 4.0 };
    let hot = response.hovered() || response.dragged();
    let painter = ui.painter();
    painter.circle_filled(
        center,
        radius - width,
        if hot { theme::hovered() } else { theme::raised() },
    );
    arc(ui, center, radius, 0.0..=1.0, Stroke::new(width, theme::line()));
    let (low, high) = (value.min(control.default), value.max(control.default));
    let from_middle = (control.default - 0.5).abs() < 0.01;
    let lit = if from_middle { low..=high } else { 0.0..=value };
    arc(ui, center, radius, lit, Stroke::new(width, color));
    let toward = Vec2::angled(angle(value));
    // Beside the digits, which stand in the middle of a big one.
    let from = radius * if big { 0.66 } else { 0.45 };
    let tip = [center + toward * from, center + toward * (radius - width)];
    painter.line_segment(tip, Stroke::new(if big { 3.0 } else { 2.0 }, theme::text()));
    let below = rect.top() + diameter;
    if big {
        painter.text(
            center,
            Align2::CENTER_CENTER,
            &control.text,
            theme::digits(26.0),
            theme::text(),
        );
        let at = pos2(center.x, below + 8.0);
        painter.text(at, Align2::CENTER_CENTER, label, theme::font(14.0), theme::text());
    } else {
        let at = pos2(center.x, below + 7.0);
        painter.text(at, Align2::CENTER_CENTER, label, theme::font(11.0), theme::quiet());
        let at = pos2(center.x, below + 21.0);
        painter.text(at, Align2::CENTER_CENTER, &control.text, theme::font(12.0), theme::text());
    }
    finish(&response, Role::Slider, control, help);
    menu(&response, control, intents);
}

/// A level as a bar to drag, with the meter running in it. `meter` is linear.
pub(super) fn level(
    ui: &mut Ui,
    control: &ControlView,
    meter: f32,
    color: Color32,
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let size = vec2(ui.available_width(), 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let value = gesture(ui, &response, control, Direction::Right, intents);
    let painter = ui.painter_at(rect.expand(1.0));
    let round = CornerRadius::same(4);
    let ground = if response.hovered() { theme::hovered() } else { theme::raised() };
    painter.rect_filled(rect, round, ground);
    let x = |share: f32| rect.left() + rect.width() * share;
    let metered = Rect::from_min_max(rect.min, pos2(x(meter_share(meter)), rect.bottom()));
    painter.rect_filled(metered, round, color.gamma_multiply(0.35));
    let line =
        Rect::from_min_max(pos2(rect.left(), rect.bottom() - 3.0), pos2(x(value), rect.bottom()));
    painter.rect_filled(line, CornerRadius::same(1), color);
    let text = painter.layout_no_wrap(control.text.clone(), theme::font(12.0), theme::text());
    let words = rect.left() + 5.0..rect.left() + 10.0 + text.size().x;
    // Below the words where it would stand in them.
    let height = if words.contains(&x(value)) { 7.0 } else { rect.height() };
    let foot = pos2(x(value) + 1.5, rect.bottom());
    let grip = Rect::from_min_max(foot - vec2(3.0, height), foot);
    painter.rect_filled(grip, CornerRadius::same(1), theme::text());
    let at = pos2(rect.left() + 7.0, rect.center().y - 1.5 - text.size().y / 2.0);
    painter.galley(at, text, theme::text());
    finish(&response, Role::Slider, control, help);
    menu(&response, control, intents);
}

/// A horizontal slider between two names.
pub(super) fn slider(ui: &mut Ui, control: &ControlView, help: &str, intents: &mut Vec<Intent>) {
    let size = vec2(ui.available_width(), 20.0);
    let (rect, response) = ui.allocate_exact_size(size, Sense::click_and_drag());
    let value = gesture(ui, &response, control, Direction::Right, intents);
    let track = rect.shrink2(vec2(7.0, 0.0));
    let x = |share: f32| track.left() + track.width() * share;
    let painter = ui.painter();
    let y = rect.center().y;
    let line = |from: f32, to: f32, color| {
        painter.line_segment([pos2(x(from), y), pos2(x(to), y)], Stroke::new(4.0, color));
    };
    line(0.0, 1.0, theme::line());
    line(control.default.min(value), control.default.max(value), theme::accent());
    let grown = if response.hovered() || response.dragged() { 8.0 } else { 7.0 };
    painter.circle_filled(pos2(x(value), y), grown, theme::text());
    finish(&response, Role::Slider, control, help);
    menu(&response, control, intents);
}

/// A list to choose a control's value from.
pub(super) fn choice(
    ui: &mut Ui,
    control: &ControlView,
    choices: &[String],
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let chosen = control.index().min(choices.len().saturating_sub(1));
    let list = List { name: &control.name, text: &control.text, choices, chosen, help };
    let (chosen, response) = list.show_whole(ui);
    if let Some(chosen) = chosen {
        intents.push(Intent::Change(control.control, control.share(chosen)));
    }
    menu(&response, control, intents);
}

/// Likewise, in the order of the names; what has no name stays where it is, at the end.
pub(super) fn choice_by_name(
    ui: &mut Ui,
    control: &ControlView,
    choices: &[String],
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let mut order: Vec<usize> = (0..choices.len()).collect();
    order.sort_by_key(|place| choices[*place].to_lowercase());
    let names: Vec<String> = order.iter().map(|place| choices[*place].clone()).collect();
    let chosen = control.index().min(choices.len().saturating_sub(1));
    let chosen = order.iter().position(|place| *place == chosen).unwrap_or(0);
    let list = List { name: &control.name, text: &control.text, choices: &names, chosen, help };
    let (chosen, response) = list.show_whole(ui);
    if let Some(chosen) = chosen {
        intents.push(Intent::Change(control.control, control.share(order[chosen])));
    }
    menu(&response, control, intents);
}

/// A list that drops down, as wide as there is room.
pub(super) struct List<'a> {
    /// Accessible name.
    pub(super) name: &'a str,
    /// Of what is chosen.
    pub(super) text: &'a str,
    pub(super) choices: &'a [String],
    pub(super) chosen: usize,
    pub(super) help: &'a str,
}

impl List<'_> {
    /// What is chosen instead, if something is.
    pub(super) fn show(self, ui: &mut Ui) -> Option<usize> {
        self.show_whole(ui).0
    }

    /// With the closed list itself.
    fn show_whole(self, ui: &mut Ui) -> (Option<usize>, Response) {
        let (mut chosen, mut is_taken) = (self.chosen, false);
        let id = ui.scope_id().with(self.name);
        let response = ComboBox::from_id_salt(self.name)
            .selected_text(self.text)
            .width(ui.available_width() - 2.0)
            .height(420.0)
            .truncate()
            .show_ui(ui, |ui| {
                let mut entries = Entries::default();
                for (index, name) in self.choices.iter().enumerate() {
                    if entries.line(ui, name, index == self.chosen) {
                        (chosen, is_taken) = (index, true);
                    }
                }
                entries.walk(ui, id);
            })
            .response;
        hand_back(ui, &response, is_taken);
        // A step of the wheel over the closed list chooses the next one.
        let steps = wheel::steps(ui, &response);
        if steps >= 1.0 {
            chosen = chosen.saturating_sub(1);
        } else if steps <= -1.0 {
            chosen = (chosen + 1).min(self.choices.len().saturating_sub(1));
        }
        let response = response.on_hover_text(self.help);
        response.clone().accessible_name(self.name);
        ((chosen != self.chosen).then_some(chosen), response)
    }
}

/// A switch that shows `label` and lights up in `color`.
pub(super) fn switch(
    ui: &mut Ui,
    control: &ControlView,
    label: &str,
    size: Vec2,
    color: Color32,
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let (rect, response) = ui.allocate_exact_size(size, Sense::click());
    if response.clicked() {
        let other = if control.is_on() { 0.0 } else { 1.0 };
        intents.push(Intent::Change(control.control, other));
    }
    let (ground, text) = match (control.is_on(), response.hovered()) {
        (true, _) => (color, theme::on_color()),
        (false, true) => (theme::hovered(), theme::text()),
        (false, false) => (theme::raised(), theme::quiet()),
    };
    let painter = ui.painter();
    painter.rect_filled(rect, CornerRadius::same(4), ground);
    painter.text(rect.center(), Align2::CENTER_CENTER, label, theme::font(12.0), text);
    response
        .widget_info(|| WidgetInfo::selected(Role::CheckBox, true, control.is_on(), &control.name));
    menu(&response, control, intents);
    response.on_hover_text(help);
}

/// One of a few values, side by side.
pub(super) fn segments(
    ui: &mut Ui,
    control: &ControlView,
    names: &[String],
    color: Color32,
    help: &str,
    intents: &mut Vec<Intent>,
) {
    let (widths, font) = widths_of(ui, names);
    let mut min = ui.cursor().min;
    for (index, (name, width)) in names.iter().zip(widths).enumerate() {
        let rect = Rect::from_min_size(min, vec2(width - 2.0, 24.0));
        min.x += width;
        let id = ui.scope_id().with((control.control, index));
        let response = ui.interact(rect, id, Sense::click());
        let chosen = control.index() == index;
        if response.clicked() && !chosen {
            intents.push(Intent::Change(control.control, control.share(index)));
        }
        let (ground, text) = match (chosen, response.hovered()) {
            (true, _) => (color, theme::on_color()),
            (false, true) => (theme::hovered(), theme::text()),
            (false, false) => (theme::raised(), theme::quiet()),
        };
        ui.painter().rect_filled(rect, CornerRadius::same(4), ground);
        ui.painter().text(rect.center(), Align2::CENTER_CENTER, name, font.clone(), text);
        let label = format!("{}: {name}", control.name);
        response.widget_info(|| WidgetInfo::selected(Role::RadioButton, true, chosen, &label));
        menu(&response, control, intents);
        response.on_hover_text(help);
    }
    ui.allocate_space(vec2(ui.available_width(), 24.0));
}

/// Widths that fill the row, each with the same room about its name, in the largest type that fits.
fn widths_of(ui: &Ui, names: &[String]) -> (Vec<f32>, FontId) {
    /// Points between names, the gap between segments among them.
    const LEAST: f32 = 6.0;
    let measured = |size: f32| -> Vec<f32> {
        let width = |name: &String| {
            let font = theme::font(size);
            ui.painter().layout_no_wrap(name.clone(), font, theme::text()).size().x
        };
        names.iter().map(width).collect()
    };
    let room = ui.available_width();
    let count = names.len().max(1) as f32;
    let fits = |size: &f32| measured(*size).iter().sum::<f32>() + count * LEAST <= room;
    let size = [12.0, 11.0].into_iter().find(fits).unwrap_or(10.0);
    let names = measured(size);
    let spare = (room - names.iter().sum::<f32>()) / count;
    (names.into_iter().map(|name| name + spare).collect(), theme::font(size))
}

/// A die that draws another seed.
pub(super) fn die(ui: &mut Ui, help: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(30.0), Sense::click());
    let ground = if response.hovered() { theme::hovered() } else { theme::raised() };
    let painter = ui.painter();
    let face = rect.shrink(2.0);
    painter.rect(
        face,
        CornerRadius::same(6),
        ground,
        Stroke::new(1.5, theme::accent()),
        StrokeKind::Inside,
    );
    for (x, y) in [(-1.0, -1.0), (1.0, -1.0), (0.0, 0.0), (-1.0, 1.0), (1.0, 1.0)] {
        painter.circle_filled(face.center() + vec2(x, y) * 6.5, 2.2, theme::accent());
    }
    let enabled = ui.is_enabled();
    response.widget_info(|| WidgetInfo::labeled(Role::Button, enabled, "Roll the die"));
    response.on_hover_text(help).on_disabled_hover_text(LOCKED)
}

/// What is said of all that a lock of the seed forbids.
pub(super) const LOCKED: &str = "The seed is locked. The lock beside its number opens it.";

/// A padlock, closed or open.
pub(super) fn lock(ui: &mut Ui, is_closed: bool, help: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 30.0), Sense::click());
    let color = match (is_closed, response.hovered()) {
        (true, _) => theme::accent(),
        (false, true) => theme::text(),
        (false, false) => theme::quiet(),
    };
    let painter = ui.painter();
    let center = rect.center();
    let body = Rect::from_center_size(center + vec2(0.0, 4.0), vec2(15.0, 11.0));
    painter.rect_filled(body, CornerRadius::same(2), color);
    painter.circle_filled(body.center(), 1.8, theme::panel());
    // The shackle: over the body, or swung to its right.
    let swung = if is_closed { 0.0 } else { 7.5 };
    let top = pos2(center.x + swung, body.top() - 3.5);
    let mut shackle = vec![pos2(top.x - 4.5, body.top())];
    let round = |step: u8| top + Vec2::angled(PI + PI * f32::from(step) / 8.0) * 4.5;
    shackle.extend((0..=8).map(round));
    shackle.push(pos2(top.x + 4.5, if is_closed { body.top() } else { body.top() - 1.5 }));
    painter.add(Shape::line(shackle, PathStroke::new(2.0, color)));
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_closed, "Lock the seed"));
    response.on_hover_text(help)
}

/// A star that is filled or hollow.
pub(super) fn star(ui: &mut Ui, is_on: bool, label: &str, help: &str) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(22.0), Sense::click());
    let color = match (is_on, response.hovered()) {
        (true, _) => theme::accent(),
        (false, true) => theme::text(),
        (false, false) => theme::quiet(),
    };
    let center = rect.center();
    let point = |index: u8| {
        let radius = if index.is_multiple_of(2) { 8.5 } else { 3.8 };
        center + Vec2::angled(TAU * f32::from(index) / 10.0 - TAU / 4.0) * radius
    };
    let painter = ui.painter();
    if is_on {
        // Triangles around the middle: the polygon as a whole is not convex.
        for index in 0..10 {
            let triangle = vec![center, point(index), point((index + 1) % 10)];
            painter.add(Shape::convex_polygon(triangle, color, Stroke::new(0.5, color)));
        }
    } else {
        painter.add(Shape::closed_line((0..10).map(point).collect(), Stroke::new(1.2, color)));
    }
    response.widget_info(|| WidgetInfo::selected(Role::CheckBox, true, is_on, label));
    response.on_hover_text(help)
}

fn finish(response: &Response, role: Role, control: &ControlView, help: &str) {
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(role, true, &control.name);
        info.value = Some(f64::from(control.value));
        info
    });
    let learned = match control.learned {
        Learned::By { channel, controller } => {
            format!("\nMIDI controller {controller}, channel {channel}.")
        }
        Learned::Waiting => String::from("\nMove a MIDI controller…"),
        Learned::Nothing | Learned::Impossible => String::new(),
    };
    response.clone().on_hover_text(format!(
        "{}: {}\n{help}{learned}\nDouble click: default. Shift: fine. Right click: more.",
        control.name, control.text
    ));
}

/// Place of a linear peak on a meter from -60 to +6 decibels.
fn meter_share(peak: f32) -> f32 {
    if peak <= 0.001 { 0.0 } else { ((20.0 * peak.log10() + 60.0) / 66.0).clamp(0.0, 1.0) }
}

/// Where a value points on a dial that opens downward.
fn angle(value: f32) -> f32 {
    0.75 * PI + 0.75 * TAU * value
}

fn arc(ui: &Ui, center: Pos2, radius: f32, values: std::ops::RangeInclusive<f32>, stroke: Stroke) {
    const STEPS: u8 = 48;
    let (from, to) = (*values.start(), *values.end());
    let point = |step: u8| {
        let value = from + (to - from) * f32::from(step) / f32::from(STEPS);
        center + Vec2::angled(angle(value)) * radius
    };
    let points = (0..=STEPS).map(point).collect();
    ui.painter().add(Shape::line(points, PathStroke::new(stroke.width, stroke.color)));
}
