//! Copies of the training pieces are found, told and kept short.

use std::fs;

use antiphon::engine::offline::{Request, bounce};
use antiphon::files::midi::{self, MidiSong};
use antiphon::infer::{self, Runtime};
use antiphon::music::originality::judge;
use antiphon::pack::Pack;
use antiphon::score::{
    Family, Meter, Note, Part, Phrase, Pitch, Seed, Settings, StyleBlend, Tempo, Tick, Ticks,
    Velocity, Voice,
};
use serde_json::Value;

use super::cli::{refused, run};

fn told(arguments: &str) -> Value {
    let outcome = run(arguments);
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    serde_json::from_str(&outcome.stdout).unwrap()
}

#[test]
fn a_tune_of_the_corpus_is_known_by_name_in_any_key_and_one_of_nobodys_is_not() {
    let tune = midi::open("demo/greensleeves.mid".as_ref()).unwrap().tracks[0].notes.clone();
    let root = tempfile::tempdir().unwrap();
    let check = |name: &str, notes: Vec<Note>| {
        let voices = [Some(Voice::of_family(Family::new(9).unwrap())), None, None, None];
        let song = MidiSong::of_band(&notes, &voices, Tempo::new(77.0).unwrap(), Meter::COMMON);
        let file = root.path().join(name);
        fs::write(&file, midi::write(&song)).unwrap();
        let report = told(&format!("check {} --json", file.display()));
        report["tracks"][0]["originality"].clone()
    };
    let moved = tune.iter().map(|it| Note {
        onset: Tick(it.onset.0 * 2 + 7),
        part: Part::BAND[0],
        pitch: Pitch::new(it.pitch.number() - 5).unwrap(),
        ..*it
    });
    let found = check("moved.mid", moved.collect());
    assert!(found["longest"].as_u64().unwrap() >= 16, "{found}");
    assert!(found["copied"].as_f64().unwrap() > 0.8, "{found}");
    assert!(found["piece"].as_str().unwrap().to_lowercase().contains("greensleeves"), "{found}");
    // Steps and waits that nobody would write.
    let strange = (0i64..60).map(|i| Note {
        onset: Tick(i * i * 7 % 40 + i * 41),
        part: Part::BAND[0],
        pitch: Pitch::new(u8::try_from(30 + i * i * 13 % 61).unwrap()).unwrap(),
        length: Ticks(5),
        velocity: Velocity::clamped(80),
    });
    let found = check("strange.mid", strange.collect());
    // One run in two hundred is taken for another.
    assert!(
        found["longest"].as_u64().unwrap() <= 8 && found["copied"].as_f64().unwrap() < 0.3,
        "{found}"
    );
}

#[test]
fn what_cannot_be_checked_is_refused() {
    refused("check README.md", 3, &["README.md"]);
    refused(
        "check demo/greensleeves.mid --pack tests/data/toy-pack",
        5,
        &["no originality index", "training.index"],
    );
    refused("check demo/greensleeves.mid --pack nowhere", 5, &["nowhere"]);
}

/// A band that all but recites at a low temperature: 29 notes were copied here before notes were drawn again.
#[test]
fn improvisations_do_not_copy_long() {
    let pack = Pack::embedded().unwrap();
    let corpus = pack.originality.clone().unwrap();
    for (style, seed) in [("folk_songs", 1), ("folk_songs", 3), ("chorale", 1)] {
        let muse = infer::open(&pack, &Runtime::Embedded).unwrap();
        let index = muse.styles().iter().position(|card| card.name == style).unwrap();
        let settings = Settings {
            seed: Seed(seed),
            temperature: 0.5,
            style: StyleBlend::only(index),
            ..Settings::default()
        };
        let request = Request {
            settings,
            player: Phrase::default(),
            bars: 64,
            sample_rate: 8000,
            ..Request::default()
        };
        let bounced = bounce(muse, &request, &mut |_| {}).unwrap();
        for part in Part::BAND {
            let longest = judge(&bounced.notes, part, &corpus).longest.map_or(0, |it| it.length);
            assert!(longest <= 20, "{style}: {longest} notes are copied by {part:?}");
        }
    }
}
