//! Electronic sounds: lead, pad, rain, wind.

use super::Struck;
use super::sketch::{Course, Sketch, cents, low_pass, scatter};

/// Two square waves against each other through a filter that closes after the attack.
pub(super) fn lead(note: Struck) -> Sketch {
    let Struck { hertz, force, .. } = note;
    let mut sketch = Sketch::sustained(0.12).vibrato(7.0, 5.4);
    let open = 1500.0 + 5000.0 * force + 3.0 * hertz;
    let settled = 0.45 * open;
    for k in 1..=44_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 13_000.0 {
            break;
        }
        let wave = if k % 2 == 1 { 1.0 } else { 0.22 } / n;
        let level = wave * low_pass(partial, open);
        let stays = low_pass(partial, settled) / low_pass(partial, open);
        let course = Course::stay(0.004, 0.35, stays);
        sketch.tone(partial * cents(-4.5), level, course, -0.35);
        sketch.tone(partial * cents(4.5), level, course, 0.35);
    }
    sketch.unify();
    sketch
}

/// Three soft saws that open slowly.
pub(super) fn pad(note: Struck) -> Sketch {
    let Struck { hertz, force, .. } = note;
    let mut sketch = Sketch::sustained(1.1).vibrato(3.0, 4.3);
    let filter = 700.0 + 1500.0 * force + 1.5 * hertz;
    for k in 1..=32_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 9000.0 {
            break;
        }
        let level = n.powf(-1.1) * low_pass(partial, filter);
        let rise = 0.32 + 0.05 * (n - 1.0).min(16.0) - 0.12 * force;
        let course = Course::stay(rise, 1.0, 1.0);
        sketch.tone(partial * cents(-8.5), level, course, -0.8);
        sketch.tone(partial * cents(0.7), 0.8 * level, course, scatter(usize::from(k), 0.3));
        sketch.tone(partial * cents(9.1), level, course, 0.8);
    }
    sketch.tone(0.5 * hertz, 0.25, Course::stay(0.4, 1.0, 1.0), 0.0);
    sketch.unify();
    sketch.hiss(3000.0, 1.3, -44.0, Course::stay(0.5, 1.0, 1.0));
    sketch
}

/// Drops of glass over a soft bed.
pub(super) fn rain(note: Struck) -> Sketch {
    let Struck { hertz, force, .. } = note;
    let mut sketch = Sketch::sustained(1.3).vibrato(2.0, 3.7);
    for k in 1..=10_u8 {
        let n = f32::from(k);
        let level = 0.55 * n.powf(-1.5) * low_pass(n * hertz, 2500.0);
        let course = Course::stay(0.18 + 0.03 * n, 1.5, 0.85);
        sketch.tone(n * hertz * cents(-6.0), level, course, -0.6);
        sketch.tone(n * hertz * cents(6.5), level, course, 0.6);
    }
    // A free bar's modes, each a little later than the one before.
    let drops = [
        (1.0, 0.8, 1.8, 0.0),
        (2.756, 0.5, 1.3, 0.02),
        (5.404, 0.35, 0.9, 0.06),
        (8.933, 0.2, 0.6, 0.11),
        (4.0, 0.25, 1.0, 0.17),
        (6.0, 0.18, 0.8, 0.26),
    ];
    for (place, (ratio, level, secs, delay)) in drops.into_iter().enumerate() {
        let level = level * (0.35 + 0.65 * force) * low_pass(ratio * hertz, 6000.0);
        let course = Course::fall(0.003, secs).delayed(delay);
        sketch.tone(ratio * hertz, level, course, scatter(place + 1, 0.9));
    }
    sketch.unify();
    sketch.hiss(5200.0, 0.9, -34.0 + 5.0 * force, Course::stay(0.004, 0.25, 0.25));
    sketch
}

/// Wind that whistles a pitch.
pub(super) fn wind(note: Struck) -> Sketch {
    let Struck { hertz, force, .. } = note;
    let mut sketch = Sketch::sustained(0.6).vibrato(12.0, 3.1);
    let whistles = [(1.0, 1.0, 0.0), (2.01, 0.3, 0.5), (3.02, 0.16, -0.5), (4.05, 0.07, 0.7)];
    for (ratio, level, place) in whistles {
        let course = Course::stay(0.16, 0.8, 0.9);
        sketch.tone(ratio * hertz * cents(-5.0), level, course, place - 0.25);
        sketch.tone(ratio * hertz * cents(5.0), level, course, place + 0.25);
    }
    sketch.unify();
    sketch.hiss(hertz, 0.22, -7.0, Course::stay(0.12, 0.6, 0.8));
    sketch.hiss(2.0 * hertz, 0.3, -15.0, Course::stay(0.15, 0.6, 0.8));
    sketch.hiss(3000.0, 1.6, -27.0 + 6.0 * force, Course::stay(0.2, 0.6, 0.8));
    sketch
}
