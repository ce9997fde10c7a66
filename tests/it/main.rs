//! The one integration binary.
#![allow(clippy::unwrap_used, reason = "a test that finds no value has failed")]

mod an_hour;
mod any_midi;
mod cli;
mod determinism;
mod kinds;
mod manners;
mod midi;
mod names;
mod originality;
mod real_time;
mod stage;
mod takes;
mod tidy;
mod torture;

/// Aborts on an allocation inside `assert_no_alloc`.
#[global_allocator]
static GUARD: nice_assert_no_alloc::AllocDisabler = nice_assert_no_alloc::AllocDisabler;
