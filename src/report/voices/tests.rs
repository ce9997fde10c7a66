//! Parts are called by what is heard.

use super::*;
use crate::score::{Blend, PartTimbre, Tick};

fn cards() -> Vec<TimbreCard> {
    let card = |name: &str, program, x| TimbreCard {
        name: name.to_owned(),
        title: name.to_uppercase(),
        family: Family::new(5).unwrap(),
        program,
        place: Some(MapPoint::of_shares(x, 0.5)),
    };
    vec![card("viola_da_gamba", None, 0.1), card("cello", Some(42), 0.5), card("oboe", None, 0.9)]
}

fn at(x: f32) -> TimbreId {
    TimbreId::At(MapPoint::of_shares(x, 0.5), Family::PIANO)
}

fn between(share: u16) -> TimbreId {
    TimbreId::Blend(Blend { first: 0, second: 1, share }, Family::PIANO)
}

/// The word in names of files, the program, and what people read.
fn check(timbre: TimbreId, cards: &[TimbreCard], expected: &str) {
    let found = of_timbre(timbre, cards);
    let Voice { word, program, .. } = &found.voice;
    assert_eq!(format!("{word} {program:?} {}", found.words()), expected, "{timbre:?}");
}

#[test]
fn a_part_is_called_by_the_timbre_that_is_heard() {
    check(TimbreId::Usual(Family::PIANO), &cards(), "piano Some(0) piano");
    check(TimbreId::Named(1), &cards(), "cello Some(42) cello");
    check(at(0.1), &cards(), "viola-da-gamba Some(40) viola_da_gamba");
    check(at(0.33), &cards(), "cello Some(42) near cello");
    check(between(0), &cards(), "viola-da-gamba Some(40) viola_da_gamba");
    check(between(300), &cards(), "viola-da-gamba Some(40) viola_da_gamba+cello:0.3");
    check(between(700), &cards(), "cello Some(42) viola_da_gamba+cello:0.7");
    check(between(1000), &cards(), "cello Some(42) cello");
    // What the pack has not sounds as the family does.
    check(at(0.1), &[], "piano Some(0) piano");
    check(TimbreId::Named(7), &cards(), "piano Some(0) piano");
}

#[test]
fn drums_keep_their_kit_and_a_change_is_told() {
    let mut request = Request::default();
    let point = MapPoint::of_shares(0.9, 0.5);
    request.settings.parts.iter_mut().for_each(|it| it.timbre = PartTimbre::At(point));
    let mut later = request.settings;
    later.parts[0].timbre = PartTimbre::Usual;
    request.changes = vec![(Tick(96), later)];
    let families = [Some(Family::PIANO), Some(Family::PIANO), None, Some(Family::DRUMS)];
    let band = of_band(&request, families, &cards());
    let words: Vec<String> = band.iter().flatten().map(Sounding::words).collect();
    assert_eq!(words, ["oboe at first", "oboe", "drums"]);
    let stems: Vec<String> = stem_names(&band, "wav").into_iter().flatten().collect();
    assert_eq!(stems, ["part-1-oboe.wav", "part-2-oboe.wav", "part-4-drums.wav"]);
    assert_eq!(super::families(&band), families);
}
