//! The audio thread's rooms: nothing here allocates, locks, waits or reads a clock, except in `new` and `prepare`.

mod bus;
pub mod channel;
mod conductor;
mod curves;
#[cfg(test)]
mod fixtures;
mod grids;
mod limiter;
mod noise;
mod pool;
mod rates;
pub mod renderer;
mod room;
mod sequencer;
pub mod simd;
mod span;
mod strip;
pub mod synth;
mod tap;
mod voice;
