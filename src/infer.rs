//! An opened pack as two functions: events to the next event, timbre to partial table. The only room that knows a runtime.

mod drum_tables;
mod muse;
mod note_model;
mod runtime;
mod sampling;
mod scripted;
mod tables;
mod timbre_model;
mod timbre_tables;

pub use crate::pack::Rest;
pub use muse::{ComposeError, Controls, Draw, Muse, State, StyleCard, TimbreCard};
pub use note_model::{OpenError, open};
pub use runtime::{LibraryError, LoadError, Runtime};
pub use sampling::{PlayerPresence, velocity_from};
pub use scripted::Scripted;
