//! The drum kit: each General MIDI key as modes and noise bands, some with a pitch that falls.

use super::sketch::{Course, Glide, Sketch, low_pass, scatter};
use crate::score::Pitch;

/// Modes of a round membrane against its lowest: Fletcher and Rossing, "The physics of musical instruments", 1998, chapter 18.
const MEMBRANE: [f32; 6] = [1.0, 1.594, 2.136, 2.296, 2.653, 2.918];

/// The hit of a key at a force from 0 to 1, and its level in the kit, decibels of full scale at full force.
pub(super) fn hit(key: Pitch, force: f32) -> (Sketch, f32) {
    match key.number() {
        0..=35 => (kick(47.0, 0.42, force), -21.0),
        36 => (kick(54.0, 0.32, force), -21.0),
        37 => (rim(force), -29.0),
        38 => (snare(186.0, 0.24, force), -26.0),
        39 => (clap(force), -27.0),
        40 => (snare(224.0, 0.19, force), -26.5),
        41 => (tom(82.0, 0.62, force), -23.5),
        42 => (hat(0.075, force), -34.0),
        43 => (tom(98.0, 0.56, force), -23.5),
        44 => (hat(0.055, force), -36.0),
        45 => (tom(118.0, 0.50, force), -24.0),
        46 => (hat(0.75, force), -34.0),
        47 => (tom(142.0, 0.45, force), -24.5),
        48 => (tom(168.0, 0.40, force), -25.0),
        49 => (crash(1.0, 2.6, force), -30.0),
        50 => (tom(198.0, 0.36, force), -25.5),
        51 => (ride(1.0, force), -34.0),
        52 => (crash(0.82, 1.9, force), -30.5),
        53 => (bell(force), -33.0),
        54 => (tambourine(force), -33.0),
        55 => (crash(1.25, 1.3, force), -32.0),
        56 => (cowbell(force), -31.0),
        57 => (crash(1.12, 2.3, force), -30.0),
        58 => (vibraslap(force), -33.0),
        59 => (ride(0.92, force), -34.0),
        60 => (hand(392.0, 0.14, 0.35, force), -28.0),
        61 => (hand(272.0, 0.18, 0.35, force), -27.5),
        62 => (hand(330.0, 0.07, 0.8, force), -28.5),
        63 => (hand(312.0, 0.30, 0.4, force), -27.0),
        64 => (hand(206.0, 0.36, 0.4, force), -26.5),
        65 => (hand(430.0, 0.30, 0.7, force), -27.5),
        66 => (hand(310.0, 0.34, 0.7, force), -27.5),
        67 => (agogo(905.0, force), -32.0),
        68 => (agogo(672.0, force), -32.0),
        69 => (shaker(6800.0, 0.07, 0.018, force), -36.0),
        70 => (shaker(8200.0, 0.045, 0.006, force), -36.0),
        71 => (whistle(0.10), -34.0),
        72 => (whistle(0.34), -34.0),
        73 => (guiro(0.09, force), -34.0),
        74 => (guiro(0.28, force), -34.0),
        75 => (block(2480.0, 0.06, force), -30.0),
        76 => (block(1130.0, 0.08, force), -30.0),
        77 => (block(820.0, 0.09, force), -30.0),
        78 => (cuica(620.0, 0.10, force), -30.0),
        79 => (cuica(380.0, 0.22, force), -30.0),
        80 => (triangle(0.22, force), -36.0),
        _ => (triangle(2.4, force), -35.0),
    }
}

/// Hits of the same number silence each other, 0 none: hi-hats, whistles, guiros, cuicas and triangles.
pub(super) fn choke(key: Pitch) -> u8 {
    match key.number() {
        42 | 44 | 46 => 1,
        71 | 72 => 2,
        73 | 74 => 3,
        78 | 79 => 4,
        80 | 81 => 5,
        _ => 0,
    }
}

/// Modes of a skin from the lowest up, each falling faster than the one before.
fn skin(sketch: &mut Sketch, hertz: f32, secs: f32, brightness: f32) {
    for (place, ratio) in MEMBRANE.into_iter().enumerate() {
        let n = place as f32;
        let level = if place == 0 { 1.0 } else { brightness * 0.55 / (0.6 + n) };
        let course = Course::fall(0.001, secs / (1.0 + 0.85 * n));
        sketch.tone(hertz * ratio, level, course, scatter(place, 0.25));
    }
}

fn kick(hertz: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.6);
    sketch.glide = Some(Glide { from: 3.4, secs: 0.021 });
    sketch.tone(hertz, 1.0, Course::twofold(0.0012, secs, 1.5 * secs, 0.25), 0.0);
    sketch.tone(hertz * 1.9, 0.24, Course::fall(0.001, 0.35 * secs), 0.0);
    sketch.unify();
    sketch.hiss(3200.0, 0.8, -28.0 + 12.0 * force, Course::fall(0.0004, 0.022));
    sketch.hiss(420.0, 0.9, -20.0 + 4.0 * force, Course::fall(0.0005, 0.05));
    sketch
}

fn snare(hertz: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.5);
    sketch.glide = Some(Glide { from: 1.22, secs: 0.02 });
    sketch.tone(hertz, 1.0, Course::fall(0.0008, 0.62 * secs), 0.0);
    sketch.tone(hertz * 1.76, 0.7, Course::fall(0.0008, 0.5 * secs), 0.15);
    sketch.tone(hertz * 2.42, 0.3, Course::fall(0.0006, 0.35 * secs), -0.15);
    sketch.tone(hertz * 3.1, 0.16, Course::fall(0.0006, 0.25 * secs), 0.2);
    sketch.unify();
    // The wires under the lower head.
    sketch.hiss(
        4200.0 + 1800.0 * force,
        1.15,
        -5.0 + 6.0 * force,
        Course::twofold(0.0005, 0.6 * secs, 1.9 * secs, 0.35),
    );
    sketch.hiss(1100.0, 0.7, -8.0 + 2.0 * force, Course::fall(0.0004, 0.5 * secs));
    sketch
}

fn rim(force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.2);
    for (hertz, level, secs) in
        [(478.0, 0.7, 0.05), (1060.0, 0.6, 0.04), (1690.0, 1.0, 0.06), (2890.0, 0.5, 0.03)]
    {
        sketch.tone(hertz, level, Course::fall(0.0004, secs), 0.1);
    }
    sketch.unify();
    sketch.hiss(3600.0, 0.9, -9.0 + 5.0 * force, Course::fall(0.0003, 0.018));
    sketch
}

/// Several hands, not quite together, and the room around them.
fn clap(force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.4);
    for (delay, level) in [(0.0, -4.0), (0.011, -5.0), (0.021, -3.0)] {
        sketch.hiss(1150.0, 0.55, level, Course::fall(0.0006, 0.028).delayed(delay));
        sketch.hiss(
            2300.0,
            0.8,
            level - 5.0 + 3.0 * force,
            Course::fall(0.0006, 0.024).delayed(delay),
        );
    }
    sketch.hiss(1300.0, 0.75, -7.0, Course::fall(0.001, 0.26).delayed(0.029));
    sketch
}

fn tom(hertz: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.8);
    sketch.glide = Some(Glide { from: 1.12 + 0.22 * force, secs: 0.05 });
    skin(&mut sketch, hertz, secs, 0.45 + 0.5 * force);
    sketch.unify();
    sketch.hiss(8.0 * hertz, 1.2, -19.0 + 7.0 * force, Course::fall(0.0005, 0.06));
    sketch.hiss(3400.0, 0.8, -29.0 + 9.0 * force, Course::fall(0.0004, 0.025));
    sketch
}

/// Metal that rings at many frequencies which have nothing to do with each other.
fn metal(sketch: &mut Sketch, lowest: f32, highest: f32, count: usize, secs: f32) {
    for place in 0..count {
        let share = place as f32 / count as f32;
        let crooked = share + 0.6 / count as f32 * scatter(place * 7 + 3, 1.0);
        let hertz = lowest * (highest / lowest).powf(crooked.clamp(0.0, 1.0));
        let level = 0.4 + 0.6 * ((place * 5) % 7) as f32 / 6.0;
        let own = secs * (0.5 + 0.5 * ((place * 3) % 5) as f32 / 4.0);
        sketch.tone(hertz, level, Course::fall(0.0008, own), scatter(place, 0.7));
    }
}

fn hat(secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new((2.0 * secs).max(0.12));
    metal(&mut sketch, 3100.0, 13_500.0, 28, secs);
    sketch.unify();
    sketch.hiss(9200.0, 0.55, 4.0, Course::twofold(0.0005, 0.5 * secs, secs, 0.5));
    sketch.hiss(5200.0, 0.5, -6.0 + 4.0 * force, Course::fall(0.0004, 0.5 * secs));
    sketch
}

fn crash(size: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(secs);
    metal(&mut sketch, 310.0 * size, 9500.0, 48, secs);
    for tone in &mut sketch.tones {
        tone.level *= 1.0 - 0.6 * low_pass(tone.hertz, 700.0);
    }
    sketch.unify();
    // The energy climbs to the treble in the first tenths of a second.
    let wash = Course::twofold(0.012, 0.35 * secs, secs, 0.45);
    sketch.hiss(4600.0 * size, 0.9, 3.0, wash);
    sketch.hiss(
        9800.0,
        0.6,
        1.0 + 3.0 * force,
        Course::twofold(0.03, 0.25 * secs, 0.8 * secs, 0.4),
    );
    sketch.hiss(1300.0 * size, 0.9, -7.0, Course::fall(0.002, 0.3 * secs));
    sketch
}

fn ride(size: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(2.0);
    metal(&mut sketch, 430.0 * size, 8800.0, 32, 1.6);
    for tone in &mut sketch.tones {
        tone.level *= 0.5;
    }
    // The ping of the stick stands before the wash.
    sketch.tone(2680.0 * size, 2.6, Course::twofold(0.0006, 0.12, 0.9, 0.4), 0.1);
    sketch.tone(3470.0 * size, 1.6, Course::twofold(0.0006, 0.10, 0.7, 0.4), 0.0);
    sketch.tone(4130.0 * size, 2.0, Course::twofold(0.0006, 0.10, 0.6, 0.4), -0.1);
    sketch.unify();
    sketch.hiss(7200.0, 0.8, -11.0 + 4.0 * force, Course::twofold(0.0006, 0.1, 1.5, 0.4));
    sketch.hiss(5000.0, 0.5, -1.0 + 5.0 * force, Course::fall(0.0004, 0.022));
    sketch
}

/// The cup of the ride cymbal.
fn bell(force: f32) -> Sketch {
    let mut sketch = Sketch::new(1.6);
    for (place, hertz) in
        [742.0, 1186.0, 1835.0, 2540.0, 3420.0, 4690.0, 6120.0].into_iter().enumerate()
    {
        let level = 1.0 / (1.0 + 0.25 * place as f32);
        sketch.tone(
            hertz,
            level,
            Course::fall(0.0006, 1.7 - 0.17 * place as f32),
            scatter(place, 0.4),
        );
    }
    sketch.unify();
    sketch.hiss(6500.0, 0.8, -10.0 + 5.0 * force, Course::twofold(0.0005, 0.05, 1.0, 0.25));
    sketch
}

fn tambourine(force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.4);
    metal(&mut sketch, 4800.0, 12_500.0, 18, 0.24);
    sketch.unify();
    sketch.hiss(8600.0, 0.5, 2.0, Course::twofold(0.003, 0.06, 0.3, 0.4));
    sketch.hiss(700.0, 0.8, -12.0 + 4.0 * force, Course::fall(0.0006, 0.05));
    sketch
}

fn cowbell(force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.4);
    for (hertz, level, secs) in [
        (562.0, 1.0, 0.32),
        (845.0, 0.95, 0.36),
        (1420.0, 0.25, 0.14),
        (2130.0, 0.3, 0.12),
        (3180.0, 0.16, 0.08),
    ] {
        sketch.tone(hertz, level, Course::twofold(0.0006, 0.3 * secs, secs, 0.45), 0.1);
    }
    sketch.unify();
    sketch.hiss(3800.0, 0.9, -17.0 + 5.0 * force, Course::fall(0.0004, 0.03));
    sketch
}

/// A rattle of teeth in a box.
fn vibraslap(force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.9);
    for strike in 0..12_u8 {
        let n = f32::from(strike);
        let course = Course::fall(0.0008, 0.03).delayed(0.028 * n);
        sketch.hiss(2600.0, 0.4, -1.4 * n + 3.0 * force, course);
    }
    sketch.tone(2450.0, 0.5, Course::fall(0.002, 0.6), 0.0);
    sketch
}

/// A drum under the hand; `slap` says how much of the palm is heard.
fn hand(hertz: f32, secs: f32, slap: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.4);
    sketch.glide = Some(Glide { from: 1.06 + 0.08 * force, secs: 0.02 });
    skin(&mut sketch, hertz, secs, 0.35 + slap * force);
    sketch.unify();
    sketch.hiss(1500.0, 0.9, -24.0 + 13.0 * slap * force, Course::fall(0.0004, 0.03));
    sketch
}

fn agogo(hertz: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.6);
    for (ratio, level, secs) in
        [(1.0, 1.0, 0.55), (2.43, 0.4, 0.35), (3.97, 0.3, 0.22), (5.6, 0.12, 0.12)]
    {
        sketch.tone(hertz * ratio, level, Course::fall(0.0006, secs), 0.1 * ratio - 0.2);
    }
    sketch.unify();
    sketch.hiss(4200.0, 0.8, -20.0 + 5.0 * force, Course::fall(0.0004, 0.02));
    sketch
}

fn shaker(hertz: f32, secs: f32, rise: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.15);
    let hertz = hertz * (0.85 + 0.2 * force);
    sketch.hiss(hertz, 0.5, 0.0, Course::fall(rise, secs).delayed(0.001));
    sketch.hiss(0.55 * hertz, 0.4, -10.0, Course::fall(rise, 0.7 * secs));
    sketch
}

fn whistle(secs: f32) -> Sketch {
    let mut sketch = Sketch::new(0.08);
    for (hertz, level) in [(2310.0, 1.0), (2345.0, 0.6), (4640.0, 0.12)] {
        let course = Course { slow: 0.9, slow_secs: 4.0 * secs, ..Course::fall(0.006, secs) };
        sketch.tone(hertz, level, course, 0.0);
    }
    sketch.unify();
    sketch.hiss(3000.0, 0.7, -18.0, Course::fall(0.004, 2.0 * secs));
    sketch
}

/// Ridges under a stick, one after another.
fn guiro(secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.1);
    let ridges: u8 = if secs > 0.15 { 14 } else { 6 };
    for ridge in 0..ridges {
        let n = f32::from(ridge) / f32::from(ridges);
        let course = Course::fall(0.0006, 0.014).delayed(n * secs);
        sketch.hiss(2900.0 + 1500.0 * n, 0.45, 5.0 * n + 2.0 * force, course);
    }
    sketch
}

/// Wood on wood: claves and blocks.
fn block(hertz: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.2);
    for (ratio, level, own) in [(1.0, 1.0, 1.0), (2.57, 0.25, 0.5), (4.6, 0.1, 0.3)] {
        sketch.tone(hertz * ratio, level, Course::fall(0.0005, secs * own), 0.0);
    }
    sketch.unify();
    sketch.hiss(1.4 * hertz, 0.6, -16.0 + 5.0 * force, Course::fall(0.0003, 0.015));
    sketch
}

/// A drum whose skin is pulled, so that it sings up or down.
fn cuica(hertz: f32, secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(0.15);
    sketch.glide = Some(Glide { from: 0.72 - 0.1 * force, secs: 0.6 * secs });
    for k in 1..=6_u8 {
        let n = f32::from(k);
        let course = Course { slow: 0.8, slow_secs: 2.0 * secs, ..Course::fall(0.012, secs) };
        sketch.tone(hertz * n, n.powf(-1.4), course, 0.0);
    }
    sketch.unify();
    sketch.hiss(1800.0, 0.8, -20.0, Course::fall(0.005, secs));
    sketch
}

fn triangle(secs: f32, force: f32) -> Sketch {
    let mut sketch = Sketch::new(secs.min(1.5));
    for (place, hertz) in
        [1710.0, 2980.0, 4420.0, 5230.0, 6890.0, 8340.0, 10_150.0, 12_400.0].into_iter().enumerate()
    {
        let level = if place == 2 { 1.0 } else { 0.28 + 0.25 * force };
        let own = secs * (1.0 - 0.07 * place as f32);
        sketch.tone(hertz, level, Course::fall(0.0006, own), scatter(place, 0.4));
        sketch.tone(hertz + 3.1, 0.4 * level, Course::fall(0.0006, own), scatter(place + 3, 0.4));
    }
    sketch.unify();
    sketch.hiss(7500.0, 0.7, -18.0 + 5.0 * force, Course::fall(0.0004, 0.02));
    sketch
}
