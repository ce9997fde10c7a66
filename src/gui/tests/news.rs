//! What the musician is told, and how she puts it away.

use egui::vec2;
use egui_kittest::kittest::Queryable;

use super::{window, window_of};
use crate::gui::theme::Tone;
use crate::gui::{Intent, Mixer, Notice};
use crate::params::Control;

#[test]
fn trouble_is_told_until_it_is_put_away() {
    let mut window = window_of(Mixer::Shown, vec2(1000.0, 680.0));
    let refused = "open a pack: `note.onnx` is not what the manifest says; the default pack plays";
    window.state_mut().status.notices = vec![Notice::told("an earlier one"), Notice::told(refused)];
    window.run_steps(3);
    for text in [refused, "an earlier one"] {
        let is_in_roll = |at: egui::Rect| (60.0..200.0).contains(&at.top());
        let told = window.query_all_by_label(text).any(|it| is_in_roll(it.rect()));
        assert!(told, "{text}");
        window.get_by_label("Put away").click();
        window.run_steps(3);
    }
    assert!(window.query_by_label("Put away").is_none());
    window.state_mut().status.notices = vec![Notice::told("another")];
    window.run_steps(3);
    assert!(window.query_by_label("Put away").is_some());
}

#[test]
fn what_is_only_told_is_no_trouble_and_comes_after_it() {
    let mut window = window(Mixer::Shown);
    let notices = vec![Notice::trouble("no sound device"), Notice::told("another pack plays")];
    window.state_mut().status.notices = notices;
    window.run_steps(3);
    assert!(window.query_by_label("Trouble").is_some());
    window.get_by_label("Put away").click();
    window.run_steps(3);
    assert!(window.query_by_label("Trouble").is_none() && window.query_by_label("Note").is_some());
    assert!(window.query_all_by_label("another pack plays").count() > 0);
}

#[test]
fn a_late_band_is_told_with_what_helps() {
    let mut window = window(Mixer::Shown);
    window.run_steps(2);
    window.state_mut().status.late_windows = 3;
    window.run_steps(3);
    assert!(window.query_by_label_contains("3 stretches rested").is_some());
    window.get_by_label("Compose by the bar").click();
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Change(Control::Quantum, 1.0)]);
    window.run_steps(620); // more than twelve seconds
    assert!(window.query_by_label_contains("stretches rested").is_none());
}

#[test]
fn what_lies_over_the_roll_hides_no_news() {
    for size in [vec2(1000.0, 680.0), vec2(1100.0, 700.0)] {
        let mut window = window_of(Mixer::Shown, size);
        window.state_mut().status.notices = vec![Notice::told("it has no notes")];
        window.state_mut().memory.timbre_map = true;
        window.state_mut().memory.style_pad = true;
        window.run_steps(3);
        let news = window.get_by_label("Put away").rect();
        for card in ["Timbre map", "Style pad"] {
            let card = window.get_by_label(card).rect();
            assert!(news.bottom() < card.top(), "{news} {card}");
        }
        window.get_by_label("Put away").click();
        window.run_steps(3);
        assert!(window.get_by_label("Timbre map").rect().top() < news.bottom(), "there is room");
    }
}

#[test]
fn one_stretch_is_one() {
    let mut window = window(Mixer::Shown);
    window.run_steps(2);
    window.state_mut().status.backend = String::from("tract");
    window.state_mut().status.late_windows = 1;
    window.run_steps(3);
    assert!(window.query_by_label_contains("late: 1 stretch rested").is_some());
    assert!(window.query_by_label("1 stretch rested").is_some());
}

#[test]
fn the_first_step_is_done_when_the_transport_runs() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.first_step = Some(0);
    window.run_steps(3);
    assert!(window.query_by_label("1 of 3").is_some());
    window.state_mut().clock.playing = true;
    window.run_steps(3);
    assert!(window.query_by_label("1 of 3").is_none() && window.query_by_label("2 of 3").is_some());
    let hint = window.get_by_label("2 of 3").rect();
    let roll = window.get_by_label("Piano roll").rect();
    assert!(hint.right() < roll.left() + 0.6 * roll.width(), "what is to come stays in sight");
}

#[test]
fn the_first_steps_are_three_and_go() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.first_step = Some(0);
    window.run_steps(3);
    for next in ["Next hint", "Next hint", "Let's play"] {
        window.get_by_label(next).click();
        window.run_steps(3);
    }
    assert_eq!(window.state().memory.first_step, None);
    window.state_mut().memory.first_step = Some(0);
    window.run_steps(3);
    window.get_by_label("No more hints").click();
    window.run_steps(3);
    assert_eq!(window.state().memory.first_step, None);
    assert_eq!(window.state().intents, []);
}

#[test]
fn the_tone_is_chosen_in_the_advanced_fold() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("More controls below").click();
    window.run_steps(6);
    window.get_by_label("Advanced").click();
    window.run_steps(20);
    window.get_by_label("Light window").scroll_to_me();
    window.run_steps(20);
    window.get_by_label("Light window").click();
    window.run_steps(3);
    assert_eq!(window.state().memory.tone, Tone::Light);
}
