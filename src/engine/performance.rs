//! A piece that is known beforehand, played through the synth block by block.

use std::sync::Arc;

use super::audio::channel::{Bearing, Channel};
use super::audio::renderer::Outputs;
use super::audio::simd::Simd;
use super::audio::synth::Synth;
use crate::score::{Mix, Part, PartialTable, Pitch};

/// The synth, and what is still to be played on it.
#[derive(Debug)]
pub struct Performance {
    synth: Synth,
    cues: Vec<Cue>,
    /// The next of `cues`.
    next: usize,
    /// Frames played.
    position: usize,
}

/// Something that happens at a frame.
#[derive(Clone, Debug)]
pub struct Cue {
    /// From the beginning.
    pub frame: usize,
    /// Whose strip it goes through.
    pub part: Part,
    pub channel: Channel,
    pub kind: CueKind,
}

#[derive(Clone, Debug)]
pub enum CueKind {
    /// Notes of this channel and pitch end.
    Off(Pitch),
    /// The channel's notes bend, swell or move.
    Bear(Bearing),
    /// A note begins.
    On(Pitch, Arc<PartialTable>),
}

impl CueKind {
    /// Of one frame, notes end before others begin, and begin as their channel bears itself then.
    fn rank(&self) -> u8 {
        match self {
            Self::Off(_) => 0,
            Self::Bear(_) => 1,
            Self::On(..) => 2,
        }
    }
}

impl Performance {
    /// Of `cues` in any order, at `sample_rate` hertz. Allocates.
    pub fn new(mut cues: Vec<Cue>, sample_rate: f32) -> Self {
        cues.sort_by_key(|cue| (cue.frame, cue.kind.rank()));
        Self { synth: Synth::new(sample_rate, 0), cues, next: 0, position: 0 }
    }

    /// Be computed in another way; the samples differ by rounding alone.
    pub fn compute_with(&mut self, simd: Simd) {
        self.synth.compute_with(simd);
    }

    /// Frames by which the sound is late.
    pub fn latency(&self) -> u32 {
        self.synth.latency()
    }

    /// The smallest gain that the limiter has turned mix and stems down to; 1 while it never did.
    pub fn least_gain(&self) -> f32 {
        self.synth.least_gain()
    }

    /// How many voices sound or die away.
    pub fn voices(&self) -> usize {
        self.synth.voices()
    }

    /// Play the next `frames` frames into the first of the outputs. Real-time safe.
    pub fn render(&mut self, frames: usize, mix: &Mix, outputs: &mut Outputs<'_>) {
        let mut done = 0;
        while done < frames {
            while let Some(cue) = self.cues.get(self.next).filter(|it| it.frame <= self.position) {
                let place = (cue.part, cue.channel);
                match &cue.kind {
                    CueKind::Off(pitch) => self.synth.note_off_in(place, *pitch),
                    CueKind::Bear(bearing) => self.synth.bear(cue.channel, *bearing),
                    CueKind::On(pitch, table) => {
                        self.synth.note_on_in(place, *pitch, Arc::clone(table));
                    }
                }
                self.next += 1;
                // The cue keeps the table, so nothing is freed here.
                while self.synth.take_retired().is_some() {}
            }
            let next = self.cues.get(self.next).map_or(usize::MAX, |it| it.frame - self.position);
            let run = next.min(frames - done);
            self.synth.render(done, done + run, mix, outputs);
            while self.synth.take_retired().is_some() {}
            self.position += run;
            done += run;
        }
    }
}
