//! The plan of windows: which stretch is composed next, when its inputs freeze, and when it must be there.

use crate::score::{Meter, Quantum, Tick, Ticks};

/// How long before its window a cutoff lies: a quarter of a quarter note.
pub const LEAD: Ticks = Ticks(6);

/// Where a chain of windows begins.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Start {
    /// Numbers the chains of one instance.
    pub chain: u32,
    pub tick: Tick,
    pub bar: BarLine,
}

/// The bar that a position lies in.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BarLine {
    pub start: Tick,
    pub meter: Meter,
}

/// One stretch to compose, `[begin, end)`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Window {
    pub chain: u32,
    /// 0 for the chain's first.
    pub index: u32,
    /// At or before `begin`.
    pub cutoff: Tick,
    pub begin: Tick,
    pub end: Tick,
    /// The bar that `begin` lies in.
    pub bar: BarLine,
}
