//! What the system is asked for, and what the composer's thread comes to have on Linux.

use std::sync::Arc;
use std::thread::Builder;

use super::super::Worker;
use super::{Priority, WISHES, go_before_ordinary_work, raise_by};
use crate::engine::audio::renderer::Sound;
use crate::engine::link::{Links, ToComposer};
use crate::infer::Scripted;

#[test]
fn the_most_that_is_granted_is_in_force_and_a_refusal_is_told() {
    for (granted, expected) in
        [(99, Priority::Raised), (60, Priority::Raised), (0, Priority::Ordinary)]
    {
        let mut asked = Vec::new();
        let told = raise_by(WISHES, |wish| {
            asked.push(wish);
            wish <= granted
        });
        assert_eq!(told, expected, "up to {granted}: asked for {asked:?}");
        assert!(asked.is_sorted_by(|a, b| a > b), "{asked:?}");
        let refused = WISHES.iter().filter(|wish| **wish > granted).count();
        assert_eq!(asked.len(), WISHES.len().min(refused + 1), "none after one is granted");
    }
}

/// Niceness and scheduling policy of the calling thread (proc(5), fields 19 and 41).
#[cfg(target_os = "linux")]
fn standing() -> (i64, i64) {
    let stat = std::fs::read_to_string("/proc/thread-self/stat").unwrap();
    let after_name = stat.rsplit_once(')').unwrap().1;
    let field =
        |number: usize| after_name.split_whitespace().nth(number - 3).unwrap().parse().unwrap();
    (field(19), field(41))
}

/// Of a thread that `work`s.
#[cfg(target_os = "linux")]
fn in_a_thread<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    Builder::new().spawn(work).unwrap().join().unwrap()
}

#[test]
#[cfg(target_os = "linux")]
fn a_raised_thread_goes_before_the_one_that_started_it_and_one_that_is_refused_beside_it() {
    const ORDINARY: i64 = 0;
    let (before, told, after) = in_a_thread(|| (standing(), go_before_ordinary_work(), standing()));
    assert_eq!(after.1, ORDINARY);
    match told {
        Priority::Raised => assert!(after.0 < 0 && after.0 <= before.0, "{before:?} {after:?}"),
        Priority::Ordinary => assert_eq!(after.0, before.0),
        Priority::Unknown => panic!("it was asked for"),
    }
}

#[test]
#[cfg(target_os = "linux")]
fn an_audio_thread_that_starts_the_composer_does_not_make_it_one() {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    const FIFO: i64 = 1;
    let (host, composer) = in_a_thread(|| {
        let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
        // Where the system lets nobody have it, there is nothing to inherit.
        set_thread_priority_and_policy(thread_native_id(), 10.try_into().unwrap(), policy).ok();
        let composer = in_a_thread(|| {
            go_before_ordinary_work();
            standing()
        });
        (standing(), composer)
    });
    assert!(host.1 == FIFO || composer.0 <= host.0, "{host:?}");
    assert_ne!(composer.1, FIFO, "{composer:?}");
}

#[test]
#[cfg(target_os = "linux")]
fn what_opening_a_pack_starts_has_the_host_s_priority_and_the_composer_says_what_it_has() {
    let links = Links::new();
    let (tell, opening) = crossbeam::channel::bounded(1);
    let open = move || {
        tell.send(standing()).unwrap();
        Ok(Box::new(Scripted::new()) as _)
    };
    let mut worker = Worker::start(Arc::clone(&links), Sound::Silent, open).unwrap();
    links.to_composer.push(ToComposer::Quit).unwrap();
    worker.join();
    assert_eq!(opening.recv().unwrap(), standing());
    assert_ne!(links.gauges.priority(), Priority::Unknown);
}
