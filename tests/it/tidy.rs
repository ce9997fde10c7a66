//! House rules that the compiler does not check.

use std::fs;
use std::path::{Path, PathBuf};

/// Which of our modules, and which outside crates, each room may name. Rows are in layer order: a row may only name rooms of rows
/// above it. The longest row that fits a file's module path governs it.
const LAYERS: &[Layer] = &[
    Layer { name: "score", inside: &[], outside: &[] },
    // How like two names are is counted by the crate that the command line's parser brings along.
    Layer { name: "score::nearest", inside: &[], outside: &["strsim"] },
    Layer { name: "music", inside: &["score"], outside: &[] },
    // The picture of what sounds is worked out from its spectrum.
    Layer { name: "music::spectrum", inside: &["score"], outside: &["realfft"] },
    Layer {
        name: "pack",
        inside: &["score", "music"],
        outside: &["serde", "serde_json", "sha2", "thiserror"],
    },
    Layer {
        name: "files",
        inside: &["score", "music"],
        outside: &["midly", "hound", "flacenc", "serde", "serde_json", "thiserror"],
    },
    Layer {
        name: "infer",
        inside: &["score", "music", "pack"],
        outside: &["ort", "ort_sys", "tract_onnx", "libloading", "sha2", "thiserror"],
    },
    Layer {
        name: "engine",
        inside: &["score", "music", "infer"],
        outside: &["crossbeam", "atomic_float", "thread_priority"],
    },
    // The audio thread owns the planner: it alone knows the settings in force at a cutoff. It chooses what parts that follow play, since
    // they must sound in the same block.
    Layer {
        name: "engine::audio",
        inside: &[
            "score",
            "music::planner",
            "music::keys",
            "music::harmony",
            "music::follow",
            "engine::link",
            "engine::clock",
        ],
        outside: &["realfft"],
    },
    // What both the command line and the plugin write beside a bounce.
    Layer {
        name: "report",
        inside: &["score", "music", "infer", "engine"],
        outside: &["serde", "serde_json", "sha2"],
    },
    Layer { name: "params", inside: &["score"], outside: &["nice_plug"] },
    Layer {
        name: "gui",
        inside: &["score", "engine::control", "engine::link", "params"],
        outside: &["egui", "nice_plug", "nice_plug_egui"],
    },
    Layer {
        name: "cli",
        inside: &["score", "music", "pack", "files", "infer", "engine", "report"],
        outside: &["clap", "anyhow", "indicatif", "serde", "serde_json", "sha2"],
    },
    Layer {
        name: "plugin",
        inside: &["score", "music", "pack", "files", "infer", "engine", "report", "params", "gui"],
        outside: &[
            "nice_plug",
            "nice_plug_egui",
            "clap_sys",
            "atomic_float",
            "libloading",
            "rfd",
            "x11rb",
        ],
    },
    Layer {
        name: "standalone",
        inside: &["score", "plugin"],
        outside: &["nice_plug", "cpal", "midir", "jack", "alsa", "ctrlc", "clap", "thiserror"],
    },
];

/// Words that never appear in code under `engine/audio`, tests apart.
const NOT_IN_REAL_TIME: &[&str] = &[
    "Mutex",
    "RwLock",
    "Condvar",
    "std::fs",
    "std::io",
    "std::thread",
    "std::time",
    "format!",
    "println!",
    "Box::new",
    ".to_vec()",
    ".to_owned()",
    ".collect()",
];

/// Functions in which the audio rooms may allocate: the makers.
const MAY_ALLOCATE: &[&str] = &["fn new(", "fn prepare("];

struct Layer {
    name: &'static str,
    inside: &'static [&'static str],
    outside: &'static [&'static str],
}

#[test]
fn arrows_point_one_way() {
    for (row, layer) in LAYERS.iter().enumerate() {
        for lower in layer.inside {
            let above = LAYERS[..row].iter().any(|it| reaches(it.name, lower));
            assert!(
                above,
                "{} may not import {lower}: it is not above it in the table",
                layer.name
            );
        }
    }
    let mut offences = Vec::new();
    for (path, text) in sources("src").into_iter().filter(|it| !is_test(&it.0)) {
        let Some(layer) = governing_row(&module_path(&path)) else { continue };
        for (number, line) in text.lines().enumerate() {
            if let Some(offence) = offence(line, layer) {
                offences.push(format!(
                    "{}:{}: {} may not name {offence}",
                    path.display(),
                    number + 1,
                    layer.name
                ));
            }
        }
    }
    check_none(&offences);
}

#[test]
fn every_room_has_a_row() {
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    for line in lib.lines() {
        let Some(name) = line.trim_start_matches("pub ").strip_prefix("mod ") else { continue };
        let name = name.trim_end_matches(';');
        assert!(LAYERS.iter().any(|it| it.name == name), "{name} has no row in LAYERS");
    }
}

#[test]
fn files_say_what_they_hold_and_stay_short() {
    let mut offences = Vec::new();
    for (path, text) in ["src", "tests/it", "tests/hosts/src", "xtask/src", "benches"]
        .map(sources)
        .into_iter()
        .flatten()
    {
        if !text.starts_with("//! ") {
            offences.push(format!("{}: no first-line summary", path.display()));
        }
        let lines = text.lines().count();
        if lines > 500 {
            offences.push(format!("{}: {lines} lines; split it", path.display()));
        }
    }
    check_none(&offences);
}

#[test]
fn the_audio_rooms_stay_real_time() {
    let mut offences = Vec::new();
    for (path, text) in sources("src/engine/audio").into_iter().filter(|it| !is_test(&it.0)) {
        let mut may_allocate = false;
        for (number, line) in text.lines().enumerate() {
            if line.starts_with("#[cfg(test)]")
                && text.lines().nth(number + 1).is_some_and(|it| it.ends_with('{'))
            {
                break;
            }
            if line.trim_start().starts_with("fn ") || line.contains(" fn ") {
                may_allocate = MAY_ALLOCATE.iter().any(|it| line.contains(it));
            }
            let code = line.split("//").next().unwrap_or_default();
            for word in NOT_IN_REAL_TIME {
                let allowed =
                    may_allocate && matches!(*word, "Box::new" | ".to_vec()" | ".collect()");
                if !allowed && code.contains(word) {
                    offences.push(format!("{}:{}: {word}", path.display(), number + 1));
                }
            }
        }
    }
    check_none(&offences);
}

#[test]
fn no_work_is_left_in_comments() {
    let words = ["TO".to_owned() + "DO", "FIX".to_owned() + "ME", "XX".to_owned() + "X"];
    for (path, text) in
        sources("src").into_iter().chain(sources("tests")).chain(sources("xtask/src"))
    {
        for word in &words {
            assert!(
                !text.contains(word.as_str()),
                "{}: {word}; open work is an issue",
                path.display()
            );
        }
    }
}

#[test]
fn paths_in_the_architecture_exist() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let starts = ["src/", "tests/", "training", "xtask", "models"];
    let paths = text
        .split('`')
        .skip(1)
        .step_by(2)
        .filter(|it| starts.iter().any(|start| it.starts_with(start)));
    let mut seen = 0;
    for path in paths {
        assert!(root().join(path).exists(), "ARCHITECTURE.md names {path}, which is gone");
        seen += 1;
    }
    assert!(seen > 20, "ARCHITECTURE.md names only {seen} paths");
}

fn check_none(offences: &[String]) {
    assert!(offences.is_empty(), "{}", offences.join("\n"));
}

/// Whether the file is compiled for tests alone.
fn is_test(file: &Path) -> bool {
    ["tests.rs", "fixtures.rs"].iter().any(|it| file.ends_with(it))
        || file.iter().any(|it| it == "tests")
}

/// The first path on `line` that `layer` has no right to.
fn offence<'a>(line: &'a str, layer: &Layer) -> Option<&'a str> {
    let code = line.split("//").next().unwrap_or_default();
    for rest in code.split("crate::").skip(1) {
        let path = path_prefix(rest);
        let allowed = layer.inside.iter().chain([&layer.name]).any(|it| reaches(it, path));
        if !allowed && !path.is_empty() {
            return Some(path);
        }
    }
    let head = first_word(code.trim_start().trim_start_matches("pub ").strip_prefix("use ")?);
    let foreign = LAYERS.iter().flat_map(|it| it.outside).any(|it| *it == head);
    (foreign && !layer.outside.contains(&head)).then_some(head)
}

/// Whether `path` is `ancestor` or something inside it.
fn reaches(ancestor: &str, path: &str) -> bool {
    path.strip_prefix(ancestor).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
}

fn governing_row(module: &str) -> Option<&'static Layer> {
    LAYERS.iter().filter(|it| reaches(it.name, module)).max_by_key(|it| it.name.len())
}

/// `src/engine/audio/voice.rs` is `engine::audio::voice`.
fn module_path(file: &Path) -> String {
    let inside = file.strip_prefix(root().join("src")).unwrap().with_extension("");
    let parts: Vec<_> = inside.iter().map(|it| it.to_string_lossy()).collect();
    parts.join("::")
}

fn path_prefix(text: &str) -> &str {
    let end =
        text.find(|it: char| !it.is_alphanumeric() && it != '_' && it != ':').unwrap_or(text.len());
    text[..end].trim_end_matches("::")
}

fn first_word(text: &str) -> &str {
    let end = text.find(|it: char| !it.is_alphanumeric() && it != '_').unwrap_or(text.len());
    &text[..end]
}

/// Every Rust file below `folder`, with its text.
fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|it| it == "rs") {
                let text = fs::read_to_string(&path).unwrap();
                found.push((path, text));
            }
        }
    }
    found.sort();
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}
