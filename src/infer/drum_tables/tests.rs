//! What the default pack's drums promise.

use super::*;
use crate::infer::timbre_tables::tests::check;
use crate::pack::Pack;
use crate::score::timbre::NOISE_EDGES;

fn drums() -> DrumTables {
    DrumTables::new(&Pack::embedded().unwrap().drum_kit.unwrap())
}

fn hit(key: u8, velocity: u8) -> PartialTable {
    drums().table(Pitch::new(key).unwrap(), Velocity::clamped(velocity))
}

fn power(table: &PartialTable) -> f32 {
    loudness::loudest_power(table, loudness::Scale::Plain)
}

#[test]
fn every_hit_is_within_limits() {
    let drums = drums();
    for key in 0..128 {
        for velocity in [1, 64, 127] {
            let table = drums.table(Pitch::new(key).unwrap(), Velocity::clamped(velocity));
            // They ring on when their key is let go.
            let told = PartialTable { release_secs: table.release_secs.min(4.0), ..table };
            check(&format!("drum {key} at {velocity}"), &told);
        }
    }
}

#[test]
fn the_kit_is_as_loud_as_the_hand_written_one() {
    let by_hand =
        timbre_tables::table(Family::DRUMS, Pitch::new(REFERENCE).unwrap(), Velocity::clamped(112));
    let apart = 10.0 * (power(&hit(REFERENCE, 112)) / power(&by_hand)).log10();
    assert!(apart.abs() < 0.5, "{apart}");
    for key in 35..=81 {
        let against = 10.0 * (power(&hit(key, 112)) / power(&hit(REFERENCE, 112))).log10();
        assert!((-30.0..6.0).contains(&against), "{key}: {against}");
    }
}

#[test]
fn harder_is_louder() {
    for key in 35..=81 {
        let apart = 10.0 * (power(&hit(key, 120)) / power(&hit(key, 40))).log10();
        assert!((8.0..18.0).contains(&apart), "{key}: {apart}");
    }
}

#[test]
fn hits_behave_as_their_kind() {
    let kick = hit(36, 112);
    assert!(kick.glide[0] > 1.3 && kick.glide.iter().all(|it| *it > 0.6));
    let loudest = (0..kick.partials()).max_by(|a, b| {
        let level = |it: &usize| kick.amplitude[15 * kick.partials() + it];
        level(a).total_cmp(&level(b))
    });
    assert!(kick.hertz[loudest.unwrap()] < 120.0, "a bass drum is low");
    let sum = |table: &PartialTable, frame: usize| -> f32 {
        table.noise[frame * NOISE_BANDS..][..NOISE_BANDS].iter().map(|it| it * it).sum()
    };
    let (closed, open) = (hit(42, 100), hit(46, 100));
    let late = 30;
    assert!(sum(&open, late) > 100.0 * sum(&closed, late), "an open hi-hat rings");
    assert!(closed.choke == open.choke && open.choke != 0);
    let high = NOISE_EDGES.iter().position(|it| *it > 3000.0).unwrap();
    let treble = |table: &PartialTable| -> f32 {
        table.noise[10 * NOISE_BANDS + high..11 * NOISE_BANDS].iter().map(|it| it * it).sum()
    };
    assert!(treble(&closed) > 0.5 * sum(&closed, 10), "and is bright");
}
