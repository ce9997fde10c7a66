//! The roll by hand: what stands in it, what a note tells, and striking one out.

use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window};
use crate::engine::link::{Foreseen, FromComposer};
use crate::gui::{Clock, Intent, Mixer, Roll};
use crate::params::Control;
use crate::score::{Family, Likelihood, Note, Part, Pitch, Tick, Ticks, Velocity};

fn note(part: Part, onset: i64) -> Note {
    Note {
        onset: Tick(onset),
        part,
        pitch: Pitch::new(60).unwrap(),
        length: Ticks(24),
        velocity: Velocity::clamped(90),
    }
}

#[test]
fn a_new_chain_takes_back_what_no_longer_stands() {
    let mut roll = Roll::default();
    for onset in [0, 24, 48] {
        assert_eq!(roll.take(FromComposer::Committed(note(Part::BAND[0], onset), None)), None);
    }
    assert_eq!(roll.take(FromComposer::Rested { from: Tick(24), to: Tick(48) }), None);
    let left: Vec<Tick> = roll.between(Tick(0), Tick(96)).map(|note| note.onset).collect();
    assert_eq!(left, [Tick(0), Tick(48)]);
    assert_eq!(roll.take(FromComposer::Chain { tick: Tick(24) }), None);
    let left: Vec<Tick> = roll.between(Tick(0), Tick(96)).map(|note| note.onset).collect();
    assert_eq!(left, [Tick(0)]);
    assert!(roll.is_sounding(Part::BAND[0], Tick(6)) && !roll.is_sounding(Part::BAND[1], Tick(6)));
}

/// A window in which the host plays at beat 8, with a note of part 2 before it and one ahead.
fn playing() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    let desk = window.state_mut();
    desk.clock = Clock { playing: true, position_quarters: 8.0, ..Clock::default() };
    for onset in [120, 216] {
        desk.roll.add(note(Part::BAND[1], onset));
    }
    window.run_steps(60); // the range of pitches comes to rest
    window
}

/// Press the roll where it is `quarters` after now, at the middle of what it shows.
fn press(window: &mut Harness<'static, Desk>, quarters: f32) -> egui::Pos2 {
    let roll = window.get_by_label("Piano roll").rect();
    let now = roll.left() + 34.0 + (roll.width() - 34.0) * 0.62;
    let quarter = (roll.width() - 34.0) / 20.0;
    let field = roll.with_max_y(roll.bottom() - 27.0); // below it is who is who
    let at = egui::pos2(now + (quarters + 0.5) * quarter, field.center().y);
    window.hover_at(at);
    window.run_steps(2);
    at
}

#[test]
fn a_note_tells_what_it_is() {
    let mut window = playing();
    press(&mut window, -3.0);
    assert!(window.query_by_label("Part 2, Auto: C4, velocity 90, 1.00 beats").is_some());
    press(&mut window, 1.0);
    assert!(window.query_by_label_contains("press to strike it out").is_some());
    press(&mut window, 3.0);
    assert!(window.query_by_label_contains("velocity").is_none());
}

#[test]
fn a_note_tells_what_plays_it_what_it_strikes_and_whether_it_is_heard() {
    let mut window = playing();
    window.state_mut().timbres.families[1] = Family::new(9);
    window.run_steps(2);
    press(&mut window, -3.0);
    assert!(window.query_by_label("Part 2, Flute: C4, velocity 90, 1.00 beats").is_some());
    assert_eq!(window.get_by_label("Part 2 family").value().as_deref(), Some("Auto: Flute"));
    let chosen = &mut window.state_mut().controls[Control::Family(1).place()];
    (chosen.value, chosen.text) = (1.0, String::from("Drums"));
    window.state_mut().timbres.families[1] = Some(Family::DRUMS);
    window.state_mut().controls[Control::Solo(3).place()].value = 1.0;
    window.run_steps(2);
    press(&mut window, -3.0);
    let text = "Part 2, Drums: high bongo, velocity 90, 1.00 beats\nunheard: the part is muted, or another is soloed";
    assert!(window.query_by_label(text).is_some());
    assert_eq!(window.get_by_label("Part 2 family").value().as_deref(), Some("Drums"));
}

#[test]
fn a_note_that_was_drawn_tells_how_likely_it_was() {
    let mut window = playing();
    let likelihood = Likelihood::new(0.07_f32.ln());
    let drawn = Note { part: Part::BAND[0], ..note(Part::BAND[0], 168) };
    let told = window.state_mut().roll.take(FromComposer::Committed(drawn, Some(likelihood)));
    assert_eq!(told, None);
    press(&mut window, -1.0);
    let text = "Part 1, Auto: C4, velocity 90, 1.00 beats\npitch surprising, 7 %";
    assert!(window.query_by_label(text).is_some());
    assert_eq!(window.get_by_label("Piano roll").value(), Some(String::from(text)));
    press(&mut window, -3.0);
    assert!(window.query_by_label_contains("velocity").is_some());
    assert!(window.query_by_label_contains(" %\n").is_none(), "what was not drawn has none");
}

#[test]
fn what_is_expected_of_the_player_is_shown_until_its_time_has_come() {
    let mut window = playing();
    let ghost = note(Part::PLAYER, 216);
    let roll = &mut window.state_mut().roll;
    *roll = Roll::default();
    assert_eq!(roll.take(FromComposer::Expected(vec![note(Part::PLAYER, 180), ghost])), None);
    let expected: Vec<Note> = roll.expected(Tick(192)).collect();
    assert_eq!(expected, [ghost]);
    window.run_steps(2);
    let at = press(&mut window, 1.0);
    assert!(window.query_by_label("Expected of you: C4, 1.00 beats").is_some());
    window.drag_at(at);
    window.run_steps(1);
    window.drop_at(at);
    window.run_steps(2);
    assert_eq!(window.state().intents, [], "nobody strikes out what the player may play");
    let roll = &mut window.state_mut().roll;
    assert_eq!(roll.take(FromComposer::Expected(Vec::new())), None);
    window.run_steps(2);
    assert!(window.query_by_label_contains("Expected of you").is_none());
}

#[test]
fn the_status_line_tells_how_much_of_the_player_was_expected() {
    let mut window = playing();
    let status = &mut window.state_mut().status;
    status.backend = String::from("tract");
    status.foreseen = Foreseen { notes: 5, expected: 5, repeated: 1 };
    window.run_steps(2);
    assert!(window.query_by_label_contains("foresees").is_none(), "too few to tell");
    window.state_mut().status.foreseen = Foreseen { notes: 40, expected: 18, repeated: 4 };
    window.run_steps(2);
    assert!(window.query_by_label("foresees 45 % of you").is_some());
}

#[test]
fn the_arrow_keys_go_from_note_to_note_and_enter_strikes_out() {
    let mut window = playing();
    window.state_mut().roll.add(note(Part::BAND[0], 120));
    window.get_by_label("Piano roll").focus();
    window.run_steps(2);
    let mut arrow = |key| {
        window.key_press(key);
        window.run_steps(2);
        let told = window.get_by_label("Piano roll").value().unwrap_or_default();
        String::from(told.split(':').next().unwrap())
    };
    let told = [Key::ArrowLeft, Key::ArrowLeft, Key::ArrowLeft, Key::ArrowRight, Key::ArrowRight]
        .map(&mut arrow);
    let (first, second) = ("Part 1, Auto", "Part 2, Auto");
    assert_eq!(told, [second, first, first, second, second], "the last is to come");
    window.key_press(Key::Enter);
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Veto(note(Part::BAND[1], 216))]);
}

#[test]
fn a_note_to_come_is_struck_out_by_a_press_and_one_of_the_past_is_not() {
    let mut window = playing();
    for (quarters, struck) in [(-3.0, vec![]), (1.0, vec![Intent::Veto(note(Part::BAND[1], 216))])]
    {
        let at = press(&mut window, quarters);
        window.drag_at(at);
        window.run_steps(1);
        window.drop_at(at);
        window.run_steps(2);
        assert_eq!(std::mem::take(&mut window.state_mut().intents), struck);
    }
    window.state_mut().roll.set_struck([note(Part::BAND[1], 216)].into_iter());
    let at = press(&mut window, 1.1);
    assert!(window.query_by_label_contains("struck out: press to have it played").is_some());
    window.drag_at(at);
    window.run_steps(1);
    window.drop_at(at);
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Restore(note(Part::BAND[1], 216))]);
    let part = Part::BAND[1];
    let answer = FromComposer::Hushed { part, from: Tick(216), to: Tick(217) };
    assert_eq!(window.state_mut().roll.take(answer), None);
    window.run_steps(2);
    assert!(window.query_by_label_contains("struck out").is_none());
}

#[test]
fn a_note_is_pointed_at_from_beside_it_and_the_nearest_is_told() {
    let mut window = playing();
    let at = press(&mut window, -3.0);
    window.hover_at(at + egui::vec2(0.0, 6.0));
    window.run_steps(2);
    assert!(window.query_by_label_contains("Part 2, Auto: C4").is_some());
    window.hover_at(at + egui::vec2(0.0, 40.0));
    window.run_steps(2);
    assert!(window.query_by_label_contains("Part 2, Auto: C4").is_none());
    let mut below = note(Part::BAND[0], 120);
    below.pitch = Pitch::new(58).unwrap();
    window.state_mut().roll.add(below);
    window.hover_at(at + egui::vec2(0.0, 7.0));
    window.run_steps(2);
    assert!(window.query_by_label_contains("Part 1, Auto: ").is_some(), "it is nearer");
}

#[test]
fn the_view_is_held_while_the_music_goes_on() {
    let mut window = playing();
    window.get_by_label("Hold the view").click();
    window.run_steps(2);
    window.state_mut().clock.position_quarters = 11.0;
    window.run_steps(2);
    press(&mut window, -3.0);
    assert!(window.query_by_label_contains("Part 2, Auto: C4").is_some(), "it is where it was");
    window.get_by_label("Follow the music again").click();
    window.run_steps(2);
    press(&mut window, -3.0);
    assert!(window.query_by_label_contains("Part 2, Auto: C4").is_none());
    press(&mut window, -6.0);
    assert!(window.query_by_label_contains("Part 2, Auto: C4").is_some());
    window.get_by_label("Hold the view").click();
    window.run_steps(2);
    assert!(window.state().memory.held.is_some());
    // What holds the focus lets go of it first.
    for _ in 0..2 {
        window.key_press(Key::Escape);
        window.run_steps(2);
    }
    assert_eq!(window.state().memory.held, None);
}

#[test]
fn the_view_is_held_as_long_as_ctrl_is_down_over_the_roll() {
    let mut window = playing();
    press(&mut window, -3.0);
    window.event(Event::ModifiersChanged(Modifiers::COMMAND));
    window.run_steps(2);
    assert_eq!(window.state().memory.held, Some(8.0));
    window.state_mut().clock.position_quarters = 9.0;
    window.run_steps(2);
    assert!(window.query_by_label("Follow the music again").is_some());
    window.event(Event::ModifiersChanged(Modifiers::NONE));
    window.run_steps(2);
    assert_eq!(window.state().memory.held, None);
}
