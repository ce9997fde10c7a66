//! A command that is given another of our files than it asks for says what that is and what to do with it.

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use antiphon::files::session::{self, Begin, Session};
use antiphon::files::{state, take};
use antiphon::score::Meter;

use super::cli::{refused, run};

const STATE: &str = include_str!("../data/states/v2.json");

#[test]
fn the_takes_of_a_session_are_listed_and_other_commands_say_what_it_is() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("session.json");
    let state = state::write(&state::read(STATE).unwrap().state);
    let kept = Session { meter: Meter::COMMON, parameters: BTreeMap::new(), state };
    session::open(&file, Begin::Again).store.unwrap().save(&kept).unwrap();
    let path = file.display();
    let listed = run(&format!("takes list {path}"));
    assert_eq!((listed.code, listed.stderr.as_str()), (0, ""));
    for name in ["Airy Aria", "Blue Bolero"] {
        assert!(listed.stdout.contains(name), "{}", listed.stdout);
    }
    refused(&format!("vary {path} --take Arya --out x"), 2, &["`Arya`", "there are Airy Aria"]);
    let words = ["it is a session of antiphon-jam", "session.json", "takes list"];
    refused(&format!("bounce --take {path} --out x"), 3, &words);
    for command in ["render", "check"] {
        refused(
            &format!("{command} {path} {}", if command == "render" { "--out x" } else { "" }),
            3,
            &words,
        );
    }
    refused(&format!("bounce --memory-file {path} --out x"), 3, &words);
    refused(&format!("styles --pack {path}"), 5, &["open a pack: it is a session", "the folder"]);
    fs::write(&file, &fs::read(&file).unwrap()[..400]).unwrap();
    refused(&format!("takes list {path}"), 3, &["the session: it is damaged"]);
}

#[test]
fn what_is_no_take_is_called_what_it_is() {
    let greensleeves = "demo/greensleeves.mid";
    refused(&format!("takes list {greensleeves}"), 3, &["it is a MIDI file", "--player FILE"]);
    refused("takes list models/default", 3, &["models/default"]);
    refused("styles --pack models/default/manifest.json", 5, &["give the folder"]);
    refused("render Cargo.toml --out x", 3, &["it is no MIDI file"]);
    let root = tempfile::tempdir().unwrap();
    let memory = root.path().join("her.memory");
    assert_eq!(run(&format!("learn {greensleeves} --out {}", memory.display())).code, 0);
    let words = ["it is a memory of a player", "--memory-file FILE"];
    refused(&format!("bounce --take {} --out x", memory.display()), 3, &words);
    refused(&format!("takes list {}", memory.display()), 3, &words);
}

#[test]
fn a_state_that_is_damaged_and_one_that_is_newer_are_told_apart() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("state.json");
    let path = file.display();
    fs::write(&file, &STATE[..STATE.len() / 2]).unwrap();
    let place = format!(": {path}\n");
    refused(
        &format!("takes list {path}"),
        3,
        &["read the saved state: it is damaged: ", &place, "save the song anew"],
    );
    fs::write(&file, state::write(&state::State::default()).replacen(":2,", ":77,", 1)).unwrap();
    let words = ["newer Antiphon (state version 77)", &place, "use the Antiphon that saved it"];
    refused(&format!("takes list {path}"), 3, &words);
    let mut bytes = STATE.as_bytes().to_vec();
    let place = STATE.find("Airy Aria").unwrap();
    bytes[place] = 0xff;
    fs::write(&file, bytes).unwrap();
    let listed = run(&format!("takes list {path}"));
    assert_eq!(listed.code, 0, "{}", listed.stderr);
    assert!(listed.stdout.contains("\u{fffd}iry Aria") && listed.stderr.contains("UTF-8"));
}

#[test]
fn what_comes_through_a_pipe_is_read_once() {
    if !Path::new("/dev/stdin").exists() {
        return;
    }
    let piped = |command: &str, text: &str| {
        let mut program = Command::new(env!("CARGO_BIN_EXE_antiphon-cli"))
            .args(command.split_whitespace())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        program.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        let output = program.wait_with_output().unwrap();
        let said = [output.stdout, output.stderr].concat();
        (output.status.code(), String::from_utf8(said).unwrap())
    };
    let state = state::read(STATE).unwrap().state;
    let whole = take::write(&state.takes[0]);
    for text in [STATE, &whole] {
        let (code, said) = piped("takes list /dev/stdin", text);
        assert!(code == Some(0) && said.contains("Airy Aria"), "{said}");
    }
    let (code, said) = piped("render /dev/stdin --out x", &whole);
    assert!(code == Some(3) && said.contains("it is a take"), "{said}");
}
