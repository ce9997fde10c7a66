//! Count-ins, and loops over which the music goes on.

use super::host::{At, Host, Onset, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind};
use crate::score::{CountIn, Looping, Pitch, Velocity};

/// Frames of a loop of four bars of 4/4 at 120 bpm and 48 kHz.
const LENGTH: usize = 384_000;

/// The onsets of three passes of a loop that goes on, in blocks of `frames`, with the player's key held over its end.
fn passes(frames: usize, looping: Looping) -> Vec<Vec<Onset>> {
    let mut host = Host::new();
    host.settings.looping = looping;
    host.offline(standing(0.0), &[]);
    let (mut position, mut passes) = (0, vec![Vec::new()]);
    let on =
        HostEventKind::NoteOn { pitch: Pitch::new(60).unwrap(), velocity: Velocity::clamped(90) };
    let key = [HostEvent { frame: 0, kind: on }];
    while passes.len() < 4 {
        let quarters = position as f64 / 24_000.0;
        let events = if position == LENGTH - 48_000 { &key[..] } else { &[] };
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, events);
        passes.last_mut().unwrap().extend(host.onsets());
        position += frames;
        if position >= LENGTH {
            position -= LENGTH;
            passes.push(Vec::new());
        }
    }
    passes.truncate(3);
    passes
}

#[test]
fn a_loop_that_goes_on_plays_something_new_in_each_pass() {
    let going = passes(960, Looping::GoOn);
    let repeating = passes(960, Looping::Repeat);
    assert_eq!(going[0], repeating[0]);
    for (new, old) in [(1, 0), (2, 1), (2, 0)] {
        let same = going[new].iter().zip(&going[old]).filter(|(a, b)| a == b).count();
        assert!(going[new].len() > 16 && same * 2 < going[new].len(), "passes {new} and {old}");
    }
}

#[test]
fn a_loop_that_goes_on_does_so_alike_at_any_block_size() {
    let expected = passes(960, Looping::GoOn);
    for frames in [64, 320, 4800] {
        assert_eq!(passes(frames, Looping::GoOn), expected, "blocks of {frames}");
    }
}

/// In which bar the first note of the band comes.
fn first_bar(count_in: CountIn, start: f64) -> f64 {
    let mut host = Host::new();
    host.settings.count_in = count_in;
    host.offline(standing(start), &[]);
    for block in 0..5000 {
        let quarters = start + f64::from(block) * 480.0 / 24_000.0;
        host.offline(At { quarters, bpm: 120.0, frames: 480, playing: true }, &[]);
        if host.onsets().count() > 0 {
            assert_eq!(host.late(), 0);
            return (quarters / 4.0).floor();
        }
    }
    panic!("nothing was played");
}

#[test]
fn the_band_joins_after_whole_bars_of_listening() {
    for (count_in, start, bar) in [
        (CountIn::None, 0.0, 0.0),
        (CountIn::OneBar, 0.0, 1.0),
        (CountIn::FourBars, 0.0, 4.0),
        (CountIn::TwoBars, 8.0, 4.0),
        (CountIn::TwoBars, 9.5, 5.0),
        (CountIn::OneBar, -1.0, 1.0),
    ] {
        assert_eq!(first_bar(count_in, start), bar, "{count_in:?} from {start}");
    }
}

#[test]
fn a_jump_is_not_counted_in() {
    let mut host = Host::new();
    host.settings.count_in = CountIn::EightBars;
    host.offline(standing(0.0), &[]);
    host.offline(At { quarters: 0.0, bpm: 120.0, frames: 480, playing: true }, &[]);
    let mut notes = 0;
    for block in 0..200 {
        let quarters = 16.0 + f64::from(block) * 480.0 / 24_000.0;
        host.offline(At { quarters, bpm: 120.0, frames: 480, playing: true }, &[]);
        notes += host.onsets().count();
    }
    assert!(notes > 4);
}
