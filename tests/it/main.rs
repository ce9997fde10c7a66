//! The one integration binary.
#![allow(clippy::unwrap_used, reason = "a test that finds no value has failed")]

mod cli;
mod determinism;
mod midi;
mod tidy;
