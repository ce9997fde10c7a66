//! The timbre map by hand.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Desk, window};
use crate::gui::{Intent, Mixer, TimbreDot, TimbresView, Usual};
use crate::params::Control;
use crate::score::{Family, MapPoint};

fn map() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    let dot = |title: &str, family, x, y| TimbreDot {
        title: String::from(title),
        family: Family::new(family).unwrap(),
        place: MapPoint::of_shares(x, y),
    };
    window.state_mut().timbres = TimbresView {
        dots: vec![
            dot("Harp", 5, 0.1, 0.5),
            dot("Oboe", 8, 0.7, 0.3),
            dot("Clarinet", 8, 0.9, 0.3),
            dot("Tuba", 7, 0.6, 0.9),
        ],
        usual: [Usual::Dot(0), Usual::Dot(0), Usual::Elsewhere, Usual::Drums],
        families: [Some(Family::PIANO), Some(Family::PIANO), None, Some(Family::DRUMS)],
    };
    window.run();
    assert!(window.query_by_label("Timbre map").is_none());
    window.get_by_label("Timbre map for part 1").click();
    window.run_steps(3);
    window
}

fn center(window: &Harness<'static, Desk>, part: usize) -> Pos2 {
    window.get_by_label(&format!("Part {part} on the timbre map")).rect().center()
}

fn intents(window: &mut Harness<'static, Desk>) -> Vec<Intent> {
    std::mem::take(&mut window.state_mut().intents)
}

/// Let the controls stand as the intents say.
fn obey(window: &mut Harness<'static, Desk>, intents: &[Intent]) {
    for intent in intents {
        if let Intent::Set(control, value) | Intent::Change(control, value) = intent {
            window.state_mut().controls[control.place()].value = *value;
        }
    }
    window.run_steps(2);
}

fn drag(window: &mut Harness<'static, Desk>, from: Pos2, to: Pos2) -> Vec<Intent> {
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(from + (to - from) / 2.0);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(2);
    intents(window)
}

#[test]
fn a_part_is_dragged_as_one_gesture_and_comes_to_lie_on_a_dot() {
    let mut window = map();
    let harp = center(&window, 1);
    let beside = center(&window, 2);
    assert!(harp.distance(beside) > 10.0, "two of one sound lie side by side");
    // Oboe and harp are six tenths of the width apart, and two tenths of the height.
    let field = window.get_by_label("Timbre map").rect();
    let oboe = harp + vec2(0.6 * (field.width() - 32.0), -0.2 * (field.height() - 84.0));
    let turned = [Control::TimbreMap(0), Control::TimbreX(0), Control::TimbreY(0)];
    let intents = drag(&mut window, harp, oboe + vec2(2.0, -3.0));
    assert_eq!(intents[..3], turned.map(Intent::Begin));
    assert_eq!(intents[intents.len() - 3..], turned.map(Intent::End));
    let last = &intents[intents.len() - 6..intents.len() - 3];
    assert_eq!(*last, [(0, 1.0), (1, 0.7), (2, 0.3)].map(|(at, to)| Intent::Set(turned[at], to)));
    obey(&mut window, &intents);
    assert!(center(&window, 1).distance(oboe) < 2.0);
}

#[test]
fn a_double_click_is_the_family_s_own_sound() {
    let mut window = map();
    let harp = center(&window, 1);
    let intents = drag(&mut window, harp, harp + vec2(200.0, 30.0));
    obey(&mut window, &intents);
    let there = center(&window, 1);
    window.hover_at(there);
    window.run_steps(2);
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos: there, button, pressed, modifiers });
    }
    window.run_steps(3);
    let off = Intent::Change(Control::TimbreMap(0), 0.0);
    assert!(self::intents(&mut window).contains(&off));
    obey(&mut window, &[off]);
    assert!(center(&window, 1).distance(harp) < 1.0);
}

#[test]
fn arrow_keys_move_a_part() {
    let mut window = map();
    window.get_by_label("Part 1 on the timbre map").focus();
    window.run_steps(2);
    let press = |window: &mut Harness<'static, Desk>, key, modifiers| {
        window.key_press_modifiers(modifiers, key);
        window.run_steps(2);
        let intents = intents(window);
        obey(window, &intents);
        intents
    };
    let first = press(&mut window, Key::ArrowRight, Modifiers::NONE);
    assert!(first.contains(&Intent::Set(Control::TimbreMap(0), 1.0)), "{first:?}");
    assert!(first.contains(&Intent::Set(Control::TimbreX(0), 0.11)), "{first:?}");
    let second = press(&mut window, Key::ArrowUp, Modifiers::NONE);
    assert_eq!(second, [Intent::Change(Control::TimbreY(0), 0.49)]);
    let fine = press(&mut window, Key::ArrowLeft, Modifiers::SHIFT);
    assert_eq!(fine, [Intent::Change(Control::TimbreX(0), 0.109)]);
}

#[test]
fn drums_stay_where_they_are_and_the_map_closes() {
    let mut window = map();
    let drums = center(&window, 4);
    assert_eq!(drag(&mut window, drums, drums + vec2(300.0, -60.0)), []);
    window.get_by_label("Close the timbre map").click();
    window.run_steps(3);
    assert!(window.query_by_label("Timbre map").is_none());
}

#[test]
fn a_plugin_without_a_sound_has_no_map() {
    let mut window = window(Mixer::Hidden);
    window.state_mut().memory.timbre_map = true;
    window.run();
    assert!(window.query_by_label("Timbre map").is_none());
    assert!(window.query_by_label("Timbre map for part 1").is_none());
}

#[test]
fn coordinates_are_those_that_are_heard() {
    let mut window = map();
    let (x, y) = (Control::TimbreX(0), Control::TimbreY(0));
    let told = |window: &Harness<'static, Desk>, control: Control| {
        let name = window.state().controls[control.place()].name.clone();
        window.get_by_label(&name).accesskit_node().numeric_value()
    };
    assert_eq!((told(&window, x), told(&window, y)), (Some(f64::from(0.1_f32)), Some(0.5)));
    // A press of an arrow key puts it on the map from there, with the other coordinate as it was.
    let name = window.state().controls[x.place()].name.clone();
    window.get_by_label(&name).focus();
    window.run_steps(2);
    window.key_press(Key::ArrowRight);
    window.run_steps(2);
    let map = Control::TimbreMap(0);
    let turned = intents(&mut window);
    let all = [x, y, map];
    assert_eq!(turned[..3], all.map(Intent::Begin), "one act");
    assert_eq!(turned[6..], all.map(Intent::End));
    assert_eq!(turned[4..6], [Intent::Set(y, 0.5), Intent::Set(map, 1.0)]);
    let Intent::Set(first, value) = turned[3] else { panic!("{turned:?}") };
    assert!(first == x && (value - 0.12).abs() < 1e-6, "{turned:?}");
}

#[test]
fn a_coordinate_that_is_dragged_onto_the_map_is_one_gesture() {
    let mut window = map();
    let (x, y, map) = (Control::TimbreX(0), Control::TimbreY(0), Control::TimbreMap(0));
    let name = window.state().controls[x.place()].name.clone();
    let from = window.get_by_label(&name).rect().center();
    let intents = drag(&mut window, from, from + vec2(20.0, 0.0));
    // However far it goes, no more is open at its end than was begun with it.
    let mut open = Vec::new();
    for (place, intent) in intents.iter().enumerate() {
        match intent {
            Intent::Begin(control) => open.push(*control),
            Intent::End(control) => open.retain(|it| it != control),
            Intent::Set(control, _) => assert!(open.contains(control), "{intents:?}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(open.is_empty(), place + 1 == intents.len(), "one step: {intents:?}");
    }
    assert!(intents.contains(&Intent::Set(y, 0.5)) && intents.contains(&Intent::Set(map, 1.0)));
}

#[test]
fn a_coordinate_that_is_typed_moves_a_part_only_if_it_is_understood() {
    let mut window = map();
    let (x, y) = (Control::TimbreX(0), Control::TimbreY(0));
    let name = window.state().controls[x.place()].name.clone();
    let pos = window.get_by_label(&name).rect().center();
    window.hover_at(pos);
    for pressed in [true, false] {
        let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(3);
    let field = format!("Value of {name}");
    let field = window.get_by_role_and_label(Role::TextInput, &field);
    assert_eq!(field.accesskit_node().value().as_deref(), Some("0.10"), "without brackets");
    window.event(Event::Text(String::from("left")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let along = vec![(y, 0.5), (Control::TimbreMap(0), 1.0)];
    assert_eq!(intents(&mut window), [Intent::TypeWith(x, String::from("left"), along)]);
}

#[test]
fn a_quick_hand_takes_the_nearer_part() {
    let mut window = map();
    let (harp, beside) = (center(&window, 1), center(&window, 2));
    // Fifteen points apart: outside of both shapes, on the outer sides.
    for (from, part) in [(harp - vec2(12.0, 0.0), 0), (beside + vec2(12.0, 0.0), 1)] {
        let intents = drag(&mut window, from, from + vec2(150.0, 60.0));
        assert_eq!(intents[0], Intent::Begin(Control::TimbreMap(part)), "at {from}");
    }
    let far = drag(&mut window, harp + vec2(0.0, 60.0), harp + vec2(150.0, 60.0));
    assert_eq!(far, [], "but not from anywhere");
}

fn strip(window: &Harness<'static, Desk>, part: usize) -> String {
    window.get_by_label(&format!("Part {part} family")).value().unwrap_or_default()
}

#[test]
fn a_strip_says_what_its_part_is_heard_on() {
    let mut window = map();
    assert_eq!([1, 3, 4].map(|part| strip(&window, part)), ["Auto: Harp", "Auto", "Auto: Drums"]);
    let set = |window: &mut Harness<'static, Desk>, control: Control, value: f32| {
        window.state_mut().controls[control.place()].value = value;
    };
    for (control, value) in
        [(Control::TimbreMap(0), 1.0), (Control::TimbreX(0), 0.7), (Control::TimbreY(0), 0.3)]
    {
        set(&mut window, control, value);
    }
    window.run_steps(2);
    assert_eq!(strip(&window, 1), "Map: Oboe");
    set(&mut window, Control::TimbreX(0), 0.78);
    window.run_steps(2);
    assert!(strip(&window, 1).starts_with("Map: Oboe "), "{}", strip(&window, 1));
    // Drums keep their kit wherever they are put.
    set(&mut window, Control::TimbreMap(3), 1.0);
    window.run_steps(2);
    assert_eq!(strip(&window, 4), "Auto: Drums");
}

#[test]
fn a_family_that_is_chosen_is_heard() {
    let choose = |placed: f32| {
        let mut window = map();
        window.get_by_label("Close the timbre map").click();
        window.state_mut().controls[Control::TimbreMap(0).place()].value = placed;
        window.run_steps(3);
        window.get_by_label("Part 1 family").click();
        window.run_steps(5);
        window.get_by_label("Mallets").click();
        window.run_steps(3);
        intents(&mut window)
    };
    let (family, mallets) = (Control::Family(0), 2.0 / 17.0);
    assert_eq!(choose(0.0), [Intent::Change(family, mallets)]);
    let both = [family, Control::TimbreMap(0)];
    let set = [Intent::Set(family, mallets), Intent::Set(both[1], 0.0)];
    let expected = [both.map(Intent::Begin), set, both.map(Intent::End)].concat();
    assert_eq!(choose(1.0), expected, "off the map, as one act");
}
