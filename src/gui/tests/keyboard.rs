//! The window by the keyboard alone.

use egui::{Key, Rect};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};

use super::{Desk, window};
use crate::gui::{Intent, Mixer, Side};
use crate::params::Control;

fn press(window: &mut Harness<'static, Desk>, key: Key) {
    window.key_press(key);
    window.run_steps(4);
}

/// The name of what has the keyboard, and where it is.
fn focused(window: &Harness<'static, Desk>) -> Option<(String, Rect)> {
    let id = window.ctx.memory(|memory| memory.focused())?;
    let rect = window.ctx.read_response(id)?.rect;
    let mut nodes = window.root().children_recursive();
    let node = nodes.find(|it| it.accesskit_node().is_focused())?;
    Some((node.accesskit_node().label().unwrap_or_default(), rect))
}

#[test]
fn a_panel_follows_the_keyboard() {
    let mut window = window(Mixer::Shown);
    window.run();
    let panel = window.ctx.content_rect();
    let (top, bottom) = (8.0 + 52.0, panel.bottom() - 36.0);
    window.get_by_label("Temperature").focus();
    window.run_steps(3);
    let mut names = Vec::new();
    for _ in 0..60 {
        press(&mut window, Key::Tab);
        let Some((name, rect)) = focused(&window) else { continue };
        if rect.right() > 240.0 {
            break; // out of the panel at the left
        }
        assert!(rect.top() >= top - 1.0 && rect.bottom() <= bottom + 1.0, "{name}: {rect}");
        names.push(name);
    }
    assert!(
        names.iter().any(|it| it.starts_with("Looping") || it.contains("Advanced")),
        "{names:?}"
    );
}

#[test]
fn the_header_is_walked_from_left_to_right() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("Previous preset").focus();
    window.run_steps(3);
    let mut lefts = vec![focused(&window).unwrap().1.left()];
    loop {
        press(&mut window, Key::Tab);
        let (_, rect) = focused(&window).unwrap();
        if rect.top() > 60.0 {
            break;
        }
        lefts.push(rect.left());
    }
    assert!(lefts.len() >= 8 && lefts.is_sorted(), "{lefts:?}");
}

#[test]
fn an_open_list_is_walked_from_what_is_chosen_and_closes_with_enter() {
    for by_key in [false, true] {
        let mut window = window(Mixer::Shown);
        window.state_mut().controls[Control::StyleB.place()].value = 1.0 / 63.0;
        window.run();
        if by_key {
            window.get_by_label("Style B").focus();
            window.run_steps(2);
            press(&mut window, Key::Enter);
        } else {
            window.get_by_label("Style B").click();
            window.run_steps(5);
        }
        assert_eq!(focused(&window).map(|it| it.0).as_deref(), Some("Chorale"), "{by_key}");
        press(&mut window, Key::ArrowUp);
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::ArrowDown);
        press(&mut window, Key::ArrowDown);
        assert_eq!(focused(&window).map(|it| it.0).as_deref(), Some("Ragtime"), "the last");
        assert_eq!(window.state().intents, []);
        press(&mut window, Key::Enter);
        assert_eq!(window.state().intents, [Intent::Change(Control::StyleB, 2.0 / 63.0)]);
        assert!(window.query_by_label("Celtic dance").is_none(), "it is closed");
        assert_eq!(focused(&window).map(|it| it.0).as_deref(), Some("Style B"));
    }
}

#[test]
fn a_line_that_is_pressed_leaves_the_keyboard_free() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("Style B").click();
    window.run_steps(5);
    window.get_by_label("Ragtime").click();
    window.run_steps(4);
    assert_eq!(window.ctx.memory(|memory| memory.focused()), None);
}

#[test]
fn all_that_has_the_keyboard_has_the_same_mark() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.opened = Some(Side::Takes);
    window.run();
    for name in ["Temperature", "Tap", "Memory drawer", "Takes", "Preset", "Style A", "Part 2 mute"]
    {
        let node = window.get_by_label(name);
        node.focus();
        window.run_steps(3);
        let at = focused(&window).unwrap().1.expand(2.0);
        let accent = crate::gui::theme::accent();
        let is_ring = |shape: &egui::Shape| {
            matches!(shape, egui::Shape::Rect(it)
                if it.stroke.color == accent && it.stroke.width == 1.5 && (it.rect.min - at.min).length() < 1.0)
        };
        let rings = window.output().shapes.iter().filter(|it| is_ring(&it.shape)).count();
        assert_eq!(rings, 1, "{name}");
    }
}
