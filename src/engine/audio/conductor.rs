//! Walks through a block from happening to happening: cutoffs and window beginnings, the player's keys, the band's notes.

mod player;
mod post;
mod sounds;
mod windows;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use self::player::Player;
use self::sounds::Sounds;
use self::windows::Draft;
use super::renderer::{Block, Outputs, Pace, PlayedEvent, Transport};
use super::sequencer::{Action, Sequencer};
use super::span::Span;
use super::synth::Synth;
use super::tap::Tap;
use crate::engine::clock::BlockClock;
use crate::engine::link::{FromAudio, Links, Retired};
use crate::music::planner::{BarLine, Opening, Planner, Window};
use crate::score::{
    Mix, Mode, Part, Pitch, Settings, TICKS_PER_QUARTER, Tempo, Tick, Ticks, Velocity,
};

/// A note that comes later than this after its onset is not played any more: a thirty-second note.
const GRACE: Ticks = Ticks(3);
/// How often the composer is given a turn for one window before it is given up, offline.
const TURNS: u32 = 1_000_000;
/// Note-ons are refused when `played` has less room than this, so that every ending finds some.
const ROOM_FOR_ENDINGS: usize = 2048;

/// The audio thread's state but for the frame of reference of the host.
#[derive(Debug)]
pub(super) struct Conductor {
    links: Arc<Links>,
    planner: Planner,
    sequencer: Sequencer,
    synth: Option<Synth>,
    tap: Tap,
    sample_rate: f64,
    player: Player,
    sounds: Sounds,
    /// The last block, while the transport runs.
    last: Option<Span>,
    /// The settings that the waiting chain was announced with.
    announced: Option<Settings>,
    /// The window that begins or has begun last, as (chain, index).
    window: (u32, u32),
    /// Of the first window of the chain in play, the one that is to sound; 0 while it has not begun.
    edition: u32,
    /// The newest window that was announced, until it begins.
    draft: Option<Draft>,
    /// The first window of a chain, which has begun and may still come: after a jump there is no time to compose it before.
    awaited: Option<Window>,
    /// What could not be sent back yet, for want of room.
    unsent: Option<Retired>,
    ending: Ending,
    /// How far time has come: the tick of the frame that is dealt with, or of the last one.
    reached: Tick,
    /// Ticks for which the transport has stood, since then there is no other time.
    idle_ticks: f64,
}

/// Whether all that sounds must end at the start of the next block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ending {
    None,
    Due,
}

/// The parts of a block that stay the same while it is walked through.
struct Scene<'a, 'b> {
    clock: BlockClock,
    transport: Transport,
    settings: &'a Settings,
    mix: &'a Mix,
    pace: Pace<'b>,
    /// `Conductor::idle_ticks` at the first frame.
    idle_ticks: f64,
}

impl Conductor {
    pub(super) fn new(links: Arc<Links>, synth: Option<Synth>, sample_rate: f32) -> Self {
        Self {
            links,
            planner: Planner::default(),
            sequencer: Sequencer::new(),
            synth,
            tap: Tap::new(),
            sample_rate: f64::from(sample_rate),
            player: Player::new(),
            sounds: Sounds::default(),
            last: None,
            announced: None,
            window: (0, 0),
            edition: 0,
            draft: None,
            awaited: None,
            unsent: None,
            ending: Ending::None,
            reached: Tick(0),
            idle_ticks: 0.0,
        }
    }

    /// Take a synth made for `sample_rate`. Frees the one before; not for the callback.
    pub(super) fn prepare(&mut self, synth: Option<Synth>, sample_rate: f32) {
        self.synth = synth;
        self.sample_rate = f64::from(sample_rate);
        self.links.gauges.sample_rate.store(sample_rate, Ordering::Relaxed);
        self.bear_player();
    }

    pub(super) fn latency(&self) -> u32 {
        self.synth.as_ref().map_or(0, Synth::latency)
    }

    pub(super) fn least_gain(&self) -> f32 {
        self.synth.as_ref().map_or(1.0, Synth::least_gain)
    }

    /// Whether the music could begin where the transport stands: its first window is there, and the composer is done with what it was asked, or has given up.
    pub(super) fn is_ready(&self) -> bool {
        let gauges = &self.links.gauges;
        // Read first, so that what was sent before it is seen.
        let answered = gauges.answered.load(Ordering::Acquire);
        let is_done = answered == gauges.asked.load(Ordering::Acquire);
        let waits = self.planner.waiting().is_some_and(|it| self.sequencer.has(&it));
        self.is_stalled() || (is_done && waits)
    }

    /// Forget the chain; all that sounds ends at the start of the next block.
    pub(super) fn halt(&mut self) {
        self.planner.stop();
        if let Some(last) = self.last.take() {
            self.tell_of_stop(last.reached());
        }
        self.announced = None;
        self.draft = None;
        self.awaited = None;
        self.sounds.forget();
        self.ending = Ending::Due;
        if let Some(synth) = &mut self.synth {
            synth.silence();
        }
    }

    pub(super) fn conduct(
        &mut self,
        block: Block<'_>,
        outputs: &mut Outputs<'_>,
        played: &mut Vec<PlayedEvent>,
    ) {
        let Block { frames, transport, settings, mix, events, pace } = block;
        let clock = BlockClock::new(transport.position_quarters, transport.tempo, self.sample_rate);
        let idle_ticks = self.idle_ticks;
        let mut scene = Scene { clock, transport, settings, mix, pace, idle_ticks };
        self.send_back_unsent();
        if self.ending == Ending::Due {
            self.end_everything(0, played);
            self.end_keys(0, played);
            self.ending = Ending::None;
        }
        self.take_arrivals();
        self.begin_awaited(scene.clock.tick_of(0));
        let stood = self.last.is_none();
        self.follow_transport(&scene, frames, played);
        if stood != self.last.is_none() {
            self.player.forget();
        }
        if transport.playing {
            self.hush(scene.clock.tick_of(0), settings);
        }
        self.end_followers(0, played, |place| settings.parts[place].mode != Mode::Follow);
        self.revoice(&mut scene);
        let mut events = events.iter().copied().peekable();
        let mut frame = 0;
        loop {
            self.reached = scene.tick(frame);
            self.live_moments(frame, &mut scene);
            self.hear_together(events.clone().take_while(|it| it.frame as usize <= frame));
            while let Some(event) = events.next_if(|it| it.frame as usize <= frame) {
                self.host_event(event, frame, &mut scene, played);
            }
            self.sequence(frame, &scene, played);
            let mut until = frames;
            if let Some(event) = events.peek() {
                until = until.min(event.frame as usize);
            }
            let moment = self.planner.next_moment().map(|it| it.tick.0 as f64);
            for ticks in [moment, self.sequencer.next_at()].into_iter().flatten() {
                let due = usize::try_from(scene.clock.frame_at(ticks)).unwrap_or(0);
                until = until.min(due.max(frame + 1));
            }
            if frame >= frames {
                break;
            }
            self.sound(frame, until, &scene, outputs);
            frame = until;
            if frame >= frames {
                break;
            }
        }
        self.reached = scene.tick(frames);
        self.tell_of_vetoes(scene.clock.ticks_at(frames));
        if !transport.playing {
            self.idle_ticks += scene.clock.ticks_at(frames) - scene.clock.ticks_at(0);
        }
        self.retire_tables();
        self.show(&scene, frames, outputs);
        self.tap.send(&self.links, &outputs.main, frames);
    }

    /// Start, stop or move the chain as the transport does.
    fn follow_transport(
        &mut self,
        scene: &Scene<'_, '_>,
        frames: usize,
        played: &mut Vec<PlayedEvent>,
    ) {
        let here = scene.clock.ticks_at(0);
        let tick = scene.clock.tick_of(0);
        let quantum = scene.settings.quantum;
        let renewed = self.announced.is_none_or(|it| !it.composes_like(scene.settings));
        let opening = if scene.transport.playing {
            let bpm = scene.transport.tempo.bpm();
            let last =
                self.last.replace(Span { start: here, end: scene.clock.ticks_at(frames), bpm });
            match last {
                Some(last) if last.leads_to(here, bpm) => return,
                Some(last) => {
                    self.end_everything(0, played);
                    self.tell_of_stop(last.reached());
                    let tick = scene.bar().landing(tick, quantum, GRACE);
                    Some(self.planner.jump(last.end_tick(), tick, scene.bar(), quantum))
                }
                None => self.planner.play_from(tick, scene.bar(), quantum, renewed),
            }
        } else {
            if let Some(last) = self.last.take() {
                self.end_everything(0, played);
                self.planner.stop();
                self.draft = None;
                self.awaited = None;
                self.tell_of_stop(last.reached());
            }
            self.planner.wait_at(tick, scene.bar(), quantum, renewed)
        };
        match opening {
            Some(opening) => {
                self.announced = Some(*scene.settings);
                self.open_chain(opening, *scene.settings, scene.transport.tempo);
            }
            None if scene.transport.playing => self.tell_of_timbres(scene.settings),
            None => {}
        }
    }

    /// The chain that waited begins with `settings`; what composes otherwise would have opened another.
    fn tell_of_timbres(&mut self, settings: &Settings) {
        if self.announced.replace(*settings) != Some(*settings) {
            self.send(FromAudio::Voiced { chain: self.window.0, settings: *settings });
        }
    }

    fn open_chain(&mut self, (start, window): Opening, settings: Settings, tempo: Tempo) {
        self.links.first_window.open(window.chain);
        (self.window, self.edition) = ((window.chain, 0), 0);
        self.draft = None;
        self.awaited = None;
        self.player.forget();
        self.sequencer.forget_vetoes();
        if let Some(commit) = self.sequencer.take_current() {
            self.retire(Retired::Commit(commit));
        }
        while let Some(commit) = self.sequencer.take_stale(window.chain, 0, 0) {
            self.retire(Retired::Commit(commit));
        }
        if self.links.gauges.stalled.swap(false, Ordering::Relaxed) {
            self.sounds.forget();
        }
        let sent = self.send(FromAudio::Chain { start, settings })
            && self.send(FromAudio::Cutoff { window, settings, tempo });
        if !sent {
            // Announced anew with the next block, when there may be room.
            self.planner.stop();
            self.last = None;
            self.announced = None;
        }
    }

    /// End and start the band's notes that are due at `frame`.
    fn sequence(&mut self, frame: usize, scene: &Scene<'_, '_>, played: &mut Vec<PlayedEvent>) {
        while let Some(due) = self.sequencer.next_at() {
            if usize::try_from(scene.clock.frame_at(due)).unwrap_or(0) > frame {
                return;
            }
            let Some(action) = self.sequencer.next_action(due) else { return };
            self.act(action, frame, played);
        }
    }

    fn act(&mut self, action: Action, frame: usize, played: &mut Vec<PlayedEvent>) {
        self.player.hear_band(&action, self.reached);
        match action {
            Action::Off(part, pitch) => {
                if let Some(synth) = &mut self.synth {
                    synth.note_off(part, pitch);
                }
                self.tell_host(frame, part, pitch, None, played);
            }
            Action::On(note, table) => {
                self.make_way(note.part, note.pitch, frame, played);
                let told =
                    self.tell_host(frame, note.part, note.pitch, Some(note.velocity), played);
                match (&mut self.synth, table) {
                    (Some(synth), Some((table, timbre))) if told => {
                        let as_made = (note.pitch, note.velocity);
                        synth.note_on_as(note.part, as_made, (table, timbre), as_made);
                    }
                    (_, Some((table, _))) => self.retire(Retired::Table(table)),
                    (_, None) => {}
                }
            }
        }
    }

    /// Tell the host of a beginning or an end; whether there was room.
    fn tell_host(
        &self,
        frame: usize,
        part: Part,
        pitch: Pitch,
        velocity: Option<Velocity>,
        played: &mut Vec<PlayedEvent>,
    ) -> bool {
        let reserve = if velocity.is_some() { ROOM_FOR_ENDINGS } else { 0 };
        let has_room = played.len() + reserve < played.capacity();
        if has_room {
            let frame = u32::try_from(frame).unwrap_or(u32::MAX);
            played.push(PlayedEvent { frame, part, pitch, velocity });
        } else {
            self.links.gauges.count_lost();
        }
        has_room
    }

    fn end_everything(&mut self, frame: usize, played: &mut Vec<PlayedEvent>) {
        while let Some(action) = self.sequencer.end_any() {
            self.act(action, frame, played);
        }
        self.end_followers(frame, played, |_| true);
        if let Some(commit) = self.sequencer.take_current() {
            self.retire(Retired::Commit(commit));
        }
    }

    fn sound(&mut self, from: usize, to: usize, scene: &Scene<'_, '_>, outputs: &mut Outputs<'_>) {
        match &mut self.synth {
            Some(synth) => synth.render(from, to, scene.mix, outputs),
            None => {
                for channel in outputs.main.iter_mut().chain(outputs.parts.iter_mut().flatten()) {
                    channel[from..to].fill(0.0);
                }
            }
        }
    }

    /// Publish where the music is and how loud.
    fn show(&self, scene: &Scene<'_, '_>, frames: usize, outputs: &Outputs<'_>) {
        let gauges = &self.links.gauges;
        let bar = scene.bar();
        gauges.playhead_quarters.store(scene.transport.position_quarters, Ordering::Relaxed);
        gauges.tempo_bpm.store(scene.transport.tempo.bpm(), Ordering::Relaxed);
        gauges.playing.store(scene.transport.playing, Ordering::Relaxed);
        gauges.bar_start.store(bar.start.0, Ordering::Relaxed);
        gauges.bar_length.store(bar.meter.bar().0, Ordering::Relaxed);
        let peak = |channels: &[&mut [f32]; 2]| {
            channels
                .iter()
                .flat_map(|it| &it[..frames])
                .fold(0.0_f32, |most, it| most.max(it.abs()))
        };
        for (gauge, channels) in
            gauges.peaks.iter().zip(outputs.parts.iter().chain([&outputs.main]))
        {
            gauge.store(peak(channels).max(gauge.load(Ordering::Relaxed)), Ordering::Relaxed);
        }
    }
}

impl Scene<'_, '_> {
    /// The song's time while it plays, and a time of its own while it stands.
    fn tick(&self, frame: usize) -> Tick {
        if self.transport.playing {
            return self.clock.tick_of(frame);
        }
        let ticks = self.idle_ticks + self.clock.ticks_at(frame) - self.clock.ticks_at(0);
        Tick::from_quarters(ticks / TICKS_PER_QUARTER as f64)
    }

    fn bar(&self) -> BarLine {
        BarLine {
            start: Tick::from_quarters(self.transport.bar_quarters),
            meter: self.transport.meter,
        }
    }
}
