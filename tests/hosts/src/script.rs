//! What a host is asked to do.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// Everything for one run of a host. Sessions run at the same time, each an instance with an audio thread of its own.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Script {
    /// Report ports and parameters.
    pub inventory: bool,
    pub sessions: Vec<Session>,
    /// Afterwards: instances made, played for a few blocks in real time and destroyed, so many times.
    pub cycles: u32,
}

/// One instance and what is played to it.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Session {
    /// Name of the plugin in the bundle; the first by default.
    pub plugin: Option<String>,
    /// Values set before activation, in order.
    pub parameters: Vec<Setting>,
    /// A state to restore first. The file holds the state as the framework writes it, without a format's envelope, so that one host reads another's.
    pub load_state: Option<PathBuf>,
    /// Where to save the state at the end.
    pub save_state: Option<PathBuf>,
    pub rate: f64,
    /// Sizes of the blocks, taken by turns.
    pub blocks: Vec<usize>,
    pub pace: Pace,
    pub tempo: f64,
    pub meter: (u16, u16),
    /// Quarter notes from the song's origin where playing begins.
    pub start_quarters: f64,
    /// Seconds of the wall's clock for which the transport stands still at the start, so that what is composed beforehand can be.
    pub wait_secs: f64,
    /// Frames for which the transport plays. The last block is cut.
    pub play_frames: u64,
    /// Frames rendered after the transport has stopped. The last block is cut.
    pub tail_frames: u64,
    /// Keys pressed; frames count from the start of playing.
    pub notes: Vec<Key>,
    /// Controllers moved; frames count from the start of playing.
    pub controls: Vec<Controller>,
    /// Parameters moved while playing; frames count from the start of playing.
    pub moves: Vec<Move>,
    /// Outputs that the host switches off.
    pub outputs_off: Vec<usize>,
    /// How a CLAP host shows that an output is off. VST3 has one way.
    pub absence: Absence,
    /// Write each output to `<folder>/<bus>.wav`.
    pub wav_folder: Option<PathBuf>,
    /// Drop the instance in the midst of its last block's music, without stopping or deactivating it by the way.
    pub drop_early: bool,
    /// Bracket each process call with a system call that nothing else makes (`getppid`), so that a tracer can tell the plugin from the host.
    pub mark_calls: bool,
    /// A fault planted in each process call, to show that a guard fires.
    pub plant: Option<Plant>,
    /// The editor, while the session runs.
    pub editor: Option<Showing>,
}

/// An editor that is opened and closed from the main thread, in an X11 window of the host's. Milliseconds are of the wall's clock.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Showing {
    /// Times that it is opened and closed again.
    pub openings: u32,
    pub open_ms: u64,
    pub closed_ms: u64,
    /// To be resized to while it is open, physical pixels, by turns.
    pub sizes: Vec<(u32, u32)>,
    /// Told before it is opened, by turns.
    pub scales: Vec<f64>,
    /// Afterwards it is opened once more and stays until the music is over; its frames are counted.
    pub stays: bool,
}

/// A parameter's value before playing.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Setting {
    /// The id in the plugin's declaration, such as `temp`, or the name shown to people.
    pub parameter: String,
    /// 0 to 1 over the parameter's range.
    #[serde(default)]
    pub value: f64,
    /// In place of the value: the choice whose text this is, upper or lower case.
    #[serde(default)]
    pub text: Option<String>,
}

/// A parameter's value from a frame on.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Move {
    pub frame: u64,
    pub parameter: String,
    /// 0 to 1 over the parameter's range.
    pub value: f64,
}

/// A key pressed and let go.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Key {
    pub frame: u64,
    pub frames: u64,
    pub channel: u8,
    pub key: u8,
    /// 1 to 127.
    pub velocity: u8,
}

/// A MIDI controller moved.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Controller {
    pub frame: u64,
    pub channel: u8,
    pub controller: u8,
    /// 0 to 127.
    pub value: u8,
}

/// Who sets the pace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Pace {
    /// As fast as it goes, and the plugin is told so.
    #[default]
    Offline,
    /// Each block at its time by the wall's clock.
    RealTime,
}

/// How an output that is off looks to a CLAP plugin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Absence {
    /// The port is there, its channel list is null.
    #[default]
    Null,
    /// The port is there and has no channels.
    Empty,
    /// The list of ports ends before it. Only for the last ones.
    Missing,
}

/// What goes wrong on purpose.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Plant {
    Allocation,
    SystemCall,
}

impl Default for Session {
    fn default() -> Self {
        Self {
            plugin: None,
            parameters: Vec::new(),
            load_state: None,
            save_state: None,
            rate: 48_000.0,
            blocks: vec![512],
            pace: Pace::Offline,
            tempo: 120.0,
            meter: (4, 4),
            start_quarters: 0.0,
            wait_secs: 0.0,
            play_frames: 0,
            tail_frames: 0,
            notes: Vec::new(),
            controls: Vec::new(),
            moves: Vec::new(),
            outputs_off: Vec::new(),
            absence: Absence::Null,
            wav_folder: None,
            drop_early: false,
            mark_calls: false,
            plant: None,
            editor: None,
        }
    }
}

impl Session {
    /// Frames in `quarters` quarter notes at the session's tempo and rate, to the nearest.
    pub fn frames(&self, quarters: f64) -> u64 {
        (quarters * 60.0 / self.tempo * self.rate).round() as u64
    }
}
