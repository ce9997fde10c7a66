//! Which pass is kept of: what was played before a stop, a start or a jump stays recorded.

use egui::{Align, Button, Layout, RichText, Ui};

use super::takes_ui::Drawer;
use super::theme;

/// One stretch of playing, of those that can be kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PassView {
    /// What it is called by.
    pub chain: u32,
    /// Its place among them, from 1, and how many there are.
    pub number: usize,
    pub count: usize,
    /// Those beside it.
    pub earlier: Option<u32>,
    pub later: Option<u32>,
}

/// Which of several passes is kept of, and those beside it; nothing where there is one.
pub(super) fn draw(ui: &mut Ui, pass: Option<PassView>, bars: i64, drawer: &mut Drawer) {
    let Some(pass) = pass.filter(|it| it.count > 1) else { return };
    ui.horizontal(|ui| {
        let bars = if bars == 1 { String::from("1 bar") } else { format!("{bars} bars") };
        let text = format!("Pass {} of {}: {bars}", pass.number, pass.count);
        let help = "A pass ends where the transport stops or jumps. The newest is chosen until you choose another.";
        ui.label(RichText::new(text).font(theme::font(12.0))).on_hover_text(help);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut step = |ui: &mut Ui, text: &str, name: &str, to: Option<u32>| {
                let response = ui.add_enabled(to.is_some(), Button::new(text).small());
                if response.clicked() {
                    drawer.pass = to;
                }
                response.on_hover_text(name).accessible_name(name);
            };
            step(ui, "Later", "Later pass", pass.later);
            step(ui, "Earlier", "Earlier pass", pass.earlier);
            if drawer.pass.is_some() {
                let newest = ui.small_button("Newest pass").on_hover_text("Follow the newest pass again.");
                if newest.clicked() {
                    drawer.pass = None;
                }
            }
        });
    });
}
