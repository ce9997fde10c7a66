//! Colors, type and spacing, in a dark and a light tone. Text on any ground here has a contrast of at least 4.5 to 1, and the parts'
//! colors differ to every kind of color vision.

use std::cell::Cell;

use egui::{
    Color32, CornerRadius, FontFamily, FontId, Stroke, StrokeKind, Style, TextStyle, Theme, Visuals,
};

use crate::score::Part;

/// Dark for the stage, light for a bright room.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    #[default]
    Dark,
    Light,
}

/// The colors of one tone.
struct Palette {
    ground: Color32,
    panel: Color32,
    raised: Color32,
    hovered: Color32,
    line: Color32,
    black_keys: Color32,
    ahead: Color32,
    text: Color32,
    quiet: Color32,
    accent: Color32,
    warning: Color32,
    on_color: Color32,
    /// The player's color, then the band's.
    parts: [Color32; Part::COUNT],
}

const DARK: Palette = Palette {
    ground: Color32::from_rgb(0x10, 0x12, 0x16),
    panel: Color32::from_rgb(0x1A, 0x1D, 0x23),
    raised: Color32::from_rgb(0x26, 0x2A, 0x32),
    hovered: Color32::from_rgb(0x31, 0x36, 0x40),
    line: Color32::from_rgb(0x33, 0x38, 0x42),
    black_keys: Color32::from_rgb(0x15, 0x17, 0x1C),
    ahead: Color32::from_rgba_premultiplied(7, 7, 7, 7),
    text: Color32::from_rgb(0xE9, 0xEB, 0xEF),
    quiet: Color32::from_rgb(0xA4, 0xAC, 0xB9),
    accent: Color32::from_rgb(0xF2, 0xB4, 0x5A),
    warning: Color32::from_rgb(0xFF, 0x9A, 0x8B),
    on_color: Color32::from_rgb(0x14, 0x16, 0x1B),
    parts: [
        Color32::from_rgb(0xF7, 0xF3, 0xE8),
        Color32::from_rgb(0x58, 0xAB, 0xF9),
        Color32::from_rgb(0xF4, 0xBE, 0x00),
        Color32::from_rgb(0x51, 0xE9, 0x99),
        Color32::from_rgb(0xFA, 0x76, 0xB3),
    ],
};

const LIGHT: Palette = Palette {
    ground: Color32::from_rgb(0xE7, 0xE9, 0xED),
    panel: Color32::from_rgb(0xF6, 0xF7, 0xF9),
    raised: Color32::from_rgb(0xDD, 0xE1, 0xE7),
    hovered: Color32::from_rgb(0xCF, 0xD4, 0xDC),
    line: Color32::from_rgb(0xC3, 0xC9, 0xD2),
    black_keys: Color32::from_rgb(0xED, 0xEF, 0xF2),
    ahead: Color32::from_rgba_premultiplied(0, 0, 0, 8),
    text: Color32::from_rgb(0x15, 0x18, 0x1D),
    quiet: Color32::from_rgb(0x4A, 0x51, 0x5C),
    accent: Color32::from_rgb(0x7A, 0x4B, 0x00),
    warning: Color32::from_rgb(0xA8, 0x20, 0x0D),
    on_color: Color32::WHITE,
    parts: [
        Color32::from_rgb(0x22, 0x26, 0x2D),
        Color32::from_rgb(0x19, 0x4F, 0xC0),
        Color32::from_rgb(0x7F, 0x27, 0x00),
        Color32::from_rgb(0x00, 0x52, 0x48),
        Color32::from_rgb(0xA3, 0x20, 0x80),
    ],
};

thread_local! {
    /// Of the window that this thread draws just now; [`set_tone`] begins each frame.
    static TONE: Cell<Tone> = const { Cell::new(Tone::Dark) };
}

/// What is drawn on this thread from now on is in this tone.
fn set_tone(tone: Tone) {
    TONE.set(tone);
}

impl Tone {
    fn palette(self) -> &'static Palette {
        match self {
            Tone::Dark => &DARK,
            Tone::Light => &LIGHT,
        }
    }
}

fn palette() -> &'static Palette {
    TONE.get().palette()
}

/// Behind everything.
pub fn ground() -> Color32 {
    palette().ground
}

/// Behind controls.
pub fn panel() -> Color32 {
    palette().panel
}

/// Behind what can be touched.
pub fn raised() -> Color32 {
    palette().raised
}

/// The same, under the pointer.
pub fn hovered() -> Color32 {
    palette().hovered
}

/// Lines between things.
pub fn line() -> Color32 {
    palette().line
}

/// Rows of the black keys in the roll.
pub fn black_keys() -> Color32 {
    palette().black_keys
}

/// Over what lies ahead in the roll.
pub fn ahead() -> Color32 {
    palette().ahead
}

pub fn text() -> Color32 {
    palette().text
}

/// Names and units.
pub fn quiet() -> Color32 {
    palette().quiet
}

/// What is set, and now.
pub fn accent() -> Color32 {
    palette().accent
}

/// What went wrong.
pub fn warning() -> Color32 {
    palette().warning
}

/// Text on the accent, on a warning and on the parts' colors.
pub fn on_color() -> Color32 {
    palette().on_color
}

/// Opacity of what is there and not heard.
pub const FAINT: f32 = 0.35;

pub const ROUND: CornerRadius = CornerRadius::same(6);

pub fn part_color(part: Part) -> Color32 {
    palette().parts[part.slot()]
}

/// Color and place of the edge of a note that sounds. In the light tone dark text inside a dark color would leave nothing of it.
pub fn sounding_edge(part: Part) -> (Color32, StrokeKind) {
    match TONE.get() {
        Tone::Dark => (text(), StrokeKind::Inside),
        Tone::Light => (part_color(part).gamma_multiply(0.45), StrokeKind::Outside),
    }
}

/// The color of a pitch class, from C on. Colors go around with the fifths, all equally light and equally strong, as Oklab has it (Ottosson, "A perceptual color space
/// for image processing", 2020): what is near in harmony is near in color.
pub fn class_color(class: usize) -> Color32 {
    let (lightness, chroma) = match TONE.get() {
        Tone::Dark => (0.8_f32, 0.11_f32),
        Tone::Light => (0.5, 0.1),
    };
    let angle = (class * 7 % 12) as f32 * std::f32::consts::TAU / 12.0 + 1.2;
    let (a, b) = (chroma * angle.cos(), chroma * angle.sin());
    let cone = |of_a: f32, of_b: f32| (lightness + of_a * a + of_b * b).powi(3);
    let (long, middle, short) = (
        cone(0.396_337_78, 0.215_803_76),
        cone(-0.105_561_346, -0.063_854_17),
        cone(-0.089_484_18, -1.291_485_5),
    );
    let color = |of: [f32; 3]| (of[0] * long + of[1] * middle + of[2] * short).clamp(0.0, 1.0);
    egui::Rgba::from_rgb(
        color([4.076_741_7, -3.307_711_6, 0.230_969_94]),
        color([-1.268_438, 2.609_757_4, -0.341_319_4]),
        color([-0.004_196_086, -0.703_418_6, 1.707_614_7]),
    )
    .into()
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

/// Set a context up, when its window opens or the musician chooses another tone.
fn apply(context: &egui::Context, tone: Tone) {
    set_tone(tone);
    context.set_theme(match tone {
        Tone::Dark => Theme::Dark,
        Tone::Light => Theme::Light,
    });
    context.all_styles_mut(style);
}

/// Draw this frame in `tone`; the context is set up anew where that is another.
pub(super) fn keep(context: &egui::Context, tone: Tone) {
    set_tone(tone);
    let id = egui::Id::unique("tone");
    if context.data(|data| data.get_temp::<Tone>(id)) != Some(tone) {
        context.data_mut(|data| data.insert_temp(id, tone));
        apply(context, tone);
    }
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
    *visuals = match TONE.get() {
        Tone::Dark => Visuals::dark(),
        Tone::Light => Visuals::light(),
    };
    visuals.panel_fill = ground();
    visuals.window_fill = panel();
    visuals.window_stroke = Stroke::new(1.0, line());
    visuals.extreme_bg_color = ground();
    visuals.override_text_color = Some(text());
    visuals.selection.bg_fill = accent().gamma_multiply(0.35);
    visuals.selection.stroke = Stroke::new(1.0, accent());
    let widgets = &mut visuals.widgets;
    for (widget, fill) in [
        (&mut widgets.noninteractive, panel()),
        (&mut widgets.inactive, raised()),
        (&mut widgets.hovered, hovered()),
        (&mut widgets.active, hovered()),
        (&mut widgets.open, hovered()),
    ] {
        widget.bg_fill = fill;
        widget.weak_bg_fill = fill;
        widget.bg_stroke = Stroke::new(1.0, line());
        widget.fg_stroke = Stroke::new(1.0, text());
        widget.corner_radius = CornerRadius::same(4);
        widget.expansion = 0.0;
    }
    widgets.hovered.bg_stroke = Stroke::new(1.0, quiet());
}

#[cfg(test)]
mod tests;
