//! The engine without threads: composer and renderer are stepped by turns. Bounces and tests run on it.

mod timeline;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::timeline::Timeline;
use super::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound,
};
use super::composer::{Composer, Next};
use super::link::{FromComposer, Links, ToComposer};
use super::playback::{Elsewhere, Place, Playback};
use super::reprise::{Go, Hand};
use crate::infer::{ComposeError, Muse};
use crate::music::anticipation::Foreseen;
use crate::music::memory::Memory;
use crate::score::maps::{self, Map};
use crate::score::{Meter, Mix, Mode, Note, Part, Phrase, Settings, Take, Tempo, Tick};

/// What to bounce.
#[derive(Clone, Debug)]
pub struct Request {
    pub settings: Settings,
    pub mix: Mix,
    /// Settings that come into force later; a change is heard at the next cutoff.
    pub changes: Map<Settings>,
    pub tempo: Tempo,
    /// Later ones.
    pub tempos: Map<Tempo>,
    pub meter: Meter,
    /// Later ones, at bar lines.
    pub meters: Map<Meter>,
    /// Where the music begins; a bar line.
    pub start: Tick,
    /// From the start.
    pub bars: u32,
    /// What the band plays as it is written.
    pub playback: Option<Arc<Playback>>,
    /// What the model hears before its first note.
    pub seed_phrase: Arc<Phrase>,
    /// What is remembered of the player from before.
    pub memory: Arc<Memory>,
    /// What the player plays meanwhile, on the song's timeline.
    pub player: Phrase,
    /// Hertz.
    pub sample_rate: u32,
    /// Frames a block; the result does not depend on it.
    pub block: usize,
    /// Whether the player is foreseen as for a window that is open. Short blocks then, since it is thought of between them.
    pub watched: bool,
    /// What is rendered after the last bar, with the transport stopped, seconds.
    pub tail_secs: f32,
}

impl Request {
    /// The notes of `take`, from its first bar, without a tail.
    pub fn of_take(take: &Take) -> Self {
        let music = take.music.from_zero();
        let mut settings =
            maps::in_force(&take.making.settings, take.music.begin).unwrap_or_default();
        for part in settings.parts.iter_mut().filter(|part| part.mode == Mode::Follow) {
            part.mode = Mode::Play; // what it played then is in the take
        }
        Self {
            settings,
            changes: timbre_changes(take, &settings),
            tempo: music.tempo(),
            tempos: music.tempos.clone(),
            meter: music.meter(),
            meters: music.meters.clone(),
            bars: u32::try_from(music.bars()).unwrap_or(u32::MAX),
            player: Phrase::new(music.of_player().collect()),
            playback: Some(Arc::new(Playback::of(&music, Place::Song, Elsewhere::Silent))),
            ..Self::default()
        }
    }
}

/// What the take's parts come to sound like after its first bar, from zero; all else is as in `settings`.
fn timbre_changes(take: &Take, settings: &Settings) -> Map<Settings> {
    let mut changes: Map<Settings> = Vec::new();
    let begin = take.music.begin;
    for (tick, later) in take.making.settings.iter().filter(|it| it.0 > begin) {
        let mut changed = *settings;
        for (part, later) in changed.parts.iter_mut().zip(&later.parts) {
            part.timbre = later.timbre;
        }
        if changed != changes.last().map_or(*settings, |it| it.1) {
            changes.push((Tick((*tick - begin).0), changed));
        }
    }
    changes
}

/// An improvisation, rendered.
#[derive(Clone, Debug, Default)]
pub struct Bounced {
    /// The band's notes in playing order.
    pub notes: Vec<Note>,
    /// Left and right.
    pub mix: [Vec<f32>; 2],
    /// They sum to the mix less the player's own notes: the limiter turns them down with it.
    pub stems: [[Vec<f32>; 2]; Part::BAND_SIZE],
    /// The smallest gain of the limiter, 0 to 1.
    pub least_gain: f32,
    /// Windows that were rested; 0 unless the composer failed.
    pub late_windows: u32,
    pub notes_composed: u64,
    /// Of a note under the model at temperature 1, natural logarithm.
    pub mean_log_probability: f64,
    /// All of it as a take, if anything was played.
    pub take: Option<Take>,
    pub anticipation: Anticipation,
    /// How much of what the player played was expected, if it was foreseen.
    pub foreseen: Foreseen,
    /// All that the composer told, in order: what a window would show.
    pub told: Vec<FromComposer>,
}

impl Default for Request {
    /// Sixteen bars from the song's origin, alone, at 48 kHz.
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            mix: Mix::default(),
            changes: Vec::new(),
            tempo: Tempo::default(),
            tempos: Vec::new(),
            meter: Meter::COMMON,
            meters: Vec::new(),
            start: Tick(0),
            bars: 16,
            playback: None,
            seed_phrase: Arc::default(),
            memory: Arc::default(),
            player: Phrase::default(),
            sample_rate: 48_000,
            block: 512,
            watched: false,
            tail_secs: 0.0,
        }
    }
}

impl Bounced {
    fn take_in(&mut self, message: FromComposer) {
        self.told.push(message.clone());
        match message {
            FromComposer::Committed(note, _) | FromComposer::Followed(note) => {
                self.notes.push(note)
            }
            FromComposer::Rested { from, to } => {
                self.notes.retain(|note| !(from..to).contains(&note.onset));
            }
            FromComposer::Hushed { part, from, to } => {
                self.notes.retain(|note| note.part != part || !(from..to).contains(&note.onset));
            }
            FromComposer::Opened { .. }
            | FromComposer::Chain { .. }
            | FromComposer::Heard(_)
            | FromComposer::Expected(_)
            | FromComposer::Remembered { .. }
            | FromComposer::Joined { .. }
            | FromComposer::Failed(_) => {}
        }
    }
}

/// How well the player was foretold.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Anticipation {
    /// The player's notes that were heard.
    pub notes: u32,
    /// Those of which the band expected the pitch class within a beat.
    pub expected: u32,
    /// Those that repeat the pitch class before them.
    pub repeated: u32,
    /// Bits a note by which the memory foretells better than the network alone, over the newest fifty notes or so.
    pub memory_gain: f32,
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
    let mut hand = |share| {
        progress(share);
        Go::On
    };
    Ok(bounce_by_hand(muse, request, &mut hand)?.expect("nobody stops it"))
}

/// As `bounce`, but the hand may stop it; then `None`.
///
/// # Errors
/// If the runtime fails.
pub fn bounce_by_hand(
    muse: Box<dyn Muse>,
    request: &Request,
    hand: &mut Hand<'_>,
) -> Result<Option<Bounced>, ComposeError> {
    let links = Links::new();
    links.to_composer.push(ToComposer::SeedPhrase(Arc::clone(&request.seed_phrase))).ok(); // the queue is new and empty
    links.to_composer.push(ToComposer::Play(request.playback.clone())).ok(); // as above
    links.to_composer.push(ToComposer::Memory(Arc::clone(&request.memory))).ok(); // it has room for both
    links.gauges.watched.store(request.watched, Ordering::Relaxed);
    let mut composer = Composer::new(Arc::clone(&links), muse, Sound::Synth);
    let mut renderer = Renderer::new(Arc::clone(&links), Sound::Synth);
    renderer.prepare(request.sample_rate as f32, request.block);
    let mut tape = Tape::new(request);
    let mut failure = None;
    let mut position = 0;
    while position < tape.total && failure.is_none() {
        let frames = tape.block_frames(position, request.block);
        let playing = position < tape.music;
        if !playing && tape.bounced.take.is_none() {
            turn(&mut composer, &mut failure);
            tape.keep_take(&links, request.bars);
        }
        let transport = tape.timeline.transport(position.min(tape.music), playing);
        let settings = tape.timeline.settings(position);
        tape.collect_player(request, position, frames, playing);
        let mut give_turn = || turn(&mut composer, &mut failure);
        give_turn();
        let block = Block {
            frames,
            transport,
            settings: &settings,
            mix: &request.mix,
            events: &tape.events,
            pace: Pace::Offline(&mut give_turn),
        };
        renderer.render(block, &mut tape.room.outputs(), &mut tape.played);
        tape.keep(frames);
        position += frames;
        while let Some(message) = links.from_composer.pop() {
            tape.bounced.take_in(message);
        }
        if hand(position as f32 / tape.total as f32) == Go::Stop {
            return Ok(None);
        }
    }
    if let Some(error) = failure {
        return Err(error);
    }
    turn(&mut composer, &mut failure);
    tape.keep_take(&links, request.bars);
    tape.bounced.least_gain = renderer.least_gain();
    Ok(Some(tape.finish(&links)))
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
    timeline: Timeline,
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
        let timeline = Timeline::new(request);
        let music = timeline.frame_of(timeline.end);
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
            timeline,
        }
    }

    /// The last block of the music ends with it, and one before a change with that.
    fn block_frames(&self, position: usize, block: usize) -> usize {
        let end = if position < self.music { self.music } else { self.total };
        let end = self.timeline.next_cut(position).map_or(end, |cut| cut.min(end));
        block.min(end - position)
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
        for note in request.player.notes() {
            let on = HostEventKind::NoteOn { pitch: note.pitch, velocity: note.velocity };
            let off = HostEventKind::NoteOff { pitch: note.pitch };
            for (tick, kind) in [(note.onset, on), (note.end(), off)] {
                let at = self.timeline.frame_of(tick);
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
        let end = self.timeline.end;
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

    /// While the transport runs, so that notes which last beyond the end are whole.
    fn keep_take(&mut self, links: &Links, bars: u32) {
        let take = &mut self.bounced.take;
        *take = take.take().or_else(|| links.recording().keep_last(bars).ok().map(|it| it.take));
    }

    fn finish(mut self, links: &Links) -> Bounced {
        let gauges = &links.gauges;
        let end = self.timeline.end;
        self.bounced.notes.retain(|note| note.onset < end);
        self.bounced.notes.sort_by_key(|note| note.onset); // what followed is told when it ends
        self.bounced.late_windows = gauges.late_windows.load(Ordering::Relaxed);
        self.bounced.anticipation = Anticipation {
            notes: gauges.heard_notes.load(Ordering::Relaxed),
            expected: gauges.expected_notes.load(Ordering::Relaxed),
            repeated: gauges.repeated_notes.load(Ordering::Relaxed),
            memory_gain: gauges.memory_gain.load(Ordering::Relaxed),
        };
        self.bounced.foreseen = gauges.foreseen();
        self.bounced.notes_composed = gauges.notes_composed.load(Ordering::Relaxed);
        let count = gauges.committed_notes.load(Ordering::Relaxed).max(1) as f64;
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
