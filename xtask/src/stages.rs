//! `cargo xtask test`: stage after stage, each with its time, and one line at the end that says it all.

pub mod python;
mod tally;

use std::process::ExitCode;
use std::time::Instant;

use anyhow::{Result, bail};

use self::python::Environment;
use self::tally::{Tally, tests};
use crate::shell::{SELECTION, cargo, say};
use crate::system::{Consent, Purpose, ensure_packages};
use crate::{bundle, check, licenses, validate};

/// Tests and bundles share one profile, so that everything is compiled once.
const PROFILE: &str = "dev";

/// Run all stages, and say how many tests passed and failed. A stage that cannot be run counts as one failure.
pub fn test(consent: Consent) -> Result<ExitCode> {
    let began = Instant::now();
    let mut total = Tally::default();
    let mut stage = |name: &str, work: &mut dyn FnMut() -> Result<Tally>| {
        total += perform(name, work);
    };
    let once = |work: fn() -> Result<()>| move || work().map(|()| Tally::one());
    let mut environment = None;
    stage("system packages", &mut || {
        ensure_packages(Purpose::Test, consent).map(|()| Tally::one())
    });
    stage("formatting", &mut once(check::format));
    stage("licenses", &mut once(licenses::check));
    stage("lints", &mut once(check::lints));
    stage("documentation", &mut once(check::documentation));
    stage("Python environment", &mut || {
        environment = Some(Environment::make()?);
        Ok(Tally::one())
    });
    let environment = environment.as_ref();
    stage("unit and integration tests, both runtimes", &mut || {
        let mut command = cargo();
        command.arg("test").args(SELECTION).args(["--lib", "--bins", "--test", "it"]);
        tests(command.env("ANTIPHON_TEST_ORT", present(environment)?.native_runtime()?))
    });
    stage("tests of the chores", &mut || tests(cargo().args(["test", "--package", "xtask"])));
    stage("host matrix", &mut || {
        let bundles = bundle::bundle(PROFILE)?;
        tests(&mut validate::command(PROFILE, &bundles)?)
    });
    stage("other people's hosts", &mut || {
        present(environment)?.foreign_hosts(&bundle::Bundles::places()?)
    });
    stage("Python lints", &mut || {
        present(environment)?.lints()?;
        Ok(Tally::one())
    });
    stage("Python tests", &mut || present(environment)?.training());
    say(&format!("\n{:.1} minutes in all", began.elapsed().as_secs_f64() / 60.0));
    say(&format!("{} passed, {} failed", total.passed, total.failed));
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn present(environment: Option<&Environment>) -> Result<&Environment> {
    match environment {
        Some(environment) => Ok(environment),
        None => bail!("there is no Python environment; see the stage that makes it"),
    }
}

fn perform(name: &str, work: &mut dyn FnMut() -> Result<Tally>) -> Tally {
    say(&format!("\n=== {name}"));
    let began = Instant::now();
    let tally = work().unwrap_or_else(|error| {
        say(&format!("error: {error:#}"));
        Tally { passed: 0, failed: 1 }
    });
    say(&format!(
        "=== {name}: {} passed, {} failed, {:.0} s",
        tally.passed,
        tally.failed,
        began.elapsed().as_secs_f64()
    ));
    tally
}
