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
        rest: Rest {
            density: -0.4,
            repetition: if has_velocity { 1.0 } else { 0.5 },
            pitch_sharpness: if has_velocity { 0.8 } else { 1.2 },
            density_step: 2.0,
            hurry: if has_velocity { 0.0 } else { 0.5 },
            patience: if has_velocity { 4.0 } else { 8.0 },
            excess: 0.5,
            ..Rest::default()
        },
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
    check_wishes(&controls.repetition, [None, Some(0.5), Some(0.5), Some(0.5), Some(0.5)]);
    assert_eq!(controls.register[..3], [None, Some(14.0 / 12.0), Some(-20.0 / 12.0)]);
    assert_eq!(controls.bias_part, [Controls::IMPOSSIBLE, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(possible(&controls, 1), (21..=108).collect::<Vec<_>>());
    assert_eq!(controls.sharpness, [1.0, 1.0, 0.8, 1.0, 1.0]);
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
    let density = 1.5 + 0.8 - 0.4 * 0.75; // a step is told as so many octaves at most
    check_wishes(&controls.density, [None, Some(density), Some(density), None, Some(density)]);
    let repetition = 0.875 * 1.25;
    check_wishes(
        &controls.repetition,
        [None, Some(repetition), Some(repetition), None, Some(repetition)],
    );
    assert_eq!(controls.register, [None, Some(26.0 / 12.0), Some(4.0 / 12.0), None, None]);
    assert_eq!(controls.bias_part, [0.0, 0.0, 0.0, Controls::IMPOSSIBLE, 0.0]);
    assert_eq!(possible(&controls, 4), (35..=81).collect::<Vec<_>>());
    for (found, expected) in controls.sharpness.into_iter().zip([2.0, 2.0, 1.8, 2.0, 2.0]) {
        assert!((found - expected).abs() < 1e-5, "{:?}", controls.sharpness);
    }
    assert!((controls.hurry - 0.125).abs() < 1e-6);
    let bias = |time: usize| controls.bias_time[time];
    assert_eq!((bias(0), bias(12)), (0.125, 0.0));
    assert!((bias(6) - 0.125).abs() < 1e-6 && (bias(48) + 0.25).abs() < 1e-6);
    assert_eq!(controls.min_p, [Controls::IMPOSSIBLE; 5]);
    assert_eq!(velocity_from(settings.style, &styles()), VelocityFrom::Model);
    assert_eq!(velocity_from(StyleBlend::only(9), &styles()), VelocityFrom::Rule);
}

#[test]
fn the_style_is_told_as_strongly_as_is_asked_for_and_wishes_stay() {
    let settings = Settings {
        style: StyleBlend { first: 0, second: 1, lean: 0.25 },
        density: 1.0,
        ..Settings::default()
    };
    let plain = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    for (strength, weights) in [(0.0, [0.0, 0.0]), (2.0, [1.5, 0.5]), (9.0, [1.5, 0.5])] {
        let mut stronger = settings;
        stronger.style_strength = strength;
        let controls = Controls::new(&stronger, &styles(), PlayerPresence::Absent);
        assert_eq!(controls.style, weights);
        assert_eq!(Controls { style: plain.style.clone(), ..controls }, plain);
    }
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
fn a_key_makes_what_lies_outside_less_likely() {
    let settings = Settings { key: Key::new(9, Scale::Minor), ..Settings::default() };
    let controls = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    let outside: Vec<_> = (60..72u8)
        .filter(|pitch| controls.bias_pitch[128 + usize::from(*pitch)] == OUTSIDE)
        .collect();
    assert_eq!(outside, [61, 63, 70], "A minor with both forms of its sixth and seventh degree");
    assert_eq!(possible(&controls, 1).len(), 88, "but nothing is ruled out");
}

#[test]
fn without_styles_nothing_is_sharpened() {
    let controls = Controls::new(&Settings::default(), &[], PlayerPresence::Absent);
    assert_eq!(controls.sharpness, [1.0; 5]);
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

#[test]
fn a_part_that_plays_nothing_new_is_told_to_repeat_itself_less() {
    let mut controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    controls.tire(Part::BAND[0], 3.9);
    controls.tire(Part::BAND[1], 5.0);
    controls.tire(Part::BAND[2], 500.0);
    controls.tire(Part::PLAYER, 500.0);
    check_wishes(&controls.repetition, [None, Some(0.5), Some(-1.5), Some(-15.5), Some(0.5)]);
}

#[test]
fn a_part_wearies_of_a_pitch_beyond_the_styles_patience() {
    let bias = |times| {
        let mut controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
        let pitch = Pitch::new(60).unwrap();
        let at = 128 + 60;
        let before = controls.bias_pitch.clone();
        controls.weary(Part::BAND[0], pitch, times);
        let changed = (0..before.len()).filter(|i| before[*i] != controls.bias_pitch[*i]);
        assert!(changed.clone().all(|i| i == at), "one key of one part");
        before[at] - controls.bias_pitch[at]
    };
    assert_eq!([1, 4, 6, 400].map(bias), [0.0, 0.0, 1.0, 8.0]);
}

#[test]
fn a_band_far_from_the_density_that_is_wished_for_is_held_to_it() {
    let likelier = |played: f32, wished: f32| {
        let settings = Settings { density: wished, ..Settings::default() };
        let mut controls = Controls::new(&settings, &styles(), PlayerPresence::Absent);
        let before = controls.bias_time[48] - controls.bias_time[6];
        controls.govern(controls.usual_density + played, wished);
        controls.bias_time[48] - controls.bias_time[6] - before
    };
    assert_eq!([0.0, 0.25, -0.25].map(|played| likelier(played, 0.0)), [0.0; 3], "pieces differ");
    assert!(likelier(2.25, 0.0) > 4.0, "too many notes: longer waits");
    assert!(likelier(-2.25, 0.0) < -4.0, "too few");
    assert_eq!([0.6, 0.678, 0.75].map(|played| likelier(played, 1.0)), [0.0; 3], "as wished");
    assert!(likelier(0.0, 1.0) < -1.0 && likelier(2.0, 1.0) > 1.0);
}

#[test]
fn a_band_that_is_driven_on_strikes_more_together_too() {
    let mut controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    controls.hurry = 1.5;
    controls.no_wait();
    assert_eq!([0, 6, 12, 24].map(|wait| controls.bias_time[wait]), [1.5, 1.5, 0.0, -1.5]);
    controls.hurry = -1.5;
    controls.no_wait();
    assert_eq!([0, 6, 12, 24].map(|wait| controls.bias_time[wait]), [0.0, -1.5, 0.0, 1.5]);
}

#[test]
fn what_is_aimed_at_is_the_styles_and_the_wished_key_takes_the_place_of_its_scale() {
    let mut styles = styles();
    styles[0].rest.aims = [Some([0.1, 0.2, 0.3, 0.4, 0.5]), Some([0.9; 5]), None, None, None];
    styles[1].rest.aims = [None, Some([0.7; 5]), None, None, None];
    let wanted =
        |settings: &Settings| Controls::new(settings, &styles, PlayerPresence::Absent).wanted.0;
    let [again, scale, clashes, plain, _] = wanted(&Settings::default());
    assert!((0.1..=0.5).contains(&again.unwrap()));
    assert_eq!([clashes, plain], [None, None]);
    assert_eq!(scale, Some(0.9));
    let blend = StyleBlend { first: 0, second: 1, lean: 0.25 };
    let blended = wanted(&Settings { style: blend, ..Settings::default() });
    assert_eq!(blended[0], again, "one of both alone has such figures");
    assert!((blended[1].unwrap() - 0.85).abs() < 1e-6);
    let key = Key::new(2, Scale::Major);
    assert_eq!(wanted(&Settings { key, ..Settings::default() })[1], None);
    let more = wanted(&Settings { repetition: 1.0, ..Settings::default() })[0];
    assert!(more > again, "{more:?} for {again:?}");
    let other = wanted(&Settings { seed: Seed(2), ..Settings::default() })[0];
    assert_ne!(other, again);
}

#[test]
fn debts_lean_what_is_possible_and_tell_every_part() {
    let mut controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    let before = controls.clone();
    let mut lean = [[0.0; 128]; Part::COUNT];
    lean[1][60] = -0.5;
    lean[1][0] = 2.0;
    controls.lean_pitches(&lean);
    let at = |pitch: usize| controls.bias_pitch[128 + pitch] - before.bias_pitch[128 + pitch];
    assert_eq!((at(60), at(61)), (-0.5, 0.0));
    assert_eq!(controls.bias_pitch[128], Controls::IMPOSSIBLE, "no piano has that key");
    controls.repeat_more(2.0);
    check_wishes(&controls.repetition, [None, Some(2.5), Some(2.5), Some(2.5), Some(2.5)]);
}

#[test]
fn more_and_less_are_counted_from_what_is_played_without_a_wish() {
    let usual = |density: f32| {
        let settings = Settings { density, ..Settings::default() };
        Controls::new(&settings, &styles(), PlayerPresence::Absent).usual_density
    };
    assert!((usual(1.0) - usual(0.0) - 0.5).abs() < 1e-6, "the band is denser than the pieces");
    assert_eq!([usual(-1.0), usual(-0.5)], [usual(0.0); 2]);
}

#[test]
fn a_rush_leaves_chords_and_longer_waits() {
    let mut controls = Controls::new(&Settings::default(), &styles(), PlayerPresence::Absent);
    controls.forbid_rushing();
    let possible = |time: usize| controls.bias_time[time] > Controls::IMPOSSIBLE;
    assert_eq!([0, 1, 2, 3, 200].map(possible), [true, false, false, true, true]);
}

#[test]
fn a_part_that_is_off_is_not_drawn_and_one_that_is_silent_for_now_may_be() {
    let mut settings = Settings::default();
    settings.parts[2].mode = Mode::Off;
    let mut controls = Controls::new(&settings, &styles(), PlayerPresence::Absent);
    controls.silence(Part::BAND[0]);
    assert!(!controls.allows(Part::BAND[0]));
    controls.draw_hushed();
    assert!(controls.allows(Part::BAND[0]) && controls.hushed[1]);
    assert!(!controls.allows(Part::BAND[2]) && !controls.hushed[3]);
}
