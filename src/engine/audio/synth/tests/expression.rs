//! Notes that bend, swell and move by themselves.

use super::{Act, RATE, part, peak, rendered, sine};
use crate::engine::audio::channel::Expression;
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
