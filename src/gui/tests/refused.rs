//! What was answered and is of no use is asked again, as it was typed, with what was wrong.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, FileWish, window};
use crate::gui::preset_questions::PresetQuestion;
use crate::gui::{Intent, MemoryAct, Mixer};
use crate::params::Control;

/// The answer to the small window that is open, as it is sent.
fn answer(window: &mut Harness<'static, Desk>, text: &str, yes: &str) -> Vec<Intent> {
    window.event(Event::Text(String::from(text)));
    window.run_steps(2);
    window.get_by_label(yes).click();
    window.run_steps(3);
    std::mem::take(&mut window.state_mut().intents)
}

fn value(window: &Harness<'static, Desk>, field: &str) -> String {
    window.get_by_role_and_label(Role::TextInput, field).value().unwrap_or_default()
}

#[test]
fn a_file_that_is_not_there_leaves_the_window_open_with_its_path() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.ask_by_path(&FileWish::Phrase, None);
    window.run_steps(4);
    let intents = answer(&mut window, "/music/tnue.mid", "Load");
    assert!(matches!(&intents[..], [Intent::LoadPhrase(_)]) && intents[0].is_answer());
    let fault = String::from("read /music/tnue.mid: no such file");
    assert_eq!(window.state_mut().memory.answered(Err(fault)), Ok(()), "it is told there");
    window.run_steps(4);
    assert_eq!(value(&window, "Path of a MIDI file"), "/music/tnue.mid");
    assert!(window.query_by_label("read /music/tnue.mid: no such file").is_some());
    window.get_by_label("Load").click();
    window.run_steps(3);
    assert_eq!(window.state_mut().memory.answered(Ok(())), Ok(()));
    window.run_steps(3);
    assert!(window.query_by_label("Path of a MIDI file").is_none());
    let late = Err(String::from("of something else"));
    assert_eq!(window.state_mut().memory.answered(late.clone()), late, "nothing was asked");
}

#[test]
fn bars_and_tracks_that_are_none_are_refused_before_anything_is_loaded() {
    for (field, text, fault) in [
        ("Bars", "8-5", "bars “8-5”: give the first and the last, such as 5-8"),
        ("Bars", "all", "bars “all”"),
        ("Track", "one", "track “one”: give a number such as 2"),
        ("Track", "0", "track “0”"),
    ] {
        let mut window = window(Mixer::Shown);
        let mut intents = Vec::new();
        window.state_mut().memory.chosen(&FileWish::Phrase, "a.mid".into(), &mut intents);
        window.run_steps(4);
        window.get_by_role_and_label(Role::TextInput, field).click();
        window.run_steps(2);
        assert_eq!(answer(&mut window, text, "Load"), [], "{text}");
        assert!(window.query_by_label_contains(fault).is_some(), "{text}");
        assert_eq!(value(&window, field), text);
    }
}

#[test]
fn a_memory_and_a_preset_are_asked_for_again_too() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.ask_by_path(&FileWish::LoadMemory, None);
    window.run_steps(4);
    let intents = answer(&mut window, "/music/none", "Load");
    assert_eq!(intents, [Intent::Memory(MemoryAct::Load("/music/none".into()))]);
    let fault = String::from("there is none");
    assert_eq!(window.state_mut().memory.answered(Err(fault.clone())), Ok(()));
    window.run_steps(4);
    assert_eq!(value(&window, "Path of a memory"), "/music/none");
    window.key_press(Key::Escape);
    window.run_steps(3);
    window.state_mut().memory.preset_asked = Some(PresetQuestion::Keep(String::new()));
    window.run_steps(4);
    assert_eq!(answer(&mut window, "Ev/ening", "Keep").len(), 1);
    assert_eq!(window.state_mut().memory.answered(Err(fault)), Ok(()));
    window.run_steps(4);
    assert_eq!(value(&window, "Name of the preset"), "Ev/ening");
    assert!(window.query_by_label("there is none").is_some());
}

#[test]
fn a_value_that_is_not_understood_stays_with_what_would_be() {
    let mut window = window(Mixer::Shown);
    window.run();
    let pos = window.get_by_label("Density").rect().center();
    window.hover_at(pos);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(3);
    window.event(Event::Text(String::from("much")));
    window.run_steps(2);
    let place = Control::Density.place();
    window.state_mut().controls[place].misread = Some(String::from("Density is -2 to +2"));
    window.run_steps(2);
    assert!(window.query_by_label("Density is -2 to +2").is_none(), "of an earlier text");
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(window.query_by_label("Density is -2 to +2").is_some());
    assert_eq!(value(&window, "Value of Density"), "much");
    window.event(Event::Text(String::from("+1")));
    window.run_steps(3);
    assert!(window.query_by_label("Density is -2 to +2").is_none(), "another one is being typed");
    window.key_press(Key::Enter);
    window.run_steps(1);
    window.state_mut().controls[place].misread = None;
    window.run_steps(3);
    assert!(window.query_by_label("Value of Density").is_none(), "it was understood");
}

#[test]
fn a_value_that_is_understood_closes_its_menu() {
    let mut window = window(Mixer::Shown);
    window.run();
    let pos = window.get_by_label("Density").rect().center();
    window.hover_at(pos);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(3);
    window.event(Event::Text(String::from("much")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(3);
    assert!(window.query_by_label("Value of Density").is_none(), "it was understood");
    let typed = Intent::Type(Control::Density, String::from("much"));
    assert_eq!(window.state().intents, [typed]);
}
