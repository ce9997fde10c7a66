//! What the musician should know now, over the roll's upper edge, where it moves nothing: what failed, what could not be read, that the band is late.

use egui::{Align, Button, Color32, Label, Layout, Rect, RichText, Ui, pos2, vec2};

use super::{Intent, Memory, Notice, View, Weight, theme};
use crate::params::Control;

/// What has been shown, from frame to frame.
#[derive(Clone, Debug, Default)]
pub(super) struct News {
    /// Notices that the musician has put away.
    read: Vec<String>,
    /// Late windows that have been told, and when they grew last, seconds.
    late: (u32, Option<f64>),
    /// Whether something is shown.
    shown: bool,
}

impl News {
    /// Whether the musician has put the notice away.
    pub(super) fn is_put_away(&self, notice: &str) -> bool {
        self.read.iter().any(|it| it == notice)
    }
}

/// Seconds for which it is told that the band is late.
const LATE_SHOWN: f64 = 12.0;
const HEIGHT: f32 = 44.0;

/// Gives what is left of the roll for what lies over it, so that it hides no news. While a hand is at something nothing appears or goes, since that would move under it.
pub(super) fn draw(
    ui: &mut Ui,
    roll: Rect,
    view: &View<'_>,
    memory: &mut Memory,
    intents: &mut Vec<Intent>,
) -> Rect {
    let news = &mut memory.news;
    let now = ui.input(|input| input.time);
    let late = view.status.late_windows;
    match late.cmp(&news.late.0) {
        std::cmp::Ordering::Greater => news.late = (late, Some(now)),
        std::cmp::Ordering::Less => news.late = (late, None),
        std::cmp::Ordering::Equal => {}
    }
    let notices = &view.status.notices;
    news.read.retain(|it| notices.iter().any(|notice| notice.text == *it));
    let unread = |it: &&Notice| !news.read.contains(&it.text);
    // What is in trouble comes before what is only told.
    let trouble = notices.iter().filter(|it| it.weight == Weight::Trouble).rfind(unread);
    let notice = trouble.or_else(|| notices.iter().rfind(unread)).cloned();
    let is_late = news.late.1.is_some_and(|it| now - it < LATE_SHOWN);
    let left = roll.left() + 44.0;
    let rect = Rect::from_min_max(
        pos2(left, roll.top() + 22.0),
        pos2(roll.right() - 10.0, roll.top() + 22.0 + HEIGHT),
    );
    let is_held = ui.input(|input| input.pointer.any_down());
    let left = if news.shown { roll.with_min_y(rect.bottom() + 2.0) } else { roll };
    if is_held && !news.shown {
        return left;
    }
    if !is_held {
        news.shown = notice.is_some() || is_late;
    }
    if let Some(notice) = notice {
        let sign = match notice.weight {
            Weight::Trouble => ("Trouble", theme::warning()),
            Weight::Told => ("Note", theme::accent()),
        };
        let put_away = banner(ui, rect, sign, &notice.text, |ui| {
            ui.button("Put away").on_hover_text("Do not show this any more.").clicked()
        });
        if put_away {
            news.read.push(notice.text);
        }
    } else if is_late {
        let control = view.control(Control::Quantum);
        let text = format!(
            "The band is late: {} rested. It catches up by itself; more at a time needs less of the computer.",
            stretches(late)
        );
        let asked = banner(ui, rect, ("Late", theme::warning()), &text, |ui| {
            let button = Button::new("Compose by the bar");
            let help = "Set how much is composed in one go to a bar.";
            !control.is_last() && ui.add(button).on_hover_text(help).clicked()
        });
        if asked {
            intents.push(Intent::Change(Control::Quantum, 1.0));
        }
        ui.ctx().request_repaint_after(std::time::Duration::from_secs(1));
    }
    left
}

/// Such as `1 stretch` or `3 stretches`: what is composed in one go.
pub(super) fn stretches(count: u32) -> String {
    if count == 1 { String::from("1 stretch") } else { format!("{count} stretches") }
}

/// A band with a sign, a text of two lines at most, and something to press. Whether that was pressed.
fn banner(
    ui: &mut Ui,
    rect: Rect,
    (sign, color): (&str, Color32),
    text: &str,
    press: impl FnOnce(&mut Ui) -> bool,
) -> bool {
    ui.painter().rect_filled(rect, theme::ROUND, theme::raised());
    let edge = Rect::from_min_size(rect.min, vec2(4.0, rect.height()));
    ui.painter().rect_filled(edge, theme::ROUND, color);
    let mut pressed = false;
    super::at(ui, rect.shrink2(vec2(12.0, 6.0)), |ui| {
        ui.horizontal_centered(|ui| {
            let sign = RichText::new(sign).font(theme::font(13.0)).color(color);
            ui.label(sign.strong());
            ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                pressed = press(ui);
                let room = vec2(ui.available_width(), 32.0);
                ui.allocate_ui_with_layout(room, Layout::left_to_right(Align::Center), |ui| {
                    let words = RichText::new(text).font(theme::font(12.0)).color(theme::text());
                    ui.add(Label::new(words).wrap()).on_hover_text(text);
                });
            });
        });
    });
    pressed
}
