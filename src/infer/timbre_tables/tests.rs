//! What every family's and drum's table promises.

use super::loudness::{Scale, loudest_power, register_db};
use super::table;
use crate::score::timbre::{MAX_PARTIALS, NOISE_BANDS, TABLE_FRAMES};
use crate::score::{Family, PartialTable, Pitch, Velocity};

fn note(family: u8, pitch: u8, velocity: u8) -> PartialTable {
    let family = Family::new(family).unwrap();
    table(family, Pitch::new(pitch).unwrap(), Velocity::clamped(velocity))
}

pub(in crate::infer) fn check(name: &str, table: &PartialTable) {
    let partials = table.partials();
    assert!(partials <= MAX_PARTIALS, "{name}");
    assert_eq!(table.amplitude.len(), TABLE_FRAMES * partials, "{name}");
    assert_eq!(table.noise.len(), TABLE_FRAMES * NOISE_BANDS, "{name}");
    assert_eq!(table.glide.len(), TABLE_FRAMES, "{name}");
    assert_eq!(table.spread.len(), partials, "{name}");
    assert!(table.hertz.iter().all(|it| (16.0..=20_000.0).contains(it)), "{name}");
    assert!(table.hertz.is_sorted(), "{name}");
    let levels = || table.amplitude.iter().chain(&table.noise);
    assert!(levels().all(|it| (0.0..=0.9).contains(it)), "{name}");
    assert!(levels().any(|it| *it > 1e-5), "{name} is silent");
    assert!(table.glide.iter().all(|it| (0.25..=4.0).contains(it)), "{name}");
    assert!(table.spread.iter().all(|it| it.abs() <= 2.0), "{name}");
    assert!((0.0..=1.0).contains(&table.noise_correlation), "{name}");
    assert!((0.05..=4.0).contains(&table.release_secs), "{name}");
    assert!((0.0..=30.0).contains(&table.vibrato_cents), "{name}");
}

#[test]
fn every_note_of_every_family_is_within_limits() {
    for family in 0..16_u8 {
        for pitch in (0..128).step_by(7) {
            for velocity in [1, 80, 127] {
                check(&format!("{family} {pitch} {velocity}"), &note(family, pitch, velocity));
            }
        }
    }
    for key in 0..128 {
        check(&format!("drum {key}"), &note(16, key, 100));
    }
}

/// Mean frequency of the partials by amplitude, hertz, at a control point.
pub(in crate::infer) fn brightness(table: &PartialTable, frame: usize) -> f32 {
    let row = &table.amplitude[frame * table.partials()..][..table.partials()];
    row.iter().zip(&table.hertz).map(|(it, hertz)| it * hertz).sum::<f32>()
        / row.iter().sum::<f32>()
}

#[test]
fn harder_is_louder_and_brighter() {
    // Piano, guitar, bass, violin, section, trumpet, clarinet, flute.
    for family in [0_u8, 3, 4, 5, 6, 7, 8, 9] {
        let (soft, hard) = (note(family, 60, 40), note(family, 60, 120));
        assert!(brightness(&hard, 20) > 1.05 * brightness(&soft, 20), "{family}");
        let louder = loudest_power(&hard, Scale::K) / loudest_power(&soft, Scale::K);
        assert!((8.0..40.0).contains(&louder), "{family}: {louder}");
    }
}

#[test]
fn families_are_equally_loud() {
    let velocity = Velocity::clamped(80);
    for family in 0..16_u8 {
        for pitch in [60_u8, 67, 72, 79] {
            let power = loudest_power(&note(family, pitch, velocity.number()), Scale::K);
            let wanted = register_db(f32::from(pitch)) + super::loudness::level_db(velocity);
            let off = 10.0 * power.log10() - wanted;
            assert!(off.abs() < 2.0, "{family} {pitch}: {off}");
        }
    }
}

#[test]
fn instruments_behave_as_their_kind() {
    let level = |table: &PartialTable, frame: usize, partial: usize| {
        table.amplitude[frame * table.partials() + partial]
    };
    let piano = note(0, 48, 90);
    let last = TABLE_FRAMES - 1;
    let fall = |partial| level(&piano, last, partial) / level(&piano, 10, partial);
    assert!(fall(0) > 3.0 * fall(piano.partials() - 1), "the treble of a piano dies first");
    let stretch = piano.hertz[piano.partials() - 1] / piano.hertz[0];
    assert!((stretch - stretch.round()).abs() > 0.01 || stretch > 40.0, "stiff strings: {stretch}");
    assert!(!piano.sustains && note(8, 60, 80).sustains);

    let clarinet = note(8, 53, 80);
    assert!(level(&clarinet, 30, 1) < 0.2 * level(&clarinet, 30, 2), "odd partials lead");
    let trumpet = note(7, 60, 100);
    assert!(brightness(&trumpet, 32) > brightness(&trumpet, 6), "brass opens");
    let pad = note(11, 60, 80);
    assert!(level(&pad, 15, 0) < 0.3 * level(&pad, last, 0), "a pad rises slowly");
    assert!(note(16, 36, 100).glide[0] > 2.0, "a kick falls in pitch");
    let hat = note(16, 42, 100);
    assert!(hat.amplitude.iter().chain(&hat.noise).rev().take(100).all(|it| *it < 1e-4));
}
