//! Colors, type and spacing. Text on any ground here has a contrast of at least 4.5 to 1.

use egui::{Color32, CornerRadius, FontFamily, FontId, Stroke, Style, TextStyle, Theme, Visuals};

use crate::score::Part;

/// Behind everything.
pub const GROUND: Color32 = Color32::from_rgb(0x10, 0x12, 0x16);
/// Behind controls.
pub const PANEL: Color32 = Color32::from_rgb(0x1A, 0x1D, 0x23);
/// Behind what can be touched.
pub const RAISED: Color32 = Color32::from_rgb(0x26, 0x2A, 0x32);
/// The same, under the pointer.
pub const HOVERED: Color32 = Color32::from_rgb(0x31, 0x36, 0x40);
/// Lines between things.
pub const LINE: Color32 = Color32::from_rgb(0x33, 0x38, 0x42);
/// Rows of the black keys in the roll.
pub const BLACK_KEYS: Color32 = Color32::from_rgb(0x15, 0x17, 0x1C);
pub const TEXT: Color32 = Color32::from_rgb(0xE9, 0xEB, 0xEF);
/// Names and units.
pub const QUIET: Color32 = Color32::from_rgb(0xA4, 0xAC, 0xB9);
/// What is set, and now.
pub const ACCENT: Color32 = Color32::from_rgb(0xF2, 0xB4, 0x5A);
/// What went wrong.
pub const WARNING: Color32 = Color32::from_rgb(0xFF, 0x9A, 0x8B);
/// Text on the accent and on the parts' colors.
pub const DARK_TEXT: Color32 = Color32::from_rgb(0x14, 0x16, 0x1B);

pub const ROUND: CornerRadius = CornerRadius::same(6);

/// The player's color, then the band's.
const PARTS: [Color32; Part::COUNT] = [
    Color32::from_rgb(0xF0, 0x8F, 0xB4),
    Color32::from_rgb(0x62, 0xB6, 0xF0),
    Color32::from_rgb(0xF0, 0xA2, 0x5C),
    Color32::from_rgb(0x8C, 0xD1, 0x7D),
    Color32::from_rgb(0xBF, 0x9B, 0xF2),
];

pub fn part_color(part: Part) -> Color32 {
    PARTS[part.slot()]
}

/// The second sign of a part, for who does not tell colors apart.
pub fn part_sign(part: Part) -> &'static str {
    ["P", "1", "2", "3", "4"][part.slot()]
}

pub fn font(size: f32) -> FontId {
    FontId::proportional(size)
}

/// For numbers that must not jump as they change.
pub fn digits(size: f32) -> FontId {
    FontId::monospace(size)
}

/// Set up a context once, when its window opens.
pub fn apply(context: &egui::Context) {
    context.set_theme(Theme::Dark);
    context.all_styles_mut(style);
}

fn style(style: &mut Style) {
    style.text_styles = [
        (TextStyle::Small, 11.0, FontFamily::Proportional),
        (TextStyle::Body, 13.0, FontFamily::Proportional),
        (TextStyle::Button, 13.0, FontFamily::Proportional),
        (TextStyle::Heading, 19.0, FontFamily::Proportional),
        (TextStyle::Monospace, 13.0, FontFamily::Monospace),
    ]
    .map(|(kind, size, family)| (kind, FontId::new(size, family)))
    .into();
    style.spacing.item_spacing = egui::vec2(8.0, 6.0);
    style.spacing.button_padding = egui::vec2(8.0, 3.0);
    style.spacing.interact_size.y = 24.0;
    style.interaction.selectable_labels = false;
    style.interaction.tooltip_delay = 0.5;
    visuals(&mut style.visuals);
}

fn visuals(visuals: &mut Visuals) {
    *visuals = Visuals::dark();
    visuals.panel_fill = GROUND;
    visuals.window_fill = PANEL;
    visuals.window_stroke = Stroke::new(1.0, LINE);
    visuals.extreme_bg_color = GROUND;
    visuals.override_text_color = Some(TEXT);
    visuals.selection.bg_fill = ACCENT.gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, ACCENT);
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, PANEL),
        (&mut widgets.inactive, RAISED),
        (&mut widgets.hovered, HOVERED),
        (&mut widgets.active, HOVERED),
        (&mut widgets.open, HOVERED),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, LINE);
        widget.fg_stroke = Stroke::new(1.0, TEXT);
        widget.corner_radius = CornerRadius::same(4);
        widget.expansion = 0.0;
    }
    widgets.hovered.bg_stroke = Stroke::new(1.0, QUIET);
}

#[cfg(test)]
mod tests;
