//! The window without a host: it moves time itself, and says so.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, Driver, window, window_of};
use crate::gui::{DevicesView, Intent, Mixer, TransportAct};
use crate::params::Control;
use crate::score::Meter;

fn alone() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    window.state_mut().clock.driver = Driver::Window;
    window.run();
    window
}

fn acts(window: &mut Harness<'static, Desk>) -> Vec<TransportAct> {
    let intents = std::mem::take(&mut window.state_mut().intents);
    let act = |intent| match intent {
        Intent::Transport(act) => act,
        other => panic!("{other:?}"),
    };
    intents.into_iter().map(act).collect()
}

#[test]
fn play_stop_and_return_are_in_the_header_and_on_the_keyboard() {
    let mut window = alone();
    let press = |window: &mut Harness<'static, Desk>, name: &str| {
        window.get_by_label(name).click();
        window.run_steps(3);
        acts(window)
    };
    assert_eq!(press(&mut window, "Play the transport"), [TransportAct::Play]);
    assert_eq!(press(&mut window, "Return to the beginning"), [TransportAct::Return]);
    // It may stand for a moment before it plays.
    window.state_mut().clock.is_asked_to_play = true;
    window.run_steps(2);
    assert_eq!(press(&mut window, "Stop the transport"), [TransportAct::Stop]);
    window.key_press(Key::Space);
    window.run_steps(2);
    assert_eq!(acts(&mut window), [TransportAct::Stop]);
    window.state_mut().clock.is_asked_to_play = false;
    for (key, act) in [(Key::Space, TransportAct::Play), (Key::Home, TransportAct::Return)] {
        window.key_press(key);
        window.run_steps(2);
        assert_eq!(acts(&mut window), [act]);
    }
}

/// The bar goes down, or up, in the next frame.
fn bar(window: &mut Harness<'static, Desk>, pressed: bool, modifiers: Modifiers) {
    let (key, physical_key) = (Key::Space, None);
    window.event(Event::Key { key, physical_key, pressed, repeat: false, modifiers });
}

#[test]
fn a_bar_that_is_held_counts_once() {
    for focused in [false, true] {
        let mut window = alone();
        if focused {
            window.get_by_label("Play the transport").focus();
            window.run_steps(2);
        }
        let none = Modifiers::NONE;
        bar(&mut window, true, none);
        window.run_steps(1);
        assert_eq!(acts(&mut window), [TransportAct::Play], "focused: {focused}");
        for _ in 0..20 {
            bar(&mut window, true, none);
            window.run_steps(1);
        }
        // X11 tells of each repetition as if the key were let go and pressed, in one frame or in two.
        bar(&mut window, false, none);
        bar(&mut window, true, none);
        window.run_steps(1);
        bar(&mut window, false, none);
        window.run_steps(1);
        bar(&mut window, true, none);
        window.run_steps(1);
        assert_eq!(acts(&mut window), [], "focused: {focused}");
        bar(&mut window, false, none);
        window.run_steps(4);
        bar(&mut window, true, none);
        window.run_steps(1);
        assert_eq!(acts(&mut window), [TransportAct::Play], "focused: {focused}");
    }
}

#[test]
fn a_bar_with_another_key_is_not_the_transport_s() {
    for modifiers in [Modifiers::SHIFT, Modifiers::ALT, Modifiers::COMMAND] {
        let mut window = alone();
        bar(&mut window, true, modifiers);
        window.run_steps(2);
        bar(&mut window, false, modifiers);
        window.run_steps(2);
        assert_eq!(acts(&mut window), [], "{modifiers:?}");
    }
}

#[test]
fn the_bar_is_the_transport_s_wherever_the_keyboard_is_and_buttons_are_pressed_by_enter() {
    for (driver, acted) in [(Driver::Window, vec![TransportAct::Play]), (Driver::Host, vec![])] {
        let mut window = alone();
        window.state_mut().clock.driver = driver;
        window.run();
        window.get_by_label("Part 1 mute").focus();
        window.run_steps(2);
        window.key_press(Key::Space);
        window.run_steps(2);
        assert_eq!(acts(&mut window), acted, "{driver:?}");
        window.key_press(Key::Enter);
        window.run_steps(2);
        assert_eq!(window.state().intents, [Intent::Change(Control::Mute(0), 1.0)], "{driver:?}");
    }
}

#[test]
fn a_space_that_is_typed_is_a_space() {
    let mut window = alone();
    window.get_by_role_and_label(Role::TextInput, "Seed").click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::NONE, Key::Space);
    window.event(Event::Text(String::from(" ")));
    window.run_steps(2);
    assert_eq!(window.state().intents, []);
}

#[test]
fn what_it_says_is_of_no_host() {
    let mut window = alone();
    assert!(window.query_by_label("Free run").is_none(), "its clock is the transport's");
    let tempo = window.get_by_label("Tempo").rect();
    assert!(tempo.left() > window.get_by_label("Play the transport").rect().right());
    window.state_mut().memory.first_step = Some(0);
    window.run_steps(3);
    assert!(window.query_by_label_contains("space bar, or play").is_some());
    assert!(window.query_by_label_contains("your host").is_none());
    window.state_mut().clock.driver = Driver::Host;
    window.run_steps(3);
    assert!(window.query_by_label("Press play in your host").is_some());
    assert!(window.query_by_label("Play the transport").is_none(), "the host's rules");
    assert!(window.query_by_label("Free run").is_some());
    assert_eq!(window.state().controls[Control::FreeRun.place()].name, "Free run");
}

#[test]
fn the_header_has_room_for_it_at_the_smallest_size() {
    let mut window = window_of(Mixer::Shown, vec2(1000.0, 680.0));
    window.state_mut().clock.driver = Driver::Window;
    window.run();
    let rect = |label: &str| window.get_by_label(label).rect();
    let row = ["Return to the beginning", "Play the transport", "Tempo", "Tap", "Previous preset"];
    for pair in row.windows(2) {
        assert!(rect(pair[0]).right() <= rect(pair[1]).left(), "{pair:?}");
    }
}

#[test]
fn the_time_signature_is_shown_and_changed_while_it_stands() {
    let mut window = alone();
    window.state_mut().clock.meter = Meter::new(7, 8).unwrap();
    window.run_steps(2);
    window.get_by_label("Time signature 7/8").click();
    window.run_steps(3);
    window.get_by_label("5/4").click();
    window.run_steps(3);
    let five = TransportAct::Meter(Meter::new(5, 4).unwrap());
    assert_eq!(acts(&mut window), [five]);
    window.state_mut().clock.is_asked_to_play = true;
    window.run_steps(2);
    window.get_by_label("Time signature 7/8").click();
    window.run_steps(3);
    assert!(window.query_by_label("5/4").is_none(), "it plays");
}

#[test]
fn what_is_connected_is_said_without_a_host_alone() {
    let mut window = alone();
    let no_keyboard = "no keyboard: start with --midi-in NAME, see --list";
    assert!(window.query_by_label(no_keyboard).is_none());
    let audio = String::from("Speakers, 48 kHz, 256 frames");
    window.state_mut().status.devices = Some(DevicesView { audio, ..DevicesView::default() });
    window.run_steps(2);
    assert!(window.query_by_label("Speakers, 48 kHz, 256 frames").is_some());
    assert!(window.query_by_label(no_keyboard).is_some());
    let keys = Some(String::from("My keys"));
    window.state_mut().status.devices.as_mut().unwrap().midi_input = keys;
    window.run_steps(2);
    assert!(window.query_by_label("you play My keys").is_some());
}
