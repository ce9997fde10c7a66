//! Notes as the note model sees them: events, and all that is computed beside them. `training/vocabulary.py` is the other half;
//! `tests/data/tokens.json` holds the two together.

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
}

/// Lengths that a duration class stands for, ticks.
pub const DURATIONS: [u16; 32] = [
    1, 2, 3, 4, 6, 8, 9, 12, 15, 16, 18, 21, 24, 30, 32, 36, 42, 48, 60, 64, 72, 84, 96, 108, 120,
    144, 168, 192, 240, 288, 384, 576,
];
