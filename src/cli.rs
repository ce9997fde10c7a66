//! The command line: bounce an improvisation without a DAW, and look into packs.
//!
//! Exit codes: 0 done, 2 wrong arguments, 3 an input cannot be read, 4 an output cannot be written, 5 a pack or runtime is refused, 6 composing failed.

mod args;
mod bounce;
mod check;
pub mod cues;
mod failure;
mod jam;
mod learn;
mod measure;
mod output;
mod packs;
mod render;
mod takes;
mod timbres;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::Parser;

use self::args::{Cli, Command};
use self::failure::{Failure, Kind};

/// Run the command that the process was given.
pub fn run() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(refusal) => {
            // Help that finds no reader, say because a pager was closed, is no failure.
            refusal.print().ok();
            return ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2));
        }
    };
    let done = match &cli.command {
        Command::Jam { args } => {
            return jam::run(args).unwrap_or_else(|failure| {
                tell(&failure.to_string());
                failure.exit_code()
            });
        }
        Command::Bounce(args) => bounce::run(args),
        Command::Render(args) => render::run(args),
        Command::Learn(args) => learn::run(args),
        Command::Check(args) => check::run(args),
        Command::Measure(args) => measure::run(args),
        Command::Vary(args) => takes::vary(args),
        Command::Takes(args) => takes::takes(args),
        Command::Styles(args) => packs::styles(args),
        Command::Pack(args) => packs::pack(args),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            tell(&failure.to_string());
            failure.exit_code()
        }
    }
}

/// Print to standard output, where results go.
fn say(text: &str) -> Result<(), Failure> {
    match writeln!(io::stdout().lock(), "{text}") {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            let error = anyhow::Error::new(error).context("write to standard output");
            Err(Failure::new(Kind::Output, error, "check where the output goes"))
        }
        // A reader that has seen enough, such as `head`, is no failure.
        Ok(()) | Err(_) => Ok(()),
    }
}

/// Print to standard error, where everything goes that is not the result.
#[expect(clippy::print_stderr, reason = "the command line speaks to people here")]
fn tell(text: &str) {
    eprintln!("{text}");
}
