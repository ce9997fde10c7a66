//! What is done without a host is there at the next start.

use std::time::{Duration, Instant};

use super::{Begin, Keeping, Song, restore, session, snapshot};
use crate::gui::TakeAct;
use crate::params::Control;
use crate::plugin::export::put;
use crate::score::Meter;

const V2: &str = include_str!("../../../tests/data/states/v2.json");

#[test]
fn a_take_that_was_kept_is_there_at_the_next_start() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let song = Song::new();
    let mut keeping =
        Keeping::new(session::open(&path, Begin::Again).store.unwrap(), snapshot(&song));
    song.kept.load(String::from(V2));
    song.kept.act(TakeAct::Rename(0, String::from("The good one")));
    song.kept.deck.set_meter(Meter::new(7, 8).unwrap());
    put(song.controls.get(Control::Density), 0.35);
    put(song.controls.get(Control::Mode(2)), 1.0);
    put(song.controls.get(Control::Mute(1)), 1.0);
    put(song.controls.get(Control::FreeTempo), 96.5);
    keeping.look(snapshot(&song), Instant::now());
    keeping.save().unwrap();
    let left = snapshot(&song);
    drop((song, keeping));

    let again = Song::new();
    let opened = session::open(&path, Begin::Again);
    assert_eq!(opened.notices, [""; 0]);
    restore(&again, &opened.session.unwrap());
    assert_eq!(snapshot(&again), left);
    assert_eq!(again.kept.state().takes[0].name, "The good one");
    assert_eq!(again.controls.free_tempo().bpm(), 96.5);
    assert!(again.controls.get(Control::Mute(1)).value() > 0.5);
    assert_eq!(again.kept.deck.meter(), Meter::new(7, 8).unwrap());
}

#[test]
fn it_is_written_when_it_rests_and_no_later_than_after_ten_seconds() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let song = Song::new();
    let store = session::open(&path, Begin::Again).store.unwrap();
    let mut keeping = Keeping::new(store, snapshot(&song));
    let (begin, mut due) = (Instant::now(), Vec::new());
    for second in 0..30_u8 {
        // It changes in the third second, and from the tenth on all the time.
        if second == 3 || (10..25).contains(&second) {
            put(song.controls.get(Control::Seed), f64::from(second));
        }
        let now = begin + Duration::from_secs(second.into());
        if keeping.look(snapshot(&song), now) {
            keeping.save().unwrap();
            assert!(path.exists());
            due.push(second);
        }
    }
    assert_eq!(due, [5, 20, 26]);
}

#[test]
fn what_has_not_changed_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("session.json");
    let song = Song::new();
    let store = session::open(&path, Begin::Again).store.unwrap();
    Keeping::new(store, snapshot(&song)).save().unwrap();
    assert!(!path.exists());
}

#[test]
fn what_a_file_says_beyond_a_range_is_brought_into_it() {
    let song = Song::new();
    for (plain, share) in [(1e30, 1.0), (-1e30, 0.0)] {
        for control in [Control::Temperature, Control::Seed, Control::Bypass] {
            put(song.controls.get(control), plain);
            assert_eq!(song.controls.get(control).value(), share, "{control:?}");
        }
    }
}
