//! What the player does, and which notes end by it.

use super::{Keys, Pedal, Pitches};
use crate::score::Pitch;

fn names(pitches: Pitches) -> String {
    pitches.iter().map(Pitch::name).collect::<Vec<_>>().join(" ")
}

/// Play `deeds` (`+60` a key down, `-60` a key up, `v` pedal down, `^` pedal up, `!` all up) and write what each ends.
fn check(deeds: &str, expected: &str) {
    let mut keys = Keys::default();
    let ended: Vec<String> = deeds
        .split_whitespace()
        .map(|deed| {
            let pitch = || Pitch::new(deed[1..].parse().unwrap()).unwrap();
            let one = |ends: bool| if ends { pitch().name() } else { String::new() };
            let ended = match &deed[..1] {
                "+" => one(keys.press(pitch())),
                "-" => one(keys.lift(pitch())),
                "v" => names(keys.tread(Pedal::Down)),
                "^" => names(keys.tread(Pedal::Up)),
                _ => names(keys.let_go()),
            };
            if ended.is_empty() { ".".into() } else { ended }
        })
        .collect();
    assert_eq!(ended.join(", "), expected, "{deeds}");
}

#[test]
fn a_note_ends_with_its_key_or_with_the_pedal() {
    check("+60 -60", "., C4");
    check("-60", ".");
    check("+60 v -60 ^", "., ., ., C4");
    check("v +60 +64 -60 -64 ^", "., ., ., ., ., C4 E4");
    check("v +60 +64 -60 ^ -64", "., ., ., ., C4, E4");
    check("+60 v ^ -60", "., ., ., C4");
}

#[test]
fn a_note_that_rings_on_ends_where_it_is_struck_again() {
    check("v +60 -60 +60 -60 ^", "., ., ., C4, ., C4");
    check("+60 +60 -60 -60", "., C4, C4, .");
}

#[test]
fn everything_comes_up_at_once() {
    check("v +60 -60 +0 +127 ! -127 +60 -60", "., ., ., ., ., C-1 C4 G9, ., ., C4");
}
