//! The style pad: every style of the pack has a place, and dragging between two blends them.

use egui::{Align2, CursorIcon, Pos2, Rect, Role, Sense, Stroke, Ui, WidgetInfo, pos2, vec2};

use super::{Intent, Memory, View, theme, widgets};
use crate::params::Control;

/// Room that a style takes at least, logical points.
const CELL: (f32, f32) = (104.0, 44.0);
/// Largest pad.
const LARGEST: (f32, f32) = (660.0, 380.0);
/// How near to a style's place it is that style alone.
const ALONE: f32 = 12.0;

/// What the pad turns, in the order of its intents.
const CONTROLS: [Control; 3] = [Control::StyleA, Control::StyleB, Control::Lean];

/// Over the roll's left, while it is open.
pub(super) fn draw(
    ui: &mut Ui,
    roll: Rect,
    view: &View<'_>,
    memory: &mut Memory,
    intents: &mut Vec<Intent>,
) {
    if !memory.style_pad {
        return;
    }
    let frame = widgets::card_over(roll, LARGEST);
    let painter = ui.painter();
    widgets::card(painter, frame);
    let title = "Drag between styles to blend two";
    let at = frame.min + vec2(12.0, 12.0);
    painter.text(at, Align2::LEFT_TOP, title, theme::font(12.0), theme::quiet());
    let pad = Rect::from_min_max(frame.min + vec2(8.0, 34.0), frame.max - vec2(8.0, 6.0));
    let close = Rect::from_center_size(frame.right_top() + vec2(-18.0, 18.0), vec2(24.0, 24.0));
    let places = places(pad, view.choices.styles.len());
    let response = ui.interact(pad, ui.scope_id().with("style pad"), Sense::click_and_drag());
    response.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Style pad"));
    if let Some(hand) = response.interact_pointer_pos() {
        ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
        turn(&response, view, blend(&places, hand), intents);
    }
    if response.drag_stopped() {
        intents.extend(CONTROLS.map(Intent::End));
    }
    names(ui, view, &places, response.hover_pos());
    mark(ui, view, &places);
    if ui.put(close, egui::Button::new("×")).on_hover_text("Close the pad.").clicked() {
        memory.style_pad = false;
    }
}

/// The style nearest to the hand, the one next to that, and how far to lean to it.
fn blend(places: &[Pos2], hand: Pos2) -> Option<(usize, usize, f32)> {
    let mut near: Vec<(usize, f32)> =
        places.iter().map(|it| it.distance(hand)).enumerate().collect();
    near.sort_by(|a, b| a.1.total_cmp(&b.1));
    let (first, distance) = *near.first()?;
    let (second, other) = near.get(1).copied().unwrap_or((first, distance));
    let distance = (distance - ALONE).max(0.0);
    let lean = if distance > 0.0 { distance / (distance + other - ALONE).max(1.0) } else { 0.0 };
    Some((first, second, (lean.min(0.5) * 100.0).round() / 100.0))
}

fn turn(
    response: &egui::Response,
    view: &View<'_>,
    blend: Option<(usize, usize, f32)>,
    intents: &mut Vec<Intent>,
) {
    let Some((first, second, lean)) = blend else { return };
    let values = [
        view.control(Control::StyleA).share(first),
        view.control(Control::StyleB).share(second),
        lean,
    ];
    let changed = CONTROLS.into_iter().zip(values);
    let changed = changed.filter(|(it, value)| (view.control(*it).value - value).abs() > 1e-4);
    if response.clicked() {
        // Begun before any has ended, so that they are one act.
        let changed: Vec<_> = changed.collect();
        intents.extend(changed.iter().map(|it| Intent::Begin(it.0)));
        intents.extend(changed.iter().map(|it| Intent::Set(it.0, it.1)));
        intents.extend(changed.iter().map(|it| Intent::End(it.0)));
        return;
    }
    if response.drag_started() {
        intents.extend(CONTROLS.map(Intent::Begin));
    }
    if response.dragged() {
        intents.extend(changed.map(|(control, value)| Intent::Set(control, value)));
    }
}

/// Row by row, every other one backwards, so that styles that follow each other lie beside each other.
fn places(pad: Rect, count: usize) -> Vec<Pos2> {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few columns; the cast saturates"
    )]
    let columns = ((pad.width() / CELL.0) as usize).clamp(1, count.max(1));
    let rows = count.div_ceil(columns).max(1);
    let cell = vec2(pad.width() / columns as f32, (pad.height() / rows as f32).max(CELL.1 * 0.7));
    let place = |index: usize| {
        let (row, column) = (index / columns, index % columns);
        let column = if row.is_multiple_of(2) { column } else { columns - 1 - column };
        pos2(pad.left() + cell.x * (column as f32 + 0.5), pad.top() + cell.y * (row as f32 + 0.4))
    };
    (0..count).map(place).collect()
}

fn names(ui: &Ui, view: &View<'_>, places: &[Pos2], hover: Option<Pos2>) {
    let nearest = hover.and_then(|hand| blend(places, hand)).map(|it| it.0);
    let chosen = [Control::StyleA, Control::StyleB].map(|it| view.control(it).index());
    for (index, (place, title)) in places.iter().zip(&view.choices.styles).enumerate() {
        let is_lit = chosen.contains(&index) || nearest == Some(index);
        let color = if is_lit { theme::text() } else { theme::quiet() };
        ui.painter().circle_filled(*place, if is_lit { 4.0 } else { 3.0 }, color);
        let at = *place + vec2(0.0, 7.0);
        ui.painter().text(at, Align2::CENTER_TOP, title, theme::font(11.0), color);
    }
}

/// Where the blend stands.
fn mark(ui: &Ui, view: &View<'_>, places: &[Pos2]) {
    let last = places.len().saturating_sub(1);
    let place = |control| places.get(view.control(control).index().min(last)).copied();
    let (Some(first), Some(second)) = (place(Control::StyleA), place(Control::StyleB)) else {
        return;
    };
    let lean = view.control(Control::Lean).value;
    let at = first + (second - first) * lean;
    ui.painter().line_segment([first, second], Stroke::new(1.5, theme::accent()));
    ui.painter().circle_stroke(at, 9.0, Stroke::new(2.5, theme::accent()));
}
