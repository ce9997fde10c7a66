//! The engine without threads: composer and renderer are stepped by turns. Bounces and tests run on it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use super::composer::{Composer, Next};
use super::link::{FromComposer, Links, ToComposer};
use crate::engine::clock::BlockClock;
use crate::infer::{ComposeError, Muse};
use crate::score::{Meter, Mix, Note, Part, Phrase, Settings, Tempo, Tick};

/// What to bounce.
#[derive(Clone, Debug)]
pub struct Request {
    pub settings: Settings,
    pub mix: Mix,
    pub tempo: Tempo,
    pub meter: Meter,
    /// From the song's origin.
    pub bars: u32,
    /// What the model hears before its first note.
    pub seed_phrase: Arc<Phrase>,
    /// What the player plays meanwhile, ticks from 0.
    pub player: Phrase,
    /// Hertz.
    pub sample_rate: u32,
    /// Frames a block; the result does not depend on it.
    pub block: usize,
    /// What is rendered after the last bar, with the transport stopped, seconds.
    pub tail_secs: f32,
}

/// An improvisation, rendered.
#[derive(Clone, Debug, Default)]
pub struct Bounced {
    /// The band's notes in playing order.
    pub notes: Vec<Note>,
    /// Left and right.
    pub mix: [Vec<f32>; 2],
    pub stems: [[Vec<f32>; 2]; Part::BAND_SIZE],
    /// Windows that were rested; 0 unless the composer failed.
    pub late_windows: u32,
    pub notes_composed: u64,
    /// Of a note under the model at temperature 1, natural logarithm.
    pub mean_log_probability: f64,
}

/// Improvise and render `request`. `progress` hears the share that is done, 0 to 1.
///
/// # Errors
/// If the runtime fails.
pub fn bounce(
    muse: Box<dyn Muse>,
    request: &Request,
    progress: &mut dyn FnMut(f32),
) -> Result<Bounced, ComposeError> {
    let links = Links::new();
    links.to_composer.push(ToComposer::SeedPhrase(Arc::clone(&request.seed_phrase))).ok(); // the queue is new and empty
    let mut composer = Composer::new(Arc::clone(&links), muse, Sound::Synth);
    let mut renderer = Renderer::new(Arc::clone(&links), Sound::Synth);
    renderer.prepare(request.sample_rate as f32, request.block);
    let mut tape = Tape::new(request);
    let mut failure = None;
    let mut position = 0;
    while position < tape.total && failure.is_none() {
        let frames = tape.block_frames(position, request.block);
        let playing = position < tape.music;
        let transport = tape.transport(request, position, playing);
        tape.collect_player(request, position, frames, playing);
        let mut give_turn = || turn(&mut composer, &mut failure);
        give_turn();
        let block = Block {
            frames,
            transport,
            settings: &request.settings,
            mix: &request.mix,
            events: &tape.events,
            pace: Pace::Offline(&mut give_turn),
        };
        renderer.render(block, &mut tape.room.outputs(), &mut tape.played);
        tape.keep(frames);
        position += frames;
        while let Some(message) = links.from_composer.pop() {
            if let FromComposer::Committed(note) | FromComposer::Followed(note) = message {
                tape.bounced.notes.push(note);
            }
        }
        progress(position as f32 / tape.total as f32);
    }
    if let Some(error) = failure {
        return Err(error);
    }
    Ok(tape.finish(&links, request))
}

/// Let the composer do all it can do now.
fn turn(composer: &mut Composer, failure: &mut Option<ComposeError>) {
    while failure.is_none() {
        match composer.step() {
            Ok(Next::Step) => {}
            Ok(Next::Wait | Next::Quit) => return,
            Err(error) => *failure = Some(error),
        }
    }
}

/// What has been rendered so far, and the room for one block.
struct Tape {
    bounced: Bounced,
    room: Room,
    events: Vec<HostEvent>,
    played: Vec<PlayedEvent>,
    /// Frames of music, and with the tail.
    music: usize,
    total: usize,
}

/// Main and parts, left and right, of one block.
struct Room {
    main: [Vec<f32>; 2],
    parts: [[Vec<f32>; 2]; Part::BAND_SIZE],
}

impl Tape {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "positive, and short of years of audio"
    )]
    fn new(request: &Request) -> Self {
        let clock = BlockClock::new(0.0, request.tempo, f64::from(request.sample_rate));
        let end = Tick(request.meter.bar().0 * i64::from(request.bars));
        let music = usize::try_from(clock.frame_of(end)).unwrap_or(0);
        let tail =
            (f64::from(request.tail_secs.max(0.0)) * f64::from(request.sample_rate)) as usize;
        let channel = || vec![0.0; request.block];
        let room = Room {
            main: [channel(), channel()],
            parts: std::array::from_fn(|_| [channel(), channel()]),
        };
        Self {
            bounced: Bounced::default(),
            room,
            events: Vec::new(),
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
            music,
            total: music + tail,
        }
    }

    /// The last block of the music ends with it.
    fn block_frames(&self, position: usize, block: usize) -> usize {
        let end = if position < self.music { self.music } else { self.total };
        block.min(end - position)
    }

    fn transport(&self, request: &Request, position: usize, playing: bool) -> Transport {
        let frames = if playing { position } else { self.music };
        let quarters = frames as f64 / f64::from(request.sample_rate) * request.tempo.bpm() / 60.0;
        let bar = request.meter.bar().quarters();
        let bar_quarters = ((quarters + 1e-9) / bar).floor() * bar;
        Transport {
            playing,
            position_quarters: quarters,
            tempo: request.tempo,
            meter: request.meter,
            bar_quarters,
        }
    }

    /// The player's keys in the next `frames` frames.
    fn collect_player(&mut self, request: &Request, position: usize, frames: usize, playing: bool) {
        self.events.clear();
        if !playing {
            if position == self.music {
                self.let_go(request);
            }
            return;
        }
        let clock = BlockClock::new(0.0, request.tempo, f64::from(request.sample_rate));
        for note in request.player.notes() {
            let on = HostEventKind::NoteOn { pitch: note.pitch, velocity: note.velocity };
            let off = HostEventKind::NoteOff { pitch: note.pitch };
            for (tick, kind) in [(note.onset, on), (note.end(), off)] {
                let at = usize::try_from(clock.frame_of(tick)).unwrap_or(0);
                if (position..position + frames).contains(&at) {
                    let frame = u32::try_from(at - position).unwrap_or(0);
                    self.events.push(HostEvent { frame, kind });
                }
            }
        }
        self.events.sort_by_key(|it| (it.frame, matches!(it.kind, HostEventKind::NoteOn { .. })));
    }

    /// What the player still holds when the music is over ends with it.
    fn let_go(&mut self, request: &Request) {
        let end = Tick(request.meter.bar().0 * i64::from(request.bars));
        let held = request.player.notes().iter().filter(|it| it.onset < end && it.end() >= end);
        let off = |note: &Note| HostEventKind::NoteOff { pitch: note.pitch };
        self.events.extend(held.map(|note| HostEvent { frame: 0, kind: off(note) }));
    }

    fn keep(&mut self, frames: usize) {
        for (kept, new) in self.bounced.mix.iter_mut().zip(&self.room.main) {
            kept.extend_from_slice(&new[..frames]);
        }
        for (kept, new) in
            self.bounced.stems.iter_mut().flatten().zip(self.room.parts.iter().flatten())
        {
            kept.extend_from_slice(&new[..frames]);
        }
    }

    fn finish(mut self, links: &Links, request: &Request) -> Bounced {
        let gauges = &links.gauges;
        let end = Tick(request.meter.bar().0 * i64::from(request.bars));
        self.bounced.notes.retain(|note| note.onset < end);
        self.bounced.notes.sort_by_key(|note| note.onset); // what followed is told when it ends
        self.bounced.late_windows = gauges.late_windows.load(Ordering::Relaxed);
        self.bounced.notes_composed = gauges.notes_composed.load(Ordering::Relaxed);
        let count = self.bounced.notes_composed.max(1) as f64;
        self.bounced.mean_log_probability = gauges.surprise.load(Ordering::Relaxed) / count;
        self.bounced
    }
}

impl Room {
    fn outputs(&mut self) -> Outputs<'_> {
        let [a, b, c, d] = &mut self.parts;
        Outputs { main: pair(&mut self.main), parts: [pair(a), pair(b), pair(c), pair(d)] }
    }
}

fn pair(channels: &mut [Vec<f32>; 2]) -> [&mut [f32]; 2] {
    let [left, right] = channels;
    [left.as_mut_slice(), right.as_mut_slice()]
}
