//! Tunes that are heard and come again. A tune is text: pitch names are MIDI numbers, `/` and a length in ticks follow.

use proptest::prelude::*;

use super::{Field, Memory, Reach, Remembered, SCALES, Tail, Trust, mixed};
use crate::music::planner::BarLine;
use crate::score::{Key, Meter, Pitch, Tick, Ticks};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };
const DREAM: &str = "60/24 62/24 64/24 60/24 60/24 62/24 64/24 60/24 64/24 65/24 67/48";

/// Onset, pitch and length of each note.
fn tune(text: &str, from: i64, up: i16) -> Vec<(Tick, Pitch, Ticks)> {
    let mut onset = Tick(from);
    let note = |word: &str| {
        let (pitch, length) = word.split_once('/').unwrap();
        let pitch = u8::try_from(pitch.parse::<i16>().unwrap() + up).unwrap();
        let length = Ticks(length.parse().unwrap());
        let begun = onset;
        onset += length;
        (begun, Pitch::new(pitch).unwrap(), length)
    };
    text.split_whitespace().map(note).collect()
}

fn learned(notes: &[(Tick, Pitch, Ticks)]) -> Memory {
    let mut memory = Memory::new();
    notes.iter().for_each(|(onset, pitch, length)| memory.learn(*onset, *pitch, *length, BAR));
    memory
}

/// The likeliest next pitch, gap and duration class after the line, and the reach of the pitch's match.
fn expected(
    memory: &Memory,
    line: &str,
    up: i16,
    key: Option<Key>,
) -> (usize, usize, usize, Reach) {
    let notes = tune(line, 960, up);
    let tail = Tail::new(notes.iter().map(|it| (it.0, it.1)), BAR);
    let prediction = memory.predict(&tail, key).unwrap();
    let best = |values: Vec<f32>| {
        (0..values.len()).max_by(|a, b| values[*a].total_cmp(&values[*b])).unwrap()
    };
    let from = notes.last().unwrap().0;
    let gaps = (0..384).map(|time| prediction.at(from, Ticks(time))).collect();
    (
        best(prediction.pitches().collect()),
        best(gaps),
        best(prediction.durations().to_vec()),
        prediction.reach(Field::Pitch),
    )
}

#[test]
fn what_followed_a_motif_is_expected_after_it_in_any_key() {
    let memory = learned(&tune(DREAM, 0, 0));
    for up in [-7, 0, 5] {
        let line = "64/24 60/24 64/24 65/24";
        let (pitch, gap, _, reach) = expected(&memory, line, up, None);
        assert_eq!(pitch, usize::try_from(67 + up).unwrap());
        assert_eq!((gap, reach), (24, Reach::Middle));
    }
    let (pitch, _, duration, _) = expected(&memory, "60/24 64/24 65/24", 2, None);
    assert_eq!((pitch, duration), (69, 12), "a quarter: the half note's neighbors are quarters");
}

#[test]
fn a_tune_of_another_day_is_known_in_another_key() {
    let mut memory = learned(&tune(DREAM, 0, 0));
    memory.settle(Key::from_index(0));
    assert_eq!(memory.fresh(), []);
    let key = Key::from_index(5);
    let (pitch, _, _, reach) = expected(&memory, "62/24 64/24 60/24 64/24 65/24", 5, key);
    assert_eq!((pitch, reach), (72, Reach::RememberedLong));
}

#[test]
fn what_is_handed_out_is_handed_out_once() {
    let mut memory = learned(&tune(DREAM, 0, 0));
    let all = memory.take_fresh(None);
    assert_eq!(all.len(), 11);
    assert_eq!(all[0].gap, Remembered::BREAK);
    assert_eq!(memory.take_fresh(None), []);
    memory.learn(Tick(300), Pitch::new(60).unwrap(), Ticks(24), BAR);
    assert_eq!(memory.take_fresh(Key::from_index(7))[0].class, 5);
    assert_eq!(memory.fresh().len(), 12, "the chain goes on remembering");
}

#[test]
fn a_long_note_is_mended_when_its_key_is_let_go() {
    let mut memory = learned(&tune("60/24 62/12 64/24", 0, 0));
    memory.mend_length(1, Ticks(96));
    assert_eq!(memory.notes()[1].duration, 22);
    memory.mend_length(7, Ticks(96)); // long forgotten
}

#[test]
fn trust_grows_where_the_memory_knows_better_and_never_costs_much() {
    let network = [0.5f32, 0.25, 0.25].map(f32::ln);
    let lean = [-0.2, 0.4, -0.2];
    for (target, grows) in [(1, true), (0, false)] {
        let mut trust = Trust::default();
        let before = trust.scale(Field::Pitch, Reach::Long);
        let mut lost = 0.0;
        for _ in 0..200 {
            let scale = trust.scale(Field::Pitch, Reach::Long);
            lost += mixed(&network, &lean, 0.0, target) - mixed(&network, &lean, scale, target);
            trust.learn(Field::Pitch, Reach::Long, &network, &lean, target);
        }
        let after = trust.scale(Field::Pitch, Reach::Long);
        assert_eq!(after > before, grows, "{before} to {after}");
        assert!(lost < 4.0, "{lost} nats lost in 200 notes");
        let sums = trust.shares().iter().flatten().map(|it| it.iter().sum::<f32>());
        assert!(sums.into_iter().all(|sum| (sum - 1.0).abs() < 1e-4));
    }
}

#[test]
fn impossible_shares_are_no_trust() {
    let good = *Trust::default().shares();
    assert!(Trust::new(good).is_some());
    for bad in [f32::NAN, -0.1, 7.0] {
        let mut shares = good;
        shares[1][2][3] = bad;
        assert_eq!(Trust::new(shares), None);
    }
    assert_eq!(good[0][0].len(), SCALES.len());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_notes_leave_a_bounded_memory_and_finite_predictions(
        notes in prop::collection::vec((0i64..500, 0u8..128, 0i64..700), 1..200),
        key in prop::option::of(0usize..24),
    ) {
        let mut memory = Memory::new();
        let (mut onset, mut line) = (Tick(0), Vec::new());
        for (gap, pitch, length) in notes {
            onset += Ticks(gap);
            let pitch = Pitch::new(pitch).unwrap();
            line.push((onset, pitch));
            memory.learn(onset, pitch, Ticks(length), BAR);
        }
        prop_assert!(memory.bytes() < 1 << 20);
        let key = key.and_then(Key::from_index);
        let newest = line[line.len().saturating_sub(17)..].iter().copied();
        if let Some(prediction) = memory.predict(&Tail::new(newest, BAR), key) {
            let gaps = (0..400).map(|time| prediction.at(onset, Ticks(time)));
            let durations = prediction.durations().iter().copied();
            for value in prediction.pitches().chain(gaps).chain(durations) {
                prop_assert!(value.is_finite() && value.abs() < 20.0, "{}", value);
            }
            prop_assert_eq!(prediction.pitches().count(), 128);
        }
    }

    #[test]
    fn leaned_probabilities_sum_to_one(
        logits in prop::collection::vec(-20.0f32..0.0, 8),
        lean in prop::collection::vec(-3.0f32..3.0, 8),
        scale in 0.0f32..8.0,
    ) {
        let sum: f32 = (0..8).map(|it| mixed(&logits, &lean, scale, it).exp()).sum();
        prop_assert!((sum - 1.0).abs() < 1e-4, "{}", sum);
    }
}

#[test]
fn the_oldest_notes_are_forgotten_first() {
    let mut memory = Memory::new();
    for number in 0..20_000i64 {
        let pitch = Pitch::new(u8::try_from(40 + number * 7 % 30).unwrap()).unwrap();
        memory.learn(Tick(number * 12), pitch, Ticks(12), BAR);
    }
    assert!(memory.notes().len() <= Memory::LIMIT);
    assert!(memory.bytes() < 1 << 20, "{} bytes", memory.bytes());
    let phase = (19_999 * 12) % 96;
    assert_eq!(i64::from(memory.notes().last().unwrap().phase), phase);
}
