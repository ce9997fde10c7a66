//! The second sign of a part, for who does not tell colors apart: a shape of its own.

use egui::{Align2, Painter, Pos2, Shape, Stroke, Vec2, vec2};

use crate::gui::theme;
use crate::score::Part;

/// The part's shape, filled with its color: the player's star, then circle, square, triangle and diamond.
pub(in crate::gui) fn shape(painter: &Painter, center: Pos2, radius: f32, part: Part) {
    let color = theme::part_color(part);
    let polygon = |corners: &[Vec2]| {
        let corners = corners.iter().map(|by| center + *by * radius).collect();
        Shape::convex_polygon(corners, color, Stroke::NONE)
    };
    painter.add(match part.slot() {
        0 => polygon(&PLAYER),
        1 => Shape::circle_filled(center, radius, color),
        2 => polygon(&SQUARE),
        3 => polygon(&TRIANGLE),
        _ => polygon(&DIAMOND),
    });
}

/// A hexagon lying on its side, as wide as it can be told from the circle.
const PLAYER: [Vec2; 6] = [
    vec2(-1.3, 0.0),
    vec2(-0.6, -0.95),
    vec2(0.6, -0.95),
    vec2(1.3, 0.0),
    vec2(0.6, 0.95),
    vec2(-0.6, 0.95),
];
const SQUARE: [Vec2; 4] = [vec2(-0.9, -0.9), vec2(0.9, -0.9), vec2(0.9, 0.9), vec2(-0.9, 0.9)];
const TRIANGLE: [Vec2; 3] = [vec2(0.0, -1.25), vec2(1.2, 0.85), vec2(-1.2, 0.85)];
const DIAMOND: [Vec2; 4] = [vec2(0.0, -1.25), vec2(1.25, 0.0), vec2(0.0, 1.25), vec2(-1.25, 0.0)];

/// The shape with the part's letter or number in it.
pub(in crate::gui) fn badge(painter: &Painter, center: Pos2, radius: f32, part: Part) {
    shape(painter, center, radius, part);
    // The middle of a triangle is below the middle of its height.
    let middle = center + vec2(0.0, if part.slot() == 3 { radius * 0.15 } else { 0.0 });
    let font = theme::font(radius * 1.2);
    painter.text(middle, Align2::CENTER_CENTER, theme::part_sign(part), font, theme::on_color());
}
