//! The style pad by hand.

use egui::{Pos2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window};
use crate::gui::{Intent, Mixer};
use crate::params::Control;

fn pad() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    window.run();
    assert!(window.query_by_label("Style pad").is_none());
    window.get_by_label("Open the style pad").click();
    window.run_steps(3);
    window
}

/// Three styles stand in one row.
fn place(window: &Harness<'static, Desk>, style: f32) -> Pos2 {
    let pad = window.get_by_label("Style pad").rect();
    pad.min + vec2(pad.width() * (style + 0.5) / 3.0, pad.height() * 0.4)
}

#[test]
fn two_styles_are_blended_by_dragging_between_them() {
    let mut window = pad();
    let (from, to) = (place(&window, 0.0), place(&window, 1.4));
    window.drag_at(from);
    window.run_steps(2);
    window.hover_at(from + (to - from) / 2.0);
    window.run_steps(2);
    window.hover_at(to);
    window.run_steps(2);
    window.drop_at(to);
    window.run_steps(2);
    let intents = std::mem::take(&mut window.state_mut().intents);
    let turned = [Control::StyleA, Control::StyleB, Control::Lean];
    let of = |make: fn(Control) -> Intent| turned.map(make);
    assert_eq!(intents[..3], of(Intent::Begin));
    assert_eq!(intents[intents.len() - 3..], of(Intent::End));
    let last = |control| {
        intents.iter().rev().find_map(|it| match it {
            Intent::Set(it, value) if *it == control => Some(*value),
            _ => None,
        })
    };
    assert_eq!(last(Control::StyleA), Some(1.0 / 63.0));
    assert_eq!(last(Control::StyleB), Some(2.0 / 63.0));
    assert!(last(Control::Lean).is_some_and(|lean| (0.3..0.45).contains(&lean)), "{intents:?}");
}

#[test]
fn a_press_on_a_style_is_that_style_alone_and_the_pad_closes() {
    let mut window = pad();
    let at = place(&window, 2.0);
    window.drag_at(at);
    window.run_steps(1);
    window.drop_at(at);
    window.run_steps(2);
    let intents = std::mem::take(&mut window.state_mut().intents);
    // The style nearest to it becomes the other one, of which nothing is heard; all is begun before anything ends, which is one act to take back.
    let turned = [(Control::StyleA, 2.0 / 63.0), (Control::StyleB, 1.0 / 63.0)];
    let act = [
        turned.map(|it| Intent::Begin(it.0)),
        turned.map(|it| Intent::Set(it.0, it.1)),
        turned.map(|it| Intent::End(it.0)),
    ];
    assert_eq!(intents, act.concat());
    window.get_by_label("×").click();
    window.run_steps(3);
    assert!(window.query_by_label("Style pad").is_none());
}
