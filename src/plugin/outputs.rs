//! The host's outputs as the renderer wants them: a mix and four parts, always.

use nice_plug::prelude::{AuxiliaryBuffers, Buffer};

use crate::engine::audio::renderer::Outputs;
use crate::score::Part;

/// Room for the parts' outputs where a plugin has none.
#[derive(Debug, Default)]
pub(super) struct Spare {
    parts: [[Vec<f32>; 2]; Part::BAND_SIZE],
}

impl Spare {
    /// For blocks of up to `frames`. Allocates.
    pub(super) fn new(frames: usize) -> Self {
        Self { parts: std::array::from_fn(|_| std::array::from_fn(|_| vec![0.0; frames])) }
    }

    /// Frames in the longest block.
    pub(super) fn frames(&self) -> usize {
        self.parts[0][0].len()
    }

    /// All outputs of a block; nothing if the mix is not stereo. Real-time safe.
    pub(super) fn complete<'a>(
        &'a mut self,
        mix: &'a mut Buffer,
        parts: &'a mut AuxiliaryBuffers,
    ) -> Option<Outputs<'a>> {
        let main = stereo(mix)?;
        let parts = match parts.outputs {
            [first, second, third, fourth] => {
                [stereo(first)?, stereo(second)?, stereo(third)?, stereo(fourth)?]
            }
            _ => self.parts.each_mut().map(|part| part.each_mut().map(Vec::as_mut_slice)),
        };
        Some(Outputs { main, parts })
    }
}

fn stereo<'a>(bus: &'a mut Buffer) -> Option<[&'a mut [f32]; 2]> {
    match bus.as_slice() {
        [left, right] => Some([&mut **left, &mut **right]),
        _ => None,
    }
}
