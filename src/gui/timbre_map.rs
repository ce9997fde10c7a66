//! The timbre map: every timbre of the pack has a place by how it sounds, and each part is a shape that is dragged to where it shall sound.

mod foot;
mod names;

use egui::ecolor::Hsva;
use egui::{
    Align2, Color32, CursorIcon, EventFilter, Key, PointerButton, Pos2, Rect, Response, Role,
    Sense, Stroke, Ui, WidgetInfo, vec2,
};

use self::names::{Named, Rank};

use super::theme::Tone;
use super::{Intent, Memory, Mixer, View, theme, widgets};
use crate::params::Control;
use crate::score::{Family, MapPoint, Part};

/// What there is on the map.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TimbresView {
    /// Empty where the pack has no map.
    pub dots: Vec<TimbreDot>,
    /// What each part plays on by itself.
    pub usual: [Usual; Part::BAND_SIZE],
    /// What that is, by the style where the part is left to it; nothing while no pack is open.
    pub families: [Option<Family>; Part::BAND_SIZE],
}

#[derive(Clone, Debug, PartialEq)]
pub struct TimbreDot {
    pub title: String,
    pub family: Family,
    pub place: MapPoint,
}

/// How the family of a part sounds by itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Usual {
    /// As this one of the dots.
    Dot(usize),
    /// It has a sound that is not on the map.
    #[default]
    Elsewhere,
    /// It keeps its kit, wherever the part is put.
    Drums,
}

/// Largest map.
const LARGEST: (f32, f32) = (1180.0, 640.0);
const HEAD: f32 = 30.0;
const FOOT: f32 = 34.0;
/// How near to a dot a part that is dragged comes to lie on it.
const SNAP: f32 = 6.0;
/// Of the map, for one press of an arrow key, and with shift.
const STEP: f32 = 0.01;
const FINE_STEP: f32 = 0.001;

/// Over the roll, while it is open.
pub(super) fn draw(
    ui: &mut Ui,
    roll: Rect,
    view: &View<'_>,
    memory: &mut Memory,
    intents: &mut Vec<Intent>,
) {
    if !memory.timbre_map || view.mixer == Mixer::Hidden {
        return;
    }
    let frame = widgets::card_over(roll, LARGEST);
    let ground = ui.interact(frame, ui.scope_id().with("timbre map"), Sense::click_and_drag());
    ground.widget_info(|| WidgetInfo::labeled(Role::Canvas, true, "Timbre map"));
    let painter = ui.painter();
    widgets::card(painter, frame);
    let field =
        Rect::from_min_max(frame.min + vec2(16.0, HEAD + 6.0), frame.max - vec2(16.0, FOOT + 14.0));
    let mut said = None;
    let mut shares = Vec::new();
    let places: Vec<Pos2> = view.timbres.dots.iter().map(|it| on_screen(field, it.place)).collect();
    // Names lie under the shapes, and what a hand does to a shape lights names.
    let names = ui.painter().add(egui::Shape::Noop);
    let map = Map { field, dots: &places };
    let mut seats = map.seats(view);
    for (place, part) in Part::BAND.into_iter().enumerate() {
        if let Some(told) = map.part(ui, view, (place, part), &mut seats, intents) {
            shares = told.between(view);
            said = Some(told.words(view, &shares));
        }
    }
    let hovered = ground.hover_pos().and_then(|hand| nearest(&places, hand, 9.0));
    if let Some(dot) = hovered.map(|it| &view.timbres.dots[it]).filter(|_| said.is_none()) {
        said = Some(format!("{}: {}", dot.title, dot.family.name()));
    }
    let leading: Vec<usize> = (0..Part::BAND_SIZE)
        .filter_map(|place| Told::of(view, place).between(view).first().map(|it| it.0))
        .collect();
    let shown = Shown {
        places: &places,
        seats: &seats,
        hovered,
        shares: &shares,
        leading: &leading,
        tone: memory.tone,
    };
    let drawn = dots(ui, field, view, &shown);
    ui.painter().set(names, egui::Shape::Vec(drawn));
    head(ui, frame, view, said);
    foot::draw(ui, frame, view, intents);
    let close = Rect::from_center_size(frame.right_top() + vec2(-18.0, 17.0), vec2(24.0, 24.0));
    let button = ui.put(close, egui::Button::new("×")).on_hover_text("Close the map.");
    if button.clicked() {
        memory.timbre_map = false;
    }
    button.accessible_name("Close the timbre map");
}

/// What is said of the map, or of what the hand is at.
fn head(ui: &Ui, frame: Rect, view: &View<'_>, said: Option<String>) {
    let at = frame.min + vec2(14.0, 17.0);
    let (text, color) = match said {
        Some(said) => (said, theme::text()),
        None if view.timbres.dots.is_empty() => {
            (String::from("This pack has no map: parts sound as their families do"), theme::quiet())
        }
        None => (
            String::from(
                "Drag a part to where it shall sound. Double click: as its family usually does",
            ),
            theme::quiet(),
        ),
    };
    ui.painter().text(at, Align2::LEFT_CENTER, text, theme::font(12.5), color);
}

/// Where things are.
struct Map<'a> {
    field: Rect,
    dots: &'a [Pos2],
}

/// A part under a hand.
struct Told {
    part: Part,
    point: Option<MapPoint>,
    usual: Usual,
}

/// How far apart parts of one sound lie, logical points: beside each other.
const APART: f32 = 20.0;

/// Half of what a hand takes a part by, logical points: at least and at most.
const GRASP: (f32, f32) = (13.0, 24.0);

/// Where a part stands by its own place on the map, and whether it sounds as that.
fn standing(view: &View<'_>, place: usize) -> (bool, MapPoint) {
    let is_kit = view.timbres.usual[place] == Usual::Drums;
    let is_on = view.control(Control::TimbreMap(place)).is_on() && !is_kit;
    let [x, y] = [Control::TimbreX(place), Control::TimbreY(place)];
    (is_on, MapPoint::of_shares(view.control(x).value, view.control(y).value))
}

impl Map<'_> {
    /// Where the parts are drawn: two that sound alike lie side by side.
    fn seats(&self, view: &View<'_>) -> Vec<Pos2> {
        let mut seats: Vec<Pos2> = Vec::new();
        for place in 0..Part::BAND_SIZE {
            let (is_on, own) = standing(view, place);
            let mut center = match (is_on, view.timbres.usual[place]) {
                (true, _) => on_screen(self.field, own),
                (false, Usual::Dot(dot)) if dot < self.dots.len() => self.dots[dot],
                // Beside the map, at its foot.
                (false, _) => self.field.left_bottom() + vec2(26.0 * place as f32 - 4.0, 4.0),
            };
            while seats.iter().any(|it| it.distance(center) < APART) {
                center.x += APART;
            }
            seats.push(center);
        }
        seats
    }

    /// Draw a part's shape and let it be moved. What is told of it, if a hand is at it.
    fn part(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        (place, part): (usize, Part),
        seats: &mut [Pos2],
        intents: &mut Vec<Intent>,
    ) -> Option<Told> {
        let usual = view.timbres.usual[place];
        let (is_on, own) = standing(view, place);
        let mut center = seats[place];
        let id = ui.scope_id().with(("part on the map", place));
        // As large as can be, so that a quick hand does not miss it; between two the nearer one is taken.
        let others = seats.iter().enumerate().filter(|it| it.0 != place);
        let apart = others.map(|it| (*it.1 - center).abs()).map(|it| it.x.max(it.y));
        let half = apart.fold(GRASP.1, |half, apart| half.min(apart / 2.0)).max(GRASP.0);
        let rect = Rect::from_center_size(center, vec2(2.0 * half, 2.0 * half));
        let sense = if usual == Usual::Drums { Sense::hover() } else { Sense::click_and_drag() };
        let response = ui.interact(rect, id, sense);
        let start = if is_on { own } else { off_screen(self.field, center) };
        let moved = self.moved(ui, &response, (place, is_on, start), intents);
        if let Some(point) = moved {
            center = on_screen(self.field, point);
        }
        seats[place] = center;
        self.shape(ui, center, part, is_on || moved.is_some(), &response);
        let point = moved.or(is_on.then_some(own));
        let told = Told { part, point, usual };
        let words = told.words(view, &told.between(view));
        let name = format!("Part {} on the timbre map", part.slot());
        response.widget_info(|| {
            let mut info = WidgetInfo::labeled(Role::Slider, true, &name);
            info.current_text_value = Some(words.clone());
            info
        });
        let help = match usual {
            Usual::Drums => "Drums keep their kit.",
            _ => {
                "Drag it to where it shall sound, notes that sound go along. Arrow keys move it, with shift by little. Double click: as its family usually does."
            }
        };
        let is_touched = response.hovered() || response.dragged() || response.has_focus();
        if !response.dragged() {
            response.on_hover_text(format!("{words}\n{help}"));
        }
        is_touched.then_some(told)
    }

    fn shape(&self, ui: &Ui, center: Pos2, part: Part, is_on: bool, response: &Response) {
        let radius = if is_on { 10.0 } else { 8.5 };
        let painter = ui.painter();
        if is_on {
            painter.circle_filled(center, radius + 5.0, theme::panel().gamma_multiply(0.8));
            painter.circle_stroke(center, radius + 5.0, Stroke::new(1.5, theme::part_color(part)));
        }
        widgets::badge(painter, center, radius, part);
        if response.hovered() || response.dragged() {
            painter.circle_stroke(center, radius + 7.0, Stroke::new(1.0, theme::text()));
        }
    }

    /// Where a hand has put a part that was at `start`.
    fn moved(
        &self,
        ui: &Ui,
        response: &Response,
        (place, is_on, start): (usize, bool, MapPoint),
        intents: &mut Vec<Intent>,
    ) -> Option<MapPoint> {
        let controls = [Control::TimbreMap, Control::TimbreX, Control::TimbreY].map(|it| it(place));
        let set = |point: MapPoint| {
            let (x, y) = point.shares();
            controls
                .into_iter()
                .zip([1.0, x, y])
                .map(|(control, value)| Intent::Set(control, value))
        };
        if response.double_clicked() {
            if is_on {
                intents.push(Intent::Change(controls[0], 0.0));
            }
            return None;
        }
        if response.drag_started_by(PointerButton::Primary) {
            intents.extend(controls.map(Intent::Begin));
        }
        if response.dragged_by(PointerButton::Primary) {
            let hand = response.interact_pointer_pos()?;
            ui.ctx().set_cursor_icon(CursorIcon::Grabbing);
            let snapped = nearest(self.dots, hand, SNAP).map_or(hand, |dot| self.dots[dot]);
            let point = off_screen(self.field, snapped);
            if point != start || !is_on {
                intents.extend(set(point));
            }
            return Some(point);
        }
        if response.drag_stopped_by(PointerButton::Primary) {
            intents.extend(controls.map(Intent::End));
        }
        let (x, y) = arrows(ui, response)?;
        let point = MapPoint::of_shares(start.shares().0 + x, start.shares().1 + y);
        if is_on {
            let (x, y) = point.shares();
            let turned = [(controls[1], x, start.shares().0), (controls[2], y, start.shares().1)];
            let turned = turned.into_iter().filter(|(_, after, before)| after != before);
            intents.extend(turned.map(|(control, after, _)| Intent::Change(control, after)));
        } else {
            // From the family's own sound onto the map in one step, so that it is taken back in one.
            intents.extend(controls.map(Intent::Begin));
            intents.extend(set(point));
            intents.extend(controls.map(Intent::End));
        }
        Some(point)
    }
}

impl Told {
    /// Of a part as it stands.
    fn of(view: &View<'_>, place: usize) -> Self {
        let (is_on, own) = standing(view, place);
        let usual = view.timbres.usual[place];
        Self { part: Part::BAND[place], point: is_on.then_some(own), usual }
    }

    /// The dots that the part sounds like, the greatest share first.
    fn between(&self, view: &View<'_>) -> Vec<(usize, f32)> {
        let places: Vec<MapPoint> = view.timbres.dots.iter().map(|it| it.place).collect();
        let mut shares = match (self.point, self.usual) {
            (Some(point), _) => point.between(&places),
            (None, Usual::Dot(dot)) => vec![(dot, 1.0)],
            (None, Usual::Elsewhere | Usual::Drums) => Vec::new(),
        };
        shares.sort_by(|a, b| b.1.total_cmp(&a.1));
        shares
    }

    fn words(&self, view: &View<'_>, shares: &[(usize, f32)]) -> String {
        /// That are named.
        const MOST: usize = 3;
        let part = self.part.slot();
        if self.usual == Usual::Drums {
            return format!("Part {part}: drums");
        }
        let title = |dot: usize| view.timbres.dots.get(dot).map_or("", |it| it.title.as_str());
        match (shares, self.point) {
            ([], _) => format!("Part {part}: as its family usually sounds"),
            ([(dot, _)], None) => {
                format!("Part {part}: {}, as its family usually sounds", title(*dot))
            }
            ([(dot, _)], Some(_)) => format!("Part {part}: {}", title(*dot)),
            (several, _) => {
                let named = several.iter().take(MOST);
                let named =
                    named.map(|(dot, share)| format!("{} {:.0} %", title(*dot), share * 100.0));
                let more = if several.len() > MOST { " and others" } else { "" };
                format!("Part {part}: {}{more}", named.collect::<Vec<_>>().join(", "))
            }
        }
    }
}

/// What a part of the band is heard on.
pub(super) struct Heard {
    /// The timbre that it sounds like most; nothing for drums and for sounds that are on no map.
    pub(super) title: Option<String>,
    /// Whether its place on the map says so.
    pub(super) is_placed: bool,
    /// How much of the sound that is, 0 to 1.
    pub(super) share: f32,
    /// All of it, such as `Part 2: Oboe 93 %, Tuba 7 %`.
    pub(super) words: String,
}

pub(super) fn heard(view: &View<'_>, place: usize) -> Heard {
    let told = Told::of(view, place);
    let shares = told.between(view);
    let title = |it: &(usize, f32)| view.timbres.dots.get(it.0).map(|dot| dot.title.clone());
    Heard {
        title: shares.first().and_then(title),
        is_placed: told.point.is_some(),
        share: shares.first().map_or(1.0, |it| it.1),
        words: told.words(view, &shares),
    }
}

fn arrows(ui: &Ui, response: &Response) -> Option<(f32, f32)> {
    if !response.has_focus() {
        return None;
    }
    let filter =
        EventFilter { horizontal_arrows: true, vertical_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|memory| memory.set_focus_lock_filter(response.id, filter));
    ui.input(|input| {
        let step = if input.modifiers.shift { FINE_STEP } else { STEP };
        let pressed = |key| if input.key_pressed(key) { step } else { 0.0 };
        let x = pressed(Key::ArrowRight) - pressed(Key::ArrowLeft);
        let y = pressed(Key::ArrowDown) - pressed(Key::ArrowUp);
        (x != 0.0 || y != 0.0).then_some((x, y))
    })
}

/// What dots and names are drawn by.
struct Shown<'a> {
    /// Of the dots, and of the parts.
    places: &'a [Pos2],
    seats: &'a [Pos2],
    /// The dot under the hand.
    hovered: Option<usize>,
    /// What the part under the hand sounds like, the greatest share first.
    shares: &'a [(usize, f32)],
    /// What each part sounds like most.
    leading: &'a [usize],
    tone: Tone,
}

impl Shown<'_> {
    fn is_lit(&self, dot: usize) -> bool {
        self.hovered == Some(dot) || self.shares.iter().any(|it| it.0 == dot)
    }

    fn rank(&self, dot: usize, is_kin: bool) -> Rank {
        let is_first = self.shares.first().is_some_and(|it| it.0 == dot);
        if self.hovered == Some(dot) || is_first {
            Rank::Chosen
        } else if self.is_lit(dot) || is_kin || self.leading.contains(&dot) {
            Rank::Near
        } else {
            Rank::Other
        }
    }
}

/// Dots, and as many names as there is room for.
fn dots(ui: &Ui, field: Rect, view: &View<'_>, shown: &Shown<'_>) -> Vec<egui::Shape> {
    let all = &view.timbres.dots;
    let kin = shown.hovered.map(|it| all[it].family);
    let words = |(dot, it): (usize, &TimbreDot)| {
        let is_kin = kin == Some(it.family);
        let color = if shown.is_lit(dot) || is_kin { theme::text() } else { theme::quiet() };
        let galley = ui.painter().layout_no_wrap(it.title.clone(), theme::font(11.0), color);
        (galley, color, is_kin)
    };
    let words: Vec<_> = all.iter().enumerate().map(words).collect();
    let named = words.iter().enumerate().map(|(dot, (galley, _, is_kin))| Named {
        at: shown.places[dot],
        size: galley.size(),
        rank: shown.rank(dot, *is_kin),
    });
    let named: Vec<Named> = named.collect();
    let seats = names::places(field.expand(12.0), &named, shown.seats);
    let mut shapes = Vec::new();
    for (dot, (galley, color, is_kin)) in words.into_iter().enumerate() {
        let radius = match (shown.is_lit(dot), is_kin) {
            (true, _) => 5.0,
            (false, true) => 4.5,
            (false, false) => 3.2,
        };
        let own = family_color(all[dot].family, shown.tone);
        shapes.push(egui::Shape::circle_filled(shown.places[dot], radius, own));
        if let Some(rect) = seats[dot] {
            shapes.push(egui::Shape::galley(rect.min, galley, color));
        }
    }
    shapes
}

/// A hue for each family, as bright as text on the panel; the name tells it as well.
fn family_color(family: Family, tone: Tone) -> Color32 {
    // The golden ratio keeps families that follow each other apart.
    let hue = (f32::from(family.index()) * 0.618_034).fract();
    match tone {
        Tone::Dark => Hsva::new(hue, 0.6, 0.95, 1.0).into(),
        Tone::Light => Hsva::new(hue, 0.8, 0.5, 1.0).into(),
    }
}

fn nearest(places: &[Pos2], hand: Pos2, within: f32) -> Option<usize> {
    let far = places.iter().map(|it| it.distance(hand)).enumerate();
    far.filter(|it| it.1 <= within).min_by(|a, b| a.1.total_cmp(&b.1)).map(|it| it.0)
}

fn on_screen(field: Rect, point: MapPoint) -> Pos2 {
    let (x, y) = point.shares();
    field.min + vec2(x * field.width(), y * field.height())
}

fn off_screen(field: Rect, at: Pos2) -> MapPoint {
    let by = at - field.min;
    MapPoint::of_shares(by.x / field.width().max(1.0), by.y / field.height().max(1.0))
}
