//! Everything that is written can be read.

use egui::Color32;

use super::{
    ACCENT, BLACK_KEYS, DARK_TEXT, GROUND, HOVERED, PANEL, PARTS, QUIET, RAISED, TEXT, WARNING,
};

/// Contrast of two colors, 1 to 21 (W3C, "Web Content Accessibility Guidelines 2.1", 2018, 1.4.3).
fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |color: Color32| {
        let [red, green, blue, _] = egui::Rgba::from(color).to_array();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

#[test]
fn text_stands_out_from_its_ground() {
    for ground in [GROUND, PANEL, RAISED, HOVERED, BLACK_KEYS] {
        for text in [TEXT, QUIET, ACCENT, WARNING].into_iter().chain(PARTS) {
            let contrast = contrast(text, ground);
            assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast}");
        }
    }
    for ground in PARTS.into_iter().chain([ACCENT]) {
        assert!(contrast(DARK_TEXT, ground) >= 4.5);
    }
}
