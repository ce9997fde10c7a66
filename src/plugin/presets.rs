//! The presets of one instance: ours, then the musician's own from the data folder.

mod sounds;

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use nice_plug::prelude::Params;

use crate::files::output::{Existing, OutputError};
use crate::files::preset::{self, PresetFile};
use crate::gui::{PresetsView, is_same_name};
use crate::params::{Control, Controls, FACTORY, Preset};

use super::song::embedded;

/// As the editor offers them, in this order.
#[derive(Debug, Default)]
pub(super) struct Presets {
    all: Vec<Preset>,
    /// How many of `all` are ours; the musician's follow.
    factory: usize,
    folder: Option<PathBuf>,
    /// What each is, in their order.
    about: Vec<String>,
}

impl Presets {
    /// Those of ours and those in `folder`, and what could not be read there or found in the pack.
    pub(super) fn read(controls: &Controls, folder: Option<PathBuf>) -> (Self, Vec<String>) {
        let pack = embedded();
        let mut missing = Vec::new();
        let ours = FACTORY.iter().map(|it| {
            let (preset, lost) = sounds::ours(*it, controls, pack);
            missing.extend(lost.told(&preset.name, "its family's own is heard"));
            preset
        });
        let mut all: Vec<Preset> = ours.collect();
        let factory = all.len();
        let (own, errors) = folder.as_deref().map(preset::all).unwrap_or_default();
        let ids = ids(controls);
        all.extend(own.iter().map(|file| {
            let mut preset = Preset::of_texts(&file.name, controls, |control| {
                file.values.get(&ids[control.place()]).map(String::as_str)
            });
            let lost = sounds::find(&mut preset, &file.timbres, pack);
            let instead =
                "what lies at its place on the map is heard: choose another and replace the preset";
            missing.extend(lost.told(&file.name, instead));
            preset
        }));
        let errors = errors.iter().map(ToString::to_string).chain(missing).collect();
        let mut presets = Self { all, factory, folder, about: Vec::new() };
        presets.describe(controls);
        (presets, errors)
    }

    pub(super) fn named(&self, name: &str) -> Option<&Preset> {
        // The musician's own come first where a name is both.
        self.all.iter().rev().find(|it| it.name == name)
    }

    /// The one `by` places further, round and round; the first where `name` is none of them.
    pub(super) fn beside(&self, name: Option<&str>, by: isize) -> Option<&Preset> {
        let place = name.and_then(|name| self.all.iter().rposition(|it| it.name == name));
        let count = isize::try_from(self.all.len()).ok().filter(|it| *it > 0)?;
        let next = match place {
            Some(place) => (isize::try_from(place).ok()? + by).rem_euclid(count),
            None => 0,
        };
        self.all.get(usize::try_from(next).ok()?)
    }

    /// Those whose names differ from this one in upper and lower case at most.
    fn like<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Preset> {
        self.all.iter().filter(move |it| is_same_name(&it.name, name))
    }

    /// Keep what is set now as a preset of the musician's own.
    ///
    /// # Errors
    /// If it cannot be written, or has the name of another.
    pub(super) fn save(&mut self, name: &str, controls: &Controls) -> Result<(), String> {
        let name = name.trim();
        if let Some(other) = self.like(name).next() {
            return Err(format!("keep a preset: there is one of the name {}", other.name));
        }
        self.write(Preset::now(name, controls), controls, None)
    }

    /// Keep what is set now in the place of a preset of the musician's own.
    ///
    /// # Errors
    /// If there is none of the name, or it cannot be written.
    pub(super) fn replace(&mut self, name: &str, controls: &Controls) -> Result<(), String> {
        let place = self.own("replace", name)?;
        let before = self.all.remove(place);
        let written = self.write(Preset::now(name.trim(), controls), controls, Some(name.trim()));
        if written.is_err() {
            self.all.insert(place, before);
        }
        written
    }

    /// Give a preset of the musician's own another name.
    ///
    /// # Errors
    /// If there is none, or one of the other name, or the file cannot be written.
    pub(super) fn rename(
        &mut self,
        from: &str,
        to: &str,
        controls: &Controls,
    ) -> Result<(), String> {
        let (place, to) = (self.own("rename", from)?, to.trim());
        if to == from.trim() {
            return Ok(());
        }
        if let Some(other) = self.like(to).find(|it| it.name != from.trim()) {
            return Err(format!("rename a preset: there is one of the name {}", other.name));
        }
        let preset = Preset { name: String::from(to), ..self.all[place].clone() };
        self.write(preset, controls, Some(from.trim()))?;
        self.delete(from)
    }

    /// Remove a preset of the musician's own, and its file.
    ///
    /// # Errors
    /// If there is none, or the file cannot be removed.
    pub(super) fn delete(&mut self, name: &str) -> Result<(), String> {
        let place = self.own("delete", name)?;
        let folder = self.folder("delete")?;
        preset::remove(name.trim(), &folder, None).map_err(|error| error.to_string())?;
        self.all.remove(place);
        self.about.remove(place);
        Ok(())
    }

    fn describe(&mut self, controls: &Controls) {
        let about = self.all.iter().map(|it| sounds::about(controls, it, embedded()));
        self.about = about.collect();
    }

    /// Where in `all` the musician's own of this name is.
    fn own(&self, attempt: &str, name: &str) -> Result<usize, String> {
        let own = self.all.iter().skip(self.factory).position(|it| it.name == name.trim());
        own.map(|place| self.factory + place)
            .ok_or_else(|| format!("{attempt} a preset: none of your own has the name {name}"))
    }

    fn folder(&self, attempt: &str) -> Result<PathBuf, String> {
        let folder = self.folder.clone();
        folder.ok_or_else(|| format!("{attempt} a preset: the system names no home folder"))
    }

    /// Write a preset and add it to the list, in the place of a file that holds the preset `before`.
    fn write(
        &mut self,
        preset: Preset,
        controls: &Controls,
        before: Option<&str>,
    ) -> Result<(), String> {
        let folder = self.folder("keep")?;
        // Names that are not alike can be those of one file, which is another preset's then.
        let is_before = before.is_some_and(|it| preset::is_of(it, &preset.name, &folder));
        let existing = if is_before { Existing::Replace } else { Existing::Keep };
        let ids = ids(controls);
        let text = |(control, value): &(Control, f32)| {
            (ids[control.place()].clone(), controls.get(*control).text(*value))
        };
        let values = preset.values.iter().map(text).collect();
        let timbres = sounds::names(&preset, embedded());
        let file = PresetFile { name: preset.name.clone(), values, timbres };
        preset::save(&file, &folder, existing).map_err(|error| match error {
            OutputError::Exists { path } => {
                format!("keep a preset: another has the file of this name: {}", path.display())
            }
            other => other.to_string(),
        })?;
        if before.is_some() {
            // One that was brought here under another file name would come back.
            let kept = preset::file_of(&preset.name);
            preset::remove(&preset.name, &folder, Some(&kept)).map_err(|it| it.to_string())?;
        }
        self.all.push(preset);
        self.all[self.factory..].sort_by_key(|it| it.name.to_lowercase());
        self.describe(controls);
        Ok(())
    }

    /// What the editor shows where the preset `name` was chosen last.
    pub(super) fn view(&self, name: Option<&str>, controls: &Controls) -> PresetsView {
        let chosen = name.and_then(|name| self.named(name));
        PresetsView {
            name: name.map(String::from),
            is_modified: chosen.is_some_and(|it| it.changes(controls).next().is_some()),
            is_gone: name.is_some() && chosen.is_none(),
            factory: self.all[..self.factory].iter().map(|it| it.name.clone()).collect(),
            own: self.all[self.factory..].iter().map(|it| it.name.clone()).collect(),
            about: self.about.clone(),
            ..PresetsView::default()
        }
    }
}

/// The parameters' ids, by the controls' places.
fn ids(controls: &Controls) -> Vec<String> {
    controls.param_map().into_iter().map(|(id, _, _)| id).collect()
}
