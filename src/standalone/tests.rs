//! What is not there is said before anything is opened.

use clap::Parser as _;

use super::args::Args;
use super::{Backend, Choice, Devices, fate_words};
use crate::plugin::{Begin, Fate};
use crate::score::Meter;

fn choice() -> Choice {
    Choice {
        backend: Backend::Auto,
        output: None,
        midi_input: None,
        midi_output: None,
        sample_rate: 48_000,
        period: 256,
        scale: 1.0,
    }
}

fn devices() -> Devices {
    let names = |names: &[&str]| names.iter().map(|it| String::from(*it)).collect();
    Devices {
        outputs: names(&["Speakers", "HDMI"]),
        midi_inputs: names(&["Keys"]),
        midi_outputs: names(&[]),
    }
}

fn check(choice: &Choice, devices: &Devices, expected: &str) {
    let found = choice.check(devices).map_or_else(|error| error.to_string(), |()| String::new());
    assert_eq!(found, expected);
}

#[test]
fn devices_are_looked_for_by_name() {
    let named = |name: &str| Some(String::from(name));
    check(&choice(), &devices(), "");
    check(&choice(), &Devices::default(), "");
    let wrong = Choice { midi_input: named("Nope"), ..choice() };
    check(&wrong, &Devices::default(), "find the MIDI input `Nope`: there is none");
    let known = Choice { output: named("HDMI"), midi_input: named("Keys"), ..choice() };
    check(&known, &devices(), "");
    let wrong = Choice { output: named("Radio"), ..choice() };
    check(&wrong, &devices(), "find the audio output `Radio`: there is Speakers, HDMI");
    let wrong = Choice { output: named("speaker"), ..choice() };
    let meant = "find the audio output `speaker`: did you mean `Speakers`? there is Speakers, HDMI";
    check(&wrong, &devices(), meant);
    let wrong = Choice { midi_output: named("Organ"), ..choice() };
    check(&wrong, &devices(), "find the MIDI output `Organ`: there is none");
}

#[test]
fn the_framework_is_told_all_of_it() {
    let choice = Choice { midi_input: Some(String::from("My keys")), ..choice() };
    let arguments = choice.arguments(Backend::System).join(" ");
    assert_eq!(
        arguments,
        format!(
            "antiphon --backend {} --sample-rate 48000 --period-size 256 --dpi-scale 1 --midi-input My keys",
            super::SYSTEM
        )
    );
    let arguments = choice.arguments(Backend::Jack).join(" ");
    assert!(arguments.ends_with("--connect-jack-midi-input My keys"), "{arguments}");
}

#[test]
fn a_tempo_is_one_that_the_window_can_show() {
    let choose = |tempo: &str| Args::try_parse_from(["antiphon-jam", "--tempo", tempo]);
    assert_eq!(choose("96.5").unwrap().opening().tempo, Some(96.5));
    for tempo in ["19", "401", "fast"] {
        let refused = choose(tempo).unwrap_err().to_string();
        assert!(refused.contains("20 to 400, such as 96"), "{refused}");
    }
}

#[test]
fn only_what_is_said_stands_in_place_of_the_session() {
    let opening = |args: &[&str]| Args::try_parse_from(args).unwrap().opening();
    let plain = opening(&["antiphon-jam"]);
    assert_eq!((plain.tempo, plain.meter, plain.path), (None, None, None));
    assert_eq!(plain.begin, Begin::Again);
    let told = opening(&["antiphon-jam", "--new", "--meter", "7/8", "--session", "evening.json"]);
    assert_eq!((told.begin, told.meter), (Begin::New, Meter::new(7, 8)));
    assert_eq!(told.path.as_deref(), Some(std::path::Path::new("evening.json")));
}

#[test]
fn no_device_is_told_in_the_window_with_what_helps() {
    let view = super::connected::silence("no sound device was found");
    let trouble = view.trouble.unwrap();
    assert!(trouble.starts_with("No sound device was found: playing in silence"), "{trouble}");
    assert_eq!(view.midi_input, None);
}

#[test]
fn the_command_that_goes_on_with_a_session_can_be_copied() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("Application Support.json");
    assert_eq!(fate_words(&Fate::Elsewhere(path.clone())), None, "nothing was done");
    std::fs::write(&path, "").unwrap();
    let words = fate_words(&Fate::Elsewhere(path.clone())).unwrap();
    assert!(words.contains(&format!("--session \"{}\" goes on", path.display())), "{words}");
}
