//! Files that appear whole or not at all: each is written beside its place under another name, and all are renamed at the end.

#[cfg(test)]
mod tests;

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

/// Whether a file that is already there may be replaced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Existing {
    #[default]
    Keep,
    Replace,
}

/// Why outputs were not written. Nothing half-written is left behind.
#[derive(Debug, thiserror::Error)]
pub enum OutputError {
    #[error("write a file: it is there already: {}", path.display())]
    Exists { path: PathBuf },
    #[error("make a folder: {source}: {}", path.display())]
    Folder { path: PathBuf, source: io::Error },
    #[error("write a file: {source}: {}", path.display())]
    Write { path: PathBuf, source: io::Error },
}

/// Outputs that belong together, in one folder. Dropped before `commit`, it leaves the folder as it was.
#[derive(Debug)]
pub struct Outputs {
    folder: PathBuf,
    existing: Existing,
    /// Folders that had to be made, outermost first.
    made: Vec<PathBuf>,
    /// Where each file is, and where it shall be.
    staged: Vec<(PathBuf, PathBuf)>,
    /// What goes when the new files have come.
    obsolete: Vec<PathBuf>,
}

impl Outputs {
    /// Outputs into `folder`, which is made if need be.
    ///
    /// # Errors
    /// If the folder cannot be made.
    pub fn into_folder(folder: &Path, existing: Existing) -> Result<Self, OutputError> {
        let missing: Vec<PathBuf> = folder
            .ancestors()
            .take_while(|path| !path.as_os_str().is_empty() && !path.exists())
            .map(Path::to_owned)
            .collect();
        let mut outputs = Self {
            folder: folder.to_owned(),
            existing,
            made: Vec::new(),
            staged: Vec::new(),
            obsolete: Vec::new(),
        };
        for path in missing.into_iter().rev() {
            fs::create_dir(&path)
                .map_err(|source| OutputError::Folder { path: path.clone(), source })?;
            outputs.made.push(path);
        }
        if !folder.is_dir() {
            let source = io::Error::from(io::ErrorKind::NotADirectory);
            return Err(OutputError::Folder { path: folder.to_owned(), source });
        }
        Ok(outputs)
    }

    /// Refuse now what `commit` would refuse: files of these names that are already there, and a folder that takes no files.
    ///
    /// # Errors
    /// If a file is there and may not be replaced, or the folder cannot be written to.
    pub fn check(&self, names: &[String]) -> Result<(), OutputError> {
        for name in names {
            self.refuse_existing(&self.folder.join(name))?;
        }
        let probe = self.beside("probe");
        File::create_new(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|source| OutputError::Write { path: self.folder.clone(), source })
    }

    /// Write the file `name` beside its place.
    ///
    /// # Errors
    /// If the file may not be replaced or `write` fails, for instance on a full disk.
    pub fn add<E: Into<io::Error>>(
        &mut self,
        name: &str,
        write: impl FnOnce(&mut BufWriter<File>) -> Result<(), E>,
    ) -> Result<(), OutputError> {
        let place = self.folder.join(name);
        self.refuse_existing(&place)?;
        let beside = self.beside(name);
        let failed = |source| OutputError::Write { path: place.clone(), source };
        let file = File::create_new(&beside).map_err(failed)?;
        self.staged.push((beside, place.clone()));
        let mut out = BufWriter::new(file);
        write(&mut out).map_err(|error| failed(error.into()))?;
        out.flush().map_err(failed)
    }

    /// Remove the file `name` of the folder when the new files are in their places, if it is none of them.
    pub fn replace(&mut self, name: &str) {
        let path = self.folder.join(name);
        let is_plain = path.file_name().is_some_and(|own| own == name);
        if self.existing == Existing::Replace && is_plain {
            self.obsolete.push(path);
        }
    }

    /// Put every file in its place, and say where they are.
    ///
    /// # Errors
    /// If a file cannot be renamed; then everything is as it was before.
    pub fn commit(mut self) -> Result<Vec<PathBuf>, OutputError> {
        let staged = std::mem::take(&mut self.staged);
        // Each file in its place, with the name under which what was there before is kept until all are.
        let mut placed: Vec<(PathBuf, Option<PathBuf>)> = Vec::new();
        for (index, (beside, place)) in staged.iter().enumerate() {
            match self.put(beside, place) {
                Ok(before) => placed.push((place.clone(), before)),
                Err(error) => {
                    self.staged = staged[index..].to_vec();
                    for (place, before) in placed.into_iter().rev() {
                        take_back(&place, before.as_deref());
                    }
                    return Err(error);
                }
            }
        }
        self.made.clear();
        let mut places = Vec::new();
        for (place, before) in placed {
            if let Some(before) = before {
                fs::remove_file(before).ok(); // a hidden file more is no loss
            }
            places.push(place);
        }
        for path in self.obsolete.iter().filter(|path| !places.contains(path)) {
            fs::remove_file(path).ok(); // it may be gone already
        }
        Ok(places)
    }

    /// Put one file in its place. Returns where what was there before is kept.
    fn put(&self, beside: &Path, place: &Path) -> Result<Option<PathBuf>, OutputError> {
        self.refuse_existing(place)?;
        let failed = |source| OutputError::Write { path: place.to_owned(), source };
        let mut before = None;
        if place.symlink_metadata().is_ok() {
            let name = place.file_name().unwrap_or_default().to_string_lossy();
            let kept = self.beside(&format!("{name}.before"));
            fs::rename(place, &kept).map_err(failed)?;
            before = Some(kept);
        }
        if let Err(source) = fs::rename(beside, place) {
            if let Some(before) = &before {
                take_back(place, Some(before));
            }
            return Err(failed(source));
        }
        Ok(before)
    }

    fn refuse_existing(&self, place: &Path) -> Result<(), OutputError> {
        let is_there = place.symlink_metadata().is_ok();
        if is_there && (self.existing == Existing::Keep || place.is_dir()) {
            return Err(OutputError::Exists { path: place.to_owned() });
        }
        Ok(())
    }

    /// A name in the same folder, hence on the same disk, that no other process picks.
    fn beside(&self, name: &str) -> PathBuf {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let count = COUNT.fetch_add(1, Ordering::Relaxed);
        self.folder.join(format!(".{name}.{}-{count}.part", std::process::id()))
    }
}

/// Put back what was in `place` before, or leave the place empty. What cannot be put back stays under its other name.
fn take_back(place: &Path, before: Option<&Path>) {
    match before {
        Some(before) => fs::rename(before, place).ok(),
        None => fs::remove_file(place).ok(),
    };
}

impl Drop for Outputs {
    fn drop(&mut self) {
        for (path, _) in &self.staged {
            // What cannot be removed was never there, or is for the musician to see.
            fs::remove_file(path).ok();
        }
        for path in self.made.iter().rev() {
            // A folder that someone has put a file into stays.
            fs::remove_dir(path).ok();
        }
    }
}
