//! A model pack: a folder with a manifest and the graphs, checked before use. The default pack is inside the binary.

mod drum_kit;
mod error;
mod manifest;
#[cfg(test)]
mod tests;
mod timbre_model;

use std::borrow::Cow;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use sha2::{Digest, Sha256};

pub use drum_kit::{DrumHit, DrumKit, DrumKitError};
pub use error::PackError;
pub use timbre_model::{Nature, Players, Timbre, TimbreModel, shape};

use crate::music::form::Aims;
use crate::music::originality::CorpusIndex;
use crate::score::{Family, Meter, Tempo};

/// A pack whose manifest and files belong together. What only a run can show, `infer::open` checks.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Short and unique, such as `default`.
    pub name: String,
    /// For people.
    pub title: String,
    pub version: String,
    /// Of the weights.
    pub licence: String,
    /// At least one.
    pub styles: Vec<Style>,
    /// What the model learnt from.
    pub sources: Vec<Source>,
    pub figures: Figures,
    pub note_model: NoteModel,
    /// What improvisations must not copy; a pack need not have it.
    pub originality: Option<Arc<CorpusIndex>>,
    /// A pack without one is played on the timbres that are written down by hand.
    pub timbre_model: Option<TimbreModel>,
    /// A pack without one is played on the drums that are written down by hand.
    pub drum_kit: Option<DrumKit>,
    /// Of the manifest, in hexadecimal; it holds the hashes of the other files, so that it stands for the whole pack.
    pub sha256: String,
}

/// One style of a pack.
#[derive(Clone, Debug, PartialEq)]
pub struct Style {
    /// Short and unique in the pack, such as `folk_celtic`.
    pub name: String,
    /// For people, such as `Celtic dance`.
    pub title: String,
    pub velocity: StyleVelocity,
    /// Mean and standard deviation of the density value (`log2(notes a quarter + 0.25)`) over the style's parts.
    pub density: (f32, f32),
    /// The same of the repetition value: natural logarithm of the odds that a note is one that its part's memory foretold.
    pub repetition: (f32, f32),
    pub rest: Rest,
    pub tempo: Tempo,
    pub meter: Meter,
    /// The usual band, 1 to 4 parts.
    pub parts: Vec<Role>,
}

/// What the model is told of a style with every control at rest, so that it plays as dense, as repetitive and as tonal as the style's pieces
/// are; measured on improvisations by `training/calibrate.py`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rest {
    /// Standard deviations from the style's mean density, -10 to 10.
    pub density: f32,
    /// Standard deviations from the style's mean repetition, -10 to 10.
    pub repetition: f32,
    /// Factor of the pitch's logits beside the temperature, 0.1 to 10.
    pub pitch_sharpness: f32,
    /// Standard deviations of one step of the density control, 0 to 100.
    pub density_step: f32,
    /// For one step of the density control: natural logarithms of odds by which a wait of half the length is likelier, 0 to 10.
    pub hurry: f32,
    /// Times running that a part strikes one pitch before it wearies of it, 1 to 1000.
    pub patience: f32,
    /// Octaves by which the band plays denser than the style's pieces where no density is wished for, -5 to 5: steps of the wish are counted from there.
    pub excess: f32,
    /// Bars for which a part plays nothing new before it tires, 1 to 1000.
    pub tireless: f32,
    /// Shares of the style's pieces that are aimed at.
    pub aims: Aims,
}

impl Default for Rest {
    /// The means themselves, and one deviation a step.
    fn default() -> Self {
        Self {
            density: 0.0,
            repetition: 0.0,
            pitch_sharpness: 1.0,
            density_step: 1.0,
            hurry: 0.0,
            patience: 16.0,
            excess: 0.0,
            tireless: 4.0,
            aims: Aims::default(),
        }
    }
}

/// Whether a style's velocities are learnt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StyleVelocity {
    /// From played or marked ones.
    Model,
    /// The style's pieces had none.
    Rule,
}

/// A part of a style's usual band.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Role {
    pub family: Family,
    /// Usual mean pitch, 0 to 127.
    pub register: f32,
    /// Whether the style's pieces have such a part, or it was added to fill the band.
    pub origin: RoleOrigin,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RoleOrigin {
    Heard,
    Added,
}

/// A collection of pieces that the model learnt from.
#[derive(Clone, Debug, PartialEq)]
pub struct Source {
    pub name: String,
    pub licence: String,
    /// How clear the licence is, `A` or `B`.
    pub tier: String,
    pub pieces: u64,
    pub notes: u64,
}

/// What was measured of the model, as far as the manifest says.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// Bits a note on pieces that were not learnt from: time, part, pitch and duration together.
    pub valid_bits: Option<f64>,
    /// Notes heard in training.
    pub notes_seen: Option<u64>,
}

/// The graph of the note model.
#[derive(Clone)]
pub struct NoteModel {
    /// The ONNX file.
    pub graph: Cow<'static, [u8]>,
    /// Of the graph, in hexadecimal.
    pub sha256: String,
    /// Shape of the recurrent state.
    pub state: [usize; 4],
    /// Trained values.
    pub parameters: u64,
}

const MANIFEST: &str = "manifest.json";
/// Largest files that are read, bytes.
const MANIFEST_LIMIT: u64 = 1 << 20;
const FILE_LIMIT: u64 = 512 << 20;

const EMBEDDED_MANIFEST: &[u8] = include_bytes!("../models/default/manifest.json");
const EMBEDDED_FILES: [(&str, &[u8]); 4] = [
    ("note.onnx", include_bytes!("../models/default/note.onnx")),
    ("timbre.onnx", include_bytes!("../models/default/timbre.onnx")),
    ("drums.bin", include_bytes!("../models/default/drums.bin")),
    ("originality.bin", include_bytes!("../models/default/originality.bin")),
];

impl Pack {
    /// The default pack; its files are hashed and looked through once, however many instances open it.
    ///
    /// # Errors
    /// If the build embedded files that do not belong together.
    pub fn embedded() -> Result<Self, PackError> {
        static PACK: OnceLock<Pack> = OnceLock::new();
        if let Some(pack) = PACK.get() {
            return Ok(pack.clone());
        }
        let folder = Path::new("embedded pack");
        let beside = |file: &str| {
            let known = EMBEDDED_FILES.iter().find(|it| it.0 == file);
            let known = known.ok_or_else(|| PackError::Read {
                path: folder.join(file),
                source: std::io::ErrorKind::NotFound.into(),
            });
            known.map(|it| Cow::Borrowed(it.1))
        };
        let pack = Self::read(EMBEDDED_MANIFEST, folder, beside)?;
        Ok(PACK.get_or_init(|| pack).clone())
    }

    /// The pack in a folder.
    ///
    /// # Errors
    /// If a file is missing, damaged or not what the manifest says, or the manifest asks for what this version cannot do.
    pub fn open(folder: &Path) -> Result<Self, PackError> {
        let manifest = read_file(&folder.join(MANIFEST), MANIFEST_LIMIT)?;
        let beside = |file: &str| read_file(&folder.join(file), FILE_LIMIT).map(Cow::Owned);
        Self::read(&manifest, folder, beside)
    }

    /// `beside` gives a file that the manifest names.
    fn read(
        manifest: &[u8],
        folder: &Path,
        beside: impl Fn(&str) -> Result<Cow<'static, [u8]>, PackError>,
    ) -> Result<Self, PackError> {
        let place = folder.join(MANIFEST);
        let checked = |file: &str, hash: &str| {
            let bytes = beside(file)?;
            let path = || folder.join(file);
            if sha256(&bytes) == hash { Ok(bytes) } else { Err(PackError::Hash { path: path() }) }
        };
        let (mut pack, files) = manifest::parse(manifest, &place)?;
        pack.note_model.graph = checked(&files.note, &pack.note_model.sha256)?;
        if let (Some(model), Some(file)) = (&mut pack.timbre_model, &files.timbre) {
            model.graph = checked(file, &model.sha256)?;
        }
        if let Some((file, hash)) = files.drums {
            let kit = DrumKit::parse(&checked(&file, &hash)?);
            let failed = |source| PackError::Drums { path: folder.join(&file), source };
            pack.drum_kit = Some(kit.map_err(failed)?);
        }
        if let Some((file, hash)) = files.originality {
            let index = CorpusIndex::parse(checked(&file, &hash)?);
            let failed = |source| PackError::Index { path: folder.join(&file), source };
            pack.originality = Some(Arc::new(index.map_err(failed)?));
        }
        pack.sha256 = sha256(manifest);
        Ok(pack)
    }
}

impl std::fmt::Debug for NoteModel {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("NoteModel")
            .field("bytes", &self.graph.len())
            .field("sha256", &self.sha256)
            .field("state", &self.state)
            .finish_non_exhaustive()
    }
}

/// In hexadecimal.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn read_file(path: &Path, limit: u64) -> Result<Vec<u8>, PackError> {
    let failed = |source| PackError::Read { path: path.into(), source };
    let length = std::fs::metadata(path).map_err(failed)?.len();
    if length > limit {
        return Err(PackError::TooLarge { path: path.into(), limit });
    }
    std::fs::read(path).map_err(failed)
}
