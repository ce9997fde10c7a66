//! The arguments.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};

use super::choice::{Backend, Choice};
use crate::plugin::{Begin, Opening, TEMPOS_BPM};
use crate::score::{Meter, Tempo};

/// Play with the band here and now, on this machine's audio and MIDI devices.
#[derive(Debug, Parser)]
#[command(
    name = "antiphon-jam",
    version,
    after_help = "\
Examples:
  antiphon-jam --list
  antiphon-jam --midi-in \"My Keyboard MIDI 1\"
  antiphon-jam --session evening.json
  antiphon-jam --output \"Built-in Audio\" --tempo 96 --meter 3/4 --period 128

The window of the plugin opens, with a transport of its own: press play in it, or the space bar. Devices are named as --list names them.
The session is kept when something has changed and when the window closes: all that a song keeps in a host, with tempo and time signature.
Exit codes: 0 the window was closed, 2 wrong arguments, 4 a device or the screen is missing or refuses, 5 the session could not be kept."
)]
pub(super) struct Args {
    /// List the audio and MIDI devices, and do nothing else
    #[arg(long)]
    pub(super) list: bool,
    /// What to play through; none is a window without sound
    #[arg(long, value_name = "NAME", value_enum, default_value_t = BackendArg::Auto)]
    backend: BackendArg,
    /// Audio output [default: the system's]
    #[arg(long, value_name = "DEVICE")]
    output: Option<String>,
    /// MIDI input that you play on [default: no keyboard]
    #[arg(long, value_name = "PORT")]
    midi_in: Option<String>,
    /// MIDI output that the band's notes go to as well, parts on channels 1 to 4
    #[arg(long, value_name = "PORT")]
    midi_out: Option<String>,
    /// Frames a second
    #[arg(long, value_name = "HZ", default_value_t = 48_000, value_parser = clap::value_parser!(u32).range(8_000..=384_000))]
    sample_rate: u32,
    /// Frames a block: less is sooner heard, more is safer
    #[arg(long, value_name = "FRAMES", default_value_t = 256, value_parser = clap::value_parser!(u32).range(16..=8192))]
    period: u32,
    /// Quarter notes a minute that it begins with, 20 to 400 [default: the session's, 120 in a new one]
    #[arg(long, value_name = "BPM", value_parser = tempo)]
    tempo: Option<Tempo>,
    /// Time signature [default: the session's, 4/4 in a new one]
    #[arg(long, value_name = "4/4", value_parser = meter)]
    meter: Option<Meter>,
    /// Begin an empty session; the one before is kept under another name
    #[arg(long)]
    new: bool,
    /// Go on with the session of this file, or begin one there [default: session.json beside the window's settings]
    #[arg(long, value_name = "FILE")]
    session: Option<PathBuf>,
    /// Size of the window: 2 on a screen of twice the usual resolution, 0.5 to 4
    #[arg(long, value_name = "FACTOR", default_value_t = 1.0, value_parser = scale)]
    scale: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum BackendArg {
    Auto,
    Jack,
    System,
    None,
}

impl Args {
    pub(super) fn choice(&self) -> Choice {
        Choice {
            backend: match self.backend {
                BackendArg::Auto => Backend::Auto,
                BackendArg::Jack => Backend::Jack,
                BackendArg::System => Backend::System,
                BackendArg::None => Backend::None,
            },
            output: self.output.clone(),
            midi_input: self.midi_in.clone(),
            midi_output: self.midi_out.clone(),
            sample_rate: self.sample_rate,
            period: self.period,
            scale: self.scale,
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "a tempo has few digits")]
    pub(super) fn opening(&self) -> Opening {
        Opening {
            path: self.session.clone(),
            begin: if self.new { Begin::New } else { Begin::Again },
            tempo: self.tempo.map(|it| it.bpm() as f32),
            meter: self.meter,
        }
    }
}

fn tempo(text: &str) -> Result<Tempo, String> {
    let (low, high) = TEMPOS_BPM;
    let is_in_range = |bpm: &f64| (f64::from(low)..=f64::from(high)).contains(bpm);
    let tempo = text.parse().ok().filter(is_in_range).and_then(Tempo::new);
    tempo.ok_or_else(|| format!("give quarter notes a minute, {low} to {high}, such as 96"))
}

fn meter(text: &str) -> Result<Meter, String> {
    let meter = text.split_once('/').and_then(|(count, unit)| {
        Meter::new(count.trim().parse().ok()?, unit.trim().parse().ok()?)
    });
    meter.ok_or_else(|| String::from("give a time signature such as 3/4"))
}

fn scale(text: &str) -> Result<f64, String> {
    let scale = text.parse().ok().filter(|it| (0.5..=4.0).contains(it));
    scale.ok_or_else(|| String::from("give a factor, 0.5 to 4"))
}
