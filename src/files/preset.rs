//! A preset of the musician's own as a file: a name, and the text of each control by its parameter's id, so that it can be read and mended by hand.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::kind::{self, FileKind};
use super::output::{Existing, OutputError, Outputs};

/// What a file says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PresetFile {
    pub name: String,
    /// Texts by the ids of parameters.
    pub values: BTreeMap<String, String>,
    /// Names of timbres by the numbers of the parts that lie on them: places on the map are another pack's others.
    pub timbres: BTreeMap<String, String>,
}

/// Why a file gave no preset, or is still there.
#[derive(Debug, thiserror::Error)]
pub enum PresetError {
    #[error("read a preset: {source}: {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("read a preset: it is {kind}: {}", path.display())]
    OtherKind { path: PathBuf, kind: FileKind },
    #[error("read a preset: it is damaged: {source}: {}", path.display())]
    Damaged { path: PathBuf, source: serde_json::Error },
    #[error("read a preset: it was saved by a newer Antiphon (version {version}): {}", path.display())]
    Newer { path: PathBuf, version: u64 },
    #[error("delete a preset: {source}: {}", path.display())]
    Unremovable { path: PathBuf, source: io::Error },
    #[error("read a preset: it is too large: {}", path.display())]
    TooLarge { path: PathBuf },
}

const VERSION: u64 = 1;
/// Of a file that is read; ours have some two thousand.
const MAX_BYTES: u64 = 1 << 16;
/// What files of presets end in.
const EXTENSION: &str = "preset";

#[derive(Deserialize, Serialize)]
struct Text {
    antiphon_preset: u64,
    name: String,
    #[serde(default)]
    values: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    timbres: BTreeMap<String, String>,
}

/// Read the file at `path`.
///
/// # Errors
/// If it cannot be read or holds no preset.
pub fn open(path: &Path) -> Result<PresetFile, PresetError> {
    let unreadable = |source| PresetError::Unreadable { path: path.to_owned(), source };
    if std::fs::metadata(path).map_err(unreadable)?.len() > MAX_BYTES {
        return Err(PresetError::TooLarge { path: path.to_owned() });
    }
    let bytes = std::fs::read(path).map_err(unreadable)?;
    let damaged = |source| {
        let path = path.to_owned();
        match kind::of_bytes(&bytes).filter(|it| *it != FileKind::Preset) {
            Some(kind) => PresetError::OtherKind { path, kind },
            None => PresetError::Damaged { path, source },
        }
    };
    let text: Text = serde_json::from_slice(&bytes).map_err(damaged)?;
    if text.antiphon_preset > VERSION {
        let version = text.antiphon_preset;
        return Err(PresetError::Newer { path: path.to_owned(), version });
    }
    Ok(PresetFile { name: text.name, values: text.values, timbres: text.timbres })
}

/// Every preset in `folder`, by name, and why others could not be read. A folder that is not there has none.
pub fn all(folder: &Path) -> (Vec<PresetFile>, Vec<PresetError>) {
    let (mut presets, mut errors) = (Vec::new(), Vec::new());
    for path in paths(folder) {
        match open(&path) {
            Ok(preset) => presets.push(preset),
            Err(error) => errors.push(error),
        }
    }
    presets.sort_by_key(|it| it.name.to_lowercase());
    (presets, errors)
}

/// Write the preset into `folder`, under its name.
///
/// # Errors
/// If it is there and may not be replaced, or cannot be written.
pub fn save(preset: &PresetFile, folder: &Path, existing: Existing) -> Result<(), OutputError> {
    let PresetFile { name, values, timbres } = preset.clone();
    let file = file_of(&name);
    let text = Text { antiphon_preset: VERSION, name, values, timbres };
    let text = serde_json::to_string_pretty(&text).expect("texts are always JSON");
    let mut outputs = Outputs::into_folder(folder, existing)?;
    outputs.check(std::slice::from_ref(&file))?;
    outputs.add(&file, |out| out.write_all(format!("{text}\n").as_bytes()))?;
    outputs.commit().map(drop)
}

/// Whether the file in `folder` that the preset `name` would be written to holds the preset `held`.
pub fn is_of(held: &str, name: &str, folder: &Path) -> bool {
    open(&folder.join(file_of(name))).is_ok_and(|it| it.name == held)
}

/// Remove the files in `folder` that hold the preset `name`, but for the one that is called `but`.
///
/// # Errors
/// If one cannot be removed.
pub fn remove(name: &str, folder: &Path, but: Option<&str>) -> Result<(), PresetError> {
    let kept = but.map(|it| folder.join(it));
    for path in paths(folder) {
        let is_kept = kept.as_ref().is_some_and(|it| is_same_file(it, &path));
        if !is_kept && open(&path).is_ok_and(|it| it.name == name) {
            std::fs::remove_file(&path)
                .map_err(|source| PresetError::Unremovable { path: path.clone(), source })?;
        }
    }
    Ok(())
}

/// Whether two paths lead to one file: where the file system takes capitals for small letters, names alone do not tell. Of files that cannot be looked at
/// names that differ in capitals are the same, lest the only copy goes.
fn is_same_file(one: &Path, other: &Path) -> bool {
    let lower = |it: &Path| it.file_name().map(|it| it.to_string_lossy().to_lowercase());
    match (one.canonicalize(), other.canonicalize()) {
        (Ok(one), Ok(other)) => one == other,
        _ => lower(one) == lower(other),
    }
}

/// What the file of the preset `name` is called.
pub fn file_of(name: &str) -> String {
    format!("{}.{EXTENSION}", file_name(name))
}

/// The files of presets in `folder`.
fn paths(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().filter_map(Result::ok);
    let mut paths: Vec<PathBuf> = entries.map(|it| it.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|it| it == EXTENSION));
    paths.sort();
    paths
}

/// The name without what some system refuses in names of files.
fn file_name(name: &str) -> String {
    let plain =
        |sign: char| if sign.is_alphanumeric() || " -_'".contains(sign) { sign } else { '_' };
    let name: String = name.trim().chars().map(plain).take(80).collect();
    if name.is_empty() { String::from("preset") } else { name }
}

#[cfg(test)]
mod tests {
    use super::{PresetError, PresetFile, all, is_of, is_same_file, remove, save};
    use crate::files::output::Existing;
    use std::path::Path;

    #[test]
    fn the_file_that_is_to_stay_stays_however_it_is_called() {
        let folder = tempfile::tempdir().unwrap();
        let preset = |name: &str| PresetFile { name: String::from(name), ..PresetFile::default() };
        save(&preset("Evening"), folder.path(), Existing::Keep).unwrap();
        let friend = folder.path().join("from a friend.preset");
        std::fs::copy(folder.path().join("Evening.preset"), &friend).unwrap();
        remove("Evening", folder.path(), Some("./Evening.preset")).unwrap();
        assert!(!friend.exists());
        assert_eq!(all(folder.path()).0, [preset("Evening")]);
        // Where neither can be looked at.
        let [one, other] = ["gone/Evening.preset", "gone/evening.preset"].map(Path::new);
        assert!(is_same_file(one, other) && !is_same_file(one, Path::new("gone/Night.preset")));
        save(&preset("night/day"), folder.path(), Existing::Keep).unwrap();
        let held = ["night/day", "night_day"].map(|it| is_of(it, "night_day", folder.path()));
        assert_eq!(held, [true, false]);
        assert!(!is_of("Evening", "Night", folder.path()));
    }

    #[test]
    fn presets_come_back_by_name_and_others_are_told() {
        let folder = tempfile::tempdir().unwrap();
        let preset = |name: &str| PresetFile {
            name: String::from(name),
            values: [(String::from("temp"), String::from("1.10"))].into(),
            timbres: [(String::from("2"), String::from("oboe"))].into(),
        };
        assert!(all(&folder.path().join("none")).0.is_empty());
        for name in ["night/day", "Evening"] {
            save(&preset(name), folder.path(), Existing::Keep).unwrap();
        }
        assert!(save(&preset("Evening"), folder.path(), Existing::Keep).is_err());
        save(&preset("Evening"), folder.path(), Existing::Replace).unwrap();
        std::fs::write(folder.path().join("a.preset"), "nothing").unwrap();
        let newer = r#"{"antiphon_preset": 9, "name": "Later"}"#;
        std::fs::write(folder.path().join("b.preset"), newer).unwrap();
        std::fs::write(folder.path().join("notes.txt"), "no preset").unwrap();
        let (presets, errors) = all(folder.path());
        assert_eq!(presets, [preset("Evening"), preset("night/day")]);
        let [PresetError::Damaged { .. }, PresetError::Newer { version: 9, .. }] = &errors[..]
        else {
            panic!("{errors:?}");
        };
    }
}
