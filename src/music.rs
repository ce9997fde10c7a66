//! Judgement as pure functions and small state machines: what was heard, notes to model events and back, the plan of windows, and the recording.

pub mod anticipation;
pub mod dialogue;
pub mod feel;
pub mod follow;
pub mod form;
pub mod harmony;
pub mod key;
pub mod keys;
pub mod memory;
pub mod originality;
pub mod planner;
pub mod rating;
pub mod recorder;
pub mod shaping;
pub mod spectrum;
pub mod takes;
pub mod tokens;
