//! The header: the name, where time is and what moves it, the drawers and the master level.

use egui::{
    Align, Align2, Button, Key, Layout, Painter, Popup, Rect, Response, RichText, Role, Sense,
    Shape, Stroke, Ui, UiBuilder, Vec2, WidgetInfo, pos2, vec2,
};

use super::{
    Driver, Intent, Memory, Mixer, Side, TransportAct, View, presets_ui, sound_ui, theme, widgets,
};
use crate::params::{Control, FREE_TEMPO_BPM};
use crate::score::{Meter, TICKS_PER_QUARTER};

/// Width of a header in which everything has room, logical points.
const ROOMY: f32 = 1040.0;

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.horizontal_centered(|ui| {
        ui.label(RichText::new("Antiphon").font(theme::font(20.0)).color(theme::text()));
        ui.add_space(4.0);
        match view.clock.driver {
            Driver::Host => transport(ui, view),
            Driver::Window => own_transport(ui, view, memory, intents),
        }
        clock(ui, view, memory, intents);
        right_half(ui, view, memory, intents);
    });
}

/// Presets, history, drawers and the mix, up to the right edge, drawn from left to right, which is the way of the Tab key. How wide they are is known from the
/// pass before; the list of presets takes what is left.
fn right_half(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    /// Before the first pass.
    const GUESS: f32 = 420.0;
    let id = ui.scope_id().with("right half");
    let others = ui.data(|data| data.get_temp::<f32>(id)).unwrap_or(GUESS);
    let room = ui.available_rect_before_wrap();
    let list = (room.width() - others).clamp(presets_ui::NARROWEST, presets_ui::WIDEST);
    let left = (room.right() - others - list).max(room.left());
    let builder = UiBuilder::new().max_rect(room.with_min_x(left));
    let builder = builder.layout(Layout::left_to_right(Align::Center));
    let drawn = ui.scope_builder(builder, |ui| {
        ui.scope(|ui| presets_ui::draw(ui, view, memory, list, intents));
        ui.add_space(10.0);
        drawers(ui, view, memory);
        if view.mixer == Mixer::Shown {
            master(ui, view, intents);
        }
    });
    let now = drawn.response.rect.width() - list;
    if (now - others).abs() > 0.5 {
        ui.data_mut(|data| data.insert_temp(id, now));
        ui.ctx().request_discard("the header's right half has another width");
    }
}

/// Whether the host plays, where, how fast and in which meter.
fn transport(ui: &mut Ui, view: &View<'_>) {
    let clock = view.clock;
    let has_room = ui.max_rect().width() >= ROOMY;
    let width = if has_room { 214.0 } else { 150.0 };
    let (rect, _) = ui.allocate_exact_size(vec2(width, 32.0), Sense::hover());
    let painter = ui.painter();
    let mark = pos2(rect.left() + 9.0, rect.center().y);
    if clock.playing {
        triangle(painter, mark, 1.0, theme::accent());
    } else {
        let square = Rect::from_center_size(mark, vec2(11.0, 11.0));
        painter.rect_filled(square, 2.0, theme::quiet());
    }
    let at = rect.left_center() + vec2(26.0, 0.0);
    let (place, font, color) = match clock.playing {
        true => (place(view), theme::digits(16.0), theme::text()),
        false => (String::from("stopped"), theme::font(14.0), theme::quiet()),
    };
    painter.text(at, Align2::LEFT_CENTER, place, font, color);
    let text = match has_room {
        true => format!("{:.1} bpm   {} to the bar", clock.tempo_bpm, trimmed(bar_quarters(view))),
        false => format!("{:.1} bpm", clock.tempo_bpm),
    };
    let at = rect.left_center() + vec2(88.0, 0.0);
    painter.text(at, Align2::LEFT_CENTER, text, theme::font(12.0), theme::quiet());
}

/// Bar and beat, such as `7.3`.
fn place(view: &View<'_>) -> String {
    let clock = view.clock;
    let number = (clock.position_quarters / bar_quarters(view)).floor() + 1.0;
    let beat = (clock.position_quarters - clock.bar_start.quarters()).max(0.0).floor() + 1.0;
    format!("{number}.{beat}")
}

fn bar_quarters(view: &View<'_>) -> f64 {
    view.clock.bar_length.quarters().max(1.0 / TICKS_PER_QUARTER as f64)
}

/// Without a host: back to the beginning, play and stop, and where it is.
fn own_transport(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.spacing_mut().item_spacing.x = 4.0;
    let plays = view.clock.is_asked_to_play;
    let help = "Back to the beginning: of the song, or of the take that is played (Home).";
    let home = button(ui, "Return to the beginning", help, |painter, rect, color| {
        let edge = Rect::from_center_size(rect.center() - vec2(6.0, 0.0), vec2(2.5, 13.0));
        painter.rect_filled(edge, 0.0, color);
        triangle(painter, rect.center() + vec2(2.0, 0.0), -1.0, color);
    });
    let (name, help) = match plays {
        true => ("Stop", "Stop here (space bar)."),
        false => ("Play", "Play from here (space bar)."),
    };
    let play = button(ui, &format!("{name} the transport"), help, |painter, rect, color| {
        if plays {
            let square = Rect::from_center_size(rect.center(), vec2(12.0, 12.0));
            painter.rect_filled(square, 2.0, theme::accent());
        } else {
            triangle(painter, rect.center(), 1.0, color);
        }
    });
    let is_free = !ui.ctx().egui_wants_keyboard_input();
    let home_key = memory.home.is_new(ui, Key::Home);
    if home.clicked() || (is_free && home_key) {
        intents.push(Intent::Transport(TransportAct::Return));
    }
    if play.clicked() || memory.bar {
        let act = if plays { TransportAct::Stop } else { TransportAct::Play };
        intents.push(Intent::Transport(act));
    }
    let (rect, _) = ui.allocate_exact_size(vec2(62.0, 32.0), Sense::hover());
    let color = if plays { theme::text() } else { theme::quiet() };
    let at = rect.left_center() + vec2(6.0, 0.0);
    ui.painter().text(at, Align2::LEFT_CENTER, place(view), theme::digits(16.0), color);
    meter(ui, view, intents);
}

/// The time signatures that are offered; `antiphon-jam --meter` takes any.
const METERS: [(u8, u8); 12] = [
    (2, 4),
    (3, 4),
    (4, 4),
    (5, 4),
    (6, 4),
    (7, 4),
    (3, 8),
    (5, 8),
    (6, 8),
    (7, 8),
    (9, 8),
    (12, 8),
];

/// The time signature of our own transport, changed while that stands.
fn meter(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    let signature = |meter: Meter| format!("{}/{}", meter.count(), meter.unit());
    let (now, stands) = (view.clock.meter, !view.clock.is_asked_to_play);
    let help = match stands {
        true => "The time signature. Bars are counted from the beginning.",
        false => "The time signature. Stop to change it.",
    };
    let text = RichText::new(signature(now)).font(theme::digits(13.0));
    let button = ui.add_enabled(stands, Button::new(text).min_size(vec2(38.0, 24.0)));
    let button = button.on_hover_text(help).on_disabled_hover_text(help);
    let mut is_taken = false;
    Popup::menu(&button).show(|ui| {
        let mut entries = widgets::Entries::default();
        for meter in METERS.into_iter().filter_map(|(count, unit)| Meter::new(count, unit)) {
            if entries.line(ui, &signature(meter), meter == now) {
                intents.push(Intent::Transport(TransportAct::Meter(meter)));
                is_taken = true;
            }
        }
        entries.walk(ui, button.id);
    });
    widgets::hand_back(ui, &button, is_taken);
    button.accessible_name(format!("Time signature {}", signature(now)));
}

/// A button with a sign that is drawn in it.
fn button(
    ui: &mut Ui,
    name: &str,
    help: &str,
    sign: impl FnOnce(&Painter, Rect, egui::Color32),
) -> Response {
    let (rect, response) = ui.allocate_exact_size(Vec2::new(30.0, 28.0), Sense::click());
    let (ground, color) = match response.hovered() {
        true => (theme::hovered(), theme::text()),
        false => (theme::raised(), theme::text()),
    };
    ui.painter().rect_filled(rect, 4.0, ground);
    sign(ui.painter(), rect, color);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(help)
}

/// That points to the right, or for -1 to the left.
fn triangle(painter: &Painter, center: egui::Pos2, way: f32, color: egui::Color32) {
    let points = [vec2(-5.0, -7.0), vec2(7.0, 0.0), vec2(-5.0, 7.0)];
    let points = points.map(|by| pos2(center.x + way * by.x, center.y + by.y));
    painter.add(Shape::convex_polygon(points.into(), color, Stroke::NONE));
}

/// A clock of our own, for hosts that stand still and where there is none: on or off, its tempo, and taps on it.
fn clock(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.spacing_mut().item_spacing.x = 5.0;
    if view.clock.driver == Driver::Host {
        let help = "Play while the host stands still, on a clock of Antiphon's own.";
        let control = view.control(Control::FreeRun);
        widgets::switch(ui, control, "Free run", vec2(64.0, 24.0), theme::accent(), help, intents);
    }
    let mut tempo = view.control(Control::FreeTempo).clone();
    if let Some(name) = view.clock.driver.name_of(tempo.control) {
        tempo.name = String::from(name);
    }
    let help = match view.clock.driver {
        Driver::Host => {
            "The tempo of the free run. The wheel and the arrow keys go by 1 bpm, with shift by a tenth."
        }
        Driver::Window => {
            "The tempo. The wheel and the arrow keys go by 1 bpm, with shift by a tenth."
        }
    };
    ui.allocate_ui_with_layout(vec2(80.0, 24.0), Layout::left_to_right(Align::Center), |ui| {
        widgets::level(ui, &tempo, 0.0, theme::accent(), help, intents);
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
    ui.label(RichText::new("Mix").color(theme::quiet()));
    ui.allocate_ui_with_layout(vec2(92.0, 24.0), Layout::left_to_right(Align::Center), |ui| {
        let control = view.control(Control::Master);
        let meter = view.status.peaks[view.status.peaks.len() - 1];
        let help = "How loud the mix is.";
        widgets::level(ui, control, meter, theme::accent(), help, intents);
    });
}

/// Open and close the drawers.
fn drawers(ui: &mut Ui, view: &View<'_>, memory: &mut Memory) {
    if view.mixer == Mixer::Shown {
        let is_open = memory.opened == Some(Side::Sound);
        if sound_ui::button(ui, is_open).clicked() {
            memory.opened = (!is_open).then_some(Side::Sound);
        }
    }
    let help = "What the band remembers of you, from song to song if you like.";
    drawer(ui, memory, Side::Remembered, "Memory", "Memory drawer", help);
    let takes = match view.takes.count {
        0 => String::from("Takes"),
        count => format!("Takes {count}"),
    };
    let help = "Keep what has just sounded, and what has been kept.";
    drawer(ui, memory, Side::Takes, &takes, "Takes", help);
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
