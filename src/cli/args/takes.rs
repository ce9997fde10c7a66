//! The arguments of the commands about takes.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::{MuseArgs, OutputArgs, SoundArgs};

pub(super) const VARY_EXAMPLES: &str = "\
Examples:
  antiphon-cli bounce --seed 7 --bars 8 --keep-take seven.json --out seven
  antiphon-cli vary seven.json --count 25 --out variations
  antiphon-cli vary seven.json --keep-part 3 --keep-part 4 --out new-tunes
  antiphon-cli vary session.json --take \"Mellow Minuet\" --out minuets

The folder receives a MIDI file and a take file for each variation, numbered by rank, the best first, and variations.json with what each was
rated for. Nothing is left out. `antiphon-cli bounce --take` renders a take file.";

#[derive(Debug, Args)]
pub(in crate::cli) struct VaryArgs {
    /// A take, a session of antiphon-jam, or a saved state
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Which take of several: its name or its number from 1 [default: the only one]
    #[arg(long, value_name = "TAKE")]
    pub(in crate::cli) take: Option<String>,
    /// How many
    #[arg(long, value_name = "N", default_value_t = 25, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub(in crate::cli) count: u32,
    /// A part (1 to 4) that plays as it did while the others go on around it. Repeat for each part
    #[arg(long = "keep-part", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=4))]
    pub(in crate::cli) keep_parts: Vec<u8>,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    #[command(flatten)]
    pub(in crate::cli) muse: MuseArgs,
}

#[derive(Debug, Args)]
pub(in crate::cli) struct TakesArgs {
    #[command(subcommand)]
    pub(in crate::cli) command: TakesCommand,
}

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum TakesCommand {
    /// List the takes of a session or a saved state
    #[command(after_help = "\
Examples:
  antiphon-cli takes list session.json
  antiphon-cli takes list session.json --json")]
    List {
        /// A session of antiphon-jam, a saved state, or a take
        #[arg(value_name = "FILE")]
        file: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Render takes: a folder for each with the mix, stems, notes, report and the take itself
    #[command(after_help = "\
Examples:
  antiphon-cli takes export session.json --out takes
  antiphon-cli takes export session.json --take \"Mellow Minuet\" --take 3 --bits 32 --out takes")]
    Export(Box<ExportArgs>),
}

#[derive(Debug, Args)]
pub(in crate::cli) struct ExportArgs {
    /// A session of antiphon-jam, a saved state, or a take
    #[arg(value_name = "FILE")]
    pub(in crate::cli) file: PathBuf,
    /// Which takes: names or numbers from 1 [default: all]
    #[arg(long = "take", value_name = "TAKE")]
    pub(in crate::cli) takes: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) output: OutputArgs,
    #[command(flatten)]
    pub(in crate::cli) sound: SoundArgs,
    #[command(flatten)]
    pub(in crate::cli) muse: MuseArgs,
}
