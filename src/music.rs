//! Judgement as pure functions and small state machines: what was heard, notes to model events and back, and the plan of windows.

pub mod dialogue;
pub mod feel;
pub mod follow;
pub mod harmony;
pub mod key;
pub mod keys;
pub mod planner;
pub mod shaping;
pub mod tokens;
