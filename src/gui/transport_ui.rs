//! The header: the name, where the host is, the free run, the drawers and the master level.

use egui::{Align, Align2, Layout, RichText, Ui, vec2};

use super::{Intent, Memory, Mixer, Side, View, presets_ui, sound_ui, theme, widgets};
use crate::params::{Control, FREE_TEMPO_BPM};
use crate::score::TICKS_PER_QUARTER;

/// Width of a header in which everything has room, logical points.
const ROOMY: f32 = 1040.0;

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new("Antiphon").font(theme::font(20.0)).color(theme::text()));
        ui.add_space(4.0);
        transport(ui, view);
        free_run(ui, view, memory, intents);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if view.mixer == Mixer::Shown {
                master(ui, view, intents);
            }
            drawers(ui, view, memory);
            ui.add_space(10.0);
            presets_ui::draw(ui, view, memory, intents);
        });
    });
}

/// Whether the host plays, where, how fast and in which meter.
fn transport(ui: &mut Ui, view: &View<'_>) {
    let clock = view.clock;
    let has_room = ui.max_rect().width() >= ROOMY;
    let width = if has_room { 214.0 } else { 150.0 };
    let (rect, _) = ui.allocate_exact_size(vec2(width, 32.0), egui::Sense::hover());
    let painter = ui.painter();
    let mark = egui::pos2(rect.left() + 9.0, rect.center().y);
    if clock.playing {
        let points = [vec2(-5.0, -7.0), vec2(7.0, 0.0), vec2(-5.0, 7.0)].map(|by| mark + by);
        let triangle =
            egui::Shape::convex_polygon(points.into(), theme::accent(), egui::Stroke::NONE);
        painter.add(triangle);
    } else {
        let square = egui::Rect::from_center_size(mark, vec2(11.0, 11.0));
        painter.rect_filled(square, 2.0, theme::quiet());
    }
    let bar = clock.bar_length.quarters().max(1.0 / TICKS_PER_QUARTER as f64);
    let number = (clock.position_quarters / bar).floor() + 1.0;
    let beat = (clock.position_quarters - clock.bar_start.quarters()).max(0.0).floor() + 1.0;
    let at = rect.left_center() + vec2(26.0, 0.0);
    let (place, font, color) = match clock.playing {
        true => (format!("{number}.{beat}"), theme::digits(16.0), theme::text()),
        false => (String::from("stopped"), theme::font(14.0), theme::quiet()),
    };
    painter.text(at, Align2::LEFT_CENTER, place, font, color);
    let text = match has_room {
        true => format!("{:.1} bpm   {} to the bar", clock.tempo_bpm, trimmed(bar)),
        false => format!("{:.1} bpm", clock.tempo_bpm),
    };
    let at = rect.left_center() + vec2(88.0, 0.0);
    painter.text(at, Align2::LEFT_CENTER, text, theme::font(12.0), theme::quiet());
}

/// A clock of our own for hosts that stand still: on or off, its tempo, and taps on it.
fn free_run(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.spacing_mut().item_spacing.x = 5.0;
    let help = "Play while the host stands still, on a clock of Antiphon's own.";
    let control = view.control(Control::FreeRun);
    widgets::switch(ui, control, "Free run", vec2(64.0, 24.0), theme::accent(), help, intents);
    let tempo = view.control(Control::FreeTempo);
    ui.allocate_ui_with_layout(vec2(80.0, 24.0), Layout::left_to_right(Align::Center), |ui| {
        widgets::level(ui, tempo, 0.0, theme::accent(), "The tempo of the free run.", intents);
    });
    let tap = ui.button("Tap").on_hover_text("Tap the tempo: four quarter notes or more.");
    if tap.clicked() {
        let now = ui.input(|input| input.time);
        if let Some(bpm) = memory.taps.tap(now) {
            let (low, high) = FREE_TEMPO_BPM;
            #[expect(clippy::cast_possible_truncation, reason = "a share of a range")]
            let share = ((bpm - f64::from(low)) / f64::from(high - low)).clamp(0.0, 1.0) as f32;
            intents.push(Intent::Change(Control::FreeTempo, share));
        }
    }
}

fn master(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    ui.allocate_ui_with_layout(vec2(92.0, 24.0), Layout::left_to_right(Align::Center), |ui| {
        let control = view.control(Control::Master);
        let meter = view.status.peaks[view.status.peaks.len() - 1];
        let help = "How loud the mix is.";
        widgets::level(ui, control, meter, theme::accent(), help, intents);
    });
    ui.label(RichText::new("Mix").color(theme::quiet()));
}

/// Open and close the drawers.
fn drawers(ui: &mut Ui, view: &View<'_>, memory: &mut Memory) {
    let takes = match view.takes.count {
        0 => String::from("Takes"),
        count => format!("Takes {count}"),
    };
    let help = "Keep what has just sounded, and what has been kept.";
    drawer(ui, memory, Side::Takes, &takes, "Takes", help);
    let help = "What the band remembers of you, from song to song if you like.";
    drawer(ui, memory, Side::Remembered, "Memory", "Memory drawer", help);
    if view.mixer == Mixer::Shown {
        let is_open = memory.opened == Some(Side::Sound);
        if sound_ui::button(ui, is_open).clicked() {
            memory.opened = (!is_open).then_some(Side::Sound);
        }
    }
}

fn drawer(ui: &mut Ui, memory: &mut Memory, side: Side, text: &str, name: &str, help: &str) {
    let is_open = memory.opened == Some(side);
    let response = ui.selectable_label(is_open, text).on_hover_text(help);
    if response.clicked() {
        memory.opened = (!is_open).then_some(side);
    }
    response.accessible_name(name);
}

/// A number without needless zeros.
fn trimmed(number: f64) -> String {
    let text = format!("{number:.2}");
    String::from(text.trim_end_matches('0').trim_end_matches('.'))
}
