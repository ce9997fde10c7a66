//! The sound drawer by hand.

use egui::accesskit::Role;
use egui_kittest::kittest::Queryable;

use super::{window, window_of};
use crate::gui::{Mixer, Side, SoundView};

#[test]
fn the_wheel_opens_and_folds_away_and_tells_what_rings() {
    let mut window = window(Mixer::Shown);
    window.run();
    assert!(window.query_by_label("What sounds").is_none());
    window.get_by_role_and_label(Role::Button, "Sound drawer").click();
    window.run_steps(3);
    assert_eq!(window.state().memory.opened, Some(Side::Sound));
    assert_eq!(window.get_by_label("What sounds").value(), Some(String::from("Nothing rings")));
    let sound = &mut window.state_mut().sound;
    (sound.classes[9], sound.classes[4], sound.classes[0]) = (0.7, 0.9, 0.1);
    window.run_steps(2);
    assert_eq!(window.get_by_label("What sounds").value(), Some(String::from("E, A")));
    window.get_by_role_and_label(Role::Button, "Sound drawer").click();
    window.run_steps(3);
    assert!(window.query_by_label("What sounds").is_none());
    assert_eq!(window.state().intents, []);
}

#[test]
fn the_wheel_has_room_in_the_smallest_window() {
    let mut window = window_of(Mixer::Shown, egui::vec2(1000.0, 680.0));
    window.state_mut().memory.opened = Some(Side::Sound);
    window.run();
    let rect = window.get_by_label("What sounds").rect();
    assert!(rect.width() > 250.0 && rect.height() > 280.0, "{rect}");
}

#[test]
fn a_plugin_without_sound_shows_none() {
    let mut window = window(Mixer::Hidden);
    window.run();
    assert!(window.query_by_label("Sound drawer").is_none());
}

#[test]
fn a_window_in_which_nothing_sounds_is_still() {
    let silent = SoundView::default();
    assert!(!silent.is_sounding());
    assert!(SoundView { strikes: [0.0, 0.0, 0.01, 0.0], ..silent }.is_sounding());
}

#[test]
fn an_open_drawer_has_a_name_that_the_song_keeps() {
    for side in [Side::Takes, Side::Remembered, Side::Sound] {
        assert_eq!(Side::named(side.name()), Some(side));
    }
}
