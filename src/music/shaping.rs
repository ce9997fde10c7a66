//! What the rules give to a note where the model has learnt nothing: its velocity.

use super::planner::BarLine;
use super::tokens::DRUMS;
use crate::score::{Part, Pitch, Tick, Velocity};

/// Loudness by place in the bar, part and height: bar starts and beats lean on their notes, the first part leads,
/// higher notes are a little louder. `bar` is a bar line of the meter in force, `family` the slot's.
pub fn velocity(onset: Tick, bar: BarLine, part: Part, pitch: Pitch, family: u8) -> Velocity {
    let phase = (onset - bar.start).0.rem_euclid(bar.meter.bar().0.max(1));
    let beat = bar.meter.beat().0.max(1);
    let accent = match (phase, phase % beat) {
        (0, _) => 14,
        (_, 0) => 7,
        (_, offset) if offset * 2 == beat => 0,
        _ => -5,
    };
    let number = if family == DRUMS {
        drum_level(pitch) + accent
    } else {
        let height = (i32::from(pitch.number()) - 60) / 4;
        part_level(part) + accent + height.clamp(-6, 6)
    };
    Velocity::clamped(u8::try_from(number.clamp(1, 127)).expect("within 1 to 127"))
}

/// The first part of the band leads, the last one is most often the bass.
fn part_level(part: Part) -> i32 {
    match part.band_index() {
        Some(0) => 82,
        Some(3) => 78,
        _ => 72,
    }
}

/// Kick and snare carry, cymbals and small percussion stay behind (General MIDI keys).
fn drum_level(key: Pitch) -> i32 {
    match key.number() {
        35 | 36 => 92,
        38 | 40 => 88,
        41 | 43 | 45 | 47 | 48 | 50 => 82,
        49 | 57 => 84,
        _ => 66,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Meter;

    #[test]
    fn strong_places_are_louder() {
        let bar = BarLine { start: Tick(-96), meter: Meter::COMMON };
        let at = |tick: i64, slot: usize, pitch: u8, family: u8| {
            let part = Part::from_slot(slot).unwrap();
            velocity(Tick(tick), bar, part, Pitch::new(pitch).unwrap(), family).number()
        };
        assert!(at(96, 1, 60, 0) > at(24, 1, 60, 0));
        assert!(at(24, 1, 60, 0) > at(12, 1, 60, 0));
        assert!(at(12, 1, 60, 0) > at(6, 1, 60, 0));
        assert!(at(0, 1, 60, 0) > at(0, 2, 60, 0));
        assert!(at(0, 1, 72, 0) > at(0, 1, 60, 0));
        assert!(at(0, 4, 36, DRUMS) > at(0, 4, 42, DRUMS));
        assert_eq!(at(0, 1, 60, 0), at(-96, 1, 60, 0));
    }
}
