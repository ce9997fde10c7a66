//! Sound files of either kind.

use std::io::{self, Seek, Write};

use super::wav::Depth;
use super::{flac, wav};

/// How a sound is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SoundFile {
    pub format: Format,
    pub depth: Depth,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Format {
    #[default]
    Wav,
    /// The same samples in about half the room.
    Flac,
}

impl SoundFile {
    /// Write left and right, which are equally long.
    ///
    /// # Errors
    /// If `out` takes no more, or the format cannot hold such samples.
    pub fn write(
        self,
        out: impl Write + Seek,
        channels: [&[f32]; 2],
        sample_rate: u32,
    ) -> io::Result<()> {
        match self.format {
            Format::Wav => wav::write(out, channels, sample_rate, self.depth)?,
            Format::Flac => flac::write(out, channels, sample_rate, self.depth)?,
        }
        Ok(())
    }
}

impl Format {
    /// What names of such files end in, without the dot.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Flac => "flac",
        }
    }
}
