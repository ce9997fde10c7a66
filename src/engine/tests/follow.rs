//! Parts that follow: at once, at the frame of the player's key, for as long as she holds it, and heard by the band.

use std::sync::Arc;

use super::host::{At, Host, LARGEST, RATE, standing, turn};
use crate::engine::audio::renderer::{
    Block, HostEvent, HostEventKind, Outputs, Pace, PlayedEvent, Renderer, Sound, Transport,
};
use crate::engine::composer::Composer;
use crate::engine::link::{FromComposer, Links};
use crate::infer::Scripted;
use crate::music::keys::Pedal;
use crate::score::{
    Audible, Family, Follow, Key, Meter, Mix, Mode, Note, Part, PartSettings, Pitch, Settings,
    Strip, Tempo, Velocity,
};

/// A host of whose band only part 1 sounds, and follows.
fn host(follow: Follow) -> Host {
    let mut host = Host::new();
    host.settings = settings(follow);
    host
}

fn settings(follow: Follow) -> Settings {
    let mut settings = Settings { key: Key::from_index(0), ..Settings::default() };
    settings.parts = [PartSettings { mode: Mode::Off, ..PartSettings::default() }; 4];
    settings.parts[0] = PartSettings { mode: Mode::Follow, follow, ..settings.parts[0] };
    settings
}

fn on(frame: usize, pitch: u8) -> HostEvent {
    let (pitch, velocity) = (Pitch::new(pitch).unwrap(), Velocity::clamped(90));
    event(frame, HostEventKind::NoteOn { pitch, velocity })
}

fn off(frame: usize, pitch: u8) -> HostEvent {
    event(frame, HostEventKind::NoteOff { pitch: Pitch::new(pitch).unwrap() })
}

fn event(frame: usize, kind: HostEventKind) -> HostEvent {
    HostEvent { frame: u32::try_from(frame).unwrap(), kind }
}

/// Play `events`, whose frames count from the start, in blocks of `frames`; what the host is told of each, as `frame part+pitch`.
fn play(host: &mut Host, frames: usize, length: usize, events: &[HostEvent]) -> Vec<String> {
    host.offline(standing(0.0), &[]);
    let mut told = Vec::new();
    for begin in (0..length).step_by(frames) {
        let here: Vec<HostEvent> = events
            .iter()
            .filter(|it| (begin..begin + frames).contains(&(it.frame as usize)))
            .map(|it| event(it.frame as usize - begin, it.kind))
            .collect();
        let quarters = begin as f64 / 24_000.0;
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &here);
        told.extend(host.played.iter().map(|it| text(begin, it)));
    }
    told
}

fn text(begin: usize, event: &PlayedEvent) -> String {
    let sign = if event.velocity.is_some() { '+' } else { '-' };
    let (frame, pitch) = (begin + event.frame as usize, event.pitch.name());
    format!("{frame} {}{sign}{pitch}", event.part.slot())
}

fn told_of(host: &Host) -> (Vec<Note>, Vec<Note>) {
    let (mut heard, mut followed) = (Vec::new(), Vec::new());
    while let Some(message) = host.links.from_composer.pop() {
        match message {
            FromComposer::Heard(note) => heard.push(note),
            FromComposer::Followed(note) => followed.push(note),
            _ => {}
        }
    }
    (heard, followed)
}

#[test]
fn a_part_that_follows_answers_at_the_same_frame_and_ends_with_the_key() {
    for frames in [1, 32, 64, 256, 4096] {
        let mut host = host(Follow::Above);
        let told = play(&mut host, frames, 16_384, &[on(1234, 60), off(9871, 60)]);
        assert_eq!(told, ["1234 0+C4", "1234 1+E4", "9871 0-C4", "9871 1-E4"], "{frames}");
        let (heard, followed) = told_of(&host);
        assert_eq!((heard[0].onset, heard[0].length), (followed[0].onset, followed[0].length));
        assert_eq!((followed[0].part, followed[0].pitch.name()), (Part::BAND[0], "E4".into()));
    }
}

/// Frames from the player's key to the first sound of the part that follows, less the latency that the host is told of. A few are the
/// instrument's own attack.
fn sound_after_key(frames: usize) -> usize {
    const KEY: usize = 5000;
    let links = Links::new();
    let mut composer = Composer::new(Arc::clone(&links), Box::new(Scripted::new()), Sound::Synth);
    let mut renderer = Renderer::new(Arc::clone(&links), Sound::Synth);
    renderer.prepare(RATE, LARGEST);
    let settings = settings(Follow::Below);
    let player = Strip { audible: Audible::No, ..Strip::default() };
    let mix = Mix { player, ..Mix::default() };
    let mut channels = vec![vec![0.0_f32; frames]; 10];
    let mut played = Vec::with_capacity(Renderer::PLAYED_CAPACITY);
    for begin in (0..96_000).step_by(frames) {
        let mut give_turn = || turn(&mut composer);
        let quarters = begin as f64 / 24_000.0;
        let key = [on(KEY.saturating_sub(begin), 64)];
        let is_here = (begin..begin + frames).contains(&KEY);
        let block = Block {
            frames,
            transport: Transport {
                playing: true,
                position_quarters: quarters,
                tempo: Tempo::default(),
                meter: Meter::COMMON,
                bar_quarters: 0.0,
            },
            settings: &settings,
            mix: &mix,
            events: if is_here { &key } else { &[] },
            pace: Pace::Offline(&mut give_turn),
        };
        let mut slices = channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        renderer.render(block, &mut outputs, &mut played);
        if let Some(place) = channels[2].iter().position(|sample| sample.abs() > 0.0) {
            return begin + place - KEY - renderer.latency() as usize;
        }
    }
    panic!("no sound");
}

#[test]
fn its_sound_begins_at_the_frame_of_the_key() {
    for frames in [32, 64, 256] {
        let late = sound_after_key(frames);
        assert!(late <= 32, "{late} frames late in blocks of {frames}");
        assert_eq!(late, sound_after_key(4096), "in blocks of {frames}");
    }
}

#[test]
fn the_pedal_holds_the_players_notes_and_those_that_follow() {
    let mut host = host(Follow::Above);
    let pedal = |frame, pedal| event(frame, HostEventKind::Pedal(pedal));
    let events = [
        pedal(100, Pedal::Down),
        on(1000, 60),
        off(2000, 60),
        on(4000, 62),
        off(5000, 62),
        on(6000, 62),
        off(7000, 62),
        pedal(12_000, Pedal::Up),
    ];
    let told = play(&mut host, 64, 16_000, &events);
    let expected = [
        "1000 0+C4",
        "1000 1+E4",
        "4000 0+D4",
        "4000 1+B4",
        "6000 0-D4",
        "6000 1-B4",
        "6000 0+D4",
        "6000 1+B4",
        "12000 0-C4",
        "12000 1-E4",
        "12000 0-D4",
        "12000 1-B4",
    ];
    assert_eq!(told, expected);
    let (heard, followed) = told_of(&host);
    let ticks =
        |notes: &[Note]| notes.iter().map(|it| (it.onset.0, it.length.0)).collect::<Vec<_>>();
    assert_eq!(ticks(&heard), [(4, 2), (1, 11), (6, 6)]);
    assert_eq!(ticks(&followed), [(4, 2), (1, 11), (6, 6)]);
}

#[test]
fn everything_that_stops_music_ends_notes_that_follow() {
    let sounding = |host: &Host| {
        let begun = host.played.iter().filter(|it| it.part != Part::PLAYER);
        begun.map(|it| if it.velocity.is_some() { 1 } else { -1 }).sum::<i32>()
    };
    let at = |quarters| At { quarters, bpm: 120.0, frames: 64, playing: true };
    let next = 64.0 / 24_000.0;
    type Deed = fn(&mut Host, f64);
    let deeds: [(&str, Deed); 5] = [
        ("stop", |host, next| host.offline(standing(next), &[])),
        ("jump", |host, _| {
            host.offline(At { quarters: 64.0, bpm: 120.0, frames: 64, playing: true }, &[]);
        }),
        ("panic", |host, next| {
            let panic = [event(3, HostEventKind::AllNotesOff)];
            host.offline(At { quarters: next, bpm: 120.0, frames: 64, playing: true }, &panic);
        }),
        ("another mode", |host, next| {
            host.settings.parts[0].mode = Mode::Play;
            host.offline(At { quarters: next, bpm: 120.0, frames: 64, playing: true }, &[]);
        }),
        ("reset", |host, next| {
            host.renderer.reset();
            host.offline(At { quarters: next, bpm: 120.0, frames: 64, playing: true }, &[]);
        }),
    ];
    for (name, deed) in deeds {
        let mut host = host(Follow::OctaveUp);
        host.offline(standing(0.0), &[]);
        host.offline(at(0.0), &[on(5, 60), on(9, 64)]);
        assert_eq!(sounding(&host), 2, "{name}");
        deed(&mut host, next);
        assert_eq!(
            host.played
                .iter()
                .filter(|it| it.velocity.is_none() && it.part == Part::BAND[0])
                .count(),
            2,
            "{name}"
        );
    }
}

#[test]
fn parts_follow_while_the_transport_stands_too() {
    let mut host = host(Follow::Bass);
    host.settings.parts[0].family = Family::new(4);
    host.offline(standing(0.0), &[]);
    host.offline(standing(0.0), &[on(10, 64), on(10, 72)]);
    let told: Vec<String> = host.played.iter().map(|it| text(0, it)).collect();
    assert_eq!(told, ["10 0+E4", "10 1+C3", "10 0+C5"]);
    host.offline(standing(0.0), &[off(0, 64)]);
    host.offline(standing(0.0), &[off(0, 72)]);
    let told: Vec<String> = host.played.iter().map(|it| text(0, it)).collect();
    assert_eq!(told, ["0 0-C5", "0 1-C3"]);
}

#[test]
fn keys_of_one_frame_are_answered_as_a_chord_at_any_block_size() {
    let chord = [on(1000, 62), on(1000, 66), on(1000, 69)];
    let ends = [off(5000, 62), off(5000, 66), off(5000, 69)];
    let events = [chord, ends].concat();
    for frames in [1, 64, 4096] {
        let mut host = host(Follow::Above);
        host.settings.key = None;
        let told = play(&mut host, frames, 8192, &events);
        let begun: Vec<&str> = told.iter().filter_map(|it| it.strip_prefix("1000 1+")).collect();
        assert_eq!(begun, ["F#4", "A4", "D5"], "{frames}");
    }
}

#[test]
fn the_band_hears_what_followed_and_leaves_that_part_alone() {
    let composed = |follow: Follow| {
        let mut host = Host::new();
        host.settings.key = Key::from_index(0);
        host.settings.parts[0] =
            PartSettings { mode: Mode::Follow, follow, ..PartSettings::default() };
        let mut notes = Vec::new();
        let events: Vec<HostEvent> =
            (0..8).flat_map(|it| [on(it * 24_000, 60), off(it * 24_000 + 20_000, 60)]).collect();
        play(&mut host, 512, 8 * 24_000, &events);
        while let Some(message) = host.links.from_composer.pop() {
            if let FromComposer::Committed(note, _) = message {
                assert_ne!(
                    note.part,
                    Part::BAND[0],
                    "{note:?} is composed for a part that follows"
                );
                notes.push(note);
            }
        }
        notes
    };
    let (above, octave) = (composed(Follow::Above), composed(Follow::OctaveDown));
    assert!(above.len() > 10);
    assert_ne!(above, octave, "the same whatever was heard of the part that follows");
    let same = above.iter().zip(&octave).take_while(|(one, other)| one == other).count();
    assert!(same > 0, "the first window could not know");
}
