//! What a part is called in files by what it sounds like.

use super::{Family, Part};

/// What a part plays on, as names of files and tracks tell it: its family, or the timbre that is heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Voice {
    pub family: Family,
    /// For people, such as `Synth lead`.
    pub title: String,
    /// The same in names of files, such as `synth-lead`.
    pub word: String,
    /// Of General MIDI, 0 to 127; nothing for drums.
    pub program: Option<u8>,
}

/// Of each part of the band that plays.
pub type Voices = [Option<Voice>; Part::BAND_SIZE];

impl Voice {
    /// As a family sounds by itself.
    pub fn of_family(family: Family) -> Self {
        let title = family.name().to_owned();
        let word = title.to_lowercase().replace(' ', "-");
        Self { family, title, word, program: family.program() }
    }
}
