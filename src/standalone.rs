//! Antiphon without a host: the same instrument and the same window on the system's own audio and MIDI devices.

mod args;
mod choice;
mod connected;
mod lines;
#[cfg(test)]
mod tests;

use std::process::ExitCode;

use clap::Parser;
use cpal::traits::{DeviceTrait as _, HostTrait as _};
use midir::{MidiInput, MidiOutput};
use nice_plug::prelude::nice_export_standalone_with_args;

use self::args::Args;
use self::choice::{Backend, Choice, Devices, StandaloneError};
use self::lines::Lines;
use crate::plugin::{Antiphon, Fate, Opening};

/// The system's own audio, by the name that the framework gives it.
#[cfg(target_os = "linux")]
const SYSTEM: &str = "alsa";
#[cfg(target_os = "macos")]
const SYSTEM: &str = "core-audio";
#[cfg(target_os = "windows")]
const SYSTEM: &str = "wasapi";

/// How we call ourselves towards MIDI ports.
const CLIENT: &str = "Antiphon";

/// Run the program that the process was started as.
pub fn run() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(refusal) => {
            // Help that finds no reader, say because a pager was closed, is no failure.
            refusal.print().ok();
            return ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2));
        }
    };
    let lines = Lines::hold();
    let done =
        if args.list { devices().map(|it| list(&it)) } else { jam(&args.choice(), args.opening()) };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            if error.is_of_devices() {
                tell(lines.text().trim_end());
            }
            tell(&format!("antiphon-jam: {error}\n  {}", error.advice()));
            ExitCode::from(error.exit_code())
        }
    }
}

#[expect(clippy::print_stdout, reason = "what was asked for")]
fn list(devices: &Devices) {
    let lists = [
        ("Audio outputs", &devices.outputs),
        ("MIDI inputs", &devices.midi_inputs),
        ("MIDI outputs", &devices.midi_outputs),
    ];
    for (heading, names) in lists {
        println!("{heading}");
        for name in names {
            println!("  {name}");
        }
        if names.is_empty() {
            println!("  none");
        }
    }
}

#[expect(clippy::print_stderr, reason = "the program speaks to people here")]
fn tell(text: &str) {
    eprintln!("{text}");
}

/// What the system has. A system without a MIDI service has no MIDI ports.
///
/// # Errors
/// If the audio devices cannot be listed.
fn devices() -> Result<Devices, StandaloneError> {
    let host = cpal::default_host();
    let outputs = host.output_devices().map_err(|error| StandaloneError::List {
        what: "audio outputs",
        reason: error.to_string(),
    })?;
    let outputs = outputs
        .filter_map(|device| device.description().map(|it| String::from(it.name())).ok())
        .collect();
    let midi_inputs = MidiInput::new(CLIENT).map_or_else(
        |_| Vec::new(),
        |midi| midi.ports().iter().filter_map(|port| midi.port_name(port).ok()).collect(),
    );
    let midi_outputs = MidiOutput::new(CLIENT).map_or_else(
        |_| Vec::new(),
        |midi| midi.ports().iter().filter_map(|port| midi.port_name(port).ok()).collect(),
    );
    Ok(Devices { outputs, midi_inputs, midi_outputs })
}

/// Open the window on these devices and play until it is closed. Main thread.
///
/// # Errors
/// If a device is not there or refuses, there is no display, or the session could not be kept.
fn jam(choice: &Choice, opening: Opening) -> Result<(), StandaloneError> {
    let (backend, devices) = choice.resolve()?;
    if let Some((path, kind)) = crate::plugin::refuses(&opening) {
        return Err(StandaloneError::NoSession { path: path.to_owned(), kind });
    }
    if cfg!(target_os = "linux") && std::env::var_os("DISPLAY").is_none_or(|it| it.is_empty()) {
        return Err(StandaloneError::NoDisplay);
    }
    crate::plugin::when_no_window(|reason| {
        tell(&format!(
            "error: {reason}. Install the display's OpenGL driver (on Debian libgl1-mesa-dri), or play in a host"
        ));
        std::process::exit(4);
    });
    crate::plugin::keep_to_faults();
    crate::plugin::play_through(devices);
    if let Some(bpm) = opening.tempo {
        crate::plugin::open_at(bpm);
    }
    crate::plugin::keep_session(opening);
    end_when_told();
    let is_done = nice_export_standalone_with_args::<Antiphon, _>(choice.arguments(backend));
    tell_fate(&crate::plugin::end_session().map_err(StandaloneError::Unkept)?);
    if is_done { Ok(()) } else { Err(StandaloneError::Failed) }
}

/// Say what became of the session where that is not what one expects.
fn tell_fate(fate: &Fate) {
    if let Some(words) = fate_words(fate) {
        tell(&words);
    }
}

/// What to say of it, if anything.
fn fate_words(fate: &Fate) -> Option<String> {
    match fate {
        Fate::Kept => None,
        // In quotation marks, for a shell: the usual place has a space in its name on macOS.
        Fate::Elsewhere(path) if path.exists() => Some(format!(
            "antiphon-jam: this session is kept in {0}\n  antiphon-jam --session \"{0}\" goes on with it",
            path.display()
        )),
        Fate::Elsewhere(_) => None, // nothing was done
        Fate::Lost => Some(String::from(
            "antiphon-jam: what was done here is not kept, as the window said\n  name a place with --session FILE",
        )),
    }
}

/// Ctrl+C, a logout and the end of the terminal keep the session, as closing the window does, and end the program.
fn end_when_told() {
    let end = || {
        match crate::plugin::end_session() {
            Ok(fate) => tell_fate(&fate),
            Err(error) => {
                let error = StandaloneError::Unkept(error);
                tell(&format!("antiphon-jam: {error}\n  {}", error.advice()));
                std::process::exit(error.exit_code().into());
            }
        }
        std::process::exit(0);
    };
    // Without it the window is closed by hand.
    ctrlc::set_handler(end).ok();
}

impl StandaloneError {
    /// What the musician may do.
    fn advice(&self) -> &'static str {
        match self {
            StandaloneError::NoOutput(_) => {
                "connect one, start JACK and say --backend jack, or say --backend none to look at the window without sound"
            }
            StandaloneError::Unknown { .. } => "name it as `antiphon-jam --list` does",
            StandaloneError::NoDisplay => {
                "run it where there is a screen; `antiphon-cli bounce` needs none"
            }
            StandaloneError::List { .. } => "check the system's sound service",
            StandaloneError::NoJack => "start JACK, or leave --backend out",
            StandaloneError::Unkept(_) => {
                "free the disk, or name another place with --session FILE"
            }
            StandaloneError::NoSession { .. } => "name a session, or a file that is not there yet",
            StandaloneError::Failed => "try another --output, --sample-rate or --period",
        }
    }

    /// Whether the sound library may know more of it.
    fn is_of_devices(&self) -> bool {
        matches!(
            self,
            StandaloneError::List { .. }
                | StandaloneError::NoOutput(_)
                | StandaloneError::NoJack
                | StandaloneError::Failed
        )
    }

    fn exit_code(&self) -> u8 {
        match self {
            StandaloneError::Unknown { .. } | StandaloneError::NoSession { .. } => 2,
            StandaloneError::Unkept(_) => 5,
            _ => 4,
        }
    }
}

impl Choice {
    /// As the framework's own host reads them, with a backend of those that are there.
    fn arguments(&self, backend: Backend) -> Vec<String> {
        let name = match backend {
            Backend::Auto => "auto",
            Backend::Jack => "jack",
            Backend::System => SYSTEM,
            Backend::None => "dummy",
        };
        let mut arguments: Vec<String> = [
            "antiphon",
            "--backend",
            name,
            "--sample-rate",
            &self.sample_rate.to_string(),
            "--period-size",
            &self.period.to_string(),
            "--dpi-scale",
            &self.scale.to_string(),
        ]
        .map(String::from)
        .to_vec();
        let (input, output) = match backend {
            Backend::Jack => ("--connect-jack-midi-input", "--connect-jack-midi-output"),
            _ => ("--midi-input", "--midi-output"),
        };
        let devices = [
            ("--output-device", &self.output),
            (input, &self.midi_input),
            (output, &self.midi_output),
        ];
        for (option, name) in devices {
            arguments.extend(name.iter().flat_map(|name| [String::from(option), name.clone()]));
        }
        arguments
    }
}
