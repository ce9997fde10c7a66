//! Notes that take on another timbre while they sound.

use std::sync::Arc;

use super::{Kind, LATENCY, RATE, Sound, corner, part, peak, rendered, table};
use crate::engine::audio::synth::Synth;
use crate::score::{Family, MapPoint, PartialTable, Pitch, TimbreId, Velocity};

const LEVEL: f32 = 0.05;

fn note(pitch: u8) -> (Pitch, Velocity) {
    (Pitch::new(pitch).unwrap(), Velocity::clamped(90))
}

/// Some point on the map.
fn timbre(number: usize) -> TimbreId {
    TimbreId::At(MapPoint::of_shares(number as f32 / 100.0, 0.5), Family::PIANO)
}

/// Tables that have little in common: all harmonics, odd ones alone and out of tune, a section of three, with noise and vibrato.
fn tables(pitch: u8) -> [Arc<PartialTable>; 4] {
    let steady = table(Kind::Steady, pitch, LEVEL);
    let odd = kept(&steady, |n| n % 2 == 0, 1.004);
    let section = {
        let mut three = [-7.0_f32, 0.0, 8.0]
            .map(|cents| kept(&steady, |n| n < 8, (cents / 1200.0).exp2()).as_ref().clone());
        let partials = three[0].partials();
        let mut all = three[0].clone();
        all.hertz = three.iter_mut().flat_map(|it| std::mem::take(&mut it.hertz)).collect();
        all.spread = three.iter_mut().flat_map(|it| std::mem::take(&mut it.spread)).collect();
        let rows = three[0].amplitude.chunks(partials);
        all.amplitude = rows.flat_map(|row| row.repeat(3)).map(|it| it / 3.0).collect();
        Arc::new(all)
    };
    [steady, odd, section, table(Kind::Blown, pitch, LEVEL)]
}

/// The partials of a table that are wanted, by their place, and out of tune by a factor.
fn kept(of: &PartialTable, is_wanted: impl Fn(usize) -> bool, ratio: f32) -> Arc<PartialTable> {
    let wanted = |values: &[f32]| -> Vec<f32> {
        values.iter().enumerate().filter(|it| is_wanted(it.0)).map(|it| *it.1).collect()
    };
    Arc::new(PartialTable {
        hertz: wanted(&of.hertz).iter().map(|it| it * ratio).collect(),
        amplitude: of.amplitude.chunks(of.partials()).flat_map(wanted).collect(),
        spread: wanted(&of.spread),
        ..of.clone()
    })
}

/// The largest step from sample to sample.
fn step(samples: &[f32]) -> f32 {
    samples.windows(2).map(|it| (it[0] - it[1]).abs()).fold(0.0, f32::max)
}

fn energy(samples: &[f32]) -> f32 {
    samples.iter().map(|it| it * it).sum::<f32>() / samples.len() as f32
}

/// Left of part 1 while a note goes through the tables, a new one every `every` frames, in runs of at most `run` frames.
fn swept(tables: &[Arc<PartialTable>], pitch: u8, every: usize, run: usize) -> Vec<f32> {
    let mut synth = Synth::new(RATE, 512);
    let first = (Arc::clone(&tables[0]), timbre(0));
    synth.note_on_as(part(1), note(pitch), first, note(pitch));
    let mut out = Vec::new();
    for number in 1..60 {
        let Sound { parts, .. } = rendered(&mut synth, &[], every, run);
        out.extend_from_slice(&parts[0][0]);
        let next = &tables[number % tables.len()];
        synth.revoice(part(1), note(pitch), timbre(number), next);
    }
    out
}

#[test]
fn a_sweep_jumps_no_more_than_a_steady_note() {
    for pitch in [40, 60, 84] {
        let tables = tables(pitch);
        // Between changes, where the note is steady: every time with other phases.
        let slow = swept(&tables, pitch, 4800, 512);
        let plateaus = || slow.chunks(4800).skip(1).map(|it| &it[2400..4700]);
        let loudest = |measure: fn(&[f32]) -> f32| plateaus().map(measure).fold(0.0, f32::max);
        let (steps, corners) = (loudest(step), loudest(corner));
        for every in [131, 700, 2400, 4800] {
            let sweep = swept(&tables, pitch, every, 512);
            let (found, sharpest) = (step(&sweep[4000..]), corner(&sweep[4000..]));
            assert!(found < 1.3 * steps, "{pitch} every {every}: {found}, steady {steps}");
            assert!(sharpest < 1.2 * corners, "{pitch} {every}: {sharpest}, steady {corners}");
        }
        let cut: Vec<f32> = plateaus().flatten().copied().collect();
        assert!(corner(&cut) > 1.5 * corners, "a change without a glide would be found");
    }
}

#[test]
fn a_note_arrives_at_the_sound_of_the_new_table() {
    let tables = tables(57);
    let mut synth = Synth::new(RATE, 512);
    let start = |synth: &mut Synth, table: &Arc<PartialTable>| {
        synth.note_on_as(part(1), note(57), (Arc::clone(table), timbre(0)), note(57));
    };
    start(&mut synth, &tables[0]);
    rendered(&mut synth, &[], 4000, 512);
    for (number, table) in tables.iter().enumerate().skip(1) {
        synth.revoice(part(1), note(57), timbre(number), table);
        rendered(&mut synth, &[], 4800, 512);
        let found = rendered(&mut synth, &[], 48_000, 512);
        let mut fresh = Synth::new(RATE, 512);
        start(&mut fresh, table);
        rendered(&mut fresh, &[], 8000, 512);
        let wanted = rendered(&mut fresh, &[], 48_000, 512);
        for side in 0..2 {
            let ratio = energy(&found.parts[0][side]) / energy(&wanted.parts[0][side]);
            assert!((ratio - 1.0).abs() < 0.06, "table {number}: {ratio}");
        }
    }
}

#[test]
fn a_change_is_heard_within_forty_milliseconds_and_the_same_in_blocks_of_any_size() {
    let tables = tables(60);
    let whole = swept(&tables, 60, 1111, 4096);
    for run in [1, 7, 64, 333] {
        assert!(swept(&tables, 60, 1111, run) == whole, "in runs of {run}");
    }
    let soft = tables[0].as_ref().clone();
    let amplitude = soft.amplitude.iter().map(|it| 0.01 * it).collect();
    let soft = Arc::new(PartialTable { amplitude, ..soft });
    let sound = swept(&[Arc::clone(&tables[0]), soft], 60, 9600, 512);
    let level = |from: usize, to: usize| energy(&sound[from + LATENCY..to + LATENCY]).sqrt();
    let loud = level(4800, 9600);
    // What is left then is the room's.
    let gone = level(9600 + 1920, 9600 + 3840) / loud;
    assert!(gone < 0.35, "{gone} of it is left");
    let back = level(19_200 + 1920, 19_200 + 3840) / loud;
    assert!((0.75..1.25).contains(&back), "{back} of it is back");
}

#[test]
fn only_the_notes_that_are_meant_change_and_every_table_comes_home() {
    let tables = tables(60);
    let mut synth = Synth::new(RATE, 512);
    synth.note_on(part(1), note(60).0, note(60).1, Arc::clone(&tables[0]));
    let drums = TimbreId::Usual(Family::DRUMS);
    synth.note_on_as(part(2), note(60), (Arc::clone(&tables[0]), drums), note(60));
    synth.note_on_as(part(3), note(60), (Arc::clone(&tables[0]), timbre(0)), note(60));
    rendered(&mut synth, &[], 1000, 512);
    for slot in 1..4 {
        synth.revoice(part(slot), note(60), timbre(1), &tables[1]);
        synth.revoice(part(slot), note(61), timbre(1), &tables[1]);
    }
    let mut sounding = Vec::new();
    for slot in 0..5 {
        synth.sounding(part(slot), |note, timbre, _| sounding.push((slot, note, timbre)));
    }
    assert_eq!(sounding, [(2, note(60), drums), (3, note(60), timbre(1))]);
    assert!(Arc::ptr_eq(&synth.take_retired().unwrap(), &tables[0]));
    assert!(synth.take_retired().is_none());
    (1..4).for_each(|slot| synth.note_off(part(slot), note(60).0));
    assert_eq!(rendered(&mut synth, &[], 96_000, 512).retired, 3);
    assert_eq!(Arc::strong_count(&tables[0]) + Arc::strong_count(&tables[1]), 2);
}

#[test]
fn a_note_that_dies_comes_back_when_it_becomes_one_that_is_held() {
    let struck = table(Kind::Plucked, 60, LEVEL);
    let held = table(Kind::Steady, 60, LEVEL);
    let mut synth = Synth::new(RATE, 512);
    synth.note_on_as(part(1), note(60), (struck, timbre(0)), note(60));
    let before = rendered(&mut synth, &[], 96_000, 512);
    synth.revoice(part(1), note(60), timbre(1), &held);
    let after = rendered(&mut synth, &[], 48_000, 512);
    assert!(peak(&before.parts[0][0][90_000..]) < 0.3 * peak(&after.parts[0][0][4000..]));
    synth.note_off(part(1), note(60).0);
    let end = rendered(&mut synth, &[], 96_000, 512);
    assert_eq!(peak(&end.parts[0][0][90_000..]), 0.0);
}
