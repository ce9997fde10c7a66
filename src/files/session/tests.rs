//! A session comes back, and none is ever lost.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::{Begin, Opened, Session, is_at, is_foreign, open};
use crate::files::state::{self, State};
use crate::score::Meter;

fn session(density: f64) -> Session {
    let state = State { preset: Some(String::from("Evening")), ..State::default() };
    Session {
        meter: Meter::new(7, 8).unwrap(),
        parameters: BTreeMap::from([(String::from("dens"), density)]),
        state: state::write(&state),
    }
}

fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|it| it.unwrap().file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A place in a folder that is not there yet.
fn place(folder: &tempfile::TempDir) -> PathBuf {
    folder.path().join("Antiphon").join("session.json")
}

#[test]
fn a_session_comes_back_as_it_was_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    let Opened { store, session: before, notices, remarks } = open(&path, Begin::Again);
    assert_eq!((before, notices.len(), remarks.len()), (None, 0, 0));
    let store = store.unwrap();
    for density in [0.1, f64::from(0.3_f32)] {
        store.save(&session(density)).unwrap();
    }
    drop(store);
    let again = open(&path, Begin::Again);
    assert_eq!(again.session, Some(session(f64::from(0.3_f32))));
    drop(again);
    assert_eq!(names(path.parent().unwrap()), ["session.json"]);
}

#[test]
fn two_at_once_do_not_write_over_each_other_and_both_are_kept() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    let first = open(&path, Begin::Again).store.unwrap();
    first.save(&session(0.5)).unwrap();
    for (begin, name) in [(Begin::Again, "session-1.json"), (Begin::New, "session-2.json")] {
        let Opened { store, session: before, notices, remarks } = open(&path, begin);
        assert_eq!(before, (begin == Begin::Again).then(|| session(0.5)));
        assert!(notices.is_empty(), "it is no trouble: {notices:?}");
        let beside = path.with_file_name(name);
        assert!(remarks[0].contains(beside.to_str().unwrap()), "{remarks:?}");
        let second = store.unwrap();
        assert_eq!(second.path(), beside);
        second.save(&session(0.7)).unwrap();
        drop(second);
        assert_eq!(open(&beside, Begin::Again).session, Some(session(0.7)));
    }
    drop(first);
    let names = names(path.parent().unwrap());
    assert_eq!(names, ["session-1.json", "session-2.json", "session.json"], "and no locks");
    let again = open(&path, Begin::Again);
    assert_eq!((again.session, again.store.unwrap().path()), (Some(session(0.5)), &*path));
}

#[test]
fn what_another_is_about_to_keep_is_not_taken_for_a_free_place() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    let _first = open(&path, Begin::Again);
    let second = open(&path, Begin::New).store.unwrap();
    let third = open(&path, Begin::New).store.unwrap();
    assert!(second.path().ends_with("session-1.json") && third.path().ends_with("session-2.json"));
}

#[test]
fn what_cannot_be_read_is_set_aside_and_told() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let texts = [
        ("no session", "damaged"),
        ("{\"antiphon_session\":9,\"all\":\"new\"}", "newer Antiphon (version 9)"),
        (
            "{\"antiphon_session\":1,\"meter\":[4,4],\"parameters\":{},\"state\":{\"version\":77}}",
            "newer Antiphon (version 77)",
        ),
        (
            "{\"antiphon_session\":1,\"meter\":[4,5],\"parameters\":{},\"state\":{\"version\":2}}",
            "time signature",
        ),
    ];
    for (number, (text, reason)) in (1..).zip(texts) {
        fs::write(&path, text).unwrap();
        let opened = open(&path, Begin::Again);
        assert!(opened.notices[0].contains(reason), "{opened:?}");
        let aside = folder.path().join(format!("session-{number}.json"));
        assert!(opened.notices[0].contains(aside.to_str().unwrap()), "{opened:?}");
        assert_eq!(opened.session, None);
        opened.store.unwrap().save(&session(0.5)).unwrap();
        assert_eq!(fs::read_to_string(aside).unwrap(), text);
    }
}

#[test]
fn what_was_never_a_session_is_told_from_one_that_is_damaged() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("song.mid");
    assert!(!is_foreign(&path), "nothing is there");
    for (text, foreign) in [("MThd\0\0\0\u{6}", true), ("{}", true), ("", false)] {
        fs::write(&path, text).unwrap();
        assert_eq!(is_foreign(&path), foreign, "{text}");
    }
    open(&path, Begin::Again).store.unwrap().save(&session(0.5)).unwrap();
    assert!(!is_foreign(&path));
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() / 2]).unwrap();
    assert!(!is_foreign(&path), "it is half of one");
}

#[test]
fn a_new_session_leaves_the_one_before_under_another_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    open(&path, Begin::New).store.unwrap().save(&session(0.5)).unwrap();
    let new = open(&path, Begin::New);
    assert_eq!(new.session, None);
    assert!(new.notices.is_empty() && new.remarks[0].contains("session-1.json"), "{new:?}");
    drop(new);
    let before = open(&path.with_file_name("session-1.json"), Begin::Again);
    assert_eq!(before.session, Some(session(0.5)));
}

#[test]
fn a_place_that_takes_no_file_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let opened = open(&file.join("session.json"), Begin::Again);
    assert!(opened.store.is_none() && opened.notices[0].contains("is not kept"), "{opened:?}");
}

#[test]
fn a_lock_holds_on_a_full_disk_as_long_as_it_is_the_one_that_lies_there() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json.lock");
    let mut file = fs::File::create(&path).unwrap();
    assert!(is_at(&path, &mut file, "1-0"));
    // It takes no byte, as on a full disk.
    let mut full = fs::File::open(&path).unwrap();
    assert!(is_at(&path, &mut full, "2-0"));
    fs::remove_file(&path).unwrap();
    assert!(!is_at(&path, &mut full, "2-0"));
    fs::write(&path, "another's").unwrap();
    assert!(!is_at(&path, &mut file, "1-0"));
}

#[test]
fn a_second_one_that_finds_no_place_says_so_and_leaves_no_locks() {
    let folder = tempfile::tempdir().unwrap();
    // As long as a name may be: there is none with a number and a lock.
    let name = format!("{}.json", "s".repeat(255 - ".json.lock".len()));
    let path = folder.path().join(&name);
    let first = open(&path, Begin::Again).store.unwrap();
    first.save(&session(0.5)).unwrap();
    let second = open(&path, Begin::Again);
    assert_eq!((second.session, second.store.is_none()), (Some(session(0.5)), true));
    assert_eq!(second.notices.len(), 1);
    assert!(second.notices[0].contains("s-1.json"), "{:?}", second.notices);
    assert_eq!(names(folder.path()), [name.clone(), format!("{name}.lock")]);
}

#[test]
fn a_second_one_that_cannot_read_what_the_first_keeps_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let path = place(&folder);
    let _first = open(&path, Begin::Again);
    fs::write(&path, "{\"antiphon_session\":9}").unwrap();
    let second = open(&path, Begin::Again);
    assert!(second.session.is_none() && second.store.is_some());
    assert!(second.notices[0].contains("newer Antiphon (version 9)"), "{:?}", second.notices);
    assert!(open(&path, Begin::New).notices.is_empty());
}
