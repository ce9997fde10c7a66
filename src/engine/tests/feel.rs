//! The player's feel is heard in what the band plays, alike at any block size.

use super::host::{At, Host, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind, PlayedEvent};
use crate::score::{Part, Pitch, Velocity};

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;

/// Frames at which the band begins notes in eight bars, while the player strikes each quarter `late` frames behind it.
fn onsets(frames: usize, late: usize, amount: f32) -> Vec<usize> {
    let mut host = Host::new();
    host.settings.feel = amount;
    host.offline(standing(0.0), &[]);
    let mut onsets = Vec::new();
    for begin in (0..32 * 24 * TICK).step_by(frames) {
        let (pitch, velocity) = (Pitch::new(64).unwrap(), Velocity::clamped(80));
        let mut events: Vec<HostEvent> = Vec::new();
        for (frame, kind) in [
            (late, HostEventKind::NoteOn { pitch, velocity }),
            (late + 9000, HostEventKind::NoteOff { pitch }),
        ] {
            let quarter = 24 * TICK;
            let due = (begin + quarter - 1 - frame % quarter) / quarter * quarter + frame % quarter;
            if due < begin + frames && due >= frame {
                events.push(HostEvent { frame: u32::try_from(due - begin).unwrap(), kind });
            }
        }
        events.sort_by_key(|it| it.frame);
        let quarters = begin as f64 / 24_000.0;
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &events);
        let by_band = |it: &&PlayedEvent| it.part != Part::PLAYER && it.velocity.is_some();
        let begun = host.played.iter().filter(by_band);
        onsets.extend(begun.map(|it| begin + it.frame as usize));
    }
    onsets
}

/// Onsets on quarters, as frames behind the quarter, of the last four bars.
fn behind(onsets: &[usize]) -> Vec<usize> {
    let quarter = 24 * TICK;
    let late = onsets.iter().filter(|it| **it > 16 * quarter).map(|it| it % quarter);
    late.filter(|it| *it < 2 * TICK).collect()
}

#[test]
fn the_band_lies_behind_with_a_player_who_does() {
    let plain = behind(&onsets(512, 900, 0.0));
    assert!(plain.len() > 8 && plain.iter().all(|it| *it == 0), "{plain:?}");
    let felt = behind(&onsets(512, 900, 1.0));
    assert!(felt.len() > 8 && felt.iter().all(|it| (500..900).contains(it)), "{felt:?}");
    let half = behind(&onsets(512, 900, 0.5));
    assert!(half.iter().all(|it| (250..450).contains(it)), "{half:?}");
}

#[test]
fn feel_does_not_depend_on_the_block_size() {
    let expected = onsets(512, 700, 1.0);
    for frames in [64, 333, 4096] {
        let found = onsets(frames, 700, 1.0);
        let same = found.len().min(expected.len()) - 4; // the last block may reach beyond
        assert_eq!(found[..same], expected[..same], "blocks of {frames}");
    }
}
