//! A small host on the engine itself: plays a request block by block with the composer on its own thread.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use antiphon::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use antiphon::engine::control::Instance;
use antiphon::engine::link::{FromComposer, ToComposer};
use antiphon::engine::offline::Request;
use antiphon::infer::Scripted;
use antiphon::score::maps;
use antiphon::score::{
    Meter, Mix, Note, Part, Phrase, Pitch, Seed, Settings, Tempo, Tick, Ticks, Velocity,
};
use nice_assert_no_alloc::assert_no_alloc;

/// Four bars at a tempo at which every second tick falls between two frames.
pub(crate) fn request() -> Request {
    Request {
        settings: Settings { seed: Seed(7), ..Settings::default() },
        mix: Mix::default(),
        tempo: Tempo::new(128.0).unwrap(),
        meter: Meter::COMMON,
        bars: 4,
        seed_phrase: Arc::new(Phrase::new(vec![
            note(0, 24, 62),
            note(24, 24, 65),
            note(48, 48, 69),
        ])),
        memory: Arc::default(),
        player: Phrase::new(vec![note(50, 20, 72), note(75, 30, 74), note(200, 90, 71)]),
        sample_rate: 48_000,
        block: 512,
        tail_secs: 0.5,
        ..Request::default()
    }
}

pub(crate) fn note(onset: i64, length: i64, pitch: u8) -> Note {
    let pitch = Pitch::new(pitch).unwrap();
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch,
        length: Ticks(length),
        velocity: Velocity::clamped(90),
    }
}

/// The notes of an instance with its composer thread, those of late windows left out, and how many windows or revisions were late. `pace` is called before each block with its frames and
/// says whether the host waits for the composer. Aborts if the callback allocates.
pub(crate) fn jam(
    request: &Request,
    sound: Sound,
    mut pace: impl FnMut(usize) -> bool,
) -> (Vec<Note>, u32) {
    let instance = Instance::start(|| Ok(Box::new(Scripted::new())), sound);
    instance.send(ToComposer::SeedPhrase(Arc::clone(&request.seed_phrase)));
    instance.send(ToComposer::Memory(Arc::clone(&request.memory)));
    // As with a window that is open: it costs the callback nothing and changes no note.
    for is_seen in [&instance.links.gauges.watched, &instance.links.gauges.listening] {
        is_seen.store(true, Ordering::Relaxed);
    }
    let mut renderer = Renderer::new(Arc::clone(&instance.links), sound);
    renderer.prepare(request.sample_rate as f32, request.block);
    let mut channels = vec![vec![0.0f32; request.block]; 10];
    let mut played: Vec<PlayedEvent> = Vec::with_capacity(Renderer::PLAYED_CAPACITY);
    let mut notes = Vec::new();
    let frames_a_tick = f64::from(request.sample_rate) * 60.0 / request.tempo.bpm() / 24.0;
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "some seconds of audio"
    )]
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
            for (tick, kind) in
                [(it.onset, on), (it.end(), HostEventKind::NoteOff { pitch: it.pitch })]
            {
                if playing && (position..position + request.block).contains(&frame_of(tick)) {
                    events.push(HostEvent {
                        frame: u32::try_from(frame_of(tick) - position).unwrap(),
                        kind,
                    });
                }
            }
        }
        events.sort_by_key(|it| it.frame);
        let here = Tick::from_quarters(quarters);
        let settings = maps::in_force(&request.changes, here).unwrap_or(request.settings);
        let mut yield_turn = || std::thread::yield_now();
        let block = Block {
            frames: request.block.min(total - position),
            transport,
            settings: &settings,
            mix: &request.mix,
            events: &events,
            pace: if offline { Pace::Offline(&mut yield_turn) } else { Pace::RealTime },
        };
        let mut slices = channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        assert_no_alloc(|| renderer.render(block, &mut outputs, &mut played));
        while let Some(message) = instance.links.from_composer.pop() {
            match message {
                FromComposer::Committed(note, _) | FromComposer::Followed(note) => notes.push(note),
                FromComposer::Chain { .. } => notes.clear(),
                FromComposer::Rested { from, to } => {
                    notes.retain(|it| !(from..to).contains(&it.onset));
                }
                FromComposer::Hushed { part, from, to } => {
                    notes.retain(|it| it.part != part || !(from..to).contains(&it.onset));
                }
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
    let gauges = &instance.links.gauges;
    let late =
        gauges.late_windows.load(Ordering::Relaxed) + gauges.late_revisions.load(Ordering::Relaxed);
    if late == 0 {
        check_recording(&instance, request.bars, &notes);
    }
    (notes, late)
}

/// What was heard is what can be kept, beside notes that follow a key which is still down.
fn check_recording(instance: &Instance, bars: u32, notes: &[Note]) {
    let kept = instance.links.recording().keep_last(bars).unwrap();
    let mut heard = notes.to_vec();
    heard.sort_unstable();
    let end = kept.take.music.end;
    let is_over = |note: &Note| note.end() < end || heard.contains(note);
    let recorded: Vec<Note> = kept.take.music.of_band().filter(is_over).collect();
    assert_eq!((kept.bars, recorded), (i64::from(bars), heard));
}
