//! Roll and spectrogram of a bounce in each style, for the documentation.

use std::process::Command;

use anyhow::{Context as _, Result};

use crate::bundle::program;
use crate::demo::styles;
use crate::midi::{self, Hand};
use crate::picture::{roll, spectrogram};
use crate::shell::{SELECTION, cargo, fresh_folder, root, run, say, target};
use crate::take::Take;

const BARS: u32 = 16;

/// Bounce every style on the command line and draw it into `docs/pictures`.
pub fn pictures(profile: &str) -> Result<()> {
    run(cargo().arg("build").args(SELECTION).args(["--profile", profile]))?;
    let folder = root().join("docs/pictures");
    std::fs::create_dir_all(&folder).with_context(|| format!("make {}", folder.display()))?;
    let bounces = target()?.join("pictures");
    fresh_folder(&bounces)?;
    for style in styles(profile)? {
        let out = bounces.join(&style.name);
        let mut command = Command::new(program(profile, "antiphon-cli")?);
        command.args(["bounce", "--quiet", "--style", &style.name, "--bars", &BARS.to_string()]);
        run(command.args(["--seed", "7"]).arg("--out").arg(&out))?;
        let melody = midi::read(&out.join("take.mid"), Hand::Band)?;
        let take = Take {
            title: format!("{} - {BARS} bars", style.title),
            tempo: melody.tempo,
            meter: melody.meter,
            bars: BARS,
            notes: melody.notes,
        };
        roll::draw(&take, &folder.join(format!("{}-roll.png", style.name)))?;
        let sound = folder.join(format!("{}-sound.png", style.name));
        spectrogram::draw(&out.join("mix.wav"), &take.title, &sound)?;
        say(&format!("{}: {} notes", style.name, take.notes.len()));
    }
    Ok(())
}
