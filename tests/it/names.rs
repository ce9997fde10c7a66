//! Stems, tracks and reports go by the timbre that is heard, and stems sum to the mix.

use std::path::Path;

use antiphon::files::midi;
use serde_json::Value;

use super::cli::{listing, run};

/// The report of a run that writes into `out`.
fn told(arguments: &str, out: &Path) -> Value {
    let outcome = run(&format!(
        "{arguments} --tail 0.1 --sample-rate 16000 --bits 32 --json --out {}",
        out.display()
    ));
    assert_eq!((outcome.code, outcome.stderr.as_str()), (0, ""), "{arguments}");
    serde_json::from_str(&outcome.stdout).unwrap()
}

fn check_names(out: &Path, expected: &[&str]) {
    let stems: Vec<String> =
        listing(out).into_iter().filter(|name| name.starts_with("part-")).collect();
    assert_eq!(stems, expected);
}

fn samples(path: &Path) -> Vec<f32> {
    hound::WavReader::open(path).unwrap().into_samples().map(Result::unwrap).collect()
}

#[test]
fn a_bounce_and_its_take_go_by_the_timbres_that_are_heard() {
    let root = tempfile::tempdir().unwrap();
    let (first, again, take) = ("first", "again", root.path().join("take.json"));
    let out = root.path().join(first);
    let parts = "--part 1=play,family=strings,timbre=harpsichord,level=6 --part 2=play,timbre=clarinet+flute:0.3,level=6 \
        --part 3=play,timbre=0.74/0.3,level=6 --part 4=play,family=drums,timbre=violin,level=6";
    let report = told(
        &format!(
            "bounce --style chorale --seed 3 --bars 2 --master 6 --keep-take {} {parts}",
            take.display()
        ),
        &out,
    );
    let stems = [
        "part-1-harpsichord.wav",
        "part-2-clarinet.wav",
        "part-3-trombone.wav",
        "part-4-drums.wav",
    ];
    check_names(&out, &stems);
    let timbre = |part: usize| &report["parts"][part]["timbre"];
    assert_eq!(report["parts"][0]["family"], "strings");
    assert_eq!(timbre(0)["name"], "harpsichord");
    assert_eq!((&timbre(0)["kind"], &timbre(0)["changes"]), (&"named".into(), &false.into()));
    assert_eq!(
        (&timbre(1)["kind"], &timbre(1)["blend"]),
        (&"blend".into(), &"clarinet+flute:0.3".into())
    );
    assert_eq!((&timbre(2)["kind"], &timbre(2)["name"]), (&"near".into(), &"trombone".into()));
    assert_eq!((&timbre(3)["kind"], &timbre(3)["name"]), (&"family".into(), &Value::Null));

    let song = midi::open(&out.join("take.mid")).unwrap();
    let track = |name: &str| song.tracks.iter().find(|it| it.name == name).unwrap().program;
    assert_eq!((track("Part 1 Harpsichord"), track("Part 2 Clarinet")), (Some(6), Some(71)));

    // So loud that the limiter works, and the stems still sum to the mix.
    assert!(report["sound"]["limiter_db"].as_f64().unwrap() < -1.0, "{}", report["sound"]);
    let mut sum = vec![0.0; samples(&out.join("mix.wav")).len()];
    for stem in stems {
        sum.iter_mut().zip(samples(&out.join(stem))).for_each(|(sum, it)| *sum += it);
    }
    let mix = samples(&out.join("mix.wav"));
    assert!(mix.iter().zip(&sum).all(|(mix, sum)| (mix - sum).abs() < 1e-5));

    let out = root.path().join(again);
    let report = told(&format!("bounce --take {}", take.display()), &out);
    check_names(&out, &stems);
    assert_eq!(report["parts"][0]["timbre"]["name"], "harpsichord");
    let varied = root.path().join("varied");
    let outcome = run(&format!("vary {} --count 1 -q --out {}", take.display(), varied.display()));
    assert_eq!(outcome.code, 0, "{}", outcome.stderr);
    let name = listing(&varied).into_iter().find(|name| name.ends_with(".mid")).unwrap();
    let song = midi::open(&varied.join(name)).unwrap();
    assert!(song.tracks.iter().any(|it| it.name == "Part 2 Clarinet"));
}

#[test]
fn a_rendered_track_goes_by_its_timbre() {
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("sound");
    let file = "render tests/data/midi/tune-and-kit.mid";
    let report = told(&format!("{file} --timbre 1=clarinet"), &out);
    check_names(&out, &["part-1-clarinet.wav", "part-2-drums.wav"]);
    let timbre = |track: usize| &report["tracks"][track]["timbre"];
    assert_eq!((&timbre(0)["name"], &timbre(1)["name"]), (&"clarinet".into(), &Value::Null));
    assert_eq!(report["limiter_db"], 0.0);
}
