//! The timbres as they stand in the manifest.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashSet};

use serde::Deserialize;

use super::Check;
use crate::pack::shape::{COLUMNS, STATICS};
use crate::pack::{Nature, PackError, Players, Timbre, TimbreModel};
use crate::score::timbre::TABLE_FRAMES;
use crate::score::{Family, MapPoint};

/// Far more values than any latent has.
const LATENT_LIMIT: usize = 256;
const TIMBRE_LIMIT: usize = 4096;
/// Latents lie about as far from the middle as a normal variable does.
const FARTHEST: f32 = 100.0;

#[derive(Deserialize)]
pub(super) struct Entry {
    pub(super) file: String,
    sha256: String,
    parameters: u64,
    latent: usize,
    inputs: BTreeMap<String, Vec<usize>>,
    outputs: BTreeMap<String, Vec<usize>>,
    /// A timbre's name for each family.
    families: Vec<Option<String>>,
    timbres: Vec<TimbreEntry>,
}

#[derive(Deserialize)]
struct TimbreEntry {
    name: String,
    title: String,
    family: u8,
    program: Option<u8>,
    nature: NatureEntry,
    #[serde(default)]
    section: bool,
    /// Shares of the map's width and height.
    #[serde(default)]
    place: Option<[f32; 2]>,
    range: Option<[u8; 2]>,
    latent: Vec<f32>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum NatureEntry {
    Struck,
    Held,
}

impl Check<'_> {
    /// The timbre model without its graph.
    pub(super) fn timbres(&self, entry: Entry) -> Result<TimbreModel, PackError> {
        self.file_name(&entry.file, "timbre_model.file")?;
        let latent = entry.latent;
        let legal = (1..=LATENT_LIMIT).contains(&latent);
        self.that(legal, "timbre_model.latent", latent, "1 to 256")?;
        let inputs = [("latent", vec![1, latent]), ("pitch", vec![1, 1]), ("velocity", vec![1, 1])];
        let outputs = [("frames", vec![1, TABLE_FRAMES, COLUMNS]), ("statics", vec![1, STATICS])];
        self.shapes("timbre_model.inputs", &entry.inputs, &inputs)?;
        self.shapes("timbre_model.outputs", &entry.outputs, &outputs)?;
        let count = entry.timbres.len();
        let legal = (1..=TIMBRE_LIMIT).contains(&count);
        self.that(legal, "timbre_model.timbres", count, "a list of 1 to 4096 timbres")?;
        let mut names = HashSet::new();
        let mut timbres = Vec::with_capacity(count);
        for (index, timbre) in entry.timbres.into_iter().enumerate() {
            let field = format!("timbre_model.timbres[{index}]");
            let is_new = names.insert(timbre.name.clone()) && !timbre.name.is_empty();
            self.that(is_new, &format!("{field}.name"), &timbre.name, "a name of its own")?;
            timbres.push(self.timbre(timbre, latent, &field)?);
        }
        self.map(&timbres)?;
        Ok(TimbreModel {
            graph: Cow::Borrowed(&[]),
            sha256: entry.sha256.to_ascii_lowercase(),
            parameters: entry.parameters,
            latent,
            families: self.of_families(&entry.families, &timbres)?,
            timbres,
        })
    }

    /// Every timbre has a place of its own on the map, or there is none.
    fn map(&self, timbres: &[Timbre]) -> Result<(), PackError> {
        let mut places = HashSet::new();
        let has_map = timbres.iter().any(|timbre| timbre.place.is_some());
        for (index, timbre) in timbres.iter().enumerate().filter(|_| has_map) {
            let is_own = timbre.place.is_some_and(|place| places.insert(place));
            let field = format!("timbre_model.timbres[{index}].place");
            let found = format!("{:?}", timbre.place.map(MapPoint::shares));
            let wanted = "a place of its own, as `python -m training.timbre.map` gives to each";
            self.that(is_own, &field, found, wanted)?;
        }
        Ok(())
    }

    fn timbre(&self, entry: TimbreEntry, latent: usize, field: &str) -> Result<Timbre, PackError> {
        let family = Family::new(entry.family)
            .ok_or_else(|| self.wrong(&format!("{field}.family"), entry.family, "0 to 16"))?;
        let legal = entry.program.is_none_or(|program| program < 128);
        let found = format!("{:?}", entry.program);
        self.that(legal, &format!("{field}.program"), found, "0 to 127")?;
        let legal = entry.latent.len() == latent
            && entry.latent.iter().all(|it| it.is_finite() && it.abs() <= FARTHEST);
        let found = format!("{:?}", entry.latent);
        self.that(legal, &format!("{field}.latent"), found, format!("{latent} numbers"))?;
        let legal = entry.place.is_none_or(|it| it.iter().all(|it| (0.0..=1.0).contains(it)));
        let found = format!("{:?}", entry.place);
        self.that(legal, &format!("{field}.place"), found, "two numbers from 0 to 1")?;
        let legal = entry.range.is_none_or(|[low, high]| low <= high && high < 128);
        let found = format!("{:?}", entry.range);
        self.that(legal, &format!("{field}.range"), found, "two MIDI keys, the lower one first")?;
        Ok(Timbre {
            place: entry.place.map(|[x, y]| MapPoint::of_shares(x, y)),
            name: entry.name,
            title: entry.title,
            family,
            program: entry.program,
            nature: match entry.nature {
                NatureEntry::Struck => Nature::Struck,
                NatureEntry::Held => Nature::Held,
            },
            players: if entry.section { Players::Section } else { Players::One },
            range: entry.range.map(|[low, high]| (low, high)),
            latent: entry.latent,
        })
    }

    fn of_families(
        &self,
        entries: &[Option<String>],
        timbres: &[Timbre],
    ) -> Result<[Option<usize>; Family::COUNT], PackError> {
        let field = "timbre_model.families";
        let fits = entries.len() == Family::COUNT;
        self.that(fits, field, entries.len(), "a list of 17 names or nulls")?;
        let mut families = [None; Family::COUNT];
        for (place, name) in families.iter_mut().zip(entries) {
            let Some(name) = name else { continue };
            let found = timbres.iter().position(|timbre| timbre.name == *name);
            *place = Some(found.ok_or_else(|| self.wrong(field, name, "names of timbres"))?);
        }
        Ok(families)
    }
}
