//! The toy pack opens; damaged ones are refused, by file and field.

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde_json::Value;

use super::*;

const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/toy-pack");

fn manifest() -> Vec<u8> {
    std::fs::read(Path::new(TOY).join(MANIFEST)).unwrap()
}

fn read(manifest: &[u8]) -> Result<Pack, PackError> {
    let graph = std::fs::read(Path::new(TOY).join("note.onnx")).unwrap();
    Pack::read(manifest, Path::new("pack"), |_| Ok(Cow::Owned(graph.clone())))
}

/// What is said of the toy pack with `pointer` set to `value` in its manifest.
fn complaint(pointer: &str, value: Value) -> String {
    let mut json: Value = serde_json::from_slice(&manifest()).unwrap();
    *json.pointer_mut(pointer).unwrap() = value;
    let error = read(&serde_json::to_vec(&json).unwrap()).expect_err(pointer);
    error.to_string()
}

#[test]
fn the_toy_pack_opens() {
    let pack = Pack::open(Path::new(TOY)).unwrap();
    assert_eq!((pack.name.as_str(), pack.title.as_str()), ("toy", "Toy"));
    assert_eq!(pack.note_model.state, [1, 1, 4, 16]);
    assert_eq!(pack.styles.len(), 26);
    let celtic = pack.styles.iter().find(|style| style.name == "folk_celtic").unwrap();
    assert_eq!(celtic.meter, Meter::new(6, 8).unwrap());
    assert_eq!(celtic.velocity, StyleVelocity::Rule);
    assert_eq!(celtic.parts[0].origin, RoleOrigin::Heard);
    assert_eq!(celtic.parts[3].origin, RoleOrigin::Added);
    assert_eq!(pack.sha256.len(), 64);
}

#[test]
fn the_embedded_pack_opens() {
    let pack = Pack::embedded().unwrap();
    assert_eq!(pack.name, "default");
    assert!(pack.styles.len() >= 4 && !pack.sources.is_empty());
    assert!(pack.originality.is_some_and(|it| it.len() > 1_000_000 && it.pieces() > 10_000));
    assert!(pack.figures.valid_bits.is_some_and(|bits| bits < 4.76), "better than the baseline");
}

#[test]
fn the_embedded_pack_has_timbres() {
    let model = Pack::embedded().unwrap().timbre_model.unwrap();
    assert!(model.timbres.len() >= 100 && model.graph.len() < 1 << 22);
    for (family, place) in model.families.iter().enumerate() {
        let Some(place) = place else { continue };
        assert_eq!(usize::from(model.timbres[*place].family.index()), family);
    }
    assert_eq!(model.families[usize::from(Family::DRUMS.index())], None, "drums are no timbre");
    assert!(model.timbres.iter().all(|timbre| timbre.place.is_some()), "there is a map");
    assert!(Pack::open(Path::new(TOY)).unwrap().timbre_model.is_none(), "a pack may do without");
}

#[test]
fn wrong_timbres_are_named() {
    let check = |pointer: &str, value: Value, said: &str| {
        let mut json: Value = serde_json::from_slice(EMBEDDED_MANIFEST).unwrap();
        *json.pointer_mut(pointer).unwrap() = value;
        let manifest = serde_json::to_vec(&json).unwrap();
        let complaint = manifest::parse(&manifest, Path::new("manifest.json"));
        let complaint = complaint.map(|_| ()).expect_err(pointer).to_string();
        assert!(complaint.contains(said), "{complaint}");
    };
    check("/timbre_model/file", "../timbre.onnx".into(), "`timbre_model.file`");
    check("/timbre_model/latent", 13.into(), "`timbre_model.inputs.latent`");
    check("/timbre_model/outputs/frames", vec![1, 40, 7].into(), "`timbre_model.outputs.frames`");
    check("/timbre_model/families/0", "theremin".into(), "`timbre_model.families` is theremin");
    check("/timbre_model/families", vec!["piano"].into(), "17 names or nulls");
    check("/timbre_model/timbres", Value::Array(vec![]), "`timbre_model.timbres` is 0");
    check("/timbre_model/timbres/1/name", "piano".into(), "`timbre_model.timbres[1].name`");
    check("/timbre_model/timbres/1/family", 17.into(), "`timbre_model.timbres[1].family`");
    check("/timbre_model/timbres/1/program", 128.into(), "`timbre_model.timbres[1].program`");
    check(
        "/timbre_model/timbres/1/place",
        vec![0.5, 1.5].into(),
        "`timbre_model.timbres[1].place`",
    );
    check("/timbre_model/timbres/1/place", Value::Null, "is None, not a place of its own");
    check("/timbre_model/timbres/1/range", vec![60, 50].into(), "`timbre_model.timbres[1].range`");
    check("/timbre_model/timbres/1/latent", vec![1.0].into(), "16 numbers");
}

#[test]
fn wrong_fields_are_named() {
    let check = |pointer: &str, value: Value, said: &str| {
        let complaint = complaint(pointer, value);
        assert!(complaint.contains(said) && complaint.ends_with("manifest.json"), "{complaint}");
    };
    check("/format", 2.into(), "its format is 2, this version reads 1");
    check("/name", "".into(), "`name` is empty");
    check("/styles", Value::Array(vec![]), "`styles` is 0");
    check("/vocabulary/pitches", 88.into(), "`vocabulary` is {");
    check("/vocabulary_sha256", "ab".into(), "`vocabulary_sha256` is ab");
    check("/note_model/file", "../note.onnx".into(), "`note_model.file` is ../note.onnx");
    check("/note_model/file", "/etc/passwd".into(), "`note_model.file` is /etc/passwd");
    check("/note_model/file", "".into(), "`note_model.file` is ,");
    check("/note_model/state", vec![1, 0, 4, 16].into(), "`note_model.state` is [1, 0, 4, 16]");
    check("/note_model/state", vec![1, 4].into(), "`note_model.state` is [1, 4]");
    check(
        "/note_model/state",
        vec![1, 2, 4, 16].into(),
        "`note_model.inputs.state` is [1, 1, 4, 16]",
    );
    check("/note_model/inputs/noise", vec![1, 3].into(), "`note_model.inputs.noise` is [1, 3]");
    check("/note_model/outputs", serde_json::json!({}), "`note_model.outputs.drawn` is missing");
    check("/styles/1/name", "band_synth".into(), "`styles[1].name` is band_synth, not unique");
    check("/styles/2/tempo", 5.into(), "`styles[2].tempo` is 5, not 10 to 1000");
    check("/styles/2/meter", vec![4, 3].into(), "`styles[2].meter` is 4/3");
    check("/styles/2/density/std", (-1).into(), "`styles[2].density` is");
    check("/styles/2/repetition/std", (-1).into(), "`styles[2].repetition` is");
    let older = vec![1, 110].into();
    check("/note_model/inputs/context", older, "`note_model.inputs.context` is [1, 110]");
    check("/styles/3/parts", Value::Array(vec![]), "`styles[3].parts` is 0");
    check("/styles/3/parts/0/family", 17.into(), "`styles[3].parts[0].family` is 17, not 0 to 16");
    check("/styles/3/parts/0/register", 128.into(), "`styles[3].parts[0].register` is 128");
}

#[test]
fn wrong_files_are_named() {
    let hash = complaint("/note_model/sha256", "00".into());
    assert!(hash.contains("SHA-256") && hash.ends_with("note.onnx"), "{hash}");
    let folder = tempfile::tempdir().unwrap();
    let missing = Pack::open(folder.path()).unwrap_err();
    assert!(matches!(&missing, PackError::Read { path, .. } if path.ends_with(MANIFEST)));
    let mut json: Value = serde_json::from_slice(&manifest()).unwrap();
    let hash = json["note_model"]["sha256"].clone();
    json["drum_kit"] = serde_json::json!({"file": "note.onnx", "sha256": hash, "hits": 1});
    let no_kit = read(&serde_json::to_vec(&json).unwrap()).unwrap_err();
    assert!(matches!(&no_kit, PackError::Drums { path, .. } if path.ends_with("note.onnx")));
    json["drum_kit"]["file"] = "../drums.bin".into();
    let astray = read(&serde_json::to_vec(&json).unwrap()).unwrap_err().to_string();
    assert!(astray.contains("`drum_kit.file` is ../drums.bin"), "{astray}");
    std::fs::write(folder.path().join(MANIFEST), manifest()).unwrap();
    let missing = Pack::open(folder.path()).unwrap_err();
    assert!(matches!(&missing, PackError::Read { path, .. } if path.ends_with("note.onnx")));
    std::fs::write(folder.path().join("note.onnx"), b"no graph").unwrap();
    let damaged = Pack::open(folder.path()).unwrap_err();
    assert!(matches!(damaged, PackError::Hash { .. }));
    std::fs::write(folder.path().join(MANIFEST), b"{").unwrap();
    assert!(matches!(Pack::open(folder.path()).unwrap_err(), PackError::Syntax { .. }));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_manifest_panics(
        cut in 0..9000usize,
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut bytes = manifest();
        bytes.truncate(cut.max(1));
        for (place, value) in flips {
            let place = place.index(bytes.len());
            bytes[place] = value;
        }
        read(&bytes).ok();
    }
}
