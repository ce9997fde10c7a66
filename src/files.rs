//! What goes to disk and comes from it: MIDI and WAV files, and outputs that appear whole or not at all.

pub mod midi;
pub mod output;
pub mod wav;
