//! The synth by itself: 32 voices in four parts at 64-frame blocks, as one line of JSON.

use std::sync::Arc;
use std::time::Instant;

use antiphon::engine::audio::renderer::Outputs;
use antiphon::engine::audio::synth::Synth;
use antiphon::infer::{Muse, Scripted};
use antiphon::score::{Family, Mix, Part, PartialTable, Pitch, TimbreId, Velocity};

const SAMPLE_RATE: u16 = 48_000;
const BLOCK: usize = 64;
const SECONDS: usize = 20;
/// Piano, string section, bass and brass: eight notes each, struck again every second.
const FAMILIES: [u8; Part::BAND_SIZE] = [0, 6, 4, 7];
const NOTES: [u8; 8] = [48, 52, 55, 60, 64, 67, 71, 74];

/// Where the synth writes to.
struct Channels {
    main: [Vec<f32>; 2],
    parts: [[Vec<f32>; 2]; Part::BAND_SIZE],
}

impl Channels {
    fn new() -> Self {
        let channel = || vec![0.0; BLOCK];
        Self {
            main: std::array::from_fn(|_| channel()),
            parts: std::array::from_fn(|_| std::array::from_fn(|_| channel())),
        }
    }

    fn outputs(&mut self) -> Outputs<'_> {
        Outputs {
            main: self.main.each_mut().map(|it| it.as_mut_slice()),
            parts: self.parts.each_mut().map(|it| it.each_mut().map(|it| it.as_mut_slice())),
        }
    }
}

fn main() {
    let mut muse = Scripted::default();
    let tables = FAMILIES.map(|family| NOTES.map(|pitch| table(&mut muse, family, pitch)));
    let mut synth = Synth::new(f32::from(SAMPLE_RATE), BLOCK);
    let mut channels = Channels::new();
    let mix = Mix::default();
    let blocks_a_second = usize::from(SAMPLE_RATE) / BLOCK;
    let mut micros = Vec::with_capacity(SECONDS * blocks_a_second);
    for block in 0..SECONDS * blocks_a_second {
        let begin = Instant::now();
        if block % blocks_a_second == 0 {
            strike(&mut synth, &tables);
        }
        synth.render(0, BLOCK, &mix, &mut channels.outputs());
        micros.push(begin.elapsed().as_secs_f64() * 1e6);
        while synth.take_retired().is_some() {}
    }
    report(&mut micros);
}

/// Let the 32 notes go and strike them again, so that 32 are held and up to 32 more die away.
fn strike(synth: &mut Synth, tables: &[[Arc<PartialTable>; NOTES.len()]; Part::BAND_SIZE]) {
    for (part, tables) in Part::BAND.into_iter().zip(tables) {
        for (pitch, table) in NOTES.iter().zip(tables) {
            let pitch = Pitch::new(*pitch).expect("a pitch");
            synth.note_off(part, pitch);
            synth.note_on(part, pitch, Velocity::clamped(90), Arc::clone(table));
        }
    }
}

fn table(muse: &mut Scripted, family: u8, pitch: u8) -> Arc<PartialTable> {
    let timbre = TimbreId::Usual(Family::new(family).expect("a family"));
    muse.table(timbre, Pitch::new(pitch).expect("a pitch"), Velocity::clamped(90))
        .expect("the scripted muse has every table")
}

#[expect(clippy::print_stdout, reason = "a bench prints its result")]
fn report(micros: &mut [f64]) {
    let frames = (micros.len() * BLOCK) as f64;
    let total = micros.iter().sum::<f64>() * 1e-6;
    micros.sort_by(f64::total_cmp);
    let rank = |per_mille: usize| micros[(micros.len() - 1) * per_mille / 1000];
    let voices = (Part::BAND_SIZE * NOTES.len()) as f64;
    println!(
        concat!(
            r#"{{"bench":"synth","voices":{},"block":{},"sample_rate":{},"times_real_time":{:.1},"#,
            r#""callback_micros":{{"p50":{:.1},"p999":{:.1},"max":{:.1}}},"nanos_a_voice_sample":{:.2}}}"#
        ),
        voices,
        BLOCK,
        SAMPLE_RATE,
        frames / f64::from(SAMPLE_RATE) / total,
        rank(500),
        rank(999),
        rank(1000),
        total * 1e9 / frames / voices,
    );
}
