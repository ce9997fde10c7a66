//! The lines of a list that is open, by hand as by the keyboard: the arrow keys go from line to line, from the one that is chosen on, and Enter takes one.

use egui::style::ScrollAnimation;
use egui::{Align, EventFilter, Id, Key, Rect, Response, Ui, Vec2};

/// The lines of one list while they are drawn.
#[derive(Debug, Default)]
pub(in crate::gui) struct Entries {
    lines: Vec<Response>,
    chosen: Option<usize>,
}

/// An open list, from frame to frame.
#[derive(Clone, Copy, Debug)]
struct Opened {
    /// The passes in which it was first drawn and drawn last.
    first: u64,
    last: u64,
}

/// Passes until a list that opens has its size, and can be scrolled.
const SETTLES: u64 = 3;

impl Entries {
    /// Draw the next line; whether it was taken, which closes the list.
    pub(in crate::gui) fn line(&mut self, ui: &mut Ui, text: &str, is_chosen: bool) -> bool {
        self.told_line(ui, text, is_chosen, None)
    }

    /// Likewise, with what is said of it where the pointer rests on it.
    pub(in crate::gui) fn told_line(
        &mut self,
        ui: &mut Ui,
        text: &str,
        is_chosen: bool,
        about: Option<&str>,
    ) -> bool {
        let mut response = ui.selectable_label(is_chosen, text);
        if let Some(about) = about {
            response = response.on_hover_text(about);
        }
        if is_chosen {
            self.chosen = Some(self.lines.len());
        }
        let is_taken = response.clicked();
        if is_taken {
            ui.close();
        }
        self.lines.push(response);
        is_taken
    }

    /// After the last line: begin at the chosen one when the list of this id has just opened, and walk by the arrow keys.
    pub(in crate::gui) fn walk(self, ui: &Ui, id: Id) {
        let id = id.with("opened");
        let now = ui.ctx().cumulative_pass_nr();
        let before = ui.data(|data| data.get_temp::<Opened>(id)).filter(|it| now - it.last <= 2);
        let first = before.map_or(now, |it| it.first);
        ui.data_mut(|data| data.insert_temp(id, Opened { first, last: now }));
        if now - first < SETTLES {
            if let Some(start) = self.lines.get(self.chosen.unwrap_or(0)) {
                start.request_focus();
            }
            let (rect, align) = match self.chosen {
                Some(place) => (self.lines[place].rect, Align::Center),
                None => (Rect::from_min_size(ui.min_rect().min, Vec2::ZERO), Align::Min),
            };
            ui.scroll_to_rect_animation(rect, Some(align), ScrollAnimation::none());
            ui.ctx().request_repaint();
            return;
        }
        let Some(place) = self.lines.iter().position(Response::has_focus) else { return };
        // Else the arrows would move the focus out of the list.
        let arrows = EventFilter {
            horizontal_arrows: true,
            vertical_arrows: true,
            ..EventFilter::default()
        };
        ui.memory_mut(|memory| memory.set_focus_lock_filter(self.lines[place].id, arrows));
        let (up, down) =
            ui.input(|input| (input.key_pressed(Key::ArrowUp), input.key_pressed(Key::ArrowDown)));
        let next = match (up, down) {
            (true, false) => place.saturating_sub(1),
            (false, true) => (place + 1).min(self.lines.len() - 1),
            _ => return,
        };
        self.lines[next].request_focus();
        self.lines[next].scroll_to_me_animation(None, ScrollAnimation::none());
    }
}

/// Where a line was taken by a key the list itself has the keyboard again.
pub(in crate::gui) fn hand_back(ui: &Ui, list: &Response, is_taken: bool) {
    let by_key = ui.input(|input| input.key_pressed(Key::Enter) || input.key_pressed(Key::Space));
    if is_taken && by_key {
        list.request_focus();
    }
}
