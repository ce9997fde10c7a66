//! What the band expects of the player is told while somebody watches, and changes nothing that is played.

use std::sync::atomic::Ordering;

use super::host::{At, Host, Onset, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind};
use crate::engine::link::{Foreseen, FromComposer};
use crate::score::{Likelihood, Note, Part, Pitch, Tick, Velocity};

/// Frames of a beat, and of a block.
const BEAT: usize = 24_000;
const BLOCK: usize = 500;

/// What came of a session in which the player strikes one key on each beat of the first `beats`.
struct Session {
    onsets: Vec<Onset>,
    /// With the beat in which each was told.
    expected: Vec<(usize, Vec<Note>)>,
    likelihoods: Vec<Option<Likelihood>>,
    foreseen: Foreseen,
}

fn session(watched: bool, bouncing: bool, beats: usize) -> Session {
    let mut host = Host::new();
    let gauges = &host.links.gauges;
    gauges.watched.store(watched, Ordering::Relaxed);
    gauges.bouncing.store(bouncing, Ordering::Relaxed);
    host.live(standing(0.0), &[]);
    let (mut onsets, mut expected, mut likelihoods) = (Vec::new(), Vec::new(), Vec::new());
    for begin in (0..32 * BEAT).step_by(BLOCK) {
        let (pitch, velocity) = (Pitch::new(67).unwrap(), Velocity::clamped(80));
        let (beat, within) = (begin / BEAT, begin % BEAT);
        let kind = match within {
            0 => Some(HostEventKind::NoteOn { pitch, velocity }),
            12_000 => Some(HostEventKind::NoteOff { pitch }),
            _ => None,
        };
        let kind = kind.filter(|_| beat < beats);
        let events: Vec<HostEvent> =
            kind.into_iter().map(|kind| HostEvent { frame: 0, kind }).collect();
        let quarters = begin as f64 / BEAT as f64;
        host.live(At { quarters, bpm: 120.0, frames: BLOCK, playing: true }, &events);
        onsets.extend(host.onsets());
        while let Some(message) = host.links.from_composer.pop() {
            match message {
                FromComposer::Expected(notes) => expected.push((beat, notes)),
                FromComposer::Committed(_, likelihood) => likelihoods.push(likelihood),
                _ => {}
            }
        }
    }
    assert_eq!(host.late() + host.late_revisions(), 0);
    Session { onsets, expected, likelihoods, foreseen: host.links.gauges.foreseen() }
}

#[test]
fn the_player_is_foreseen_and_the_band_plays_the_same() {
    let (plain, watched) = (session(false, false, 16), session(true, false, 16));
    assert!(plain.onsets.len() > 64);
    assert_eq!(watched.onsets, plain.onsets);
    assert_eq!(plain.expected, []);
    assert_eq!(plain.foreseen, Foreseen::default());
    let notes: Vec<Note> = watched.expected.iter().flat_map(|it| it.1.clone()).collect();
    // The scripted player plays once a bar.
    assert!(notes.len() >= 4, "{notes:?}");
    for (beat, notes) in &watched.expected {
        let told = Tick(24 * i64::try_from(*beat).unwrap());
        for note in notes {
            let ahead = (note.onset - told).0;
            assert!(note.part == Part::PLAYER && (0..96).contains(&ahead), "{beat}: {note:?}");
        }
    }
    let Foreseen { notes, repeated, .. } = watched.foreseen;
    assert_eq!((notes, repeated), (16, 15));
}

#[test]
fn nobody_is_foreseen_who_has_not_played_lately() {
    let watched = session(true, false, 8);
    let last = watched.expected.last().map(|it| it.0);
    // Her last note is in the eighth beat; two bars later she is not waited for.
    assert!(last.is_some_and(|beat| (14..=17).contains(&beat)), "{last:?}");
    assert_eq!(session(true, false, 0).expected, []);
}

#[test]
fn a_bounce_is_not_held_up_by_foresight() {
    assert_eq!(session(true, true, 16).expected, []);
}

#[test]
fn what_is_drawn_tells_how_likely_it_was() {
    // The scripted muse says so of everything.
    let expected = Some(Likelihood::new(-0.5));
    let likelihoods = session(false, false, 8).likelihoods;
    assert!(likelihoods.len() > 64 && likelihoods.iter().all(|it| *it == expected));
}
