//! Notes that bend, swell and move by themselves.

use super::{Act, RATE, Sound, part, peak, rendered, sine};
use crate::engine::audio::channel::{Bearing, Channel, Expression};
use crate::engine::audio::fixtures::{Kind, table};
use crate::engine::audio::synth::Synth;
use crate::score::Pitch;

#[test]
fn one_note_bends_swells_and_moves_alone() {
    let played = |first: u8, expressions: &[(Option<u8>, Expression)]| {
        let mut synth = Synth::new(RATE, 512);
        let notes = [(1, first), (1, 72), (2, 60)];
        let notes = notes.map(|(slot, pitch)| (0, Act::Table(slot, pitch, sine(pitch, 0.05))));
        rendered(&mut synth, &notes, 4000, 512);
        for (pitch, expression) in expressions {
            synth.express(part(1), pitch.map(|it| Pitch::new(it).unwrap()), *expression);
        }
        rendered(&mut synth, &[], 44_000, 512)
    };
    let power = |wave: &[f32], hertz: f32| {
        let turn = |n: usize| std::f32::consts::TAU * hertz * n as f32 / RATE;
        let parts = wave.iter().enumerate().map(|(n, it)| (it * turn(n).cos(), it * turn(n).sin()));
        let (re, im) = parts.fold((0.0, 0.0), |sum, it| (sum.0 + it.0, sum.1 + it.1));
        (re * re + im * im).sqrt() / wave.len() as f32
    };
    let hertz = |number| Pitch::new(number).unwrap().hertz();
    let plain = played(60, &[]);
    // The room answers each pitch with another level.
    let higher = played(67, &[]);
    let bent = played(60, &[(Some(60), Expression::Bend(7.0))]);
    let (before, after) = (&plain.parts[0][0][16_000..40_000], &bent.parts[0][0][16_000..40_000]);
    assert!(power(after, hertz(60)) < 0.05 * power(before, hertz(60)), "it has left its pitch");
    let wanted = power(&higher.parts[0][0][16_000..40_000], hertz(67));
    assert!((power(after, hertz(67)) / wanted - 1.0).abs() < 0.05, "and come to another");
    assert!((power(after, hertz(72)) / power(before, hertz(72)) - 1.0).abs() < 0.1, "alone");
    assert_eq!(plain.parts[1][0], bent.parts[1][0], "in its part alone");
    let soft = played(60, &[(Some(60), Expression::Gain(0.5)), (None, Expression::Pan(f32::NAN))]);
    let soft = power(&soft.parts[0][0][16_000..40_000], hertz(60)) / power(before, hertz(60));
    assert!((soft - 0.5).abs() < 0.05, "{soft}");
    let right = played(60, &[(None, Expression::Pan(1.0))]);
    assert!(peak(&right.parts[0][0][26_000..]) < 0.3 * peak(&right.parts[0][1][26_000..]));
}

/// A part's note of forty harmonics on A3, borne so, in its dry and steady middle.
fn borne(bearing: Bearing) -> Sound {
    let mut synth = Synth::new(RATE, 512);
    synth.bear(Channel::of(part(1)), bearing);
    rendered(&mut synth, &[(0, Act::Table(1, 57, table(Kind::Steady, 57, 0.02)))], 30_000, 512)
}

/// Level of the note's harmonic, decibels.
fn harmonic(sound: &Sound, number: f32) -> f32 {
    let wave = &sound.parts[0][0][6_000..30_000];
    let step = std::f32::consts::TAU * number * Pitch::new(57).unwrap().hertz() / RATE;
    let (mut re, mut im) = (0.0, 0.0);
    for (n, it) in wave.iter().enumerate() {
        let window = 1.0 - (std::f32::consts::TAU * n as f32 / wave.len() as f32).cos();
        re += window * it * (step * n as f32).cos();
        im += window * it * (step * n as f32).sin();
    }
    20.0 * (re * re + im * im).sqrt().max(1e-20).log10()
}

#[test]
fn brightness_tilts_the_spectrum_and_pressure_makes_louder_and_brighter() {
    let plain = borne(Bearing::PLAIN);
    let change = |bearing: Bearing, number: f32| {
        let sound = borne(bearing);
        harmonic(&sound, number) - harmonic(&plain, number)
    };
    let bright = Bearing { brightness: 1.0, ..Bearing::PLAIN };
    // Four decibels an octave, of which one octave's are taken back.
    for (number, wanted) in [(1.0, -4.0), (2.0, 0.0), (4.0, 4.0), (8.0, 8.0)] {
        let found = change(bright, number);
        assert!((found - wanted).abs() < 0.3, "harmonic {number}: {found} dB");
    }
    let dull = Bearing { brightness: -0.5, ..Bearing::PLAIN };
    for (number, wanted) in [(1.0, 0.0), (2.0, -6.0), (4.0, -12.0)] {
        let found = change(dull, number);
        assert!((found - wanted).abs() < 0.3, "harmonic {number}: {found} dB");
    }
    let pressed = Bearing { pressure: 1.0, ..Bearing::PLAIN };
    for (number, wanted) in [(1.0, 2.0), (2.0, 4.0), (8.0, 8.0)] {
        let found = change(pressed, number);
        assert!((found - wanted).abs() < 0.3, "harmonic {number}: {found} dB");
    }
}

#[test]
fn the_modulation_wheel_makes_a_vibrato() {
    let plain = harmonic(&borne(Bearing::PLAIN), 2.0);
    // The deeper the vibrato, the less is left at the note's own pitch (Chowning, "The synthesis of complex audio spectra by means of frequency modulation", 1973): of 25 cents
    // at 5.5 hertz on 440 hertz 3 decibels less, of 50 cents 20.
    let left = |vibrato| harmonic(&borne(Bearing { vibrato, ..Bearing::PLAIN }), 2.0) - plain;
    let (half, full) = (left(0.5), left(1.0));
    assert!((-7.0..-1.5).contains(&half), "{half} dB");
    assert!(full < -8.0, "{full} dB");
}

#[test]
fn a_note_that_is_told_at_once_begins_so() {
    let first = |expression: Option<Expression>| {
        let mut synth = Synth::new(RATE, 512);
        synth.note_on(part(1), Pitch::new(57).unwrap(), velocity(), sine(57, 0.05));
        if let Some(expression) = expression {
            synth.express(part(1), Pitch::new(57), expression);
        }
        rendered(&mut synth, &[], 400, 512).parts[0][0].clone()
    };
    let (plain, soft) = (first(None), first(Some(Expression::Gain(0.25))));
    // The whole attack, not only what comes after a glide.
    assert!((peak(&soft[..200]) / peak(&plain[..200]) - 0.25).abs() < 0.01);
}

fn velocity() -> crate::score::Velocity {
    crate::score::Velocity::clamped(90)
}
