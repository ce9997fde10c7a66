//! A take that is asked for while the transport stands where it will start, and while it runs.

use std::sync::Arc;

use super::host::{At, Host, standing};
use crate::engine::link::ToComposer;
use crate::engine::playback::{Elsewhere, Place, Playback};
use crate::score::take::Music;
use crate::score::{Note, Part, Pitch, Quantum, Tick, Ticks, Velocity};

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;
/// Of the take's notes, higher than anything that the band of the tests plays.
const PITCH: u8 = 120;

/// A note on each beat of the song's third bar.
fn take() -> Music {
    music(PITCH, 4)
}

/// A note on each of so many beats from the song's third bar on.
fn music(pitch: u8, beats: i64) -> Music {
    let note = |beat: i64| Note {
        onset: Tick(192 + beat * 24),
        part: Part::BAND[0],
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(12),
        velocity: Velocity::clamped(80),
    };
    let notes = (0..beats).map(note).collect();
    Music { begin: Tick(192), end: Tick(192 + beats * 24), notes, ..Music::default() }
}

/// Play four bars and ask for the take at a tick, or before the start; the ticks at which its notes begin, and whether the band plays others before `until`.
fn play(asked: Option<i64>, quantum: Quantum, until: i64) -> (Vec<i64>, bool) {
    let mut host = Host::new();
    (host.settings.feel, host.settings.quantum) = (0.0, quantum);
    let ask = |host: &mut Host| {
        let playback = Playback::of(&take(), Place::Start, Elsewhere::Silent);
        host.links.to_composer.push(ToComposer::Play(Some(Arc::new(playback)))).unwrap();
        host.turn();
    };
    host.offline(standing(0.0), &[]);
    if asked.is_none() {
        ask(&mut host);
    }
    let (mut begun, mut plays) = (Vec::new(), false);
    for tick in 0..4 * 96 {
        if asked == Some(tick) {
            ask(&mut host);
        }
        let at = At { quarters: tick as f64 / 24.0, bpm: 120.0, frames: TICK, playing: true };
        host.offline(at, &[]);
        for (pitch, _) in host.onsets() {
            if pitch == PITCH {
                begun.push(tick);
            } else {
                plays |= tick < until;
            }
        }
    }
    assert_eq!(host.late(), 0);
    (begun, plays)
}

#[test]
fn a_take_asked_for_before_the_start_begins_with_the_first_window() {
    for quantum in [Quantum::HalfBeat, Quantum::Beat, Quantum::Bar] {
        let (begun, improvises) = play(None, quantum, 96);
        assert_eq!(begun, [0, 24, 48, 72], "{quantum:?}");
        assert!(!improvises, "{quantum:?}: what was composed before is given up");
    }
}

#[test]
fn where_the_transport_runs_a_take_begins_at_the_next_bar_line_and_the_band_plays_until_then() {
    for (asked, quantum, line) in
        [(130, Quantum::Beat, 192), (130, Quantum::HalfBeat, 192), (100, Quantum::Bar, 192)]
    {
        let (begun, improvises) = play(Some(asked), quantum, line);
        assert_eq!(begun, [0, 24, 48, 72].map(|it| it + line), "asked at {asked}, {quantum:?}");
        assert!(improvises, "asked at {asked}, {quantum:?}");
    }
}

#[test]
fn what_plays_already_is_not_begun_anew() {
    let mut host = Host::new();
    let mut ask = |playback: &Option<Playback>| {
        host.links.to_composer.push(ToComposer::Play(playback.clone().map(Arc::new))).unwrap();
        host.turn();
        host.offline(standing(0.0), &[]);
        host.chains().len()
    };
    assert_eq!(ask(&None), 1, "the chain that waits");
    let song = Some(Playback::of(&take(), Place::Song, Elsewhere::Silent));
    assert_eq!([ask(&None), ask(&song), ask(&song), ask(&None)], [0, 1, 0, 1]);
}

#[test]
fn a_take_goes_on_until_the_bar_line_at_which_another_joins() {
    let mut host = Host::new();
    host.settings.feel = 0.0;
    host.offline(standing(0.0), &[]);
    let ask = |host: &mut Host, pitch: u8, beats: i64| {
        let playback = Playback::of(&music(pitch, beats), Place::Start, Elsewhere::Silent);
        host.links.to_composer.push(ToComposer::Play(Some(Arc::new(playback)))).unwrap();
        host.turn();
    };
    let mut begun = Vec::new();
    for tick in 0..4 * 96 {
        match tick {
            30 => ask(&mut host, PITCH, 12),
            // The second of these two is what plays then.
            220 => ask(&mut host, PITCH - 2, 4),
            221 => ask(&mut host, PITCH - 1, 4),
            _ => {}
        }
        let at = At { quarters: tick as f64 / 24.0, bpm: 120.0, frames: TICK, playing: true };
        host.offline(at, &[]);
        begun.extend(host.onsets().map(|(pitch, _)| (tick, pitch)).filter(|it| it.0 >= 96));
    }
    let beats = |from: i64, count: i64, pitch| (0..count).map(move |it| (from + it * 24, pitch));
    let expected: Vec<_> = beats(96, 8, PITCH).chain(beats(288, 4, PITCH - 1)).collect();
    assert_eq!(begun, expected);
}
