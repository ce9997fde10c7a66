//! Takes on the command line: kept, played, varied, listed and exported.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::Arc;

use antiphon::engine::offline::{Request, bounce};
use antiphon::engine::reprise::{self, Go, Reprise};
use antiphon::files::midi::{self, MidiSong};
use antiphon::files::take;
use antiphon::infer::{self, Muse, Runtime};
use antiphon::music::memory::{Memory, Remembered, Trust};
use antiphon::pack::Pack;
use antiphon::score::take::Making;
use antiphon::score::{
    Note, Part, Phrase, Pitch, Quantum, Seed, Settings, StyleBlend, Take, Tick, Ticks, Velocity,
};
use serde_json::Value;

use crate::cli::{listing, refused, run};

const PACK: &str = "--pack tests/data/toy-pack";
const SOUND: &str = "--tail 0.1 --sample-rate 8000 --quiet";

/// Run, and expect nothing on standard error.
fn done(arguments: &str) -> String {
    let outcome = run(arguments);
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments}");
    outcome.stdout
}

fn report(folder: &Path, name: &str) -> Value {
    serde_json::from_slice(&fs::read(folder.join(name)).unwrap()).unwrap()
}

/// Hash of the mix.
fn sound(folder: &Path) -> String {
    report(folder, "report.json")["sound"]["samples_sha256"].as_str().unwrap().to_owned()
}

/// Onsets and pitches of each track, by name.
fn tracks(file: &Path) -> (BTreeMap<String, Vec<(i64, u8)>>, MidiSong) {
    let song = midi::open(file).unwrap();
    let notes = |it: &midi::MidiTrack| {
        it.notes.iter().map(|note| (note.onset.0, note.pitch.number())).collect()
    };
    (song.tracks.iter().map(|it| (it.name.clone(), notes(it))).collect(), song)
}

/// Four bars that a player plays along with, by a band that remembers `memory`.
fn jam(memory: &Arc<Memory>) -> Take {
    let note = |(place, pitch): (i64, u8)| Note {
        onset: Tick(place * 12),
        part: Part::PLAYER,
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(11),
        velocity: Velocity::clamped(90),
    };
    let tune = [60, 62, 64, 67, 65, 64, 62, 59].repeat(3);
    let request = Request {
        settings: Settings { memory: 1.0, temperature: 1.5, min_p: 0.0, ..Settings::default() },
        player: Phrase::new((0..).zip(tune).map(note).collect()),
        memory: Arc::clone(memory),
        bars: 4,
        sample_rate: 8000,
        ..Request::default()
    };
    bounce(muse(), &request, &mut |_| {}).unwrap().take.unwrap()
}

fn muse() -> Box<dyn Muse> {
    let pack = Pack::embedded().unwrap(); // the toy hardly plays
    infer::open(&pack, &Runtime::Embedded).unwrap()
}

#[test]
fn what_was_remembered_when_a_take_began_is_part_of_what_made_it() {
    let note = Remembered { interval: 2, gap: 12, duration: 5, class: 12, phase: 0 };
    let memory = Arc::new(Memory::of(vec![note; 64], Trust::default()));
    let take = jam(&memory);
    assert_eq!(*take.making.memory, memory.remembrance());
    let band = |take: &Take| take.music.of_band().collect::<Vec<Note>>();
    assert_ne!(band(&take), band(&jam(&Arc::default())), "the memory counts");

    let saved = take::read(&take::write(&take)).unwrap().take;
    let mut reprise = Reprise::new(muse());
    for take in [&take, &saved] {
        let mut again = reprise.again(take, &mut |_| Go::On).unwrap().unwrap();
        again.sort_unstable();
        assert_eq!(again, band(take));
    }
    let making = Making { memory: Arc::default(), ..Making::clone(&take.making) };
    let forgetful = Take { making: Arc::new(making), ..take.clone() };
    let mut other = reprise.again(&forgetful, &mut |_| Go::On).unwrap().unwrap();
    other.sort_unstable();
    assert_ne!(other, band(&take));
}

#[test]
fn a_part_that_goes_on_around_kept_ones_plays_to_the_end_of_its_bars() {
    let style = muse().styles().iter().position(|card| card.name == "string_quartet").unwrap();
    let settings = Settings {
        seed: Seed(3),
        style: StyleBlend::only(style),
        quantum: Quantum::Bar,
        density: 1.0,
        ..Settings::default()
    };
    let request = Request { settings, bars: 8, sample_rate: 8000, ..Request::default() };
    let take = bounce(muse(), &request, &mut |_| {}).unwrap().take.unwrap();
    let kept = reprise::kept(&Part::BAND[..3]);
    let found = Reprise::new(muse()).variations(&take, 3, kept, &mut |_| Go::On).unwrap().unwrap();
    let band = found.iter().flat_map(|it| it.take.music.of_band());
    let free: Vec<Note> = band.filter(|it| it.part == Part::BAND[3]).collect();
    let late = free.iter().filter(|it| it.onset.0.rem_euclid(96) >= 48).count();
    assert!(free.len() > 30 && late * 3 > free.len(), "{late} of {}", free.len());
}

#[test]
fn a_kept_take_is_played_note_for_note_and_varied() {
    let root = tempfile::tempdir().unwrap();
    let (first, take) = (root.path().join("first"), root.path().join("take.json"));
    let (first_text, take_text) = (first.display(), take.display());
    let music = "--style Rule-made_band --player demo/greensleeves.mid --part 2=follow-below --bars 6 --seed 1 --min-p 0 --temperature 1.5";
    done(&format!("bounce {PACK} {SOUND} {music} --keep-take {take_text} --out {first_text}"));
    let (mut expected, song) = tracks(&first.join("take.mid"));
    // Her file goes on beyond the six bars.
    expected.get_mut("Player").unwrap().retain(|note| note.0 < 6 * 72);
    assert!(expected.len() >= 3, "{:?}", expected.keys());
    let mut sounds = BTreeSet::new();
    for block in [1, 64, 333, 4096] {
        let again = root.path().join(format!("again-{block}"));
        let out = again.display();
        done(&format!("bounce {PACK} {SOUND} --block {block} --take {take_text} --out {out}"));
        let (found, again_song) = tracks(&again.join("take.mid"));
        assert_eq!(found, expected, "in blocks of {block}");
        assert_eq!(
            (again_song.tempos, again_song.meters),
            (song.tempos.clone(), song.meters.clone())
        );
        let total = |folder: &Path| report(folder, "report.json")["notes"]["total"].clone();
        assert_eq!(total(&again), total(&first));
        // A note that followed sounded from the nearest table at hand; played again it has its own.
        sounds.insert(sound(&again));
        assert_eq!(report(&again, "report.json")["notes"]["late_windows"], 0);
    }
    assert_eq!(sounds.len(), 1);

    let vary = format!("vary {PACK} --quiet {take_text} --count 3 --keep-part 3 --out");
    let out = root.path().join("varied");
    done(&format!("{vary} {}", out.display()));
    let names = listing(&out);
    assert_eq!(names.len(), 7, "{names:?}");
    let ranking = report(&out, "variations.json");
    let ratings: Vec<f64> =
        ranking.as_array().unwrap().iter().map(|it| it["rating"].as_f64().unwrap()).collect();
    assert_eq!(ratings.len(), 3);
    assert!(ratings.iter().all(|it| (0.0..=1.0).contains(it)), "{ratings:?}");
    for name in names.iter().filter(|name| name.ends_with(".mid")) {
        let (varied, _) = tracks(&out.join(name));
        let kept = |name: &&String| name.starts_with("Part 3") || *name == "Player";
        for name in expected.keys().filter(kept) {
            assert_eq!(varied[name], expected[name], "{name}");
        }
        assert_ne!(varied, expected);
    }
    refused(&format!("{vary} {}", out.display()), 4, &["there already", "--force"]);
    refused(&format!("bounce {PACK} --take {take_text} --seed 3 --out x"), 2, &["--seed"]);
    refused(
        &format!(
            "bounce {PACK} --bars 1 --keep-take {take_text} --out {}/new",
            root.path().display()
        ),
        4,
        &["there already", "take.json"],
    );
}

#[test]
fn a_take_without_following_sounds_just_as_it_did() {
    let root = tempfile::tempdir().unwrap();
    let at = |name: &str| root.path().join(name);
    let (first, again, take) = (at("first"), at("again"), at("deep/take.json"));
    let music = "--player demo/greensleeves.mid --bars 4 --seed 5";
    let (out, take) = (first.display(), take.display());
    done(&format!("bounce {PACK} {SOUND} {music} --keep-take {take} --out {out}"));
    done(&format!("bounce {PACK} {SOUND} --take {take} --out {}", again.display()));
    assert_eq!(sound(&again), sound(&first));
}

#[test]
fn takes_of_a_state_are_listed_and_exported() {
    let state = "tests/data/states/v2.json";
    let listed: Value = serde_json::from_str(&done(&format!("takes list {state} --json"))).unwrap();
    assert_eq!((&listed[0]["name"], &listed[0]["bars"]), (&"Airy Aria".into(), &1.into()));
    assert!(done(&format!("takes list {state}")).contains("112.5 bpm"));
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("takes");
    let export = format!("takes export {PACK} {SOUND} {state} --out {}", out.display());
    done(&format!("{export} --take blue_bolero"));
    assert_eq!(listing(&out), ["Blue Bolero"]);
    let expected = ["mix.wav", "part-1-piano.wav", "report.json", "take.json", "take.mid"];
    assert_eq!(listing(&out.join("Blue Bolero")), expected);
    refused(&export, 4, &["there already"]);
    done(&format!("{export} --force"));
    assert_eq!(listing(&out), ["Airy Aria", "Blue Bolero"]);
    let (_, song) = tracks(&out.join("Airy Aria/take.mid"));
    assert_eq!(song.tempos[0].1.bpm(), 112.5);

    refused(&format!("{export} --take Polka"), 2, &["find the take `Polka`", "Blue Bolero"]);
    refused("takes list tests/data/states/v1.json", 3, &["none is kept"]);
    refused("takes list Cargo.toml", 3, &["read a take: ", "Cargo.toml"]);
    refused("takes list target/no-such-file", 3, &["check the path"]);
    refused(&format!("vary {PACK} {state} --out x"), 2, &["--take"]);
    let damaged = run("takes list tests/data/states/v2-damaged.json");
    assert_eq!(damaged.code, 0);
    assert!(damaged.stderr.contains("take Blue Bolero: 1 impossible notes"), "{}", damaged.stderr);
    assert!(damaged.stdout.contains("Calm Canon"));
}

#[test]
fn bars_of_a_prompt_are_chosen() {
    let root = tempfile::tempdir().unwrap();
    let bounce = format!("bounce {PACK} {SOUND} --bars 1 --prompt demo/greensleeves.mid");
    let out = |name: &str| root.path().join(name);
    let heard = |arguments: &str, name: &str| {
        done(&format!("{bounce} {arguments} --out {}", out(name).display()));
        report(&out(name), "report.json")["prompt"]["notes"].as_u64().unwrap()
    };
    let (all, some) = (heard("", "all"), heard("--prompt-bars 2-3", "some"));
    assert!(0 < some && some < all, "{some} of {all}");
    refused(&format!("{bounce} --prompt-bars 900 --out x"), 3, &["no notes in them"]);
    refused(&format!("{bounce} --prompt-bars 3-2 --out x"), 2, &["expected bars such as 5-8"]);
}
