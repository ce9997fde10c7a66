//! The callback neither allocates nor frees, and the guard that says so works.

use std::process::Command;

use antiphon::engine::audio::renderer::Sound;
use antiphon::engine::offline::Request;
use antiphon::score::{Follow, MapPoint, Mode, PartSettings, PartTimbre, Quantum, Settings, Tick};
use nice_assert_no_alloc::assert_no_alloc;

use crate::stage::{jam, request};

/// Set in the child process that is to allocate where it must not.
const PLANTED: &str = "ANTIPHON_PLANT_ALLOCATION";

#[test]
fn the_callback_does_not_allocate() {
    for (sound, quantum) in [
        (Sound::Synth, Quantum::HalfBeat),
        (Sound::Synth, Quantum::Bar),
        (Sound::Silent, Quantum::Beat),
    ] {
        let settings = Settings { quantum, ..request().settings };
        let (notes, _) = jam(&Request { settings, block: 64, ..request() }, sound, |_| true);
        assert!(notes.len() > 40);
    }
    let mut settings = request().settings;
    for (part, follow) in settings.parts.iter_mut().zip(Follow::ALL) {
        *part = PartSettings { mode: Mode::Follow, follow, ..*part };
    }
    let (notes, _) = jam(&Request { settings, block: 64, ..request() }, Sound::Synth, |_| true);
    assert!(notes.len() >= 4, "{notes:?}");
}

#[test]
fn a_timbre_that_moves_allocates_nothing() {
    for mode in [Mode::Play, Mode::Follow] {
        let mut settings = request().settings;
        settings.parts[1].mode = mode;
        let plain = Request { settings, block: 64, ..request() };
        let changes = (0_u8..180).map(|step| {
            let mut settings = settings;
            let point = MapPoint::of_shares(f32::from(step) / 180.0, 0.5);
            settings.parts.iter_mut().for_each(|part| part.timbre = PartTimbre::At(point));
            (Tick(10 + 2 * i64::from(step)), settings)
        });
        let moved = Request { changes: changes.collect(), ..plain.clone() };
        let (expected, _) = jam(&plain, Sound::Synth, |_| true);
        let (notes, late) = jam(&moved, Sound::Synth, |_| true);
        assert_eq!((notes.len(), late), (expected.len(), 0));
    }
}

#[test]
fn a_planted_allocation_is_caught() {
    if std::env::var_os(PLANTED).is_some() {
        assert_no_alloc(|| drop(std::hint::black_box(vec![1_u8; 64])));
        return; // reached only if the guard is asleep
    }
    let this = std::env::current_exe().unwrap();
    let child = Command::new(this)
        .args(["--exact", "real_time::a_planted_allocation_is_caught"])
        .env(PLANTED, "1")
        .output()
        .unwrap();
    assert!(!child.status.success(), "the guard let an allocation pass");
}
