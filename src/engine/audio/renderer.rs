//! One block of audio: transport in, notes heard, planned notes sequenced, sound and MIDI out.

use std::fmt;
use std::sync::Arc;

use super::channel::Expression;
use super::conductor::Conductor;
use super::synth::Synth;
use crate::engine::link::Links;
use crate::music::keys::Pedal;
use crate::score::{Meter, Mix, Part, Pitch, Settings, Tempo, Velocity};

/// What the host says of time at the first frame of a block.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Transport {
    pub playing: bool,
    /// Quarter notes from the song's origin.
    pub position_quarters: f64,
    pub tempo: Tempo,
    pub meter: Meter,
    /// Where the current bar starts, quarter notes.
    pub bar_quarters: f64,
}

/// Something that the player or the host did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct HostEvent {
    /// Offset in the block; events come sorted.
    pub frame: u32,
    pub kind: HostEventKind,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum HostEventKind {
    NoteOn {
        pitch: Pitch,
        velocity: Velocity,
    },
    NoteOff {
        pitch: Pitch,
    },
    /// The sustain pedal: what is let go while it is down sounds until it comes up.
    Pedal(Pedal),
    /// Wheels, pedals and pressure: all of the player's notes bend, swell, move or change, those that sound and those to come.
    Bear(Expression),
    /// One of the player's notes that sound, or all of them, does so by itself.
    Express {
        pitch: Option<Pitch>,
        expression: Expression,
    },
    /// Pedals, wheels and pressure are as at the beginning (MIDI 1.0, "reset all controllers").
    ControllersReset,
    /// The player's keys and pedal all come up; the band plays on.
    KeysUp,
    /// Panic: everything that sounds ends.
    AllNotesOff,
}

/// A note that the band plays, or the player herself, for the host.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlayedEvent {
    /// Offset in the block.
    pub frame: u32,
    pub part: Part,
    pub pitch: Pitch,
    /// `None` ends the note.
    pub velocity: Option<Velocity>,
}

/// What to do when a window is not there at its time.
pub enum Pace<'a> {
    /// Rest it and count it.
    RealTime,
    /// Call this until it is there: it lets the composer work. A million calls without it, and the window is rested.
    Offline(&'a mut dyn FnMut()),
}

/// The input of one block.
#[derive(Debug)]
pub struct Block<'a> {
    pub frames: usize,
    pub transport: Transport,
    pub settings: &'a Settings,
    pub mix: &'a Mix,
    /// Sorted by frame.
    pub events: &'a [HostEvent],
    pub pace: Pace<'a>,
}

/// The output of one block; every slice has at least `Block::frames` frames and is overwritten.
#[derive(Debug)]
pub struct Outputs<'a> {
    pub main: [&'a mut [f32]; 2],
    pub parts: [[&'a mut [f32]; 2]; Part::BAND_SIZE],
}

/// Whether the instance has a synth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    Synth,
    Silent,
}

/// Everything that runs in the audio callback of one instance.
#[derive(Debug)]
pub struct Renderer {
    conductor: Conductor,
    sound: Sound,
    sample_rate: f32,
}

impl Renderer {
    /// Most events that `played` needs room for in one block.
    pub const PLAYED_CAPACITY: usize = 4096;

    pub fn new(links: Arc<Links>, sound: Sound) -> Self {
        let sample_rate = 48_000.0;
        let synth = (sound == Sound::Synth).then(|| Synth::new(sample_rate, 64));
        Self { conductor: Conductor::new(links, synth, sample_rate), sound, sample_rate }
    }

    /// Make room for blocks of up to `max_block` frames at `sample_rate` hertz and forget all that sounds. Allocates; not for the callback.
    pub fn prepare(&mut self, sample_rate: f32, max_block: usize) {
        self.conductor.halt();
        self.sample_rate = sample_rate;
        let synth = (self.sound == Sound::Synth).then(|| Synth::new(sample_rate, max_block));
        self.conductor.prepare(synth, sample_rate);
    }

    /// End all that sounds and forget the chain. Real-time safe. The endings go out with the next block.
    pub fn reset(&mut self) {
        self.conductor.halt();
    }

    /// Whether the band could begin in time where the transport stands. Real-time safe.
    pub fn is_ready(&self) -> bool {
        self.conductor.is_ready()
    }

    /// Frames by which the sound lags the notes; constant.
    pub fn latency(&self) -> u32 {
        self.conductor.latency()
    }

    /// The smallest gain that the limiter has turned mix and stems down to since `prepare`; 1 while it never did.
    pub fn least_gain(&self) -> f32 {
        self.conductor.least_gain()
    }

    /// Render one block. `played` receives everybody's notes in order of frames; it is cleared first, and never grows beyond its capacity,
    /// which should be `PLAYED_CAPACITY`.
    pub fn render(
        &mut self,
        block: Block<'_>,
        outputs: &mut Outputs<'_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        played.clear();
        self.conductor.conduct(block, outputs, played);
    }
}

impl fmt::Debug for Pace<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Pace::RealTime => "RealTime",
            Pace::Offline(_) => "Offline",
        })
    }
}
