//! What the player plays is shown: its key and its chord.

use super::*;
use crate::score::{Chord, Key};

fn names(host: &Host) -> (Option<String>, Option<String>) {
    let (key, chord) = host.links.gauges.harmony();
    (key.map(Key::name), chord.map(Chord::name))
}

#[test]
fn the_key_and_the_chord_that_the_player_plays_are_shown_until_they_are_over() {
    let mut host = Host::new();
    let on = |number| HostEventKind::NoteOn {
        pitch: Pitch::new(number).unwrap(),
        velocity: Velocity::clamped(90),
    };
    let off = |number| HostEventKind::NoteOff { pitch: Pitch::new(number).unwrap() };
    // Eighths.
    let mut quarters = 0.0;
    let mut play = |host: &mut Host, events: &[HostEvent]| {
        host.offline(At { quarters, bpm: 120.0, frames: 12_000, playing: true }, events);
        quarters += 0.5;
    };
    assert_eq!(names(&host), (None, None));
    for number in [57, 60, 64, 69, 71, 72, 64, 57] {
        let events = [(0, on(number)), (11_000, off(number))];
        play(&mut host, &events.map(|(frame, kind)| HostEvent { frame, kind }));
    }
    let keys = [57, 60, 64];
    play(&mut host, &keys.map(|it| HostEvent { frame: 0, kind: on(it) }));
    let both = (Some(String::from("A minor")), Some(String::from("Am")));
    assert_eq!(names(&host), both, "a chord is held");
    play(&mut host, &keys.map(|it| HostEvent { frame: 0, kind: off(it) }));
    for _ in 0..8 {
        play(&mut host, &[]);
    }
    assert_eq!(names(&host), (both.0.clone(), None), "four beats later");
    play(&mut host, &keys.map(|it| HostEvent { frame: 0, kind: on(it) }));
    assert_eq!(names(&host), both);
    host.offline(standing(7.5), &[]);
    assert_eq!(names(&host), (both.0, None), "the key stays in view while the transport stands");
}
