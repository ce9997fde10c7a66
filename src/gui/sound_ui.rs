//! The sound drawer: the pitch classes that ring, around a circle of fifths, and what strikes, in its middle.

use std::f32::consts::TAU;

use egui::epaint::PathStroke;
use egui::{
    Align2, Painter, Pos2, Rect, Response, Role, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, vec2,
};

use super::{View, theme};
use crate::score::Pitch;

/// What sounds, as levels of 0 to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct SoundView {
    /// What rings, from C on.
    pub classes: [f32; 12],
    /// What strikes, from the lowest up.
    pub strikes: [f32; 4],
}

/// Of the wheel's radius: where the ring begins, and how far it grows.
const RING: f32 = 0.58;
const GROWTH: f32 = 0.28;
/// Half of the angle of a pitch class, with a little air beside it.
const HALF: f32 = TAU / 24.0 - 0.035;
/// A level from which on a pitch class is named when what sounds is told.
const TOLD: f32 = 0.45;

impl SoundView {
    /// Whether anything is to be seen.
    pub fn is_sounding(&self) -> bool {
        self.classes.iter().chain(&self.strikes).any(|it| *it > 0.004)
    }

    /// In words, loudest first.
    fn text(&self) -> String {
        let mut told: Vec<usize> = (0..12).filter(|it| self.classes[*it] > TOLD).collect();
        told.sort_by(|a, b| self.classes[*b].total_cmp(&self.classes[*a]));
        if told.is_empty() {
            return String::from("Nothing rings");
        }
        told.into_iter().map(name).collect::<Vec<_>>().join(", ")
    }
}

pub(super) fn draw(ui: &mut Ui, view: &View<'_>) {
    let sound = view.sound;
    let rect = ui.available_rect_before_wrap();
    let response = ui.interact(rect, ui.scope_id().with("what sounds"), Sense::hover());
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(sound.text()),
        ..WidgetInfo::labeled(Role::Image, true, "What sounds")
    });
    let help = "Around the wheel: the pitch classes that ring, in fifths, so that what is near in harmony is near here too. In its middle: what strikes, low at the center, high at the rim.";
    let painter = ui.painter();
    painter.text(rect.min, Align2::LEFT_TOP, "How it sounds", theme::font(14.0), theme::text());
    let wheel = rect.with_min_y(rect.top() + 22.0);
    let radius = (wheel.width().min(wheel.height()) / 2.0).max(40.0);
    let center = wheel.center();
    strikes(painter, center, radius, &sound);
    for class in 0..12 {
        pitch_class(painter, center, radius, class, sound.classes[class]);
    }
    if !sound.is_sounding() {
        let font = theme::font(12.0);
        painter.text(center, Align2::CENTER_CENTER, "silence", font, theme::quiet());
    }
    response.on_hover_text(help);
}

/// The higher the wider: circles of light over each other, each with a faint line where it ends.
fn strikes(painter: &Painter, center: Pos2, radius: f32, sound: &SoundView) {
    let most = (RING - 0.06) * radius;
    for (band, level) in sound.strikes.iter().enumerate().rev() {
        let radius = most * (band as f32 + 1.0) / sound.strikes.len() as f32;
        let light = theme::text().gamma_multiply(0.45 * level * level.sqrt());
        painter.circle_filled(center, radius, light);
        painter.circle_stroke(center, radius, Stroke::new(1.0, theme::line().gamma_multiply(0.7)));
    }
}

/// A stretch of the ring that grows outwards, and the name at its place.
fn pitch_class(painter: &Painter, center: Pos2, radius: f32, class: usize, level: f32) {
    let angle = (class * 7 % 12) as f32 / 12.0 * TAU - TAU / 4.0;
    let color = theme::class_color(class);
    let inner = RING * radius;
    let thick = 2.0 + (GROWTH * radius - 2.0) * level;
    let stroke = Stroke::new(thick, color.gamma_multiply(0.35 + 0.65 * level));
    painter.add(arc(center, inner + thick / 2.0, angle, stroke));
    let at = center + Vec2::angled(angle) * (inner + GROWTH * radius + 12.0);
    let rings = level > TOLD;
    let (size, ink) = if rings { (15.0, theme::text()) } else { (12.5, theme::quiet()) };
    painter.text(at, Align2::CENTER_CENTER, name(class), theme::font(size), ink);
}

fn arc(center: Pos2, radius: f32, middle: f32, stroke: Stroke) -> Shape {
    const STEPS: u8 = 12;
    let point = |step: u8| {
        let share = f32::from(step) / f32::from(STEPS) * 2.0 - 1.0;
        center + Vec2::angled(middle + share * HALF) * radius
    };
    let points = (0..=STEPS).map(point).collect();
    Shape::line(points, PathStroke::new(stroke.width, stroke.color))
}

fn name(class: usize) -> &'static str {
    u8::try_from(class).ok().and_then(Pitch::new).map_or("", Pitch::class_name)
}

/// A small wheel that opens the drawer and closes it.
pub(super) fn button(ui: &mut Ui, is_open: bool) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(26.0, 24.0), Sense::click());
    response.widget_info(|| {
        WidgetInfo::selected(Role::Button, ui.is_enabled(), is_open, "Sound drawer")
    });
    let ground = Rect::from_center_size(rect.center(), vec2(26.0, 24.0));
    if is_open || response.hovered() {
        let color = if is_open { theme::raised() } else { theme::hovered() };
        ui.painter().rect_filled(ground, theme::ROUND, color);
    }
    for class in 0..12 {
        let angle = (class * 7 % 12) as f32 / 12.0 * TAU - TAU / 4.0;
        let at = rect.center() + Vec2::angled(angle) * 7.5;
        ui.painter().circle_filled(at, 1.7, theme::class_color(class));
    }
    response.on_hover_text("What sounds: its pitches and its strokes.")
}
