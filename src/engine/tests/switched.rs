//! Parts that are switched to another mode while notes of theirs are committed.

use super::host::{At, Host, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind};
use crate::engine::reprise::{Go, Reprise};
use crate::infer::Scripted;
use crate::music::recorder::Kept;
use crate::score::{Mode, Note, Part, Pitch, Quantum, Velocity};

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;

/// Onset, part and pitch of a note that began.
type Begun = (usize, usize, u8);

/// Three bars in windows of a bar, in blocks of `frames`, during which the mode of part 1 is changed at the given ticks; what of the band began, and what is kept.
fn play(changes: &[(usize, Mode)], frames: usize) -> (Vec<Begun>, Kept) {
    let mut host = Host::new();
    (host.settings.feel, host.settings.quantum) = (0.0, Quantum::Bar);
    host.offline(standing(0.0), &[]);
    let (mut begun, mut position) = (Vec::new(), 0);
    let end = 3 * 96 * TICK;
    while position < end {
        if let Some((_, mode)) = changes.iter().find(|it| it.0 * TICK == position) {
            host.settings.parts[0].mode = *mode;
        }
        let next = changes.iter().map(|it| it.0 * TICK).filter(|it| *it > position);
        let frames = frames.min(next.min().unwrap_or(end) - position);
        let quarters = position as f64 / (24 * TICK) as f64;
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &[]);
        let by_band = host.played.iter().filter(|it| it.part != Part::PLAYER);
        begun.extend(by_band.filter(|it| it.velocity.is_some()).map(|it| {
            let tick = (position + it.frame as usize) / TICK;
            (tick, it.part.slot(), it.pitch.number())
        }));
        position += frames;
    }
    assert_eq!((host.late(), host.late_revisions()), (0, 0));
    let kept = host.links.recording().keep_last(3).unwrap();
    begun.sort_unstable();
    (begun, kept)
}

fn told(notes: impl Iterator<Item = Note>) -> Vec<Begun> {
    let told = |it: Note| (usize::try_from(it.onset.0).unwrap(), it.part.slot(), it.pitch.number());
    let mut told: Vec<Begun> = notes.map(told).collect();
    told.sort_unstable();
    told
}

fn between(begun: &[Begun], part: usize, from: usize, to: usize) -> Vec<Begun> {
    let is_it = |it: &&Begun| it.1 == part && (from..to).contains(&it.0);
    begun.iter().filter(is_it).copied().collect()
}

#[test]
fn a_part_that_is_switched_off_begins_no_more_of_what_it_had_ready() {
    let (plain, _) = play(&[], 4096);
    assert!(between(&plain, 1, 120, 192).len() > 4);
    for (at, mode) in [(97, Mode::Off), (120, Mode::Off), (120, Mode::Follow), (95, Mode::Off)] {
        let (begun, kept) = play(&[(at, mode)], 4096);
        assert_eq!(between(&begun, 1, 0, at), between(&plain, 1, 0, at), "{mode:?} at {at}");
        assert_eq!(between(&begun, 1, at, 288), [], "{mode:?} at {at}");
        for part in 2..5 {
            let same = between(&begun, part, 0, 192) == between(&plain, part, 0, 192);
            assert!(same, "part {part} plays on, {mode:?} at {at}");
        }
        // The bars after it know of the silence, the recording too.
        assert_ne!(between(&begun, 2, 192, 288), between(&plain, 2, 192, 288));
        assert_eq!(told(kept.take.music.of_band()), begun, "{mode:?} at {at}");
        let mut reprise = Reprise::new(Box::new(Scripted::new()));
        let again = reprise.again(&kept.take, &mut |_| Go::On).unwrap().unwrap();
        assert_eq!(told(again.into_iter()), begun, "{mode:?} at {at}");
        for frames in [17, 64, 333, 1000, 16_384] {
            assert_eq!(play(&[(at, mode)], frames).0, begun, "blocks of {frames}");
        }
    }
}

#[test]
fn a_part_that_is_switched_off_and_on_plays_again_with_the_next_window() {
    let (begun, kept) = play(&[(120, Mode::Off), (140, Mode::Play)], 512);
    assert_eq!(between(&begun, 1, 120, 192), []);
    assert!(between(&begun, 1, 192, 288).len() > 4);
    assert_eq!(told(kept.take.music.of_band()), begun);
}

#[test]
fn a_part_that_is_switched_to_follow_does_so_at_once() {
    let mut host = Host::new();
    host.settings.quantum = Quantum::Bar;
    host.offline(standing(0.0), &[]);
    host.offline(At { quarters: 0.0, bpm: 120.0, frames: 2000, playing: true }, &[]);
    host.settings.parts[0].mode = Mode::Follow;
    let (pitch, velocity) = (Pitch::new(60).unwrap(), Velocity::clamped(90));
    let key = [HostEvent { frame: 500, kind: HostEventKind::NoteOn { pitch, velocity } }];
    let at = At { quarters: 2.0 / 24.0, bpm: 120.0, frames: 96_000, playing: true };
    host.offline(At { frames: 16_000, ..at }, &key);
    let own = host.played.iter().filter(|it| it.part == Part::BAND[0] && it.velocity.is_some());
    assert_eq!(own.map(|it| it.frame).collect::<Vec<_>>(), [500]);
}
