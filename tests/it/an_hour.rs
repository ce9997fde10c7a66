//! Timbres keep their identity: the same bar, first and after an hour, is the same to a tenth of a decibel, and so is a note that is held.

use std::sync::Arc;

use antiphon::engine::audio::channel::Channel;
use antiphon::engine::audio::renderer::Outputs;
use antiphon::engine::performance::{Cue, CueKind, Performance};
use antiphon::infer::{self, Muse, Runtime};
use antiphon::pack::Pack;
use antiphon::score::{Mix, Part, Pitch, TimbreId, Velocity};

const RATE: usize = 48_000;
const BLOCK: usize = 512;
/// Four bars of half a second each with notes, and as long without; an hour has 900 such rounds.
const BAR: usize = RATE / 2;
const ROUND: usize = 8 * BAR;
/// How long an ordinary run lasts, rounds; `ANTIPHON_ROUNDS=900` lasts an hour.
const ROUNDS: usize = 4;
/// The part that holds its note from the beginning to the end.
const HELD: usize = 3;

fn cues(muse: &mut dyn Muse, rounds: usize) -> Vec<Cue> {
    let names = ["piano", "strings", "clarinet", "flute"];
    let mut cues = Vec::new();
    for (index, name) in names.into_iter().enumerate() {
        let place = muse.timbres().iter().position(|card| card.name == name).unwrap();
        let timbre = TimbreId::Named(u16::try_from(place).unwrap());
        let (part, channel) = (Part::BAND[index], Channel::beside(index));
        let mut cue = |frame, kind| cues.push(Cue { frame, part, channel, kind });
        for (bar, number) in [60_u8, 64, 67, 71].into_iter().enumerate() {
            let pitch = Pitch::new(number + u8::try_from(index).unwrap()).unwrap();
            let table = muse.table(timbre, pitch, Velocity::clamped(90)).unwrap();
            if index == HELD {
                cue(0, CueKind::On(pitch, table));
                break;
            }
            for round in 0..rounds {
                let begin = round * ROUND + bar * BAR;
                cue(begin, CueKind::On(pitch, Arc::clone(&table)));
                cue(begin + BAR * 7 / 8, CueKind::Off(pitch));
            }
        }
    }
    cues
}

/// Level of each stem in a round, decibels.
fn levels(performance: &mut Performance) -> [f64; Part::BAND_SIZE] {
    let mut channels = vec![vec![0.0_f32; BLOCK]; 10];
    let mut power = [0.0_f64; Part::BAND_SIZE];
    for _ in 0..ROUND / BLOCK {
        let mut slices = channels.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().unwrap());
        let mut outputs = Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] };
        performance.render(BLOCK, &Mix::default(), &mut outputs);
        for (power, stem) in power.iter_mut().zip(channels[2..].chunks(2)) {
            *power += stem.iter().flatten().map(|it| f64::from(*it).powi(2)).sum::<f64>();
        }
    }
    power.map(|power| 10.0 * (power / ROUND as f64).log10())
}

#[test]
#[expect(clippy::print_stderr, reason = "how long it was is told where it is asked for")]
fn the_last_bar_is_as_the_first() {
    assert_eq!(ROUND % BLOCK, 0);
    let asked = std::env::var("ANTIPHON_ROUNDS").ok().and_then(|it| it.parse().ok());
    let rounds: usize = asked.unwrap_or(ROUNDS);
    let pack = Pack::embedded().unwrap();
    let mut muse = infer::open(&pack, &Runtime::Embedded).unwrap();
    let mut performance = Performance::new(cues(&mut *muse, rounds), RATE as f32);
    // In the first round the held note begins.
    let first = levels(&mut performance);
    let second = levels(&mut performance);
    let last = (2..rounds).map(|_| levels(&mut performance)).last().unwrap();
    let played = |index: usize| if index == HELD { second[index] } else { first[index] };
    let differences: [f64; Part::BAND_SIZE] =
        std::array::from_fn(|index| (last[index] - played(index)).abs());
    eprintln!("after {} s: differences of {differences:.4?} dB", rounds * ROUND / RATE);
    assert!(last.iter().all(|it| *it > -60.0), "{last:?}");
    assert!(differences.iter().all(|it| *it < 0.1), "{differences:?}");
}
