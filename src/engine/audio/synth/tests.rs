use super::Synth;
use crate::engine::audio::fixtures::{Kind, table};
use crate::engine::audio::renderer::Outputs;
use crate::score::{Audible, Mix, Part, Pitch, Velocity};

/// What happens at a frame.
#[derive(Clone, Debug)]
enum Act {
    On(usize, u8, u8),
    Off(usize, u8),
    Silence,
    Mix(Mix),
}

/// Main left and right, then each stem's.
struct Sound {
    main: [Vec<f32>; 2],
    parts: [[Vec<f32>; 2]; Part::BAND_SIZE],
}

impl Sound {
    fn channels(&self) -> impl Iterator<Item = &Vec<f32>> {
        self.main.iter().chain(self.parts.iter().flatten())
    }
}

/// What the five parts play in these tests.
const KINDS: [Kind; Part::COUNT] =
    [Kind::Blown, Kind::Plucked, Kind::Plucked, Kind::Blown, Kind::Drum];

/// Render a score, sorted by frame, cut into runs of at most `run` frames.
fn rendered(synth: &mut Synth, score: &[(usize, Act)], frames: usize, run: usize) -> Sound {
    let channel = || vec![0.0_f32; frames];
    let mut sound = Sound {
        main: std::array::from_fn(|_| channel()),
        parts: std::array::from_fn(|_| std::array::from_fn(|_| channel())),
    };
    let mut mix = Mix::default();
    let mut events = score.iter().peekable();
    let mut at = 0;
    while at < frames {
        while let Some((_, act)) = events.next_if(|(frame, _)| *frame <= at) {
            match act {
                Act::On(slot, pitch, velocity) => {
                    let table = table(KINDS[*slot], *pitch, 0.002 * f32::from(*velocity));
                    let part = Part::from_slot(*slot).unwrap();
                    let pitch = Pitch::new(*pitch).unwrap();
                    synth.note_on(part, pitch, Velocity::clamped(*velocity), table);
                }
                Act::Off(slot, pitch) => {
                    synth.note_off(Part::from_slot(*slot).unwrap(), Pitch::new(*pitch).unwrap());
                }
                Act::Silence => synth.silence(),
                Act::Mix(new) => mix = *new,
            }
        }
        let next = events.peek().map_or(frames, |(frame, _)| *frame);
        let to = (at + run).min(next).min(frames);
        let Sound { main, parts } = &mut sound;
        let mut outputs = Outputs {
            main: main.each_mut().map(|it| it.as_mut_slice()),
            parts: parts.each_mut().map(|it| it.each_mut().map(|it| it.as_mut_slice())),
        };
        synth.render(at, to, &mix, &mut outputs);
        at = to;
        while synth.take_retired().is_some() {}
    }
    sound
}

/// A band that plays for a second, stops, and goes on.
fn tune() -> Vec<(usize, Act)> {
    let mut quiet = Mix::default();
    quiet.parts[1].level_db = -12.0;
    quiet.parts[2].pan = -0.7;
    quiet.parts[0].audible = Audible::No;
    let mut score =
        vec![(23_011, Act::Mix(quiet)), (30_001, Act::Silence), (36_000, Act::Mix(Mix::default()))];
    for (n, pitch) in [60_u8, 64, 67, 72, 74, 71, 55, 48].into_iter().enumerate() {
        let at = 317 + n * 4703;
        for (slot, shift) in [(0, 0_i16), (1, -12), (1, -8), (2, -24), (3, 7)] {
            let pitch = u8::try_from(i16::from(pitch) + shift).unwrap();
            score.push((at + slot, Act::On(slot, pitch, 90)));
            score.push((at + slot + 3900, Act::Off(slot, pitch)));
        }
        for key in [36, 42, 38, 49] {
            score.push((at + usize::from(key) * 40, Act::On(4, key, 100)));
        }
    }
    score.sort_by_key(|(frame, _)| *frame);
    score
}

#[test]
fn blocks_of_any_length_give_the_same_samples() {
    let frames = 44_000;
    let whole = rendered(&mut Synth::new(48_000.0, 4096), &tune(), frames, 4096);
    let peak = whole.main[0].iter().fold(0.0_f32, |most, it| most.max(it.abs()));
    assert!(peak > 0.01, "{peak}");
    for run in [1, 17, 64, 333] {
        let cut = rendered(&mut Synth::new(48_000.0, 4096), &tune(), frames, run);
        for (whole, cut) in whole.channels().zip(cut.channels()) {
            let first = whole.iter().zip(cut).position(|(a, b)| a.to_bits() != b.to_bits());
            assert_eq!(first, None, "runs of {run}");
        }
    }
}
