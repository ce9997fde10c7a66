//! What the synth promises.

mod expression;
mod morph;
mod purity;

use std::sync::Arc;

use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_oneof, proptest};

use super::Synth;
use crate::engine::audio::channel::{Bearing, Channel};
use crate::engine::audio::fixtures::{Kind, table};
use crate::engine::audio::renderer::Outputs;
use crate::engine::audio::simd::Simd;
use crate::score::{Audible, Mix, Part, PartialTable, Pitch, Velocity};

/// What happens at a frame.
#[derive(Clone, Debug)]
enum Act {
    On {
        slot: usize,
        kind: Kind,
        pitch: u8,
        level: f32,
    },
    Table(usize, u8, Arc<PartialTable>),
    Off(usize, u8),
    /// Semitones.
    Bend(usize, f32),
    Silence,
    Mix(Mix),
}

/// All that comes out.
struct Sound {
    main: [Vec<f32>; 2],
    parts: [[Vec<f32>; 2]; Part::BAND_SIZE],
    /// How many tables came home.
    retired: usize,
}

const RATE: f32 = 48_000.0;
const LATENCY: usize = 64;
/// -0.3 decibels.
const CEILING: f32 = 0.966_05;

impl Sound {
    fn channels(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.main.iter().chain(self.parts.iter().flatten())
    }

    fn peak(&self, frames: impl std::slice::SliceIndex<[f32], Output = [f32]> + Clone) -> f32 {
        let loudest = |it: &Vec<f32>| peak(&it[frames.clone()]);
        self.channels().map(loudest).fold(0.0, f32::max)
    }
}

fn peak(samples: &[f32]) -> f32 {
    samples.iter().fold(0.0, |most, it| most.max(it.abs()))
}

/// The largest second difference: how sharp the sharpest corner is.
fn corner(samples: &[f32]) -> f32 {
    samples.windows(3).map(|it| (it[0] - 2.0 * it[1] + it[2]).abs()).fold(0.0, f32::max)
}

fn part(slot: usize) -> Part {
    Part::from_slot(slot).unwrap()
}

fn act(synth: &mut Synth, act: &Act, mix: &mut Mix) {
    match act {
        Act::On { slot, kind, pitch, level } => {
            let number = Pitch::new(*pitch).unwrap();
            synth.note_on(part(*slot), number, Velocity::clamped(80), table(*kind, *pitch, *level));
        }
        Act::Table(slot, pitch, table) => {
            let number = Pitch::new(*pitch).unwrap();
            synth.note_on(part(*slot), number, Velocity::clamped(80), Arc::clone(table));
        }
        Act::Off(slot, pitch) => synth.note_off(part(*slot), Pitch::new(*pitch).unwrap()),
        Act::Bend(slot, semitones) => {
            let bearing = Bearing { bend: *semitones, ..Bearing::PLAIN };
            synth.bear(Channel::of(part(*slot)), bearing);
        }
        Act::Silence => synth.silence(),
        Act::Mix(new) => *mix = *new,
    }
}

/// Render a score, sorted by frame, cut into runs of at most `run` frames.
fn rendered(synth: &mut Synth, score: &[(usize, Act)], frames: usize, run: usize) -> Sound {
    let channel = || vec![0.0_f32; frames];
    let mut sound = Sound {
        main: std::array::from_fn(|_| channel()),
        parts: std::array::from_fn(|_| std::array::from_fn(|_| channel())),
        retired: 0,
    };
    let mut mix = Mix::default();
    let mut events = score.iter().peekable();
    let mut at = 0;
    while at < frames {
        while let Some((_, it)) = events.next_if(|(frame, _)| *frame <= at) {
            act(synth, it, &mut mix);
        }
        let next = events.peek().map_or(frames, |(frame, _)| *frame);
        let to = (at + run).min(next).min(frames);
        let Sound { main, parts, retired } = &mut sound;
        let mut outputs = Outputs {
            main: main.each_mut().map(|it| it.as_mut_slice()),
            parts: parts.each_mut().map(|it| it.each_mut().map(|it| it.as_mut_slice())),
        };
        synth.render(at, to, &mix, &mut outputs);
        at = to;
        while synth.take_retired().is_some() {
            *retired += 1;
        }
    }
    sound
}

fn check(score: &[(usize, Act)], frames: usize) -> Sound {
    rendered(&mut Synth::new(RATE, 512), score, frames, 512)
}

fn on(slot: usize, kind: Kind, pitch: u8, level: f32) -> Act {
    Act::On { slot, kind, pitch, level }
}

/// A band and a player who play for a second, stop, and go on.
fn tune() -> Vec<(usize, Act)> {
    let mut quiet = Mix { master_db: -3.0, ..Mix::default() };
    quiet.parts[1].level_db = -12.0;
    quiet.parts[2].pan = -0.7;
    quiet.parts[0].audible = Audible::No;
    let mut score =
        vec![(23_011, Act::Mix(quiet)), (30_001, Act::Silence), (36_000, Act::Mix(Mix::default()))];
    let voices = [
        (0, Kind::Blown, 0_i16),
        (1, Kind::Plucked, -12),
        (1, Kind::Plucked, -8),
        (2, Kind::Plucked, -24),
        (3, Kind::Blown, 7),
    ];
    for (n, pitch) in [60_i16, 64, 67, 72, 74, 71, 55, 48].into_iter().enumerate() {
        let at = 317 + n * 4703;
        for (slot, kind, shift) in voices {
            let pitch = u8::try_from(pitch + shift).unwrap();
            score.push((at + slot, on(slot, kind, pitch, 0.2)));
            score.push((at + slot + 3900, Act::Off(slot, pitch)));
        }
        for key in [36_u8, 42, 38, 49] {
            score.push((at + usize::from(key) * 40, on(4, Kind::Drum, key, 0.2)));
        }
    }
    score.sort_by_key(|(frame, _)| *frame);
    score
}

fn assert_same(one: &Sound, other: &Sound, skip: usize, what: &str) {
    for (one, other) in one.channels().zip(other.channels()) {
        let pairs = one.iter().zip(&other[skip..]);
        let first = pairs.clone().position(|(a, b)| a.to_bits() != b.to_bits());
        assert_eq!(first, None, "{what}");
    }
}

#[test]
fn blocks_of_any_length_give_the_same_samples() {
    let frames = 44_000;
    for simd in [Simd::PLAIN, Simd::widest()] {
        let whole = rendered(&mut synth_with(simd), &tune(), frames, 4096);
        assert!(peak(&whole.main[0]) > 0.1);
        for run in [1, 17, 64, 333] {
            let cut = rendered(&mut synth_with(simd), &tune(), frames, run);
            assert_same(&whole, &cut, 0, &format!("runs of {run}, {}", simd.name()));
        }
    }
}

fn synth_with(simd: Simd) -> Synth {
    let mut synth = Synth::new(RATE, 4096);
    synth.compute_with(simd);
    synth
}

#[test]
fn instructions_of_every_processor_sound_like_the_widest() {
    let frames = 44_000;
    let [plain, wide] = [Simd::PLAIN, Simd::widest()]
        .map(|simd| rendered(&mut synth_with(simd), &tune(), frames, 512));
    for (one, other) in plain.channels().zip(wide.channels()) {
        let apart: Vec<f32> = one.iter().zip(other).map(|(one, other)| one - other).collect();
        let (most, loudest) = (peak(&apart), peak(one));
        assert!(most <= 1e-4 * loudest, "{most} of {loudest}");
    }
}

#[test]
fn silence_beforehand_changes_nothing() {
    let frames = 20_000;
    let at_once = check(&tune(), frames);
    for wait in [1, 777, 50_001] {
        let score: Vec<_> = tune().into_iter().map(|(at, it)| (at + wait, it)).collect();
        let later = check(&score, frames + wait);
        assert_eq!(later.peak(..wait), 0.0);
        assert_same(&at_once, &later, wait, &format!("after {wait} silent frames"));
    }
}

#[test]
fn the_first_sample_of_a_note_comes_after_the_latency() {
    let at = 100;
    let sound = check(&[(at, on(1, Kind::Steady, 60, 0.3))], 1000);
    assert_eq!(sound.peak(..at + LATENCY), 0.0);
    assert!(sound.peak(at + LATENCY..at + LATENCY + 4) > 0.0);
    assert_eq!(Synth::new(RATE, 64).latency() as usize, LATENCY);
}

#[test]
fn a_note_is_heard_at_its_frame_wherever_in_a_block_it_begins() {
    for run in [1, 64, 512, 4096] {
        for at in [0, 1, 31, 63, 64, 500, 4095] {
            // The part is busy already, in a period of its own.
            let busy = (0, on(1, Kind::Steady, 40, 1e-9));
            let score = [busy, (at, on(1, Kind::Steady, 60, 0.3))];
            let sound = rendered(&mut Synth::new(RATE, run), &score, at + 600, run);
            let first = sound.main[0].iter().position(|it| it.abs() > 1e-6).unwrap();
            assert!((at + LATENCY..at + LATENCY + 2).contains(&first), "{at} in {run}: {first}");
        }
    }
}

#[test]
fn a_bend_moves_the_pitch_of_its_part_alone() {
    let score = [
        (0, on(1, Kind::Steady, 60, 0.1)),
        (0, on(2, Kind::Steady, 60, 0.1)),
        (1000, Act::Bend(1, 12.0)),
        (1000, Act::Bend(3, f32::NAN)),
        // Begins bent.
        (40_000, Act::Bend(2, -12.0)),
        (40_000, Act::Off(2, 60)),
        (60_000, on(2, Kind::Steady, 72, 0.1)),
        (60_000, on(3, Kind::Steady, 60, 0.1)),
    ];
    let sound = check(&score, 110_000);
    let crossings = |slot: usize, frames: std::ops::Range<usize>| {
        let wave = &sound.parts[slot - 1][0][frames];
        let slow: Vec<f32> = wave.windows(40).map(|it| it.iter().sum()).collect();
        slow.windows(2).filter(|it| it[0] < 0.0 && it[1] >= 0.0).count()
    };
    // A second of middle C has 262 turns.
    assert!(crossings(1, 10_000..34_000).abs_diff(262) <= 2);
    assert!(crossings(2, 10_000..34_000).abs_diff(131) <= 2);
    assert!(crossings(2, 70_000..94_000).abs_diff(131) <= 2);
    assert!(crossings(3, 70_000..94_000).abs_diff(131) <= 2);
    assert!(sound.channels().flatten().all(|it| it.is_finite()));
}

#[test]
fn stems_sum_to_the_mix_and_the_player_is_in_the_mix_alone() {
    // Loud enough that the limiter works.
    let score: Vec<_> = tune()
        .into_iter()
        .filter_map(|(at, it)| match it {
            Act::On { slot: 0, .. } => None,
            Act::On { slot, kind, pitch, level } => Some((at, on(slot, kind, pitch, 3.0 * level))),
            other => Some((at, other)),
        })
        .collect();
    let sound = check(&score, 44_000);
    assert!(peak(&sound.main[0]) > 0.9);
    for side in 0..2 {
        for (frame, mix) in sound.main[side].iter().enumerate() {
            let sum: f32 = sound.parts.iter().map(|it| it[side][frame]).sum();
            assert!((sum - mix).abs() < 2e-6, "frame {frame}: {sum} {mix}");
        }
    }
    let player = check(&[(0, on(0, Kind::Blown, 60, 0.2))], 4000);
    assert!(peak(&player.main[0]) > 0.05);
    assert!(player.parts.iter().flatten().all(|it| peak(it) == 0.0));
}

#[test]
fn nothing_is_louder_than_the_ceiling() {
    let score: Vec<_> =
        (0..200_u8).map(|n| (10, on(usize::from(n % 5), Kind::Steady, 30 + n % 70, 1.0))).collect();
    let sound = check(&score, 12_000);
    let loudest = peak(&sound.main[0]).max(peak(&sound.main[1]));
    assert!(loudest <= CEILING && loudest > 0.5, "{loudest}");
    // 128 sound; the others made room for them before they were heard.
    assert_eq!(sound.retired, 72);
}

#[test]
fn every_voice_ends_and_gives_its_table_back() {
    let mut score = Vec::new();
    for (n, kind) in [Kind::Plucked, Kind::Blown, Kind::Drum, Kind::Steady].into_iter().enumerate()
    {
        for pitch in [30, 60, 90] {
            score.push((n, on(n, kind, pitch, 0.1)));
        }
    }
    // A drum and a plucked note end by themselves.
    for pitch in [30, 60, 90] {
        score.push((5000, Act::Off(1, pitch)));
        score.push((5000, Act::Off(3, pitch)));
    }
    let frames = 10 * 48_000;
    let sound = check(&score, frames);
    assert_eq!(sound.retired, 12);
    assert!(!sound.channels().flatten().any(|it| it.is_subnormal()));
    assert_eq!(sound.peak(frames - 48_000..), 0.0);
}

#[test]
fn silence_is_reached_in_five_milliseconds() {
    let mut score = tune();
    score.retain(|(at, it)| *at < 20_000 && !matches!(it, Act::Silence | Act::Mix(_)));
    score.push((20_000, Act::Silence));
    let sound = check(&score, 60_000);
    let end = 20_000 + 240 + LATENCY;
    assert!(sound.peak(19_000..20_000) > 0.05);
    assert_eq!(sound.peak(end..), 0.0);
}

#[test]
fn a_note_may_start_while_all_else_falls_silent() {
    let score = [
        (0, on(1, Kind::Steady, 50, 0.1)),
        (5000, Act::Silence),
        (5000, on(2, Kind::Steady, 60, 0.1)),
    ];
    let sound = check(&score, 20_000);
    assert!(peak(&sound.parts[1][0][5000 + LATENCY + 32..5000 + LATENCY + 300]) > 0.08);
    assert_eq!(peak(&sound.parts[0][0][5000 + LATENCY + 240..]), 0.0);
}

/// A sine: any corner in it is a click of the synth's making.
fn sine(pitch: u8, level: f32) -> Arc<PartialTable> {
    let mut table = table(Kind::Steady, pitch, level).as_ref().clone();
    let partials = table.partials();
    table.amplitude = table.amplitude.chunks(partials).map(|row| row[0]).collect();
    table.hertz.truncate(1);
    table.spread = vec![0.0];
    Arc::new(table)
}

#[test]
fn a_live_note_takes_pitch_and_level_from_its_own_note() {
    let level_of = |made_for: (u8, u8)| {
        let mut synth = Synth::new(RATE, 512);
        let note = |(pitch, velocity)| (Pitch::new(pitch).unwrap(), Velocity::clamped(velocity));
        synth.note_on_near(part(1), note((69, 90)), sine(made_for.0, 0.05), note(made_for));
        let sound = rendered(&mut synth, &[], 6000, 512);
        let wave = &sound.parts[0][0][1000..];
        let crossings = wave.windows(2).filter(|it| it[0] < 0.0 && it[1] >= 0.0).count();
        (crossings, peak(wave))
    };
    let (own, level) = level_of((69, 90));
    assert!(own.abs_diff(46) <= 1, "{own}");
    let (near, softer) = level_of((70, 110));
    assert_eq!(near, own);
    assert!((level / softer - (110.0_f32 / 90.0).powf(1.3)).abs() < 0.02);
}

#[test]
fn steals_stops_and_mutes_do_not_click() {
    let level = 0.003;
    let full: Vec<_> = (0..128).map(|n| (0, Act::Table(1 + n % 4, 36, sine(36, level)))).collect();
    let reference = |more: &[(usize, Act)]| {
        let mut score = full.clone();
        score.extend_from_slice(more);
        corner(&check(&score, 9000).main[0][3000..])
    };
    let calm = reference(&[]);
    let mut muted = Mix::default();
    muted.parts[2].audible = Audible::No;
    let stolen: Vec<_> = (0..20).map(|n| (4000 + n, Act::Table(1, 36, sine(36, level)))).collect();
    let start: Vec<_> = (0..20).map(|n| (4000 + n, Act::Table(0, 36, sine(36, level)))).collect();
    let cases = [
        ("steal", stolen),
        ("start", start),
        ("stop", vec![(4000, Act::Silence)]),
        ("release", vec![(4000, Act::Off(1, 36))]),
        ("mute", vec![(4000, Act::Mix(muted))]),
    ];
    // A bare cut of one of the four parts would make a corner of its whole level.
    let cut = 32.0 * level;
    for (name, acts) in cases {
        let sharpest = reference(&acts);
        assert!(sharpest < calm + 0.02 * cut, "{name}: {sharpest}, calm {calm}, cut {cut}");
    }
}

#[test]
fn broken_tables_do_no_harm() {
    let good = table(Kind::Blown, 60, 0.1).as_ref().clone();
    let mut broken = vec![good.clone(); 6];
    broken[0].amplitude.fill(f32::NAN);
    broken[1].hertz.fill(f32::NAN);
    broken[2].noise.fill(f32::INFINITY);
    broken[3].glide.fill(f32::NAN);
    broken[4].vibrato_cents = f32::INFINITY;
    broken[5].release_secs = f32::NAN;
    for (case, broken) in broken.into_iter().enumerate() {
        let score = [
            (0, Act::Table(1, 60, Arc::new(broken))),
            (2000, Act::Off(1, 60)),
            (30_000, on(1, Kind::Plucked, 62, 0.1)),
        ];
        let sound = check(&score, 40_000);
        assert!(sound.channels().flatten().all(|it| it.is_finite()), "case {case}");
        assert!(peak(&sound.parts[0][0][30_000..]) > 0.02, "case {case}: the part recovers");
    }
}

#[test]
fn a_part_gone_mad_is_silenced_and_recovers() {
    let mut mad = table(Kind::Steady, 60, 0.1).as_ref().clone();
    mad.amplitude.fill(f32::INFINITY);
    let mad = Arc::new(mad);
    let mut score: Vec<_> = (0..128).map(|_| (1000, Act::Table(2, 60, Arc::clone(&mad)))).collect();
    score.push((0, on(1, Kind::Steady, 50, 0.05)));
    score.push((20_000, on(2, Kind::Plucked, 62, 0.05)));
    score.sort_by_key(|(frame, _)| *frame);
    for simd in [Simd::PLAIN, Simd::widest()] {
        let sound = rendered(&mut synth_with(simd), &score, 24_000, 512);
        assert!(sound.channels().flatten().all(|it| it.is_finite()));
        assert_eq!(sound.retired, 128, "all its voices are ended");
        assert!(peak(&sound.parts[1][0][20_100..]) > 0.02, "the part recovers");
        assert!(peak(&sound.parts[0][0][18_000..]) > 0.02, "the others are left alone");
    }
}

#[test]
fn every_sample_rate_sounds_alike() {
    let mut levels = Vec::new();
    for hertz in [22_050_usize, 44_100, 96_000, 192_000] {
        let rate = hertz as f32;
        let score = [
            (0, on(1, Kind::Plucked, 100, 0.1)),
            (0, on(2, Kind::Blown, 60, 0.1)),
            (0, on(4, Kind::Drum, 50, 0.1)),
            (hertz / 5, Act::Off(2, 60)),
        ];
        let sound = rendered(&mut Synth::new(rate, 512), &score, hertz * 2 / 5, 512);
        assert!(sound.channels().flatten().all(|it| it.is_finite()));
        let power: f32 = sound.parts[1][0].iter().map(|it| it * it).sum::<f32>() / rate;
        levels.push(10.0 * power.log10());
    }
    let spread = levels.iter().fold(0.0_f32, |most, it| most.max((it - levels[0]).abs()));
    assert!(spread < 1.0, "{levels:?}");
}

/// Anything at any time.
fn storm() -> impl Strategy<Value = Vec<(usize, Act)>> {
    let kind =
        prop_oneof![Just(Kind::Plucked), Just(Kind::Blown), Just(Kind::Drum), Just(Kind::Steady)];
    let act = prop_oneof![
        12 => (0..5_usize, kind, 0..128_u8, 0.0..2.0_f32)
            .prop_map(|(slot, kind, pitch, level)| on(slot, kind, pitch, level)),
        6 => (0..5_usize, 0..128_u8).prop_map(|(slot, pitch)| Act::Off(slot, pitch)),
        1 => Just(Act::Silence),
        1 => (0..5_usize, any::<f32>()).prop_map(|(slot, semitones)| Act::Bend(slot, semitones)),
        1 => (any::<f32>(), any::<f32>(), 0..4_usize).prop_map(|(level, pan, part)| {
            let mut mix = Mix { master_db: level.min(6.0), ..Mix::default() };
            mix.parts[part].pan = pan;
            Act::Mix(mix)
        }),
    ];
    proptest::collection::vec((0..6000_usize, act), 1..400).prop_map(|mut score| {
        score.sort_by_key(|(frame, _)| *frame);
        score
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn a_storm_of_notes_stays_finite_and_below_the_ceiling(score in storm(), run in 1..700_usize) {
        let mut synth = Synth::new(RATE, 700);
        let sound = rendered(&mut synth, &score, 9000, run);
        prop_assert!(sound.channels().flatten().all(|it| it.is_finite()));
        prop_assert!(peak(&sound.main[0]) <= CEILING && peak(&sound.main[1]) <= CEILING);
    }
}
