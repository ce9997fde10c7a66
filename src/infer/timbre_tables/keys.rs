//! Keys and bars: piano, vibraphone, organ, kalimba.

use super::Struck;
use super::sketch::{Course, Sketch, cents, high_pass, low_pass, resonance, scatter};

/// Natural logarithm of 60 decibels: a fall's rate times the time that it takes.
const SIXTY_DB: f32 = 6.907_755;

/// A grand piano: stiff strings struck at an eighth of their length, two paces of decay, felt and wood.
pub(super) fn piano(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let damped = if pitch > 89.0 { 1.5 } else { 0.28 };
    let mut sketch = Sketch::new(damped);
    // Stretch of the partials, rising to both ends of the keyboard: after the curves in Rauhala, Lehtonen and Valimaki,
    // "Fast automatic inharmonicity estimation algorithm", 2007.
    let stiffness =
        3.7e-4 * (0.085 * (pitch - 60.0)).exp() + 3.0e-4 * (-0.09 * (pitch - 21.0)).exp();
    // A harder blow makes the felt stiffer and the spectrum wider: Hall and Askenfelt, "Piano string excitation V", 1988.
    let felt = (330.0 + 1500.0 * force.powf(1.5)) * ((pitch - 60.0) / 40.0).exp2();
    let slowest = SIXTY_DB / (9.0 * (-(pitch - 52.0) / 19.0).exp2()).min(22.0);
    let rise = 0.0015 + 0.003 * (1.0 - force) + 0.002 * high_pass(60.0, pitch);
    for k in 1..=90_u8 {
        let n = f32::from(k);
        let partial = n * hertz * ((1.0 + stiffness * n * n) / (1.0 + stiffness)).sqrt();
        if partial > 15_000.0 {
            break;
        }
        let strike = (std::f32::consts::PI * n / 8.3).sin().abs().max(0.15);
        let board = high_pass(partial, 75.0) * resonance(partial, 180.0, 0.8, 0.5);
        let level = strike * n.powf(-0.75) * low_pass(partial, felt) * board;
        let kilohertz = partial / 1000.0;
        let rate = slowest + 0.35 * kilohertz + 0.08 * kilohertz * kilohertz;
        // Two polarizations and coupled strings: Weinreich, "Coupled piano strings", 1977.
        let course = Course::twofold(rise, SIXTY_DB / (2.3 * rate), SIXTY_DB / (0.6 * rate), 0.3);
        let place = 0.35 * scatter(usize::from(k), 1.0) + 0.2 * ((pitch - 64.0) / 44.0);
        sketch.tone(partial, level, course, place);
        if k <= 12 && pitch > 34.0 {
            sketch.tone(partial * cents(0.9), 0.4 * level, course, -place);
        }
    }
    sketch.unify();
    let blow = -31.0 + 7.0 * force + 0.08 * (pitch - 60.0);
    sketch.hiss(120.0, 0.8, blow, Course::fall(0.002, 0.22));
    sketch.hiss(700.0, 1.0, blow - 6.0, Course::fall(0.001, 0.09));
    sketch.hiss(3000.0, 0.8, blow - 16.0 + 6.0 * force, Course::fall(0.001, 0.05));
    sketch
}

/// A vibraphone: bars tuned to 1, 4 and 10, a soft beat of the motor.
pub(super) fn vibraphone(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::new(0.5);
    let long = (7.0 * (-(pitch - 60.0) / 22.0).exp2()).clamp(0.8, 9.0);
    let rise = 0.002 + 0.004 * (1.0 - force);
    // Tuned bars: Rossing, "Acoustics of percussion instruments, part I", 1976.
    let modes = [
        (1.0, 1.0, long, 0.0),
        (3.98, 0.10 + 0.30 * force, 0.28 * long, 0.3),
        (10.1, 0.02 + 0.13 * force, 0.10 * long, -0.35),
        (18.2, 0.05 * force, 0.05 * long, 0.2),
    ];
    for (ratio, level, secs, spread) in modes {
        let level = level * low_pass(ratio * hertz, 6500.0);
        sketch.tone(ratio * hertz, level, Course::fall(rise, secs), spread - 0.25);
        sketch.tone(ratio * hertz + 4.6, 0.28 * level, Course::fall(0.05, secs), spread + 0.35);
    }
    sketch.unify();
    sketch.hiss(2200.0, 0.9, -30.0 + 8.0 * force, Course::fall(0.001, 0.04));
    sketch.hiss(450.0, 0.8, -34.0 + 4.0 * force, Course::fall(0.001, 0.07));
    sketch
}

/// A church organ: ranks of principals, each pipe with its own harmonics and speech.
pub(super) fn organ(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::sustained(0.35);
    // Pitch against the written one, level, detuning in cents, place: 16', 8', 8' flute, 4', 2 2/3', 2', 1 1/3'.
    let ranks = [
        (0.5, 0.22, -1.2, 0.35),
        (1.0, 1.0, 0.0, -0.25),
        (1.0, 0.5, 2.3, 0.3),
        (2.0, 0.62, 1.1, 0.25),
        (3.0, 0.22, -1.6, -0.4),
        (4.0, 0.34, 0.8, -0.3),
        (6.0, 0.14 + 0.06 * force, -0.7, 0.45),
    ];
    let speech = (0.055 * (-(pitch - 60.0) / 30.0).exp2()).clamp(0.015, 0.12);
    for (ratio, rank, detune, place) in ranks {
        for k in 1..=12_u8 {
            let n = f32::from(k);
            let partial = hertz * ratio * n * cents(detune);
            if partial > 14_000.0 {
                break;
            }
            // Metal pipes of middle scale: Fletcher, "The physics of musical instruments", 1998, chapter 17.
            let level = rank * n.powf(-1.5) * low_pass(partial, 4200.0) * high_pass(partial, 45.0);
            // The octave speaks first.
            let rise = if k == 2 { 0.6 * speech } else { speech * (1.0 + 0.03 * n) };
            sketch.tone(partial, level, Course::stay(rise, 0.3, 0.93), place);
        }
    }
    sketch.unify();
    sketch.hiss(4.0 * hertz, 0.7, -34.0, Course::stay(0.008, 0.09, 0.06));
    sketch.hiss(2500.0, 1.4, -50.0, Course::stay(speech, 0.3, 0.9));
    sketch
}

/// A kalimba: a clamped tongue on a box, plucked by a thumb.
pub(super) fn kalimba(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::new(0.4);
    let long = (2.6 * (-(pitch - 60.0) / 26.0).exp2()).clamp(0.35, 4.0);
    // Bending modes of a bar held at one end and pressed by a bridge: about 1 : 5.7 : 15.5 (Chapman, "The tones of the kalimba", 2012).
    let modes = [
        (1.0, 1.0, long, 0.0),
        (2.0, 0.05, 0.5 * long, 0.25),
        (3.0, 0.03, 0.4 * long, -0.3),
        (5.72, 0.16 + 0.24 * force, 0.16 * long, 0.4),
        (15.4, 0.03 + 0.09 * force, 0.05 * long, -0.4),
    ];
    for (ratio, level, secs, spread) in modes {
        let level = level * low_pass(ratio * hertz, 7000.0);
        sketch.tone(ratio * hertz, level, Course::fall(0.0015, secs), spread);
    }
    sketch.tone(hertz * cents(4.0), 0.2, Course::fall(0.003, 0.7 * long), 0.5);
    sketch.unify();
    sketch.hiss(240.0, 0.5, -22.0 + 4.0 * force, Course::fall(0.001, 0.09));
    sketch.hiss(1800.0, 0.9, -28.0 + 6.0 * force, Course::fall(0.001, 0.03));
    sketch
}
