//! Windows after windows on a muse whose state is a hash of all that it absorbed, so that any difference in what was heard shows.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;

use super::{Chain, Composed, Key, Opening};
use crate::infer::{ComposeError, Controls, Draw, Muse, Rest, State, StyleCard};
use crate::music::planner::{BarLine, Entry, Planner, Start, Window};
use crate::music::tokens::{Event, Features};
use crate::score::{
    Chord, ChordQuality, ChordWish, Family, Meter, Mode, Note, Part, PartialTable, Phrase, Pitch,
    Quantum, Settings, Tick, Ticks, TimbreId, Trade, Velocity,
};

pub(in crate::engine::composer) struct Hashing {
    styles: Vec<StyleCard>,
    pub(in crate::engine::composer) steps: usize,
    /// Each chord that was told, once in a row.
    told: Vec<Option<Chord>>,
}

impl Hashing {
    pub(in crate::engine::composer) fn new() -> Self {
        let card = StyleCard {
            name: "plain".to_owned(),
            title: "Plain".to_owned(),
            has_velocity: true,
            density: (1.0, 0.5),
            repetition: (0.0, 1.0),
            // Far from what is drawn here, so that something is owed all the time.
            rest: Rest {
                aims: [
                    Some([0.9; 5]),
                    Some([0.2, 0.3, 0.4, 0.5, 0.9]),
                    Some([0.0; 5]),
                    Some([0.4; 5]),
                    Some([9.0; 5]),
                ],
                ..Rest::default()
            },
            tempo: 120.0,
            meter: (4, 4),
            parts: vec![(Family::PIANO, 60.0); 4],
        };
        Self { styles: vec![card.clone(), card], steps: 0, told: Vec::new() }
    }
}

impl Muse for Hashing {
    fn styles(&self) -> &[StyleCard] {
        &self.styles
    }

    fn backend(&self) -> &str {
        "hash"
    }

    fn silence(&self) -> State {
        State(Arc::from([0.0, 0.0]))
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        self.steps += 1;
        let [now, next] = controls.chord;
        assert_eq!(now, next);
        if self.told.last() != Some(&now) {
            self.told.push(now);
        }
        let mut hasher = DefaultHasher::new();
        state.0.iter().for_each(|it| it.to_bits().hash(&mut hasher));
        let Controls { family, style, register, repetition, .. } = controls;
        format!("{features:?}{family:?}{style:?}{register:?}{repetition:?}").hash(&mut hasher);
        let hash = hasher.finish();
        let seen = |bits: u64| (bits & 0xFFFF) as f32;
        let state = State(Arc::from([seen(hash), seen(hash >> 16)]));
        let best = |logits: &mut dyn Iterator<Item = f32>| {
            logits.enumerate().max_by(|a, b| a.1.total_cmp(&b.1)).map_or(0, |it| it.0)
        };
        let taste = |class: usize, field: u32| {
            ((hash.rotate_left(field * 7) >> (class % 13)) & 7) as f32 / 4.0
        };
        let noise = &controls.noise;
        let time = best(
            &mut (0..384)
                .map(|it| controls.bias_time[it] + noise[it] + taste(it, 0) - it as f32 / 3.0),
        );
        let part =
            best(&mut (0..5).map(|it| controls.bias_part[it] + noise[384 + it] + taste(it, 1)));
        let row = &controls.bias_pitch[part * 128..][..128];
        let pitch = best(&mut (0..128).map(|it| row[it] + noise[389 + it] + taste(it, 2)));
        let duration = best(
            &mut (0..32).map(|it| controls.bias_duration[it] + noise[517 + it] - it as f32 / 4.0),
        );
        let class = |it: usize| u8::try_from(it).unwrap();
        let event = Event {
            time: u16::try_from(time).unwrap(),
            part: class(part),
            pitch: class(pitch),
            duration: class(duration),
            velocity: 8,
        };
        Ok(Draw { event, log_probability: [-1.0; 5], state })
    }

    fn table(
        &mut self,
        _: TimbreId,
        _: Pitch,
        _: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        unreachable!("chains make no tables")
    }
}

/// What is done to a chain between windows.
#[derive(Clone, Copy, PartialEq)]
enum Trail {
    Kept,
    /// Everything is fed anew.
    Dropped,
}

fn key(onset: i64, length: i64, pitch: u8) -> Note {
    let pitch = Pitch::new(pitch).unwrap();
    Note {
        onset: Tick(onset),
        part: Part::PLAYER,
        pitch,
        length: Ticks(length),
        velocity: Velocity::clamped(80),
    }
}

/// The notes of `windows` windows while the player plays `player`, and the steps that the muse took.
fn jam(
    player: &[Note],
    windows: usize,
    trail: Trail,
    change: Option<(u32, Settings)>,
) -> (Vec<Note>, usize) {
    let (notes, muse) = jam_with(player, windows, trail, change);
    (notes, muse.steps)
}

/// The same with the muse.
fn jam_with(
    player: &[Note],
    windows: usize,
    trail: Trail,
    change: Option<(u32, Settings)>,
) -> (Vec<Note>, Hashing) {
    let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
    let mut settings = Settings::default();
    let mut muse = Hashing::new();
    let start = Start { chain: 1, tick: Tick(0), bar, entry: Entry::Started };
    let phrase = Phrase::new(vec![key(0, 12, 60), key(12, 12, 62), key(24, 48, 64)]);
    let opening = Opening::hear(&mut muse, start, &settings, &phrase).unwrap();
    let mut chain = Chain::open(start, settings, opening, &Arc::default());
    let mut planner = Planner::default();
    let (_, mut window) = planner.play_from(Tick(0), bar, Quantum::Beat, false).unwrap();
    let mut notes = Vec::new();
    let mut hear: Vec<(Tick, bool, Note)> = Vec::new();
    hear.extend(player.iter().flat_map(|it| [(it.onset, true, *it), (it.end(), false, *it)]));
    hear.sort_by_key(|it| (it.0, it.1));
    let mut hear = hear.into_iter().peekable();
    for _ in 0..windows {
        while let Some((tick, on, note)) = hear.next_if(|it| it.0 < window.cutoff) {
            if on {
                chain.hear_on(Key {
                    part: Part::PLAYER,
                    onset: tick,
                    late: 0.0,
                    pitch: note.pitch,
                    velocity: note.velocity,
                });
            } else {
                chain.hear_off(tick, Part::PLAYER, note.pitch);
            }
        }
        if let Some((_, new)) = change.filter(|it| it.0 == window.index) {
            settings = new;
        }
        if trail == Trail::Dropped {
            chain.trail.clear();
        }
        notes.extend(compose(&mut chain, &mut muse, window, settings).notes);
        window = planner.next_window(bar, Quantum::Beat).unwrap();
    }
    (notes, muse)
}

fn compose(chain: &mut Chain, muse: &mut Hashing, window: Window, settings: Settings) -> Composed {
    let composed = chain.compose(muse, window, settings, None).unwrap();
    for note in &composed.notes {
        assert!((window.begin..window.end).contains(&note.onset), "{note:?} outside {window:?}");
        assert_ne!(note.part, Part::PLAYER, "what is expected of the player is not played");
    }
    composed
}

#[test]
fn what_was_run_ahead_is_what_would_be_fed() {
    let player = [key(30, 10, 65), key(41, 30, 67), key(75, 4, 69), key(80, 100, 72)];
    for played in [&player[..0], &player[..]] {
        let (kept, fewer) = jam(played, 12, Trail::Kept, None);
        let (dropped, more) = jam(played, 12, Trail::Dropped, None);
        assert_eq!(kept, dropped);
        assert!(kept.len() > 12, "only {} notes", kept.len());
        assert!(fewer < more, "{fewer} steps with the trail, {more} without");
    }
}

#[test]
fn the_chord_that_is_wished_for_is_told_and_the_player_s_while_she_plays_one() {
    let chord = |root, quality| Chord::new(root, quality);
    let [c, g7] = [chord(0, ChordQuality::Major), chord(7, ChordQuality::DominantSeventh)];
    // A triad on the second beat, a seventh chord on the fifth, and nothing after the sixth.
    let triad = [60, 64, 67].map(|it| key(24, 22, it));
    let seventh = [55, 59, 62, 65].map(|it| key(96, 46, it));
    let player = [&triad[..], &seventh[..]].concat();
    let told = |wish| {
        let settings = Settings { chord: wish, ..Settings::default() };
        jam_with(&player, 12, Trail::Kept, Some((0, settings))).1.told
    };
    assert_eq!(told(ChordWish::Open), [None]);
    assert_eq!(told(ChordWish::Player), [None, c, g7, None]);
    let wished = told(ChordWish::Chord(g7.unwrap()));
    assert_eq!(wished.last(), Some(&g7));
    assert!(wished.len() <= 2, "{wished:?}"); // the seed phrase was told none
}

#[test]
fn a_note_changes_only_windows_with_a_later_cutoff() {
    let (without, _) = jam(&[], 8, Trail::Kept, None);
    let (with, _) = jam(&[key(67, 12, 61)], 8, Trail::Kept, None);
    let until = |notes: &[Note], tick: i64| {
        notes.iter().filter(|it| it.onset < Tick(tick)).copied().collect::<Vec<_>>()
    };
    assert_eq!(until(&without, 96), until(&with, 96), "the cutoff of the window at 72 is 66");
    assert_ne!(without, with);
}

#[test]
fn settings_take_effect_at_the_window_of_their_cutoff() {
    let louder = Settings {
        temperature: 1.4,
        style: crate::score::StyleBlend::only(1),
        ..Settings::default()
    };
    for trail in [Trail::Kept, Trail::Dropped] {
        let (plain, _) = jam(&[], 8, Trail::Kept, None);
        let (changed, _) = jam(&[], 8, trail, Some((4, louder)));
        let until = |notes: &[Note]| {
            notes.iter().filter(|it| it.onset < Tick(96)).copied().collect::<Vec<_>>()
        };
        assert_eq!(until(&plain), until(&changed));
        assert_ne!(plain, changed);
    }
}

/// How a window that came too late is dealt with.
#[derive(Clone, Copy)]
enum Late {
    /// It was composed, and then the audio thread said that it had begun.
    TakenBack,
    /// It had begun before it was composed.
    PassedOver,
    /// Nobody says so.
    Unnoticed,
}

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

/// A chain from the first bar, without a seed phrase.
fn opened(settings: Settings) -> (Hashing, Chain) {
    let mut muse = Hashing::new();
    let start = Start { chain: 1, tick: Tick(0), bar: BAR, entry: Entry::Started };
    let opening = Opening::hear(&mut muse, start, &settings, &Phrase::default()).unwrap();
    let chain = Chain::open(start, settings, opening, &Arc::default());
    (muse, chain)
}

/// Its windows, a beat each.
fn beats() -> impl Iterator<Item = Window> {
    let mut planner = Planner::default();
    let first = planner.play_from(Tick(0), BAR, Quantum::Beat, false).map(|it| it.1);
    std::iter::successors(first, move |_| planner.next_window(BAR, Quantum::Beat))
}

/// The notes of the eight windows after the second and third, which are late.
fn jam_after_late_windows(late: Late) -> Vec<Note> {
    let settings = Settings::default();
    let (mut muse, mut chain) = opened(settings);
    let mut notes = Vec::new();
    for (index, window) in beats().take(11).enumerate() {
        let is_late = index == 1 || index == 2;
        if let (true, Late::PassedOver) = (is_late, late) {
            chain.pass_over(&mut muse, window, settings).unwrap();
        } else {
            let composed = compose(&mut chain, &mut muse, window, settings).notes;
            match (is_late, late) {
                (true, Late::TakenBack) => chain.take_back(window.begin, window.end),
                (true, _) => {}
                (false, _) => notes.extend(composed),
            }
        }
    }
    notes
}

#[test]
fn a_window_that_did_not_sound_is_not_heard() {
    let taken_back = jam_after_late_windows(Late::TakenBack);
    assert_eq!(taken_back, jam_after_late_windows(Late::PassedOver));
    assert_ne!(taken_back, jam_after_late_windows(Late::Unnoticed));
    assert!(taken_back.len() > 8, "only {} notes", taken_back.len());
}

#[test]
fn a_reply_begins_and_ends_in_its_turn() {
    let mut settings = Settings { trade: Trade::OneBar, ..Settings::default() };
    settings.parts[0].mode = Mode::Answer;
    for part in &mut settings.parts[1..] {
        part.mode = Mode::Off;
    }
    let (mut muse, mut chain) = opened(settings);
    let mut notes = Vec::new();
    for window in beats().take(32) {
        if window.begin.0 % 192 == 24 {
            let key = key(window.begin.0 - 20, 12, 62);
            chain.hear_on(Key {
                part: Part::PLAYER,
                onset: key.onset,
                late: 0.0,
                pitch: key.pitch,
                velocity: key.velocity,
            });
            chain.hear_off(key.end(), Part::PLAYER, key.pitch);
        }
        notes.extend(compose(&mut chain, &mut muse, window, settings).notes);
    }
    for turn in 0..4 {
        let (begin, end) = (Tick(turn * 192 + 96), Tick(turn * 192 + 192));
        let reply: Vec<_> = notes.iter().filter(|it| (begin..end).contains(&it.onset)).collect();
        let first = reply.first().unwrap_or_else(|| panic!("no reply in turn {turn}"));
        assert!(first.onset < begin + Ticks(24), "the reply of turn {turn} begins at {first:?}");
        assert!(reply.iter().all(|it| it.end() <= end && it.length >= Ticks(1)), "{reply:?}");
    }
    assert!(notes.iter().all(|it| it.onset.0.rem_euclid(192) >= 96), "{notes:?}");
}
