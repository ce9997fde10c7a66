//! Stereo FLAC files: the samples of a WAV file of the same depth, in about half the room.

#[cfg(test)]
mod tests;

use std::io::{self, Seek, SeekFrom, Write};

use flacenc::bitsink::ByteSink;
use flacenc::component::{BitRepr, Stream};
use flacenc::config::Encoder;
use flacenc::error::Verify;
use flacenc::source::{Context, Fill, FrameBuf};

use super::wav::{self, Depth};

/// Frames in a block of the file.
const BLOCK: usize = 4096;
/// Highest sample rate that the encoder takes, hertz.
pub const HIGHEST_RATE: u32 = 96_000;

/// Why a FLAC file was not written.
#[derive(Debug, thiserror::Error)]
pub enum FlacError {
    #[error("write a FLAC file: {0}")]
    Write(#[source] io::Error),
    #[error("write a FLAC file: it has whole numbers of 16 or 24 bits, no floats")]
    Floats,
    #[error("write a FLAC file of {0} frames a second: more than {HIGHEST_RATE}")]
    Rate(u32),
}

/// Write left and right, which are equally long: bit for bit what `wav::write` writes at that depth.
///
/// # Errors
/// If `out` takes no more, or the format has no such samples.
pub fn write(
    mut out: impl Write + Seek,
    channels: [&[f32]; 2],
    sample_rate: u32,
    depth: Depth,
) -> Result<(), FlacError> {
    if depth == Depth::Float32 {
        return Err(FlacError::Floats);
    }
    if sample_rate > HIGHEST_RATE {
        return Err(FlacError::Rate(sample_rate));
    }
    assert_eq!(channels[0].len(), channels[1].len(), "left and right are equally long");
    let bits = usize::from(depth.bits());
    let rate = usize::try_from(sample_rate).expect("rates are small numbers");
    let config = Encoder::default().into_verified().expect("its own defaults");
    let mut head = Stream::new(rate, 2, bits).expect("a depth and a rate that were checked");
    let mut block = FrameBuf::with_size(2, BLOCK).expect("a length that the format has");
    let mut context = Context::new(bits, 2);
    // What the head says is known at the end; until then it keeps its place.
    write_part(&mut out, &head)?;
    let mut samples = wav::whole(channels, depth);
    let mut interleaved = Vec::with_capacity(2 * BLOCK);
    for number in 0.. {
        interleaved.clear();
        interleaved.extend(samples.by_ref().take(2 * BLOCK));
        if interleaved.is_empty() {
            break;
        }
        let broken = "samples of the depth, in blocks of the length";
        block.fill_interleaved(&interleaved).expect(broken);
        context.fill_interleaved(&interleaved).expect(broken);
        let frame = flacenc::encode_fixed_size_frame(&config, &block, number, head.stream_info());
        let frame = frame.map_err(|error| FlacError::Write(io::Error::other(error.to_string())))?;
        head.stream_info_mut().update_frame_info(&frame);
        write_part(&mut out, &frame)?;
    }
    let info = head.stream_info_mut();
    // The last block may be shorter without being the shortest by the format's counting.
    info.set_block_sizes(BLOCK, BLOCK).expect("a length that the format has");
    if info.max_frame_size() == 0 {
        // Without a frame the smallest is beyond all others: it is unknown, as the largest is.
        info.set_frame_sizes(0, 0).expect("sizes that the format has");
    }
    info.set_md5_digest(&context.md5_digest());
    out.seek(SeekFrom::Start(0)).map_err(FlacError::Write)?;
    write_part(&mut out, &head)?;
    out.seek(SeekFrom::End(0)).map_err(FlacError::Write)?;
    Ok(())
}

fn write_part(out: &mut impl Write, part: &impl BitRepr) -> Result<(), FlacError> {
    let mut sink = ByteSink::new();
    part.write(&mut sink).expect("memory takes everything");
    out.write_all(sink.as_slice()).map_err(FlacError::Write)
}

impl From<FlacError> for io::Error {
    fn from(error: FlacError) -> Self {
        match error {
            FlacError::Write(error) => error,
            FlacError::Floats | FlacError::Rate(_) => Self::new(io::ErrorKind::InvalidInput, error),
        }
    }
}
