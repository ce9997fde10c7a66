//! What the musician strikes out of what is committed.

use super::host::{At, Host, standing};
use crate::engine::link::{FromComposer, ToComposer};
use crate::engine::reprise::{Go, Reprise};
use crate::infer::Scripted;
use crate::music::recorder::Kept;
use crate::score::{Note, Part, Quantum, Tick};

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;

/// Onset, part and pitch.
type Begun = (i64, usize, u8);

/// Three bars in windows of a bar, in blocks of `frames`, with vetoes that come at a tick; what of the band began, and what is kept.
fn play(vetoes: &[(usize, Part, Tick)], frames: usize) -> (Vec<Begun>, Kept, Host) {
    play_with(vetoes, &[], frames)
}

/// Likewise, with vetoes that are taken back.
fn play_with(
    vetoes: &[(usize, Part, Tick)],
    restored: &[(usize, Part, Tick)],
    frames: usize,
) -> (Vec<Begun>, Kept, Host) {
    let mut host = Host::new();
    (host.settings.feel, host.settings.quantum) = (0.0, Quantum::Bar);
    host.offline(standing(0.0), &[]);
    let (mut begun, mut position) = (Vec::new(), 0);
    let end = 3 * 96 * TICK;
    while position < end {
        for &(_, part, onset) in vetoes.iter().filter(|it| it.0 * TICK == position) {
            host.links.to_composer.push(ToComposer::Veto { part, onset }).unwrap();
            host.turn();
        }
        for &(_, part, onset) in restored.iter().filter(|it| it.0 * TICK == position) {
            host.links.to_composer.push(ToComposer::Restore { part, onset }).unwrap();
            host.turn();
        }
        let next = vetoes.iter().chain(restored).map(|it| it.0 * TICK).filter(|it| *it > position);
        let frames = frames.min(next.min().unwrap_or(end) - position);
        let quarters = position as f64 / (24 * TICK) as f64;
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &[]);
        let by_band = host.played.iter().filter(|it| it.part != Part::PLAYER);
        begun.extend(by_band.filter(|it| it.velocity.is_some()).map(|it| {
            let tick = (position + it.frame as usize) / TICK;
            (i64::try_from(tick).unwrap(), it.part.slot(), it.pitch.number())
        }));
        position += frames;
    }
    assert_eq!((host.late(), host.late_revisions()), (0, 0));
    let kept = host.links.recording().keep_last(3).unwrap();
    begun.sort_unstable();
    (begun, kept, host)
}

fn told(notes: impl Iterator<Item = Note>) -> Vec<Begun> {
    let mut told: Vec<Begun> =
        notes.map(|it| (it.onset.0, it.part.slot(), it.pitch.number())).collect();
    told.sort_unstable();
    told
}

/// The last note of part 1 that begins in `[from, to)`.
fn last_of(begun: &[Begun], from: i64, to: i64) -> Tick {
    let own = begun.iter().filter(|it| it.1 == 1 && (from..to).contains(&it.0));
    Tick(own.map(|it| it.0).max().unwrap())
}

#[test]
fn a_note_that_is_struck_out_does_not_sound_and_the_band_knows() {
    let (plain, _, _) = play(&[], 4096);
    let part = Part::BAND[0];
    let onset = last_of(&plain, 96, 192);
    // In the window in play, and before that has begun.
    for at in [100, 94] {
        let (begun, kept, host) = play(&[(at, part, onset)], 4096);
        assert!(!begun.iter().any(|it| it.1 == 1 && it.0 == onset.0), "struck out at {at}");
        let others = |all: &[Begun]| -> Vec<Begun> {
            let is_other = |it: &&Begun| it.0 < 192 && (it.1, it.0) != (1, onset.0);
            all.iter().filter(is_other).copied().collect()
        };
        assert_eq!(others(&begun), others(&plain), "nothing else is left out");
        assert_eq!(told(kept.take.music.of_band()), begun, "the take has what sounded");
        let mut reprise = Reprise::new(Box::new(Scripted::new()));
        let again = reprise.again(&kept.take, &mut |_| Go::On).unwrap().unwrap();
        assert_eq!(told(again.into_iter()), begun, "improvised again");
        let is_it = |it: &FromComposer| {
            let (from, to) = (onset, Tick(onset.0 + 1));
            *it == FromComposer::Hushed { part, from, to }
        };
        let news = std::iter::from_fn(|| host.links.from_composer.pop());
        assert!(news.into_iter().any(|it| is_it(&it)), "the roll is told");
        for frames in [17, 333, 16_384] {
            assert_eq!(play(&[(at, part, onset)], frames).0, begun, "blocks of {frames}");
        }
    }
}

#[test]
fn what_is_struck_out_is_taken_back_until_the_band_composes_without_it() {
    let (plain, whole, _) = play(&[], 4096);
    let part = Part::BAND[0];
    let onset = last_of(&plain, 96, 180);
    let just_before = usize::try_from(onset.0).unwrap() - 1;
    // In the window in play, before that has begun, and when all before it has been played.
    for (at, back) in [(100, 101), (94, 95), (94, 110), (100, just_before)] {
        let (vetoes, restored) = ([(at, part, onset)], [(back, part, onset)]);
        for frames in [17, 512, 16_384] {
            let (begun, kept, host) = play_with(&vetoes, &restored, frames);
            assert_eq!(begun, plain, "struck out at {at}, back at {back}, blocks of {frames}");
            assert_eq!(kept.take.music, whole.take.music);
            let news = std::iter::from_fn(|| host.links.from_composer.pop());
            assert!(!news.into_iter().any(|it| matches!(it, FromComposer::Hushed { .. })));
        }
    }
    // After its time it is too late.
    let vetoes = [(100, part, onset)];
    let (begun, kept, _) = play_with(&vetoes, &[(just_before + 2, part, onset)], 512);
    assert_eq!(begun, play(&vetoes, 512).0);
    assert_eq!(told(kept.take.music.of_band()), begun);
}

#[test]
fn what_has_begun_is_not_struck_out_any_more() {
    let (plain, _, _) = play(&[], 512);
    let onset = last_of(&plain, 96, 192);
    let at = usize::try_from(onset.0).unwrap() + 1;
    let (begun, kept, host) = play(&[(at, Part::BAND[0], onset)], 512);
    assert_eq!(begun, plain);
    assert_eq!(told(kept.take.music.of_band()), begun);
    let news = std::iter::from_fn(|| host.links.from_composer.pop());
    assert!(!news.into_iter().any(|it| matches!(it, FromComposer::Hushed { .. })));
}

#[test]
fn more_vetoes_than_there_is_room_for_forget_the_oldest() {
    let vetoes: Vec<_> = (0..100).map(|tick| (1, Part::BAND[0], Tick(192 + tick))).collect();
    let (begun, kept, _) = play(&vetoes, 512);
    assert_eq!(told(kept.take.music.of_band()), begun);
}
