//! The takes drawer by hand.

use egui::accesskit::Role;
use egui::{Event, Key, Modifiers};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window};
use crate::gui::{Held, Intent, Mixer, PassView, TakeAct, TakeRow};

/// A window with its drawer open on two takes.
fn drawer() -> Harness<'static, Desk> {
    let row = |id, name: &str, is_playing| TakeRow {
        id,
        name: String::from(name),
        tags: String::new(),
        is_starred: id == 0,
        is_playing,
        details: String::from("4 bars, 120 bpm"),
        rating: None,
    };
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("Takes").click();
    window.run_steps(2);
    let takes = &mut window.state_mut().takes;
    takes.rows = vec![row(1, "Blue Bolero", false), row(0, "Airy Aria", true)];
    takes.count = 2;
    takes.bars_recorded = 37;
    takes.recording = Held { bytes: 300 << 10, limit: 4 << 20 };
    takes.undo = Some(String::from("deleting “Jolly Jig”"));
    window.run_steps(2);
    assert_eq!(window.state().intents, [], "opening the drawer does nothing else");
    window
}

/// What comes of clicks on what has these names.
fn acts(names: &[&str]) -> Vec<TakeAct> {
    let mut window = drawer();
    for name in names {
        window.get_by_label(name).click();
        window.run_steps(3);
    }
    let intents = std::mem::take(&mut window.state_mut().intents);
    let act = |intent| match intent {
        Intent::Take(act) => act,
        other => panic!("{other:?}"),
    };
    intents.into_iter().map(act).collect()
}

#[test]
fn the_last_bars_are_kept() {
    assert_eq!(acts(&["Keep last 4 bars"]), [TakeAct::KeepLast(4, 0)]);
    assert_eq!(acts(&["Keep last 16 bars"]), [TakeAct::KeepLast(16, 0)]);
    assert_eq!(acts(&["Seed from my last 2 bars"]), [TakeAct::SeedFromPlaying(2, 0)]);
    let window = drawer();
    assert!(window.query_by_label("Recording: 37 bars can be kept, 0.3 of 4 MiB").is_some());
}

#[test]
fn takes_are_starred_played_varied_exported_and_deleted() {
    assert_eq!(acts(&["Star Blue Bolero"]), [TakeAct::Star(1)]);
    assert_eq!(acts(&["Starred Airy Aria"]), [TakeAct::Star(0)]);
    assert_eq!(
        acts(&["Play Blue Bolero"]),
        [TakeAct::Play { id: 1, from_start: false, frozen: [false; 4] }]
    );
    assert_eq!(
        acts(&["Play here", "Play Blue Bolero"]),
        [TakeAct::Play { id: 1, from_start: true, frozen: [false; 4] }]
    );
    assert_eq!(acts(&["Chosen Airy Aria"]), [TakeAct::Silence]);
    let mut window = drawer();
    window.state_mut().clock.playing = true;
    window.run_steps(2);
    assert!(
        window.query_by_label("Playing Airy Aria").is_some(),
        "nothing plays while time stands"
    );
    assert_eq!(acts(&["Vary Blue Bolero"]), [TakeAct::Vary(1, [false; 4])]);
    assert_eq!(acts(&["Again Airy Aria"]), [TakeAct::Again(0)]);
    assert_eq!(acts(&["Seed Blue Bolero"]), [TakeAct::Seed(1)]);
    assert_eq!(acts(&["Export Blue Bolero"]), [TakeAct::Export(1)]);
    assert_eq!(acts(&["Delete Blue Bolero", "Undo"]), [TakeAct::Delete(1), TakeAct::Undo]);
}

#[test]
fn frozen_parts_stay_when_a_take_is_varied_or_played() {
    let frozen = [false, true, false, true];
    let pressed =
        ["Freeze part 1", "Freeze part 2", "Freeze part 4", "Freeze part 1", "Vary Blue Bolero"];
    assert_eq!(acts(&pressed), [TakeAct::Vary(1, frozen)]);
    let pressed = ["Freeze part 2", "Freeze part 4", "Play Blue Bolero"];
    assert_eq!(acts(&pressed), [TakeAct::Play { id: 1, from_start: false, frozen }]);
}

#[test]
fn a_locked_seed_takes_nothing_from_takes() {
    let mut window = drawer();
    window.state_mut().seed_locked = true;
    window.run_steps(2);
    for name in ["Seed Blue Bolero", "Seed from my last 2 bars"] {
        window.get_by_label(name).click();
        window.run_steps(2);
    }
    assert_eq!(window.state().intents, []);
}

#[test]
fn a_take_is_renamed_when_its_field_is_left() {
    let mut window = drawer();
    window.get_by_role_and_label(Role::TextInput, "Name of Blue Bolero").click();
    window.run_steps(2);
    window.key_press_modifiers(Modifiers::COMMAND, Key::A);
    window.event(Event::Text(String::from("Bold Banjo")));
    window.run_steps(2);
    assert_eq!(window.state().intents, []);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let renamed = TakeAct::Rename(1, String::from("Bold Banjo"));
    assert_eq!(window.state().intents, [Intent::Take(renamed)]);
}

#[test]
fn work_that_goes_on_can_be_stopped() {
    let mut window = drawer();
    window.state_mut().takes.job = Some((String::from("Varying Airy Aria"), 0.4));
    window.run_steps(2);
    window.get_by_label("Stop").click();
    window.run_steps(2);
    assert_eq!(window.state().intents, [Intent::Take(TakeAct::StopJob)]);
}

#[test]
fn takes_that_the_search_hides_are_told_and_shown_again() {
    let mut window = drawer();
    assert!(window.query_by_label_contains("The search hides").is_none());
    window.state_mut().memory.drawer.search = String::from("aria");
    window.state_mut().takes.count = 27;
    window.run_steps(2);
    assert!(window.query_by_label("The search hides 25 of 27").is_some());
    window.get_by_label("Show all").click();
    window.run_steps(2);
    assert_eq!(window.state().memory.drawer.search, "");
}

#[test]
fn an_earlier_pass_is_chosen_and_kept() {
    let mut window = drawer();
    let pass = |chain, number| PassView {
        chain,
        number,
        count: 3,
        earlier: (number > 1).then(|| chain - 1),
        later: (number < 3).then(|| chain + 1),
    };
    window.state_mut().takes.pass = Some(pass(7, 3));
    window.run_steps(2);
    assert!(window.query_by_label("Pass 3 of 3: 37 bars").is_some());
    window.get_by_label("Earlier pass").click();
    window.run_steps(3);
    assert_eq!(window.state().memory.drawer.pass, Some(6));
    let takes = &mut window.state_mut().takes;
    (takes.pass, takes.bars_recorded) = (Some(pass(6, 2)), 25);
    window.run_steps(2);
    assert!(window.query_by_label("Pass 2 of 3: 25 bars").is_some());
    window.get_by_label("Keep last 16 bars").click();
    window.run_steps(3);
    assert_eq!(window.state().intents, [Intent::Take(TakeAct::KeepLast(16, 6))]);
    window.get_by_label("Newest pass").click();
    window.run_steps(3);
    assert_eq!(window.state().memory.drawer.pass, None);
}

#[test]
fn the_buttons_beside_a_pass_stand_still_whatever_it_is_called() {
    let mut window = drawer();
    let mut lefts = Vec::new();
    for (count, bars, chosen) in [(4, 1, None), (4, 999, None), (1234, 99_999, Some(2))] {
        let state = window.state_mut();
        state.takes.bars_recorded = bars;
        state.memory.drawer.pass = chosen;
        let number = count;
        state.takes.pass =
            Some(PassView { chain: 3, number, count, earlier: Some(2), later: None });
        window.run_steps(3);
        let rect = |name: &str| window.get_by_label(name).rect();
        let text = window.get_by_label_contains(&format!("Pass {count} of {count}")).rect();
        assert!(text.right() <= rect("Earlier pass").left(), "{count}: {text}");
        lefts.push(["Earlier pass", "Later pass", "Newest pass"].map(|it| rect(it).left()));
    }
    assert!(lefts.iter().all(|it| *it == lefts[0]), "{lefts:?}");
}

#[test]
fn each_undo_says_what_it_would_take_back() {
    let mut window = drawer();
    let says = |window: &mut Harness<'static, Desk>, name: &str, text: &str| {
        let at = window.get_by_label(name).rect().center();
        window.hover_at(at);
        window.run_steps(60); // the pointer rests
        assert!(window.query_by_label_contains(text).is_some(), "{name}: {text}");
    };
    says(&mut window, "Undo", "Undo in the list of takes: deleting “Jolly Jig”");
    window.state_mut().presets.undo = Some(String::from("Density"));
    window.run_steps(2);
    says(&mut window, "Undo in the window", "Undo: Density (Ctrl+Z)");
    says(&mut window, "Redo in the window", "Redo (Ctrl+Shift+Z): there is nothing.");
}
