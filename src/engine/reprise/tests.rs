//! Takes of bounces, improvised again and varied.

use std::sync::Arc;

use super::*;
use crate::engine::offline::{Request, bounce};
use crate::engine::playback::{Elsewhere, Place};
use crate::infer::Scripted;
use crate::score::take::Run;
use crate::score::{Meter, Mode, Phrase, Pitch, Quantum, Ticks, Velocity};

fn key(onset: i64, length: i64, pitch: u8) -> Note {
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch: Pitch::new(pitch).unwrap(),
        length: Ticks(length),
        velocity: Velocity::clamped(90),
    }
}

/// Eight bars with a player, during which nearly everything changes.
fn request() -> Request {
    let settings = Settings { seed: Seed(7), ..Settings::default() };
    let mut answering = Settings { temperature: 1.2, quantum: Quantum::HalfBeat, ..settings };
    answering.parts[1].mode = Mode::Answer;
    answering.parts[2].mode = Mode::Follow;
    answering.parts[3].mode = Mode::Off;
    let bar = Settings { seed: Seed(9), quantum: Quantum::Bar, ..settings };
    let tempo = |bpm| Tempo::new(bpm).unwrap();
    Request {
        settings,
        changes: vec![(Tick(100), answering), (Tick(250), settings), (Tick(470), bar)],
        tempo: tempo(128.0),
        tempos: vec![(Tick(96), tempo(90.0)), (Tick(300), tempo(133.3))],
        meters: vec![(Tick(384), Meter::new(3, 4).unwrap())],
        bars: 8,
        seed_phrase: Arc::new(Phrase::new(vec![key(0, 24, 62), key(24, 24, 65)])),
        // Some keys are struck just at a cutoff, and one is held over the end.
        player: Phrase::new(vec![
            key(50, 20, 72),
            key(90, 30, 74),
            key(162, 12, 71),
            key(400, 500, 60),
        ]),
        sample_rate: 16_000,
        ..Request::default()
    }
}

fn taken(request: &Request) -> (Take, Vec<Note>) {
    let bounced = bounce(Box::new(Scripted::new()), request, &mut |_| {}).unwrap();
    (bounced.take.unwrap(), bounced.notes)
}

fn band(music: &Music) -> Vec<Note> {
    music.of_band().collect()
}

fn sorted(mut notes: Vec<Note>) -> Vec<Note> {
    notes.sort_unstable();
    notes
}

#[test]
fn a_take_of_a_bounce_is_the_bounce() {
    let (take, notes) = taken(&request());
    let music = &take.music;
    assert_eq!((music.begin, music.end, music.bars()), (Tick(0), Tick(4 * 96 + 4 * 72), 8));
    assert_eq!(band(music), sorted(notes));
    assert!(band(music).len() > 40);
    assert_eq!(music.of_player().count(), 4);
    assert_eq!(music.tempos.iter().map(|it| it.0.0).collect::<Vec<_>>(), [0, 96, 288]);
    assert_eq!(music.meters.len(), 2);
    assert_eq!(take.making.settings.len(), 4);
}

#[test]
fn a_take_is_improvised_again_note_for_note() {
    let whole = request();
    let (take, _) = taken(&whole);
    let is_revised = |it: &Run| it.lead == Ticks(3);
    assert!(take.making.windows.iter().any(is_revised), "{:?}", take.making.windows);
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    for _ in 0..2 {
        let again = reprise.again(&take, &mut |_| Go::On).unwrap().unwrap();
        assert_eq!(sorted(again), band(&take.music));
    }
    let count = band(&take.music).len();
    let repeated = reprise.repeat(&take, &mut |_| Go::On).unwrap();
    assert_eq!(repeated, Some(Again::Same(count)));
    // A note that was played otherwise is another take's.
    let mut music = Music::clone(&take.music);
    let changed = music.notes.iter_mut().find(|it| it.part != Part::PLAYER).unwrap();
    changed.pitch = Pitch::new(changed.pitch.number() ^ 1).unwrap();
    let other = Take { music: Arc::new(music), ..take.clone() };
    let Some(Again::Other(found)) = reprise.repeat(&other, &mut |_| Go::On).unwrap() else {
        panic!("they differ");
    };
    assert_eq!(
        (found.music.notes.clone(), found.making.whole),
        (take.music.notes.clone(), Whole::Yes)
    );
    assert_eq!(found.music.of_player().count(), 4);
}

#[test]
fn a_take_is_played_exactly_at_any_block_size() {
    let (take, _) = taken(&request());
    let music = take.music.from_zero();
    for block in [1, 64, 333, 4096] {
        let played = Request {
            playback: Some(Arc::new(Playback::of(&music, Place::Song, Elsewhere::Silent))),
            block,
            tempo: music.tempo(),
            tempos: music.tempos.clone(),
            meters: music.meters.clone(),
            bars: 10,
            sample_rate: 8_000,
            ..Request::default()
        };
        let (_, notes) = taken(&played);
        assert_eq!(sorted(notes), band(&music), "in blocks of {block}");
    }
}

#[test]
fn what_is_played_from_a_take_cannot_be_improvised_again() {
    let (take, _) = taken(&request());
    assert_eq!(take.making.whole, Whole::Yes);
    let playback = Playback::of(&take.music, Place::Song, Elsewhere::Improvises);
    let (again, _) = taken(&Request {
        playback: Some(Arc::new(playback)),
        bars: 12,
        player: Phrase::default(),
        ..request()
    });
    assert_eq!(again.making.whole, Whole::No);
    let end = take.music.end;
    let within: Vec<Note> = again.music.of_band().filter(|it| it.onset < end).collect();
    assert_eq!(within.len(), band(&take.music).len());
    assert!(again.music.of_band().any(|it| it.onset >= end), "the band goes on");
}

/// The last four of eight bars.
fn second_half() -> Take {
    let request = Request { changes: Vec::new(), meters: Vec::new(), ..request() };
    let (take, _) = taken(&request);
    let Take { name, starred, tags, music, making } = take;
    let middle = Tick(384);
    let (lead_in, notes) = music.notes.iter().partition(|it| it.onset < middle);
    let music = Music { begin: middle, notes, lead_in, ..Music::clone(&music) };
    Take { name, starred, tags, music: Arc::new(music), making }
}

#[test]
fn variations_differ_and_all_are_ranked() {
    let mut take = second_half();
    let band_only = take.music.lead_in.iter().copied().filter(|it| it.part != Part::PLAYER);
    let lead_in = band_only.collect();
    take.music = Arc::new(Music { lead_in, ..Music::clone(&take.music) });
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    let mut shares = Vec::new();
    let mut hand = |share| {
        shares.push(share);
        Go::On
    };
    let none = [false; 4];
    let found = reprise.variations(&take, 6, none, &mut hand).unwrap().unwrap();
    assert!(shares.is_sorted() && shares.len() > 6);
    assert_eq!(found.len(), 6);
    assert!(found.is_sorted_by(|a, b| a.rating.total() >= b.rating.total() - 0.2));
    for candidate in &found {
        let music = &candidate.take.music;
        assert!(music.notes.iter().all(|it| (music.begin..music.end).contains(&it.onset)));
        assert_ne!(band(music), band(&take.music));
        assert!(band(music).len() > 20);
        assert_eq!(music.of_player().count(), take.music.of_player().count());
        assert_ne!(candidate.take.seed(), take.seed());
        assert_eq!(music.likelihood, Some(-2.5));
    }
    // The same take is varied alike.
    let again = reprise.variations(&take, 6, none, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(again, found);
    let stopped = reprise.variations(&take, 6, none, &mut |share| {
        if share > 0.4 { Go::Stop } else { Go::On }
    });
    assert_eq!(stopped.unwrap(), None);
}

#[test]
fn kept_parts_stay_as_they_are() {
    let take = second_half();
    let kept = kept(&[Part::BAND[1], Part::BAND[3]]);
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    let varied = reprise.vary(&take, Seed(3), kept, &mut |_| Go::On).unwrap().unwrap();
    for part in Part::BAND {
        let of =
            |music: &Music| -> Vec<Note> { music.of_band().filter(|it| it.part == part).collect() };
        let is_kept = kept[part.band_index().unwrap()];
        assert!(!of(&varied.music).is_empty());
        assert_eq!(of(&varied.music) == of(&take.music), is_kept, "part {}", part.slot());
    }
    assert_eq!(varied.making.whole, Whole::No);
}

#[test]
fn a_variation_of_a_chain_s_first_bars_is_improvised_again() {
    let (take, _) = taken(&Request { changes: Vec::new(), ..request() });
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    let varied = reprise.vary(&take, Seed(3), [false; 4], &mut |_| Go::On).unwrap().unwrap();
    assert_eq!((varied.seed(), varied.making.whole), (Seed(3), Whole::Yes));
    let again = reprise.again(&varied, &mut |_| Go::On).unwrap().unwrap();
    assert_eq!(sorted(again), band(&varied.music));
}

#[test]
fn frozen_parts_play_the_take_while_the_others_improvise() {
    let plain = Request { changes: Vec::new(), ..request() };
    let (take, _) = taken(&plain);
    let frozen = kept(&[Part::BAND[1], Part::BAND[3]]);
    let playback = Playback::frozen(&take.music, frozen, Place::Song);
    let settings = Settings { seed: Seed(99), ..plain.settings };
    let (jam, _) = taken(&Request { settings, playback: Some(Arc::new(playback)), ..plain });
    for part in Part::BAND {
        let of =
            |music: &Music| -> Vec<Note> { music.of_band().filter(|it| it.part == part).collect() };
        let is_frozen = frozen[part.band_index().unwrap()];
        assert_eq!(of(&jam.music) == of(&take.music), is_frozen, "part {}", part.slot());
        assert!(!of(&jam.music).is_empty());
    }
    assert_eq!(jam.making.whole, Whole::No);
}
