//! What a musician is used to, in every song, as a small file.

use std::io::Write;
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::output::{Existing, OutputError, Outputs};

/// Of the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    pub is_light: bool,
    /// The hints for the first time have been put away.
    pub knows_first_steps: bool,
}

#[derive(Default, Deserialize, Serialize)]
#[serde(default)]
struct Text {
    light: bool,
    first_steps_known: bool,
}

/// Read the file at `path`; one that is not there or damaged says nothing.
pub fn open(path: &Path) -> Habits {
    let bytes = std::fs::read(path).unwrap_or_default();
    let text: Text = serde_json::from_slice(&bytes).unwrap_or_default();
    Habits { is_light: text.light, knows_first_steps: text.first_steps_known }
}

/// Write the file at `path`, in place of the one that is there.
///
/// # Errors
/// If it cannot be written.
pub fn save(habits: Habits, path: &Path) -> Result<(), OutputError> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let name = path.file_name().map(|it| it.to_string_lossy().into_owned()).unwrap_or_default();
    let text = Text { light: habits.is_light, first_steps_known: habits.knows_first_steps };
    let text = serde_json::to_string(&text).expect("two switches are always JSON");
    let mut outputs = Outputs::into_folder(folder, Existing::Replace)?;
    outputs.add(&name, |out| out.write_all(text.as_bytes()))?;
    outputs.commit().map(drop)
}

#[cfg(test)]
mod tests {
    use super::{Habits, open, save};

    #[test]
    fn habits_come_back_and_a_damaged_file_says_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("Antiphon").join("window.json");
        assert_eq!(open(&file), Habits::default());
        for is_light in [true, false] {
            let habits = Habits { is_light, knows_first_steps: true };
            save(habits, &file).unwrap();
            assert_eq!(open(&file), habits);
        }
        std::fs::write(&file, "no habits").unwrap();
        assert_eq!(open(&file), Habits::default());
    }
}
