//! A composer that has too little time, and then enough: the host plays on while the muse thinks, in a time that is counted and not measured.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex};

use super::host::{LARGEST, RATE};
use crate::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use crate::engine::composer::{Composer, Next};
use crate::engine::link::Links;
use crate::infer::{ComposeError, Controls, Draw, Muse, Scripted, State, StyleCard};
use crate::music::tokens::Features;
use crate::score::{
    Meter, Mix, PartialTable, Pitch, Quantum, Seed, Settings, Tempo, TimbreId, Velocity,
};

/// Frames of a tick at 125 bpm and 48 kHz, and of a block.
pub(super) const TICK: usize = 960;
const BLOCK: usize = 64;
/// Ticks at which the starving begins and ends.
const STARVED: (usize, usize) = (200, 1000);
const END: usize = 1600;
/// Frames that a step takes: 50 ms while it is starved, else 1.25 ms; and what the composer's thread sleeps when it has nothing to do.
const SLOW: usize = 2400;
const FAST: usize = 60;
pub(super) const NAP: usize = 48;

/// How much the player plays.
#[derive(Clone, Copy, Debug)]
pub(super) enum Playing {
    Nothing,
    /// A note each so many ticks, of half the length.
    Every(usize),
}

/// A host whose time passes only when somebody spends it.
pub(super) struct Clock {
    renderer: Renderer,
    pub(super) links: Arc<Links>,
    pub(super) settings: Settings,
    /// Whether steps are slow for a while.
    pub(super) starves: bool,
    /// From one tick on the song goes on so many ticks before.
    pub(super) jump: Option<(usize, usize)>,
    playing: Playing,
    frame: usize,
    /// Spent and not yet rendered.
    owed: usize,
    /// Ticks at which a window was rested, and at which one stood.
    late: Vec<usize>,
    stood: Vec<usize>,
    pub(super) begun: Vec<usize>,
    played: Vec<PlayedEvent>,
    channels: Vec<Vec<f32>>,
}

impl Clock {
    pub(super) fn new(quantum: Quantum, playing: Playing) -> Self {
        let links = Links::new();
        let mut renderer = Renderer::new(Arc::clone(&links), Sound::Silent);
        renderer.prepare(RATE, LARGEST);
        Self {
            renderer,
            links,
            settings: Settings { quantum, seed: Seed(3), ..Settings::default() },
            starves: true,
            jump: None,
            playing,
            frame: 0,
            owed: 0,
            late: Vec::new(),
            stood: Vec::new(),
            begun: Vec::new(),
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
            channels: vec![vec![0.0; LARGEST]; 10],
        }
    }

    pub(super) fn tick(&self) -> usize {
        self.frame / TICK
    }

    pub(super) fn spend(&mut self, frames: usize) {
        self.owed += frames;
        while self.owed >= BLOCK {
            self.owed -= BLOCK;
            self.block();
        }
    }

    fn think(&mut self) {
        let is_starved = self.starves && (STARVED.0..STARVED.1).contains(&self.tick());
        self.spend(if is_starved { SLOW } else { FAST });
    }

    fn block(&mut self) {
        let back = self.jump.filter(|it| self.tick() >= it.0).map_or(0, |it| it.1);
        let quarters = self.frame as f64 / (24 * TICK) as f64 - back as f64 / 24.0;
        let events = self.keys();
        let mut slices = self.channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        let block = Block {
            frames: BLOCK,
            transport: Transport {
                playing: true,
                position_quarters: quarters,
                tempo: Tempo::new(125.0).unwrap(),
                meter: Meter::COMMON,
                bar_quarters: ((quarters + 1e-9) / 4.0).floor() * 4.0,
            },
            settings: &self.settings,
            mix: &Mix::default(),
            events: &events,
            pace: Pace::RealTime,
        };
        self.renderer.render(block, &mut outputs, &mut self.played);
        let tick = (self.frame + BLOCK - 1) / TICK;
        let gauges = &self.links.gauges;
        let count = |gauge: &std::sync::atomic::AtomicU32| gauge.load(Ordering::Relaxed) as usize;
        self.late.resize(count(&gauges.late_windows), tick);
        self.stood.resize(count(&gauges.late_revisions), tick);
        let onsets = self.played.iter().filter(|it| it.velocity.is_some());
        self.begun.extend(onsets.filter(|it| it.part.band_index().is_some()).map(|_| tick));
        while self.links.from_composer.pop().is_some() {}
        self.frame += BLOCK;
    }

    /// The player's keys in the coming block.
    fn keys(&self) -> Vec<HostEvent> {
        let Playing::Every(ticks) = self.playing else { return Vec::new() };
        let (period, pitch) = (ticks * TICK, Pitch::new(64).unwrap());
        let on = HostEventKind::NoteOn { pitch, velocity: Velocity::clamped(80) };
        let within = |offset: usize| (period + offset - self.frame % period) % period;
        let event = |(frame, kind)| HostEvent { frame: u32::try_from(frame).unwrap(), kind };
        let keys = [(within(period / 2), HostEventKind::NoteOff { pitch }), (within(0), on)];
        keys.into_iter().filter(|it| it.0 < BLOCK).map(event).collect()
    }
}

/// Spends the host's time with each step.
pub(super) struct Thinking {
    pub(super) muse: Scripted,
    pub(super) clock: Arc<Mutex<Clock>>,
}

impl Muse for Thinking {
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
        self.clock.lock().unwrap().think();
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

/// Ticks at which windows were rested, at which one stood, and at which the band began notes.
fn starved(quantum: Quantum, playing: Playing) -> [Vec<usize>; 3] {
    let clock = Arc::new(Mutex::new(Clock::new(quantum, playing)));
    let links = Arc::clone(&clock.lock().unwrap().links);
    let muse = Thinking { muse: Scripted::new(), clock: Arc::clone(&clock) };
    let mut composer = Composer::new(links, Box::new(muse), Sound::Silent);
    while clock.lock().unwrap().tick() < END {
        if composer.step().unwrap() == Next::Wait {
            clock.lock().unwrap().spend(NAP);
        }
    }
    let mut clock = clock.lock().unwrap();
    let Clock { late, stood, begun, .. } = &mut *clock;
    [late, stood, begun].map(std::mem::take)
}

#[test]
fn a_starved_composer_is_back_with_the_first_window_whose_cutoff_it_has_time_for() {
    let every = [Playing::Nothing, Playing::Every(24), Playing::Every(12), Playing::Every(5)];
    for (quantum, length) in [(Quantum::HalfBeat, 12), (Quantum::Beat, 24), (Quantum::Bar, 96)] {
        for playing in every {
            let [late, stood, begun] = starved(quantum, playing);
            let case = format!("{quantum:?}, playing {playing:?}: {late:?} and {stood:?}");
            let during = late.iter().filter(|it| (STARVED.0..=STARVED.1).contains(*it)).count();
            assert!(during * length * 4 > STARVED.1 - STARVED.0, "{case}");
            // The first window that begins after a cutoff after the end, and a step that was begun before it.
            let back = (STARVED.1 + SLOW.div_ceil(TICK) + 6).next_multiple_of(length);
            let after = |ticks: &[usize]| ticks.iter().filter(|it| **it >= back).count();
            assert_eq!(after(&late), 0, "{case}, back at {back}");
            // A bar with many notes of the player's is too much to be composed twice in its lead.
            assert!(after(&stood) == 0 || quantum == Quantum::Bar, "{case}, back at {back}");
            let first = begun.iter().find(|it| **it >= back);
            assert_eq!(first, Some(&back), "{case}");
        }
    }
}
