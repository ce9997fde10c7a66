//! The band: a strip for each part, and one for the player.

use egui::{Align, Button, Layout, Rect, RichText, Role, Ui, WidgetInfo, pos2, vec2};

use super::{ControlView, Intent, Memory, Mixer, View, at, theme, timbre_map, widgets};
use crate::params::Control;
use crate::score::{ChordWish, Part, Tick};

/// Width of the player's strip.
const PLAYER: f32 = 104.0;
/// By how much a meter falls in one frame.
const FALL: f32 = 0.9;

pub(super) fn draw(
    ui: &mut Ui,
    rect: Rect,
    view: &View<'_>,
    memory: &mut Memory,
    intents: &mut Vec<Intent>,
) {
    for (level, peak) in memory.levels.iter_mut().zip(view.status.peaks) {
        *level = peak.max(*level * FALL);
    }
    let gap = super::GAP;
    let width = (rect.width() - PLAYER - 4.0 * gap) / 4.0;
    let mut left = rect.left();
    strip(ui, left, PLAYER, rect, |ui| player(ui, view, intents));
    left += PLAYER + gap;
    for (place, part) in Part::BAND.into_iter().enumerate() {
        let level = memory.levels[place];
        strip(ui, left, width, rect, |ui| {
            self::part(ui, view, memory, (part, place), level, intents);
        });
        left += width + gap;
    }
}

fn strip(ui: &mut Ui, left: f32, width: f32, rect: Rect, content: impl FnOnce(&mut Ui)) {
    let rect = Rect::from_min_max(pos2(left, rect.top()), pos2(left + width, rect.bottom()));
    ui.painter().rect_filled(rect, theme::ROUND, theme::panel());
    at(ui, rect.shrink(10.0), content);
}

fn player(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    name(ui, view, Part::PLAYER, "You");
    let color = theme::part_color(Part::PLAYER);
    let width = ui.available_width();
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let mut size = vec2(width, 24.0);
        if view.mixer == Mixer::Shown {
            size.x = (width - 4.0) / 2.0;
            let control = view.control(Control::HearPlayer);
            let help = "Hear your own notes through Antiphon. Switch it off if your keyboard has a sound of its own.";
            widgets::switch(ui, control, "Hear", size, color, help, intents);
        }
        let help = "Send your own notes on beside the band's: on your channel from 5 to 16, on 5 otherwise.";
        widgets::switch(ui, view.control(Control::Thru), "Thru", size, color, help, intents);
    });
    let help = "The MIDI channel on which you play. All: any.";
    ui.label(RichText::new("Channel").font(theme::font(11.5)).color(theme::quiet()));
    widgets::choice(ui, view.control(Control::Channel), &view.choices.channels, help, intents);
    ui.add_space(4.0);
    heard(ui, view, intents);
}

/// The key and the chord that the player plays in: a press wishes for them.
fn heard(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    ui.label(RichText::new("You play").font(theme::font(11.5)).color(theme::quiet()));
    let key = view.status.key_heard.map(|key| (key.name(), 1 + key.index()));
    let chord = view.status.chord_heard;
    let chord = chord.map(|chord| (chord.name(), ChordWish::Chord(chord).index()));
    for (what, control, heard, help) in [
        (
            "key",
            Control::Key,
            key,
            "The key of what you have played. Press to have the band play in it.",
        ),
        (
            "chord",
            Control::Chord,
            chord,
            "The chord of your last beat. Press to have the band play in it until you choose another.",
        ),
    ] {
        let text = heard.as_ref().map_or("–", |it| &it.0);
        let label = RichText::new(text).font(theme::font(13.0));
        let button = Button::new(label).min_size(vec2(ui.available_width(), 22.0));
        let response = ui.add_enabled(heard.is_some(), button).on_hover_text(help);
        if let Some((_, index)) = heard.as_ref().filter(|_| response.clicked()) {
            let control = view.control(control);
            intents.push(Intent::Change(control.control, control.share(*index)));
        }
        response.accessible_name(match &heard {
            Some((name, _)) => format!("Use the {what} that you play: {name}"),
            None => format!("No {what} heard"),
        });
    }
}

fn part(
    ui: &mut Ui,
    view: &View<'_>,
    memory: &mut Memory,
    (part, place): (Part, usize),
    level: f32,
    intents: &mut Vec<Intent>,
) {
    let color = theme::part_color(part);
    ui.spacing_mut().item_spacing = vec2(6.0, 6.0);
    ui.horizontal(|ui| {
        name(ui, view, part, &format!("Part {}", part.slot()));
        if view.mixer == Mixer::Shown {
            map(ui, view, memory, (part, place));
        }
        copying(ui, view.status.copying[place]);
    });
    let help = "Play: improvise all the time. Answer: listen to you, and reply. Follow: one note to each of yours, at once. Off: rest.";
    let modes = &view.choices.modes;
    widgets::segments(ui, view.control(Control::Mode(place)), modes, color, help, intents);
    if view.control(Control::Mode(place)).is_last() {
        ui.columns(2, |columns| {
            family(&mut columns[0], view, place, intents);
            let help = "What the part plays to each of your notes: a third or so within the harmony, its bass, or your note an octave away.";
            let follow = view.control(Control::Follow(place));
            widgets::choice(&mut columns[1], follow, &view.choices.follows, help, intents);
        });
    } else {
        family(ui, view, place, intents);
    }
    if view.mixer == Mixer::Shown {
        let control = view.control(Control::Level(place));
        let help = "How loud the part is.";
        ui.scope(|ui| {
            if view.is_unheard(part) {
                ui.multiply_opacity(theme::FAINT);
            }
            widgets::level(ui, control, level, color, help, intents);
        });
    }
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = 4.0;
        let help = "Higher or lower than usual in the style, in semitones.";
        widgets::dial(
            ui,
            view.control(Control::Register(place)),
            "Register",
            44.0,
            color,
            help,
            intents,
        );
        if view.mixer == Mixer::Shown {
            let help = "Where the part stands between left and right.";
            widgets::dial(ui, view.control(Control::Pan(place)), "Pan", 44.0, color, help, intents);
            ui.with_layout(Layout::right_to_left(Align::Min), |ui| {
                ui.vertical(|ui| {
                    let size = vec2(30.0, 24.0);
                    let (mute, solo) = (Control::Mute(place), Control::Solo(place));
                    let help = "Mute: play on unheard. Its notes still go out.";
                    widgets::switch(
                        ui,
                        view.control(mute),
                        "M",
                        size,
                        theme::warning(),
                        help,
                        intents,
                    );
                    let help = "Solo: hear only the parts that are soloed.";
                    widgets::switch(
                        ui,
                        view.control(solo),
                        "S",
                        size,
                        theme::accent(),
                        help,
                        intents,
                    );
                });
            });
        }
    });
}

/// What the part is heard on, and the families to choose from. One that is chosen is heard: it takes the part off the map.
fn family(ui: &mut Ui, view: &View<'_>, place: usize, intents: &mut Vec<Intent>) {
    /// Of the list's frame and its arrow, logical points.
    const FRAME: f32 = 44.0;
    let room = ui.available_width() - FRAME;
    let font = egui::TextStyle::Button.resolve(ui.style());
    let width = |text: &String| {
        ui.painter().layout_no_wrap(text.clone(), font.clone(), theme::text()).size().x
    };
    let mut texts = view.timbre_texts(place);
    let fits = texts.iter().position(|it| width(it) <= room).unwrap_or(texts.len() - 1);
    let text = texts.swap_remove(fits);
    let heard = timbre_map::heard(view, place);
    let control = view.control(Control::Family(place));
    let help = match heard.is_placed {
        true => format!(
            "{}, by its place on the timbre map. What it plays is written for its family, {}; a family that is chosen here is heard as well, and takes the part off the map.",
            heard.words, control.text
        ),
        false => format!(
            "{}.\nThe family of instruments that the part plays. Auto: the style's usual one.",
            heard.words
        ),
    };
    let before = intents.len();
    let shown = ControlView { text, ..control.clone() };
    widgets::choice(ui, &shown, &view.choices.families, &help, intents);
    let switch = Control::TimbreMap(place);
    for intent in intents.split_off(before) {
        match intent {
            Intent::Change(turned, value) if heard.is_placed => {
                let all = [(turned, value), (switch, 0.0)];
                intents.extend(all.map(|it| Intent::Begin(it.0)));
                intents.extend(all.map(|it| Intent::Set(it.0, it.1)));
                intents.extend(all.map(|it| Intent::End(it.0)));
            }
            Intent::Type(turned, text) if heard.is_placed => {
                intents.push(Intent::TypeWith(turned, text, vec![(switch, 0.0)]));
            }
            other => intents.push(other),
        }
    }
}

/// Opens the timbre map; lit where the part has a place on it.
fn map(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, (part, place): (Part, usize)) {
    let is_on = view.control(Control::TimbreMap(place)).is_on();
    let color = if is_on { theme::part_color(part) } else { theme::quiet() };
    let text = RichText::new("Timbre").font(theme::font(11.0)).color(color);
    let button = ui.add(Button::selectable(memory.timbre_map, text).min_size(vec2(30.0, 18.0)));
    let help = "The timbre map: drag a part to where it shall sound.";
    let button = button.on_hover_text(help);
    if button.clicked() {
        memory.timbre_map = !memory.timbre_map;
    }
    button.accessible_name(format!("Timbre map for part {}", part.slot()));
}

/// A light for a part that plays what a piece has that the model learned from.
fn copying(ui: &mut Ui, notes: u32) {
    /// Notes from which on it is worth a word; a run of eight may be anybody's.
    const TOLD: u32 = 10;
    if notes < TOLD {
        return;
    }
    let help = format!(
        "The part's last {notes} notes go as in a piece that the model learned from, in whatever key. It turns away before they are seventeen. Exports name the piece."
    );
    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
        // In a narrow strip the number alone.
        let words =
            [format!("copies {notes} notes"), format!("copies {notes}"), format!("©{notes}")];
        let font = theme::font(11.5);
        let width = |text: &String| {
            ui.painter().layout_no_wrap(text.clone(), font.clone(), theme::text()).size().x
        };
        let room = ui.available_width();
        let fits = words.iter().find(|it| width(it) <= room).unwrap_or(&words[2]);
        let text = RichText::new(fits).font(font.clone()).color(theme::warning());
        let label = ui.label(text);
        label.widget_info(|| WidgetInfo::labeled(Role::Image, true, &words[0]));
        label.on_hover_text(help);
    });
}

/// Badge and name, brighter while a note sounds.
fn name(ui: &mut Ui, view: &View<'_>, part: Part, text: &str) {
    ui.horizontal(|ui| {
        let (rect, _) = ui.allocate_exact_size(vec2(22.0, 22.0), egui::Sense::hover());
        let now = Tick::from_quarters(view.clock.position_quarters);
        let is_unheard = view.is_unheard(part);
        if is_unheard {
            ui.multiply_opacity(theme::FAINT);
        }
        let sounds = view.clock.playing && !is_unheard && view.roll.is_sounding(part, now);
        if sounds {
            let halo = theme::part_color(part).gamma_multiply(0.35);
            ui.painter().circle_filled(rect.center(), 13.0, halo);
        }
        widgets::badge(ui.painter(), rect.center(), 9.0, part);
        let label = ui.label(RichText::new(text).font(theme::font(14.0)));
        if is_unheard {
            label.on_hover_text("Unheard: it is muted, or another part is soloed.");
        }
    });
}
