//! Presets and history in the header: the preset's name, what is beside it, a new one of the musician's own, undo and redo.

use egui::{
    Align, ComboBox, Key, KeyboardShortcut, Layout, Modifiers, Response, RichText, Role, Sense,
    Shape, Stroke, Ui, Vec2, WidgetInfo, pos2, vec2,
};

use super::path_ui::{Answer, Answered, Question};
use super::{Intent, Memory, View, theme, widgets};
use crate::params::Control;

/// What the header shows of presets and of what can be taken back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetsView {
    /// That was chosen last.
    pub name: Option<String>,
    /// Whether something is set otherwise than in that preset.
    pub is_modified: bool,
    /// Names, in the order in which they are offered.
    pub factory: Vec<String>,
    /// The musician's own.
    pub own: Vec<String>,
    pub can_undo: bool,
    pub can_redo: bool,
}

/// What the musician does with presets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PresetAct {
    Load(String),
    Next,
    Previous,
    /// Keep what is set as one of her own.
    Save(String),
}

const SAVE: Question = Question {
    title: "Keep as a preset",
    text: "A preset keeps how the band plays and what it plays on: not the seed, the key or the chord.",
    hint: "Rainy Sunday",
    name: "Name of the preset",
    yes: "Keep",
};

const UNDO: KeyboardShortcut = KeyboardShortcut::new(Modifiers::COMMAND, Key::Z);
const REDO: [KeyboardShortcut; 2] = [
    KeyboardShortcut::new(Modifiers::COMMAND.plus(Modifiers::SHIFT), Key::Z),
    KeyboardShortcut::new(Modifiers::COMMAND, Key::Y),
];

/// Widest list of presets, logical points.
const WIDEST: f32 = 190.0;

/// From the right: redo, undo, then the preset in the room that is left.
pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let presets = view.presets;
    ui.spacing_mut().item_spacing.x = 3.0;
    if turn_back(ui, Way::Forth, presets.can_redo).clicked() {
        intents.push(Intent::Redo);
    }
    if turn_back(ui, Way::Back, presets.can_undo).clicked() {
        intents.push(Intent::Undo);
    }
    shortcuts(ui, view, intents);
    ui.add_space(8.0);
    let next = beside(ui, "Next preset", 1.0);
    widgets::learning_menu(&next, view.control(Control::NextPreset), intents);
    if next.clicked() {
        intents.push(Intent::Preset(PresetAct::Next));
    }
    let width = (ui.available_width() - 30.0).clamp(70.0, WIDEST);
    ui.allocate_ui_with_layout(vec2(width, 24.0), Layout::left_to_right(Align::Center), |ui| {
        match list(ui, presets) {
            Some(Chosen::Save) => memory.preset_name = Some(String::new()),
            Some(Chosen::Preset(name)) => intents.push(Intent::Preset(PresetAct::Load(name))),
            None => {}
        }
    });
    let previous = beside(ui, "Previous preset", -1.0);
    widgets::learning_menu(&previous, view.control(Control::PreviousPreset), intents);
    if previous.clicked() {
        intents.push(Intent::Preset(PresetAct::Previous));
    }
}

enum Chosen {
    Save,
    Preset(String),
}

fn list(ui: &mut Ui, presets: &PresetsView) -> Option<Chosen> {
    let mut chosen = None;
    let name = presets.name.as_deref().unwrap_or("Preset");
    let mark = if presets.is_modified { " •" } else { "" };
    let response = ComboBox::from_id_salt("presets")
        .selected_text(format!("{name}{mark}"))
        .width(ui.available_width() - 2.0)
        .height(520.0)
        .truncate()
        .show_ui(ui, |ui| {
            if ui.button("Keep as a preset…").clicked() {
                chosen = Some(Chosen::Save);
            }
            for (heading, names) in [("Yours", &presets.own), ("Antiphon's", &presets.factory)] {
                if names.is_empty() {
                    continue;
                }
                ui.separator();
                ui.label(RichText::new(heading).font(theme::font(11.5)).color(theme::quiet()));
                for name in names {
                    let is_chosen = presets.name.as_ref() == Some(name);
                    if ui.selectable_label(is_chosen, name).clicked() {
                        chosen = Some(Chosen::Preset(name.clone()));
                    }
                }
            }
        })
        .response;
    let state = if presets.is_modified { "changed since: •" } else { "as it was kept" };
    let help = format!(
        "{name}, {state}\nHow the band plays and what it plays on. Undo brings back what was set before."
    );
    response.on_hover_text(help).accessible_name("Preset");
    chosen
}

/// A small triangle to the left or the right.
fn beside(ui: &mut Ui, name: &str, way: f32) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(18.0, 24.0), Sense::click());
    let color = if response.hovered() { theme::text() } else { theme::quiet() };
    let points = [vec2(-3.5, -6.0), vec2(4.5, 0.0), vec2(-3.5, 6.0)];
    let points = points.map(|by| rect.center() + by * vec2(way, 1.0));
    ui.painter().add(Shape::convex_polygon(points.into(), color, Stroke::NONE));
    super::widgets::focus_ring(ui, &response, rect);
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text(name)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Back,
    Forth,
}

/// A bent arrow.
fn turn_back(ui: &mut Ui, way: Way, can: bool) -> Response {
    let (name, help, side) = match way {
        Way::Back => (
            "Undo",
            "Take back the newest act in this window (Ctrl+Z). What the host automates is the host's to undo; takes and the memory have undo of their own.",
            -1.0,
        ),
        Way::Forth => ("Redo", "Do again what was taken back (Ctrl+Shift+Z).", 1.0),
    };
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
    super::widgets::focus_ring(ui, &response, rect);
    response
        .widget_info(|| WidgetInfo::labeled(Role::Button, can, format!("{name} in the window")));
    response.on_hover_text(help)
}

/// Unless a text is being typed, which has an undo of its own.
fn shortcuts(ui: &Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    if ui.ctx().egui_wants_keyboard_input() {
        return;
    }
    let pressed = |shortcut| ui.input_mut(|input| input.consume_shortcut(&shortcut));
    // With shift first: the shortcut without it would take that too.
    if REDO.into_iter().any(pressed) && view.presets.can_redo {
        intents.push(Intent::Redo);
    } else if pressed(UNDO) && view.presets.can_undo {
        intents.push(Intent::Undo);
    }
}

/// The window that asks for a name, if it is open.
pub(super) fn draw_question(ui: &Ui, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let Some(name) = &mut memory.preset_name else { return };
    let answer = SAVE.ask(ui, name, memory.no_dialog.as_deref(), |_| false);
    if let Answer::Path(name) = &answer {
        let name = name.to_string_lossy().into_owned();
        memory.answered = Some(Answered::Preset(name.clone()));
        intents.push(Intent::Preset(PresetAct::Save(name)));
    }
    if answer != Answer::None {
        memory.preset_name = None;
        memory.no_dialog = None;
    }
}
