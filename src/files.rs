//! What goes to disk and comes from it: MIDI and WAV files, saved state, takes, and outputs that appear whole or not at all.

pub mod memory;
pub mod midi;
pub mod output;
pub mod state;
pub mod take;
pub mod wav;
