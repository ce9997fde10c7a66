//! Which pass is kept of: what was played before a stop, a start or a jump stays recorded.

use egui::{Align, Button, Label, Layout, RichText, Ui};

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
    let is_chosen = drawer.pass.is_some();
    ui.horizontal(|ui| {
        let bars = if bars == 1 { String::from("1 bar") } else { format!("{bars} bars") };
        let text = format!("Pass {} of {}: {bars}", pass.number, pass.count);
        let help = "A pass ends where the transport stops or jumps. The newest is chosen until you choose another.";
        // From the right: the buttons stand still however long the text is.
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let mut step = |ui: &mut Ui, text: &str, name: &str, to: Option<Option<u32>>| {
                let response = ui.add_enabled(to.is_some(), Button::new(text).small());
                if let Some(to) = to.filter(|_| response.clicked()) {
                    drawer.pass = to;
                }
                let response = response.on_hover_text(name).on_disabled_hover_text(name);
                response.accessible_name(name);
            };
            let newest = is_chosen.then_some(None);
            step(ui, "Newest", "Newest pass", newest);
            step(ui, "Later", "Later pass", pass.later.map(Some));
            step(ui, "Earlier", "Earlier pass", pass.earlier.map(Some));
            ui.with_layout(Layout::left_to_right(Align::Center), |ui| {
                let text = RichText::new(text).font(theme::font(12.0));
                ui.add(Label::new(text).truncate()).on_hover_text(help);
            });
        });
    });
}
