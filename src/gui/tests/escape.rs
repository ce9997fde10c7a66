//! Escape closes what is open, the innermost first, and one thing at a time.

use egui::accesskit::Role;
use egui::{Event, Key, PointerButton};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, FileWish, window};
use crate::gui::{Intent, Learned, Mixer, Side};
use crate::params::Control;

fn escape(window: &mut Harness<'static, Desk>) {
    window.key_press(Key::Escape);
    window.run_steps(3);
}

#[test]
fn a_question_goes_before_a_card_and_a_card_before_a_drawer() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.opened = Some(Side::Takes);
    window.state_mut().memory.timbre_map = true;
    window.state_mut().memory.style_pad = true;
    window.state_mut().memory.ask_by_path(&FileWish::Phrase, None);
    window.run_steps(4);
    let open = |window: &Harness<'static, Desk>| {
        let memory = &window.state().memory;
        let asks = window.query_by_label("Path of a MIDI file").is_some();
        [asks, memory.style_pad, memory.timbre_map, memory.opened.is_some()]
    };
    assert_eq!(open(&window), [true; 4]);
    for closed in 1..=4 {
        escape(&mut window);
        let expected: [bool; 4] = std::array::from_fn(|it| it >= closed);
        assert_eq!(open(&window), expected, "after {closed}");
    }
    escape(&mut window);
    assert_eq!(window.state().intents, []);
}

#[test]
fn a_text_that_is_typed_and_a_list_end_first() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.opened = Some(Side::Takes);
    window.run_steps(3);
    window.get_by_role_and_label(Role::TextInput, "Search takes").click();
    window.run_steps(2);
    escape(&mut window);
    assert_eq!(window.state().memory.opened, Some(Side::Takes), "the field is left");
    window.get_by_label("Style A").click();
    window.run_steps(3);
    assert!(window.query_by_label("Ragtime").is_some());
    escape(&mut window);
    assert!(window.query_by_label("Ragtime").is_none(), "the list is closed");
    assert_eq!(window.state().memory.opened, Some(Side::Takes));
    escape(&mut window);
    assert_eq!(window.state().memory.opened, None);
}

#[test]
fn learning_says_that_nothing_came_and_is_given_up() {
    let learning = || {
        let mut window = window(Mixer::Shown);
        window.state_mut().controls[Control::Density.place()].learned = Learned::Waiting;
        window.run_steps(3);
        let pos = window.get_by_label("Density").rect().center();
        window.hover_at(pos);
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Secondary, egui::Modifiers::NONE);
            window.event(Event::PointerButton { pos, button, pressed, modifiers });
        }
        window.run_steps(3);
        window
    };
    let mut window = learning();
    assert!(window.query_by_label_contains("Nothing has arrived").is_none(), "not at once");
    window.run_steps(210); // more than four seconds
    assert!(window.query_by_label_contains("Nothing has arrived").is_some());
    escape(&mut window);
    assert_eq!(window.state().intents, [Intent::Learn(None)]);
    let mut window = learning();
    window.get_by_label("Cancel learning").click(); // in the status line, whether the menu is open or not
    window.run_steps(3);
    assert_eq!(window.state().intents, [Intent::Learn(None)]);
}
