//! What is not there is said before anything is opened.

use clap::Parser as _;

use super::args::Args;
use super::{Backend, Choice, Devices};

fn choice() -> Choice {
    Choice {
        backend: Backend::Auto,
        output: None,
        midi_input: None,
        midi_output: None,
        sample_rate: 48_000,
        period: 256,
        tempo: 96.0,
        meter: (3, 4),
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
    check(&choice(), &Devices::default(), "open an audio output: this machine has none");
    let known = Choice { output: named("HDMI"), midi_input: named("Keys"), ..choice() };
    check(&known, &devices(), "");
    let wrong = Choice { output: named("Radio"), ..choice() };
    check(&wrong, &devices(), "find the audio output `Radio`: there is Speakers, HDMI");
    let wrong = Choice { midi_output: named("Organ"), ..choice() };
    check(&wrong, &devices(), "find the MIDI output `Organ`: there is none");
}

#[test]
fn the_framework_is_told_all_of_it() {
    let choice = Choice { midi_input: Some(String::from("My keys")), ..choice() };
    let arguments = choice.arguments().join(" ");
    assert_eq!(
        arguments,
        "antiphon --backend auto --sample-rate 48000 --period-size 256 --tempo 96 --timesig-num 3 --timesig-denom 4 --dpi-scale 1 --midi-input My keys"
    );
}

#[test]
fn a_tempo_is_one_that_the_window_can_show() {
    let choose = |tempo: &str| Args::try_parse_from(["antiphon-jam", "--tempo", tempo]);
    assert_eq!(choose("96.5").unwrap().choice().tempo, 96.5);
    for tempo in ["19", "401", "fast"] {
        let refused = choose(tempo).unwrap_err().to_string();
        assert!(refused.contains("20 to 400, such as 96"), "{refused}");
    }
}
