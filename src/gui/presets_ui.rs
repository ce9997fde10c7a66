//! Presets and history in the header: the preset's name, what is beside it, what is done with the musician's own, undo and redo.

use egui::{
    Align, ComboBox, Key, KeyboardShortcut, Layout, Modifiers, Response, RichText, Role,
    ScrollArea, Sense, Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::preset_questions::PresetQuestion;
use super::{Driver, Intent, Memory, View, theme, widgets};
use crate::params::Control;

/// What the header shows of presets and of what can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetsView {
    /// That was chosen last.
    pub name: Option<String>,
    /// Whether something is set otherwise than in that preset.
    pub is_modified: bool,
    /// Whether there is no preset of that name any more.
    pub is_gone: bool,
    /// Names, in the order in which they are offered.
    pub factory: Vec<String>,
    /// The musician's own.
    pub own: Vec<String>,
    /// What each of them is, those of ours first.
    pub about: Vec<String>,
    /// What Undo would take back, and Redo do again; nothing where there is nothing.
    pub undo: Option<String>,
    pub redo: Option<String>,
}

impl PresetsView {
    /// What a preset is, if there is one of the name.
    fn about(&self, name: &str) -> Option<&str> {
        // The musician's own come first where a name is both.
        let names: Vec<&String> = self.factory.iter().chain(&self.own).collect();
        let place = names.iter().rposition(|it| *it == name)?;
        self.about.get(place).map(String::as_str)
    }
}

/// What the musician does with presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetAct {
    Load(String),
    Next,
    Previous,
    /// Keep what is set as one of her own.
    Save(String),
    /// Keep it in the place of one of her own.
    Replace(String),
    /// Give one of her own another name.
    Rename {
        from: String,
        to: String,
    },
    /// Remove one of her own.
    Delete(String),
}

const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
const REDO: [KeyboardShortcut; 2] = [
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Y),
];

/// Widths of the list of presets, logical points.
pub(super) const NARROWEST: f32 = 70.0;
pub(super) const WIDEST: f32 = 190.0;
/// Height of the names in the open list, logical points: what is done with presets stands above them and stays.
const NAMES: f32 = 420.0;

/// The preset, `width` wide, between its neighbors, then undo and redo.
pub(super) fn draw(
    ui: &mut Ui,
    view: &View<'_>,
    memory: &mut Memory,
    width: f32,
    intents: &mut Vec<Intent>,
) {
    let presets = view.presets;
    ui.spacing_mut().item_spacing.x = 3.0;
    let previous = beside(ui, "Previous preset", -1.0);
    widgets::learning_menu(&previous, view.control(Control::PreviousPreset), intents);
    if previous.clicked() {
        intents.push(Intent::Preset(PresetAct::Previous));
    }
    ui.allocate_ui_with_layout(vec2(width, 24.0), Layout::left_to_right(Align::Center), |ui| {
        match list(ui, view) {
            Some(Chosen::Ask(question)) => memory.preset_asked = Some(question),
            Some(Chosen::Do(act)) => intents.push(Intent::Preset(act)),
            None => {}
        }
    });
    let next = beside(ui, "Next preset", 1.0);
    widgets::learning_menu(&next, view.control(Control::NextPreset), intents);
    if next.clicked() {
        intents.push(Intent::Preset(PresetAct::Next));
    }
    ui.add_space(8.0);
    if turn_back(ui, Way::Back, presets.undo.as_deref()).clicked() {
        intents.push(Intent::Undo);
    }
    if turn_back(ui, Way::Forth, presets.redo.as_deref()).clicked() {
        intents.push(Intent::Redo);
    }
    shortcuts(ui, view, intents);
}

enum Chosen {
    Ask(PresetQuestion),
    Do(PresetAct),
}

/// What is done with presets: to keep one, and with the one of her own that was chosen last.
fn acts(presets: &PresetsView) -> Vec<(String, Chosen)> {
    let keep = PresetQuestion::Keep(String::new());
    let mut acts = vec![(String::from("Keep as a preset…"), Chosen::Ask(keep))];
    let own = presets.name.as_ref().filter(|it| presets.own.contains(it));
    if let Some(name) = own {
        if presets.is_modified {
            let text = format!("Keep the changes in “{name}”");
            acts.push((text, Chosen::Do(PresetAct::Replace(name.clone()))));
        }
        let rename = PresetQuestion::Rename { from: name.clone(), to: name.clone() };
        acts.push((format!("Rename “{name}”…"), Chosen::Ask(rename)));
        let delete = PresetQuestion::Delete(name.clone());
        acts.push((format!("Delete “{name}”…"), Chosen::Ask(delete)));
    }
    acts
}

fn list(ui: &mut Ui, view: &View<'_>) -> Option<Chosen> {
    let presets = view.presets;
    let mut chosen = None;
    let id = ui.scope_id().with("presets");
    let name = presets.name.as_deref().unwrap_or("Preset");
    let mark = match (presets.is_gone, presets.is_modified) {
        (true, _) => " (gone)",
        (false, true) => " •",
        (false, false) => "",
    };
    let response = ComboBox::from_id_salt("presets")
        .selected_text(format!("{name}{mark}"))
        .width(ui.available_width() - 2.0)
        .height(f32::INFINITY)
        .truncate()
        .show_ui(ui, |ui| {
            let mut entries = widgets::Entries::default();
            for (text, act) in acts(presets) {
                if entries.line(ui, &text, false) {
                    chosen = Some(act);
                }
            }
            ui.separator();
            ScrollArea::vertical().max_height(NAMES).show(ui, |ui| {
                if let Some(name) = names(ui, presets, &mut entries) {
                    chosen = Some(Chosen::Do(PresetAct::Load(name)));
                }
                entries.walk(ui, id);
            });
        })
        .response;
    widgets::hand_back(ui, &response, matches!(chosen, Some(Chosen::Do(_))));
    let state = match (&presets.name, presets.is_modified) {
        (None, _) => "No preset has been chosen.",
        (Some(_), _) if presets.is_gone => {
            "There is no preset of this name any more; what it set is still set. Keep as a preset… makes it anew."
        }
        (Some(_), true) => "The dot says that something is set otherwise than in this preset.",
        (Some(_), false) => "All is set as in this preset.",
    };
    let about = presets.name.as_deref().and_then(|it| presets.about(it));
    let about = about.map_or(String::new(), |it| format!("{it}\n"));
    let time = match view.clock.driver {
        Driver::Host => "Tempo and time signature stay your host's",
        Driver::Window => "Tempo and time signature stay as they are in the header",
    };
    let help = format!(
        "{about}{state}\nA preset is how the band plays and what it plays on; mutes and solos go off with it. {time}: set those yourself. Undo brings back what was set before."
    );
    response.on_hover_text(help).accessible_name("Preset");
    chosen
}

/// The names, the musician's own first; the one that was taken.
fn names(ui: &mut Ui, presets: &PresetsView, entries: &mut widgets::Entries) -> Option<String> {
    let mut taken = None;
    for (heading, names) in [("Yours", &presets.own), ("Antiphon's", &presets.factory)] {
        if names.is_empty() {
            continue;
        }
        ui.label(RichText::new(heading).font(theme::font(11.5)).color(theme::quiet()));
        for name in names {
            let is_chosen = presets.name.as_ref() == Some(name);
            if entries.told_line(ui, name, is_chosen, presets.about(name)) {
                taken = Some(name.clone());
            }
        }
    }
    taken
}

/// A small triangle to the left or the right.
fn beside(ui: &mut Ui, name: &str, way: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(18.0, 24.0), Sense::click());
    let color = if response.hovered() { theme::text() } else { theme::quiet() };
    let points = [vec2(-3.5, -6.0), vec2(4.5, 0.0), vec2(-3.5, 6.0)];
    let points = points.map(|by| rect.center() + by * vec2(way, 1.0));
    ui.painter().add(Shape::convex_polygon(points.into(), color, Stroke::NONE));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Back,
    Forth,
}

/// A bent arrow. `what` is what it would do.
fn turn_back(ui: &mut Ui, way: Way, what: Option<&str>) -> Response {
    let (name, keys, side) = match way {
        Way::Back => ("Undo", "Ctrl+Z", -1.0),
        Way::Forth => ("Redo", "Ctrl+Shift+Z", 1.0),
    };
    let help = undo_help(name, what, keys);
    let can = what.is_some();
    let (rect, response) = ui.allocate_exact_size(Vec2::splat(24.0), Sense::click());
    let color = match (can, response.hovered()) {
        (false, _) => theme::line(),
        (true, true) => theme::text(),
        (true, false) => theme::quiet(),
    };
    let center = rect.center();
    let at = |x: f32, y: f32| pos2(center.x + side * x, center.y + y);
    let mut line = Vec::new();
    // From the tail under the middle, round, to the head at the top.
    for step in 0..=10u8 {
        let angle = std::f32::consts::PI * (0.5 - f32::from(step) / 10.0);
        line.push(at(-5.0 * angle.cos() + 1.0, 1.0 + 4.5 * angle.sin()));
    }
    line.push(at(4.0, -3.5));
    let stroke = Stroke::new(1.8, color);
    ui.painter().add(Shape::line(line, stroke));
    let head = vec![at(8.0, -3.5), at(3.0, -7.5), at(3.0, 0.5)];
    ui.painter().add(Shape::convex_polygon(head, color, Stroke::NONE));
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, can, format!("{name} in the window")));
    response.on_hover_text(help)
}

/// What a button that takes something back, or does it again, says of itself.
fn undo_help(name: &str, what: Option<&str>, keys: &str) -> String {
    match what {
        Some(what) => format!("{name}: {what} ({keys})"),
        None => format!("{name} ({keys}): there is nothing."),
    }
}

/// Unless a text is being typed, which has an undo of its own.
fn shortcuts(ui: &Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    if ui.ctx().text_edit_focused() {
        return;
    }
    let pressed = |shortcut| ui.input_mut(|input| input.consume_shortcut(&shortcut));
    // With shift first: the shortcut without it would take that too.
    if REDO.into_iter().any(pressed) && view.presets.redo.is_some() {
        intents.push(Intent::Redo);
    } else if pressed(UNDO) && view.presets.undo.is_some() {
        intents.push(Intent::Undo);
    }
}
