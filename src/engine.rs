//! The running instrument: links, clock, control handle, composer, offline loop, and the audio thread's rooms.

pub mod audio;
pub mod clock;
pub mod composer;
pub mod control;
pub mod link;
pub mod offline;
pub mod performance;
pub mod playback;
pub mod reprise;
pub mod worker;

#[cfg(test)]
mod tests;
