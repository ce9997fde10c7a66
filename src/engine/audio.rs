//! The audio thread's rooms: nothing here allocates, locks, waits or reads a clock, except in `new` and `prepare`.

mod conductor;
pub mod renderer;
mod sequencer;
pub mod synth;
