//! Every file that we write is known for what it is, and others are not.

use super::*;
use crate::files::output::Existing;
use crate::files::{habits, memory, preset, session, state, take};
use crate::music::memory::Memory;

const V2: &str = include_str!("../../../tests/data/states/v2.json");

fn check(path: &Path, expected: Option<FileKind>) {
    assert_eq!(of(path), expected, "{}", path.display());
}

#[test]
fn our_own_files_are_known_by_how_they_begin() {
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name);
    let written = |name: &str, text: &str, kind: Option<FileKind>| {
        std::fs::write(place(name), text).unwrap();
        check(&place(name), kind);
    };
    written("state.json", V2, Some(FileKind::State));
    written("old.json", include_str!("../../../tests/data/states/v1.json"), Some(FileKind::State));
    let state = state::read(V2).unwrap().state;
    written("take.json", &take::write(&state.takes[0]), Some(FileKind::Take));
    written("cut.json", &take::write(&state.takes[0])[..90], Some(FileKind::Take));
    memory::save(&Memory::new(), &place("a.memory"), Existing::Keep).unwrap();
    check(&place("a.memory"), Some(FileKind::Memory));
    preset::save(&preset::PresetFile::default(), folder.path(), Existing::Keep).unwrap();
    check(&place("preset.preset"), Some(FileKind::Preset));
    habits::save(habits::Habits::default(), &place("window.json")).unwrap();
    check(&place("window.json"), Some(FileKind::Habits));
    let session = session::Session {
        meter: crate::score::Meter::COMMON,
        parameters: Default::default(),
        state: state::write(&state),
    };
    let store = session::open(&place("session.json"), session::Begin::New).store.unwrap();
    store.save(&session).unwrap();
    check(&place("session.json"), Some(FileKind::Session));

    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    check(&root.join("models/default"), Some(FileKind::Pack));
    check(&root.join("models/default/manifest.json"), Some(FileKind::Pack));
    check(&root.join("demo/greensleeves.mid"), Some(FileKind::Midi));
    check(&root.join("Cargo.toml"), None);
    check(&root.join("nothing"), None);
    written("song.json", "{\"song\":\"Greensleeves\"}", None);
    written("notes.md", "say \"antiphon\"", None);
    written("empty", "", None);
    assert_eq!(other_than(FileKind::State, &place("state.json")), None);
    assert_eq!(other_than(FileKind::Take, &place("state.json")), Some(FileKind::State));
}
