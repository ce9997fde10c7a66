//! An opened pack as two functions: events to the next event, timbre to partial table. The only room that knows a runtime.

mod muse;
mod sampling;
mod scripted;
mod tables;
mod timbre_tables;

pub use muse::{ComposeError, Controls, Draw, Muse, State, StyleCard};
pub use sampling::{PlayerPresence, velocity_from};
pub use scripted::Scripted;
