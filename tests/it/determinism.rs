//! The same request gives the same notes and samples, whatever the blocks, and with and without threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use antiphon::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use antiphon::engine::control::Instance;
use antiphon::engine::link::{FromComposer, ToComposer};
use antiphon::engine::offline::{Bounced, Request, bounce};
use antiphon::infer::Scripted;
use antiphon::score::{
    Meter, Mix, Note, Part, Phrase, Pitch, Quantum, Seed, Settings, Tempo, Tick, Ticks, Velocity,
};

fn request() -> Request {
    Request {
        settings: Settings { seed: Seed(7), ..Settings::default() },
        mix: Mix::default(),
        tempo: Tempo::new(128.0).unwrap(),
        meter: Meter::COMMON,
        bars: 4,
        seed_phrase: Arc::new(Phrase::new(vec![note(0, 24, 62), note(24, 24, 65), note(48, 48, 69)])),
        player: Phrase::new(vec![note(50, 20, 72), note(75, 30, 74), note(200, 90, 71)]),
        sample_rate: 48_000,
        block: 512,
        tail_secs: 0.5,
    }
}

fn note(onset: i64, length: i64, pitch: u8) -> Note {
    let pitch = Pitch::new(pitch).unwrap();
    Note { onset: Tick(onset), part: Part::PLAYER, pitch, length: Ticks(length), velocity: Velocity::clamped(90) }
}

fn bounced(request: &Request) -> Bounced {
    bounce(Box::new(Scripted::new()), request, &mut |_| {}).unwrap()
}

fn check_same(a: &Bounced, b: &Bounced) {
    assert_eq!(a.notes, b.notes);
    assert_eq!(a.late_windows, 0);
    let bits = |it: &Bounced| {
        let channels = it.mix.iter().chain(it.stems.iter().flatten());
        channels.map(|channel| channel.iter().map(|it| it.to_bits()).collect::<Vec<_>>()).collect::<Vec<_>>()
    };
    assert!(bits(a) == bits(b), "the samples differ");
}

#[test]
fn a_bounce_is_identical_at_any_block_size() {
    let expected = bounced(&request());
    assert!(expected.notes.len() > 40);
    assert!(expected.mix[0].iter().any(|it| it.abs() > 0.01), "silence");
    for block in [1, 64, 333, 4096] {
        check_same(&expected, &bounced(&Request { block, ..request() }));
    }
}

#[test]
fn notes_do_not_depend_on_sample_rate_or_tempo() {
    let expected = bounced(&request());
    for sample_rate in [44_100, 96_000] {
        assert_eq!(bounced(&Request { sample_rate, ..request() }).notes, expected.notes);
    }
    for bpm in [40.0, 93.0, 311.0] {
        let tempo = Tempo::new(bpm).unwrap();
        assert_eq!(bounced(&Request { tempo, ..request() }).notes, expected.notes);
    }
}

#[test]
fn seed_phrase_player_and_quantum_matter() {
    let expected = bounced(&request()).notes;
    let settings = |change: fn(&mut Settings)| {
        let mut request = request();
        change(&mut request.settings);
        bounced(&request).notes
    };
    assert_ne!(settings(|it| it.seed = Seed(8)), expected);
    assert_ne!(settings(|it| it.quantum = Quantum::HalfBeat), expected);
    assert_ne!(bounced(&Request { seed_phrase: Arc::default(), ..request() }).notes, expected);
    assert_ne!(bounced(&Request { player: Phrase::default(), ..request() }).notes, expected);
}

/// The notes of an instance with its composer thread, its callback paced by `pace`.
fn jam(request: &Request, mut pace: impl FnMut(usize) -> bool) -> (Vec<Note>, u32) {
    let instance = Instance::start(|| Ok(Box::new(Scripted::new())), Sound::Silent);
    instance.send(ToComposer::SeedPhrase(Arc::clone(&request.seed_phrase)));
    let mut renderer = Renderer::new(Arc::clone(&instance.links), Sound::Silent);
    renderer.prepare(request.sample_rate as f32, request.block);
    let mut channels = vec![vec![0.0f32; request.block]; 10];
    let mut played: Vec<PlayedEvent> = Vec::with_capacity(Renderer::PLAYED_CAPACITY);
    let mut notes = Vec::new();
    let frames_a_tick = f64::from(request.sample_rate) * 60.0 / request.tempo.bpm() / 24.0;
    let frame_of = |tick: Tick| (tick.0 as f64 * frames_a_tick + 0.5001).floor() as usize;
    let total = frame_of(Tick(96 * i64::from(request.bars)));
    let mut position = 0;
    let mut warm_up = 200;
    while position < total {
        let playing = warm_up == 0;
        let offline = pace(request.block);
        let quarters = position as f64 / frames_a_tick / 24.0;
        let transport = Transport {
            playing,
            position_quarters: quarters,
            tempo: request.tempo,
            meter: request.meter,
            bar_quarters: ((quarters + 1e-9) / 4.0).floor() * 4.0,
        };
        let mut events = Vec::new();
        for it in request.player.notes() {
            let on = HostEventKind::NoteOn { pitch: it.pitch, velocity: it.velocity };
            for (tick, kind) in [(it.onset, on), (it.end(), HostEventKind::NoteOff { pitch: it.pitch })] {
                if playing && (position..position + request.block).contains(&frame_of(tick)) {
                    events.push(HostEvent { frame: (frame_of(tick) - position) as u32, kind });
                }
            }
        }
        events.sort_by_key(|it| it.frame);
        let mut yield_turn = || std::thread::yield_now();
        let block = Block {
            frames: request.block.min(total - position),
            transport,
            settings: &request.settings,
            mix: &request.mix,
            events: &events,
            pace: if offline { Pace::Offline(&mut yield_turn) } else { Pace::RealTime },
        };
        let mut slices = channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        renderer.render(block, &mut outputs, &mut played);
        while let Some(message) = instance.links.from_composer.pop() {
            match message {
                FromComposer::Committed(note) => notes.push(note),
                FromComposer::Chain { .. } => notes.clear(),
                FromComposer::Failed(reason) => panic!("{reason}"),
                _ => {}
            }
        }
        if playing {
            position += request.block;
        } else {
            warm_up -= 1;
        }
    }
    let end = Tick(96 * i64::from(request.bars));
    notes.retain(|it| it.onset < end);
    (notes, instance.links.gauges.late_windows.load(std::sync::atomic::Ordering::Relaxed))
}

#[test]
fn a_host_that_waits_hears_what_the_bounce_has() {
    let expected = bounced(&request()).notes;
    let (notes, late) = jam(&request(), |_| true);
    assert_eq!((notes, late), (expected, 0));
}

#[test]
fn a_jam_by_the_clock_is_note_for_note_the_bounce() {
    let expected = bounced(&request()).notes;
    let begun = Instant::now();
    let mut due = Duration::ZERO;
    let (notes, _) = jam(&request(), |frames| {
        due += Duration::from_secs_f64(frames as f64 / 48_000.0);
        while begun.elapsed() < due {
            std::thread::park_timeout(due.saturating_sub(begun.elapsed()));
        }
        false
    });
    assert_eq!(notes, expected);
}
