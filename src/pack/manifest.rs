//! The manifest as it stands on disk, and the checks that turn it into a pack.

mod timbres;

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};
use std::fmt::Display;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{
    Figures, NoteModel, Pack, PackError, Rest, Role, RoleOrigin, Source, Style, StyleVelocity,
};
use crate::music::form::{AIM_NAMES, AIMS_END, Aims};
use crate::music::tokens::{DURATIONS, SOURCES};
use crate::score::{ChordQuality, Family, Meter, Part, TICKS_PER_QUARTER, Tempo};

/// The only format there is so far.
const FORMAT: u64 = 1;
/// More styles than any pack has; the step's inputs grow with them.
const STYLE_LIMIT: usize = 256;
/// Blocks and channels of the recurrent state, far above what a step of a millisecond allows.
const STATE_LIMIT: [usize; 4] = [1, 64, 4, 8192];

#[derive(Deserialize)]
struct Format {
    format: u64,
}

#[derive(Deserialize)]
struct Manifest {
    name: String,
    title: String,
    version: String,
    licence: String,
    vocabulary: Vocabulary,
    vocabulary_sha256: String,
    note_model: Graph,
    originality: Option<IndexEntry>,
    drum_kit: Option<DrumEntry>,
    timbre_model: Option<timbres::Entry>,
    styles: Vec<StyleEntry>,
    provenance: Vec<SourceEntry>,
    figures: FigureEntries,
}

/// Fields in alphabetical order: its hash is that of its JSON without spaces.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
struct Vocabulary {
    chord_qualities: usize,
    durations: Vec<u16>,
    families: usize,
    memories: usize,
    motif_sources: usize,
    parts: usize,
    pitches: usize,
    styles: usize,
    ticks_per_quarter: i64,
    time_classes: usize,
    velocities: usize,
}

#[derive(Deserialize)]
struct Graph {
    file: String,
    sha256: String,
    state: Vec<usize>,
    parameters: u64,
    inputs: BTreeMap<String, Vec<usize>>,
    outputs: BTreeMap<String, Vec<usize>>,
}

#[derive(Deserialize)]
struct StyleEntry {
    name: String,
    title: String,
    velocity: VelocityEntry,
    density: Usual,
    repetition: Usual,
    #[serde(default)]
    rest: RestEntry,
    #[serde(default)]
    aims: AimEntries,
    tempo: f64,
    meter: [u8; 2],
    parts: Vec<RoleEntry>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum VelocityEntry {
    Model,
    Rule,
}

#[derive(Deserialize)]
struct Usual {
    mean: f32,
    std: f32,
}

/// Without it, nothing was measured.
#[derive(Deserialize)]
#[serde(default)]
struct RestEntry {
    density: f32,
    repetition: f32,
    pitch_sharpness: f32,
    density_step: f32,
    hurry: f32,
    excess: f32,
    patience: f32,
    tireless: f32,
}

impl Default for RestEntry {
    fn default() -> Self {
        let rest = Rest::default();
        Self {
            density: rest.density,
            repetition: rest.repetition,
            pitch_sharpness: rest.pitch_sharpness,
            density_step: rest.density_step,
            hurry: rest.hurry,
            excess: rest.excess,
            patience: rest.patience,
            tireless: rest.tireless,
        }
    }
}

/// Quantiles of shares by their names.
type AimEntries = BTreeMap<String, Option<[f32; 5]>>;

#[derive(Deserialize)]
struct RoleEntry {
    family: u8,
    register: f32,
    #[serde(default)]
    added: bool,
}

#[derive(Deserialize)]
struct SourceEntry {
    source: String,
    licence: String,
    tier: String,
    pieces: u64,
    notes: u64,
}

#[derive(Deserialize)]
struct IndexEntry {
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
struct DrumEntry {
    file: String,
    sha256: String,
}

#[derive(Deserialize)]
struct FigureEntries {
    valid_bits: Option<BitEntries>,
    notes_seen: Option<u64>,
}

#[derive(Deserialize)]
struct BitEntries {
    all: f64,
}

/// Names the manifest in errors.
struct Check<'a>(&'a Path);

/// Names of the files beside a manifest.
pub(super) struct Files {
    pub(super) note: String,
    pub(super) timbre: Option<String>,
    /// These with their SHA-256 in hexadecimal.
    pub(super) drums: Option<(String, String)>,
    pub(super) originality: Option<(String, String)>,
}

/// A pack without its files, and what they are.
pub(super) fn parse(bytes: &[u8], path: &Path) -> Result<(Pack, Files), PackError> {
    let check = Check(path);
    let Format { format } = check.json(bytes)?;
    if format != FORMAT {
        return Err(PackError::Format { path: path.into(), found: format, readable: FORMAT });
    }
    let manifest: Manifest = check.json(bytes)?;
    check.that(!manifest.name.is_empty(), "name", "empty", "a name")?;
    let count = manifest.styles.len();
    check.that((1..=STYLE_LIMIT).contains(&count), "styles", count, "a list of 1 to 256 styles")?;
    check.vocabulary(&manifest)?;
    let state = check.graph(&manifest.note_model, count)?;
    let mut names = HashSet::new();
    let mut styles = Vec::with_capacity(count);
    for (index, entry) in manifest.styles.into_iter().enumerate() {
        let field = format!("styles[{index}].name");
        check.that(names.insert(entry.name.clone()), &field, &entry.name, "unique")?;
        styles.push(check.style(entry, &format!("styles[{index}]"))?);
    }
    let timbre_file = manifest.timbre_model.as_ref().map(|entry| entry.file.clone());
    let timbre_model = manifest.timbre_model.map(|entry| check.timbres(entry)).transpose()?;
    let graph = manifest.note_model;
    if let Some(index) = &manifest.originality {
        check.file_name(&index.file, "originality.file")?;
    }
    if let Some(kit) = &manifest.drum_kit {
        check.file_name(&kit.file, "drum_kit.file")?;
    }
    let drums = manifest.drum_kit.map(|it| (it.file, it.sha256.to_ascii_lowercase()));
    let originality = manifest.originality.map(|it| (it.file, it.sha256.to_ascii_lowercase()));
    let pack = Pack {
        name: manifest.name,
        title: manifest.title,
        version: manifest.version,
        licence: manifest.licence,
        styles,
        sources: manifest.provenance.into_iter().map(source).collect(),
        figures: Figures {
            valid_bits: manifest.figures.valid_bits.map(|bits| bits.all),
            notes_seen: manifest.figures.notes_seen,
        },
        note_model: NoteModel {
            graph: Cow::Borrowed(&[]),
            sha256: graph.sha256.to_ascii_lowercase(),
            state,
            parameters: graph.parameters,
        },
        timbre_model,
        drum_kit: None,
        originality: None,
        sha256: String::new(),
    };
    Ok((pack, Files { note: graph.file, timbre: timbre_file, drums, originality }))
}

impl Check<'_> {
    fn json<'b, T: Deserialize<'b>>(&self, bytes: &'b [u8]) -> Result<T, PackError> {
        serde_json::from_slice(bytes)
            .map_err(|source| PackError::Syntax { path: self.0.into(), source })
    }

    fn that(
        &self,
        good: bool,
        field: &str,
        found: impl Display,
        wanted: impl Display,
    ) -> Result<(), PackError> {
        if good { Ok(()) } else { Err(self.wrong(field, found, wanted)) }
    }

    fn wrong(&self, field: &str, found: impl Display, wanted: impl Display) -> PackError {
        PackError::Field {
            path: self.0.into(),
            field: field.into(),
            found: found.to_string(),
            wanted: wanted.to_string(),
        }
    }

    fn vocabulary(&self, manifest: &Manifest) -> Result<(), PackError> {
        let ours = Vocabulary {
            chord_qualities: ChordQuality::COUNT,
            durations: DURATIONS.to_vec(),
            families: Family::COUNT + 2,
            memories: 5,
            motif_sources: SOURCES,
            parts: Part::COUNT,
            pitches: 128,
            styles: manifest.styles.len(),
            ticks_per_quarter: TICKS_PER_QUARTER,
            time_classes: 384,
            velocities: 16,
        };
        let canonical = |it: &Vocabulary| {
            serde_json::to_string(it).expect("numbers and lists of numbers are always JSON")
        };
        let (found, wanted) = (canonical(&manifest.vocabulary), canonical(&ours));
        self.that(found == wanted, "vocabulary", &found, &wanted)?;
        let hash = super::sha256(wanted.as_bytes());
        let found = &manifest.vocabulary_sha256;
        self.that(found.eq_ignore_ascii_case(&hash), "vocabulary_sha256", found, &hash)
    }

    /// The state's shape, if the graph's inputs and outputs are the contract's.
    fn graph(&self, graph: &Graph, styles: usize) -> Result<[usize; 4], PackError> {
        self.file_name(&graph.file, "note_model.file")?;
        let state = <[usize; 4]>::try_from(graph.state.as_slice()).unwrap_or_default();
        let [batch, blocks, rows, channels] = state;
        let legal = batch == STATE_LIMIT[0]
            && (1..=STATE_LIMIT[1]).contains(&blocks)
            && rows == STATE_LIMIT[2]
            && (1..=STATE_LIMIT[3]).contains(&channels);
        let found = format!("{:?}", graph.state);
        self.that(legal, "note_model.state", found, "[1, 1 to 64, 4, 1 to 8192]")?;
        self.shapes("note_model.inputs", &graph.inputs, &inputs(state, styles))?;
        self.shapes("note_model.outputs", &graph.outputs, &outputs(state))?;
        Ok(state)
    }

    fn file_name(&self, file: &str, field: &str) -> Result<(), PackError> {
        let plain = Path::new(file).file_name().is_some_and(|name| name == file);
        self.that(plain, field, file, "the name of a file beside the manifest")
    }

    fn shapes(
        &self,
        field: &str,
        found: &BTreeMap<String, Vec<usize>>,
        wanted: &[(&str, Vec<usize>)],
    ) -> Result<(), PackError> {
        for (name, shape) in wanted {
            let field = format!("{field}.{name}");
            let found = found.get(*name);
            let told = found.map_or("missing".to_owned(), |shape| format!("{shape:?}"));
            self.that(found == Some(shape), &field, told, format!("{shape:?}"))?;
        }
        match found.keys().find(|name| wanted.iter().all(|(known, _)| known != name)) {
            Some(name) => {
                Err(self.wrong(&format!("{field}.{name}"), "there", "known to this version"))
            }
            None => Ok(()),
        }
    }

    fn style(&self, entry: StyleEntry, field: &str) -> Result<Style, PackError> {
        let of = |name: &str| format!("{field}.{name}");
        self.that(!entry.name.is_empty(), &of("name"), "empty", "a name")?;
        let density = self.usual(&entry.density, &of("density"))?;
        let repetition = self.usual(&entry.repetition, &of("repetition"))?;
        let aims = self.aims(&entry.aims, &of("aims"))?;
        let rest = Rest { aims, ..self.rest(&entry.rest, &of("rest"))? };
        let [count, unit] = entry.meter;
        let meter = Meter::new(count, unit).ok_or_else(|| {
            self.wrong(&of("meter"), format!("{count}/{unit}"), "a time signature")
        })?;
        let tempo = Tempo::new(entry.tempo)
            .ok_or_else(|| self.wrong(&of("tempo"), entry.tempo, "10 to 1000"))?;
        let size = entry.parts.len();
        let band = 1..=Part::BAND_SIZE;
        self.that(band.contains(&size), &of("parts"), size, "a list of 1 to 4 parts")?;
        let mut parts = Vec::with_capacity(size);
        for (index, role) in entry.parts.iter().enumerate() {
            parts.push(self.role(role, &of(&format!("parts[{index}]")))?);
        }
        Ok(Style {
            name: entry.name,
            title: entry.title,
            velocity: match entry.velocity {
                VelocityEntry::Model => StyleVelocity::Model,
                VelocityEntry::Rule => StyleVelocity::Rule,
            },
            density,
            repetition,
            rest,
            tempo,
            meter,
            parts,
        })
    }

    fn usual(&self, entry: &Usual, field: &str) -> Result<(f32, f32), PackError> {
        let Usual { mean, std } = *entry;
        let legal = mean.is_finite() && std.is_finite() && std >= 0.0;
        let found = format!("{mean}, {std}");
        self.that(legal, field, found, "a mean and a standard deviation")?;
        Ok((mean, std))
    }

    fn rest(&self, entry: &RestEntry, field: &str) -> Result<Rest, PackError> {
        let RestEntry {
            density,
            repetition,
            pitch_sharpness,
            density_step,
            hurry,
            patience,
            excess,
            tireless,
        } = *entry;
        for (name, found, least, most) in [
            ("density", density, -10.0, 10.0),
            ("repetition", repetition, -10.0, 10.0),
            ("pitch_sharpness", pitch_sharpness, 0.1, 10.0),
            ("density_step", density_step, 0.0, 100.0),
            ("hurry", hurry, 0.0, 10.0),
            ("excess", excess, -5.0, 5.0),
            ("patience", patience, 1.0, 1000.0),
            ("tireless", tireless, 1.0, 1000.0),
        ] {
            let legal = (least..=most).contains(&found);
            self.that(legal, &format!("{field}.{name}"), found, format!("{least} to {most}"))?;
        }
        Ok(Rest {
            density,
            repetition,
            pitch_sharpness,
            density_step,
            hurry,
            patience,
            excess,
            tireless,
            aims: Aims::default(),
        })
    }

    fn aims(&self, entry: &AimEntries, field: &str) -> Result<Aims, PackError> {
        let known = |it: &&String| AIM_NAMES.contains(&it.as_str());
        if let Some(other) = entry.keys().find(|it| !known(it)) {
            return Err(self.wrong(&format!("{field}.{other}"), "there", AIM_NAMES.join(", ")));
        }
        let mut aims = Aims::default();
        for ((aim, name), end) in aims.iter_mut().zip(AIM_NAMES).zip(AIMS_END) {
            *aim = entry.get(name).copied().flatten();
            let ascending = aim
                .is_none_or(|it| it.is_sorted() && it.iter().all(|own| (0.0..=end).contains(own)));
            let found = format!("{:?}", aim.unwrap_or_default());
            let legal = format!("five ascending numbers, 0 to {end}");
            self.that(ascending, &format!("{field}.{name}"), found, legal)?;
        }
        Ok(aims)
    }

    fn role(&self, entry: &RoleEntry, field: &str) -> Result<Role, PackError> {
        let family = Family::new(entry.family)
            .ok_or_else(|| self.wrong(&format!("{field}.family"), entry.family, "0 to 16"))?;
        let legal = (0.0..=127.0).contains(&entry.register);
        self.that(legal, &format!("{field}.register"), entry.register, "0 to 127")?;
        Ok(Role {
            family,
            register: entry.register,
            origin: if entry.added { RoleOrigin::Added } else { RoleOrigin::Heard },
        })
    }
}

/// Name and shape of every input of the note graph.
fn inputs(state: [usize; 4], styles: usize) -> Vec<(&'static str, Vec<usize>)> {
    vec![
        ("event", vec![1, 5]),
        ("position", vec![1, 3]),
        ("family", vec![1, 5]),
        ("context", vec![1, styles + 54 + 2 * (12 + ChordQuality::COUNT)]),
        ("remain", vec![1, 128]),
        ("last", vec![1, 5]),
        ("lookback", vec![1, 5, 5]),
        ("motif", vec![1, 5, SOURCES, 4]),
        ("state", state.to_vec()),
        ("noise", vec![1, 565]),
        ("bias_time", vec![1, 384]),
        ("bias_part", vec![1, 5]),
        ("bias_pitch", vec![1, 5, 128]),
        ("bias_dur", vec![1, 32]),
        ("bias_vel", vec![1, 16]),
        ("sharpness", vec![1, 5]),
        ("min_p", vec![1, 5]),
    ]
}

fn outputs(state: [usize; 4]) -> Vec<(&'static str, Vec<usize>)> {
    vec![("drawn", vec![1, 5]), ("logp", vec![1, 565]), ("state_out", state.to_vec())]
}

fn source(entry: SourceEntry) -> Source {
    Source {
        name: entry.source,
        licence: entry.licence,
        tier: entry.tier,
        pieces: entry.pieces,
        notes: entry.notes,
    }
}
