//! Winds: trumpet, clarinet, flute.

use super::Struck;
use super::sketch::{Course, Sketch, high_pass, low_pass, resonance, scatter};

/// A trumpet: its spectrum widens with force, and opens in the attack (Risset, "Computer study of trumpet tones", 1966).
pub(super) fn trumpet(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    // Below its range a trombone or a tuba takes over.
    let size = ((58.0 - pitch) / 20.0).exp2().clamp(1.0, 3.0);
    let mut sketch = Sketch::sustained(0.09).vibrato(6.0, 5.2);
    let bell = (700.0 + 3400.0 * force.powf(1.6)) / size.sqrt() + 0.8 * hertz;
    let rise = 0.022 + 0.02 * (1.0 - force) + 0.004 * (size - 1.0);
    for k in 1..=60_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 13_000.0 {
            break;
        }
        let ratio = partial / bell;
        let level = resonance(partial, 1250.0 / size, 1.1, 1.5) * high_pass(partial, 330.0 / size)
            / (1.0 + ratio * ratio * ratio);
        let late = rise * (1.0 + 0.16 * (n - 1.0)).min(4.0);
        let course = Course::stay(late, 0.22, 0.80);
        sketch.tone(partial, level, course, scatter(usize::from(k), 0.2));
    }
    sketch.unify();
    sketch.hiss(2200.0, 1.3, -40.0, Course::stay(0.01, 0.08, 0.35));
    sketch
}

/// A clarinet: odd partials in the low register, all of them in the high one; the cutoff of its tone holes near 1.5 kHz (Benade,
/// "Fundamentals of musical acoustics", 1976).
pub(super) fn clarinet(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::sustained(0.08).vibrato(2.2, 3.3);
    let holes = 1350.0 + 1500.0 * force + 0.6 * hertz;
    let high = ((pitch - 62.0) / 18.0).clamp(0.0, 1.0);
    let rise = 0.055 - 0.025 * force;
    for k in 1..=48_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 11_000.0 {
            break;
        }
        let even = if k % 2 == 1 { 1.0 } else { (0.03 + 0.25 * high + 0.045 * n).min(0.9) };
        let ratio = partial / holes;
        let level = even * n.powf(-0.55 - 0.5 * high) / (1.0 + ratio * ratio * ratio);
        let late = rise * (1.0 + 0.05 * n).min(1.8);
        sketch.tone(partial, level, Course::stay(late, 0.3, 0.9), scatter(usize::from(k), 0.18));
    }
    sketch.unify();
    sketch.hiss(2800.0, 1.2, -46.0 + 4.0 * force, Course::stay(0.02, 0.15, 0.75));
    sketch.hiss(500.0, 0.7, -36.0, Course::fall(0.006, 0.07));
    sketch
}

/// A flute: few partials, and the breath that blows them.
pub(super) fn flute(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::sustained(0.13).vibrato(9.0, 5.0);
    let rise = 0.085 - 0.04 * force;
    // The low register is full, the high one nearly a sine: Coltman, "Sounding mechanism of the flute", 1968.
    let slope = 1.3 + (pitch - 60.0).max(0.0) / 18.0 - 0.5 * force;
    for k in 1..=16_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        let octave = if k == 2 { 1.0 + 0.5 * force } else { 1.0 };
        let level = octave * n.powf(-slope) * low_pass(partial, 2800.0 + 1500.0 * force);
        let course = Course::stay(rise * (1.0 + 0.12 * (n - 1.0)), 0.35, 0.9);
        sketch.tone(partial, level, course, scatter(usize::from(k), 0.2));
    }
    sketch.unify();
    sketch.hiss(1.6 * hertz, 0.8, -29.0 + 3.0 * force, Course::stay(0.02, 0.18, 0.5));
    sketch.hiss(4200.0, 1.0, -36.0 + 4.0 * force, Course::stay(0.012, 0.10, 0.55));
    sketch
}
