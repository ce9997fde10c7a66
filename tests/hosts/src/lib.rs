//! Small hosts for tests: a script in, a report out. Each host runs as a process of its own, so that a crash of the plugin is a failed test
//! and not the end of the tests.

pub mod capture;
pub mod clap;
pub mod display;
pub mod face;
pub mod guard;
pub mod instance;
pub mod report;
pub mod script;
pub mod session;
pub mod stage;
pub mod vst3;
pub mod window;

use std::io::{Read as _, Write as _};

use anyhow::{Context as _, Result};

use instance::Bundle;
use report::Report;
use script::Script;

/// The whole of a host's `main`: `HOST BUNDLE [SCRIPT.json]`, the script on standard input if no file is named.
/// Prints the report as one line of JSON and returns the process's exit code.
pub fn host_main<B: Bundle>() -> u8 {
    let report = read_script().and_then(|(bundle, script)| stage::perform::<B>(&bundle, &script));
    let (report, code) = match report {
        Ok(report) => (report, 0),
        Err(error) => (Report { error: Some(format!("{error:#}")), ..Report::default() }, 1),
    };
    let json = serde_json::to_string(&report).expect("a report holds only strings and numbers");
    match writeln!(std::io::stdout(), "{json}") {
        Ok(()) => code,
        Err(_) => 2,
    }
}

fn read_script() -> Result<(std::path::PathBuf, Script)> {
    let mut arguments = std::env::args_os().skip(1);
    let bundle = arguments.next().context("name the bundle to load")?;
    let text = match arguments.next() {
        Some(path) => std::fs::read_to_string(&path)
            .with_context(|| format!("read the script {}", path.display()))?,
        None => {
            let mut text = String::new();
            std::io::stdin().read_to_string(&mut text).context("read the script")?;
            text
        }
    };
    Ok((bundle.into(), serde_json::from_str(&text).context("parse the script")?))
}
