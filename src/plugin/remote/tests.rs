//! Controllers and switches from outside the window.

use std::time::Instant;

use nice_plug::prelude::Params;

use super::{STILL, StepSwitches};
use crate::gui::Intent;
use crate::params::{Control, Controls};
use crate::plugin::song::Song;

fn set(controls: &Controls, control: Control, value: f32) {
    let (_, param, _) = controls.param_map().swap_remove(control.place());
    #[expect(unsafe_code, reason = "only the framework's wrappers may set parameters")]
    // SAFETY: the pointer leads into `controls`, which is alive.
    unsafe {
        param._internal_set_normalized_value(value);
    }
}

#[test]
fn a_controller_s_turn_is_one_gesture() {
    let song = Song::new();
    let controllers = &song.kept.controllers;
    controllers.wait_for(Some(Control::Feel));
    controllers.hear(0, 20, 0.0);
    assert!(song.is_due() && controllers.learn());
    let mut intents = Vec::new();
    let begun = Instant::now();
    for (step, value) in [0.25, 0.5, 0.75].into_iter().enumerate() {
        controllers.hear(0, 20, value);
        let now = begun + STILL / 2 * u32::try_from(step).unwrap();
        song.turn(now, &mut |intent| intents.push(intent));
    }
    assert!(song.is_due(), "it is to be ended");
    song.turn(begun + STILL * 2, &mut |intent| intents.push(intent));
    let set = |value| Intent::Set(Control::Feel, value);
    let (begin, end) = (Intent::Begin(Control::Feel), Intent::End(Control::Feel));
    assert_eq!(intents, [begin, set(0.25), set(0.5), set(0.75), end]);
    assert!(!song.is_due());
}

#[test]
fn a_locked_seed_is_not_turned() {
    let song = Song::new();
    song.kept.controllers.wait_for(Some(Control::Seed));
    song.kept.controllers.hear(0, 20, 0.0);
    assert!(song.kept.controllers.learn());
    song.kept.lock_seed(true);
    song.kept.controllers.hear(0, 20, 0.5);
    song.turn(Instant::now(), &mut |intent| panic!("{intent:?}"));
}

#[test]
fn a_switch_that_goes_on_steps_once_and_one_that_a_song_brings_does_not() {
    let song = Song::new();
    let (controls, mut switches) = (&song.controls, StepSwitches::default());
    assert_eq!(switches.see(controls, 0), 0);
    set(controls, Control::NextPreset, 1.0);
    assert_eq!((switches.see(controls, 0), switches.see(controls, 0)), (1, 0), "held");
    set(controls, Control::NextPreset, 0.0);
    assert_eq!(switches.see(controls, 0), 0);
    set(controls, Control::PreviousPreset, 1.0);
    assert_eq!(switches.see(controls, 0), -1);
    // Another song is loaded, in which the other one is on.
    set(controls, Control::PreviousPreset, 0.0);
    set(controls, Control::NextPreset, 1.0);
    assert_eq!((switches.see(controls, 1), switches.see(controls, 1)), (0, 0));
    // The first block of all.
    assert_eq!(StepSwitches::default().see(controls, 1), 0);
}

#[test]
fn what_was_taught_is_kept_in_the_song() {
    use nice_plug::params::persist::PersistentField;
    let song = Song::new();
    assert!(!song.kept.map(String::clone).contains("controllers"));
    song.kept.controllers.wait_for(Some(Control::Temperature));
    song.kept.controllers.hear(3, 74, 0.5);
    song.kept.controllers.learn();
    let text = song.kept.map(String::clone);
    let again = Song::new();
    again.kept.set(text);
    assert_eq!(again.kept.controllers.kept(), song.kept.controllers.kept());
    assert_eq!(again.kept.controllers.kept().len(), 1);
    again.kept.set(Song::new().kept.map(String::clone));
    assert_eq!(again.kept.controllers.kept(), [], "a song without brings none");
}
