//! The host matrix: built bundles in the test hosts, each case a process of its own.

use std::process::Command;

use anyhow::Result;

use crate::bundle::{Bundles, bundle, program};
use crate::shell::{SELECTION, cargo, run};

/// Build bundles and hosts with that cargo profile and play the whole matrix.
pub fn validate(profile: &str) -> Result<()> {
    let bundles = bundle(profile)?;
    run(&mut command(profile, &bundles)?)
}

/// The command that plays the matrix.
pub fn command(profile: &str, bundles: &Bundles) -> Result<Command> {
    let mut command = cargo();
    command
        .arg("test")
        .args(SELECTION)
        .args(["--test", "matrix", "--profile"])
        .arg(if profile == "dev" { "test" } else { profile })
        // One case at a time: some play in real time.
        .args(["--", "--test-threads=1"])
        .env("ANTIPHON_CLAP", &bundles.clap)
        .env("ANTIPHON_VST3", &bundles.vst3)
        .env("ANTIPHON_CLI", program(profile, "antiphon-cli")?);
    Ok(command)
}
