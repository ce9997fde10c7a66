//! What the default pack must never play, whatever a session asks of it: clusters, rushes, one pitch for ever.

use antiphon::engine::offline::{Request, bounce};
use antiphon::infer::{self, Runtime};
use antiphon::pack::Pack;
use antiphon::score::{Mode, Note, Part, Phrase, Seed, Settings, StyleBlend, Tick, Trade};

use super::stage;

/// Two bars of a tune, two of rest, and so on.
fn tune_with_rests(bars: i64) -> Phrase {
    let pitches = [60, 62, 64, 67, 65, 64, 62, 69, 67, 64, 60, 62, 65, 64, 62, 60];
    let begins = (0..bars).step_by(4);
    let notes = begins.flat_map(|bar| {
        (0..).zip(pitches).map(move |(i, pitch)| stage::note(bar * 96 + i * 12, 11, pitch))
    });
    Phrase::new(notes.collect())
}

fn band_of(style: &str, seed: u64, change: fn(&mut Settings)) -> Vec<Note> {
    let muse = infer::open(&Pack::embedded().unwrap(), &Runtime::Embedded).unwrap();
    let style = muse.styles().iter().position(|card| card.name == style).unwrap();
    let mut settings = Settings { seed: Seed(seed), ..Settings::default() };
    settings.style = StyleBlend::only(style);
    change(&mut settings);
    let request = Request {
        settings,
        player: tune_with_rests(8),
        bars: 8,
        sample_rate: 8000,
        ..Request::default()
    };
    bounce(muse, &request, &mut |_| {}).unwrap().notes
}

fn check(name: &str, notes: &[Note]) {
    assert!(notes.len() > 30, "{name}: {} notes", notes.len());
    for part in Part::BAND {
        let own: Vec<&Note> = notes.iter().filter(|it| it.part == part).collect();
        let at_once =
            own.iter().map(|it| own.iter().filter(|at| at.onset == it.onset).count()).max();
        assert!(at_once.is_none_or(|it| it <= 8), "{name}: {at_once:?} notes of {part:?} at once");
    }
    let mut onsets: Vec<Tick> = notes.iter().map(|it| it.onset).collect();
    onsets.sort_unstable();
    onsets.dedup();
    let rush = onsets.windows(2).map(|pair| (pair[1] - pair[0]).0 < 3);
    let longest = rush.fold((0, 0), |(now, most): (u32, u32), is_close| {
        let now = if is_close { now + 1 } else { 0 };
        (now, most.max(now))
    });
    assert!(longest.1 <= 8, "{name}: {} onsets in a rush", longest.1);
}

#[test]
fn no_cluster_where_a_part_is_silent_to_listen() {
    let answer = |settings: &mut Settings| {
        settings.parts[0].mode = Mode::Answer;
        settings.trade = Trade::TwoBars;
    };
    for (style, seed) in [("band_synth", 2), ("game_rock", 2), ("orchestral", 5)] {
        check(style, &band_of(style, seed, answer));
    }
}

/// Notes that the band plays in eight bars.
fn count(style: &str, change: fn(&mut Settings)) -> usize {
    band_of(style, 2, change).len()
}

#[test]
fn the_density_that_is_asked_for_is_heard_and_no_more() {
    for style in ["folk_celtic", "hymn", "chorale"] {
        let usual = count(style, |_| {});
        let sparse = count(style, |it| it.density = -2.0);
        let dense = count(style, |it| it.density = 2.0);
        assert!(0 < sparse && sparse < usual && usual < dense, "{style}: {sparse} {usual} {dense}");
        assert!(dense < usual * 5, "{style}: {usual} and {dense}");
    }
}

#[test]
fn a_band_that_plays_along_keeps_its_manners() {
    for (style, seed) in [("folk_celtic", 7), ("song", 3)] {
        check(style, &band_of(style, seed, |_| {}));
    }
}
