//! The synth as the renderer sees it: notes start and stop at the present frame, then a stretch is rendered.

use std::sync::Arc;

use super::renderer::Outputs;
use crate::score::{Mix, Part, PartialTable, Pitch, Velocity};

/// All voices, strips, room and limiter of one instance. Real-time safe but for `new`.
#[derive(Debug)]
pub struct Synth {}

impl Synth {
    /// For blocks of up to `max_block` frames at `sample_rate` hertz. Allocates.
    pub fn new(_sample_rate: f32, _max_block: usize) -> Self {
        Self {}
    }

    /// Frames of look-ahead of the limiter; constant for a sample rate.
    pub fn latency(&self) -> u32 {
        0
    }

    /// Start a note at the present frame. The table leaves through `take_retired` when its voice is done.
    pub fn note_on(
        &mut self,
        _part: Part,
        _pitch: Pitch,
        _velocity: Velocity,
        _table: Arc<PartialTable>,
    ) {
    }

    /// Release the sounding notes of that pitch and part.
    pub fn note_off(&mut self, _part: Part, _pitch: Pitch) {}

    /// Fade everything out within 5 ms.
    pub fn silence(&mut self) {}

    /// Render frames `[from, to)` of the block into the outputs (overwriting them there). Gains glide to those of `mix` without clicks.
    pub fn render(&mut self, _from: usize, _to: usize, _mix: &Mix, _outputs: &mut Outputs<'_>) {}

    /// A table that no voice needs any more, to be freed elsewhere.
    pub fn take_retired(&mut self) -> Option<Arc<PartialTable>> {
        None
    }
}
