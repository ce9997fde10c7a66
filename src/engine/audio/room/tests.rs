//! What the room promises.

use super::Room;
use crate::engine::audio::simd::Separate;

/// What comes back for one frame.
fn next(room: &mut Room, left: f32, right: f32) -> [f32; 2] {
    let (mut out_left, mut out_right) = ([left], [right]);
    room.add::<Separate>(1.0, &mut out_left, &mut out_right);
    [out_left[0] - left, out_right[0] - right]
}

#[test]
fn an_echo_dies_away_to_nothing() {
    let mut room = Room::new(48_000.0);
    let mut energy = [0.0_f32; 8];
    for frame in 0..96_000 {
        let [left, right] = next(&mut room, if frame == 0 { 1.0 } else { 0.0 }, 0.0);
        energy[frame / 12_000] += left * left + right * right;
    }
    assert!(energy[0] > 0.01 && energy[0] < 4.0, "{energy:?}");
    assert!(energy[3] < 1e-4 * energy[0], "a second later: {energy:?}");
    assert_eq!(energy[7], 0.0, "it rests in the end");
}

#[test]
fn silence_empties_the_room() {
    let mut room = Room::new(48_000.0);
    for _ in 0..3000 {
        next(&mut room, 0.5, -0.2);
    }
    room.silence();
    let tail: Vec<f32> = (0..2000).map(|_| next(&mut room, 0.0, 0.0)[0].abs()).collect();
    assert!(tail[0] > 0.01);
    assert!(tail[240..].iter().all(|it| *it == 0.0));
}

#[test]
fn silence_in_an_empty_room_costs_the_next_note_nothing() {
    let echoes = |mut room: Room| -> Vec<[f32; 2]> {
        (0..4000).map(|frame| next(&mut room, if frame == 0 { 1.0 } else { 0.0 }, 0.0)).collect()
    };
    let untouched = Room::new(48_000.0);
    let mut hushed = Room::new(48_000.0);
    hushed.silence();
    assert_eq!(echoes(hushed), echoes(untouched));
}
