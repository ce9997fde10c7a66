//! Stereo WAV files.

#[cfg(test)]
mod tests;

use std::io::{Seek, Write};

use crate::score::Seed;

/// How a sample is stored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Depth {
    /// 16 bits, dithered.
    Bits16,
    /// 24 bits, dithered: what studios exchange.
    #[default]
    Bits24,
    /// 32-bit float: bit for bit what was rendered.
    Float32,
}

/// Why a WAV file was not written.
#[derive(Debug, thiserror::Error)]
pub enum WavError {
    #[error("write a WAV file: {0}")]
    Write(#[source] std::io::Error),
    #[error("write a WAV file: it would be larger than 4 GiB")]
    TooLong,
}

/// Write left and right, which are equally long. Samples beyond full scale are clipped unless they are floats.
///
/// # Errors
/// If `out` takes no more, or the format cannot hold that many samples.
pub fn write(
    out: impl Write + Seek,
    channels: [&[f32]; 2],
    sample_rate: u32,
    depth: Depth,
) -> Result<(), WavError> {
    let [left, right] = channels;
    assert_eq!(left.len(), right.len(), "left and right are equally long");
    let bytes = left.len() as u64 * 2 * u64::from(depth.bits() / 8);
    if bytes + 1024 > u64::from(u32::MAX) {
        return Err(WavError::TooLong);
    }
    let sample_format = match depth {
        Depth::Float32 => hound::SampleFormat::Float,
        Depth::Bits16 | Depth::Bits24 => hound::SampleFormat::Int,
    };
    let spec =
        hound::WavSpec { channels: 2, sample_rate, bits_per_sample: depth.bits(), sample_format };
    let mut writer = hound::WavWriter::new(out, spec)?;
    match depth.scale() {
        None => {
            for sample in left.iter().zip(right).flat_map(|(left, right)| [*left, *right]) {
                writer.write_sample(sample)?;
            }
        }
        Some(_) => {
            for sample in whole(channels, depth) {
                writer.write_sample(sample)?;
            }
        }
    }
    writer.finalize()?;
    Ok(())
}

/// The samples as whole numbers of the depth, left and right by turns; floats as 24 bits. What is beyond full scale is clipped, and what is no number is 0.
pub(super) fn whole<'a>(
    [left, right]: [&'a [f32]; 2],
    depth: Depth,
) -> impl Iterator<Item = i32> + 'a {
    let scale = depth.scale().unwrap_or(SCALE_24);
    let mut dither = Seed(0).stream(0);
    let both = left.iter().zip(right).flat_map(|(left, right)| [*left, *right]);
    both.map(move |sample| {
        // The difference of two uniform draws is the triangular dither that takes the distortion out of rounding and keeps the power of what is left even (Lipshitz,
        // Wannamaker and Vanderkooy, "Quantization and dither: a theoretical survey", 1992).
        let noise = f64::from(dither.uniform()) - f64::from(dither.uniform());
        quantized(f64::from(sample) * scale + noise, scale)
    })
}

const SCALE_16: f64 = 32_767.0;
const SCALE_24: f64 = 8_388_607.0;

#[expect(
    clippy::cast_possible_truncation,
    reason = "clamped to the scale first; not a number is 0"
)]
fn quantized(value: f64, scale: f64) -> i32 {
    value.round().clamp(-scale, scale) as i32
}

impl Depth {
    /// The depth of 16, 24 or 32 bits.
    pub fn from_bits(bits: u32) -> Option<Self> {
        match bits {
            16 => Some(Self::Bits16),
            24 => Some(Self::Bits24),
            32 => Some(Self::Float32),
            _ => None,
        }
    }

    /// Full scale of whole numbers; nothing for floats.
    fn scale(self) -> Option<f64> {
        match self {
            Self::Bits16 => Some(SCALE_16),
            Self::Bits24 => Some(SCALE_24),
            Self::Float32 => None,
        }
    }

    pub fn bits(self) -> u16 {
        match self {
            Self::Bits16 => 16,
            Self::Bits24 => 24,
            Self::Float32 => 32,
        }
    }
}

impl From<hound::Error> for WavError {
    fn from(error: hound::Error) -> Self {
        match error {
            hound::Error::IoError(error) => Self::Write(error),
            // The other errors are of reading, and of a specification that `write` does not make.
            _ => Self::TooLong,
        }
    }
}

impl From<WavError> for std::io::Error {
    fn from(error: WavError) -> Self {
        match error {
            WavError::Write(error) => error,
            WavError::TooLong => Self::new(std::io::ErrorKind::FileTooLarge, error),
        }
    }
}
