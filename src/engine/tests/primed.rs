//! Chains that begin with a long seed phrase, and first windows that are composed anew while the transport is about to start.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use super::host::{At, Host, standing};
use super::starved::{self, Clock, Playing, Thinking};
use crate::engine::audio::renderer::Sound;
use crate::engine::composer::{Composer, Next};
use crate::engine::link::ToComposer;
use crate::engine::playback::{Elsewhere, Place, Playback};
use crate::infer::Scripted;
use crate::music::recorder::Kept;
use crate::score::take::Music;
use crate::score::{Note, Part, Phrase, Pitch, Quantum, StyleBlend, Tick, Ticks, Velocity};

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;

fn note(onset: i64, pitch: u8) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::BAND[0],
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(5),
        velocity: Velocity::clamped(80),
    }
}

/// So many notes of a seed phrase.
fn phrase(notes: u8, lowest: u8) -> Arc<Phrase> {
    let note = |index: u8| note(i64::from(index) * 6, lowest + index % 24 * 7 % 24);
    Arc::new(Phrase::new((0..notes).map(note).collect()))
}

/// What is asked for while the transport stands.
fn asked(place: usize) -> ToComposer {
    let notes = (0..8).map(|it| note(it * 24, 120)).collect();
    let take = Music { begin: Tick(0), end: Tick(192), notes, ..Music::default() };
    match place {
        0 => ToComposer::SeedPhrase(phrase(8, 50)),
        _ => ToComposer::Play(Some(Arc::new(Playback::of(&take, Place::Start, Elsewhere::Silent)))),
    }
}

/// Two bars, from a composer that has come `steps` steps far with what it was asked when the transport starts, and gets its next turn a block later: beat
/// and pitch of the notes that sounded, and of those that a take of them has.
fn started(place: usize, steps: usize) -> [BTreeSet<(i64, u8)>; 2] {
    let mut host = Host::new();
    (host.settings.feel, host.settings.quantum) = (0.0, Quantum::Beat);
    host.live(standing(0.0), &[]);
    host.live(standing(0.0), &[]);
    host.links.to_composer.push(asked(place)).unwrap();
    for _ in 0..steps {
        host.composer.step().unwrap();
    }
    let mut sounded = BTreeSet::new();
    for tick in 0..2 * 96 + 12 {
        let at = At { quarters: tick as f64 / 24.0, bpm: 120.0, frames: TICK, playing: true };
        host.block(at, &[], false);
        sounded.extend(host.onsets().filter(|_| tick < 192).map(|it| (tick / 24, it.0)));
        if tick > 0 {
            host.turn();
        }
    }
    assert_eq!(host.late(), 0);
    let Kept { take, .. } = host.links.recording().keep_last(2).unwrap();
    assert_eq!((take.music.begin, take.music.end), (Tick(0), Tick(192)));
    let recorded = take.music.of_band().map(|it| (it.onset.0 / 24, it.pitch.number()));
    [sounded, recorded.collect()]
}

#[test]
fn what_is_asked_for_as_the_transport_starts_is_what_sounds_and_what_a_take_has() {
    for place in [0, 1] {
        let [early, _] = started(place, 100);
        for steps in [0, 1, 2, 3, 100] {
            let [sounded, recorded] = started(place, steps);
            assert!(sounded.len() > 7);
            assert_eq!(sounded, recorded, "asked for {place}, {steps} steps");
            // What the composer did not know of before the start begins later.
            assert_eq!(sounded == early, steps > 0, "asked for {place}, {steps} steps");
        }
    }
}

/// Ticks at which the band begins notes, on a host that jumps back by three bars at the end of the fourth; `changes` is what is done to its clock in the second.
fn jumped(changes: fn(&mut Clock)) -> Vec<usize> {
    let clock = Arc::new(Mutex::new(Clock::new(Quantum::Beat, Playing::Nothing)));
    let links = Arc::clone(&clock.lock().unwrap().links);
    clock.lock().unwrap().starves = false;
    clock.lock().unwrap().jump = Some((4 * 96, 3 * 96));
    links.to_composer.push(ToComposer::SeedPhrase(phrase(200, 50))).unwrap();
    let muse = Thinking { muse: Scripted::new(), clock: Arc::clone(&clock) };
    let mut composer = Composer::new(links, Box::new(muse), Sound::Silent);
    let mut changed = false;
    while clock.lock().unwrap().tick() < 6 * 96 {
        if !changed && clock.lock().unwrap().tick() > 96 {
            changes(&mut clock.lock().unwrap());
            changed = true;
        }
        if composer.step().unwrap() == Next::Wait {
            composer.prepare();
            clock.lock().unwrap().spend(starved::NAP);
        }
    }
    std::mem::take(&mut clock.lock().unwrap().begun)
}

#[test]
fn a_jump_with_a_long_seed_phrase_is_heard_from_its_first_beat() {
    let changes: [fn(&mut Clock); 2] = [|_| {}, |it| it.settings.style = StyleBlend::only(1)];
    for (place, changes) in changes.into_iter().enumerate() {
        let begun = jumped(changes);
        let first = begun.iter().find(|it| **it >= 4 * 96);
        assert!(first.is_some_and(|it| *it <= 4 * 96 + 3), "{place}: {first:?} of {begun:?}");
    }
}
