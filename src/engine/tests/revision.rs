//! Windows that are composed anew while there is time: what changes them, what does not, and what becomes of one that comes late.

use super::host::{At, Host, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind};
use crate::engine::link::ToAudio;
use crate::engine::reprise::{Go, Reprise};
use crate::infer::Scripted;
use crate::music::recorder::Kept;
use crate::score::take::Whole;
use crate::score::{Mode, Note, Part, Pitch, Quantum, Seed, Settings, Stream, Tick, Velocity};

use std::sync::atomic::Ordering;

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: usize = 1000;

/// Onset, part and pitch of a note that began.
type Begun = (i64, usize, u8);

fn key(pitch: u8) -> HostEvent {
    let (pitch, velocity) = (Pitch::new(pitch).unwrap(), Velocity::clamped(90));
    HostEvent { frame: 0, kind: HostEventKind::NoteOn { pitch, velocity } }
}

/// Play the tick `tick` in real time, in one block.
fn live(host: &mut Host, tick: i64, events: &[HostEvent]) -> Vec<Begun> {
    let quarters = tick as f64 / 24.0;
    host.block(At { quarters, bpm: 120.0, frames: TICK, playing: true }, events, false);
    assert!(host.played.iter().filter(|it| it.part != Part::PLAYER).all(|it| it.frame == 0));
    host.onsets().map(|(pitch, part)| (tick, part, pitch)).collect()
}

/// The band's notes of six beats, waited for, while a key is struck at `at`, and `change` comes into force with the block at that tick.
fn beats(at: i64, change: fn(&mut Host, &mut Vec<HostEvent>), frames: usize) -> Vec<Begun> {
    let mut host = Host::new();
    host.settings.feel = 0.0;
    host.offline(standing(0.0), &[]);
    let (mut begun, mut position) = (Vec::new(), 0);
    let at = usize::try_from(at).unwrap() * TICK;
    while position < 144 * TICK {
        let mut events = Vec::new();
        if position == at {
            change(&mut host, &mut events);
        }
        // A block ends where something changes.
        let until = if position < at { at } else { 144 * TICK };
        let frames = frames.min(until - position);
        let quarters = position as f64 / (24 * TICK) as f64;
        host.offline(At { quarters, bpm: 120.0, frames, playing: true }, &events);
        for event in host.played.iter().filter(|it| it.part != Part::PLAYER) {
            if event.velocity.is_some() {
                let frame = position + event.frame as usize;
                let tick = i64::try_from(frame / TICK).unwrap();
                begun.push((tick, event.part.slot(), event.pitch.number()));
            }
        }
        position += frames;
    }
    assert_eq!((host.late(), host.late_revisions()), (0, 0));
    begun
}

fn nothing(_: &mut Host, _: &mut Vec<HostEvent>) {}

fn strike(_: &mut Host, events: &mut Vec<HostEvent>) {
    events.push(key(61));
}

fn switch_off(host: &mut Host, _: &mut Vec<HostEvent>) {
    host.settings.parts[0].mode = Mode::Off;
}

fn between(begun: &[Begun], from: i64, to: i64) -> Vec<Begun> {
    begun.iter().copied().filter(|it| (from..to).contains(&it.0)).collect()
}

#[test]
fn a_note_after_the_cutoff_changes_the_next_window_if_it_comes_before_the_revision() {
    let without = beats(0, nothing, 4096);
    assert!(between(&without, 96, 120).len() > 2);
    // The window at 96 has its cutoff at 90 and its revision at 93.
    for (struck, changes) in [(89, true), (90, true), (92, true), (93, false), (95, false)] {
        let with = beats(struck, strike, 4096);
        assert_eq!(between(&with, 0, 96), between(&without, 0, 96), "struck at {struck}");
        let is_changed = between(&with, 96, 120) != between(&without, 96, 120);
        assert_eq!(is_changed, changes, "struck at {struck}");
        assert_ne!(between(&with, 120, 144), between(&without, 120, 144), "struck at {struck}");
    }
}

#[test]
fn a_part_that_is_switched_off_before_the_revision_is_silent_in_the_next_window() {
    let of_part = |begun: &[Begun]| begun.iter().filter(|it| it.1 == 1).count();
    let without = beats(0, nothing, 4096);
    assert!(of_part(&between(&without, 96, 120)) > 1);
    for at in [89, 90, 92] {
        let with = beats(at, switch_off, 4096);
        assert_eq!(of_part(&between(&with, 96, 144)), 0, "at {at}");
        let others = between(&with, 96, 120).len();
        assert!(others > 1, "the others play on: {others}");
    }
}

#[test]
fn windows_composed_anew_are_the_same_at_any_block_size() {
    for (change, at) in [(strike as fn(&mut Host, &mut Vec<HostEvent>), 91), (switch_off, 92)] {
        let expected = beats(at, change, 512);
        for frames in [1, 17, 64, 333, 4096, 16_384] {
            if frames > 1 || at == 91 {
                assert_eq!(beats(at, change, frames), expected, "blocks of {frames}");
            }
        }
    }
}

/// How the second version of the window at 96 comes too late.
#[derive(Clone, Copy, Debug)]
enum Late {
    /// The composer has no turn before the window begins.
    NotComposed,
    /// It is composed, and on its way.
    NotArrived,
    /// It is in time.
    InTime,
}

/// What sounded in six beats with a key struck at 91, and what is kept of them.
fn late(how: Late) -> (Vec<Begun>, Kept, u32) {
    let mut host = Host::new();
    host.settings.feel = 0.0;
    host.offline(standing(0.0), &[]);
    let (mut begun, mut way) = (Vec::new(), Vec::new());
    for tick in 0..192 {
        let events = if tick == 91 { vec![key(61)] } else { Vec::new() };
        begun.extend(live(&mut host, tick, &events));
        match how {
            Late::NotComposed if (93..96).contains(&tick) => {}
            Late::NotArrived if (93..96).contains(&tick) => {
                host.turn();
                way.extend(std::iter::from_fn(|| host.links.to_audio.pop()));
            }
            _ => host.turn(),
        }
        if tick == 97 {
            let is_second = |it: &ToAudio| matches!(it, ToAudio::Commit(commit) if commit.window.cutoff == Tick(93));
            assert_eq!(way.iter().any(is_second), matches!(how, Late::NotArrived));
            way.drain(..).for_each(|it| host.links.to_audio.push(it).unwrap());
        }
    }
    assert_eq!(host.late(), 0);
    let kept = host.links.recording().keep_last(2).unwrap();
    (begun, kept, host.late_revisions())
}

fn band(kept: &Kept) -> Vec<Begun> {
    let begun = |it: Note| (it.onset.0, it.part.slot(), it.pitch.number());
    kept.take.music.of_band().map(begun).collect()
}

fn again(kept: &Kept) -> Vec<Begun> {
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    let notes = reprise.again(&kept.take, &mut |_| Go::On).unwrap().unwrap();
    let mut notes: Vec<Begun> =
        notes.iter().map(|it| (it.onset.0, it.part.slot(), it.pitch.number())).collect();
    notes.sort_unstable();
    notes
}

#[test]
fn the_first_version_stands_where_the_second_is_late_and_the_band_knows() {
    let (in_time, ..) = late(Late::InTime);
    let first = beats(0, nothing, 1000);
    for (how, lates) in [(Late::InTime, 0), (Late::NotComposed, 1), (Late::NotArrived, 1)] {
        let (mut begun, kept, count) = late(how);
        begun.sort_unstable();
        assert_eq!(count, lates, "{how:?}");
        let stood = between(&begun, 96, 120) == between(&first, 96, 120);
        assert_eq!(stood, lates > 0, "{how:?}");
        assert_eq!(between(&begun, 120, 192).len(), between(&in_time, 120, 192).len(), "{how:?}");
        assert_eq!(band(&kept), begun, "{how:?}: what is kept is what sounded");
        assert_eq!(kept.take.making.whole, Whole::Yes);
        assert_eq!(again(&kept), begun, "{how:?}: and can be improvised again");
        let leads: Vec<i64> = kept.take.making.windows.iter().map(|it| it.lead.0).collect();
        assert_eq!(leads.contains(&3), lates == 0, "{how:?}: {leads:?}");
    }
    assert_eq!(late(Late::NotComposed).0, late(Late::NotArrived).0);
}

#[test]
fn what_changed_nothing_is_not_composed_anew() {
    let steps = |pedal: bool| {
        let mut host = Host::new();
        host.offline(standing(0.0), &[]);
        for tick in 0..96 {
            // A key that was not down comes up.
            let kind = HostEventKind::NoteOff { pitch: Pitch::new(60).unwrap() };
            let events = [HostEvent { frame: 0, kind }];
            live(&mut host, tick, if pedal { &events } else { &[] });
            host.turn();
        }
        host.links.gauges.notes_composed.load(Ordering::Relaxed)
    };
    assert_eq!(steps(true), steps(false));
}

/// A host in real time on which anything happens at any time, the composer's turns among it. What sounded from the first tick on, and what is kept of it.
fn anything(seed: u64) -> (Vec<Begun>, Kept, [u32; 2]) {
    let mut chance: Stream = Seed(seed).stream(1);
    let mut pick = move |most: u64| chance.next_u64() % most;
    let mut host = Host::new();
    host.settings = Settings { feel: 0.0, seed: Seed(seed), ..host.settings };
    host.offline(standing(0.0), &[]);
    let mut begun = Vec::new();
    for tick in 0..16 * 24 {
        let mut events = Vec::new();
        if pick(6) == 0 {
            events.push(key(u8::try_from(60 + pick(6)).unwrap()));
        }
        if pick(6) == 0 {
            let pitch = Pitch::new(u8::try_from(60 + pick(6)).unwrap()).unwrap();
            events.push(HostEvent { frame: 0, kind: HostEventKind::NoteOff { pitch } });
        }
        match pick(60) {
            _ if tick == 0 => {} // a chain that begins anew joins a moment late
            // Alone, since a note that begins and ends at one frame is no note.
            0 => events = vec![HostEvent { frame: 0, kind: HostEventKind::AllNotesOff }],
            1 => events.push(HostEvent { frame: 0, kind: HostEventKind::KeysUp }),
            2 => {
                let quanta = [Quantum::HalfBeat, Quantum::Beat, Quantum::Bar];
                host.settings.quantum = quanta[usize::try_from(pick(3)).unwrap()];
            }
            3 => {
                let part = usize::try_from(pick(4)).unwrap();
                let modes = [Mode::Play, Mode::Play, Mode::Answer, Mode::Off, Mode::Follow];
                host.settings.parts[part].mode = modes[usize::try_from(pick(5)).unwrap()];
            }
            4 => host.settings.seed = Seed(pick(100)),
            _ => {}
        }
        begun.extend(live(&mut host, tick, &events));
        match pick(8) {
            0 => host.turn(),
            1 => drop(host.composer.step()),
            _ => {}
        }
    }
    host.turn();
    let lates = [host.late(), host.late_revisions()];
    let kept = host.links.recording().keep_last(4).unwrap();
    begun.sort_unstable();
    (begun, kept, lates)
}

#[test]
fn whatever_is_late_what_sounded_is_what_is_kept_and_improvised_again() {
    let (mut windows, mut revisions) = (0, 0);
    for seed in 0..24 {
        let (begun, kept, lates) = anything(seed);
        assert_eq!(band(&kept), begun, "{seed}");
        assert_eq!(again(&kept), begun, "{seed}");
        windows += lates[0];
        revisions += lates[1];
    }
    assert!(windows > 8 && revisions > 8, "{windows} windows and {revisions} revisions were late");
}
