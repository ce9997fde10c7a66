//! An opened pack as two functions: events to the next event, timbre to partial table. The only room that knows a runtime.

mod muse;
mod sampling;

pub use muse::{ComposeError, Controls, Draw, Muse, State, StyleCard};
pub use sampling::{PlayerPresence, velocity_from};
