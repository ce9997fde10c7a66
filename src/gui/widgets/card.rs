//! A card that lies over the roll, for what is opened and closed again.

use egui::{Painter, Rect, Stroke, StrokeKind, vec2};

use crate::gui::theme;

/// Where a card of at most `largest` points lies: at the roll's upper left, with some of it around.
pub(in crate::gui) fn card_over(roll: Rect, largest: (f32, f32)) -> Rect {
    let size = vec2(largest.0.min(roll.width() - 16.0), largest.1.min(roll.height() - 16.0));
    Rect::from_min_size(roll.min + vec2(8.0, 8.0), size)
}

/// Its ground and its edge.
pub(in crate::gui) fn card(painter: &Painter, frame: Rect) {
    painter.rect_filled(frame, theme::ROUND, theme::panel());
    painter.rect_stroke(frame, theme::ROUND, Stroke::new(1.0, theme::quiet()), StrokeKind::Inside);
}
