//! The test hosts as this program uses them: a script in, a report out.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail};
use serde_json::Value;

use crate::bundle::{Bundles, program};
use crate::shell::line;

/// A plugin format and the host for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Clap,
    Vst3,
}

impl Format {
    pub const ALL: [Format; 2] = [Format::Clap, Format::Vst3];

    pub fn name(self) -> &'static str {
        match self {
            Format::Clap => "CLAP",
            Format::Vst3 => "VST3",
        }
    }

    fn host(self) -> &'static str {
        match self {
            Format::Clap => "clap-host",
            Format::Vst3 => "vst3-host",
        }
    }

    fn bundle(self, bundles: &Bundles) -> &Path {
        match self {
            Format::Clap => &bundles.clap,
            Format::Vst3 => &bundles.vst3,
        }
    }
}

/// Play `script` to the bundle and return the host's report.
pub fn play(profile: &str, format: Format, bundles: &Bundles, script: &Value) -> Result<Value> {
    play_in(profile, format, bundles, script, &[])
}

/// The same with more in the host's environment.
pub fn play_in(
    profile: &str,
    format: Format,
    bundles: &Bundles,
    script: &Value,
    environment: &[(&str, &str)],
) -> Result<Value> {
    let mut command = Command::new(program(profile, format.host())?);
    command.envs(environment.iter().copied());
    command.arg(format.bundle(bundles)).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = command.spawn().with_context(|| format!("start {}", line(&command)))?;
    let mut input = child.stdin.take().context("the host has no input")?;
    input.write_all(script.to_string().as_bytes()).context("send the script to the host")?;
    drop(input);
    let output = child.wait_with_output().context("wait for the host")?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .with_context(|| format!("the {} host ended with {}", format.name(), output.status))?;
    if let Some(error) = report["error"].as_str() {
        bail!("in the {} host: {error}", format.name());
    }
    Ok(report)
}
