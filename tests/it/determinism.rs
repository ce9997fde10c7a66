//! The same request gives the same notes and samples, whatever the blocks, and with and without threads.

use std::sync::Arc;
use std::time::{Duration, Instant};

use antiphon::engine::audio::renderer::Sound;
use antiphon::engine::offline::{Bounced, Request, bounce};
use antiphon::infer::{self, Runtime, Scripted};
use antiphon::music::memory::Memory;
use antiphon::music::planner::BarLine;
use antiphon::pack::Pack;
use antiphon::score::{
    Family, Follow, Meter, Mode, Note, Part, PartSettings, Phrase, Pitch, Quantum, Seed, Settings,
    Tempo, Tick, Ticks, Trade,
};

use crate::stage::{jam, note, request};

fn bounced(request: &Request) -> Bounced {
    bounce(Box::new(Scripted::new()), request, &mut |_| {}).unwrap()
}

fn check_same(a: &Bounced, b: &Bounced) {
    assert_eq!(a.notes, b.notes);
    assert_eq!(a.late_windows, 0);
    let bits = |it: &Bounced| {
        let channels = it.mix.iter().chain(it.stems.iter().flatten());
        channels
            .map(|channel| channel.iter().map(|it| it.to_bits()).collect::<Vec<_>>())
            .collect::<Vec<_>>()
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

/// The same with a player who strikes and lets go keys shortly before beats, so that most windows are composed anew.
fn revised() -> Request {
    let key = |beat: u8| {
        let at = i64::from(beat);
        note(at * 24 - 4 - at % 3, 22 + at % 5, 60 + 7 * (beat % 3))
    };
    Request { player: Phrase::new((1..15).map(key).collect()), ..request() }
}

#[test]
fn windows_composed_anew_are_part_of_the_bounce_and_the_same_at_any_block_size() {
    let expected = bounced(&revised());
    let windows = &expected.take.as_ref().unwrap().making.windows;
    let revised_windows = windows.iter().filter(|it| it.lead == Ticks(3)).map(|it| it.count);
    assert!(revised_windows.sum::<u32>() > 8, "{windows:?}");
    for block in [1, 17, 64, 333, 4096] {
        check_same(&expected, &bounced(&Request { block, ..revised() }));
    }
    for sample_rate in [44_100, 96_000] {
        assert_eq!(bounced(&Request { sample_rate, ..revised() }).notes, expected.notes);
    }
    let (notes, late) = jam(&revised(), Sound::Silent, |_| true);
    assert_eq!((notes, late), (expected.notes, 0));
}

#[test]
fn the_default_pack_plays_the_same_notes_at_any_sample_rate() {
    let pack = Pack::embedded().unwrap();
    let notes = |sample_rate| {
        let muse = infer::open(&pack, &Runtime::Embedded).unwrap();
        let bounced = bounce(muse, &Request { sample_rate, ..revised() }, &mut |_| {}).unwrap();
        assert_eq!(bounced.late_windows, 0);
        bounced.notes
    };
    let expected = notes(48_000);
    assert!(expected.len() > 16, "{} notes", expected.len());
    for sample_rate in [44_100, 96_000] {
        assert!(notes(sample_rate) == expected, "at {sample_rate}");
    }
}

/// The same with three parts that follow: a harmony, a bass and a drum.
fn followed() -> Request {
    let mut request = request();
    let follow = |follow, family| PartSettings {
        mode: Mode::Follow,
        follow,
        family: Family::new(family),
        ..PartSettings::default()
    };
    request.settings.parts[0] = follow(Follow::Above, 9);
    request.settings.parts[1] = follow(Follow::Bass, 4);
    request.settings.parts[2] = follow(Follow::Above, 16);
    let melody = (0..24_u8).map(|it| note(i64::from(it) * 16, 14, 60 + it * 5 % 14)).collect();
    request.player = Phrase::new(melody);
    request
}

#[test]
fn what_follows_is_part_of_the_bounce_and_the_same_at_any_block_size() {
    let expected = bounced(&followed());
    let of_part = |part| expected.notes.iter().filter(move |it| it.part == Part::BAND[part]);
    for part in 0..3 {
        assert_eq!(of_part(part).count(), 24, "part {part} answers every note");
        assert!(expected.stems[part][0].iter().any(|it| it.abs() > 0.001), "part {part} is silent");
    }
    assert!(of_part(3).count() > 4);
    for block in [1, 64, 333, 4096] {
        check_same(&expected, &bounced(&Request { block, ..followed() }));
    }
    for sample_rate in [44_100, 96_000] {
        assert_eq!(bounced(&Request { sample_rate, ..followed() }).notes, expected.notes);
    }
    let (mut notes, late) = jam(&followed(), Sound::Silent, |_| true);
    notes.sort_by_key(|it| it.onset);
    // What followed is told when it ends, and the last ends may come after the last block.
    let first = |notes: &[Note]| notes.iter().filter(|it| it.onset.0 < 288).copied().collect();
    let (jam, bounce): (Vec<Note>, Vec<Note>) = (first(&notes), first(&expected.notes));
    assert_eq!((jam, late), (bounce, 0));
}

/// A player whom the band remembers, and a part that answers her.
fn remembered() -> Request {
    let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
    let mut memory = Memory::new();
    for (at, pitch) in (0..).zip([62, 64, 65, 67, 65, 64, 62, 60, 62, 64, 65, 69]) {
        memory.learn(Tick(at * 24), Pitch::new(pitch).unwrap(), Ticks(24), bar);
    }
    memory.settle(None);
    let player = (0..).zip([62u8, 64, 65, 67]).map(|(at, pitch)| note(at * 24, 20, pitch));
    let mut request = request();
    request.settings = Settings { memory: 1.0, trade: Trade::OneBar, ..request.settings };
    request.settings.parts[0].mode = Mode::Answer;
    Request { memory: Arc::new(memory), player: Phrase::new(player.collect()), ..request }
}

#[test]
fn a_bounce_with_memory_is_identical_at_any_block_size() {
    let expected = bounced(&remembered());
    for block in [1, 64, 333, 4096] {
        check_same(&expected, &bounced(&Request { block, ..remembered() }));
    }
    let (notes, late) = jam(&remembered(), Sound::Silent, |_| true);
    assert_eq!((notes, late), (expected.notes, 0));
}

#[test]
fn the_default_pack_with_memory_plays_the_same_at_any_block_size() {
    let pack = Pack::embedded().unwrap();
    let notes = |change: fn(&mut Request)| {
        let mut request = remembered();
        change(&mut request);
        let muse = infer::open(&pack, &Runtime::Embedded).unwrap();
        bounce(muse, &request, &mut |_| {}).unwrap().notes
    };
    let expected = notes(|_| {});
    assert!(expected.len() > 16);
    assert_eq!(notes(|it| it.block = 333), expected);
    assert_eq!(notes(|it| it.block = 4096), expected);
    assert_ne!(notes(|it| it.settings.memory = 0.0), expected);
    assert_ne!(notes(|it| it.memory = Arc::default()), expected);
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

#[test]
fn a_host_that_waits_hears_what_the_bounce_has() {
    let expected = bounced(&request()).notes;
    let (notes, late) = jam(&request(), Sound::Silent, |_| true);
    assert_eq!((notes, late), (expected, 0));
}

#[test]
fn a_jam_by_the_clock_is_note_for_note_the_bounce() {
    let expected = bounced(&request()).notes;
    let (notes, late) = jam_by_the_clock(&request());
    if late == 0 {
        assert_eq!(notes, expected);
    }
    // On a machine that has other things to do a window may rest; what came before it is still the same.
    let same = notes.iter().zip(&expected).take_while(|(one, other)| one == other).count();
    assert!(same > 10, "only {same} notes of {} are those of the bounce", expected.len());
}

#[test]
fn what_is_composed_anew_by_the_clock_is_what_the_bounce_has() {
    let expected = bounced(&revised()).notes;
    let (notes, late) = jam_by_the_clock(&revised());
    // On a busy machine a second version may be late, and another music goes on from the first.
    assert!(late > 0 || notes == expected, "{notes:?}");
    assert!(notes.len() > 16, "{} notes, {late} late", notes.len());
}

fn jam_by_the_clock(request: &Request) -> (Vec<Note>, u32) {
    let begun = Instant::now();
    let mut due = Duration::ZERO;
    jam(request, Sound::Silent, |frames| {
        due += Duration::from_secs_f64(frames as f64 / 48_000.0);
        while begun.elapsed() < due {
            std::thread::park_timeout(due.saturating_sub(begun.elapsed()));
        }
        false
    })
}
