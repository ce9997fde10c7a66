//! Strings, plucked and bowed: guitar, bass, banjo, violin, string section.

use super::Struck;
use super::sketch::{Course, Sketch, cents, high_pass, low_pass, resonance, scatter};

const SIXTY_DB: f32 = 6.907_755;

/// What tells one plucked string from another.
struct Pluck {
    /// Where it is plucked, as a share of the length.
    place: f32,
    /// How the spectrum falls, as a power of the partial's number, and where it ends.
    slope: f32,
    cutoff: f32,
    stiffness: f32,
    /// Time for the fundamental to fall by 60 decibels, and how much faster it goes a kilohertz up.
    long_secs: f32,
    damping: f32,
    rise_secs: f32,
    width: f32,
    /// Frequency, quality and gain of the body's resonances.
    body: [(f32, f32, f32); 3],
}

impl Pluck {
    /// The partials of an ideal string plucked at a point, through the body: Fletcher and Rossing, "The physics of musical
    /// instruments", 1998, chapters 2 and 9.
    fn sound(&self, sketch: &mut Sketch, hertz: f32) {
        for k in 1..=80_u8 {
            let n = f32::from(k);
            let partial = n * hertz * (1.0 + self.stiffness * n * n).sqrt();
            if partial > 14_000.0 {
                break;
            }
            let comb = (std::f32::consts::PI * n * self.place).sin().abs().max(0.06);
            let body =
                self.body.iter().map(|(center, q, gain)| resonance(partial, *center, *q, *gain));
            let level =
                comb * n.powf(-self.slope) * low_pass(partial, self.cutoff) * body.product::<f32>();
            let kilohertz = partial / 1000.0;
            let rate =
                SIXTY_DB / self.long_secs + self.damping * kilohertz * (1.0 + 0.15 * kilohertz);
            let course = Course::twofold(
                self.rise_secs,
                SIXTY_DB / (1.8 * rate),
                SIXTY_DB / (0.7 * rate),
                0.45,
            );
            sketch.tone(partial, level, course, scatter(usize::from(k), self.width));
        }
        sketch.unify();
    }
}

/// A guitar with nylon strings.
pub(super) fn guitar(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::new(0.22);
    Pluck {
        place: 0.19,
        slope: 1.15,
        cutoff: 1100.0 + 2600.0 * force * force + 3.0 * hertz,
        stiffness: 4e-5,
        long_secs: (6.0 * (-(pitch - 45.0) / 20.0).exp2()).clamp(0.8, 8.0),
        damping: 1.5,
        rise_secs: 0.002,
        width: 0.4,
        // Air, top plate and its second mode.
        body: [(105.0, 3.0, 0.9), (205.0, 3.0, 1.2), (420.0, 2.0, 0.6)],
    }
    .sound(&mut sketch, hertz);
    sketch.hiss(230.0, 0.7, -25.0 + 4.0 * force, Course::fall(0.001, 0.08));
    sketch.hiss(2600.0, 0.9, -31.0 + 8.0 * force, Course::fall(0.001, 0.03));
    sketch
}

/// A double bass, plucked.
pub(super) fn bass(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::new(0.16);
    Pluck {
        place: 0.23,
        slope: 0.95,
        cutoff: 420.0 + 900.0 * force * force + 2.5 * hertz,
        stiffness: 6e-5,
        long_secs: (3.6 * (-(pitch - 33.0) / 24.0).exp2()).clamp(0.6, 4.5),
        damping: 3.2,
        rise_secs: 0.006,
        width: 0.15,
        body: [(62.0, 2.0, 0.5), (105.0, 2.5, 0.8), (260.0, 1.5, 0.5)],
    }
    .sound(&mut sketch, hertz);
    sketch.hiss(160.0, 0.8, -24.0 + 3.0 * force, Course::fall(0.002, 0.10));
    sketch.hiss(1500.0, 0.9, -36.0 + 10.0 * force, Course::fall(0.001, 0.04));
    sketch
}

/// A banjo: bright, short, on a skin.
pub(super) fn banjo(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let mut sketch = Sketch::new(0.15);
    Pluck {
        place: 0.09,
        slope: 0.75,
        cutoff: 2600.0 + 3000.0 * force + 1.5 * hertz,
        stiffness: 3e-5,
        long_secs: (1.7 * (-(pitch - 60.0) / 24.0).exp2()).clamp(0.4, 2.6),
        damping: 1.1,
        rise_secs: 0.001,
        width: 0.45,
        body: [(320.0, 2.0, 0.7), (700.0, 1.6, 1.4), (3200.0, 1.2, 0.7)],
    }
    .sound(&mut sketch, hertz);
    sketch.hiss(420.0, 0.6, -20.0 + 3.0 * force, Course::fall(0.001, 0.07));
    sketch.hiss(3500.0, 0.8, -27.0 + 6.0 * force, Course::fall(0.0005, 0.025));
    sketch
}

/// The body of a violin or of a larger sister, by the register: Dunnwald, "Deduction of objective quality parameters", 1991.
fn bowed_body(hertz: f32, size: f32) -> f32 {
    let hertz = hertz * size;
    high_pass(hertz, 210.0)
        * resonance(hertz, 275.0, 6.0, 0.8)
        * resonance(hertz, 460.0, 5.0, 1.1)
        * resonance(hertz, 570.0, 5.0, 0.9)
        * resonance(hertz, 1050.0, 2.0, 0.4)
        * resonance(hertz, 2600.0, 1.3, 1.2)
        * low_pass(hertz, 5200.0)
}

/// How much larger than a violin the instrument is that plays a pitch: viola, cello, bass.
fn bowed_size(pitch: f32) -> f32 {
    ((62.0 - pitch) / 26.0).exp2().clamp(1.0, 4.0)
}

/// A bowed string by itself.
pub(super) fn violin(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let size = bowed_size(pitch);
    let mut sketch = Sketch::sustained(0.14).vibrato(15.0, 5.6);
    let rise = (0.13 - 0.08 * force) * size.sqrt();
    for k in 1..=72_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 14_000.0 {
            break;
        }
        // Helmholtz motion is a sawtooth; bow pressure decides how far up it stays sharp.
        let corner = low_pass(partial, 2600.0 + 5500.0 * force + hertz);
        let level = corner * bowed_body(partial, size) / n;
        let course = Course::stay(rise * (1.0 + 0.025 * n).min(1.8), 0.5, 0.88);
        sketch.tone(partial, level, course, scatter(usize::from(k), 0.4));
    }
    sketch.unify();
    sketch.hiss(3400.0, 1.2, -37.0, Course::stay(0.05, 0.25, 0.7));
    sketch.hiss(900.0, 1.0, -30.0, Course::stay(0.015, 0.12, 0.12));
    sketch
}

/// A string section: three desks, apart in pitch and place, with a breath of a choir's vowel.
pub(super) fn section(note: Struck) -> Sketch {
    let Struck { pitch, hertz, force } = note;
    let size = bowed_size(pitch);
    let mut sketch = Sketch::sustained(0.42).vibrato(5.0, 5.1);
    let rise = 0.24 - 0.13 * force;
    let desks = [(-7.5, -0.75, 0.9), (0.6, 0.0, 1.0), (8.2, 0.75, 1.1)];
    for k in 1..=42_u8 {
        let n = f32::from(k);
        let partial = n * hertz;
        if partial > 11_000.0 {
            break;
        }
        let corner = low_pass(partial, 1700.0 + 3300.0 * force + hertz);
        let vowel = resonance(partial, 650.0, 2.5, 0.6) * resonance(partial, 1080.0, 3.0, 0.4);
        let level = corner * vowel * bowed_body(partial, size) / n;
        for (detune, place, late) in desks {
            let course = Course::stay(rise * late * (1.0 + 0.02 * n).min(1.6), 0.8, 0.93);
            sketch.tone(
                partial * cents(detune + 0.4 * scatter(usize::from(k), 1.0)),
                level,
                course,
                place,
            );
        }
    }
    sketch.unify();
    sketch.hiss(3600.0, 1.2, -36.0, Course::stay(0.09, 0.4, 0.75));
    sketch
}
