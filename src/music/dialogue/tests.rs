//! Conversations by hand: what is played, and in which beats the band replies.

use super::*;
use crate::music::planner::Planner;
use crate::score::{Meter, Quantum};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

/// The beats of the first `beats` in which the band replies, and those that open a reply. `keys` are onset and end in ticks.
fn replies(trade: Trade, keys: &[(i64, i64)], beats: usize) -> (Vec<usize>, Vec<usize>) {
    let mut dialogue = Dialogue::new(BAR);
    let mut planner = Planner::default();
    let (_, mut window) = planner.play_from(Tick(0), BAR, Quantum::Beat, false).unwrap();
    let mut events: Vec<(i64, bool)> =
        keys.iter().flat_map(|key| [(key.0, true), (key.1, false)]).collect();
    events.sort_unstable();
    let (mut heard, mut down) = (0, 0);
    let (mut replying, mut opening) = (Vec::new(), Vec::new());
    for beat in 0..beats {
        while let Some((tick, on)) = events.get(heard).filter(|it| Tick(it.0) < window.cutoff) {
            if *on {
                dialogue.hear_on(Tick(*tick));
                down += 1;
            } else {
                dialogue.hear_off(Tick(*tick));
                down -= 1;
            }
            heard += 1;
        }
        match dialogue.turn(&window, trade, down) {
            Turn::Listen => {}
            Turn::Reply { opening: Opening::Begins, .. } => {
                opening.push(beat);
                replying.push(beat);
            }
            Turn::Reply { opening: Opening::GoesOn, .. } => replying.push(beat),
        }
        window = planner.next_window(BAR, Quantum::Beat).unwrap();
    }
    (replying, opening)
}

/// Crotchets on these beats.
fn crotchets(beats: impl IntoIterator<Item = i64>) -> Vec<(i64, i64)> {
    beats.into_iter().map(|beat| (beat * 24, beat * 24 + 20)).collect()
}

#[test]
fn a_phrase_is_answered_after_a_beat_of_silence() {
    let (replying, opening) = replies(Trade::Phrase, &crotchets(0..8), 24);
    assert_eq!(opening, [9], "the last key is let go in beat 8");
    assert_eq!(replying, (9..16).collect::<Vec<_>>(), "two bars were played: to the end of bar 4");
}

#[test]
fn a_short_phrase_is_answered_by_a_bar() {
    let (replying, _) = replies(Trade::Phrase, &crotchets(0..2), 16);
    assert_eq!(replying, (3..8).collect::<Vec<_>>(), "to the bar line that is nearest a bar later");
}

#[test]
fn who_holds_a_key_has_the_word() {
    let (replying, _) = replies(Trade::Phrase, &[(0, 24 * 10)], 16);
    assert_eq!(replying, [11, 12, 13, 14, 15]);
}

#[test]
fn who_plays_into_a_reply_has_the_word_again() {
    let mut keys = crotchets(0..8);
    keys.extend(crotchets(11..13));
    let (replying, opening) = replies(Trade::Phrase, &keys, 24);
    assert_eq!(opening, [9, 14]);
    assert_eq!(replying, [9, 10, 11, 14, 15, 16, 17, 18, 19]);
}

#[test]
fn nothing_is_answered_by_nothing() {
    for trade in Trade::ALL {
        assert_eq!(replies(trade, &[], 40), (vec![], vec![]), "{trade:?}");
    }
}

#[test]
fn turns_have_their_bars() {
    for (trade, bars) in
        [(Trade::OneBar, 1), (Trade::TwoBars, 2), (Trade::FourBars, 4), (Trade::EightBars, 8)]
    {
        let turn = bars * 4;
        let keys: Vec<_> = (0..3).flat_map(|round| crotchets([round * 2 * turn + 1])).collect();
        let (replying, opening) = replies(trade, &keys, usize::try_from(6 * turn).unwrap());
        let own = |beat: &i64| beat.div_euclid(turn) % 2 == 1;
        let expected: Vec<i64> = (0..6 * turn).filter(own).collect();
        let replying: Vec<i64> =
            replying.into_iter().map(|it| i64::try_from(it).unwrap()).collect();
        assert_eq!(replying, expected, "{trade:?}");
        assert_eq!(opening.len(), 3, "{trade:?}");
    }
}

#[test]
fn a_turn_without_a_phrase_is_passed_over() {
    let keys = crotchets([0, 16]);
    let (replying, _) = replies(Trade::OneBar, &keys, 24);
    assert_eq!(replying, [4, 5, 6, 7, 20, 21, 22, 23]);
}

#[test]
fn what_is_played_during_a_reply_is_answered_at_the_next_turn() {
    let keys = crotchets([0, 6]);
    let (replying, _) = replies(Trade::OneBar, &keys, 20);
    assert_eq!(replying, [4, 5, 6, 7, 12, 13, 14, 15]);
}
