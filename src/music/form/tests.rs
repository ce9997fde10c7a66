//! What is owed and how it is paid; `tests/data/form.json` holds this and `training/form.py` together.

use std::collections::BTreeMap;

use super::*;
use crate::music::tokens::DURATIONS;
use crate::score::{Seed, Velocity};

const BAR: Ticks = Ticks(96);
const FAMILIES: [u8; Part::COUNT] = [0, 0, 4, DRUMS, 0];

fn note(onset: i64, part: Part, pitch: u8, length: i64) -> Note {
    let pitch = Pitch::new(pitch).unwrap();
    Note { onset: Tick(onset), part, pitch, length: Ticks(length), velocity: Velocity::clamped(80) }
}

/// The band's first part has played a line in quarters, `bars` bars after its beginning.
fn played(line: &[u8], bars: i64, wanted: Wanted) -> Form {
    let mut form = Form::default();
    form.push(note(-96 * bars, Part::BAND[2], 60, 1), DRUMS, true, &wanted, BAR);
    for (at, pitch) in line.iter().enumerate() {
        let onset = 24 * i64::try_from(at).unwrap();
        form.push(note(onset, Part::BAND[0], *pitch, 24), 0, true, &wanted, BAR);
    }
    form
}

/// What the line above leans to next, where that is anything.
fn leaning(form: &Form, wanted: &Wanted) -> Vec<(usize, f32)> {
    let lean = form.lean(wanted, &FAMILIES).unwrap();
    let row = lean[Part::BAND[0].slot()].iter().enumerate();
    row.filter(|it| *it.1 != 0.0).map(|(pitch, bias)| (pitch, *bias)).collect()
}

#[test]
fn a_line_that_owes_figures_leans_to_those_it_has_played() {
    let wanted = Wanted([Some(0.9), None, None, None, None]);
    let form = played(&[60, 62, 64, 67, 65, 64, 72, 74, 76, 79, 77], 32, wanted);
    let found = leaning(&form, &wanted);
    assert!(form.told(&wanted) > 0.5);
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!(found[0].0, 76, "up 2, up 2, up 3, down 2 and then down 1, an octave higher");
    assert!(found[0].1 > 0.5);
    // As much the other way where too much has come again.
    let wanted = Wanted([Some(0.0), None, None, None, None]);
    let form = played(&[60, 62, 60, 62, 60, 62, 60, 62, 60], 32, wanted);
    let found = leaning(&form, &wanted);
    assert!(matches!(found[..], [(62, bias)] if bias < -0.3), "{found:?}");
    assert!(form.told(&wanted) < -0.2);
}

#[test]
fn figures_are_not_waited_for_before_there_is_anything_to_return_to() {
    let wanted = Wanted([Some(0.5), None, None, None, None]);
    let line = [60, 65, 61, 67, 60, 68, 63, 60];
    let due: f32 = [1.25, 1.5, 1.75].map(|bars| 0.5 * GROWTH * bars / (bars + 8.0)).iter().sum();
    assert!((played(&line, 0, wanted).told(&wanted) - 0.15 * due).abs() < 1e-3);
    assert!(played(&line, 32, wanted).told(&wanted) > 0.2);
}

#[test]
fn notes_outside_the_scale_are_paid_for_with_notes_inside() {
    let scale: Vec<u8> = (0..24).map(|at| [60, 64, 67, 65, 62, 71, 69, 72][at % 8]).collect();
    let wanted = Wanted([None, Some(1.0), None, None, None]);
    let form = played(&[&scale[..], &[61, 66, 68]].concat(), 0, wanted);
    let found = leaning(&form, &wanted);
    assert_eq!(
        found.iter().filter(|it| it.0 / 12 == 5).map(|it| it.0).collect::<Vec<_>>(),
        [61, 63, 66, 68, 70]
    );
    assert!(found.iter().all(|it| (it.1 + 3.0 * EACH[1]).abs() < 0.05), "{found:?}");
    let lean = form.lean(&wanted, &FAMILIES).unwrap();
    assert!(lean[Part::BAND[2].slot()].iter().all(|it| *it == 0.0), "drums have no scale");
    assert!(lean[Part::PLAYER.slot()].iter().all(|it| *it == 0.0), "the player owes nothing");
    // A style that leaves its scale is drawn out of it.
    let wanted = Wanted([None, Some(0.6), None, None, None]);
    assert!(leaning(&played(&scale, 0, wanted), &wanted).iter().all(|it| it.1 > 1.0));
}

#[test]
fn semitones_between_parts_are_turned_away_where_there_were_too_many() {
    let wanted = Wanted([None, None, Some(0.02), None, None]);
    let mut form = Form::default();
    for bar in 0..3 {
        form.push(note(96 * bar, Part::BAND[1], 60, 96), 4, true, &wanted, BAR);
        form.push(note(96 * bar, Part::BAND[0], 61, 48), 0, true, &wanted, BAR);
    }
    let pitches: Vec<usize> = leaning(&form, &wanted).iter().map(|it| it.0).collect();
    assert_eq!(pitches, [47, 49, 59, 61, 71, 73]);
    assert!(leaning(&form, &wanted).iter().all(|it| (it.1 + 0.735).abs() < 0.02));
    // Fewer than there might be are no debt.
    let mut form = Form::default();
    form.push(note(0, Part::BAND[1], 60, 96), 4, true, &wanted, BAR);
    form.push(note(0, Part::BAND[0], 67, 96), 0, true, &wanted, BAR);
    assert!(form.lean(&wanted, &FAMILIES).is_none());
}

#[test]
fn a_drone_is_left_and_never_promised() {
    let wanted = Wanted([None, None, None, Some(0.0), None]);
    let drone: Vec<u8> = [60, 62, 62, 67].repeat(5);
    let form = played(&drone, 0, wanted);
    let found = leaning(&form, &wanted);
    assert_eq!(found.iter().map(|it| it.0).collect::<Vec<_>>(), [60, 62, 67]);
    assert!(found.iter().all(|it| (it.1 + 1.8).abs() < 0.1), "nine stretches: {found:?}");
    let left = played(&[&drone[..], &[65, 69]].concat(), 0, wanted);
    assert!(leaning(&left, &wanted).is_empty(), "five pitches in twelve notes");
    let scale = played(&[60, 62, 64, 65, 67, 69, 71, 72], 0, wanted);
    assert!(scale.lean(&wanted, &FAMILIES).is_none());
    // Figures are owed: those of a drone pay only where there were not too many of them.
    let both = |narrow: f32| {
        let wanted = Wanted([Some(0.9), None, None, Some(narrow), None]);
        let lead: Vec<u8> = (0..40).map(|at| 40 + at % 30 * 7 % 30).collect();
        let form = played(&[&lead[..], &drone].concat(), 32, wanted);
        leaning(&form, &wanted).iter().find(|it| it.0 == 60).unwrap().1
    };
    assert!(both(0.0) < -1.0 && both(0.9) > 1.0);
}

#[test]
fn a_part_that_wanders_is_told_a_register_beyond_the_one_asked_for() {
    let part = Part::BAND[0];
    let told = |line: &[u8], asked: f32| played(line, 0, Wanted::default()).register(part, asked);
    assert_eq!([told(&[], 0.5), told(&[67, 66, 65, 67], 0.5)], [0.5; 2]);
    assert!((0.2..0.4).contains(&told(&[70; 60], 0.5)));
    assert_eq!(told(&[20; 60], 0.5), 1.5);
    assert!((told(&[36], 0.0)) < 0.01, "one note says little");
    assert_eq!((told(&[60; 60], 3.0), told(&[60; 60], -2.5)), (3.0, -3.0));
}

#[test]
fn what_could_not_be_paid_is_not_owed_for_long() {
    let wanted = Wanted([Some(0.1), None, None, None, None]);
    let riff: Vec<u8> = [60, 62, 64, 67].repeat(64);
    let mut form = played(&riff, 32, wanted);
    assert_eq!(form.told(&wanted), -3.0);
    // As a seed phrase, or from a player: it is known, and nothing is owed for it.
    let mut given = Form::default();
    for (at, pitch) in (0..).zip(&riff) {
        given.push(note(24 * at, Part::BAND[0], *pitch, 24), 0, false, &wanted, BAR);
    }
    assert_eq!(given.told(&wanted), 0.0);
    let mut fresh = (0..).map(|at: i64| {
        let mut random = Seed(7).stream(at.cast_unsigned());
        let pitch = u8::try_from(40 + random.next_u64() % 41).unwrap();
        note(24 * (256 + at), Part::BAND[0], pitch, 24)
    });
    for note in fresh.by_ref().take(100) {
        form.push(note, 0, true, &wanted, BAR);
    }
    assert!(form.told(&wanted) > -3.0, "a hundred new notes, and figures may return");
    form.push(fresh.next().unwrap(), 0, true, &Wanted::default(), BAR);
    assert_eq!(form.told(&wanted), 0.0, "nothing was aimed at in between");
}

#[test]
fn what_was_heard_moves_along() {
    let wanted = Wanted([Some(0.5), Some(0.9), Some(0.0), None, None]);
    let mut one = played(&[60, 61, 64, 67, 65, 64, 72], 4, wanted);
    one.push(note(144, Part::BAND[1], 61, 96), 4, true, &wanted, BAR);
    let mut other = one.clone();
    other.shift(Ticks(960));
    assert_eq!(one.lean(&wanted, &FAMILIES), other.lean(&wanted, &FAMILIES));
    one.push(note(168, Part::BAND[0], 60, 24), 0, true, &wanted, BAR);
    other.push(note(1128, Part::BAND[0], 60, 24), 0, true, &wanted, BAR);
    assert_eq!(one.lean(&wanted, &FAMILIES), other.lean(&wanted, &FAMILIES));
}

#[test]
fn seeds_spread_over_what_the_pieces_are_like() {
    let aims = [Some(QUANTILES), None, Some([0.1; 5]), None, Some([8.0, 9.0, 10.0, 12.0, 20.0])];
    let mut shares: Vec<f32> =
        (0..100).map(|seed| aims_at(&aims, Seed(seed), 0.0).figures_again().unwrap()).collect();
    shares.sort_by(f32::total_cmp);
    let even = |at: usize| 0.05 + 0.9 * (at as f32 + 0.5) / 100.0;
    let far = shares.iter().enumerate().map(|(at, it)| (it - even(at)).abs()).fold(0.0, f32::max);
    assert!(far < 0.03, "{far}: {shares:?}");
    let at = |repetition: f32| aims_at(&aims, Seed(7), repetition);
    assert!(at(-1.0).figures_again() < at(0.0).figures_again());
    assert!(at(0.0).figures_again() < at(1.0).figures_again());
    assert_eq!((at(0.0).in_scale(), at(1.0).clashes()), (None, Some(0.1)));
    assert_eq!(at(50.0).figures_again(), Some(0.95));
    assert_eq!(at(-50.0).figures_again(), Some(0.05));
    let longest: Vec<f32> =
        (0..100).map(|seed| aims_at(&aims, Seed(seed), 0.0).longest_copy().unwrap()).collect();
    let above = longest.iter().filter(|it| **it > 10.0).count();
    assert!((45..=55).contains(&above), "{above} of 100 seeds may copy more than the median piece");
    aims_at(&aims, Seed(u64::MAX), 0.0);
}

#[derive(serde::Deserialize)]
struct Golden {
    families: [u8; Part::COUNT],
    aims: BTreeMap<String, [f32; 5]>,
    asked: [f32; Part::COUNT],
    cases: Vec<Case>,
}

#[derive(serde::Deserialize)]
struct Case {
    seed: u64,
    wanted: [f32; AIM_NAMES.len()],
    rows: Vec<Row>,
}

#[derive(serde::Deserialize)]
struct Row {
    after: usize,
    told: f32,
    registers: [f32; Part::COUNT],
    lean: Vec<(usize, usize, Vec<f32>)>,
}

#[derive(serde::Deserialize)]
struct Piece {
    bars: Vec<[i64; 3]>,
    notes: Vec<[i64; 5]>,
}

#[test]
fn debts_are_those_of_training() {
    let golden: Golden =
        serde_json::from_str(include_str!("../../../tests/data/form.json")).unwrap();
    let piece: Piece =
        serde_json::from_str(include_str!("../../../tests/data/tokens.json")).unwrap();
    let aims = AIM_NAMES.map(|name| golden.aims.get(name).copied());
    for case in &golden.cases {
        let wanted = aims_at(&aims, Seed(case.seed), 0.4);
        for (found, expected) in wanted.0.iter().zip(case.wanted) {
            assert!((found.unwrap() - expected).abs() < 1e-4, "{found:?} for {expected}");
        }
        let mut form = Form::default();
        let mut heard = 0;
        for row in &case.rows {
            for [onset, slot, pitch, duration, _] in &piece.notes[heard..row.after] {
                let slot = usize::try_from(*slot).unwrap();
                let length = DURATIONS[usize::try_from(*duration).unwrap()].into();
                let part = Part::from_slot(slot).unwrap();
                let bar = piece.bars[piece.bars.partition_point(|it| it[0] <= *onset) - 1];
                let note = note(*onset, part, u8::try_from(*pitch).unwrap(), length);
                let is_own = part != Part::PLAYER;
                form.push(note, golden.families[slot], is_own, &wanted, Ticks(bar[1]));
            }
            heard = row.after;
            assert!((form.told(&wanted) - row.told).abs() < 2e-3, "after {heard}");
            for part in Part::BAND {
                let asked = golden.asked[part.slot()];
                let found = form.register(part, asked);
                let expected = row.registers[part.slot()];
                assert!((found - expected).abs() < 1e-3, "{found} for {expected} after {heard}");
            }
            let mut expected = [[0.0; 128]; Part::COUNT];
            for (slot, first, values) in &row.lean {
                expected[*slot][*first..first + values.len()].copy_from_slice(values);
            }
            let found = form.lean(&wanted, &golden.families).unwrap_or([[0.0; 128]; Part::COUNT]);
            for (place, (one, other)) in
                found.iter().flatten().zip(expected.iter().flatten()).enumerate()
            {
                assert!((one - other).abs() < 5e-3, "after {heard}, {place}: {one} for {other}");
            }
        }
    }
}
