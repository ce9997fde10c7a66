//! A host by hand: blocks of any place and length, with the composer stepped in between.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::audio::renderer::{
    Block, HostEvent, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use crate::engine::composer::{Composer, Next};
use crate::engine::link::{FromComposer, Links};
use crate::infer::Scripted;
use crate::score::{Meter, Mix, Part, Seed, Settings, Tempo};

pub(super) const RATE: f32 = 48_000.0;
pub(super) const LARGEST: usize = 16_384;

/// Pitch and slot of a note that begins.
pub(super) type Onset = (u8, usize);

pub(super) struct Host {
    pub(super) links: Arc<Links>,
    pub(super) composer: Composer,
    pub(super) renderer: Renderer,
    /// Of the last block.
    pub(super) played: Vec<PlayedEvent>,
    pub(super) settings: Settings,
    pub(super) channels: Vec<Vec<f32>>,
}

/// A block's place and length.
#[derive(Clone, Copy)]
pub(super) struct At {
    pub(super) quarters: f64,
    pub(super) bpm: f64,
    pub(super) frames: usize,
    pub(super) playing: bool,
}

impl Host {
    pub(super) fn new() -> Self {
        Self::with(Sound::Silent)
    }

    pub(super) fn with(sound: Sound) -> Self {
        let links = Links::new();
        let composer = Composer::new(Arc::clone(&links), Box::new(Scripted::new()), sound);
        let mut renderer = Renderer::new(Arc::clone(&links), sound);
        renderer.prepare(RATE, LARGEST);
        Self {
            links,
            composer,
            renderer,
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
            settings: Settings { seed: Seed(7), ..Settings::default() },
            channels: vec![vec![0.0; LARGEST]; 10],
        }
    }

    pub(super) fn turn(&mut self) {
        turn(&mut self.composer);
    }

    /// The composer's turn comes between two blocks.
    pub(super) fn live(&mut self, at: At, events: &[HostEvent]) {
        self.block(at, events, false);
        self.turn();
    }

    /// The composer's turn comes whenever it is waited for.
    pub(super) fn offline(&mut self, at: At, events: &[HostEvent]) {
        self.block(at, events, true);
        self.turn();
    }

    pub(super) fn block(&mut self, at: At, events: &[HostEvent], offline: bool) {
        let transport = Transport {
            playing: at.playing,
            position_quarters: at.quarters,
            tempo: Tempo::new(at.bpm).unwrap(),
            meter: Meter::COMMON,
            bar_quarters: ((at.quarters + 1e-9) / 4.0).floor() * 4.0,
        };
        let composer = &mut self.composer;
        let mut give_turn = || turn(composer);
        let mut slices = self.channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        let block = Block {
            frames: at.frames,
            transport,
            settings: &self.settings,
            mix: &Mix::default(),
            events,
            pace: if offline { Pace::Offline(&mut give_turn) } else { Pace::RealTime },
        };
        self.renderer.render(block, &mut outputs, &mut self.played);
    }

    pub(super) fn onsets(&self) -> impl Iterator<Item = Onset> + '_ {
        let by_band = |it: &&PlayedEvent| it.part != Part::PLAYER;
        let onsets = self.played.iter().filter(by_band).filter(|it| it.velocity.is_some());
        onsets.map(|it| (it.pitch.number(), it.part.slot()))
    }

    /// Chains begun since the last call, by the tick of their start.
    pub(super) fn chains(&self) -> Vec<i64> {
        std::iter::from_fn(|| self.links.from_composer.pop())
            .filter_map(|it| match it {
                FromComposer::Chain { tick } => Some(tick.0),
                _ => None,
            })
            .collect()
    }

    pub(super) fn late(&self) -> u32 {
        self.links.gauges.late_windows.load(Ordering::Relaxed)
    }

    pub(super) fn late_revisions(&self) -> u32 {
        self.links.gauges.late_revisions.load(Ordering::Relaxed)
    }
}

pub(super) fn turn(composer: &mut Composer) {
    while !matches!(composer.step(), Ok(Next::Wait | Next::Quit)) {}
}

pub(super) fn standing(quarters: f64) -> At {
    At { quarters, bpm: 120.0, frames: 64, playing: false }
}
