//! What a host saw.

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Report {
    /// Why the run came to nothing; everything else is then unreliable.
    pub error: Option<String>,
    /// Names of the plugins in the bundle.
    pub plugins: Vec<String>,
    /// From opening the bundle to a first instance, milliseconds.
    pub start_ms: f64,
    pub inventory: Option<Inventory>,
    pub sessions: Vec<Take>,
    pub cycles: Option<Cycles>,
    /// Most memory the process held, KiB.
    pub peak_kib: u64,
}

/// What an instance says of itself.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    pub name: String,
    pub audio_inputs: Vec<Port>,
    pub audio_outputs: Vec<Port>,
    pub note_inputs: Vec<String>,
    pub note_outputs: Vec<String>,
    pub parameters: Vec<Parameter>,
    /// Names of parameters that hosts neither list nor automate.
    pub hidden: Vec<String>,
    pub latency: u32,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    pub name: String,
    pub channels: u32,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Parameter {
    pub id: u32,
    pub name: String,
    /// 0 to 1 over the parameter's range.
    pub value: f64,
    /// How the plugin writes the value.
    pub text: String,
}

/// What came out of one session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Take {
    pub frames: u64,
    /// From the frame at which the transport starts; negative while it waits.
    pub notes: Vec<Played>,
    pub outputs: Vec<Output>,
    /// Parameters after the run, as (name, 0 to 1).
    pub parameters: Vec<(String, f64)>,
    pub latency: u32,
    pub calls: Calls,
    /// Threads of the process while the session ran.
    pub threads: u32,
    pub editor: Option<Shown>,
}

/// How an editor behaved.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Shown {
    pub openings: u32,
    /// Why it did not open, each time that it did not.
    pub refusals: Vec<String>,
    /// Milliseconds that an opening took: the middle one and the longest.
    pub open_ms: (f64, f64),
    /// The sizes that it accepted.
    pub sizes: Vec<(u32, u32)>,
    /// Resident memory of the process after each closing, KiB.
    pub resident_kib: Vec<u64>,
    /// While it stayed open.
    pub painting: Option<Painting>,
}

/// What painting an open editor cost. Its share of a core is that of all threads that are neither the host's nor the music's.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Painting {
    pub secs: f64,
    pub frames: u32,
    pub core_share: f64,
    /// Processor time between two frames, milliseconds: median and 99th percentile.
    pub frame_ms: (f64, f64),
}

/// A note that the plugin sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Played {
    pub frame: i64,
    pub channel: u8,
    pub key: u8,
    /// 1 to 127, nothing where the note ends.
    pub velocity: Option<u8>,
}

/// What one output bus carried while the transport played and in the tail.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Output {
    pub active: bool,
    /// Of all samples as little-endian 32-bit floats, frame by frame, left before right.
    pub sha256: String,
    pub peak: f32,
    /// Samples that are not finite numbers.
    pub wild: u64,
}

/// The process calls of a session.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Calls {
    pub count: u64,
    /// Microseconds a call.
    pub p50: f64,
    pub p99: f64,
    pub p999: f64,
    pub max: f64,
    /// Seconds of all calls together.
    pub total_secs: f64,
    /// Calls to the allocator from within process calls; nothing where the system does not let us count them.
    pub allocations: Option<u64>,
}

/// What a hundred lives left behind.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize)]
pub struct Cycles {
    pub count: u32,
    /// Bytes held from the allocator after the tenth life and after the last; nothing where the system does not let us count them.
    pub early_bytes: Option<i64>,
    pub late_bytes: Option<i64>,
    /// Threads before the first life and after the last.
    pub threads_before: u32,
    pub threads_after: u32,
    pub mean_ms: f64,
}
