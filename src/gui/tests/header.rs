//! The header by hand: presets, undo and redo.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window, window_of};
use crate::gui::{Custom, Intent, Mixer, PresetAct, PresetsView};
use crate::params::Control;
use crate::score::Meter;

fn with_presets() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    window.state_mut().presets = PresetsView {
        name: Some(String::from("Slow air")),
        is_modified: true,
        factory: ["Celtic session", "Slow air"].map(String::from).into(),
        own: vec![String::from("Evening")],
        undo: Some(String::from("Density")),
        redo: Some(String::from("Feel")),
        about: ["Celtic dance: Violin.", "Folk songs: Oboe.", "Ragtime: Tuba."]
            .map(String::from)
            .into(),
        ..PresetsView::default()
    };
    window.run();
    window
}

fn presses(names: &[&str]) -> Vec<Intent> {
    let mut window = with_presets();
    for name in names {
        window.get_by_label(name).click();
        window.run_steps(4);
    }
    std::mem::take(&mut window.state_mut().intents)
}

#[test]
fn presets_are_chosen_stepped_through_and_kept() {
    assert_eq!(presses(&["Next preset"]), [Intent::Preset(PresetAct::Next)]);
    assert_eq!(presses(&["Previous preset"]), [Intent::Preset(PresetAct::Previous)]);
    let load = |name| [Intent::Preset(PresetAct::Load(String::from(name)))];
    assert_eq!(presses(&["Preset", "Celtic session"]), load("Celtic session"));
    assert_eq!(presses(&["Preset", "Evening"]), load("Evening"));
    let mut window = with_presets();
    for name in ["Preset", "Keep as a preset…"] {
        window.get_by_label(name).click();
        window.run_steps(4);
    }
    window.get_by_role_and_label(Role::TextInput, "Name of the preset");
    window.event(Event::Text(String::from("Morning")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let kept = Intent::Preset(PresetAct::Save(String::from("Morning")));
    assert_eq!(window.state().intents, [kept]);
    assert!(window.query_by_label("Name of the preset").is_none());
}

/// Open the list of presets with `Evening`, one of her own, chosen and changed, and take this line of it.
fn with_own(line: &str) -> Harness<'static, Desk> {
    let mut window = with_presets();
    window.state_mut().presets.name = Some(String::from("Evening"));
    window.run();
    for name in ["Preset", line] {
        window.get_by_label(name).click();
        window.run_steps(5);
    }
    window
}

fn acts(window: &mut Harness<'static, Desk>) -> Vec<Intent> {
    std::mem::take(&mut window.state_mut().intents)
}

fn type_over(window: &mut Harness<'static, Desk>, text: &str) {
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(Event::Text(String::from(text)));
    window.run_steps(2);
}

#[test]
fn one_s_own_preset_is_replaced_renamed_and_deleted() {
    let evening = || String::from("Evening");
    let replaced = [Intent::Preset(PresetAct::Replace(evening()))];
    assert_eq!(acts(&mut with_own("Keep the changes in “Evening”")), replaced);
    // Under a name that is there the button says what it does.
    let mut window = with_own("Keep as a preset…");
    type_over(&mut window, "Even");
    assert!(window.query_by_label("Keep").is_some() && window.query_by_label("Replace").is_none());
    // In capitals or not, it is that name.
    type_over(&mut window, "evening");
    window.get_by_label("Replace").click();
    window.run_steps(3);
    assert_eq!(acts(&mut window), replaced);

    let mut window = with_own("Rename “Evening”…");
    type_over(&mut window, "Night");
    window.key_press(Key::Enter);
    window.run_steps(2);
    let (from, to) = (evening(), String::from("Night"));
    assert_eq!(acts(&mut window), [Intent::Preset(PresetAct::Rename { from, to })]);

    let mut window = with_own("Delete “Evening”…");
    assert_eq!(acts(&mut window), [], "it is asked first");
    window.get_by_label("Cancel").click();
    window.run_steps(3);
    assert!(acts(&mut window).is_empty() && window.query_by_label("Delete it").is_none());
    let mut window = with_own("Delete “Evening”…");
    window.get_by_label("Delete it").click();
    window.run_steps(3);
    assert_eq!(acts(&mut window), [Intent::Preset(PresetAct::Delete(evening()))]);
    assert!(window.query_by_label("Delete it").is_none());
}

#[test]
fn ours_are_not_renamed_or_deleted() {
    let mut window = with_presets();
    window.get_by_label("Preset").click();
    window.run_steps(4);
    for act in ["Rename", "Delete", "Keep the changes"] {
        assert!(window.query_by_label_contains(act).is_none(), "{act}");
    }
}

fn hover(window: &mut Harness<'static, Desk>, name: &str) {
    let at = window.get_by_label(name).rect().center();
    window.hover_at(at);
    window.run_steps(60); // the pointer rests
}

#[test]
fn a_preset_tells_what_it_is_and_what_it_leaves_alone() {
    let mut window = with_presets();
    hover(&mut window, "Preset");
    for text in ["Folk songs: Oboe.", "Tempo and time signature stay your host's"] {
        assert!(window.query_by_label_contains(text).is_some(), "{text}");
    }
    window.get_by_label("Preset").click();
    window.run_steps(5);
    hover(&mut window, "Evening");
    assert!(window.query_by_label_contains("Ragtime: Tuba.").is_some());
}

#[test]
fn a_name_that_no_preset_has_any_more_is_told_as_gone() {
    let mut window = with_presets();
    let shown =
        |window: &Harness<'static, Desk>| window.get_by_label("Preset").value().unwrap_or_default();
    assert_eq!(shown(&window), "Slow air •");
    let presets = &mut window.state_mut().presets;
    (presets.name, presets.is_gone) = (Some(String::from("Dusk")), true);
    window.run_steps(2);
    assert_eq!(shown(&window), "Dusk (gone)");
}

#[test]
fn a_style_says_what_it_usually_goes_in() {
    let mut window = window(Mixer::Shown);
    let custom =
        |count, unit, tempo_bpm| Custom { meter: Meter::new(count, unit).unwrap(), tempo_bpm };
    window.state_mut().choices.customs = vec![custom(6, 8, 132.0), custom(4, 4, 72.4)];
    window.run();
    hover(&mut window, "usually 6/8, 132 bpm");
    assert!(window.query_by_label_contains("Your host sets time signature and tempo").is_some());
    assert!(window.query_by_label_contains("of another length").is_some());
    for (control, value) in [(Control::StyleB, 1.0 / 63.0), (Control::Lean, 0.8)] {
        window.state_mut().controls[control.place()].value = value;
    }
    window.run_steps(2);
    hover(&mut window, "usually 4/4, 72 bpm");
    assert!(window.query_by_label_contains("of another length").is_none());
}

#[test]
fn the_list_of_presets_opens_where_the_chosen_one_is() {
    let mut window = with_presets();
    let presets = &mut window.state_mut().presets;
    presets.factory = (0..60).map(|it| format!("Ours {it}")).collect();
    for (chosen, seen, unseen) in
        [(Some("Ours 50"), "Ours 50", "Evening"), (None, "Evening", "Ours 50")]
    {
        window.state_mut().presets.name = chosen.map(String::from);
        window.run_steps(2);
        window.get_by_label("Preset").click();
        window.run_steps(8);
        let keep = window.get_by_label("Keep as a preset…").rect();
        let is_seen = |name: &str| {
            let rect = window.get_by_label(name).rect();
            (keep.bottom()..keep.bottom() + 440.0).contains(&rect.center().y)
        };
        assert!(is_seen(seen) && !is_seen(unseen), "{chosen:?}");
        assert!(keep.top() < 120.0, "to keep one stands above them");
        window.key_press(Key::Escape);
        window.run_steps(3);
        assert!(window.query_by_label("Keep as a preset…").is_none());
    }
}

#[test]
fn acts_are_taken_back_and_done_again() {
    assert_eq!(presses(&["Undo in the window"]), [Intent::Undo]);
    assert_eq!(presses(&["Redo in the window"]), [Intent::Redo]);
    let mut window = with_presets();
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    window.run_steps(2);
    assert_eq!(std::mem::take(&mut window.state_mut().intents), [Intent::Undo, Intent::Redo]);
    // Wherever the keyboard is: a control that was reached by Tab has no undo of its own.
    window.get_by_label("Temperature").focus();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(std::mem::take(&mut window.state_mut().intents), [Intent::Undo]);
    // A text that is being typed has one.
    window.get_by_role_and_label(Role::TextInput, "Seed").click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::Z);
    window.run_steps(2);
    assert_eq!(window.state().intents, []);
}

#[test]
fn the_header_has_room_at_the_smallest_size() {
    let mut window = window_of(Mixer::Shown, vec2(1000.0, 680.0));
    window.run();
    let rect = |label: &str| window.get_by_label(label).rect();
    let row = [
        rect("Tap"),
        rect("Previous preset"),
        rect("Preset"),
        rect("Next preset"),
        rect("Undo in the window"),
        rect("Redo in the window"),
        rect("Memory drawer"),
        rect("Takes"),
        rect("Master level"),
    ];
    for pair in row.windows(2) {
        assert!(pair[0].right() <= pair[1].left(), "{} {}", pair[0], pair[1]);
    }
    assert!(rect("Preset").width() >= 90.0, "{}", rect("Preset"));
}
