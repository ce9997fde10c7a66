//! The note of the roll that the pointer is on, or that the arrow keys have come to: what it is, and a press that strikes it out or lets it be played after all.

use egui::accesskit::Live;
use egui::{CursorIcon, EventFilter, Key, Pos2, Rect, Response, Role, Tooltip, Ui, WidgetInfo};

use super::{KEYS, Scale};
use crate::gui::{Intent, Memory, View, timbre_map};
use crate::params::Control;
use crate::score::{Note, Part, Tick};

/// The note that is pointed at: by the pointer, or else by the arrow keys while the roll has the focus.
pub(super) fn note(
    ui: &Ui,
    response: &Response,
    view: &View<'_>,
    memory: &mut Memory,
    scale: &Scale,
) -> Option<Note> {
    let hovered = response.hover_pos().and_then(|at| note_at(view, scale, at));
    if hovered.is_some() || !response.has_focus() {
        memory.walked = None;
    } else {
        walk(ui, response, view, memory, scale);
    }
    let pointed = hovered.or(memory.walked);
    // A screen reader says what is pointed at as it changes.
    response.widget_info(|| WidgetInfo {
        current_text_value: Some(pointed.map(|it| text(view, it)).unwrap_or_default()),
        ..WidgetInfo::labeled(Role::Canvas, true, "Piano roll")
    });
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_live(Live::Polite));
    pointed
}

/// How far from a note the pointer may be, logical points.
const NEAR: f32 = 9.0;

/// The note under the pointer, or the nearest one; of those that lie over each other the one drawn last.
fn note_at(view: &View<'_>, scale: &Scale, at: Pos2) -> Option<Note> {
    let (from, to) = scale.span();
    if at.x <= scale.rect.left() + KEYS || at.y > scale.rect.bottom() {
        return None;
    }
    let now = Tick::from_quarters(view.clock.position_quarters);
    // What is expected lies below what is there.
    let notes = view.roll.expected(now).chain(view.roll.between(from, to));
    let far = notes.map(|note| (note, scale.bar(note).distance_to_pos(at)));
    let near = far.filter(|it| it.1 <= NEAR);
    near.reduce(|best, it| if it.1 <= best.1 { it } else { best }).map(|it| it.0)
}

/// Left and right go from note to note of those in view, in the order in which they begin; at first to the one before now or the one after.
fn walk(ui: &Ui, response: &Response, view: &View<'_>, memory: &mut Memory, scale: &Scale) {
    // Else the arrows would move the focus on.
    let arrows = EventFilter { horizontal_arrows: true, ..EventFilter::default() };
    ui.memory_mut(|it| it.set_focus_lock_filter(response.id, arrows));
    let (from, to) = scale.span();
    let mut notes: Vec<Note> = view.roll.between(from, to).collect();
    notes.sort_unstable();
    memory.walked.take_if(|it| !notes.contains(it));
    let now = Tick::from_quarters(view.clock.position_quarters);
    let place = memory.walked.and_then(|it| notes.binary_search(&it).ok());
    let (left, right) =
        ui.input(|input| (input.key_pressed(Key::ArrowLeft), input.key_pressed(Key::ArrowRight)));
    let begun = notes.partition_point(|it| it.onset <= now);
    let next = match (left, right) {
        (true, false) => place.unwrap_or(begun).checked_sub(1),
        (false, true) => Some(place.map_or(begun, |it| it + 1)),
        _ => return,
    };
    memory.walked = next.and_then(|it| notes.get(it)).copied().or(memory.walked);
}

/// Tell what the note is; a press strikes out one that has not begun, and another takes that back.
pub(super) fn tell(
    ui: &Ui,
    response: &Response,
    view: &View<'_>,
    (note, bar): (Note, Rect),
    now: Tick,
    intents: &mut Vec<Intent>,
) {
    let is_open = note.onset > now && note.part != Part::PLAYER;
    let fate = match (is_open, view.roll.is_struck(note)) {
        (true, true) => "\nstruck out: press to have it played after all",
        (true, false) => "\ndecided, to come: press to strike it out",
        (false, _) => "",
    };
    let text = format!("{}{fate}", text(view, note));
    let bar = bar.intersect(response.rect).expand(4.0);
    let context = ui.ctx().clone();
    Tooltip::always_open(context, response.layer_id, response.id, bar).show(|ui| ui.label(text));
    if is_open {
        if response.hovered() {
            ui.ctx().set_cursor_icon(CursorIcon::PointingHand);
        }
        if response.clicked() {
            let is_struck = view.roll.is_struck(note);
            intents.push(if is_struck { Intent::Restore(note) } else { Intent::Veto(note) });
        }
    }
}

/// Part, name, velocity, length, and how likely the model thought the pitch of a note that it drew.
fn text(view: &View<'_>, note: Note) -> String {
    let who = match note.part.band_index() {
        Some(place) => {
            // What it is, whoever chose it.
            let heard = timbre_map::heard(view, place).title;
            let family = || view.timbres.families[place].map(|it| String::from(it.name()));
            let sound = heard.or_else(family);
            let sound = sound.unwrap_or_else(|| view.control(Control::Family(place)).text.clone());
            format!("Part {}, {sound}", note.part.slot())
        }
        None if view.roll.expected(Tick(i64::MIN)).any(|it| it == note) => {
            let beats = note.length.quarters();
            return format!("Expected of you: {}, {beats:.2} beats", note.pitch.name());
        }
        None => String::from("You"),
    };
    let likelihood = view.roll.likelihood(note);
    let likelihood = likelihood.map_or(String::new(), |it| format!("\npitch {}", it.text()));
    let (velocity, beats) = (note.velocity.number(), note.length.quarters());
    let name = drum(view, note).map_or_else(|| note.pitch.name(), String::from);
    let heard = match view.is_unheard(note.part) {
        true => "\nunheard: the part is muted, or another is soloed",
        false => "",
    };
    format!("{who}: {name}, velocity {velocity}, {beats:.2} beats{likelihood}{heard}")
}

/// What the note strikes, where its part is a kit.
fn drum(view: &View<'_>, note: Note) -> Option<&'static str> {
    let place = note.part.band_index()?;
    view.timbres.families[place].filter(|it| it.is_drums())?;
    note.pitch.drum()
}
