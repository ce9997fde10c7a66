//! Listens to what comes out of a session: hashes, peaks, and files on request.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use sha2::{Digest as _, Sha256};

use crate::report::Output;

/// The ears at one output bus.
pub struct Ear {
    active: bool,
    hash: Sha256,
    peak: f32,
    wild: u64,
    bytes: Vec<u8>,
    /// Interleaved, kept only when a file is wanted.
    kept: Option<Vec<f32>>,
    channels: usize,
}

impl Ear {
    pub fn new(channels: usize, active: bool, keep: bool) -> Self {
        Self {
            active,
            hash: Sha256::new(),
            peak: 0.0,
            wild: 0,
            bytes: Vec::new(),
            kept: keep.then(Vec::new),
            channels,
        }
    }

    /// Take in the first `frames` frames of `channels`.
    pub fn hear(&mut self, channels: &[Vec<f32>], frames: usize) {
        self.bytes.clear();
        for frame in 0..frames {
            for channel in channels {
                let sample = channel[frame];
                if sample.is_finite() {
                    self.peak = self.peak.max(sample.abs());
                } else {
                    self.wild += 1;
                }
                self.bytes.extend_from_slice(&sample.to_le_bytes());
                if let Some(kept) = &mut self.kept {
                    kept.push(sample);
                }
            }
        }
        self.hash.update(&self.bytes);
    }

    /// What was heard; written to `file` first if samples were kept.
    pub fn finish(self, file: Option<(&Path, usize)>, rate: f64) -> Result<Output> {
        if let (Some(kept), Some((folder, bus))) = (&self.kept, file) {
            write_wav(&folder.join(format!("{bus}.wav")), kept, self.channels, rate)?;
        }
        let sha256 = self.hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Output { active: self.active, sha256, peak: self.peak, wild: self.wild })
    }
}

fn write_wav(path: &PathBuf, samples: &[f32], channels: usize, rate: f64) -> Result<()> {
    let about = || format!("write {}", path.display());
    if let Some(folder) = path.parent() {
        std::fs::create_dir_all(folder).with_context(about)?;
    }
    let format = hound::WavSpec {
        channels: u16::try_from(channels)?,
        sample_rate: rate.round() as u32,
        bits_per_sample: 32,
        sample_format: hound::SampleFormat::Float,
    };
    let mut writer = hound::WavWriter::create(path, format).with_context(about)?;
    for sample in samples {
        writer.write_sample(*sample).with_context(about)?;
    }
    writer.finalize().with_context(about)
}
