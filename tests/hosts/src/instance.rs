//! What the two plugin formats have in common, as far as a test needs it.

use std::path::Path;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::report::{Inventory, Played};
use crate::script::{Pace, Session};

/// A loaded bundle; its instances may not outlive it.
pub trait Bundle: Sized {
    type Instance: Instance;

    /// Load the bundle into the process.
    fn open(path: &Path) -> Result<Self>;
    fn plugins(&self) -> Vec<String>;
    /// Make an instance of the plugin of that name, or of the first.
    fn instance(&self, plugin: Option<&str>) -> Result<Self::Instance>;
}

/// One plugin instance, seen from the main thread.
pub trait Instance {
    fn inventory(&mut self) -> Result<Inventory>;
    /// Current values, 0 to 1 over each range.
    fn parameters(&mut self) -> Result<Vec<(String, f64)>>;
    /// The number by which the format knows the parameter.
    fn resolve(&mut self, parameter: &str) -> Result<u32>;
    /// The value, 0 to 1, at which a parameter with steps shows `text`.
    fn find_text(&mut self, id: u32, text: &str) -> Result<f64>;
    /// Set values while no audio runs.
    fn set(&mut self, values: &[(u32, f64)]) -> Result<()>;
    /// The state as the framework writes it, without the format's envelope.
    fn save(&mut self) -> Result<Vec<u8>>;
    fn load(&mut self, state: &[u8]) -> Result<()>;
    fn activate(&mut self, setup: &Setup) -> Result<()>;
    /// The audio side of an active instance; it may go to another thread.
    fn processor(&mut self) -> &mut dyn Processor {
        self.parts().0
    }
    /// The audio side and the editor, which stays on the main thread.
    fn parts(&mut self) -> (&mut dyn Processor, Box<dyn Face + '_>);
    fn deactivate(&mut self) -> Result<()>;
    fn latency(&mut self) -> u32;
}

/// The editor of an instance.
pub trait Face {
    /// Open it in an X11 window, at this scale if one is told. Gives its size in physical pixels.
    fn open(&mut self, window: u32, scale: Option<f64>) -> Result<(u32, u32)>;
    /// Gives the size that it accepted.
    fn resize(&mut self, size: (u32, u32)) -> Result<(u32, u32)>;
    /// Let the plugin do what it asked to do on the main thread.
    fn attend(&mut self);
    fn close(&mut self);
}

/// The audio side of an instance.
pub trait Processor: Send {
    /// Called on the audio thread before the first block.
    fn start(&mut self) -> Result<()> {
        Ok(())
    }
    /// Run one block; the time is that of the plugin's call alone, as far as the host can tell.
    fn process(&mut self, block: &Block<'_>, out: &mut Outcome) -> Result<Duration>;
    /// Channels of each output bus, and whether it is on.
    fn outputs(&self) -> Vec<(usize, bool)>;
    /// For how long the host itself has held the last block up, which is then no fault of the plugin's.
    fn held_up(&mut self) -> Duration {
        Duration::ZERO
    }
}

/// How an instance is activated.
#[derive(Clone, Debug)]
pub struct Setup {
    pub rate: f64,
    pub largest_block: usize,
    pub pace: Pace,
    pub session: Session,
}

/// One block's input.
#[derive(Debug)]
pub struct Block<'a> {
    pub frames: usize,
    pub playing: bool,
    pub position_quarters: f64,
    /// Frames since the transport's start, for hosts that tell it.
    pub position_frames: i64,
    /// Frames since activation.
    pub steady: u64,
    pub rate: f64,
    pub tempo: f64,
    pub meter: (u16, u16),
    /// Sorted by offset.
    pub events: &'a [Event],
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Event {
    pub offset: u32,
    pub kind: EventKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum EventKind {
    On {
        channel: u8,
        key: u8,
        velocity: u8,
    },
    Off {
        channel: u8,
        key: u8,
    },
    /// 0 to 127.
    Control {
        channel: u8,
        controller: u8,
        value: u8,
    },
    /// 0 to 1 over the parameter's range.
    Parameter {
        id: u32,
        value: f64,
    },
}

/// One block's output.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `[bus][channel][frame]`, at least as long as the block.
    pub buses: Vec<Vec<Vec<f32>>>,
    /// Frames count from the block's start.
    pub notes: Vec<Played>,
}

/// The number that the framework makes of a parameter's textual id.
pub fn hash_of_id(id: &str) -> u32 {
    id.bytes().fold(0_u32, |hash, byte| hash.wrapping_mul(31).wrapping_add(u32::from(byte)))
        & 0x7FFF_FFFF
}

/// Try each of `steps + 1` values until one shows `text`.
pub fn search_text(
    steps: u32,
    text: &str,
    mut show: impl FnMut(f64) -> Result<String>,
) -> Result<f64> {
    let mut shown = Vec::new();
    for step in 0..=steps.min(1024) {
        let value = f64::from(step) / f64::from(steps.max(1));
        let found = show(value)?;
        if found.trim().eq_ignore_ascii_case(text) {
            return Ok(value);
        }
        shown.push(found);
    }
    bail!("no choice is called `{text}`, but {}", shown.join(", "))
}
