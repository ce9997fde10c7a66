//! Everything that is written can be read, and every part told from the others.

use egui::Color32;

use super::{Palette, Tone, class_color, set_tone};

/// Contrast of two colors, 1 to 21 (W3C, "Web Content Accessibility Guidelines 2.1", 2018, 1.4.3).
fn contrast(one: Color32, other: Color32) -> f32 {
    let luminance = |color: Color32| {
        let [red, green, blue, _] = egui::Rgba::from(color).to_array();
        0.2126 * red + 0.7152 * green + 0.0722 * blue
    };
    let (one, other) = (luminance(one), luminance(other));
    (one.max(other) + 0.05) / (one.min(other) + 0.05)
}

fn grounds(palette: &Palette) -> [Color32; 5] {
    [palette.ground, palette.panel, palette.raised, palette.hovered, palette.black_keys]
}

#[test]
fn text_stands_out_from_its_ground_in_either_tone() {
    for palette in [Tone::Dark, Tone::Light].map(Tone::palette) {
        let texts = [palette.text, palette.quiet, palette.accent, palette.warning];
        for ground in grounds(palette) {
            for text in texts.into_iter().chain(palette.parts) {
                let contrast = contrast(text, ground);
                assert!(contrast >= 4.5, "{text:?} on {ground:?}: {contrast}");
            }
        }
        for ground in palette.parts.into_iter().chain([palette.accent, palette.warning]) {
            assert!(contrast(palette.on_color, ground) >= 4.5);
        }
    }
}

#[test]
fn pitch_classes_stand_out_from_the_panel_and_are_equally_light() {
    for tone in [Tone::Dark, Tone::Light] {
        set_tone(tone);
        let contrasts: Vec<f32> =
            (0..12).map(|class| contrast(class_color(class), tone.palette().panel)).collect();
        let (least, most) =
            contrasts.iter().fold((21.0f32, 1.0f32), |(a, b), it| (a.min(*it), b.max(*it)));
        assert!(least >= 4.5 && most / least < 1.5, "{tone:?}: {contrasts:?}");
        for class in 0..12 {
            let next = class_color((class + 7) % 12);
            assert_ne!(class_color(class), next, "{class}");
        }
    }
    set_tone(Tone::Dark);
}

type Matrix = [[f32; 3]; 3];

/// Linear light as eyes without one kind of cone see it: none missing, long, middle and short waves (Machado, Oliveira and Fernandes, "A Physiologically-based
/// Model for Simulation of Color Vision Deficiency", 2009, severity 1).
const EYES: [Matrix; 4] = [
    [[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]],
    [
        [0.152_286, 1.052_583, -0.204_868],
        [0.114_503, 0.786_281, 0.099_216],
        [-0.003_882, -0.048_116, 1.051_998],
    ],
    [
        [0.367_322, 0.860_646, -0.227_968],
        [0.280_085, 0.672_501, 0.047_413],
        [-0.011_820, 0.042_940, 0.968_881],
    ],
    [
        [1.255_528, -0.076_749, -0.178_779],
        [-0.078_411, 0.930_809, 0.147_602],
        [0.004_733, 0.691_367, 0.303_900],
    ],
];

/// Linear light to cones and cones to Oklab (Ottosson, "A perceptual color space for image processing", 2020).
const CONES: Matrix = [
    [0.412_221, 0.536_333, 0.051_446],
    [0.211_903, 0.680_700, 0.107_397],
    [0.088_302, 0.281_719, 0.629_979],
];
const OKLAB: Matrix = [
    [0.210_454, 0.793_618, -0.004_072],
    [1.977_998, -2.428_592, 0.450_594],
    [0.025_904, 0.782_772, -0.808_676],
];

fn times(matrix: Matrix, vector: [f32; 3]) -> [f32; 3] {
    matrix.map(|row| row.iter().zip(vector).map(|(one, other)| one * other).sum())
}

fn seen(color: Color32, eye: Matrix) -> [f32; 3] {
    let [red, green, blue, _] = egui::Rgba::from(color).to_array();
    let light = times(eye, [red, green, blue]).map(|it| it.clamp(0.0, 1.0));
    times(OKLAB, times(CONES, light).map(f32::cbrt))
}

#[test]
fn parts_differ_to_every_kind_of_color_vision() {
    for parts in [Tone::Dark, Tone::Light].map(|tone| tone.palette().parts) {
        for eye in EYES {
            let seen = parts.map(|color| seen(color, eye));
            for (place, one) in seen.iter().enumerate() {
                for (other, color) in seen.iter().enumerate().skip(place + 1) {
                    let squares = one.iter().zip(color).map(|(a, b)| (a - b) * (a - b));
                    let distance = squares.sum::<f32>().sqrt();
                    assert!(distance >= 0.09, "parts {place} and {other}: {distance}");
                }
            }
        }
    }
}
