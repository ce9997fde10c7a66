//! The editor: panels that read a [`View`] and push [`Intent`]s. They know no host, no thread and no clock, so that tests
//! and pictures show exactly what a musician sees.

mod band_ui;
mod controls_ui;
mod escape;
mod first_steps;
mod intent;
mod memory;
mod news_ui;
mod passes_ui;
mod path_ui;
mod phrase_ui;
mod preset_questions;
mod presets_ui;
mod press;
mod remembered_ui;
mod roll;
mod roll_ui;
mod sound_ui;
mod status_ui;
mod style_pad;
mod takes_ui;
mod tap;
pub mod theme;
mod timbre_map;
mod transport_ui;
mod view;
mod widgets;

use egui::{Rect, Ui, UiBuilder, pos2};

pub use self::intent::{Intent, PhraseChoice, TransportAct};
pub use self::memory::{Memory, Side};
pub use self::passes_ui::PassView;
pub use self::path_ui::FileWish;
pub use self::preset_questions::is_same_name;
pub use self::presets_ui::{PresetAct, PresetsView};
pub use self::remembered_ui::{MemoryAct, RememberedView};
pub use self::roll::Roll;
pub use self::sound_ui::SoundView;
pub use self::takes_ui::{Held, Note, TakeAct, TakeOrder, TakeRow, TakesView};
pub use self::timbre_map::{TimbreDot, TimbresView, Usual};
pub use self::view::{
    Choices, Clock, ControlView, Custom, DevicesView, Driver, Learned, Mixer, Notice, Status, View,
    Weight,
};

/// Heights and widths of the panels, logical points.
const HEADER: f32 = 52.0;
const SIDE: f32 = 232.0;
const BAND: f32 = 222.0;
const STATUS: f32 = 28.0;
const GAP: f32 = 8.0;
/// Width of a window from which the takes drawer stands beside the band too.
const BESIDE_BAND: f32 = 1340.0;

/// Draw the whole editor into `ui`.
pub fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    theme::keep(ui.ctx(), memory.tone);
    widgets::watch_wheel(ui);
    press::take_space(ui, memory);
    let whole = ui.max_rect();
    ui.painter().rect_filled(whole, 0.0, theme::ground());
    let inner = whole.shrink(GAP);
    let header = Rect::from_min_max(inner.min, pos2(inner.right(), inner.top() + HEADER));
    let status = Rect::from_min_max(pos2(inner.left(), inner.bottom() - STATUS), inner.max);
    let middle = header.bottom() + GAP..=status.top() - GAP / 2.0;
    let side = Rect::from_min_max(
        pos2(inner.left(), *middle.start()),
        pos2(inner.left() + SIDE, *middle.end()),
    );
    let drawer = memory.opened.map(|opened| {
        let left = inner.right() - takes_ui::WIDTH;
        // The strips of the band need their width; beside them the drawer stands only in a wide window.
        let beside_band = inner.width() >= BESIDE_BAND;
        let bottom = if beside_band { *middle.end() } else { *middle.end() - BAND - GAP };
        let rect = Rect::from_min_max(pos2(left, *middle.start()), pos2(inner.right(), bottom));
        (rect, beside_band, opened)
    });
    let roll_right = drawer.map_or(inner.right(), |it| it.0.left() - GAP);
    let band_right = if drawer.is_some_and(|it| it.1) { roll_right } else { inner.right() };
    let left = side.right() + GAP;
    let band =
        Rect::from_min_max(pos2(left, *middle.end() - BAND), pos2(band_right, *middle.end()));
    let roll = Rect::from_min_max(pos2(left, *middle.start()), pos2(roll_right, band.top() - GAP));

    panel(ui, header, |ui| transport_ui::draw(ui, view, memory, intents));
    panel(ui, side, |ui| controls_ui::draw(ui, view, memory, intents));
    roll_ui::draw(ui, roll, view, memory, intents);
    let left = news_ui::draw(ui, roll, view, memory, intents);
    style_pad::draw(ui, left, view, memory, intents);
    timbre_map::draw(ui, left, view, memory, intents);
    if let Some((drawer, _, opened)) = drawer {
        panel(ui, drawer, |ui| match opened {
            Side::Takes => takes_ui::draw(ui, view, memory, intents),
            Side::Remembered => remembered_ui::draw(ui, view, memory, intents),
            Side::Sound => sound_ui::draw(ui, view),
        });
    }
    band_ui::draw(ui, band, view, memory, intents);
    at(ui, status, |ui| status_ui::draw(ui, view, memory, intents));
    if !memory.is_asking() {
        first_steps::draw(ui, roll, view, memory);
    }
    phrase_ui::draw(ui, memory, intents);
    preset_questions::draw(ui, view, memory, intents);
    remembered_ui::draw_question(ui, memory, intents);
    escape::close_innermost(ui, memory);
    widgets::mark_focus(ui);
}

/// A framed panel.
fn panel(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    at(ui, rect.shrink2(egui::vec2(12.0, 8.0)), content);
}

/// Content within `rect` and nowhere else.
fn at(ui: &mut Ui, rect: Rect, content: impl FnOnce(&mut Ui)) {
    ui.scope_builder(UiBuilder::new().max_rect(rect), |ui| {
        ui.shrink_clip_rect(rect.expand(4.0));
        content(ui);
    });
}

#[cfg(test)]
mod tests;
