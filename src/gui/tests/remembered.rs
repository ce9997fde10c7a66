//! The memory drawer by hand.

use std::path::PathBuf;

use egui::accesskit::Role;
use egui::{Event, Key};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;

use super::{Desk, window};
use crate::gui::{FileWish, Intent, MemoryAct, Mixer, RememberedView};
use crate::params::Control;

/// A window with its drawer open on some memory.
fn drawer() -> Harness<'static, Desk> {
    let mut window = window(Mixer::Shown);
    window.run();
    window.get_by_label("Memory drawer").click();
    window.run_steps(2);
    window.state_mut().remembered = RememberedView {
        notes: 1234,
        limit: 8192,
        bytes: 9_872,
        limit_bytes: 64 << 10,
        heard: 87,
        gain: Some(0.214),
        undo: Some(String::from("clearing the memory")),
        place: String::from("/home/me/mine.memory"),
        note: None,
    };
    window.run_steps(2);
    assert_eq!(window.state().intents, [], "opening the drawer does nothing else");
    window
}

fn acts(window: &mut Harness<'static, Desk>, names: &[&str]) -> Vec<MemoryAct> {
    for name in names {
        window.get_by_role_and_label(Role::Button, name).click();
        window.run_steps(3);
    }
    let intents = std::mem::take(&mut window.state_mut().intents);
    let act = |intent| match intent {
        Intent::Memory(act) => act,
        other => panic!("{other:?}"),
    };
    intents.into_iter().map(act).collect()
}

#[test]
fn it_says_how_much_is_remembered_and_what_that_is_worth() {
    let mut window = drawer();
    for text in ["1,234 notes in the memory", "of 8,192; 10 of 64 KiB", "87 new notes", "+0.21"] {
        assert!(window.query_by_label(text).is_some(), "{text}");
    }
    window.state_mut().remembered.gain = None;
    window.run_steps(2);
    assert!(window.query_by_label("not heard enough yet").is_some());
    window.state_mut().controls[Control::Memory.place()].value = 0.0;
    window.run_steps(2);
    assert!(window.query_by_label("Memory is at 0 %").is_some());
}

#[test]
fn it_is_added_to_cleared_and_brought_back() {
    let mut window = drawer();
    let pressed = ["Remember", "Clear the memory", "Undo the change of the memory"];
    let acts = acts(&mut window, &pressed);
    assert_eq!(acts, [MemoryAct::Remember, MemoryAct::Clear, MemoryAct::Undo]);
}

#[test]
fn what_cannot_be_done_is_not_offered() {
    let mut window = drawer();
    window.state_mut().remembered = RememberedView { limit: 8192, ..RememberedView::default() };
    window.run_steps(2);
    let pressed =
        ["Remember", "Clear the memory", "Undo the change of the memory", "Save the memory"];
    assert_eq!(acts(&mut window, &pressed), []);
    assert!(window.query_by_label("The memory is empty").is_some());
    assert!(window.query_by_label("Path to save the memory").is_none());
}

#[test]
fn files_are_asked_for_by_their_paths() {
    let mut window = drawer();
    let offered = FileWish::SaveMemory(String::from("/home/me/mine.memory"));
    for (button, wish) in [("Save the memory", &offered), ("Load a memory", &FileWish::LoadMemory)]
    {
        window.get_by_label(button).click();
        window.run_steps(3);
        assert_eq!(std::mem::take(&mut window.state_mut().intents), [Intent::Browse(wish.clone())]);
    }
    window.state_mut().memory.ask_by_path(&offered, None);
    window.run_steps(3);
    window.get_by_label("Replace a file that is there").click();
    window.run_steps(2);
    let path = PathBuf::from("/home/me/mine.memory");
    assert_eq!(acts(&mut window, &["Save"]), [MemoryAct::Save { path, replace: true }]);
    window.state_mut().memory.ask_by_path(&FileWish::LoadMemory, None);
    window.run_steps(3);
    window.event(Event::Text(String::from("/yours.memory")));
    window.run_steps(2);
    window.key_press(Key::Enter);
    window.run_steps(2);
    let loaded = MemoryAct::Load(PathBuf::from("/yours.memory"));
    assert_eq!(acts(&mut window, &[]), [loaded]);
    assert!(window.query_by_label("Path of a memory").is_none(), "the question is gone");
}

#[test]
fn files_chosen_in_the_system_s_dialog_need_no_more_words() {
    let mut window = drawer();
    let (mut intents, memory) = (Vec::new(), &mut window.state_mut().memory);
    let path = || PathBuf::from("/mine.memory");
    memory.chosen(&FileWish::SaveMemory(String::new()), path(), &mut intents);
    memory.chosen(&FileWish::LoadMemory, path(), &mut intents);
    let save = MemoryAct::Save { path: path(), replace: true };
    assert_eq!(intents, [save, MemoryAct::Load(path())].map(Intent::Memory));
}
