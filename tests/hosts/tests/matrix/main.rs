//! The built bundles in a CLAP and a VST3 host, each case a process of its own. `cargo xtask validate` builds what is needed and runs this.

mod callback;
mod editor;
mod follow;
mod lives;
mod music;
mod outputs;
mod ports;
mod stage;
mod state;
