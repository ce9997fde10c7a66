//! What the default pack's timbres promise, and that a decoded note becomes the table that it should.

use super::*;
use crate::infer::note_model::tests::native;
use crate::infer::timbre_tables::loudness::{Scale, level_db, loudest_power, register_db};
use crate::infer::timbre_tables::tests::{brightness, check};
use crate::pack::{Nature, Pack};
use crate::score::timbre::NOISE_BANDS;
use crate::score::{Blend, Family, MapPoint};

fn model() -> TimbreModel {
    TimbreModel::load(&Pack::embedded().unwrap().timbre_model.unwrap(), &Runtime::Embedded).unwrap()
}

fn note(model: &mut TimbreModel, family: u8, pitch: u8, velocity: u8) -> PartialTable {
    let timbre = TimbreId::Usual(Family::new(family).unwrap());
    model.table(timbre, Pitch::new(pitch).unwrap(), Velocity::clamped(velocity)).unwrap()
}

/// The families that the pack decodes.
fn decoded(model: &TimbreModel) -> Vec<u8> {
    (0..17_u8).filter(|family| model.families[usize::from(*family)].is_some()).collect()
}

#[test]
fn every_note_of_every_timbre_is_within_limits() {
    let mut model = model();
    for (place, card) in (0_u16..).zip(model.cards.clone()) {
        for number in [0, 21, 60, 97, 127] {
            for velocity in [1, 127] {
                let pitch = Pitch::new(number).unwrap();
                let velocity = Velocity::clamped(velocity);
                let table = model.table(TimbreId::Named(place), pitch, velocity).unwrap();
                check(&format!("{} {number} {velocity:?}", card.name), &table);
            }
        }
    }
    let beyond = model.table(TimbreId::Named(9999), Pitch::new(60).unwrap(), Velocity::clamped(9));
    assert!(!beyond.unwrap().sustains, "what is not there is a piano");
}

#[test]
fn families_are_equally_loud() {
    let mut model = model();
    let velocity = Velocity::clamped(80);
    for family in decoded(&model) {
        for pitch in [60_u8, 67, 72, 79] {
            let power = loudest_power(&note(&mut model, family, pitch, 80), Scale::K);
            let wanted = register_db(f32::from(pitch)) + level_db(velocity);
            let off = 10.0 * power.log10() - wanted;
            assert!(off.abs() < 2.0, "{family} {pitch}: {off}");
        }
    }
}

#[test]
fn harder_is_louder_and_brighter() {
    let mut model = model();
    for family in [0_u8, 3, 7] {
        let (soft, hard) = (note(&mut model, family, 60, 40), note(&mut model, family, 60, 120));
        let (dull, bright) = (brightness(&soft, 20), brightness(&hard, 20));
        assert!(bright > 1.02 * dull, "{family}: {dull} {bright}");
        let louder = loudest_power(&hard, Scale::K) / loudest_power(&soft, Scale::K);
        assert!((8.0..40.0).contains(&louder), "{family}: {louder}");
    }
}

#[test]
fn instruments_behave_as_their_kind() {
    let mut model = model();
    let piano = note(&mut model, 0, 48, 90);
    assert!(!piano.sustains && piano.vibrato_cents < 3.0);
    let stretch = piano.hertz[9] / piano.hertz[0];
    assert!(stretch > 10.005, "stiff strings: {stretch}");
    let clarinet = note(&mut model, 8, 53, 80);
    assert!(clarinet.sustains);
    let level = |partial: usize| clarinet.amplitude[30 * clarinet.partials() + partial];
    assert!(level(1) < 0.3 * level(2), "odd partials lead");
    let strings = note(&mut model, 6, 60, 80);
    let near = strings.hertz.iter().filter(|hertz| (250.0..275.0).contains(*hertz)).count();
    assert_eq!(near, 3, "a section is three desks");
    assert!(strings.spread.iter().any(|it| *it > 0.5), "and wide");
}

#[test]
fn the_same_note_is_decoded_alike() {
    let (mut one, mut other) = (model(), model());
    let first = note(&mut one, 5, 64, 77);
    note(&mut one, 0, 30, 127);
    assert_eq!(first, note(&mut one, 5, 64, 77));
    assert_eq!(first, note(&mut other, 5, 64, 77));
}

#[test]
fn both_runtimes_decode_alike() {
    let Some(runtime) = native() else { return };
    let pack = Pack::embedded().unwrap().timbre_model.unwrap();
    let mut native = TimbreModel::load(&pack, &runtime).unwrap();
    let mut embedded = model();
    for family in decoded(&embedded) {
        for (pitch, velocity) in [(36, 20), (60, 80), (91, 127)] {
            let ours = note(&mut embedded, family, pitch, velocity);
            let other = note(&mut native, family, pitch, velocity);
            let apart = |(a, b): (&f32, &f32)| (a - b).abs();
            let decibels = embedded.decoded.frames.iter().zip(&native.decoded.frames).map(apart);
            let statics = embedded.decoded.statics.iter().zip(&native.decoded.statics).map(apart);
            let most = decibels.chain(statics).fold(0.0, f32::max);
            assert!(most < 2e-3, "{family} {pitch}: {most}");
            assert_eq!(ours.sustains, other.sustains);
        }
    }
}

#[test]
fn slots_and_bands_become_partials_and_noise() {
    let mut decoded = Decoded {
        frames: vec![-200.0; TABLE_FRAMES * shape::COLUMNS],
        statics: vec![0.0; shape::STATICS],
    };
    decoded.statics[5] = 0.5;
    decoded.statics[shape::HEADS..][..6].fill(0.6);
    let between = shape::BETWEEN.len();
    for row in decoded.frames.chunks_exact_mut(shape::COLUMNS) {
        // The fundamental, the coarse slots of harmonics 36 and 41, and the first noise band.
        row[between] = 0.0;
        row[between + 32] = -20.0;
        row[between + 33] = -30.0;
        row[shape::SLOTS] = -40.0;
    }
    let pitch = Pitch::new(45).unwrap();
    let table = decoded.table(pitch, Nature::Held, 0.0);
    let harmonics: Vec<f32> = table.hertz.iter().map(|hertz| (hertz / 110.0).round()).collect();
    // Levels are straight lines in decibels: 35 and 42 are still heard on their way down to nothing.
    assert_eq!(harmonics, [1.0, 35.0, 36.0, 37.0, 38.0, 39.0, 40.0, 41.0, 42.0]);
    let at =
        |harmonic: f32| table.amplitude[harmonics.iter().position(|it| *it == harmonic).unwrap()];
    for (harmonic, decibels) in [(1.0, 0.0), (36.0, -20.0), (38.0, -24.0), (41.0, -30.0)] {
        let off = 20.0 * at(harmonic).log10() - decibels;
        assert!(off.abs() < 0.01, "{harmonic}: {off}");
    }
    assert_eq!((table.noise[0] * 1000.0).round(), 10.0);
    assert_eq!(table.noise[1..NOISE_BANDS], [0.0; NOISE_BANDS - 1]);
    assert!((table.spread[0] - 0.8).abs() < 1e-6, "correlated by 0.6: {}", table.spread[0]);
    assert!(table.sustains && table.release_secs == 0.5);
    let section = decoded.table(pitch, Nature::Held, 1.0);
    assert_eq!(section.partials(), table.partials() + 2);
}

#[test]
fn a_timbre_at_its_own_place_is_itself() {
    let mut model = model();
    let (pitch, velocity) = (Pitch::new(62).unwrap(), Velocity::clamped(90));
    for (place, card) in (0_u16..).zip(model.cards.clone()) {
        let point = card.place.expect("the default pack has a map");
        let own = model.table(TimbreId::Named(place), pitch, velocity).unwrap();
        let at = TimbreId::At(point, Family::PIANO);
        assert!(model.table(at, pitch, velocity).unwrap() == own, "{}", card.name);
        let ends = [(place, 5, 0), (5, place, 1000)];
        for (first, second, share) in ends {
            let blend = TimbreId::Blend(Blend { first, second, share }, Family::PIANO);
            assert!(model.table(blend, pitch, velocity).unwrap() == own, "{}", card.name);
        }
    }
}

#[test]
fn what_lies_between_is_within_limits_and_changes_little_by_little() {
    let mut model = model();
    let (pitch, velocity) = (Pitch::new(60).unwrap(), Velocity::clamped(90));
    for row in [0.1, 0.3, 0.5, 0.7, 0.9] {
        let mut before: Option<f32> = None;
        for step in 0_u8..=200 {
            let point = MapPoint::of_shares(f32::from(step) / 200.0, row);
            let table = model.table(TimbreId::At(point, Family::PIANO), pitch, velocity).unwrap();
            if step % 20 == 0 {
                check(&format!("{point:?}"), &table);
            }
            let bright = brightness(&table, 20);
            let jump = before.map_or(1.0, |it| (bright / it).max(it / bright));
            assert!(jump < 1.5, "{point:?}: {before:?} {bright}");
            before = Some(bright);
        }
    }
}

#[test]
fn without_a_map_a_point_is_what_the_family_plays() {
    let mut pack = Pack::embedded().unwrap().timbre_model.unwrap();
    pack.timbres.iter_mut().for_each(|timbre| timbre.place = None);
    let mut model = TimbreModel::load(&pack, &Runtime::Embedded).unwrap();
    let (pitch, velocity) = (Pitch::new(60).unwrap(), Velocity::clamped(90));
    let family = Family::new(8).unwrap();
    let usual = model.table(TimbreId::Usual(family), pitch, velocity).unwrap();
    let at = TimbreId::At(MapPoint::of_shares(0.2, 0.7), family);
    assert!(model.table(at, pitch, velocity).unwrap() == usual);
    let beyond = Blend { first: 0, second: 9999, share: 500 };
    assert!(model.table(TimbreId::Blend(beyond, family), pitch, velocity).unwrap() == usual);
}

#[test]
fn what_is_struck_below_its_range_is_its_lowest_note_transposed() {
    let mut model = model();
    let place = model.cards.iter().position(|card| card.name == "glockenspiel").unwrap();
    let timbre = TimbreId::Named(u16::try_from(place).unwrap());
    let (low, _) = model.timbres[place].range.unwrap();
    let mut at = |number: u8| {
        model.table(timbre, Pitch::new(number).unwrap(), Velocity::clamped(90)).unwrap()
    };
    let (lowest, below) = (at(low), at(low - 12));
    let ratio = lowest.hertz[0] / below.hertz[0];
    assert!((ratio - 2.0).abs() < 1e-3, "{ratio}");
    // No thump: the noise is to the tones as it was.
    let noise = |table: &PartialTable| {
        let whole = |levels: &[f32]| levels.iter().map(|it| it * it).sum::<f32>();
        whole(&table.noise) / whole(&table.amplitude)
    };
    let more = noise(&below) / noise(&lowest);
    assert!((0.8..1.25).contains(&more), "{more}");
    let clarinet = model.cards.iter().position(|card| card.name == "clarinet").unwrap();
    let clarinet = &model.timbres[clarinet];
    let held = known_pitch(clarinet.nature, clarinet.range, Pitch::new(30).unwrap());
    assert_eq!(held.number(), 30);
}
