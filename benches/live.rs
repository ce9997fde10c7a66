//! A jam by the clock with the default pack: windows that came late and what the callback took, in ordinary play and with a composer
//! that is starved on purpose. One line of JSON.
//!
//! `cargo bench --bench live -- [MINUTES [BPM [KEYS]]]`, by default one minute at 180 in which nobody plays. KEYS are the notes that a player
//! strikes in a quarter note, evenly and four ticks before the beat: with 2 or more, one of them comes between each cutoff and its revision, so that
//! every window is composed anew.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::expect_used, reason = "a bench that cannot run ends")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of blocks, and places in lists of them"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use antiphon::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use antiphon::engine::control::Instance;
use antiphon::infer::{self, ComposeError, Controls, Draw, Muse, Runtime, State, StyleCard};
use antiphon::music::tokens::Features;
use antiphon::pack::Pack;
use antiphon::score::{
    Meter, Mix, PartialTable, Pitch, Quantum, Settings, Tempo, TimbreId, Velocity,
};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 64;
/// What each step takes while the composer is starved.
const STARVED: Duration = Duration::from_millis(50);
/// How long it is starved, and how long it is watched before and after, seconds.
const PHASE: f64 = 20.0;

fn main() {
    let mut numbers = std::env::args().skip(1).filter_map(|argument| argument.parse::<f64>().ok());
    let minutes = numbers.next().unwrap_or(1.0);
    let bpm = numbers.next().unwrap_or(180.0);
    let keys = numbers.next().unwrap_or(0.0);
    let mut host = Host::new(Tempo::new(bpm).expect("a tempo from 10 to 1000"), keys);
    // After the composer's thread was started: that one is not to have it from us.
    let callback = if go_first() { "real time" } else { "ordinary" };
    let ordinary = host.play(minutes * 60.0);
    host.delay.store(millis(STARVED), Ordering::Relaxed);
    let starved = host.play(PHASE);
    host.delay.store(0, Ordering::Relaxed);
    let recovering = host.play(PHASE);
    let figures = serde_json::json!({
        "minutes": minutes, "bpm": bpm, "frames": FRAMES, "quantum": "half a beat", "keys": keys,
        "callback_priority": callback,
        "composer_priority": format!("{:?}", host.instance.links.gauges.priority()).to_lowercase(),
        "notes": host.instance.links.gauges.notes_composed.load(Ordering::Relaxed),
        "ordinary": ordinary.figures(),
        "starved": starved.figures(),
        "recovering": recovering.figures(),
    });
    println!("{figures}");
}

/// A muse that can be slowed down.
struct Slow {
    muse: Box<dyn Muse>,
    /// Milliseconds a step.
    delay: Arc<AtomicU64>,
}

impl Muse for Slow {
    fn styles(&self) -> &[StyleCard] {
        self.muse.styles()
    }

    fn backend(&self) -> &str {
        self.muse.backend()
    }

    fn silence(&self) -> State {
        self.muse.silence()
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        let delay = self.delay.load(Ordering::Relaxed);
        if delay > 0 {
            std::thread::park_timeout(Duration::from_millis(delay));
        }
        self.muse.step(state, features, controls)
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        self.muse.table(timbre, pitch, velocity)
    }
}

/// A host that calls by the clock.
struct Host {
    instance: Instance,
    renderer: Renderer,
    delay: Arc<AtomicU64>,
    settings: Settings,
    tempo: Tempo,
    /// That the player strikes in a quarter note.
    keys: f64,
    begun: Instant,
    blocks: u64,
    channels: Vec<Vec<f32>>,
    played: Vec<PlayedEvent>,
}

/// What came of one phase.
struct Phase {
    /// Microseconds, sorted.
    calls: Vec<f64>,
    windows: f64,
    late: u32,
    late_revisions: u32,
    /// Windows from the beginning of the phase to its last late one.
    until_last_late: f64,
}

impl Host {
    fn new(tempo: Tempo, keys: f64) -> Self {
        let delay = Arc::new(AtomicU64::new(0));
        let slow = Arc::clone(&delay);
        let open = move || {
            let pack = Pack::embedded().map_err(|error| error.to_string())?;
            let muse = infer::open(&pack, &Runtime::Embedded).map_err(|error| error.to_string())?;
            Ok(Box::new(Slow { muse, delay: slow }) as Box<dyn Muse>)
        };
        let instance = Instance::start(open, Sound::Synth);
        let mut renderer = Renderer::new(Arc::clone(&instance.links), Sound::Synth);
        renderer.prepare(RATE as f32, FRAMES);
        let settings = Settings { quantum: Quantum::HalfBeat, density: 1.0, ..Settings::default() };
        let mut host = Self {
            instance,
            renderer,
            delay,
            settings,
            tempo,
            keys,
            begun: Instant::now(),
            blocks: 0,
            channels: vec![vec![0.0; FRAMES]; 10],
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
        };
        // Standing, until the pack is open and the first window composed.
        while host.instance.links.gauges.notes_composed.load(Ordering::Relaxed) == 0 {
            host.call(false);
        }
        host.blocks = 0;
        host.begun = Instant::now();
        host
    }

    /// Play for `secs`.
    fn play(&mut self, secs: f64) -> Phase {
        let blocks = (secs * RATE / FRAMES as f64).ceil();
        let late_before = self.late();
        let (mut calls, mut last) = (Vec::with_capacity(blocks as usize), (late_before, 0.0));
        let revisions_before = self.late_revisions();
        for block in 0..blocks as u64 {
            calls.push(self.call(true).as_secs_f64() * 1e6);
            if self.late() > last.0 {
                last = (self.late(), block as f64);
            }
        }
        calls.sort_by(f64::total_cmp);
        let windows_a_block = FRAMES as f64 / RATE * self.tempo.bpm() / 60.0 * 2.0;
        Phase {
            calls,
            windows: blocks * windows_a_block,
            late: self.late() - late_before,
            late_revisions: self.late_revisions() - revisions_before,
            until_last_late: last.1 * windows_a_block,
        }
    }

    /// What the player does in a block: strike a key of a scale, let the one before go.
    fn events(&self, from: f64, to: f64) -> Vec<HostEvent> {
        const SCALE: [u8; 8] = [60, 62, 64, 65, 67, 69, 71, 72];
        const EARLY: f64 = 4.0 / 24.0;
        let number = |quarters: f64| ((quarters + EARLY) * self.keys).ceil() as u64;
        let pitch = |number: u64| Pitch::new(SCALE[(number % 8) as usize]);
        let mut kinds = Vec::new();
        for key in number(from)..number(to) {
            kinds.extend(pitch(key.wrapping_sub(1)).map(|pitch| HostEventKind::NoteOff { pitch }));
            let velocity = Velocity::clamped(80);
            kinds.extend(pitch(key).map(|pitch| HostEventKind::NoteOn { pitch, velocity }));
        }
        kinds.into_iter().map(|kind| HostEvent { frame: 0, kind }).collect()
    }

    fn late(&self) -> u32 {
        self.instance.links.gauges.late_windows.load(Ordering::Relaxed)
    }

    fn late_revisions(&self) -> u32 {
        self.instance.links.gauges.late_revisions.load(Ordering::Relaxed)
    }

    /// One call, when it is due; what it took.
    fn call(&mut self, playing: bool) -> Duration {
        let due = Duration::from_secs_f64(self.blocks as f64 * FRAMES as f64 / RATE);
        while self.begun.elapsed() < due {
            std::thread::park_timeout(due.saturating_sub(self.begun.elapsed()));
        }
        let frames = if playing { self.blocks as f64 * FRAMES as f64 } else { 0.0 };
        let quarters = frames / RATE * self.tempo.bpm() / 60.0;
        let transport = Transport {
            playing,
            position_quarters: quarters,
            tempo: self.tempo,
            meter: Meter::COMMON,
            bar_quarters: ((quarters + 1e-9) / 4.0).floor() * 4.0,
        };
        let end = quarters + FRAMES as f64 / RATE * self.tempo.bpm() / 60.0;
        let events = if playing { self.events(quarters, end) } else { Vec::new() };
        let block = Block {
            frames: FRAMES,
            transport,
            settings: &self.settings,
            mix: &Mix::default(),
            events: &events,
            pace: Pace::RealTime,
        };
        let mut slices = self.channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().expect("ten channels"));
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        let begun = Instant::now();
        self.renderer.render(block, &mut outputs, &mut self.played);
        let took = begun.elapsed();
        while self.instance.links.from_composer.pop().is_some() {}
        self.blocks += 1;
        took
    }
}

impl Phase {
    fn figures(&self) -> serde_json::Value {
        let at = |share: f64| {
            let place = (self.calls.len() as f64 * share) as usize;
            self.calls.get(place.min(self.calls.len() - 1)).copied()
        };
        serde_json::json!({
            "windows": self.windows.round(),
            "late": self.late,
            "late_revisions": self.late_revisions,
            "windows_until_last_late": self.until_last_late.ceil(),
            "callback_micros": { "p50": at(0.5), "p999": at(0.999), "max": at(1.0) },
        })
    }
}

/// The callback goes before ordinary work, as a sound card's does; a host that is itself kept waiting calls in heaps, and every window of a heap is late. Whether the
/// system grants it.
#[cfg(target_os = "linux")]
fn go_first() -> bool {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    /// Of 1 to 99, as JACK has it.
    const PRIORITY: u8 = 10;
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    let priority = thread_priority::ThreadPriority::try_from(PRIORITY);
    priority.is_ok_and(|it| set_thread_priority_and_policy(thread_native_id(), it, policy).is_ok())
}

#[cfg(not(target_os = "linux"))]
fn go_first() -> bool {
    false
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
