//! What goes to disk and comes from it: MIDI, WAV and FLAC files, saved state, sessions, takes, presets, and outputs that appear whole or not at all.

pub mod flac;
pub mod habits;
pub mod kind;
pub mod memory;
pub mod midi;
pub mod output;
pub mod preset;
pub mod session;
pub mod sound;
pub mod state;
pub mod take;
pub mod wav;
