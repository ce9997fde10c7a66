//! Pictures for the documentation: roll and spectrogram of a bounce in each style, and the roll of the README's command.

use std::path::Path;
use std::process::Command;

use anyhow::{Context as _, Result};

use crate::bundle::program;
use crate::demo::styles;
use crate::midi::{self, Hand};
use crate::picture::{roll, spectrogram};
use crate::shell::{SELECTION, cargo, fresh_folder, root, run, say, target};
use crate::take::Take;

const BARS: u32 = 16;
const MELODY: &str = "demo/greensleeves.mid";

/// Bounce every style on the command line and draw it into `docs/pictures`, and what the README says how to bounce beside them.
pub fn pictures(profile: &str) -> Result<()> {
    run(cargo().arg("build").args(SELECTION).args(["--profile", profile]))?;
    let folder = root().join("docs/pictures");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let bounces = target()?.join("pictures");
    fresh_folder(&bounces)?;
    for style in styles(profile)? {
        let out = bounces.join(&style.name);
        let title = format!("{} - {BARS} bars", style.title);
        let take = bounce(profile, &style.name, &[], title, &out)?;
        roll::draw(&take, &folder.join(format!("{}-roll.png", style.name)))?;
        let sound = folder.join(format!("{}-sound.png", style.name));
        spectrogram::draw(&out.join("mix.wav"), &take.title, &sound)?;
        say(&format!("{}: {} notes", style.name, take.notes.len()));
    }
    let melody = root().join(MELODY);
    let player = ["--player", MELODY, "--key", "A minor"];
    let title = format!("Celtic dance with Greensleeves - {BARS} bars");
    let mut take = bounce(profile, "folk_celtic", &player, title, &bounces.join("greensleeves"))?;
    take.notes.extend(midi::read(&melody, Hand::Player)?.notes);
    take.notes.sort_by(|a, b| a.onset.total_cmp(&b.onset));
    roll::draw(&take, &root().join("docs/greensleeves-roll.png"))
}

/// What the band plays with seed 7.
fn bounce(
    profile: &str,
    style: &str,
    arguments: &[&str],
    title: String,
    out: &Path,
) -> Result<Take> {
    let mut command = Command::new(program(profile, "antiphon-cli")?);
    command.current_dir(root());
    command.args(["bounce", "--quiet", "--seed", "7", "--style", style]);
    command.args(["--bars", &BARS.to_string()]).args(arguments);
    run(command.arg("--out").arg(out))?;
    let band = midi::read(&out.join("take.mid"), Hand::Band)?;
    let notes = band.notes.into_iter().filter(|note| note.part != 0).collect();
    Ok(Take { title, tempo: band.tempo, meter: band.meter, bars: BARS, notes })
}
