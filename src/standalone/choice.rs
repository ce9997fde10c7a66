//! What to jam on, and why there may be nothing to jam on.

use std::path::PathBuf;

/// The system's devices by name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Devices {
    pub(super) outputs: Vec<String>,
    pub(super) midi_inputs: Vec<String>,
    pub(super) midi_outputs: Vec<String>,
}

/// Which devices, and how.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Choice {
    pub(super) backend: Backend,
    /// `None` takes the system's default.
    pub(super) output: Option<String>,
    /// `None` connects no keyboard.
    pub(super) midi_input: Option<String>,
    /// `None` sends the band's notes nowhere.
    pub(super) midi_output: Option<String>,
    /// Hertz.
    pub(super) sample_rate: u32,
    /// Frames a block.
    pub(super) period: u32,
    /// Physical pixels in a logical point.
    pub(super) scale: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Backend {
    /// JACK where it runs, else the system's own devices.
    Auto,
    Jack,
    /// ALSA, Core Audio or WASAPI.
    System,
    /// No sound: to look at the window.
    None,
}

/// Why there is no jam. Main thread.
#[derive(Debug, thiserror::Error)]
pub(super) enum StandaloneError {
    #[error("list the {what}: {reason}")]
    List { what: &'static str, reason: String },
    #[error("open an audio output: {0}")]
    NoOutput(String),
    #[error("play through JACK: no JACK server answers")]
    NoJack,
    #[error("{0}")]
    Unkept(String),
    #[error("keep the session in {}: it is {kind}", path.display())]
    NoSession { path: PathBuf, kind: String },
    #[error("find the {what} `{name}`: {meant}there is {known}")]
    Unknown { what: &'static str, name: String, meant: String, known: String },
    #[error("open the window: no display (DISPLAY is not set)")]
    NoDisplay,
    #[error("run the window on these devices: the lines above say what failed")]
    Failed,
}
