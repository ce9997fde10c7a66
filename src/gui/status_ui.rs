//! The status line: quiet unless something is wrong.

use egui::{Align, Label, Layout, RichText, Ui};

use super::news_ui::stretches;
use super::{DevicesView, Intent, Learned, Memory, View, Weight, theme};
use crate::engine::link::{Foreseen, Priority};

pub(super) fn draw(ui: &mut Ui, view: &View<'_>, memory: &Memory, intents: &mut Vec<Intent>) {
    let status = view.status;
    ui.horizontal_centered(|ui| {
        ui.spacing_mut().item_spacing.x = 18.0;
        if status.backend.is_empty() {
            quiet(ui, "Opening the pack…", "The model is being read and checked.");
        } else {
            let text = format!("Pack {} on {}", status.pack, status.backend);
            quiet(ui, &text, "The model that improvises, and what runs it.");
            let text = format!("{:.2} ms a note", status.note_millis);
            let help = format!("How long the model thinks about one note. {}", standing(status.priority));
            quiet(ui, &text, help.trim_end());
            let text = format!("load {:.0} %", status.load * 100.0);
            quiet(ui, &text, "Share of the time that there is for a block of sound.");
            foreseen(ui, status.foreseen);
            let mut help = String::from("What the band composes in one go is a stretch. These were not composed in time, and were rested. A longer stretch, below the key, or a faster machine helps.");
            if status.priority == Priority::Ordinary {
                help = format!("{help} {}", standing(status.priority));
            }
            count(ui, status.late_windows, "rested", &help);
            if status.late_revisions > 0 {
                let help = "Stretches that were played as first composed, since what you did just before them came too late to heed.";
                count(ui, status.late_revisions, "did not heed you", help);
            }
            if status.lost > 0 {
                let text = match status.lost {
                    1 => String::from("1 note lost"),
                    lost => format!("{lost} notes lost"),
                };
                warn(ui, &text, "Notes that found no room.");
            }
        }
        if let Some(devices) = &status.devices {
            self::devices(ui, devices);
        }
        ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
            if learning(ui, view) {
                intents.push(Intent::Learn(None));
            }
            // Until it is put away it stands over the roll.
            let notice = status.notices.last().filter(|it| memory.news.is_put_away(&it.text));
            if let Some(notice) = notice {
                let color = match notice.weight {
                    Weight::Trouble => theme::warning(),
                    Weight::Told => theme::quiet(),
                };
                let text = RichText::new(&notice.text).font(theme::font(12.0)).color(color);
                let all: Vec<&str> = status.notices.iter().map(|it| it.text.as_str()).collect();
                ui.add(Label::new(text).truncate()).on_hover_text(all.join("\n"));
            }
        });
    });
}

/// What a musician can know of the composer's thread, and do about it.
fn standing(priority: Priority) -> &'static str {
    match priority {
        Priority::Unknown => "",
        Priority::Raised => "It goes before the computer's ordinary work.",
        Priority::Ordinary => {
            "It has no priority over the computer's other work: the system allows none. The README says how Linux can be told to."
        }
    }
}

/// What is connected, without a host.
fn devices(ui: &mut Ui, devices: &DevicesView) {
    let help = "What you hear the band through: device, frames a second and frames a block. `antiphon-jam --list` names what there is.";
    match &devices.trouble {
        Some(trouble) => warn(ui, &devices.audio, trouble),
        None => quiet(ui, &devices.audio, help),
    }
    match &devices.midi_input {
        Some(name) => {
            quiet(ui, &format!("you play {name}"), "The MIDI input that you are heard on.")
        }
        None => {
            let help = "No keyboard is connected, so the band hears nothing of you. Close the window and start antiphon-jam with --midi-in NAME; antiphon-jam --list names what there is.";
            quiet(ui, "no keyboard: start with --midi-in NAME, see --list", help);
        }
    }
    if let Some(name) = &devices.midi_output {
        quiet(
            ui,
            &format!("notes to {name}"),
            "The MIDI output that the band's notes go to as well.",
        );
    }
}

/// What waits for a MIDI controller, as long as it does. Whether it shall wait no longer.
fn learning(ui: &mut Ui, view: &View<'_>) -> bool {
    let waits = view.controls.iter().find(|it| it.learned == Learned::Waiting);
    let Some(control) = waits else { return false };
    let button = ui.small_button("Cancel").on_hover_text("Learn no MIDI controller.");
    let cancelled = button.clicked();
    button.accessible_name("Cancel learning");
    let text = format!("{}: move a MIDI controller…", control.name);
    ui.label(RichText::new(text).font(theme::font(12.0)).color(theme::accent()));
    cancelled
}

/// Beside it what a guess would have right that needs no model; nothing before there is enough to count.
fn foreseen(ui: &mut Ui, foreseen: Foreseen) {
    const ENOUGH: u32 = 12;
    let Foreseen { notes, expected, repeated } = foreseen;
    if notes < ENOUGH {
        return;
    }
    let share = |count: u32| f64::from(count) / f64::from(notes) * 100.0;
    let text = format!("foresees {:.0} % of you", share(expected));
    let help = format!(
        "Of your last {notes} notes, those that the band expected: the note's name, less than a beat away. To guess the same note again each time would be right in {:.0} %.",
        share(repeated)
    );
    quiet(ui, &text, &help);
}

fn quiet(ui: &mut Ui, text: &str, help: &str) {
    let text = RichText::new(text).font(theme::font(12.0)).color(theme::quiet());
    ui.label(text).on_hover_text(help);
}

fn count(ui: &mut Ui, count: u32, what: &str, help: &str) {
    if count == 0 {
        quiet(ui, &format!("nothing {what}"), help);
    } else {
        warn(ui, &format!("{} {what}", stretches(count)), help);
    }
}

fn warn(ui: &mut Ui, text: &str, help: &str) {
    let text = RichText::new(text).font(theme::font(12.0)).color(theme::warning());
    ui.label(text).on_hover_text(help);
}
