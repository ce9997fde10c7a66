//! The arguments, and how their values are written.

mod takes;
mod values;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

pub(super) use self::takes::{TakesArgs, TakesCommand, VaryArgs};
pub(super) use self::values::{Hearing, PartArg, StyleArg, TimbreArg};
use super::failure::{Failure, Kind};
use crate::files::flac;
use crate::files::sound::{Format, SoundFile};
use crate::files::wav::Depth;
use crate::score::{ChordWish, Key, Meter, Quantum, Tempo, Trade};

/// An improvising partner, from the command line.
#[derive(Debug, Parser)]
#[command(name = "antiphon-cli", version, arg_required_else_help = true)]
#[command(after_help = "\
Exit codes:
  0  done
  2  wrong arguments
  3  an input cannot be read
  4  an output cannot be written
  5  a pack or runtime is refused
  6  composing failed")]
pub(super) struct Cli {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Improvise and write the mix, a stem for each part, the notes and a report
    #[command(after_help = BOUNCE_EXAMPLES)]
    Bounce(Box<BounceArgs>),
    /// Play with the band here and now, in a window on this machine's audio and MIDI devices (see `jam --help`)
    #[command(disable_help_flag = true)]
    Jam {
        /// Handed over to antiphon-jam
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "ARGUMENTS")]
        args: Vec<OsString>,
    },
    /// Play a MIDI file with the band's instruments into WAV files
    #[command(after_help = "\
Examples:
  antiphon-cli render demo/greensleeves.mid --out sound
  antiphon-cli render take/take.mid --bits 32 --out sound --force
  antiphon-cli render demo/greensleeves.mid --timbre 1=clarinet --out sound

Each track plays the timbre of its program, or one of its family, channel 10 the drums. `pack info` lists the timbres. Track 1 sounds on stem 1, and so on; track 5 on stem 1 again.")]
    Render(RenderArgs),
    /// Make a memory of a player from what she plays in MIDI files
    #[command(after_help = "\
Examples:
  antiphon-cli learn demo/greensleeves.mid --out greensleeves.memory
  antiphon-cli learn monday.mid tuesday.mid --out mine.memory --force
  antiphon-cli bounce --memory-file mine.memory --memory 0.8 --player demo/greensleeves.mid --part 1=answer --out take

Of each file the fullest track that is not drums is learned.")]
    Learn(LearnArgs),
    /// Say how far a MIDI file copies what the pack learned from
    #[command(after_help = "\
Examples:
  antiphon-cli check take/take.mid
  antiphon-cli check demo/greensleeves.mid --json

Of each track that is not drums the longest copy is told, with a training piece that has it where the index knows one, and the
share of notes in copied runs of eight notes or more. Runs are compared by their steps and the ratios of their waits.")]
    Check(CheckArgs),
    /// Measure on MIDI files how well the player is foretold, what hearing her is worth, and how parts answer
    #[command(after_help = "\
Example:
  python -m training.tunes --corpus corpus.npz --out tunes
  antiphon-cli measure tunes > measured.json

The folder holds a folder for each style, named as in the pack, of MIDI files whose first track is the player's.")]
    Measure(MeasureArgs),
    /// Other versions of a take's bars, from other seeds, ranked
    #[command(after_help = takes::VARY_EXAMPLES)]
    Vary(VaryArgs),
    /// List and export the takes of a saved state
    Takes(TakesArgs),
    /// List the styles of a pack
    #[command(after_help = "\
Examples:
  antiphon-cli styles
  antiphon-cli styles --pack my-pack --json")]
    Styles(StylesArgs),
    /// Look into a pack, or check it before use
    Pack(PackArgs),
}

#[derive(Debug, Args)]
pub(super) struct CheckArgs {
    /// MIDI file to look through
    #[arg(value_name = "FILE")]
    pub(super) file: PathBuf,
    /// Folder of the pack whose training pieces count; without it the built-in one
    #[arg(long, value_name = "DIR")]
    pub(super) pack: Option<PathBuf>,
    /// Write JSON
    #[arg(long)]
    pub(super) json: bool,
}

const BOUNCE_EXAMPLES: &str = "\
Examples:
  antiphon-cli bounce --out take
  antiphon-cli bounce --style folk_celtic --seed 7 --player demo/greensleeves.mid --key \"A minor\" --out take
  antiphon-cli bounce --style chorale,ragtime:0.3 --key \"D minor\" --scale-lock --out take
  antiphon-cli bounce --part 1=play,family=flute,register=12 --part 4=off --out take --force
  antiphon-cli bounce --part 1=play,timbre=clarinet --part 2=play,timbre=oboe+flute:0.4 --out reeds
  antiphon-cli bounce --player demo/greensleeves.mid --part 1=follow-below,family=strings --part 3=follow-bass --out duet
  antiphon-cli bounce --prompt melody.mid --prompt-bars 5-8 --bars 32 --json --out take > report.json
  antiphon-cli bounce --seed 7 --keep-take seven.json --out seven
  antiphon-cli bounce --take seven.json --out again

The folder receives mix.wav, a stem such as part-1-flute.wav for each part that plays, take.mid and report.json. They appear when
all of them are complete, or not at all. The same arguments give the same notes and the same samples. A stem is named by the timbre
that is heard where the part has one of its own, and by the family where it has none. Stems carry the mix's levels and its limiter, so
that they sum to the mix less the player's own notes (--mute-player); limiter_db in the report says how far it turned them down at most.";

#[derive(Debug, Args)]
pub(super) struct BounceArgs {
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten)]
    pub(super) music: MusicArgs,
    #[command(flatten)]
    pub(super) input: InputArgs,
    #[command(flatten)]
    pub(super) sound: SoundArgs,
    #[command(flatten)]
    pub(super) muse: MuseArgs,
}

#[derive(Clone, Debug, Args)]
pub(super) struct OutputArgs {
    /// Folder for the results; made if need be
    #[arg(long, value_name = "DIR")]
    pub(super) out: PathBuf,
    /// Replace results that are already there
    #[arg(long)]
    pub(super) force: bool,
    /// Print the report as JSON
    #[arg(long)]
    pub(super) json: bool,
    /// Print nothing but errors and what --json asks for
    #[arg(long, short)]
    pub(super) quiet: bool,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Music")]
pub(super) struct MusicArgs {
    /// Style, or two and how far to lean to the second, 0 to 1 [default: folk_celtic, or the first of a pack without it]
    #[arg(long, value_name = "NAME[,NAME:LEAN]")]
    pub(super) style: Option<StyleArg>,
    /// How much of the style: 0 none, 1 as its pieces are, to 2, more of what tells it from the others; or in percent, such as 150%
    #[arg(long, value_name = "S", default_value_t = 1.0, allow_negative_numbers = true, value_parser = values::share::<200>)]
    pub(super) style_strength: f32,
    /// Number that the improvisation grows from, 0 to 999999
    #[arg(long, value_name = "N", default_value_t = 1, allow_negative_numbers = true, value_parser = clap::value_parser!(u64).range(0..=999_999))]
    pub(super) seed: u64,
    /// Length
    #[arg(long, value_name = "N", default_value_t = 16, allow_negative_numbers = true, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) bars: u32,
    /// Quarter notes a minute, 10 to 1000 [default: the prompt's, the player's, or the style's]
    #[arg(long, value_name = "BPM", allow_negative_numbers = true, value_parser = values::tempo)]
    pub(super) tempo: Option<Tempo>,
    /// Time signature [default: the prompt's, the player's, or the style's]
    #[arg(long, value_name = "4/4", value_parser = values::meter)]
    pub(super) meter: Option<Meter>,
    /// 0.5 careful to 1.5 wild
    #[arg(long, value_name = "T", default_value_t = 1.0, allow_negative_numbers = true, value_parser = values::stepped::<50, 150, 100>)]
    pub(super) temperature: f32,
    /// Share of the likeliest value below which nothing is drawn, 0 to 0.5
    #[arg(long, value_name = "P", default_value_t = 0.02, allow_negative_numbers = true, value_parser = values::stepped::<0, 50, 1000>)]
    pub(super) min_p: f32,
    /// Notes in time: -2 sparse to 2 dense, 0 as usual in the style
    #[arg(long, value_name = "D", default_value_t = 0.0, allow_negative_numbers = true, value_parser = values::stepped::<-200, 200, 100>)]
    pub(super) density: f32,
    /// How often phrases come back: -2 seldom to 2 often, 0 as usual in the style
    #[arg(long, value_name = "R", default_value_t = 0.0, allow_negative_numbers = true, value_parser = values::stepped::<-200, 200, 100>)]
    pub(super) repetition: f32,
    /// Factor of the temperature for when notes come, 0.5 to 1.5
    #[arg(long, value_name = "F", default_value_t = 1.0, allow_negative_numbers = true, value_parser = values::stepped::<50, 150, 100>)]
    pub(super) time_temperature: f32,
    /// Factor of the temperature for which notes come, 0.5 to 1.5
    #[arg(long, value_name = "F", default_value_t = 1.0, allow_negative_numbers = true, value_parser = values::stepped::<50, 150, 100>)]
    pub(super) pitch_temperature: f32,
    /// How much of the player's timing and accents the band takes over, 0 to 1
    #[arg(long, value_name = "A", default_value_t = 0.5, allow_negative_numbers = true, value_parser = values::share::<100>)]
    pub(super) feel: f32,
    /// How much the band draws on what the player plays, 0 to 1: parts that answer quote her
    #[arg(long, value_name = "M", default_value_t = 0.5, allow_negative_numbers = true, value_parser = values::share::<100>)]
    pub(super) memory: f32,
    /// Wished key, such as "D minor" or "Eb major"
    #[arg(long, value_name = "KEY", value_parser = values::key)]
    pub(super) key: Option<Key>,
    /// Wished chord, such as Dm7; player is the one that the player plays
    #[arg(long, value_name = "CHORD", value_parser = values::chord, default_value = "open")]
    pub(super) chord: ChordWish,
    /// Allow only notes of the key
    #[arg(long, requires = "key")]
    pub(super) scale_lock: bool,
    /// How much is composed in one go
    #[arg(long, value_name = "LENGTH", value_enum, default_value_t = QuantumArg::Beat)]
    pub(super) quantum: QuantumArg,
    /// When parts that answer reply to the player: after a beat of her silence, or turn by turn of so many bars, hers first
    #[arg(long, value_name = "TURN", value_enum, default_value_t = TradeArg::Phrase)]
    pub(super) trade: TradeArg,
    /// A part (1 to 4) as N=MODE,KEY=VALUE...: mode play, answer, off, or follow-above, -below, -bass, -octave-up or -octave-down (one note to each of the player's); family (name, or auto), timbre (name, a blend such as clarinet+flute:0.5, or a point of the pack's map such as 0.31/0.72; drums keep their kit), register (semitones, -24 to 24), level (dB), pan (-1 to 1), mute, solo. Repeat for each part
    #[arg(long = "part", value_name = "N=MODE,...")]
    pub(super) parts: Vec<PartArg>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum QuantumArg {
    HalfBeat,
    Beat,
    Bar,
}

impl From<QuantumArg> for Quantum {
    fn from(quantum: QuantumArg) -> Self {
        match quantum {
            QuantumArg::HalfBeat => Quantum::HalfBeat,
            QuantumArg::Beat => Quantum::Beat,
            QuantumArg::Bar => Quantum::Bar,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum TradeArg {
    Phrase,
    #[value(name = "1")]
    OneBar,
    #[value(name = "2")]
    TwoBars,
    #[value(name = "4")]
    FourBars,
    #[value(name = "8")]
    EightBars,
}

impl From<TradeArg> for Trade {
    fn from(trade: TradeArg) -> Self {
        match trade {
            TradeArg::Phrase => Trade::Phrase,
            TradeArg::OneBar => Trade::OneBar,
            TradeArg::TwoBars => Trade::TwoBars,
            TradeArg::FourBars => Trade::FourBars,
            TradeArg::EightBars => Trade::EightBars,
        }
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Inputs")]
pub(super) struct InputArgs {
    /// MIDI file that the band hears before its first note
    #[arg(long, value_name = "FILE.mid")]
    pub(super) prompt: Option<PathBuf>,
    /// Which of its tracks with notes, from 1 [default: the one with the most notes that is not drums]
    #[arg(long, value_name = "N", requires = "prompt")]
    pub(super) prompt_track: Option<usize>,
    /// Which of its bars, from 1 [default: all, from the bar of the first note]
    #[arg(long, value_name = "5-8", requires = "prompt", value_parser = values::bars)]
    pub(super) prompt_bars: Option<(u32, u32)>,
    /// MIDI file that is played along with the band, from the first bar
    #[arg(long, value_name = "FILE.mid")]
    pub(super) player: Option<PathBuf>,
    /// Which of its tracks with notes, from 1 [default: as for the prompt]
    #[arg(long, value_name = "N", requires = "player")]
    pub(super) player_track: Option<usize>,
    /// What the band remembers of the player from before, as `learn` writes it
    #[arg(long, value_name = "FILE")]
    pub(super) memory_file: Option<PathBuf>,
    /// Take file to play note for note, in place of improvising
    #[arg(long, value_name = "FILE.json", conflicts_with_all = [
        "prompt", "player", "style", "style_strength", "seed", "bars", "tempo", "meter", "temperature", "min_p", "density",
        "repetition", "time_temperature", "pitch_temperature", "feel", "memory", "key", "chord", "scale_lock", "quantum", "trade", "parts", "keep_take",
    ])]
    pub(super) take: Option<PathBuf>,
    /// Also keep what was improvised as a take in this file
    #[arg(long, value_name = "FILE.json")]
    pub(super) keep_take: Option<PathBuf>,
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Sound")]
pub(super) struct SoundArgs {
    #[command(flatten)]
    pub(super) wav: WavArgs,
    /// Frames rendered at a time; changes nothing that can be heard
    #[arg(long, value_name = "FRAMES", default_value_t = 512, value_parser = values::block)]
    pub(super) block: usize,
    /// Level of the mix, dB, -60 to 6
    #[arg(long, value_name = "DB", default_value_t = 0.0, allow_negative_numbers = true, value_parser = values::stepped::<-6000, 600, 10>)]
    pub(super) master: f32,
    /// Leave the player's own notes out of the sound
    #[arg(long)]
    pub(super) mute_player: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum FormatArg {
    Wav,
    Flac,
}

#[derive(Clone, Debug, Args)]
pub(super) struct WavArgs {
    /// Kind of file: `flac` has the samples of `wav` in about half the room
    #[arg(long, value_enum, default_value_t = FormatArg::Wav)]
    pub(super) format: FormatArg,
    /// Frames a second
    #[arg(long, value_name = "HZ", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    pub(super) sample_rate: u32,
    /// Bits a sample: 16 or 24, dithered, or 32 for float
    #[arg(long, value_name = "BITS", default_value = "24", value_parser = values::depth)]
    pub(super) bits: Depth,
    /// Seconds that the sound may die away after the last bar
    #[arg(long, value_name = "SECONDS", default_value_t = 3.0, value_parser = values::stepped::<0, 6000, 1000>)]
    pub(super) tail: f32,
}

impl WavArgs {
    /// What is to be written, if there are such files.
    pub(super) fn file(&self) -> Result<SoundFile, Failure> {
        let refused = |what: &str, advice: &str| {
            Failure::new(Kind::Usage, anyhow::anyhow!("write FLAC: it takes no {what}"), advice)
        };
        let format = match self.format {
            FormatArg::Wav => Format::Wav,
            FormatArg::Flac if self.bits == Depth::Float32 => {
                return Err(refused(
                    "samples of 32 bits",
                    "they are floats: give --bits 16 or 24, or --format wav",
                ));
            }
            FormatArg::Flac if self.sample_rate > flac::HIGHEST_RATE => {
                let what = format!("{} frames a second", self.sample_rate);
                return Err(refused(&what, "give --sample-rate 96000 or less, or --format wav"));
            }
            FormatArg::Flac => Format::Flac,
        };
        Ok(SoundFile { format, depth: self.bits })
    }
}

#[derive(Debug, Args)]
#[command(next_help_heading = "Pack and runtime")]
pub(super) struct MuseArgs {
    /// Folder of a pack [default: the one inside this program]
    #[arg(long, value_name = "DIR")]
    pub(super) pack: Option<PathBuf>,
    /// Native ONNX Runtime library to use in place of the embedded runtime
    #[arg(long, value_name = "PATH", requires = "runtime_sha256")]
    pub(super) runtime_library: Option<PathBuf>,
    /// What that library must hash to
    #[arg(long, value_name = "HEX", requires = "runtime_library")]
    pub(super) runtime_sha256: Option<String>,
}

#[derive(Debug, Args)]
pub(super) struct RenderArgs {
    /// What to play
    #[arg(value_name = "FILE.mid")]
    pub(super) file: PathBuf,
    /// What a track sounds like: its number and a timbre of the pack, a blend of two such as `clarinet+flute:0.3`, or a point of the pack's map such as
    /// `0.31/0.72`. Repeat for each track
    #[arg(long = "timbre", value_name = "TRACK=TIMBRE", value_parser = values::track_timbre)]
    pub(super) timbres: Vec<(usize, TimbreArg)>,
    #[command(flatten)]
    pub(super) output: OutputArgs,
    #[command(flatten, next_help_heading = "Sound")]
    pub(super) wav: WavArgs,
    #[command(flatten)]
    pub(super) muse: MuseArgs,
}

#[derive(Debug, Args)]
pub(super) struct LearnArgs {
    /// What to learn, in this order
    #[arg(value_name = "FILE.mid", required = true)]
    pub(super) files: Vec<PathBuf>,
    /// Where to write the memory
    #[arg(long, value_name = "FILE")]
    pub(super) out: PathBuf,
    /// Replace a file that is already there
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, Args)]
pub(super) struct MeasureArgs {
    /// Folder of styles
    #[arg(value_name = "DIR")]
    pub(super) dir: PathBuf,
    /// At most so many files of each style
    #[arg(long, value_name = "N", default_value_t = 1000)]
    pub(super) limit: usize,
    /// Only these styles
    #[arg(long, value_name = "NAME", value_delimiter = ',')]
    pub(super) styles: Vec<String>,
    /// What to measure
    #[arg(long, value_name = "WHAT", value_enum, value_delimiter = ',', default_values_t = [MeasureArg::Melodies, MeasureArg::Hearing, MeasureArg::Jams, MeasureArg::Answers])]
    pub(super) what: Vec<MeasureArg>,
    #[command(flatten)]
    pub(super) muse: MuseArgs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum MeasureArg {
    /// Bits a note of the player's, with and without memory
    Melodies,
    /// Bits a note of the other parts, with her, without her and with another in her place
    Hearing,
    /// How many of her notes a part that plays along expects
    Jams,
    /// How parts that answer reply to her phrases
    Answers,
}

#[derive(Debug, Args)]
pub(super) struct StylesArgs {
    /// Folder of a pack [default: the one inside this program]
    #[arg(long, value_name = "DIR")]
    pub(super) pack: Option<PathBuf>,
    /// Print as JSON
    #[arg(long)]
    pub(super) json: bool,
}

#[derive(Debug, Args)]
pub(super) struct PackArgs {
    #[command(subcommand)]
    pub(super) command: PackCommand,
}

#[derive(Debug, Subcommand)]
pub(super) enum PackCommand {
    /// What a pack says of itself
    #[command(after_help = "\
Examples:
  antiphon-cli pack info
  antiphon-cli pack info my-pack --json")]
    Info {
        /// Folder of the pack [default: the one inside this program]
        #[arg(value_name = "DIR")]
        dir: Option<PathBuf>,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
    /// Check a pack's hashes and shapes, and run it
    #[command(after_help = "\
Example:
  antiphon-cli pack check my-pack")]
    Check {
        /// Folder of the pack
        #[arg(value_name = "DIR")]
        dir: PathBuf,
        /// Print as JSON
        #[arg(long)]
        json: bool,
    },
}
