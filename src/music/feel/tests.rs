//! What is heard of a player, and what the band makes of it.

use super::{BarLine, Feel, quantized};
use crate::score::{Meter, Note, Part, Pitch, Tick, Ticks, Velocity};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

/// Two bars of quavers, each `late` ticks behind its line, the first of a bar struck with `first` and the others with `others`.
fn heard(late: f64, first: u8, others: u8) -> Feel {
    let mut feel = Feel::default();
    for place in 0..16 {
        let velocity = if place % 8 == 0 { first } else { others };
        feel.hear(f64::from(place) * 12.0 + late, Velocity::clamped(velocity), BAR);
    }
    feel
}

fn band(onset: i64) -> Note {
    let (pitch, velocity) = (Pitch::new(60).unwrap(), Velocity::clamped(80));
    Note { onset: Tick(onset), part: Part::BAND[0], pitch, length: Ticks(12), velocity }
}

/// Delay in ticks and velocity of a note of the band at `onset`.
fn check(feel: &Feel, onset: i64, amount: f32, delay: f32, velocity: u8) {
    let manner = feel.manner(band(onset), BAR, Tick(-100), amount);
    let found = ((manner.delay * 10.0).round() / 10.0, manner.velocity.number());
    assert_eq!(found, (delay, velocity), "at {onset}, {amount}");
}

#[test]
fn the_band_lies_as_far_behind_as_the_player_does() {
    let late = heard(1.2, 80, 80);
    check(&late, 192, 1.0, 0.8, 80);
    check(&late, 204, 1.0, 0.8, 80);
    check(&late, 192, 0.5, 0.4, 80);
    check(&late, 192, 0.0, 0.0, 80);
    check(&late, 198, 1.0, 0.0, 80); // no semiquaver was heard
    check(&heard(-1.2, 80, 80), 192, 1.0, -0.8, 80);
    check(&heard(5.0, 80, 80), 192, 1.0, 0.0, 80); // that far off is a rhythm, and no feel
    check(&Feel::default(), 192, 1.0, 0.0, 80);
}

#[test]
fn the_band_is_as_loud_as_the_player_and_leans_where_she_does() {
    let leaning = heard(0.0, 110, 70);
    let velocity = |onset| leaning.manner(band(onset), BAR, Tick(0), 1.0).velocity.number();
    assert!(velocity(192) > velocity(216) + 6, "{} {}", velocity(192), velocity(216));
    check(&heard(0.0, 40, 40), 192, 1.0, 0.0, 58);
    check(&heard(0.0, 40, 40), 192, 0.0, 0.0, 80);
}

#[test]
fn nothing_sounds_before_its_window() {
    let manner = heard(-1.2, 80, 80).manner(band(192), BAR, Tick(192), 1.0);
    assert_eq!(manner.delay, 0.0);
}

#[test]
fn the_model_hears_what_was_meant() {
    for (played, meant) in [
        (24.9, 24),
        (23.0, 24),
        (22.4, 22),
        (13.4, 12),
        (14.0, 14),
        (15.1, 16),
        (17.2, 18),
        (6.9, 6),
        (7.4, 8),
        (-1.0, 0),
        (-6.2, -6),
        (10.0, 10),
    ] {
        assert_eq!(quantized(played), Tick(meant), "{played}");
    }
}
