//! Ten thousand things that a host may do at any time, in any order: no note hangs, none but the player's and those that follow hers sounds
//! while the transport stands, each begins at its frame, and the callback does not allocate.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::Ordering;

use antiphon::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use antiphon::engine::control::Instance;
use antiphon::engine::link::{FromComposer, ToComposer};
use antiphon::infer::Scripted;
use antiphon::music::keys::Pedal;
use antiphon::score::{
    Audible, CountIn, Family, Follow, Looping, Meter, Mix, Mode, Note, Part, PartSettings, Phrase,
    Pitch, Quantum, Seed, Settings, Stream, StyleBlend, Tempo, Tick, Trade, Velocity,
};
use nice_assert_no_alloc::assert_no_alloc;

use crate::stage::note;

const LARGEST: usize = 4096;
/// A note of a window that the transport landed in the middle of may begin this much late, ticks.
const GRACE: f64 = 3.0;

/// How the host waits for the composer.
#[derive(Clone, Copy, PartialEq)]
enum Waits {
    Always,
    Never,
}

struct Host {
    instance: Instance,
    renderer: Renderer,
    chance: Stream,
    waits: Waits,
    rate: f64,
    quarters: f64,
    bpm: f64,
    meter: Meter,
    /// Where bars are counted from, quarters.
    origin: f64,
    playing: bool,
    bypassed: bool,
    /// Begin and end, quarters.
    around: Option<(f64, f64)>,
    settings: Settings,
    mix: Mix,
    events: Vec<HostEvent>,
    played: Vec<PlayedEvent>,
    channels: Vec<Vec<f32>>,
    committed: Vec<Note>,
    sounding: BTreeSet<(usize, u8)>,
    begun: usize,
    /// Of these, in parts that follow.
    followed: usize,
    /// Whether the player struck a key in the last block.
    struck: bool,
}

impl Host {
    fn new(seed: u64, waits: Waits, sound: Sound) -> Self {
        let instance = Instance::start(|| Ok(Box::new(Scripted::new())), sound);
        let mut renderer = Renderer::new(Arc::clone(&instance.links), sound);
        renderer.prepare(48_000.0, LARGEST);
        Self {
            instance,
            renderer,
            chance: Seed(seed).stream(0),
            waits,
            rate: 48_000.0,
            quarters: 0.0,
            bpm: 120.0,
            meter: Meter::COMMON,
            origin: 0.0,
            playing: false,
            bypassed: false,
            around: None,
            settings: Settings { feel: 0.0, ..Settings::default() },
            mix: Mix::default(),
            events: Vec::with_capacity(64),
            played: Vec::with_capacity(Renderer::PLAYED_CAPACITY),
            channels: vec![vec![0.0; LARGEST]; 10],
            committed: Vec::new(),
            sounding: BTreeSet::new(),
            begun: 0,
            followed: 0,
            struck: false,
        }
    }

    /// 0 to `most - 1`.
    fn pick(&mut self, most: u8) -> u8 {
        u8::try_from(self.number(most.into())).unwrap_or(0)
    }

    /// Of few enough that those which are struck are let go too.
    fn key(&mut self) -> u8 {
        self.pick(22) * 6
    }

    /// 0 to `most - 1`.
    fn number(&mut self, most: u64) -> u64 {
        self.chance.next_u64() % most
    }

    fn share(&mut self) -> f64 {
        f64::from(self.chance.uniform())
    }

    /// Between two values.
    fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.share()
    }

    /// One thing that a host does, and some blocks after it.
    fn act(&mut self) {
        match self.pick(26) {
            0 => self.quarters = self.between(-32.0, 600.0),
            1 => self.quarters = self.between(-32.0, 600.0).floor(),
            2 => {
                let begin = self.between(0.0, 200.0).floor();
                let length = 0.25 * f64::from(1_u16 << self.pick(11));
                self.around = Some((begin, begin + length));
            }
            3 => self.around = None,
            4 => self.bpm = self.between(20.0, 400.0),
            5 => self.change_meter(),
            6..=8 => self.playing = self.pick(4) > 0,
            9 => self.prepare(),
            10 => {
                self.renderer.reset();
                self.sounding_ends_with_next_block();
            }
            11 => self.bypassed = self.pick(3) == 0,
            12 => self.change_settings(),
            13 => self.load(),
            14 => self.event(HostEventKind::AllNotesOff),
            15..=17 => {
                let (pitch, velocity) = (self.key(), self.pick(127) + 1);
                let velocity = Velocity::clamped(velocity);
                self.event(HostEventKind::NoteOn { pitch: Pitch::new(pitch).unwrap(), velocity });
            }
            20 => {
                let pedal = [Pedal::Up, Pedal::Down][usize::from(self.pick(2))];
                self.event(HostEventKind::Pedal(pedal));
            }
            21 => self.event(HostEventKind::KeysUp),
            18 | 19 => {
                let pitch = self.key();
                self.event(HostEventKind::NoteOff { pitch: Pitch::new(pitch).unwrap() });
            }
            _ => {}
        }
        for _ in 0..=self.pick(12) {
            let most = if self.pick(3) == 0 { 64 } else { 4096 };
            let frames = usize::try_from(self.number(most)).unwrap_or(0) + 1;
            self.block(frames);
        }
    }

    fn change_meter(&mut self) {
        let (count, unit) = (self.pick(16) + 1, [2, 4, 8, 16][usize::from(self.pick(4))]);
        self.meter = Meter::new(count, unit).unwrap_or(Meter::COMMON);
        self.origin = self.quarters.floor(); // a new meter begins with a bar
    }

    fn prepare(&mut self) {
        let rates = [22_050.0_f32, 44_100.0, 48_000.0, 96_000.0, 192_000.0];
        let rate = rates[usize::from(self.pick(5))];
        self.rate = rate.into();
        self.renderer.prepare(rate, LARGEST);
        self.sounding_ends_with_next_block();
    }

    /// A song is loaded in the middle: other settings and another seed phrase at once.
    fn load(&mut self) {
        self.change_settings();
        let pitch = self.pick(60) + 30;
        let phrase = Phrase::new((0..8).map(|it| note(it * 12, 12, pitch)).collect());
        self.instance.send(ToComposer::SeedPhrase(Arc::new(phrase)));
    }

    fn change_settings(&mut self) {
        let modes = [Mode::Off, Mode::Play, Mode::Play, Mode::Answer, Mode::Follow];
        let settings = Settings {
            seed: Seed(self.number(1000)),
            style: StyleBlend::only(self.pick(3).into()),
            style_strength: 2.0 * self.chance.uniform(),
            temperature: self.chance.uniform() + 0.5,
            quantum: [Quantum::HalfBeat, Quantum::Beat, Quantum::Bar][usize::from(self.pick(3))],
            trade: Trade::ALL[usize::from(self.pick(5))],
            count_in: CountIn::ALL[usize::from(self.pick(10).saturating_sub(5))],
            feel: 0.0, // what is delayed has no frame of its own
            looping: [Looping::Repeat, Looping::GoOn][usize::from(self.pick(2))],
            ..Settings::default()
        };
        self.settings = settings;
        for part in 0..Part::BAND_SIZE {
            self.settings.parts[part] = PartSettings {
                mode: modes[usize::from(self.pick(5))],
                follow: Follow::ALL[usize::from(self.pick(5))],
                family: Family::new(self.pick(20)),
                ..PartSettings::default()
            };
        }
        self.mix.player.audible = [Audible::Yes, Audible::No][usize::from(self.pick(2))];
    }

    fn event(&mut self, kind: HostEventKind) {
        self.events.push(HostEvent { frame: 0, kind });
    }

    /// The endings go out with the next block, whatever else it holds.
    fn sounding_ends_with_next_block(&mut self) {
        self.committed.clear();
    }

    fn transport(&self, playing: bool) -> Transport {
        let bar = self.meter.bar().quarters();
        let bars = ((self.quarters - self.origin) / bar + 1e-9).floor();
        Transport {
            playing,
            position_quarters: self.quarters,
            tempo: Tempo::new(self.bpm).unwrap(),
            meter: self.meter,
            bar_quarters: self.origin + bars * bar,
        }
    }

    fn block(&mut self, frames: usize) {
        let playing = self.playing && !self.bypassed;
        if self.bypassed {
            self.events.clear();
            self.event(HostEventKind::AllNotesOff);
        }
        let transport = self.transport(playing);
        let mut turn = || std::thread::yield_now();
        let block = Block {
            frames,
            transport,
            settings: &self.settings,
            mix: &self.mix,
            events: &self.events,
            pace: match self.waits {
                Waits::Always => Pace::Offline(&mut turn),
                Waits::Never => Pace::RealTime,
            },
        };
        let mut slices = self.channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        let (renderer, played) = (&mut self.renderer, &mut self.played);
        assert_no_alloc(|| renderer.render(block, &mut outputs, played));
        self.struck = self.events.iter().any(|it| matches!(it.kind, HostEventKind::NoteOn { .. }));
        self.events.clear();
        self.listen();
        self.check(transport, frames);
        if playing {
            self.quarters += frames as f64 * self.bpm / 60.0 / self.rate;
            if let Some((begin, _)) = self.around.filter(|it| self.quarters >= it.1) {
                self.quarters = begin;
            }
        }
    }

    fn listen(&mut self) {
        while let Some(message) = self.instance.links.from_composer.pop() {
            match message {
                FromComposer::Committed(note, _) => self.committed.push(note),
                FromComposer::Failed(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        // Positions repeat, so only the newest are of interest.
        let old = self.committed.len().saturating_sub(4000);
        self.committed.drain(..old);
    }

    fn check(&mut self, transport: Transport, frames: usize) {
        assert!(self.played.is_sorted_by_key(|it| it.frame), "{:?}", self.played);
        for index in 0..self.played.len() {
            let event = self.played[index];
            assert!((event.frame as usize) < frames, "{event:?} in a block of {frames}");
            let key = (event.part.slot(), event.pitch.number());
            if event.velocity.is_none() {
                assert!(self.sounding.remove(&key), "{event:?} ends what does not sound");
                continue;
            }
            assert!(self.sounding.insert(key), "{event:?} begins what sounds already");
            self.begun += 1;
            let follows = |place: usize| self.settings.parts[place].mode == Mode::Follow;
            if event.part.band_index().is_none_or(follows) && self.struck && event.frame == 0 {
                self.followed += usize::from(event.part != Part::PLAYER);
                continue;
            }
            assert!(transport.playing, "{event:?} begins while the transport stands");
            if self.waits == Waits::Always {
                self.check_frame(transport, event);
            }
        }
        if !transport.playing {
            let alone = |key: &&(usize, u8)| {
                key.0.checked_sub(1).is_some_and(|it| self.settings.parts[it].mode != Mode::Follow)
            };
            let left: Vec<_> = self.sounding.iter().filter(alone).collect();
            assert!(left.is_empty(), "{left:?} sounds on");
        }
        if !self.sounding.iter().any(|key| key.0 == 0) {
            let follows = |key: &&(usize, u8)| self.settings.parts[key.0 - 1].mode == Mode::Follow;
            let left = self.sounding.iter().filter(follows).count();
            assert!(transport.playing || left == 0, "{:?} follow nobody", self.sounding);
        }
        let finite = self.channels.iter().all(|it| it[..frames].iter().all(|it| it.is_finite()));
        assert!(finite, "a sample is no number");
    }

    /// A note begins at the frame nearest to its tick.
    fn check_frame(&self, transport: Transport, event: PlayedEvent) {
        let here = transport.position_quarters * 24.0;
        let ticks_a_frame = transport.tempo.bpm() / 60.0 * 24.0 / self.rate;
        let is_due = |note: &Note| {
            let away = note.onset.0 as f64 - here;
            let frame = (away / ticks_a_frame + 0.5 + 1e-4).floor();
            let late = event.frame == 0 && (-GRACE - 1.0..0.0).contains(&away);
            late || (frame - f64::from(event.frame)).abs() < 0.5
        };
        let same = |it: &&Note| it.part == event.part && it.pitch == event.pitch;
        assert!(
            self.committed.iter().filter(same).any(is_due),
            "{event:?} at tick {here} of {:?}",
            self.committed.iter().filter(same).map(|it| it.onset).collect::<Vec<Tick>>()
        );
    }

    fn finish(mut self, least: usize) {
        self.playing = false;
        self.event(HostEventKind::KeysUp);
        self.block(64);
        self.block(64);
        assert!(self.sounding.is_empty(), "{:?} hangs", self.sounding);
        assert!(self.followed > least / 20, "only {} notes followed", self.followed);
        assert!(self.begun > least, "only {} notes", self.begun);
        assert_eq!(self.instance.links.gauges.lost.load(Ordering::Relaxed), 0);
    }
}

#[test]
fn ten_thousand_operations_leave_no_note_hanging_and_none_off_its_frame() {
    let mut host = Host::new(1, Waits::Always, Sound::Silent);
    for _ in 0..10_000 {
        host.act();
    }
    host.finish(2000);
}

#[test]
fn a_sounding_host_that_never_waits_survives_them_too() {
    let mut host = Host::new(2, Waits::Never, Sound::Synth);
    for _ in 0..3000 {
        host.act();
    }
    host.finish(50);
}
