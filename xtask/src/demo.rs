//! The first thing a newcomer runs: a melody in, sixteen bars in two styles out, through the built plugins.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::bundle::{Bundles, bundle, program};
use crate::hosts::{self, Format};
use crate::midi::{self, Hand, Melody};
use crate::picture::{roll, spectrogram};
use crate::shell::{fresh_folder, output, root, say, target};
use crate::system::{Consent, Purpose, ensure_packages};
use crate::take::{RATE, Take, keys, quarters_a_bar};

const BARS: u32 = 16;
/// The key of the shipped melody, told to the band: it begins before it has heard enough to know.
const MELODY_KEY: &str = "A minor";
/// Seconds for the last notes to die away.
const TAIL_SECS: f64 = 3.0;
/// Styles that show the range of a pack, the most telling first.
const TELLING: [&str; 4] = ["folk_celtic", "chorale", "baroque", "ragtime"];

/// A style of the pack in the program.
#[derive(Clone, Debug)]
pub struct Style {
    pub name: String,
    pub title: String,
    /// Place in the pack's list.
    pub index: usize,
}

/// Everything from the system's packages to the pictures.
pub fn demo(consent: Consent, profile: &str) -> Result<()> {
    ensure_packages(Purpose::Build, consent)?;
    say("Building the bundles (the first time this takes some minutes) ...");
    let bundles = bundle(profile)?;
    let melody = midi::read(&root().join("demo/greensleeves.mid"), Hand::Player)?;
    let folder = target()?.join("demo");
    fresh_folder(&folder)?;
    for style in two_styles(&styles(profile)?)? {
        say(&format!("\n{}: {BARS} bars with Greensleeves played to them", style.title));
        perform(profile, &bundles, &melody, &style, &folder.join(&style.name))?;
    }
    say(&format!(
        "\nEverything is in {}\n\nThe bundles are\n  {}\n  {}\nTo install them for your DAW: cargo xtask install",
        folder.display(),
        bundles.clap.display(),
        bundles.vst3.display()
    ));
    Ok(())
}

/// One style through both formats, which must agree to the last bit, into `folder`.
fn perform(
    profile: &str,
    bundles: &Bundles,
    melody: &Melody,
    style: &Style,
    folder: &Path,
) -> Result<()> {
    fresh_folder(folder)?;
    let title = format!("{} - {BARS} bars", style.title);
    let mut first: Option<Value> = None;
    for format in Format::ALL {
        let mut script = script(melody, style, BARS);
        if let Some(parameters) = script["sessions"][0]["parameters"].as_array_mut() {
            parameters.push(json!({ "parameter": "key", "text": MELODY_KEY }));
        }
        if first.is_none() {
            script["sessions"][0]["wav_folder"] = json!(folder);
        }
        let report = hosts::play(profile, format, bundles, &script)?;
        let session = &report["sessions"][0];
        let seconds = session["calls"]["total_secs"].as_f64().unwrap_or(f64::NAN);
        let length = session["frames"].as_f64().unwrap_or(f64::NAN) / RATE;
        let notes = session["notes"].as_array().map_or(0, |notes| notes.len() / 2);
        say(&format!(
            "  {}: {notes} notes, {length:.1} s of sound in {seconds:.1} s",
            format.name()
        ));
        check_sound(session)?;
        match &first {
            None => first = Some(session.clone()),
            Some(first) => ensure!(
                first["outputs"] == session["outputs"] && first["notes"] == session["notes"],
                "CLAP and VST3 do not play the same"
            ),
        }
    }
    say("  both formats play the same, bit by bit; the command line plays it again with");
    say(&format!(
        "    {} bounce --style {} --seed 1 --key \"{MELODY_KEY}\" --bars {BARS} --player demo/greensleeves.mid --out again",
        program(profile, "antiphon-cli")?.display(),
        style.name
    ));
    let take = Take::from_session(title, melody, BARS, &first.context("a format was played")?)?;
    name_sound(folder)?;
    midi::save(&folder.join("take.mid"), &take)?;
    roll::draw(&take, &folder.join("roll.png"))?;
    let sound = folder.join("spectrogram.png");
    spectrogram::draw(&folder.join("mix.wav"), &take.title, &sound)?;
    for file in ["mix.wav", "part-1.wav to part-4.wav", "take.mid", "roll.png", "spectrogram.png"] {
        say(&format!("  {}", folder.join(file).display()));
    }
    Ok(())
}

/// The script that plays `melody` to a band of `style`, offline.
pub fn script(melody: &Melody, style: &Style, bars: u32) -> Value {
    let quarters = quarters_a_bar(melody.meter) * f64::from(bars);
    json!({ "sessions": [{
        "rate": RATE,
        "tempo": melody.tempo,
        "meter": [melody.meter.0, melody.meter.1],
        "parameters": [
            { "parameter": "sty_a", "text": style.title },
            { "parameter": "sty_b", "text": style.title },
        ],
        "play_frames": (quarters * 60.0 / melody.tempo * RATE).round() as u64,
        "tail_frames": (TAIL_SECS * RATE) as u64,
        "notes": keys(melody, bars),
    }]})
}

/// The styles of the pack inside the program.
pub fn styles(profile: &str) -> Result<Vec<Style>> {
    let mut command = Command::new(program(profile, "antiphon-cli")?);
    let text = output(command.args(["styles", "--json"]))?;
    let list: Vec<Value> = serde_json::from_str(&text).context("read the list of styles")?;
    let style = |(index, style): (usize, &Value)| {
        let word =
            |field: &str| style[field].as_str().with_context(|| format!("a style has no {field}"));
        Ok(Style { name: word("name")?.to_owned(), title: word("title")?.to_owned(), index })
    };
    list.iter().enumerate().map(style).collect()
}

/// The two most telling ones, or the first and the last.
fn two_styles(styles: &[Style]) -> Result<Vec<Style>> {
    ensure!(!styles.is_empty(), "the pack has no styles");
    let known = |name: &&str| styles.iter().find(|style| style.name == *name);
    let mut chosen: Vec<Style> = TELLING.iter().filter_map(known).cloned().collect();
    for style in styles.iter().take(1).chain(styles.last()) {
        if chosen.iter().all(|other| other.index != style.index) {
            chosen.push(style.clone());
        }
    }
    chosen.truncate(2);
    Ok(chosen)
}

fn check_sound(session: &Value) -> Result<()> {
    let outputs = session["outputs"].as_array().context("the host reports no outputs")?;
    let peak = outputs.first().and_then(|mix| mix["peak"].as_f64()).unwrap_or(0.0);
    ensure!(peak > 0.001, "the mix is silent");
    ensure!(peak <= 1.0, "the mix is louder than full scale: {peak}");
    ensure!(outputs.iter().all(|bus| bus["wild"] == 0), "some samples are not numbers");
    Ok(())
}

/// The hosts name files by bus: the mix first, then a part each.
fn name_sound(folder: &Path) -> Result<()> {
    let names = ["mix", "part-1", "part-2", "part-3", "part-4"];
    for (bus, name) in names.iter().enumerate() {
        let (from, to) = (format!("{bus}.wav"), format!("{name}.wav"));
        std::fs::rename(folder.join(&from), folder.join(&to))
            .with_context(|| format!("name {} {to}", folder.join(&from).display()))?;
    }
    Ok(())
}
