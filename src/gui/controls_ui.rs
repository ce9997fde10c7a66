//! What the band plays: temperature, styles, seed, key, density, quantum.

use egui::{Align, Layout, RichText, TextEdit, Ui, vec2};

use super::{Intent, Memory, View, theme, widgets};
use crate::params::Control;

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.spacing_mut().item_spacing.y = 5.0;
    ui.vertical_centered(|ui| {
        let control = view.control(Control::Temperature);
        let help = "How daring the band is. 1.00 is the style as it was learnt; lower is safer, higher is wilder.";
        widgets::dial(ui, control, "Temperature", 128.0, theme::ACCENT, help, intents);
    });
    style(ui, view, intents);
    seed(ui, view, memory, intents);
    key(ui, view, intents);
    heading(ui, "Composed in one go");
    let help =
        "How much the band decides at a time. Shorter answers you sooner, longer plans further.";
    let quanta = &view.choices.quanta;
    widgets::segments(ui, view.control(Control::Quantum), quanta, theme::ACCENT, help, intents);
    heading(ui, "Parts that answer do so after");
    let help = "When a part that answers replies: when you have been silent for a beat, or turn by turn, yours first.";
    let trades = &view.choices.trades;
    widgets::segments(ui, view.control(Control::Trade), trades, theme::ACCENT, help, intents);
    ui.add_space(4.0);
    ui.columns(2, |columns| {
        columns[0].vertical_centered(|ui| {
            let help = "How many notes, against what is usual in the style.";
            let control = view.control(Control::Density);
            widgets::dial(ui, control, "Density", 46.0, theme::ACCENT, help, intents);
        });
        columns[1].vertical_centered(|ui| {
            let help = "Never draw what is less likely than this share of the likeliest. Higher is tidier.";
            let control = view.control(Control::MinP);
            widgets::dial(ui, control, "Min-p", 46.0, theme::ACCENT, help, intents);
        });
    });
}

fn style(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    heading(ui, "Style");
    let styles = &view.choices.styles;
    for (sign, control) in [("A", Control::StyleA), ("B", Control::StyleB)] {
        ui.horizontal(|ui| {
            ui.label(RichText::new(sign).color(theme::QUIET));
            let help = "A style that the band knows. The slider below leans from A to B.";
            widgets::choice(ui, view.control(control), styles, help, intents);
        });
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("A").color(theme::QUIET));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new("B").color(theme::QUIET));
            let help = "How far to lean from style A to style B.";
            widgets::slider(ui, view.control(Control::Lean), help, intents);
        });
    });
}

fn seed(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    heading(ui, "Seed");
    let control = view.control(Control::Seed);
    ui.horizontal(|ui| {
        let mut text = memory.seed_text.clone().unwrap_or_else(|| control.text.clone());
        let field = TextEdit::singleline(&mut text)
            .font(theme::digits(17.0))
            .char_limit(6)
            .margin(vec2(8.0, 4.0))
            .desired_width(ui.available_width() - 56.0);
        let response = ui.add(field).on_hover_text(
            "The number that everything grows from: the same seed with the same settings and the same playing gives the same music.",
        );
        if response.changed() {
            text.retain(|sign| sign.is_ascii_digit());
            memory.seed_text = Some(text);
        }
        if response.lost_focus()
            && let Some(number) = memory.seed_text.take().and_then(|text| text.parse::<usize>().ok())
        {
            intents.push(Intent::Change(Control::Seed, control.share(number)));
        }
        response.accessible_name(&control.name);
        let help = "Another seed. Nothing else changes.";
        if widgets::die(ui, help).clicked() {
            memory.seed_text = None;
            intents.push(Intent::RollDie);
        }
    });
}

fn key(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    heading(ui, "Key");
    ui.horizontal(|ui| {
        let width = ui.available_width() - 62.0;
        ui.allocate_ui_with_layout(vec2(width, 24.0), Layout::top_down(Align::Min), |ui| {
            let help = "The key that the band plays in. Open: yours, when it has heard you, or one of its own.";
            let keys = &view.choices.keys;
            widgets::choice(ui, view.control(Control::Key), keys, help, intents);
        });
        let help = "Never leave the scale of the key.";
        let control = view.control(Control::ScaleLock);
        widgets::switch(ui, control, "Lock", vec2(54.0, 24.0), theme::ACCENT, help, intents);
    });
}

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(2.0);
    ui.label(RichText::new(text).font(theme::font(11.5)).color(theme::QUIET));
}
