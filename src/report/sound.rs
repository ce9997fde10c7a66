//! How loud sound is, and its hash.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::loudness;
use crate::engine::offline::Bounced;

#[derive(Debug, Serialize)]
pub(super) struct SoundLine {
    pub(super) seconds: f64,
    frames: usize,
    /// `null` is silence.
    pub(super) peak_db: Option<f64>,
    /// Of the mix as a whole, to a tenth.
    pub(super) loudness_lufs: Option<f64>,
    /// How far the limiter turned the mix down at most, and every stem with it at the same frames; 0 where it never did.
    pub(super) limiter_db: f64,
    /// Of the mix as little-endian 32-bit floats, frame by frame, left before right.
    samples_sha256: String,
}

impl SoundLine {
    pub(super) fn new(bounced: &Bounced, sample_rate: u32) -> Self {
        let frames = bounced.mix[0].len();
        Self {
            seconds: frames as f64 / f64::from(sample_rate),
            frames,
            peak_db: peak_db(&bounced.mix),
            loudness_lufs: loudness_lufs(&bounced.mix, sample_rate),
            limiter_db: limiter_db(bounced.least_gain),
            samples_sha256: samples_sha256(&bounced.mix),
        }
    }
}

/// SHA-256 as for the mix.
pub(super) fn samples_sha256([left, right]: &[Vec<f32>; 2]) -> String {
    let mut hash = Sha256::new();
    for (left, right) in left.iter().zip(right) {
        hash.update(left.to_le_bytes());
        hash.update(right.to_le_bytes());
    }
    hex(&hash.finalize())
}

pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Peak relative to full scale, to a hundredth; nothing if all is silent.
pub(crate) fn peak_db(channels: &[Vec<f32>; 2]) -> Option<f64> {
    let peak = channels.iter().flatten().fold(0.0_f32, |peak, sample| peak.max(sample.abs()));
    (peak > 0.0).then(|| (f64::from(peak).log10() * 2000.0).round() / 100.0)
}

/// Loudness as a whole, to a tenth; nothing if all is silent.
pub(crate) fn loudness_lufs([left, right]: &[Vec<f32>; 2], sample_rate: u32) -> Option<f64> {
    let loudness = loudness::integrated([left, right], sample_rate)?;
    Some((loudness * 10.0).round() / 10.0)
}

/// The smallest gain of a limiter in decibels, to a hundredth; 0 where it never worked.
pub(crate) fn limiter_db(least_gain: f32) -> f64 {
    let decibels = (f64::from(least_gain).log10() * 2000.0).round() / 100.0;
    // No minus before a zero.
    if decibels < 0.0 { decibels } else { 0.0 }
}

/// Such as `peak -6.0 dB, -17.2 LUFS`.
pub(crate) fn loudness_words(peak_db: Option<f64>, loudness_lufs: Option<f64>) -> String {
    let peak = peak_db.map(|peak| format!("peak {peak:.1} dB"));
    let loudness = loudness_lufs.map(|loudness| format!("{loudness:.1} LUFS"));
    match peak {
        Some(peak) => peak + &loudness.map(|it| format!(", {it}")).unwrap_or_default(),
        None => "silent".to_owned(),
    }
}

/// What people are told of the limiter, if it worked.
pub(crate) fn limiter_words(limiter_db: f64) -> Option<String> {
    (limiter_db < 0.0).then(|| {
        format!(
            "the limiter turned the mix down by {:.1} dB at most, and the stems with it, so that they sum to the mix",
            -limiter_db
        )
    })
}
