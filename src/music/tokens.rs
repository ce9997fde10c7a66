//! Notes as the note model sees them: events, and all that is computed beside them. `training/vocabulary.py` is the other half;
//! `tests/data/tokens.json` holds the two together.

mod history;
mod lines;
#[cfg(test)]
mod tests;

pub use history::History;
pub use lines::{Motif, SOURCES};

use super::planner::BarLine;
use super::shaping;
use crate::score::{Note, Part, Pitch, Tick, Ticks, Velocity};

/// One event, in the model's classes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Event {
    /// Ticks since the event before it, 0 to 383; 383 is that or more.
    pub time: u16,
    /// Slot, 0 to 4; 5 in `START`.
    pub part: u8,
    /// 0 to 127; 128 in `START`.
    pub pitch: u8,
    /// Index into `DURATIONS`; 32 in `START`.
    pub duration: u8,
    /// MIDI velocity / 8; 16 is not told.
    pub velocity: u8,
}

/// The inputs that go with an event, at its onset.
#[derive(Clone, Debug, PartialEq)]
pub struct Features {
    pub event: Event,
    /// Phase in the bar (0 to 383), bar length (1 to 383), beat length (1 to 96), ticks.
    pub position: [i64; 3],
    /// Ticks for which each pitch sounds on, over all slots but drums, 0 to 600.
    pub remain: [f32; 128],
    /// Last pitch of each slot; 128 is none.
    pub last: [i64; 5],
    /// Five memories of time, part, pitch, duration, strength.
    pub lookback: [[i64; 5]; 5],
    /// Of each slot, what it did 1, 2, 4 and 8 bars ago and after the longest suffix of its line that was heard before.
    pub motif: [[Motif; SOURCES]; 5],
}

/// Where a drawn note's velocity comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum VelocityFrom {
    /// The drawn class, for styles whose velocities the model has learnt.
    Model,
    /// `shaping::velocity`, for the others.
    Rule,
}

/// Lengths that a duration class stands for, ticks.
pub const DURATIONS: [u16; 32] = [
    1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 21, 24, 30, 32, 36, 42, 48, 60, 64, 72, 84, 96, 108, 120,
    144, 168, 192, 240, 288, 384, 576,
];

/// Longest time step that a class stands for alone; longer ones share its class.
pub const LONGEST_TIME: u16 = 383;

/// The velocity class of a note whose velocity is not told.
pub const NO_VELOCITY: u8 = 16;

/// Family classes: drums, not told, and a slot without notes.
pub const DRUMS: u8 = 16;
pub const AUTO: u8 = 17;
pub const ABSENT: u8 = 18;

const NO_TIME: i64 = 384;
const NO_PART: u8 = 5;
const NO_PITCH: u8 = 128;
const NO_DURATION: u8 = 32;

const NO_MEMORY: [i64; 5] = [NO_TIME, NO_PART as i64, NO_PITCH as i64, NO_DURATION as i64, 0];

impl Event {
    /// What stands before the first event.
    pub const START: Event = Event {
        time: 0,
        part: NO_PART,
        pitch: NO_PITCH,
        duration: NO_DURATION,
        velocity: NO_VELOCITY,
    };

    /// When the event sounds, if the one before it sounded at `previous`.
    pub fn onset(self, previous: Tick) -> Tick {
        previous + Ticks(i64::from(self.time))
    }

    /// The slot, unless this is `START`.
    pub fn slot(self) -> Option<Part> {
        Part::from_slot(usize::from(self.part))
    }

    /// The note that this event stands for after an event at `previous`; nothing for `START`.
    /// `bar` is a bar line of the meter in force, `family` the slot's: both shape the velocity where it comes from the rule.
    pub fn note(
        self,
        previous: Tick,
        velocity: VelocityFrom,
        bar: BarLine,
        family: u8,
    ) -> Option<Note> {
        let onset = self.onset(previous);
        let part = self.slot()?;
        let pitch = Pitch::new(self.pitch)?;
        let length = Ticks(i64::from(*DURATIONS.get(usize::from(self.duration))?));
        let velocity = match velocity {
            VelocityFrom::Model if self.velocity < NO_VELOCITY => velocity_of_class(self.velocity),
            _ => shaping::velocity(onset, bar, part, pitch, family),
        };
        Some(Note { onset, part, pitch, length, velocity })
    }
}

/// The class nearest to `length`, the shorter of two as near.
#[expect(clippy::cast_possible_truncation, reason = "an index below 32")]
pub fn duration_class(length: Ticks) -> u8 {
    let upper = DURATIONS.partition_point(|ticks| i64::from(*ticks) < length.0);
    let Some(above) = DURATIONS.get(upper) else { return DURATIONS.len() as u8 - 1 };
    let Some(below) = upper.checked_sub(1) else { return 0 };
    let nearer_below = length.0 - i64::from(DURATIONS[below]) <= i64::from(*above) - length.0;
    if nearer_below { below as u8 } else { upper as u8 }
}

/// The class of a velocity, 0 to 15.
pub fn velocity_class(velocity: Velocity) -> u8 {
    velocity.number() / 8
}

/// The middle of a velocity class.
fn velocity_of_class(class: u8) -> Velocity {
    Velocity::clamped(class * 8 + 4)
}

/// Phase, bar length and beat length, as the model is told them.
fn position(bar: BarLine, at: Tick) -> [i64; 3] {
    let length = bar.meter.bar().0.max(1);
    let phase = (at - bar.start).0.rem_euclid(length);
    [phase.min(383), length.min(383), bar.meter.beat().0.clamp(1, 96)]
}
