//! What a song keeps comes back, and what cannot be read is not lost.

use nice_plug::params::persist::PersistentField;

use super::{Kept, Step};
use crate::files::state::{self, EditorSize};

const V1: &str = include_str!("../../../tests/data/states/v1.json");

fn saved(kept: &Kept) -> String {
    kept.map(String::clone)
}

#[test]
fn a_song_s_state_comes_back() {
    let kept = Kept::default();
    kept.set(String::from(V1));
    assert_eq!(kept.seed_phrase().notes().len(), 2);
    let again = Kept::default();
    again.set(saved(&kept));
    assert_eq!(again.seed_phrase(), kept.seed_phrase());
    assert_eq!(again.editor_size(), EditorSize::new(1100, 700));
}

#[test]
fn another_pack_is_told_and_ours_is_saved() {
    let kept = Kept::default();
    kept.set(String::from(V1));
    assert!(kept.notices().iter().any(|notice| notice.text.contains("the pack default")));
    let read = state::read(&saved(&kept)).unwrap();
    assert_eq!(read.state.pack, super::pack());
}

#[test]
fn what_cannot_be_read_is_told_and_saved_as_it_was() {
    for text in ["{\"version\":7,\"more\":[1]}", "no state"] {
        let kept = Kept::default();
        kept.set(String::from(text));
        assert_eq!(kept.notices().len(), 1);
        assert_eq!(saved(&kept), text);
        kept.set_editor_size(EditorSize::new(1000, 700).unwrap());
        assert_eq!(saved(&kept), text);
        kept.set_seed_phrase(kept.seed_phrase()).unwrap();
        assert!(state::read(&saved(&kept)).is_ok());
    }
}

#[test]
fn a_locked_seed_keeps_its_phrase_and_comes_back_locked() {
    let kept = Kept::default();
    kept.set(String::from(V1));
    let phrase = kept.seed_phrase();
    kept.lock_seed(true);
    assert!(kept.set_seed_phrase(std::sync::Arc::default()).unwrap_err().contains("locked"));
    assert!(kept.refuse_if_locked().is_err());
    assert_eq!(kept.seed_phrase(), phrase);
    let again = Kept::default();
    again.set(saved(&kept));
    assert!(again.is_seed_locked());
    again.lock_seed(false);
    again.set_seed_phrase(std::sync::Arc::default()).unwrap();
    assert!(again.seed_phrase().is_empty() && !saved(&again).contains("seed_locked"));
}

#[test]
fn the_preset_and_the_open_drawer_come_back() {
    let kept = Kept::default();
    assert!(!saved(&kept).contains("preset") && !saved(&kept).contains("drawer"));
    kept.set_preset(Some(String::from("Slow air")));
    kept.set_drawer(Some("takes"));
    let again = Kept::default();
    again.set(saved(&kept));
    assert_eq!(again.preset().as_deref(), Some("Slow air"));
    assert_eq!(again.drawer().as_deref(), Some("takes"));
}

#[test]
fn a_seed_phrase_is_taken_back_until_another_song_is_loaded() {
    let kept = Kept::default();
    kept.set(String::from(V1));
    let can = || {
        let (undo, redo) = kept.undo_and_redo(|_| String::new());
        (undo.is_some(), redo.is_some())
    };
    assert_eq!(can(), (false, false), "loading is nothing to undo");
    let phrase = kept.seed_phrase();
    kept.set_seed_phrase(phrase.clone()).unwrap();
    assert_eq!(can(), (false, false), "nothing has changed");
    kept.set_seed_phrase(std::sync::Arc::default()).unwrap();
    let step = kept.lock().history.undo();
    let Some(Step::Phrase { after, .. }) = step else { panic!("{step:?}") };
    kept.put_seed_phrase(after);
    assert_eq!(kept.seed_phrase(), phrase);
    assert_eq!(can(), (false, true));
    kept.set(String::from(V1));
    assert_eq!(can(), (false, false));
}
