//! The map's foot: of each part a switch, and its place as numbers.

use egui::{Align, Layout, Rect, RichText, Sense, Ui, pos2, vec2};

use super::{FOOT, Usual, standing};
use crate::gui::{ControlView, Intent, View, theme, widgets};
use crate::params::Control;
use crate::score::{MapPoint, Part};

/// Width from which there is room for numbers, and from which there is plenty.
const NUMBERS: f32 = 720.0;
const ROOMY: f32 = 800.0;

/// Each part's switch and its place as numbers, to be turned and typed as any control.
pub(super) fn draw(ui: &mut Ui, frame: Rect, view: &View<'_>, intents: &mut Vec<Intent>) {
    let row = Rect::from_min_max(
        pos2(frame.left() + 14.0, frame.bottom() - FOOT + 2.0),
        pos2(frame.right() - 10.0, frame.bottom() - 8.0),
    );
    let width = row.width() / Part::BAND_SIZE as f32;
    for (place, part) in Part::BAND.into_iter().enumerate() {
        let left = row.left() + width * place as f32;
        let rect =
            Rect::from_min_max(pos2(left, row.top()), pos2(left + width - 8.0, row.bottom()));
        crate::gui::at(ui, rect, |ui| {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = 3.0;
                let (badge, _) = ui.allocate_exact_size(vec2(16.0, 22.0), Sense::hover());
                widgets::shape(ui.painter(), badge.center(), 7.0, part);
                let help = "On: the part sounds as its place on the map does. Off: as its family usually does. Drums keep their kit.";
                let color = theme::part_color(part);
                let control = view.control(Control::TimbreMap(place));
                let (label, wide) =
                    if frame.width() < ROOMY { ("Map", 34.0) } else { ("Placed", 46.0) };
                widgets::switch(ui, control, label, vec2(wide, 20.0), color, help, intents);
                if frame.width() >= NUMBERS {
                    numbers(ui, view, place, intents);
                }
            });
        });
    }
}

fn numbers(ui: &mut Ui, view: &View<'_>, place: usize, intents: &mut Vec<Intent>) {
    let room = (ui.available_width() - 24.0) / 2.0;
    let color = theme::part_color(Part::BAND[place]);
    for (sign, control, help) in [
        ("x", Control::TimbreX(place), "From left, what is struck, to right, what is held."),
        ("y", Control::TimbreY(place), "From above, what is bright, to below, what is dark."),
    ] {
        ui.label(RichText::new(sign).font(theme::font(11.0)).color(theme::quiet()));
        let layout = Layout::left_to_right(Align::Center);
        ui.allocate_ui_with_layout(vec2(room, 20.0), layout, |ui| {
            let shown = number(view, place, control);
            let before = intents.len();
            let help = format!("{help} In brackets: where the family's usual sound lies.");
            widgets::level(ui, &shown, 0.0, color, &help, intents);
            put_on_map(view, place, before, intents);
        });
    }
}

/// A coordinate as it is heard: of a part that sounds as its family usually does, where that lies.
fn number(view: &View<'_>, place: usize, control: Control) -> ControlView {
    let own = view.control(control);
    if standing(view, place).0 {
        return own.clone();
    }
    let is_x = matches!(control, Control::TimbreX(_));
    let (value, text) = match (view.timbres.usual[place], usual_point(view, place)) {
        (Usual::Drums, _) => (own.value, String::from("kit")),
        (_, None) => (own.value, String::from("usual")),
        (_, Some(point)) => {
            let share = if is_x { point.shares().0 } else { point.shares().1 };
            (share, format!("({share:.2})"))
        }
    };
    ControlView { value, text, ..own.clone() }
}

/// Where the usual sound of a part's family lies, if it is on the map.
fn usual_point(view: &View<'_>, place: usize) -> Option<MapPoint> {
    match view.timbres.usual[place] {
        Usual::Dot(dot) => view.timbres.dots.get(dot).map(|it| it.place),
        Usual::Elsewhere | Usual::Drums => None,
    }
}

/// A coordinate that is turned of a part that is not on the map puts it there, with the other one as it was heard, all as one act.
fn put_on_map(view: &View<'_>, place: usize, before: usize, intents: &mut Vec<Intent>) {
    let (is_on, own) = standing(view, place);
    if is_on || view.timbres.usual[place] == Usual::Drums {
        return;
    }
    let (x, y) = usual_point(view, place).unwrap_or(own).shares();
    let along = |turned: Control| {
        let other = match turned {
            Control::TimbreX(_) => (Control::TimbreY(place), y),
            _ => (Control::TimbreX(place), x),
        };
        [other, (Control::TimbreMap(place), 1.0)]
    };
    for intent in intents.split_off(before) {
        match intent {
            // Begun and ended while the drag goes on, so that the three are one.
            Intent::Set(turned, value) => {
                let along = along(turned);
                intents.extend(along.map(|it| Intent::Begin(it.0)));
                intents.push(Intent::Set(turned, value));
                intents.extend(along.map(|it| Intent::Set(it.0, it.1)));
                intents.extend(along.map(|it| Intent::End(it.0)));
            }
            // To set it back moves nothing.
            Intent::Change(turned, value) if value != view.control(turned).default => {
                let all = [[(turned, value)].as_slice(), &along(turned)].concat();
                intents.extend(all.iter().map(|it| Intent::Begin(it.0)));
                intents.extend(all.iter().map(|it| Intent::Set(it.0, it.1)));
                intents.extend(all.iter().map(|it| Intent::End(it.0)));
            }
            Intent::Type(turned, text) => {
                intents.push(Intent::TypeWith(turned, text, along(turned).to_vec()));
            }
            other => intents.push(other),
        }
    }
}
