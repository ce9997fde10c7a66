//! Nothing is heard beside a note's partials: no aliases, held or bent.

use std::sync::Arc;

use realfft::RealFftPlanner;

use super::{Act, Synth, on, rendered};
use crate::engine::audio::channel::{Bearing, Channel};
use crate::engine::audio::fixtures::{Kind, table};
use crate::engine::audio::rates::Rates;
use crate::engine::audio::simd::Separate;
use crate::engine::audio::voice::{LANES, Start, Voice};
use crate::infer::{self, Muse, Runtime, Scripted};
use crate::pack::Pack;
use crate::score::timbre::TABLE_FRAMES;
use crate::score::{Family, Part, PartialTable, Pitch, TimbreId, Velocity};

/// Terms of a window whose side lobes are below -160 decibels (Albrecht, "A family of cosine-sum windows for high-resolution measurements", 2001).
const WINDOW: [f64; 7] = [
    0.271_051_400_693_42,
    -0.433_297_939_234_48,
    0.218_122_999_543_11,
    -0.065_925_446_388_03,
    0.010_811_742_098_37,
    -0.000_776_584_825_22,
    0.000_013_887_217_35,
];

/// The power of each bin.
fn spectrum(samples: &[f32]) -> Vec<f64> {
    let length = samples.len();
    let mut wave: Vec<f64> = samples.iter().map(|it| f64::from(*it)).collect();
    for (n, sample) in wave.iter_mut().enumerate() {
        let turn = std::f64::consts::TAU * n as f64 / length as f64;
        let terms =
            (0_u8..).zip(WINDOW).map(|(term, share)| share * (f64::from(term) * turn).cos());
        *sample *= terms.sum::<f64>();
    }
    let transform = RealFftPlanner::<f64>::new().plan_fft_forward(length);
    let mut spectrum = transform.make_output_vec();
    transform.process(&mut wave, &mut spectrum).unwrap();
    spectrum.iter().map(|it| it.norm_sqr()).collect()
}

/// The loudest bin that `is_own` does not claim against the loudest of all, decibels.
fn residual_db(samples: &[f32], rate: f32, is_own: impl Fn(f32) -> bool) -> f64 {
    let power = spectrum(samples);
    let loudest = power.iter().copied().fold(0.0, f64::max);
    let hertz = |bin: usize| bin as f32 * rate / samples.len() as f32;
    let others = power.iter().enumerate().filter(|(bin, _)| *bin > 8 && !is_own(hertz(*bin)));
    let residual = others.map(|(_, power)| *power).fold(0.0, f64::max);
    10.0 * (residual / loudest).log10()
}

/// A note as it is a quarter of a second after its onset, and stays: its partials alone, without vibrato and noise, which are meant.
fn still(table: &PartialTable) -> Arc<PartialTable> {
    let frame = (0..TABLE_FRAMES).find(|it| PartialTable::frame_secs(*it) > 0.25).unwrap();
    let row = &table.amplitude[frame * table.partials()..][..table.partials()];
    let loudest = row.iter().copied().fold(1e-9, f32::max);
    let row: Vec<f32> = row.iter().map(|it| 0.1 * it / loudest).collect();
    Arc::new(PartialTable {
        amplitude: row.repeat(TABLE_FRAMES),
        noise: vec![0.0; table.noise.len()],
        glide: vec![1.0; TABLE_FRAMES],
        sustains: true,
        vibrato_cents: 0.0,
        ..table.clone()
    })
}

/// The timbres of the pack, and the families that are written by hand, each with its highest pitches.
fn timbres() -> Vec<(String, Arc<PartialTable>)> {
    let pack = Pack::embedded().unwrap();
    let mut muse = infer::open(&pack, &Runtime::Embedded).unwrap();
    let mut scripted = Scripted::new();
    let velocity = Velocity::clamped(120);
    let mut found = Vec::new();
    for number in [72, 103, 115] {
        let pitch = Pitch::new(number).unwrap();
        for place in (0..u16::try_from(muse.timbres().len()).unwrap()).step_by(7) {
            let table = muse.table(TimbreId::Named(place), pitch, velocity).unwrap();
            let name = &muse.timbres()[usize::from(place)].name;
            found.push((format!("{name} {number}"), still(&table)));
        }
        for family in [0, 3, 5, 7, 10, 11] {
            let family = TimbreId::Usual(Family::new(family).unwrap());
            let table = scripted.table(family, pitch, velocity).unwrap();
            found.push((format!("{family:?} {number}"), still(&table)));
        }
    }
    found
}

#[test]
fn a_high_note_has_no_aliases() {
    const LENGTH: usize = 32_768;
    for rate in [44_100.0, 48_000.0] {
        let score = [(0, on(1, Kind::Steady, 115, 0.3))];
        let sound = rendered(&mut Synth::new(rate, 512), &score, 8192 + LENGTH, 512);
        let hertz = Pitch::new(115).unwrap().hertz();
        let residual = residual_db(&sound.parts[0][0][8192..], rate, |at| {
            let nearest = (at / hertz).round().max(1.0) * hertz;
            (at - nearest).abs() < 20.0
        });
        assert!(residual < -100.0, "{rate}: {residual}");
    }
}

#[test]
#[expect(clippy::print_stderr, reason = "the figure is asked for")]
fn held_notes_of_any_timbre_have_no_aliases() {
    const LENGTH: usize = 32_768;
    let rate = 48_000.0;
    let mut worst = f64::MIN;
    for (name, table) in timbres() {
        let partials = table.hertz.clone();
        let score = [(0, Act::Table(1, 100, table))];
        let sound = rendered(&mut Synth::new(rate, 512), &score, 24_000 + LENGTH, 512);
        let residual = residual_db(&sound.parts[0][0][24_000..], rate, |at| {
            partials.iter().any(|it| (at - it).abs() < 20.0)
        });
        worst = worst.max(residual);
        assert!(residual <= -90.0, "{name}: {residual}");
    }
    eprintln!("loudest beside the partials of held notes: {worst:.1} dB");
}

/// Where a bend of two octaves, up from an octave below, is `frame` frames after its beginning, semitones.
fn bend_at(frame: usize) -> f32 {
    const FRAMES: f32 = 3.0 * 48_000.0;
    24.0 * (frame as f32 / FRAMES).min(1.0) - 12.0
}

/// A voice alone, without the room, which keeps what sounded before: held an octave down from `begin` on, then bent as `bend_at` says.
fn bent(table: &Arc<PartialTable>, begin: usize, frames: usize, rate: f32) -> Vec<f32> {
    let rates = Rates::new(rate);
    let mut voice = Voice::new();
    let bearing = |bend| Bearing { bend, ..Bearing::PLAIN };
    let (part, pitch) = (Part::PLAYER, Pitch::new(96).unwrap());
    let channel = Channel::of(part);
    let table = Arc::clone(table);
    let start = Start { part, channel, pitch, ratio: 1.0, gain: 1.0, table };
    voice.start(start, &bearing(bend_at(0)), 0, &rates);
    let mut wave = Vec::with_capacity(frames);
    while wave.len() < frames {
        // The wheel tells every other period.
        let told = wave.len().saturating_sub(begin) / 64 * 64;
        voice.look_ahead::<Separate>(rates.period, &bearing(bend_at(told)), &rates);
        let run = usize::from(rates.period);
        let (mut left, mut right) = (vec![[0.0; LANES]; run], vec![[0.0; LANES]; run]);
        crate::engine::audio::voice::add_one::<Separate>(&mut voice, &mut left, &mut right);
        wave.extend(left.iter().map(|it| it.iter().sum::<f32>()));
    }
    wave
}

#[test]
#[expect(clippy::print_stderr, reason = "the figure is asked for")]
fn a_bend_of_two_octaves_has_no_aliases() {
    const LENGTH: usize = 2048;
    /// The glide of a gesture lags behind the wheel, frames.
    const LAG: usize = 1200;
    let (rate, begin) = (48_000.0, 4800);
    let frames = begin + 3 * 48_000 + 4 * LAG;
    let bright = TimbreId::Usual(Family::new(10).unwrap());
    let bright = Scripted::new().table(bright, Pitch::new(96).unwrap(), Velocity::clamped(127));
    let tables = [("steady", table(Kind::Steady, 96, 0.2)), ("bright", bright.unwrap())];
    let mut worst = f64::MIN;
    for (name, table) in tables {
        let table = still(&table);
        let wave = bent(&table, begin, frames, rate);
        for first in (begin..frames - LENGTH).step_by(LENGTH) {
            let from = bend_at(first.saturating_sub(begin + LAG));
            let to = bend_at(first + LENGTH - begin);
            let residual = residual_db(&wave[first..first + LENGTH], rate, |at| {
                table.hertz.iter().any(|it| {
                    let low = it * (from / 12.0).exp2() - 200.0;
                    (low..it * (to / 12.0).exp2() + 200.0).contains(&at)
                })
            });
            worst = worst.max(residual);
            assert!(residual <= -80.0, "{name}, {first}: {residual}");
        }
    }
    eprintln!("loudest beside the partials of bent notes: {worst:.1} dB");
}
