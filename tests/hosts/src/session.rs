//! Plays one session to a processor: cuts time into blocks, gives each its events and transport, and listens.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use crate::capture::Ear;
use crate::guard;
use crate::instance::{Block, Event, EventKind, Outcome, Processor};
use crate::report::{Calls, Output, Played, Take};
use crate::script::{Pace, Plant, Session};

/// Room for the notes of one block; a plugin that sends more shows up as an allocation.
const NOTES_A_BLOCK: usize = 65_536;

/// A session as it runs, on its audio thread.
pub struct Player<'a> {
    session: &'a Session,
    /// Sorted by frame, from the start of playing.
    events: Vec<(u64, EventKind)>,
    next_event: usize,
    ears: Vec<Ear>,
    out: Outcome,
    block_events: Vec<Event>,
    sizes: std::iter::Cycle<std::slice::Iter<'a, usize>>,
    steady: u64,
    started: Instant,
    notes: Vec<Played>,
    times: Vec<Duration>,
    allocations: Option<u64>,
}

/// The three stretches of a session.
#[derive(Clone, Copy, PartialEq)]
enum Stretch {
    Wait,
    Play,
    Tail,
}

impl<'a> Player<'a> {
    /// `moves` are the session's parameter moves with their numbers.
    pub fn new(
        session: &'a Session,
        moves: &[(u64, u32, f64)],
        processor: &dyn Processor,
    ) -> Result<Self> {
        ensure!(session.blocks.iter().all(|size| *size > 0), "a block has at least one frame");
        ensure!(!session.blocks.is_empty(), "say at least one block size");
        let outputs = processor.outputs();
        let largest = session.blocks.iter().copied().max().unwrap_or(1);
        let keep = session.wav_folder.is_some();
        Ok(Self {
            session,
            events: schedule(session, moves),
            next_event: 0,
            ears: outputs
                .iter()
                .map(|(channels, active)| Ear::new(*channels, *active, keep))
                .collect(),
            out: Outcome {
                buses: outputs
                    .iter()
                    .map(|(channels, _)| vec![vec![0.0; largest]; *channels])
                    .collect(),
                notes: Vec::with_capacity(NOTES_A_BLOCK),
            },
            block_events: Vec::with_capacity(4096),
            sizes: session.blocks.iter().cycle(),
            steady: 0,
            started: Instant::now(),
            notes: Vec::new(),
            times: Vec::new(),
            allocations: guard::take_count().map(|_| 0),
        })
    }

    /// The whole session: the wait, the music and the tail.
    pub fn play(mut self, processor: &mut dyn Processor) -> Result<Take> {
        let session = self.session;
        let wait = (session.wait_secs * session.rate).round() as u64;
        processor.start()?;
        self.started = Instant::now();
        self.stretch(processor, Stretch::Wait, wait)?;
        self.stretch(processor, Stretch::Play, session.play_frames)?;
        self.stretch(processor, Stretch::Tail, session.tail_frames)?;
        self.finish()
    }

    fn stretch(
        &mut self,
        processor: &mut dyn Processor,
        stretch: Stretch,
        frames: u64,
    ) -> Result<()> {
        let mut done = 0;
        while done < frames {
            let size = self.sizes.next().copied().unwrap_or(1) as u64;
            let size = size.min(frames - done);
            self.block(processor, stretch, done, size)?;
            done += size;
        }
        Ok(())
    }

    fn block(
        &mut self,
        processor: &mut dyn Processor,
        stretch: Stretch,
        done: u64,
        size: u64,
    ) -> Result<()> {
        let session = self.session;
        if session.pace == Pace::RealTime || stretch == Stretch::Wait {
            sleep_until(self.started + Duration::from_secs_f64(self.steady as f64 / session.rate));
        }
        // Frames of the song's own time that have passed when the block begins.
        let song = match stretch {
            Stretch::Wait => 0,
            Stretch::Play => done,
            Stretch::Tail => session.play_frames,
        };
        let first = match stretch {
            Stretch::Wait => None,
            Stretch::Play => Some(done),
            Stretch::Tail => Some(session.play_frames + done),
        };
        self.gather_events(first, size);
        let frames = usize::try_from(size)?;
        let block = Block {
            frames,
            playing: stretch == Stretch::Play,
            position_quarters: session.start_quarters
                + song as f64 / session.rate * session.tempo / 60.0,
            position_frames: (session.start_quarters * 60.0 / session.tempo * session.rate).round()
                as i64
                + song as i64,
            steady: self.steady,
            rate: session.rate,
            tempo: session.tempo,
            meter: session.meter,
            events: &self.block_events,
        };
        self.out.notes.clear();
        let time = processor.process(&block, &mut self.out)?;
        self.started += processor.held_up();
        if let (Some(sum), Some(count)) = (&mut self.allocations, guard::take_count()) {
            *sum += count;
        }
        self.times.push(time);
        self.listen(stretch, first, frames);
        self.steady += size;
        Ok(())
    }

    fn gather_events(&mut self, first: Option<u64>, size: u64) {
        self.block_events.clear();
        let Some(first) = first else { return };
        while let Some((frame, kind)) = self.events.get(self.next_event) {
            if *frame >= first + size {
                break;
            }
            let offset = u32::try_from(frame - first).expect("an event is not before its block");
            self.block_events.push(Event { offset, kind: *kind });
            self.next_event += 1;
        }
    }

    fn listen(&mut self, stretch: Stretch, first: Option<u64>, frames: usize) {
        // While the transport waits there is no frame to name; such notes are told as before the start.
        let base = first.map_or(-1_000_000_000, |first| first as i64);
        let heard = self.out.notes.iter().map(|note| Played { frame: base + note.frame, ..*note });
        self.notes.extend(heard);
        if stretch != Stretch::Wait {
            for (ear, channels) in self.ears.iter_mut().zip(&self.out.buses) {
                ear.hear(channels, frames);
            }
        }
    }

    fn finish(self) -> Result<Take> {
        let folder = self.session.wav_folder.as_deref();
        let rate = self.session.rate;
        let outputs: Result<Vec<Output>> = self
            .ears
            .into_iter()
            .enumerate()
            .map(|(bus, ear)| ear.finish(folder.map(|folder| (folder, bus)), rate))
            .collect();
        Ok(Take {
            frames: self.session.play_frames + self.session.tail_frames,
            notes: self.notes,
            outputs: outputs?,
            calls: calls(self.times, self.allocations),
            threads: crate::stage::threads(),
            ..Take::default()
        })
    }
}

/// The session's events in order of frames; at one frame, parameters and controllers before ends before beginnings.
fn schedule(session: &Session, moves: &[(u64, u32, f64)]) -> Vec<(u64, EventKind)> {
    let mut events: Vec<(u64, u8, EventKind)> = Vec::new();
    for &(frame, id, value) in moves {
        events.push((frame, 0, EventKind::Parameter { id, value }));
    }
    for it in &session.controls {
        let (channel, controller, value) = (it.channel, it.controller, it.value);
        events.push((it.frame, 0, EventKind::Control { channel, controller, value }));
    }
    for note in &session.notes {
        let (channel, key) = (note.channel, note.key);
        events.push((note.frame + note.frames.max(1), 1, EventKind::Off { channel, key }));
        events.push((note.frame, 2, EventKind::On { channel, key, velocity: note.velocity }));
    }
    events.sort_by_key(|(frame, order, _)| (*frame, *order));
    events.into_iter().map(|(frame, _, kind)| (frame, kind)).collect()
}

fn calls(mut times: Vec<Duration>, allocations: Option<u64>) -> Calls {
    times.sort_unstable();
    let micros = |share: f64| {
        let last = times.len().saturating_sub(1);
        let index = (share * last as f64).round() as usize;
        times.get(index).map_or(0.0, |time| time.as_secs_f64() * 1e6)
    };
    Calls {
        count: times.len() as u64,
        p50: micros(0.5),
        p99: micros(0.99),
        p999: micros(0.999),
        max: micros(1.0),
        total_secs: times.iter().map(Duration::as_secs_f64).sum(),
        allocations,
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "the host plays the part of the sound card, whose clock is the wall's"
)]
fn sleep_until(time: Instant) {
    if let Some(rest) = time.checked_duration_since(Instant::now()) {
        std::thread::sleep(rest);
    }
}

/// Run `work`, between two calls of `getppid` if a tracer looks for them.
pub fn marked<R>(mark: bool, work: impl FnOnce() -> R) -> R {
    if mark {
        parent();
    }
    let result = work();
    if mark {
        parent();
    }
    result
}

/// Do what a process call must not.
pub fn planted(plant: Option<Plant>) {
    match plant {
        Some(Plant::Allocation) => drop(std::hint::black_box(Vec::<u8>::with_capacity(64))),
        Some(Plant::SystemCall) => {
            std::hint::black_box(std::process::id());
        }
        None => {}
    }
}

#[cfg(unix)]
fn parent() {
    std::hint::black_box(std::os::unix::process::parent_id());
}

#[cfg(not(unix))]
fn parent() {}
