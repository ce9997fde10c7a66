//! Antiphon, an improvising partner that lives in a DAW. The modules, in reading order.

pub mod score;

pub mod music;

pub mod pack;

pub mod files;

pub mod infer;

pub mod engine;

pub mod report;

#[cfg(feature = "plugin")]
pub mod params;

#[cfg(feature = "plugin")]
pub mod gui;

pub mod cli;

#[cfg(feature = "plugin")]
mod plugin;

#[cfg(feature = "plugin")]
pub mod standalone;
