//! Settings in, controls out.

use super::*;
use crate::score::pitch::Scale;
use crate::score::{Key, Seed};

fn styles() -> Vec<StyleCard> {
    let family = |index: u8| Family::new(index).unwrap();
    let card = |name: &str, has_velocity: bool, density, parts| StyleCard {
        name: name.into(),
        title: name.into(),
        has_velocity,
        density,
        repetition: if has_velocity { (-0.5, 1.0) } else { (1.5, 2.0) },
        tempo: 120.0,
        meter: (4, 4),
        parts,
    };
    vec![
        card("duo", true, (1.0, 0.5), vec![(family(9), 74.0), (family(4), 40.0)]),
        card("drums", false, (3.0, 1.5), vec![(Family::DRUMS, 43.0)]),
    ]
}

fn possible(controls: &Controls, slot: usize) -> Vec<u8> {
    let row = &controls.bias_pitch[slot * 128..(slot + 1) * 128];
    (0..128u8).filter(|pitch| row[usize::from(*pitch)] > Controls::IMPOSSIBLE).collect()
}

/// Wishes to within rounding.
fn check_wishes(found: &[Option<f32>; 5], expected: [Option<f32>; 5]) {
    for (wish, expected) in found.iter().zip(expected) {
        let near =
            wish.zip(expected).is_some_and(|(wish, expected)| (wish - expected).abs() < 1e-5);
        assert!(near || wish.is_none() && expected.is_none(), "{found:?}");
    }
}

#[test]
fn a_part_is_encouraged_only_if_it_plays() {
    let mut settings = Settings::default();
    settings.parts[2].mode = Mode::Off;
    let mut controls = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    for part in Part::BAND {
        controls.encourage(part, 3.0);
    }
    assert_eq!(controls.bias_part, [Controls::IMPOSSIBLE, 3.0, 3.0, Controls::IMPOSSIBLE, 3.0]);
}

#[test]
fn defaults_follow_the_style() {
    let controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    assert_eq!(controls.family, [18, 9, 4, 9, 4]);
    assert_eq!(controls.style, [1.0, 0.0]);
    check_wishes(&controls.density, [None, Some(0.8), Some(0.8), Some(0.8), Some(0.8)]);
    check_wishes(&controls.repetition, [None, Some(-0.5), Some(-0.5), Some(-0.5), Some(-0.5)]);
    assert_eq!(controls.register[..3], [None, Some(14.0 / 12.0), Some(-20.0 / 12.0)]);
    assert_eq!(controls.bias_part, [Controls::IMPOSSIBLE, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(possible(&controls, 1), (21..=108).collect::<Vec<_>>());
    assert_eq!(controls.sharpness, [1.0; 5]);
    assert!((controls.min_p[0].exp() - 0.02).abs() < 1e-6);
    assert!(controls.has_band());
}

#[test]
fn wishes_are_told() {
    let mut settings =
        Settings { density: 1.0, temperature: 0.5, min_p: 0.0, ..Settings::default() };
    settings.style = StyleBlend { first: 0, second: 1, lean: 0.25 };
    settings.parts[0].register = 12.0;
    settings.parts[1].family = Family::new(5);
    settings.parts[2].mode = Mode::Off;
    settings.parts[3].family = Some(Family::DRUMS);
    let controls = Controls::new(&settings, &styles(), PlayerPresence::Listening);
    assert_eq!(controls.family, [0, 9, 5, 18, 16]);
    check_wishes(&controls.density, [None, Some(1.95), Some(1.95), None, Some(1.95)]);
    check_wishes(&controls.repetition, [None, Some(0.0), Some(0.0), None, Some(0.0)]);
    assert_eq!(controls.register, [None, Some(26.0 / 12.0), Some(4.0 / 12.0), None, None]);
    assert_eq!(controls.bias_part, [0.0, 0.0, 0.0, Controls::IMPOSSIBLE, 0.0]);
    assert_eq!(possible(&controls, 4), (35..=81).collect::<Vec<_>>());
    assert_eq!(controls.sharpness, [2.0; 5]);
    assert_eq!(controls.min_p, [Controls::IMPOSSIBLE; 5]);
    assert_eq!(velocity_from(settings.style, &styles()), VelocityFrom::Model);
    assert_eq!(velocity_from(StyleBlend::only(9), &styles()), VelocityFrom::Rule);
}

#[test]
fn a_locked_scale_spares_the_drums() {
    let mut settings = Settings { scale_lock: true, ..Settings::default() };
    settings.parts[1].family = Some(Family::DRUMS);
    let free = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    assert_eq!(possible(&free, 1).len(), 88, "a lock without a key locks nothing");
    settings.key = Key::new(2, Scale::Major);
    let locked = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    let d_major = [62u8, 64, 66, 67, 69, 71, 73];
    let octave = possible(&locked, 1).into_iter().filter(|pitch| (62..74).contains(pitch));
    assert_eq!(octave.collect::<Vec<_>>(), d_major);
    assert_eq!(possible(&locked, 2), possible(&free, 2));
}

#[test]
fn an_asked_register_draws_pitches_near() {
    let mut settings = Settings::default();
    settings.parts[0].register = 12.0;
    let controls = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    let usual = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    let middle = controls.register[1].unwrap() * 12.0 + 60.0;
    let bias = |controls: &Controls, slot: usize, pitch: f32| {
        controls.bias_pitch[slot * 128 + format!("{pitch:.0}").parse::<usize>().unwrap()]
    };
    assert!(bias(&controls, 1, middle) > -0.01);
    assert!((bias(&controls, 1, middle - 9.0) + 0.5).abs() < 0.06);
    assert!(bias(&controls, 1, middle - 24.0) < -3.0);
    assert_eq!(
        bias(&controls, 2, 64.0),
        bias(&usual, 2, 64.0),
        "a part without the wish is as it was"
    );
    assert!(bias(&usual, 1, middle - 12.0) > -0.01, "the usual register draws too");
}

#[test]
fn waits_leave_only_later_times() {
    let mut controls = Controls::open(2);
    let possible =
        |controls: &Controls| controls.bias_time.iter().filter(|bias| **bias == 0.0).count();
    controls.wait_at_least(Ticks(24));
    assert_eq!(possible(&controls), 360);
    controls.wait_at_least(Ticks(9999));
    assert_eq!(possible(&controls), 1);
    controls.wait_at_least(Ticks(-3));
    assert_eq!(possible(&controls), 384);
    controls.wait_at_least(Ticks(24));
    controls.no_wait();
    assert_eq!(controls, Controls::open(2));
}

#[test]
fn noise_comes_from_the_stream_alone() {
    let mut one = Controls::open(1);
    let mut other = Controls::open(1);
    one.roll_noise(&mut Seed(5).stream(3));
    other.roll_noise(&mut Seed(5).stream(3));
    assert_eq!(one.noise, other.noise);
    other.roll_noise(&mut Seed(5).stream(4));
    assert_ne!(one.noise, other.noise);
    let mean = one.noise.iter().sum::<f32>() / 565.0;
    assert!((mean - 0.577).abs() < 0.25, "{mean}");
}
