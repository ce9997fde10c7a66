//! Composer and renderer by turns, on transports that make trouble.

mod again;
mod answered;
mod entry;
mod feel;
mod follow;
mod foreseen;
mod heard;
mod host;
mod joined;
mod primed;
mod revision;
mod starved;
mod switched;
mod timbre;
mod vetoed;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::host::{At, Host, LARGEST, Onset, RATE, standing};

use super::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, Renderer, Sound, Transport,
};
use super::link::{FromAudio, FromComposer, Links, ToAudio, ToComposer};
use crate::score::{Meter, Mix, Note, Part, Phrase, Pitch, Quantum, Tempo, Tick, Ticks, Velocity};

/// Five seconds with a tempo step in the fourth beat: the notes, and where chains began.
fn with_tempo_step(frames: usize, from: f64, to: f64) -> (Vec<Onset>, Vec<i64>) {
    let mut host = Host::new();
    let (step, mut notes) = (3.3, Vec::new());
    let rate = f64::from(RATE);
    let step_frame = step * 60.0 / from * rate;
    for block in 0..5 * 48_000 / frames {
        let frame = (block * frames) as f64;
        let (quarters, bpm) = if frame < step_frame {
            (frame / rate * from / 60.0, from)
        } else {
            (step + (frame - step_frame) / rate * to / 60.0, to)
        };
        host.offline(At { quarters, bpm, frames, playing: true }, &[]);
        notes.extend(host.onsets());
    }
    (notes, host.chains())
}

#[test]
fn a_tempo_step_is_no_jump_at_any_block_size() {
    for (from, to) in [(120.0, 60.0), (120.0, 180.0), (90.0, 360.0), (120.0, 140.0)] {
        let (small, _) = with_tempo_step(64, from, to);
        for frames in [1024, 4096, 8192] {
            let (large, chains) = with_tempo_step(frames, from, to);
            assert_eq!(chains, [0], "{from} to {to} bpm in blocks of {frames}");
            // The last block reaches a little beyond the others.
            let same = small.len().min(large.len()) - 8;
            assert!(same > 8);
            assert_eq!(small[..same], large[..same], "{from} to {to} bpm in blocks of {frames}");
        }
    }
}

#[test]
fn a_jump_is_a_jump_at_any_block_size() {
    for frames in [64, 1024, 4096] {
        let mut host = Host::new();
        for quarters in [0.0, 8.0, 4.0, 3.0] {
            host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &[]);
        }
        assert_eq!(host.chains(), [0, 192, 96, 72], "in blocks of {frames}");
    }
}

/// The onsets of each pass of a loop of four bars in real time, and where chains began.
fn looped(frames: usize, quantum: Quantum) -> (Vec<Vec<Onset>>, Vec<i64>, u32) {
    const LENGTH: usize = 384_000;
    let mut host = Host::new();
    host.settings.quantum = quantum;
    host.live(standing(0.0), &[]);
    let (mut position, mut passes) = (0, vec![Vec::new()]);
    for _ in 0..3 * LENGTH / frames {
        let quarters = position as f64 / 24_000.0;
        host.live(At { quarters, bpm: 120.0, frames, playing: true }, &[]);
        passes.last_mut().unwrap().extend(host.onsets());
        position += frames;
        if position >= LENGTH {
            // Hosts that do not cut their blocks at the loop's end land beside its start.
            position -= LENGTH;
            passes.push(Vec::new());
        }
    }
    passes.truncate(3);
    (passes, host.chains(), host.late())
}

#[test]
fn a_loop_plays_the_same_in_each_pass_and_from_its_first_beat() {
    for (frames, quantum) in [(256, Quantum::Beat), (2048, Quantum::Beat), (256, Quantum::Bar)] {
        let (passes, chains, late) = looped(frames, quantum);
        assert_eq!((late, &chains[..3]), (0, &[0, 0, 0][..]), "{frames} {quantum:?}");
        assert!(passes[0].len() > 16);
        for pass in &passes[1..] {
            let same = pass.iter().zip(&passes[0]).take_while(|(a, b)| a == b).count();
            assert!(same + 4 >= passes[0].len(), "{frames} {quantum:?}: {same} of {:?}", passes);
        }
    }
}

#[test]
fn all_notes_off_ends_notes_where_it_comes_and_not_before_they_begin() {
    let mut host = Host::new();
    let mut ended = 0;
    for block in 0..40 {
        let quarters = f64::from(block) * 4096.0 / 24_000.0;
        let off = [HostEvent { frame: 4000, kind: HostEventKind::AllNotesOff }];
        host.offline(At { quarters, bpm: 120.0, frames: 4096, playing: true }, &off);
        assert!(host.played.is_sorted_by_key(|it| it.frame), "{:?}", host.played);
        ended += host.played.iter().filter(|it| it.velocity.is_none()).count();
    }
    assert!(ended > 10);
}

fn phrase(pitch: u8) -> Arc<Phrase> {
    let note = |onset| Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(12),
        velocity: Velocity::clamped(80),
    };
    Arc::new(Phrase::new((0..8).map(|it| note(it * 12)).collect()))
}

fn committed(host: &Host) -> Vec<Note> {
    let commits = std::iter::from_fn(|| host.links.to_audio.pop()).filter_map(|it| match it {
        ToAudio::Commit(commit) => Some(commit),
        ToAudio::Grid(_)
        | ToAudio::Veto { .. }
        | ToAudio::Restore { .. }
        | ToAudio::Revoiced { .. } => None,
    });
    commits.last().map(|it| it.notes.iter().map(|it| it.note).collect()).unwrap_or_default()
}

#[test]
fn a_phrase_that_comes_while_a_chain_opens_is_heard() {
    let mut late = Host::new();
    late.settings.quantum = Quantum::Bar;
    late.links.to_composer.push(ToComposer::SeedPhrase(phrase(50))).unwrap();
    late.turn();
    late.block(standing(0.0), &[], false);
    late.composer.step().unwrap(); // opens the chain
    late.links.to_composer.push(ToComposer::SeedPhrase(phrase(71))).unwrap();
    late.turn();
    let mut early = Host::new();
    early.settings.quantum = Quantum::Bar;
    early.links.to_composer.push(ToComposer::SeedPhrase(phrase(71))).unwrap();
    early.turn();
    early.block(standing(0.0), &[], false);
    early.turn();
    let expected = committed(&early);
    assert!(!expected.is_empty());
    assert_eq!(committed(&late), expected);
}

#[test]
fn a_chain_whose_announcement_was_lost_is_announced_again() {
    let mut host = Host::new();
    while host.links.from_audio.push(FromAudio::Stopped { end: Tick(0) }).is_ok() {}
    host.live(standing(0.0), &[]);
    host.live(standing(0.0), &[]);
    let mut notes = 0;
    for block in 0..750 {
        let quarters = f64::from(block) * 256.0 / 24_000.0;
        host.live(At { quarters, bpm: 120.0, frames: 256, playing: true }, &[]);
        notes += host.onsets().count();
    }
    assert!(notes > 8, "{notes} notes in eight beats, {} late windows", host.late());
}

#[test]
fn a_bounce_does_not_wait_for_a_composer_that_has_given_up() {
    let links = Links::new();
    let mut renderer = Renderer::new(Arc::clone(&links), Sound::Silent);
    renderer.prepare(RATE, LARGEST);
    let mut host = Host { renderer, links: Arc::clone(&links), ..Host::new() };
    let mut turns = 0;
    let mut give_up = || {
        turns += 1;
        links.gauges.stalled.store(true, Ordering::Relaxed);
    };
    let mut slices = host.channels.iter_mut().map(Vec::as_mut_slice);
    let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
    let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
    let transport = Transport {
        playing: true,
        position_quarters: 0.0,
        tempo: Tempo::default(),
        meter: Meter::COMMON,
        bar_quarters: 0.0,
    };
    let block = Block {
        frames: 512,
        transport,
        settings: &host.settings,
        mix: &Mix::default(),
        events: &[],
        pace: Pace::Offline(&mut give_up),
    };
    host.renderer.render(block, &mut outputs, &mut host.played);
    assert_eq!(turns, 1);
}

#[test]
fn a_key_struck_again_before_it_is_let_go_is_heard_twice() {
    let mut host = Host::new();
    let pitch = Pitch::new(60).unwrap();
    let on = HostEventKind::NoteOn { pitch, velocity: Velocity::clamped(90) };
    let off = HostEventKind::NoteOff { pitch };
    let events = [(0, on), (6000, on), (9000, off), (9001, off)]
        .map(|(frame, kind)| HostEvent { frame, kind });
    host.offline(At { quarters: 0.0, bpm: 120.0, frames: LARGEST, playing: true }, &events);
    let heard = std::iter::from_fn(|| host.links.from_composer.pop())
        .filter(|it| matches!(it, FromComposer::Heard(_)));
    assert_eq!(heard.count(), 2);
}
