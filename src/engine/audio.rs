//! The audio thread's rooms: nothing here allocates, locks, waits or reads a clock, except in `new` and `prepare`.

pub mod renderer;
pub mod sequencer;
pub mod synth;
