//! The callback neither allocates nor frees, and the guard that says so works.

use std::process::Command;

use antiphon::engine::audio::renderer::Sound;
use antiphon::engine::offline::Request;
use antiphon::score::{Follow, Mode, PartSettings, Quantum, Settings};
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
