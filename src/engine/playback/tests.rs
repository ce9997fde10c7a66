//! What is given of a window.

use super::*;
use crate::music::planner::BarLine;
use crate::score::{Meter, Pitch, Velocity};

/// Notes of parts 1 and 2 by turns, a beat each, in the bars from tick 96 to 288; part 1 before them.
fn music() -> Music {
    let note = |beat: i64| Note {
        onset: Tick(beat * 24),
        part: Part::BAND[usize::from(beat % 2 == 1)],
        pitch: Pitch::new(60).unwrap(),
        length: Ticks(24),
        velocity: Velocity::clamped(80),
    };
    Music {
        begin: Tick(96),
        end: Tick(288),
        notes: (4..12).map(note).collect(),
        lead_in: vec![note(0), note(2)],
        ..Music::default()
    }
}

/// Onsets of what is given of `[begin, end)`, and whether all parts are; `-` if nothing is.
fn check(playback: &Playback, start: i64, window: (i64, i64), expected: &str) {
    let bar = Tick(start.div_euclid(96) * 96);
    let shift = playback.shift(Tick(start), bar, bar + Ticks(96));
    let found = match playback.given(Tick(window.0), Tick(window.1), shift) {
        None => "-".to_owned(),
        Some(mut given) => {
            let all = given.parts == [true; 4];
            let onsets: Vec<String> =
                given.rest().iter().map(|it| it.onset.0.to_string()).collect();
            format!("{}{}", if all { "all " } else { "" }, onsets.join(" "))
        }
    };
    assert_eq!(found.trim(), expected, "{window:?} from {start}");
}

#[test]
fn a_take_is_played_where_it_was_kept() {
    for (elsewhere, outside) in [(Elsewhere::Silent, "all"), (Elsewhere::Improvises, "-")] {
        let playback = Playback::of(&music(), Place::Song, elsewhere);
        check(&playback, 0, (72, 96), outside);
        check(&playback, 0, (96, 120), "all 96");
        check(&playback, 0, (192, 288), "all 192 216 240 264");
        check(&playback, 0, (264, 312), "all 264");
        check(&playback, 0, (288, 312), outside);
        // From the midst of it.
        check(&playback, 130, (130, 144), "all");
        check(&playback, 130, (144, 168), "all 144");
    }
}

#[test]
fn a_take_is_played_from_where_the_transport_starts() {
    let playback = Playback::of(&music(), Place::Start, Elsewhere::Silent);
    check(&playback, 960, (960, 984), "all 960");
    check(&playback, 960, (1128, 1152), "all 1128");
    check(&playback, 960, (1152, 1176), "all");
    // In the midst of a bar it waits for the next one.
    check(&playback, 970, (984, 1008), "all");
    check(&playback, 970, (1056, 1080), "all 1056");
}

#[test]
fn some_parts_are_kept_and_what_led_up_is_played() {
    let playback = Playback::around(&music(), [true, false, false, false]);
    check(&playback, 0, (0, 96), "all 0 48");
    check(&playback, 0, (96, 192), "96 144");
    check(&playback, 0, (288, 300), "-");
}

#[test]
fn where_the_transport_runs_a_take_begins_at_the_next_bar_line() {
    let bar = |start: i64| BarLine { start: Tick(start), meter: Meter::COMMON };
    let window = |chain, begin: i64| Window {
        chain,
        index: 4,
        cutoff: Tick(begin - 6),
        begin: Tick(begin),
        end: Tick(begin + 24),
        bar: bar(begin.div_euclid(96) * 96),
    };
    let mut joining = Joining::Asked(3);
    assert_eq!(joining.line(window(3, 216)), Some(Tick(288)), "in the middle of a bar");
    assert_eq!(joining.line(window(3, 288)), Some(Tick(288)), "once found it stays");
    assert_eq!(joining.line(window(4, 0)), None, "another chain begins with it");
    assert_eq!(Joining::Asked(3).line(window(3, 192)), Some(Tick(192)), "at a bar line at once");
    assert_eq!(Joining::NotRunning.line(window(3, 192)), None);
}
