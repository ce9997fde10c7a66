//! Parameters are frozen, say what they mean, and agree with the command line's defaults.

use std::collections::HashSet;
use std::fmt::Write;
use std::sync::Arc;

use nice_plug::prelude::Params;

use super::{Control, Controls};
use crate::score::{
    Audible, Chord, ChordQuality, ChordWish, Key, Mix, Quantum, Seed, Settings, StyleBlend,
};

fn controls() -> Controls {
    let titles = ["Celtic dance", "Chorale"].map(String::from);
    Controls::new(&Arc::from(titles), 0)
}

/// As the framework derives a parameter's number from its id: 31 bits of a polynomial in 31.
fn hash(id: &str) -> u32 {
    id.bytes().fold(0u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
        & !(1 << 31)
}

/// Set a control as a host does.
fn set(controls: &Controls, control: Control, value: f32) {
    let (_, param, _) = controls.param_map().swap_remove(control.place());
    #[expect(unsafe_code, reason = "only the framework's wrappers may set parameters")]
    // SAFETY: the pointer leads into `controls`, which is alive.
    unsafe {
        param._internal_set_normalized_value(value);
    }
}

fn typed(controls: &Controls, control: Control, text: &str) {
    let value = controls.get(control).parse(text);
    set(controls, control, value.unwrap_or_else(|| panic!("{control:?} does not take {text}")));
}

#[test]
fn parameters_are_frozen() {
    let controls = controls();
    let mut found = String::new();
    for (control, (id, _, group)) in Control::all().zip(controls.param_map()) {
        let control = controls.get(control);
        let [low, usual, high] =
            [0.0, control.default_value(), 1.0].map(|value| control.text(value));
        let steps = control.steps().map_or(String::from("-"), |steps| steps.to_string());
        let group = if group.is_empty() { "-" } else { &group };
        writeln!(
            found,
            "{id} | {group} | {} | {low} | {usual} | {high} | default {:.6} | steps {steps} | {}",
            control.name(),
            control.default_value(),
            hash(&id),
        )
        .unwrap();
    }
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/params.txt");
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(file, &found).unwrap();
    }
    assert_eq!(found, std::fs::read_to_string(file).unwrap());
}

#[test]
fn ids_are_short_and_their_hashes_distinct() {
    let controls = controls();
    let ids: Vec<String> = controls.param_map().into_iter().map(|(id, _, _)| id).collect();
    assert_eq!(ids.len(), Control::COUNT);
    assert!(ids.iter().all(|id| id.len() <= 6), "{ids:?}");
    let hashes: HashSet<u32> = ids.iter().map(|id| hash(id)).collect();
    assert_eq!(hashes.len(), ids.len());
}

#[test]
fn every_control_is_at_its_place() {
    for (place, control) in Control::all().enumerate() {
        assert_eq!(control.place(), place, "{control:?}");
    }
}

#[test]
fn defaults_are_those_of_the_command_line() {
    assert_eq!(controls().settings(), Settings::default());
    assert_eq!(controls().mix(), Mix::default());
}

#[test]
fn texts_are_a_musician_s_and_read_back() {
    let controls = controls();
    let cases = [
        (Control::Temperature, "1.10", "1.10"),
        (Control::StyleA, "chorale", "Chorale"),
        (Control::StyleB, "1", "Celtic dance"),
        (Control::Lean, "35", "35 %"),
        (Control::Seed, "999999", "999999"),
        (Control::Density, "+0.50", "+0.50"),
        (Control::Density, "open", "Open"),
        (Control::Lean, "35.4%", "35 %"),
        (Control::StyleStrength, "150", "150 %"),
        (Control::Key, "eb minor", "Eb minor"),
        (Control::Key, "Ab minor", "G# minor"),
        (Control::Key, "C# major", "Db major"),
        (Control::ScaleLock, "on", "On"),
        (Control::Chord, "dm7", "Dm7"),
        (Control::Chord, "as i play", "As I play"),
        (Control::Chord, "Bmaj7", "Bmaj7"),
        (Control::Quantum, "half beat", "Half beat"),
        (Control::MinP, "0.05", "0.050"),
        (Control::FreeTempo, "96,5", "96.5 bpm"),
        (Control::Master, "-6 dB", "-6.0 dB"),
        (Control::Mode(0), "off", "Off"),
        (Control::Family(1), "synth lead", "Synth lead"),
        (Control::Register(2), "-12 st", "-12 st"),
        (Control::Level(3), "-inf dB", "-inf dB"),
        (Control::Pan(0), "L 50", "L 50"),
        (Control::Pan(0), "r25", "R 25"),
        (Control::Pan(0), "c", "C"),
        (Control::Mute(0), "yes", "On"),
    ];
    for (control, text, shown) in cases {
        typed(&controls, control, text);
        let control = controls.get(control);
        assert_eq!(control.text(control.value()), shown);
        let again = control.parse(&control.text(control.value())).unwrap();
        assert!((again - control.value()).abs() < 1e-6, "{shown}");
    }
    for control in Control::all() {
        for nonsense in ["", " ", "?", "é"] {
            controls.get(control).parse(nonsense);
        }
    }
}

#[test]
fn what_is_set_is_what_is_asked() {
    let controls = controls();
    typed(&controls, Control::Temperature, "1.1");
    typed(&controls, Control::StyleB, "Chorale");
    typed(&controls, Control::Lean, "30 %");
    typed(&controls, Control::Seed, "123457");
    typed(&controls, Control::Key, "A minor");
    typed(&controls, Control::Chord, "Ebsus4");
    typed(&controls, Control::Quantum, "Bar");
    typed(&controls, Control::Family(2), "Drums");
    let settings = controls.settings();
    assert_eq!(settings.temperature, 1.1);
    assert_eq!(settings.style, StyleBlend { first: 0, second: 1, lean: 0.3 });
    assert_eq!(settings.seed, Seed(123_457));
    assert_eq!(settings.key.map(Key::name).as_deref(), Some("A minor"));
    let chord = Chord::new(3, ChordQuality::SuspendedFourth).unwrap();
    assert_eq!(settings.chord, ChordWish::Chord(chord));
    assert_eq!(settings.quantum, Quantum::Bar);
    assert!(settings.parts[2].family.unwrap().is_drums());
}

#[test]
fn every_seed_survives_the_host_s_share_of_the_range() {
    let controls = controls();
    for seed in (0..=999_999u64).step_by(997).chain([0, 1, 999_998, 999_999]) {
        typed(&controls, Control::Seed, &seed.to_string());
        assert_eq!(controls.settings().seed, Seed(seed));
    }
}

/// Mutes and solos of the four parts, and which are heard.
#[test]
fn mutes_and_solos_are_resolved() {
    let cases = [
        ("....", "....", "yyyy"),
        ("m...", "....", "nyyy"),
        ("....", ".s..", "nynn"),
        ("....", ".ss.", "nyyn"),
        (".m..", ".s..", "nnnn"),
    ];
    for (mutes, solos, heard) in cases {
        let controls = controls();
        for (place, (mute, solo)) in mutes.chars().zip(solos.chars()).enumerate() {
            set(&controls, Control::Mute(place), if mute == 'm' { 1.0 } else { 0.0 });
            set(&controls, Control::Solo(place), if solo == 's' { 1.0 } else { 0.0 });
        }
        let found: String = controls
            .mix()
            .parts
            .iter()
            .map(|strip| if strip.audible == Audible::Yes { 'y' } else { 'n' })
            .collect();
        assert_eq!(found, heard, "{mutes} {solos}");
    }
}

#[test]
fn the_internal_clock_begins_at_the_tempo_that_is_asked_for() {
    let controls = controls();
    assert_eq!(controls.free_tempo().bpm(), 120.0);
    let controls = controls.with_free_tempo(96.5);
    assert_eq!(controls.free_tempo().bpm(), 96.5);
    let tempo = controls.get(Control::FreeTempo);
    assert_eq!(tempo.value(), tempo.default_value(), "and goes back to it");
    assert_eq!(controls.free_run(), None, "it does not run by itself");
}
