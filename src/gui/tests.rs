//! The editor by hand: controls are found by their accessible names, moved, and the intents arrive.

mod escape;
mod header;
mod keyboard;
mod news;
mod own_transport;
mod reach;
mod refused;
mod remembered;
mod roll;
mod snapshots;
mod sound;
mod style_pad;
mod takes;
mod timbre_map;
mod wheel;

use std::sync::Arc;

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers, PointerButton, Vec2, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{
    Choices, Clock, ControlView, Driver, FileWish, Intent, Learned, Memory, Mixer, PhraseChoice,
    PresetsView, RememberedView, Roll, SoundView, Status, TakesView, TimbresView, View, draw,
};
use crate::params::{Control, Controls};
use crate::score::{Chord, ChordQuality, Key as MusicKey, Part};

/// Everything behind one window.
struct Desk {
    controls: Vec<ControlView>,
    choices: Choices,
    status: Status,
    presets: PresetsView,
    takes: TakesView,
    remembered: RememberedView,
    timbres: TimbresView,
    memory: Memory,
    mixer: Mixer,
    sound: SoundView,
    seed_locked: bool,
    roll: Roll,
    clock: Clock,
    intents: Vec<Intent>,
}

fn window(mixer: Mixer) -> Harness<'static, Desk> {
    window_of(mixer, vec2(1100.0, 700.0))
}

fn window_of(mixer: Mixer, size: Vec2) -> Harness<'static, Desk> {
    let titles: Arc<[String]> = ["Celtic dance", "Chorale", "Ragtime"].map(String::from).into();
    let controls = Controls::new(&titles, 0);
    let desk = Desk {
        controls: ControlView::all(&controls),
        choices: Choices::new(&controls, &titles),
        status: Status::default(),
        presets: PresetsView::default(),
        takes: TakesView::default(),
        remembered: RememberedView::default(),
        timbres: TimbresView::default(),
        memory: Memory::default(),
        mixer,
        sound: SoundView::default(),
        seed_locked: false,
        roll: Roll::default(),
        clock: Clock::default(),
        intents: Vec::new(),
    };
    Harness::builder().with_size(size).with_step_dt(0.02).build_ui_state(
        move |ui, desk: &mut Desk| {
            let view = View {
                controls: &desk.controls,
                choices: &desk.choices,
                roll: &desk.roll,
                clock: desk.clock,
                status: &desk.status,
                mixer: desk.mixer,
                sound: desk.sound,
                phrase_notes: 0,
                seed_locked: desk.seed_locked,
                presets: &desk.presets,
                takes: &desk.takes,
                remembered: &desk.remembered,
                timbres: &desk.timbres,
            };
            draw(ui, &view, &mut desk.memory, &mut desk.intents);
        },
        desk,
    )
}

/// Take the control by its name, move it by so much, let go. Gives the intents.
fn drag(name: &str, by: Vec2) -> Vec<Intent> {
    let mut window = window(Mixer::Shown);
    window.run();
    let at = window.get_by_label(name).rect().center();
    window.drag_at(at);
    window.run_steps(2);
    window.hover_at(at + by / 2.0);
    window.run_steps(2);
    window.hover_at(at + by);
    window.run_steps(2);
    window.drop_at(at + by);
    window.run_steps(2);
    std::mem::take(&mut window.state_mut().intents)
}

/// Click on what has this name. Gives the intents.
fn click(name: &str) -> Vec<Intent> {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label(name).click();
    window.run_steps(3);
    std::mem::take(&mut window.state_mut().intents)
}

#[test]
fn temperature_is_dragged_as_one_gesture() {
    let intents = drag("Temperature", vec2(0.0, -40.0));
    assert_eq!(intents.first(), Some(&Intent::Begin(Control::Temperature)));
    assert_eq!(intents.last(), Some(&Intent::End(Control::Temperature)));
    let Some(Intent::Set(Control::Temperature, value)) = intents.iter().rev().nth(1) else {
        panic!("{intents:?}");
    };
    assert!((0.6..0.8).contains(value), "{value}");
}

#[test]
fn a_level_is_dragged_sideways() {
    let intents = drag("Part 2 level", vec2(-30.0, 0.0));
    assert_eq!(intents.first(), Some(&Intent::Begin(Control::Level(1))));
    let set =
        |intent: &Intent| matches!(intent, Intent::Set(Control::Level(1), value) if *value < 0.9);
    assert!(intents.iter().any(set), "{intents:?}");
}

#[test]
fn switches_and_buttons_are_pressed() {
    assert_eq!(click("Roll the die"), [Intent::RollDie]);
    assert_eq!(click("Scale lock"), [Intent::Change(Control::ScaleLock, 1.0)]);
    assert_eq!(click("Part 3 solo"), [Intent::Change(Control::Solo(2), 1.0)]);
    assert_eq!(click("Part 1 mode: Off"), [Intent::Change(Control::Mode(0), 0.0)]);
    assert_eq!(click("Hear player"), [Intent::Change(Control::HearPlayer, 0.0)]);
    assert_eq!(click("Quantum: Bar"), [Intent::Change(Control::Quantum, 1.0)]);
}

#[test]
fn a_locked_seed_is_not_changed_by_the_die_a_number_or_a_file() {
    assert_eq!(click("Lock the seed"), [Intent::LockSeed(true)]);
    let mut window = window(Mixer::Shown);
    window.state_mut().seed_locked = true;
    window.run();
    for name in ["Roll the die", "Load MIDI…"] {
        window.get_by_label(name).click();
        window.run_steps(3);
    }
    window.get_by_role_and_label(Role::TextInput, "Seed").click();
    window.run_steps(2);
    window.event(Event::Text(String::from("7")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert!(window.query_by_label("Path of a MIDI file").is_none());
    assert_eq!(window.state().intents, []);
    window.get_by_label("Lock the seed").click();
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::LockSeed(false)]);
}

#[test]
fn what_a_part_follows_with_is_chosen_where_it_follows() {
    let mut window = window(Mixer::Shown);
    window.run();
    assert!(window.query_by_label("Part 2 follows").is_none());
    window.state_mut().controls[Control::Mode(1).place()].value = 1.0;
    window.run();
    assert!(window.query_by_label("Part 2 follows").is_some());
    assert!(window.query_by_label("Listen to channel").is_some());
    assert_eq!(click("MIDI thru"), [Intent::Change(Control::Thru, 1.0)]);
}

#[test]
fn a_part_that_copies_says_so() {
    let mut window = window(Mixer::Shown);
    window.state_mut().status.copying = [0, 8, 12, 0];
    window.run();
    assert!(window.query_by_label("copies 12 notes").is_some());
    assert!(window.query_by_label("copies 8 notes").is_none(), "a run of eight may be anybody's");
}

#[test]
fn what_the_player_plays_in_becomes_the_wish() {
    let mut window = window(Mixer::Shown);
    window.run();
    assert!(window.query_by_label("No key heard").is_some());
    let status = &mut window.state_mut().status;
    status.key_heard = MusicKey::from_index(21); // A minor
    status.chord_heard = Chord::new(2, ChordQuality::MinorSeventh);
    window.run();
    window.get_by_label("Use the key that you play: A minor").click();
    window.run_steps(2);
    window.get_by_label("Use the chord that you play: Dm7").click();
    window.run_steps(2);
    let wishes = [
        Intent::Change(Control::Key, 22.0 / 24.0),
        Intent::Change(Control::Chord, (2.0 + 23.0) / 97.0),
    ];
    assert_eq!(window.state().intents, wishes);
}

#[test]
fn a_double_click_sets_the_default() {
    let mut window = window(Mixer::Shown);
    window.run();
    let pos = window.get_by_label("Density").rect().center();
    window.hover_at(pos);
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        window.event(Event::PointerButton { pos, button, pressed, modifiers });
    }
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Change(Control::Density, 0.5)]);
}

#[test]
fn a_right_click_lets_a_value_be_typed_or_reset() {
    let pressed = |window: &mut Harness<'static, Desk>| {
        window.run();
        let pos = window.get_by_label("Density").rect().center();
        window.hover_at(pos);
        for pressed in [true, false] {
            let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
            window.event(Event::PointerButton { pos, button, pressed, modifiers });
        }
        window.run_steps(3);
        assert_eq!(window.state().intents, []);
    };
    let mut window = window(Mixer::Shown);
    pressed(&mut window);
    window.get_by_role_and_label(Role::TextInput, "Value of Density");
    window.event(Event::Text(String::from("+0.40")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let typed = Intent::Type(Control::Density, String::from("+0.40"));
    assert_eq!(std::mem::take(&mut window.state_mut().intents), [typed]);
    assert!(window.query_by_label("Value of Density").is_none());
    pressed(&mut window);
    window.get_by_label("Reset to the default").click();
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Change(Control::Density, 0.5)]);
}

#[test]
fn a_style_is_chosen_from_the_pack_s_list() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("Style B").click();
    window.run_steps(3);
    window.get_by_label("Ragtime").click();
    window.run_steps(3);
    assert_eq!(window.state().intents, [Intent::Change(Control::StyleB, 2.0 / 63.0)]);
}

#[test]
fn styles_stand_in_the_order_of_their_names() {
    let mut window = window(Mixer::Shown);
    window.state_mut().choices.styles =
        ["Tango", "Bach chorale", "Ragtime"].map(String::from).into();
    window.run();
    window.get_by_label("Style B").click();
    window.run_steps(4);
    let top = |name| window.get_by_label(name).rect().top();
    assert!(top("Bach chorale") < top("Ragtime") && top("Ragtime") < top("Tango"));
    window.get_by_label("Ragtime").click();
    window.run_steps(3);
    assert_eq!(window.state().intents, [Intent::Change(Control::StyleB, 2.0 / 63.0)]);
}

#[test]
fn a_seed_is_typed() {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_role_and_label(Role::TextInput, "Seed").click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(Event::Text(String::from("12a34")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let [Intent::Change(Control::Seed, value)] = window.state().intents[..] else {
        panic!("{:?}", window.state().intents);
    };
    assert_eq!((value * 999_999.0).round(), 1234.0);
}

#[test]
fn a_phrase_is_asked_for_by_its_path() {
    let mut window = window(Mixer::Shown);
    window.run();
    assert_eq!(click("Load MIDI…"), [Intent::Browse(FileWish::Phrase)]);
    window.state_mut().memory.ask_by_path(&FileWish::Phrase, Some(String::from("No dialog here")));
    window.run_steps(4);
    assert!(window.query_by_label("No dialog here").is_some(), "it says why");
    window.state_mut().memory.first_step = Some(0);
    window.run_steps(2);
    assert!(window.query_by_label("Next hint").is_none(), "a hint would lie over it");
    window.event(Event::Text(String::from("/music/tune.mid")));
    window.run_steps(2);
    window.get_by_label("Load").click();
    window.run_steps(3);
    let choice = PhraseChoice { path: "/music/tune.mid".into(), ..PhraseChoice::default() };
    assert_eq!(window.state().intents, [Intent::LoadPhrase(choice)]);
}

#[test]
fn a_track_and_bars_of_a_phrase_are_chosen() {
    let mut window = window(Mixer::Shown);
    window.run();
    // As the system's dialog answers.
    let mut intents = Vec::new();
    window.state_mut().memory.chosen(&FileWish::Phrase, "a.mid".into(), &mut intents);
    assert_eq!(intents, []);
    window.run_steps(4);
    for (field, text) in [("Track", "2"), ("Bars", "5-8")] {
        window.get_by_role_and_label(Role::TextInput, field).click();
        window.run_steps(2);
        window.event(Event::Text(String::from(text)));
        window.run_steps(2);
    }
    window.get_by_label("Load").click();
    window.run_steps(3);
    let choice = PhraseChoice { path: "a.mid".into(), track: Some(2), bars: Some((5, 8)) };
    assert_eq!(window.state().intents, [Intent::LoadPhrase(choice)]);
}

#[test]
fn a_plugin_without_sound_has_no_mixer() {
    let mut window = window(Mixer::Hidden);
    window.run();
    assert!(window.query_by_label("Part 1 level").is_none());
    assert!(window.query_by_label("Part 1 family").is_some());
}

#[test]
fn strips_hold_what_is_in_them_at_the_smallest_size() {
    let mut window = window_of(Mixer::Shown, vec2(1000.0, 680.0));
    window.run();
    let rect = |label: &str| window.get_by_label(label).rect();
    for part in 1..=4 {
        let end = if part < 4 {
            rect(&format!("Part {} mode: Off", part + 1)).left() - 20.0
        } else {
            1000.0 - 8.0
        };
        for control in ["mute", "solo", "pan", "mode: Follow", "level"] {
            let right = rect(&format!("Part {part} {control}")).right();
            assert!(right <= end, "part {part} {control} ends at {right}, the strip at {end}");
        }
    }
    let (tap, memory) = (rect("Tap"), rect("Memory drawer"));
    assert!(tap.right() < memory.left(), "the header has room");
}

#[test]
fn every_control_can_be_reached_by_its_name() {
    let mut window = window(Mixer::Shown);
    window.state_mut().memory.timbre_map = true; // it has each part's place
    // A part shows what it follows with where it follows.
    for part in 0..Part::BAND_SIZE {
        window.state_mut().controls[Control::Mode(part).place()].value = 1.0;
    }
    window.run();
    // Hosts show the bypass as their own switch.
    for control in Control::all().filter(|control| *control != Control::Bypass) {
        let name = window.state().controls[control.place()].name.clone();
        let whole = window.query_all_by_label(&name).count();
        let of_its_values = window.query_all_by_label_contains(&format!("{name}: ")).count();
        assert!(whole + of_its_values > 0, "{name} is not in the window");
    }
}

#[test]
fn a_chord_is_chosen_by_its_root_and_its_quality() {
    let mut window = window(Mixer::Shown);
    window.run();
    let choose = |window: &mut Harness<'static, Desk>, list: &str, choice: &str| {
        window.get_by_role_and_label(Role::ComboBox, list).scroll_to_me();
        window.run_steps(10);
        window.get_by_role_and_label(Role::ComboBox, list).click();
        window.run_steps(3);
        window.get_by_label(choice).click();
        window.run_steps(3);
        std::mem::take(&mut window.state_mut().intents)
    };
    let chord = |index: f32| [Intent::Change(Control::Chord, index / 97.0)];
    assert_eq!(choose(&mut window, "Chord", "As I play"), chord(1.0));
    assert_eq!(choose(&mut window, "Chord", "D"), chord(2.0 + 16.0));
    let place = Control::Chord.place();
    window.state_mut().controls[place].value = 18.0 / 97.0;
    window.run_steps(2);
    assert_eq!(choose(&mut window, "Quality of the chord", "minor 7"), chord(2.0 + 23.0));
    window.state_mut().controls[place].value = 25.0 / 97.0;
    window.run_steps(2);
    assert_eq!(choose(&mut window, "Chord", "E"), chord(2.0 + 39.0), "the quality stays");
}

#[test]
fn a_controller_is_learned_and_forgotten_from_any_kind_of_control() {
    let (channel, controller) = (1, 74);
    for (name, control) in [
        ("Density", Control::Density),
        ("Part 1 level", Control::Level(0)),
        ("Lean to B", Control::Lean),
        ("Part 3 solo", Control::Solo(2)),
        ("Quantum: Bar", Control::Quantum),
        ("Style A", Control::StyleA),
        ("Next preset", Control::NextPreset),
    ] {
        let mut window = window(Mixer::Shown);
        let menu = |window: &mut Harness<'static, Desk>, learned| {
            window.state_mut().controls[control.place()].learned = learned;
            window.run();
            let pos = window.get_by_label(name).rect().center();
            window.hover_at(pos);
            for pressed in [true, false] {
                let (button, modifiers) = (PointerButton::Secondary, Modifiers::NONE);
                window.event(Event::PointerButton { pos, button, pressed, modifiers });
            }
            window.run_steps(3);
        };
        menu(&mut window, Learned::Nothing);
        window.get_by_label("Learn a MIDI controller…").click();
        window.run_steps(3);
        let intents = std::mem::take(&mut window.state_mut().intents);
        assert_eq!(intents, [Intent::Learn(Some(control))], "{name}");
        window.state_mut().controls[control.place()].learned = Learned::Waiting;
        window.run_steps(2);
        assert!(
            window.query_by_label("Move a MIDI controller…").is_some(),
            "{name}: it stays open"
        );
        window.get_by_label("Do not learn one").click();
        window.run_steps(3);
        assert_eq!(std::mem::take(&mut window.state_mut().intents), [Intent::Learn(None)]);
        menu(&mut window, Learned::By { channel, controller });
        assert!(window.query_by_label("MIDI controller 74, channel 1").is_some(), "{name}");
        window.get_by_label("Forget the controller").click();
        window.run_steps(3);
        assert_eq!(window.state().intents, [Intent::Forget(control)], "{name}");
    }
}
