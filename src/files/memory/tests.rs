//! To text and back, and whatever else is found in a file.

use proptest::prelude::*;

use super::{MAX_BYTES, MemoryError, read, write};
use crate::music::memory::{Memory, Remembered, Trust};

fn any_note() -> impl Strategy<Value = Remembered> {
    let gap = prop_oneof![Just(Remembered::BREAK), 0u16..384];
    (-127i8..=127, gap, 0u8..32, 0u8..=12, 0u16..384).prop_map(
        |(interval, gap, duration, class, phase)| Remembered {
            interval,
            gap,
            duration,
            class,
            phase,
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_memory_survives_write_and_read(notes in prop::collection::vec(any_note(), 0..300)) {
        let memory = Memory::of(notes, Trust::default());
        let again = read(&write(&memory)).unwrap();
        prop_assert_eq!(again.notes(), memory.notes());
        let shares = |it: &Memory| it.trust.shares().as_flattened().as_flattened().to_vec();
        for (one, other) in shares(&again).into_iter().zip(shares(&memory)) {
            prop_assert!((one - other).abs() < 1e-6);
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in ".{0,200}") {
        prop_assert!(read(&text).is_err());
    }

    #[test]
    fn a_damaged_memory_is_read_or_refused(at in 0usize..600, byte in 32u8..127) {
        let note =
            Remembered { interval: 2, gap: 24, duration: 12, class: 7, phase: 48 };
        let mut bytes = write(&Memory::of(vec![note; 8], Trust::default())).into_bytes();
        let place = at % bytes.len();
        bytes[place] = byte;
        if let Ok(memory) = read(&String::from_utf8(bytes).unwrap()) {
            prop_assert!(memory.notes().len() <= Memory::LIMIT);
        }
    }
}

#[test]
fn what_is_wrong_is_named() {
    let good = write(&Memory::of(
        vec![Remembered { interval: 2, gap: 24, duration: 12, class: 7, phase: 48 }; 3],
        Trust::default(),
    ));
    let cases = [
        (good.replacen("24", "900", 1), "note 1: gap is 900"),
        (good.replacen("48]]", "48],[300,0,0,0,0]]", 1), "note 4: interval is 300"),
        (good.replacen("\"antiphon_memory\":1", "\"antiphon_memory\":9", 1), "memory version 9"),
        (good.replacen("0.4", "3.5", 1), "trust does not add up"),
        (good[..good.len() / 2].to_owned(), "damaged"),
        ("{}".to_owned(), "no memory"),
    ];
    for (text, words) in cases {
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains(words), "no `{words}` in: {error}");
    }
    assert!(matches!(read(&" ".repeat(MAX_BYTES + 1)), Err(MemoryError::TooLarge(_))));
    let full = Memory::of(
        vec![
            Remembered { interval: -127, gap: 383, duration: 31, class: 12, phase: 383 };
            Memory::LIMIT
        ],
        Trust::default(),
    );
    assert!(write(&full).len() < MAX_BYTES / 2);
    assert_eq!(read(&write(&full)).unwrap().notes().len(), Memory::LIMIT);
}
