//! Every control is found by its accessible name, and moved.

use egui::accesskit::Role;
use egui::{Event, Modifiers, PointerButton};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};

use super::{Desk, window};
use crate::gui::{Intent, Mixer};
use crate::params::Control;
use crate::score::Part;

/// Those without the menu of the right click: the host's own switch, what is moved by hand in tests of its own, and buttons that have no value.
const WITHOUT: [Control; 5] =
    [Control::Bypass, Control::Seed, Control::Chord, Control::NextPreset, Control::PreviousPreset];

/// What has this name and is moved, or else the first of its values, which are named `values`.
fn named<'a>(window: &'a Harness<'static, Desk>, name: &'a str, values: &'a str) -> Node<'a> {
    let is_moved = |role| role != Role::Label && role != Role::TextInput;
    let mut whole = window.query_all_by_label(name);
    let whole = whole.rfind(|it| is_moved(it.accesskit_node().role()));
    let found = whole.or_else(|| window.query_all_by_label_contains(values).next());
    found.unwrap_or_else(|| panic!("{name} is not in the window"))
}

/// Open the menu of the right click.
fn open_menu(window: &mut Harness<'static, Desk>, name: &str) {
    let values = format!("{name}: ");
    named(window, name, &values).scroll_to_me();
    window.run_steps(10);
    let pos = named(window, name, &values).rect().center();
    window.hover_at(pos);
    window.run_steps(1);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(3);
}

#[test]
fn every_control_is_found_by_its_name_and_moved() {
    for control in Control::all().filter(|it| !WITHOUT.contains(it)) {
        let mut window = window(Mixer::Shown);
        // A part shows what it follows with where it follows.
        for part in 0..Part::BAND_SIZE {
            window.state_mut().controls[Control::Mode(part).place()].value = 1.0;
        }
        // The map lies over the roll while it is open, and has the places of the parts.
        let on_map =
            |part| [Control::TimbreMap(part), Control::TimbreX(part), Control::TimbreY(part)];
        if (0..Part::BAND_SIZE).any(|part| on_map(part).contains(&control)) {
            window.state_mut().memory.timbre_map = true;
        }
        window.run();
        let view = &window.state().controls[control.place()];
        let (name, default) = (view.name.clone(), view.default);
        open_menu(&mut window, &name);
        assert!(window.query_by_label("Reset to the default").is_some(), "{name} has no menu");
        window.get_by_label("Reset to the default").click();
        window.run_steps(3);
        let moved = Intent::Change(control, default);
        assert_eq!(window.state().intents, [moved], "{name}");
    }
}
