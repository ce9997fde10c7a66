//! What goes to disk and comes from it: MIDI and WAV files, saved state, and outputs that appear whole or not at all.

pub mod midi;
pub mod output;
pub mod state;
pub mod wav;
