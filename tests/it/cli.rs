//! The command line as people use it: results, messages, exit codes, and what is left behind.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use antiphon::files::midi;
use serde_json::Value;
use tempfile::TempDir;

/// What a run of the program came to.
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Run with arguments as in a shell without quotes; `_` stands for a space.
pub(crate) fn run(arguments: &str) -> Outcome {
    let arguments = arguments.split_whitespace().map(|word| word.replace('_', " "));
    let output = Command::new(env!("CARGO_BIN_EXE_antiphon-cli"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    Outcome {
        code: output.status.code().unwrap(),
        stdout: text(output.stdout),
        stderr: text(output.stderr),
    }
}

/// Run, and expect an exit code and words on standard error.
pub(crate) fn refused(arguments: &str, code: i32, words: &[&str]) {
    let outcome = run(arguments);
    assert_eq!(outcome.code, code, "{arguments}: {}", outcome.stderr);
    for word in words {
        assert!(outcome.stderr.contains(word), "{arguments}: no `{word}` in: {}", outcome.stderr);
    }
    assert_eq!(outcome.stdout, "", "{arguments}");
}

/// Bounce with the toy pack into a new folder.
fn bounce(arguments: &str) -> (TempDir, Value) {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("take");
    let outcome = run(&format!(
        "bounce --pack tests/data/toy-pack --tail 0.1 --sample-rate 16000 --json --out {} {arguments}",
        out.display()
    ));
    assert_eq!(outcome.code, 0, "{arguments}: {}", outcome.stderr);
    assert_eq!(outcome.stderr, "", "{arguments}");
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    let written: Value =
        serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap();
    assert_eq!(report, written);
    (root, report)
}

/// The hashes of notes and sound.
fn hashes(report: &Value) -> (String, Vec<String>) {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let stems = report["parts"].as_array().unwrap().iter();
    let sounds =
        stems.map(|part| &part["samples_sha256"]).chain([&report["sound"]["samples_sha256"]]);
    (text(&report["notes"]["sha256"]), sounds.map(text).collect())
}

pub(crate) fn listing(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

#[test]
fn help_tells_with_examples() {
    for command in [
        "",
        "bounce",
        "vary",
        "takes",
        "takes list",
        "takes export",
        "render",
        "styles",
        "pack",
        "pack info",
        "pack check",
    ] {
        let outcome = run(&format!("{command} --help"));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{command}");
        let example = outcome.stdout.contains("Example") || outcome.stdout.contains("Commands:");
        assert!(example, "{command}: {}", outcome.stdout);
    }
    assert!(run("--help").stdout.contains("Exit codes:"));
    let version = run("--version");
    assert_eq!(version.stdout.trim(), format!("antiphon-cli {}", env!("CARGO_PKG_VERSION")));
}

#[test]
fn wrong_arguments_are_refused() {
    let bounce = "bounce --pack tests/data/toy-pack --out target/never";
    refused("sing", 2, &["sing"]);
    refused("bounce", 2, &["--out"]);
    refused(&format!("{bounce} --bars 0"), 2, &["--bars", "1..=10000"]);
    refused(&format!("{bounce} --tempo fast"), 2, &["expected a tempo from 10 to 1000"]);
    refused(&format!("{bounce} --meter 4/3"), 2, &["expected a time signature"]);
    refused(&format!("{bounce} --temperature 9"), 2, &["expected a number from 0.5 to 1.5"]);
    refused(&format!("{bounce} --key H"), 2, &["expected a tonic and a scale"]);
    refused(&format!("{bounce} --scale-lock"), 2, &["--key"]);
    refused(&format!("{bounce} --part 7=play"), 2, &["no part `7`", "from 1 to 4"]);
    refused(&format!("{bounce} --part 1=play --part 1=off"), 2, &["part 1: it is set twice"]);
    let silent = "--part 1=off --part 2=off --part 3=off --part 4=off";
    refused(&format!("{bounce} {silent}"), 2, &["every part is off"]);
    refused(
        &format!("{bounce} --style polka"),
        2,
        &["the style `polka`: the pack has none", "folk_celtic"],
    );
    refused(&format!("{bounce} --style folk_keltic"), 2, &["did you mean `folk_celtic`?"]);
    refused(&format!("{bounce} --part 1=plya"), 2, &["did you mean `play`?", "found `plya`"]);
    refused(&format!("{bounce} --part 1=play,famly=bass"), 2, &["did you mean `family`?"]);
    refused(&format!("{bounce} --part 1=play,family=base"), 2, &["did you mean `bass`?"]);
    refused("bounce --out target/never --part 1=play,timbre=harpsicord", 2, &["`harpsichord`?"]);
    refused(&format!("{bounce} --bars 9999 --tempo 10"), 2, &["fewer --bars"]);
    refused(&format!("{bounce} --runtime-library x.so"), 2, &["--runtime-sha256"]);
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("target/never").exists());
}

#[test]
fn unreadable_inputs_are_refused() {
    let bounce = "bounce --pack tests/data/toy-pack --out target/never --prompt tests/data/midi";
    refused(
        &format!("{bounce}/missing.mid"),
        3,
        &["read a MIDI file: ", "missing.mid", "check the path"],
    );
    refused(
        &format!("{bounce}/cut-short.mid"),
        3,
        &[
            "byte 359: expected 40 more bytes of track 2, found the end of the file: tests/data/midi/cut-short.mid",
        ],
    );
    refused(&format!("{bounce}/no-notes.mid"), 3, &["no notes in it"]);
    refused(
        &format!("{bounce}/tune-and-kit.mid --prompt-track 3"),
        3,
        &["read track 3: there are 2 with notes", "1  Tune (channel 1, ", "2  Kit (channel 10, "],
    );
    refused(
        "bounce --out target/never --player Cargo.toml",
        3,
        &["byte 0: expected the header `MThd`"],
    );
    assert!(!Path::new(env!("CARGO_MANIFEST_DIR")).join("target/never").exists());
}

#[test]
fn packs_that_cannot_be_used_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("take");
    let bounce = format!("bounce --bars 1 --out {}", out.display());
    refused(&format!("{bounce} --pack target/no-such-pack"), 5, &["no-such-pack"]);
    let pack = root.path().join("pack");
    fs::create_dir(&pack).unwrap();
    for name in listing(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/toy-pack")) {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/toy-pack").join(&name);
        fs::copy(from, pack.join(&name)).unwrap();
    }
    let model = pack.join("note.onnx");
    let mut bytes = fs::read(&model).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&model, bytes).unwrap();
    refused(&format!("{bounce} --pack {}", pack.display()), 5, &["note.onnx"]);
    refused(&format!("pack check {}", pack.display()), 5, &["note.onnx"]);
    fs::write(pack.join("manifest.json"), "{").unwrap();
    refused(&format!("{bounce} --pack {}", pack.display()), 5, &["manifest.json"]);
    refused(&format!("pack info {}", pack.display()), 5, &["manifest.json"]);
    let library = "--runtime-library Cargo.toml --runtime-sha256 00";
    refused(&format!("{bounce} --pack tests/data/toy-pack {library}"), 5, &["Cargo.toml"]);
    assert!(!out.exists());
}

#[test]
fn outputs_that_cannot_be_written_are_refused() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("file");
    fs::write(&file, "mine").unwrap();
    let bounce =
        "bounce --pack tests/data/toy-pack --bars 1 --tail 0 --sample-rate 8000 --quiet --out";
    refused(
        &format!("{bounce} {}/below", file.display()),
        4,
        &["make a folder: ", "another --out"],
    );
    refused(&format!("{bounce} {}", file.display()), 4, &["make a folder: "]);
    assert_eq!(fs::read(&file).unwrap(), b"mine");

    let out = root.path().join("take");
    fs::create_dir(&out).unwrap();
    fs::write(out.join("take.mid"), "mine").unwrap();
    refused(&format!("{bounce} {}", out.display()), 4, &["there already", "take.mid", "--force"]);
    assert_eq!(listing(&out), ["take.mid"]);
    assert_eq!(fs::read(out.join("take.mid")).unwrap(), b"mine");

    let outcome = run(&format!("{bounce} {} --force", out.display()));
    assert_eq!((outcome.code, outcome.stdout.as_str(), outcome.stderr.as_str()), (0, "", ""));
    assert!(midi::open(&out.join("take.mid")).is_ok());
}

#[test]
fn a_bounce_leaves_what_it_reports() {
    let (root, report) = bounce(
        "--prompt demo/greensleeves.mid --player demo/greensleeves.mid --part 1=play,family=flute --part 3=off --bits 16 --bars 16",
    );
    let out = root.path().join("take");
    let mut expected: Vec<String> = report["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| it.as_str().unwrap().to_owned())
        .collect();
    expected.sort();
    assert_eq!(listing(&out), expected);
    assert_eq!(listing(root.path()), ["take"]);
    assert!(expected.contains(&"part-1-flute.wav".to_owned()));
    assert!(!expected.iter().any(|name| name.starts_with("part-3")));

    assert_eq!(report["settings"]["meter"], "6/8");
    assert_eq!(report["settings"]["tempo"], 90.0);
    assert_eq!(report["prompt"]["notes"], 37);
    assert_eq!(report["notes"]["late_windows"], 0);
    let frames = usize::try_from(report["sound"]["frames"].as_u64().unwrap()).unwrap();
    // Sixteen bars of three quarters at 90, and the tail.
    assert_eq!(frames, 16 * 32_000 + 1_600);
    for name in expected.iter().filter(|name| name.ends_with(".wav")) {
        let wav = fs::read(out.join(name)).unwrap();
        assert_eq!(wav.len(), 44 + frames * 4, "{name}");
    }

    let song = midi::open(&out.join("take.mid")).unwrap();
    let written: BTreeMap<String, usize> =
        song.tracks.iter().map(|it| (it.name.clone(), it.notes.len())).collect();
    assert_eq!(written["Player"], 37);
    for part in report["parts"].as_array().unwrap() {
        let number = part["part"].as_u64().unwrap();
        let written = written.iter().find(|it| it.0.starts_with(&format!("Part {number}")));
        assert_eq!(part["notes"].as_u64().unwrap() > 0, written.is_some(), "part {number}");
    }
}

#[test]
fn the_seed_makes_the_take() {
    let (_root, first) = bounce("--style Rule-made_band --bars 12 --seed 5 --block 64");
    let (_root, again) = bounce("--style Rule-made_band --bars 12 --seed 5 --block 4096");
    let (_root, other) = bounce("--style Rule-made_band --bars 12 --seed 6");
    assert!(first["notes"]["total"].as_u64().unwrap() > 0);
    assert_eq!(hashes(&first), hashes(&again));
    assert_ne!(hashes(&first).0, hashes(&other).0);
    let (_root, prompted) = bounce(
        "--style Rule-made_band --bars 12 --seed 5 --prompt demo/greensleeves.mid --meter 4/4 --tempo 133",
    );
    assert_ne!(hashes(&first).0, hashes(&prompted).0);
}

#[test]
fn a_midi_file_is_rendered() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("sound");
    let render = format!(
        "render --pack tests/data/toy-pack --sample-rate 8000 --tail 0 --bits 32 --json --out {}",
        out.display()
    );
    refused(&format!("{render} tests/data/midi/no-notes.mid"), 3, &["no notes in it"]);
    assert!(!out.exists());
    let tune = "tests/data/midi/tune-and-kit.mid";
    refused(
        &format!("{render} {tune} --timbre 1=theremin"),
        2,
        &["find the timbre `theremin`: the pack has none"],
    );
    refused(&format!("{render} {tune} --timbre 9=flute"), 2, &["no such track", "tracks are 1 to"]);
    assert!(!out.exists());
    let outcome = run(&format!("{render} {tune}"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(listing(&out), ["mix.wav", "part-1-flute.wav", "part-2-drums.wav"]);
    // Nine bars of three quarters at 90.
    assert_eq!(report["seconds"], 18.0);
    let mix = fs::read(out.join("mix.wav")).unwrap();
    assert!(mix.len() > 18 * 8_000 * 8, "{} bytes", mix.len());
}

#[test]
fn packs_tell_about_themselves() {
    let styles = run("styles --pack tests/data/toy-pack --json");
    let styles: Value = serde_json::from_str(&styles.stdout).unwrap();
    assert_eq!(styles.as_array().unwrap().len(), 26);
    assert!(styles.as_array().unwrap().iter().any(|style| style["name"] == "folk_celtic"));
    assert!(run("styles --pack tests/data/toy-pack").stdout.contains("folk_celtic"));

    let info = run("pack info tests/data/toy-pack --json");
    let info: Value = serde_json::from_str(&info.stdout).unwrap();
    assert_eq!((&info["name"], &info["version"]), (&"toy".into(), &"0.1.0".into()));
    assert!(run("pack info tests/data/toy-pack").stdout.starts_with("Toy"));

    let check = run("pack check tests/data/toy-pack");
    assert_eq!(check.code, 0, "{}", check.stderr);
    assert!(check.stdout.contains("can be used"), "{}", check.stdout);
}

#[test]
fn a_memory_is_learned_and_played_with() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("her.memory");
    let file = file.display();
    let learned = run(&format!("learn demo/greensleeves.mid --out {file}"));
    assert_eq!(learned.code, 0, "{}", learned.stderr);
    assert!(learned.stdout.contains(" notes, "), "{}", learned.stdout);
    refused(&format!("learn demo/greensleeves.mid --out {file}"), 4, &["--force"]);
    let session = "--bars 4 --seed 3 --player demo/greensleeves.mid --trade 1 --part 1=answer";
    let (_root, with) = bounce(&format!("{session} --memory 1 --memory-file {file}"));
    let (_root, without) = bounce(&format!("{session} --memory 0"));
    let saved = |report: &Value| report["memory"]["bits_saved"].as_f64().unwrap();
    assert!(saved(&with) > 1.0 && saved(&without) == 0.0, "{} bits", saved(&with));
    assert!(with["memory"]["notes"].as_u64() > Some(20), "{}", with["memory"]);
    assert_eq!(without["memory"]["notes"], 0);
    fs::write(root.path().join("bad.memory"), "{\"antiphon_memory\":7}").unwrap();
    let bad = root.path().join("bad.memory");
    let words = ["bad.memory", "newer Antiphon", "antiphon-cli learn"];
    refused(&format!("bounce --out {file}.take --memory-file {}", bad.display()), 3, &words);
    refused("bounce --out x --memory-file none.memory", 3, &["none.memory"]);
}

/// The samples of a WAV or FLAC file of whole numbers.
fn samples(path: &Path) -> Vec<i32> {
    match path.extension().unwrap().to_str().unwrap() {
        "flac" => {
            let mut reader = claxon::FlacReader::open(path).unwrap();
            reader.samples().map(Result::unwrap).collect()
        }
        _ => hound::WavReader::open(path).unwrap().into_samples().map(Result::unwrap).collect(),
    }
}

/// Every sound of one folder is in the other as a FLAC file with the same samples.
fn check_flac(wav: &Path, flac: &Path) {
    let named = |name: String| name.replace(".wav", ".flac");
    let expected: Vec<String> = listing(wav).into_iter().map(named).collect();
    assert_eq!(listing(flac), expected);
    for name in listing(wav).iter().filter(|name| name.ends_with(".wav")) {
        let one = samples(&wav.join(name));
        assert!(one.iter().any(|it| it.abs() > 100), "{name} is not silent");
        assert!(one == samples(&flac.join(named(name.clone()))), "{name}");
    }
}

#[test]
fn a_bounce_as_flac_has_the_samples_of_one_as_wav() {
    for bits in [16, 24] {
        let music = format!("--style Rule-made_band --bars 4 --seed 5 --bits {bits}");
        let (wav_root, wav) = bounce(&music);
        let (flac_root, flac) = bounce(&format!("{music} --format flac"));
        check_flac(&wav_root.path().join("take"), &flac_root.path().join("take"));
        assert_eq!(hashes(&wav), hashes(&flac));
        let named = |report: &Value| report["files"].to_string().replace(".wav", ".flac");
        assert_eq!(named(&flac), flac["files"].to_string(), "no file is called a WAV file");
        assert_eq!(named(&wav), named(&flac));
        assert_eq!(flac["settings"]["bits"], bits);
    }
}

#[test]
fn a_bounce_as_flac_takes_the_place_of_one_as_wav() {
    let (root, wav) = bounce("--style Rule-made_band --bars 2 --seed 5");
    let out = root.path().join("take");
    let bounce = format!(
        "bounce --pack tests/data/toy-pack --tail 0.1 --sample-rate 16000 --json --out {} --style Rule-made_band --bars 2 --seed 5 --format flac",
        out.display()
    );
    refused(&bounce, 4, &["write a file: it is there already", "take.mid", "use --force"]);
    let before = listing(&out);
    assert!(before.contains(&"mix.wav".to_owned()) && !before.contains(&"mix.flac".to_owned()));
    let outcome = run(&format!("{bounce} --force"));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
    let flac: Value = serde_json::from_str(&outcome.stdout).unwrap();
    assert_eq!(hashes(&wav), hashes(&flac));
    let named = before.iter().map(|name| name.replace(".wav", ".flac"));
    assert_eq!(listing(&out), named.collect::<Vec<_>>(), "the files of the take before are gone");
}

#[test]
fn a_midi_file_is_rendered_as_flac() {
    let root = tempfile::tempdir().unwrap();
    let rendered = |format: &str, more: &str| {
        let out = root.path().join(format);
        let outcome = run(&format!(
            "render --pack tests/data/toy-pack --tail 0 --sample-rate 11025 --format {format} {more} --json --out {} tests/data/midi/tune-and-kit.mid",
            out.display()
        ));
        assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""));
        out
    };
    let (wav, flac) = (rendered("wav", "--bits 16"), rendered("flac", "--bits 16"));
    check_flac(&wav, &flac);
    let info = claxon::FlacReader::open(flac.join("mix.flac")).unwrap().streaminfo();
    assert_eq!((info.sample_rate, info.bits_per_sample, info.samples), (11_025, 16, Some(198_450)));
}

#[test]
fn what_flac_has_not_is_refused_before_anything_is_made() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("take");
    for command in ["bounce --bars 2", "render tests/data/midi/tune-and-kit.mid"] {
        let flac =
            format!("{command} --pack tests/data/toy-pack --format flac --out {}", out.display());
        let words =
            ["write FLAC: it takes no samples of 32 bits", "--bits 16 or 24", "--format wav"];
        refused(&format!("{flac} --bits 32"), 2, &words);
        let words =
            ["write FLAC: it takes no 192000 frames a second", "--sample-rate 96000 or less"];
        refused(&format!("{flac} --sample-rate 192000"), 2, &words);
        assert!(!out.exists());
    }
    refused(&format!("bounce --format ogg --out {}", out.display()), 2, &["wav", "flac"]);
}
