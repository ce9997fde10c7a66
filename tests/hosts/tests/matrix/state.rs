//! Songs that move from one host to another.

use antiphon_hosts::script::Session;

use crate::stage::{FORMATS, Format, bars, hashes, onsets, seed, set, take};

/// Settings that differ from the defaults in every room of the plugin.
fn unusual() -> Session {
    Session {
        parameters: vec![
            seed(4711),
            set("temp", 0.7),
            set("sty_a", 2.0 / 63.0),
            set("sty_b", 1.0 / 63.0),
            set("lean", 0.25),
            set("dens", 0.75),
            set("key", 0.5),
            set("lock", 1.0),
            set("quant", 1.0),
            set("lev_2", 0.6),
            set("pan_3", 0.2),
            set("mut_4", 1.0),
            set("reg_1", 0.75),
            set("hear", 0.0),
        ],
        ..bars(3)
    }
}

#[test]
fn a_song_saved_in_one_host_plays_the_same_in_the_other() {
    let folder = tempfile::tempdir().unwrap();
    for (from, to) in [(Format::Clap, Format::Vst3), (Format::Vst3, Format::Clap)] {
        let file = folder.path().join(format!("{from:?}.json"));
        let first = take(from, Session { save_state: Some(file.clone()), ..unusual() });
        let second = take(to, Session { load_state: Some(file.clone()), ..bars(3) });
        assert_eq!(second.notes, first.notes, "{from:?} to {to:?}");
        assert_eq!(hashes(&second), hashes(&first), "{from:?} to {to:?}");
        for ((name, value), (_, saved)) in second.parameters.iter().zip(&first.parameters) {
            assert!((value - saved).abs() < 1e-6, "{name}: {saved} became {value}");
        }
    }
}

#[test]
fn a_state_survives_being_saved_again() {
    let folder = tempfile::tempdir().unwrap();
    for format in FORMATS {
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        let still = Session { play_frames: 512, tail_frames: 0, ..unusual() };
        take(format, Session { save_state: Some(one.clone()), ..still.clone() });
        let again = Session {
            parameters: Vec::new(),
            load_state: Some(one.clone()),
            save_state: Some(two.clone()),
            ..still
        };
        take(format, again);
        let read = |path| String::from_utf8(std::fs::read(path).unwrap()).unwrap();
        assert_eq!(read(one), read(two), "{format:?}");
    }
}

#[test]
fn settings_make_a_difference() {
    for format in FORMATS {
        let (plain, unusual) = (take(format, bars(3)), take(format, unusual()));
        assert_ne!(onsets(&plain), onsets(&unusual), "{format:?}");
        let muted = &unusual.outputs[4];
        assert_eq!(muted.peak, 0.0, "{format:?}: a muted part is heard");
    }
}
