//! What the band plays: temperature, styles, seed, key, density, quantum; below them, by scrolling, what is set less often.

use egui::{Align, Button, CollapsingHeader, Layout, RichText, TextEdit, Ui, vec2};

use super::theme::Tone;
use super::{Driver, FileWish, Intent, Memory, View, path_ui, theme, widgets};
use crate::params::Control;
use crate::score::{Chord, ChordQuality, ChordWish};

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    widgets::scrolling(ui, "controls", |ui| {
        ui.spacing_mut().item_spacing.y = 5.0;
        first(ui, view, memory, intents);
        ui.add_space(6.0);
        ui.separator();
        more(ui, view, intents);
        advanced(ui, memory);
    });
}

fn first(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.vertical_centered(|ui| {
        let control = view.control(Control::Temperature);
        let help = "How daring the band is. 1.00 is the style as it was learnt; lower is safer, higher is wilder.";
        widgets::dial(ui, control, "Temperature", 108.0, theme::accent(), help, intents);
    });
    style(ui, view, memory, intents);
    seed(ui, view, memory, intents);
    phrase(ui, view, memory, intents);
    key(ui, view, intents);
    heading(ui, "Composed in one go");
    let help =
        "How much the band decides at a time. Shorter answers you sooner, longer plans further.";
    let quanta = &view.choices.quanta;
    widgets::segments(ui, view.control(Control::Quantum), quanta, theme::accent(), help, intents);
    heading(ui, "Parts that answer do so after");
    let help = "When a part that answers replies: when you have been silent for a beat, or turn by turn, yours first.";
    let trades = &view.choices.trades;
    widgets::segments(ui, view.control(Control::Trade), trades, theme::accent(), help, intents);
    ui.add_space(4.0);
    ui.columns(4, |columns| {
        let row = [
            (
                Control::StyleStrength,
                "Style",
                "How much of the style: 100 % as its pieces are, more for what tells it from the others, less for what all music shares.",
            ),
            (Control::Density, "Density", "How many notes, against what is usual in the style."),
            (
                Control::Repetition,
                "Repetition",
                "How much the parts repeat what they played before, against what is usual in the style.",
            ),
            (Control::Memory, "Memory", "How much the band draws on what you have played."),
        ];
        dials(columns, row, view, intents);
    });
}

/// What is set less often.
fn more(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    chord(ui, view, intents);
    ui.add_space(4.0);
    ui.columns(4, |columns| {
        let row = [
            (Control::Feel, "Feel", "How much of your timing and dynamics the band takes over."),
            (
                Control::TimeTemperature,
                "Time",
                "Multiplies the temperature where rhythms are drawn.",
            ),
            (
                Control::PitchTemperature,
                "Pitch",
                "Multiplies the temperature where pitches are drawn.",
            ),
            (
                Control::MinP,
                "Min-p",
                "Never draw what is less likely than this share of the likeliest. Higher is tidier.",
            ),
        ];
        dials(columns, row, view, intents);
    });
    heading(ui, "Listen before joining");
    let help = "How many bars the band listens to you, from the start of the transport, before it first plays.";
    let names = &view.choices.count_ins;
    widgets::segments(ui, view.control(Control::CountIn), names, theme::accent(), help, intents);
    heading(
        ui,
        match view.clock.driver {
            Driver::Host => "When the host's loop comes round",
            Driver::Window => "When you return while it plays",
        },
    );
    let help = "Repeat: the same notes again, as far as you play the same. Go on: something new each time, out of what was played.";
    let names = &view.choices.loopings;
    widgets::segments(ui, view.control(Control::Looping), names, theme::accent(), help, intents);
    ui.add_space(4.0);
}

/// What is set once.
fn advanced(ui: &mut Ui, memory: &mut Memory) {
    CollapsingHeader::new(RichText::new("Advanced").font(theme::font(12.0))).show(ui, |ui| {
        ui.horizontal(|ui| {
            ui.label(RichText::new("Window").font(theme::font(11.5)).color(theme::quiet()));
            for (tone, name) in [(Tone::Dark, "Dark"), (Tone::Light, "Light")] {
                let help = "How the window looks, in every song.";
                let chosen = ui.selectable_label(memory.tone == tone, name).on_hover_text(help);
                if chosen.clicked() {
                    memory.tone = tone;
                }
                chosen.accessible_name(format!("{name} window"));
            }
        });
        if ui.button("Show the first steps").clicked() {
            memory.first_step = Some(0);
        }
    });
}

/// A row of small dials, one a column.
fn dials<const N: usize>(
    columns: &mut [Ui],
    row: [(Control, &str, &str); N],
    view: &View<'_>,
    intents: &mut Vec<Intent>,
) {
    for (column, (control, label, help)) in columns.iter_mut().zip(row) {
        column.vertical_centered(|ui| {
            let control = view.control(control);
            widgets::dial(ui, control, label, 44.0, theme::accent(), help, intents);
        });
    }
}

fn style(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    ui.horizontal(|ui| {
        ui.spacing_mut().interact_size.y = 18.0;
        ui.label(RichText::new("Style").font(theme::font(11.5)).color(theme::quiet()));
        custom(ui, view);
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            let text = RichText::new("Pad").font(theme::font(11.5));
            let pad = ui.selectable_label(memory.style_pad, text);
            let pad = pad.on_hover_text("All styles on a pad: drag between them to blend two.");
            if pad.clicked() {
                memory.style_pad = !memory.style_pad;
            }
            pad.accessible_name("Open the style pad");
        });
    });
    let styles = &view.choices.styles;
    for (sign, control) in [("A", Control::StyleA), ("B", Control::StyleB)] {
        ui.horizontal(|ui| {
            ui.label(RichText::new(sign).color(theme::quiet()));
            let help = "A style that the band knows. The slider below leans from A to B.";
            widgets::choice_by_name(ui, view.control(control), styles, help, intents);
        });
    }
    ui.horizontal(|ui| {
        ui.label(RichText::new("A").color(theme::quiet()));
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            ui.label(RichText::new("B").color(theme::quiet()));
            let help = "How far to lean from style A to style B.";
            widgets::slider(ui, view.control(Control::Lean), help, intents);
        });
    });
}

/// What pieces of the style usually go in: neither a style nor a preset sets that. Brighter where the bars are of another length now.
fn custom(ui: &mut Ui, view: &View<'_>) {
    let second = view.control(Control::Lean).value > 0.5;
    let style = view.control(if second { Control::StyleB } else { Control::StyleA });
    let Some(custom) = view.choices.customs.get(style.index()) else { return };
    let signature = format!("{}/{}", custom.meter.count(), custom.meter.unit());
    let tempo = custom.tempo_bpm;
    let differs = custom.meter.bar() != view.clock.bar_length;
    let color = if differs { theme::text() } else { theme::quiet() };
    let now = match view.clock.driver {
        Driver::Host => "Your host sets time signature and tempo",
        Driver::Window => "You set time signature and tempo in the header",
    };
    let other = match differs {
        true => {
            " Its bars are of another length now: the band plays in them, but less like itself."
        }
        false => "",
    };
    let help = format!(
        "Pieces in {} are most often in {signature}, and at {tempo:.0} bpm. {now}; styles and presets leave them alone.{other}",
        style.text
    );
    let text = format!("usually {signature}, {tempo:.0} bpm");
    ui.label(RichText::new(text).font(theme::font(11.5)).color(color)).on_hover_text(help);
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
            .desired_width(ui.available_width() - 90.0);
        let free = !view.seed_locked;
        let response = ui
            .add_enabled(free, field)
            .on_hover_text(
                "The number that everything grows from: the same seed with the same settings and the same playing gives the same music.",
            )
            .on_disabled_hover_text(widgets::LOCKED);
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
        let help = "Keep this seed: while it is locked the die, a typed number, MIDI files and takes change neither its number nor its phrase.";
        if widgets::lock(ui, view.seed_locked, help).clicked() {
            memory.seed_text = None;
            intents.push(Intent::LockSeed(free));
        }
        let help = "Another seed. Nothing else changes.";
        let die = ui.add_enabled_ui(free, |ui| widgets::die(ui, help)).inner;
        if die.clicked() {
            memory.seed_text = None;
            intents.push(Intent::RollDie);
        }
    });
}

/// What the band has heard before it begins.
fn phrase(ui: &mut Ui, view: &View<'_>, memory: &mut Memory, intents: &mut Vec<Intent>) {
    let free = !view.seed_locked;
    ui.horizontal(|ui| {
        let load = ui.add_enabled(free, Button::new("Load MIDI…")).on_hover_text(
            "Take the tune of a MIDI file as the seed phrase: what the band has heard before its first note. Shift: type its path.",
        );
        if load.on_disabled_hover_text(widgets::LOCKED).clicked() {
            path_ui::browse(ui, FileWish::Phrase, memory, intents);
        }
        if view.phrase_notes > 0 {
            let text = format!("{} notes ×", view.phrase_notes);
            let help = "Notes of the seed phrase. Press to start from no phrase.";
            let clear = ui.add_enabled(free, Button::new(text)).on_hover_text(help);
            let clear = clear.on_disabled_hover_text(widgets::LOCKED);
            if clear.clicked() {
                intents.push(Intent::ClearPhrase);
            }
            clear.accessible_name("Clear the seed phrase");
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
        widgets::switch(ui, control, "Lock", vec2(54.0, 24.0), theme::accent(), help, intents);
    });
}

/// A root, and what stands on it.
fn chord(ui: &mut Ui, view: &View<'_>, intents: &mut Vec<Intent>) {
    heading(ui, "Chord");
    let control = view.control(Control::Chord);
    let wish = ChordWish::from_index(control.index()).unwrap_or_default();
    let chord = match wish {
        ChordWish::Open | ChordWish::Player => None,
        ChordWish::Chord(chord) => Some(chord),
    };
    let quality = chord.map_or(ChordQuality::Major, Chord::quality);
    let of = |root: usize, quality| {
        let chord = u8::try_from(root).ok().and_then(|root| Chord::new(root, quality));
        chord.map_or(0, |chord| ChordWish::Chord(chord).index())
    };
    // What is not a root, then a major chord for each, whose name is the root's.
    let named = |index: usize| view.choices.chords.get(index).cloned().unwrap_or_default();
    let majors = (0..12).map(|root| named(of(root, ChordQuality::Major)));
    let roots: Vec<String> = [named(0), named(1)].into_iter().chain(majors).collect();
    let chosen = chord.map_or(control.index(), |chord| 2 + usize::from(chord.root()));
    let mut change = |index: usize| {
        intents.push(Intent::Change(control.control, control.share(index)));
    };
    ui.columns(2, |columns| {
        let help = "The root of the chord that the band plays in. Open: a chord of its own. As I play: yours, as heard before each window, until you play no chord for two beats.";
        let text = roots.get(chosen).map_or("", String::as_str);
        let list = widgets::List { name: &control.name, text, choices: &roots, chosen, help };
        match list.show(&mut columns[0]) {
            Some(index @ (0 | 1)) => change(index),
            Some(root) => change(of(root - 2, quality)),
            None => {}
        }
        columns[1].add_enabled_ui(chord.is_some(), |ui| {
            let help = "What stands on the root: choose a root first.";
            let chosen = quality as usize;
            let text = if chord.is_some() { QUALITIES[chosen] } else { "–" };
            let choices = QUALITIES.map(String::from);
            let name = "Quality of the chord";
            let list = widgets::List { name, text, choices: &choices, chosen, help };
            if let (Some(index), Some(chord)) = (list.show(ui), chord) {
                change(of(chord.root().into(), ChordQuality::ALL[index]));
            }
        });
    });
}

/// In the order of `ChordQuality::ALL`.
const QUALITIES: [&str; ChordQuality::COUNT] =
    ["major", "minor", "diminished", "augmented", "sus4", "7", "major 7", "minor 7"];

fn heading(ui: &mut Ui, text: &str) {
    ui.add_space(2.0);
    ui.label(RichText::new(text).font(theme::font(11.5)).color(theme::quiet()));
}
