//! What the musician is used to in every song: the window's tone, and that the first steps are known. A file in the folder where the system keeps such things.

use std::path::PathBuf;

use crate::files::habits;
pub(super) use crate::files::habits::Habits;

impl Habits {
    /// As the file says; without one nothing is known yet. Where the system names no folder for it, the first steps are not shown, since they would come
    /// for ever.
    pub(super) fn read() -> Self {
        match file() {
            Some(file) => habits::open(&file),
            None => Self { knows_first_steps: true, ..Self::default() },
        }
    }

    /// # Errors
    /// If the file cannot be written.
    pub(super) fn write(self) -> Result<(), String> {
        let Some(file) = file() else { return Ok(()) };
        habits::save(self, &file).map_err(|error| format!("keep how the window looks: {error}"))
    }
}

fn file() -> Option<PathBuf> {
    folder().map(|it| it.join("window.json"))
}

/// Where such files lie, if the system names a place.
pub(super) fn folder() -> Option<PathBuf> {
    let named = |name: &str| std::env::var_os(name).filter(|it| !it.is_empty()).map(PathBuf::from);
    let home = || std::env::home_dir().filter(|it| !it.as_os_str().is_empty());
    let folder = if cfg!(target_os = "windows") {
        named("APPDATA")
    } else if cfg!(target_os = "macos") {
        home().map(|it| it.join("Library").join("Application Support"))
    } else {
        named("XDG_CONFIG_HOME").or_else(|| home().map(|it| it.join(".config")))
    };
    folder.map(|it| it.join("Antiphon"))
}
