//! The presets of one instance: ours, then the musician's own from the data folder.

#[cfg(test)]
mod tests;

use std::path::PathBuf;

use nice_plug::prelude::Params;

use crate::files::output::{Existing, OutputError};
use crate::files::preset::{self, PresetFile};
use crate::gui::PresetsView;
use crate::params::{Control, Controls, FACTORY, Preset};

/// As the editor offers them, in this order.
#[derive(Debug, Default)]
pub(super) struct Presets {
    all: Vec<Preset>,
    /// How many of `all` are ours; the musician's follow.
    factory: usize,
    folder: Option<PathBuf>,
}

impl Presets {
    /// Those of ours and those in `folder`, and what could not be read there.
    pub(super) fn read(controls: &Controls, folder: Option<PathBuf>) -> (Self, Vec<String>) {
        let mut all: Vec<Preset> = FACTORY.iter().map(|it| it.preset(controls)).collect();
        let factory = all.len();
        let (own, errors) = folder.as_deref().map(preset::all).unwrap_or_default();
        let ids = ids(controls);
        all.extend(own.iter().map(|file| {
            Preset::of_texts(&file.name, controls, |control| {
                file.values.get(&ids[control.place()]).map(String::as_str)
            })
        }));
        let errors = errors.iter().map(ToString::to_string).collect();
        (Self { all, factory, folder }, errors)
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

    /// Keep what is set now as a preset of the musician's own.
    ///
    /// # Errors
    /// If it cannot be written, or has the name of another.
    pub(super) fn save(&mut self, name: &str, controls: &Controls) -> Result<(), String> {
        let name = name.trim();
        if self.named(name).is_some() {
            return Err(format!("keep a preset: there is one of the name {name}"));
        }
        let folder = self.folder.clone();
        let folder =
            folder.ok_or_else(|| String::from("keep a preset: the system names no home folder"))?;
        let preset = Preset::now(name, controls);
        let ids = ids(controls);
        let text = |(control, value): &(Control, f32)| {
            (ids[control.place()].clone(), controls.get(*control).text(*value))
        };
        let values = preset.values.iter().map(text).collect();
        let file = PresetFile { name: String::from(name), values };
        preset::save(&file, &folder, Existing::Keep).map_err(|error| match error {
            OutputError::Exists { path } => {
                format!("keep a preset: there is a file of this name: {}", path.display())
            }
            other => other.to_string(),
        })?;
        self.all.push(preset);
        self.all[self.factory..].sort_by_key(|it| it.name.to_lowercase());
        Ok(())
    }

    /// What the editor shows where the preset `name` was chosen last.
    pub(super) fn view(&self, name: Option<&str>, controls: &Controls) -> PresetsView {
        let chosen = name.and_then(|name| self.named(name));
        PresetsView {
            name: name.map(String::from),
            is_modified: chosen.is_some_and(|it| it.changes(controls).next().is_some()),
            factory: self.all[..self.factory].iter().map(|it| it.name.clone()).collect(),
            own: self.all[self.factory..].iter().map(|it| it.name.clone()).collect(),
            ..PresetsView::default()
        }
    }
}

/// The parameters' ids, by the controls' places.
fn ids(controls: &Controls) -> Vec<String> {
    controls.param_map().into_iter().map(|(id, _, _)| id).collect()
}
