//! A long session with the default pack, faster than real time: memory, the time of a note, and what the song's file takes, hour by hour.
//! After every 64 bars the newest 16 are kept as a take, until no more are taken. One line of JSON.
//!
//! `cargo bench --bench session -- [HOURS]`, by default a tenth of one.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::expect_used, reason = "a bench that cannot run ends")]
#![expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "counts of blocks and frames"
)]

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Instant;

use antiphon::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use antiphon::engine::composer::{Composer, Next};
use antiphon::engine::link::Links;
use antiphon::files::state::{self, State};
use antiphon::infer::{self, Runtime};
use antiphon::music::takes::Takes;
use antiphon::pack::Pack;
use antiphon::score::{
    Meter, Mix, Mode, Pitch, Seed, Settings, Stream, StyleBlend, Tempo, Tick, Velocity,
};

const RATE: f64 = 48_000.0;
const FRAMES: usize = 1024;
const TEMPO: f64 = 120.0;
/// Bars of 4/4 between two changes of mind: another style, another seed, other modes.
const STRETCH: i64 = 64;
/// Bars that are kept of each.
const KEPT: u32 = 16;

fn main() {
    let hours = std::env::args().skip(1).find_map(|it| it.parse::<f64>().ok()).unwrap_or(0.1);
    let mut session = Session::new();
    let steps = hours.ceil().max(1.0) as usize;
    let mut rows = Vec::with_capacity(steps);
    for hour in 1..=steps {
        rows.push(session.play(hours / steps as f64 * 3600.0, hour));
    }
    println!("{}", serde_json::json!({ "hours": hours, "tempo": TEMPO, "rows": rows }));
}

struct Session {
    links: Arc<Links>,
    composer: Composer,
    renderer: Renderer,
    settings: Settings,
    chance: Stream,
    /// Frames played.
    position: u64,
    held: Option<Pitch>,
    takes: Takes,
    /// Takes that the song had no room for.
    refused: usize,
    channels: Vec<Vec<f32>>,
    played: Vec<PlayedEvent>,
}

impl Session {
    fn new() -> Self {
        let links = Links::new();
        let pack = Pack::embedded().expect("the embedded pack is whole");
        let muse = infer::open(&pack, &Runtime::Embedded).expect("the runtime takes the pack");
        let composer = Composer::new(Arc::clone(&links), muse, Sound::Silent);
        let mut renderer = Renderer::new(Arc::clone(&links), Sound::Silent);
        renderer.prepare(RATE as f32, FRAMES);
        Self {
            links,
            composer,
            renderer,
            settings: Settings::default(),
            chance: Seed(1).stream(1),
            position: 0,
            held: None,
            takes: Takes::new(Vec::new()),
            refused: 0,
            channels: vec![vec![0.0; FRAMES]; 10],
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
        }
    }

    /// Play `secs` of music; what they cost.
    fn play(&mut self, secs: f64, hour: usize) -> serde_json::Value {
        let (begun, notes) = (Instant::now(), self.notes());
        let end = self.position + (secs * RATE) as u64;
        while self.position < end {
            self.block();
        }
        let (took, notes) = (begun.elapsed().as_secs_f64(), self.notes() - notes);
        serde_json::json!({
            "hour": hour,
            "notes": notes,
            "late": self.links.gauges.late_windows.load(Ordering::Relaxed),
            "lost": self.links.gauges.lost.load(Ordering::Relaxed),
            "ms_a_note": took * 1000.0 / notes.max(1) as f64,
            "resident_kib": resident_kib(),
            "recording_bytes": self.links.recording().bytes(),
            "takes": self.takes.len(),
            "takes_refused": self.refused,
            "song_bytes": self.song().len(),
        })
    }

    /// The song as a host saves it.
    fn song(&self) -> String {
        let takes = self.takes.iter().map(|(_, take)| take.as_ref().clone()).collect();
        state::write(&State { takes, ..State::default() })
    }

    fn notes(&self) -> u64 {
        self.links.gauges.notes_composed.load(Ordering::Relaxed)
    }

    fn block(&mut self) {
        let quarters = self.position as f64 / RATE * TEMPO / 60.0;
        let events = self.player(quarters);
        let transport = Transport {
            playing: true,
            position_quarters: quarters,
            tempo: Tempo::new(TEMPO).expect("a tempo from 10 to 1000"),
            meter: Meter::COMMON,
            bar_quarters: ((quarters + 1e-9) / 4.0).floor() * 4.0,
        };
        let composer = &mut self.composer;
        let mut turn = || while matches!(composer.step(), Ok(Next::Step)) {};
        turn();
        let block = Block {
            frames: FRAMES,
            transport,
            settings: &self.settings,
            mix: &Mix::default(),
            events: &events,
            pace: Pace::Offline(&mut turn),
        };
        let mut slices = self.channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().expect("ten channels"));
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        self.renderer.render(block, &mut outputs, &mut self.played);
        self.position += FRAMES as u64;
        if Tick::from_quarters(quarters).0 / (96 * STRETCH)
            != Tick::from_quarters(self.position as f64 / RATE * TEMPO / 60.0).0 / (96 * STRETCH)
        {
            self.change_mind();
        }
    }

    /// In every other four bars she plays, a note each third block or so.
    fn player(&mut self, quarters: f64) -> Vec<HostEvent> {
        let plays = ((quarters / 16.0) as u64).is_multiple_of(2);
        if !plays && self.held.is_none() || self.chance.uniform() > 0.15 {
            return Vec::new();
        }
        let mut events: Vec<HostEventKind> = Vec::new();
        events.extend(self.held.take().map(|pitch| HostEventKind::NoteOff { pitch }));
        if plays {
            let scale = [60, 62, 64, 65, 67, 69, 71, 72];
            let pitch = Pitch::new(scale[self.chance.next_u64() as usize % scale.len()]);
            let velocity = Velocity::clamped(60 + (self.chance.next_u64() % 50) as u8);
            self.held = pitch;
            events.extend(pitch.map(|pitch| HostEventKind::NoteOn { pitch, velocity }));
        }
        events.into_iter().map(|kind| HostEvent { frame: 0, kind }).collect()
    }

    fn change_mind(&mut self) {
        let kept = self.links.recording().keep_last(KEPT).expect("the band has played");
        self.refused += usize::from(self.takes.keep(kept.take).is_err());
        self.settings.seed = Seed(self.chance.next_u64() % 1_000_000);
        self.settings.style = StyleBlend::only((self.chance.next_u64() % 26) as usize);
        for part in &mut self.settings.parts {
            part.mode = if self.chance.uniform() < 0.3 { Mode::Answer } else { Mode::Play };
        }
    }
}

/// Memory that the process has in use, where the system tells.
fn resident_kib() -> Option<u64> {
    let text = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = text.lines().find(|line| line.starts_with("VmRSS:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}
