//! Antiphon's chores, each a subcommand of `cargo xtask`.

mod bench;
mod bundle;
mod check;
mod demo;
// One starter of displays, for the tests of the hosts and for the chores.
#[path = "../../tests/hosts/src/display.rs"]
mod display;
mod hosts;
mod install;
mod licenses;
mod midi;
mod picture;
mod pictures;
mod screenshots;
mod shell;
mod stages;
mod system;
mod take;
mod validate;
mod window;

use std::process::ExitCode;

use anyhow::{Result, bail};

const USAGE: &str = "\
cargo xtask CHORE [--yes]

  demo       install what is missing, build the bundles, play 16 bars in two styles through both of them
  test       everything that is checked, from formatting to other people's hosts
  bundle     build the bundles into target/bundled
  install    build the bundles and copy them to where this system's DAWs look for plugins
  check      formatting, lints, documentation, licenses
  validate   the built bundles in the test hosts
  bench      measure and write a table               [--json]
  window     what the window costs in hosts, into docs/window.md
  screenshots  the window in a host, on a display that nobody sees, into docs/window
  pictures   roll and spectrogram of each style into docs/pictures

  --yes           install system packages without asking
  --profile NAME  cargo's profile for demo, bundle, validate, window, screenshots and pictures; release by default
";

/// The flags that some chores take.
#[derive(Debug, Default)]
struct Flags {
    consent: system::Consent,
    profile: Option<String>,
    json: bool,
}

fn main() -> ExitCode {
    let mut arguments = std::env::args().skip(1);
    let chore = arguments.next().unwrap_or_default();
    let outcome = flags(arguments).and_then(|flags| perform(&chore, &flags));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            shell::complain(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn flags(mut arguments: impl Iterator<Item = String>) -> Result<Flags> {
    let mut flags = Flags::default();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--yes" => flags.consent = system::Consent::Given,
            "--json" => flags.json = true,
            "--profile" => flags.profile = arguments.next(),
            other => bail!("unknown argument `{other}`\n\n{USAGE}"),
        }
    }
    Ok(flags)
}

fn perform(chore: &str, flags: &Flags) -> Result<ExitCode> {
    let profile = flags.profile.as_deref().unwrap_or("release");
    match chore {
        "demo" => demo::demo(flags.consent, profile)?,
        "test" => return stages::test(flags.consent),
        "bundle" => {
            let bundles = bundle::bundle(profile)?;
            shell::say(&format!("{}\n{}", bundles.clap.display(), bundles.vst3.display()));
        }
        "install" => install::install(flags.consent)?,
        "check" => check::check()?,
        "validate" => validate::validate(profile)?,
        "bench" => bench::bench(flags.json)?,
        "window" => window::window(profile)?,
        "screenshots" => screenshots::screenshots(flags.consent, profile)?,
        "pictures" => pictures::pictures(profile)?,
        "help" | "--help" | "-h" => shell::say(USAGE),
        other => bail!("unknown chore `{other}`\n\n{USAGE}"),
    }
    Ok(ExitCode::SUCCESS)
}
