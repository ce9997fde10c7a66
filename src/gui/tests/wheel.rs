//! The wheel turns what was under the pointer when it began to turn, and never moves a knob that a scroll brings by.

use egui::{Event, Modifiers, MouseWheelUnit, PointerButton, pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window};
use crate::gui::{Intent, Mixer};
use crate::params::Control;

fn turn(window: &mut Harness<'static, Desk>, up: f32) {
    window.event(Event::MouseWheel {
        unit: MouseWheelUnit::Line,
        delta: vec2(0.0, up),
        phase: egui::TouchPhase::Move,
        source: egui::MouseWheelSource::Wheel,
        modifiers: Modifiers::NONE,
    });
    window.run_steps(1);
}

fn hover(window: &mut Harness<'static, Desk>, name: &str) {
    let at = window.get_by_label(name).rect().center();
    window.hover_at(at);
    window.run_steps(2);
}

/// What the wheel's turns came to, gestures apart.
fn intents(window: &mut Harness<'static, Desk>) -> Vec<Intent> {
    let intents = std::mem::take(&mut window.state_mut().intents);
    intents.into_iter().filter(|it| matches!(it, Intent::Change(..))).collect()
}

#[test]
fn it_turns_what_is_under_the_pointer_where_nothing_scrolls() {
    let mut window = window(Mixer::Shown);
    window.run();
    hover(&mut window, "Part 1 register");
    turn(&mut window, 1.0);
    assert_eq!(intents(&mut window), [Intent::Change(Control::Register(0), 25.0 / 48.0)]);
}

#[test]
fn a_tempo_goes_by_whole_beats_a_minute() {
    let mut window = window(Mixer::Shown);
    window.run();
    hover(&mut window, "Free-run tempo");
    let share = |bpm: f32| (bpm - 20.0) / 380.0;
    for (from, up, to) in
        [(120.0, 1.0, 121.0), (96.5, 1.0, 97.0), (96.5, -1.0, 96.0), (120.0, -2.0, 118.0)]
    {
        window.state_mut().controls[Control::FreeTempo.place()].value = share(from);
        window.run_steps(30); // the wheel has come to rest
        turn(&mut window, up);
        let [Intent::Change(Control::FreeTempo, value)] = intents(&mut window)[..] else {
            panic!()
        };
        assert!((value - share(to)).abs() < 1e-5, "{from} {up} {}", 20.0 + 380.0 * value);
    }
}

#[test]
fn a_panel_that_scrolls_is_scrolled_whatever_is_under_the_pointer() {
    let mut window = window(Mixer::Shown);
    window.run();
    let before = window.get_by_label("Density").rect();
    hover(&mut window, "Temperature");
    for _ in 0..12 {
        turn(&mut window, -1.0);
    }
    window.run_steps(30);
    assert_eq!(intents(&mut window), [], "no knob moves");
    let after = window.get_by_label("Density").rect();
    assert!(after.top() < before.top() - 40.0, "{before} {after}");
}

#[test]
fn a_knob_that_was_pressed_takes_the_wheel_until_the_pointer_leaves() {
    let mut window = window(Mixer::Shown);
    window.run();
    hover(&mut window, "Density");
    let pos = window.get_by_label("Density").rect().center();
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
        window.run_steps(2);
    }
    turn(&mut window, 1.0);
    window.run_steps(30);
    assert_eq!(intents(&mut window), [Intent::Change(Control::Density, 0.52)]);
    assert_eq!(window.get_by_label("Density").rect().center(), pos, "nothing is scrolled");
    window.hover_at(pos2(600.0, 200.0));
    window.run_steps(2);
    hover(&mut window, "Density");
    turn(&mut window, 1.0);
    assert_eq!(intents(&mut window), []);
}

#[test]
fn a_turn_that_began_elsewhere_does_not_move_what_it_comes_to() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.hover_at(pos2(600.0, 200.0));
    window.run_steps(2);
    turn(&mut window, -1.0);
    hover(&mut window, "Part 1 register");
    turn(&mut window, -1.0);
    assert_eq!(intents(&mut window), []);
    window.run_steps(30);
    turn(&mut window, -1.0);
    assert_eq!(intents(&mut window), [Intent::Change(Control::Register(0), 23.0 / 48.0)]);
}

#[test]
fn what_is_hidden_is_told_and_brought_by_a_press() {
    let mut window = window(Mixer::Shown);
    window.run();
    let hidden = |window: &Harness<'static, Desk>| window.get_by_label("Count-in: None").rect();
    assert!(hidden(&window).top() > 660.0);
    assert!(window.query_by_label("More controls above").is_none());
    window.get_by_label("More controls below").click();
    window.run_steps(6);
    assert!(hidden(&window).bottom() < 660.0, "{}", hidden(&window));
    assert!(window.query_by_label("More controls above").is_some());
    assert!(window.query_by_label("More controls below").is_none());
}
