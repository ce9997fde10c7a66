//! What a change must pass before its tests are worth running.

use anyhow::Result;

use crate::licenses;
use crate::shell::{SELECTION, cargo, run};

/// Formatting, lints with and without the plugin, documentation, licenses.
pub fn check() -> Result<()> {
    format()?;
    lints()?;
    documentation()?;
    licenses::check()
}

pub fn format() -> Result<()> {
    run(cargo().args(["fmt", "--all", "--check"]))
}

pub fn lints() -> Result<()> {
    let deny = ["--", "-D", "warnings"];
    run(cargo().arg("clippy").args(SELECTION).arg("--all-targets").args(deny))?;
    run(cargo().args(["clippy", "--package", "xtask", "--all-targets"]).args(deny))?;
    let alone = ["clippy", "--package", "antiphon", "--no-default-features", "--all-targets"];
    run(cargo().args(alone).args(deny))
}

pub fn documentation() -> Result<()> {
    let mut command = cargo();
    command.args(["doc", "--workspace", "--no-deps", "--document-private-items"]);
    run(command.env("RUSTDOCFLAGS", "-D warnings"))
}
