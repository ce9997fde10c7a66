//! How long a line holds that a part has played nothing new, and what it owes its style's form.

use super::{Context, Line};
use crate::engine::composer::chain::tests::Hashing;
use crate::infer::{Controls, Muse, PlayerPresence, State};
use crate::music::form::Wanted;
use crate::music::planner::BarLine;
use crate::music::tokens::VelocityFrom;
use crate::score::{Meter, Note, Part, Pitch, Settings, Tick, Ticks, Velocity};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

/// Stale bars of the first part, which has played one bar of four beats `bars` times, beside another part whose note on each first beat is `other`, given the bar.
fn stale(bars: usize, other: impl Fn(usize) -> u8) -> f32 {
    let mut muse = Hashing::new();
    let settings = Settings::default();
    let context = Context {
        bar: BAR,
        controls: Controls::new(&settings, muse.styles(), PlayerPresence::Absent),
        key: None,
        memory: 0.0,
        velocities: VelocityFrom::Model,
        is_given: false,
    };
    let silence = muse.silence();
    let mut line = Line::new(silence.clone());
    for beat in 0..4 * bars {
        let first = (Part::BAND[0], [60, 64, 62, 67][beat % 4]);
        let second = (beat % 4 == 0).then(|| (Part::BAND[1], other(beat / 4)));
        for (part, pitch) in [first].into_iter().chain(second) {
            let pitch = Pitch::new(pitch).unwrap();
            let onset = Tick(24 * i64::try_from(beat).unwrap());
            let note =
                Note { onset, part, pitch, length: Ticks(24), velocity: Velocity::clamped(80) };
            line.push(&mut muse, &context, note, Some(silence.clone())).unwrap();
        }
    }
    line.stale_bars(Part::BAND[0], BAR)
}

#[test]
fn a_bar_that_the_whole_band_repeats_makes_stale_sooner() {
    assert_eq!(stale(1, |_| 40), 0.0);
    assert_eq!(stale(5, |_| 40), 3.75); // since the second bar began, which nothing foretold yet
    assert_eq!(stale(7, |_| 40), 5.75 + 4.0 * 1.75);
    assert_eq!(stale(7, |bar| [40, 47][bar % 2]), 5.75);
}

/// The state and the pitch after a line of one part, under `context`.
fn after(pitches: &[u8], change: impl Fn(&mut Context)) -> (State, u8) {
    let mut muse = Hashing::new();
    let settings = Settings::default();
    let controls = Controls::new(&settings, muse.styles(), PlayerPresence::Absent);
    let mut context = Context {
        bar: BAR,
        controls,
        key: None,
        memory: 0.0,
        velocities: VelocityFrom::Model,
        is_given: false,
    };
    context.controls.wanted = Wanted([Some(0.9), Some(1.0), None, None, None]);
    change(&mut context);
    let mut line = Line::new(muse.silence());
    for (at, pitch) in (0..).zip(pitches) {
        let (part, pitch) = (Part::BAND[0], Pitch::new(*pitch).unwrap());
        let (onset, length) = (Tick(24 * at), Ticks(24));
        let note = Note { onset, part, pitch, length, velocity: Velocity::clamped(80) };
        line.push(&mut muse, &context, note, None).unwrap();
    }
    let draw = line.draw(&mut muse, &context, Tick(0)).unwrap();
    (draw.state, draw.event.pitch)
}

#[test]
fn what_is_owed_is_told_and_leans_the_pitches() {
    let white = [60, 64, 67, 65, 62, 71, 69, 72].repeat(3);
    let line = [&white[..], &[61, 66, 68, 70, 63, 61, 66, 70, 68, 63, 61, 66]].concat();
    let owing = after(&line, |_| ());
    let free = after(&line, |it| it.controls.wanted = Wanted::default());
    assert_ne!(owing.0.0, free.0.0, "repetition is told, which the state depends on");
    assert!([0, 2, 4, 5, 7, 9, 11].contains(&(owing.1 % 12)), "back into the scale: {}", owing.1);
    // What is insisted on is not leaned away from, and the state is the same.
    let meant = after(&line, |it| it.controls.is_insisting = true);
    assert_eq!(meant.0.0, owing.0.0);
    // A part that does not choose its notes owes nothing for them.
    let follows = after(&line, |it| it.controls.rule_out(Part::BAND[0]));
    let untold = after(&line, |it| {
        it.controls.rule_out(Part::BAND[0]);
        it.controls.wanted = Wanted::default();
    });
    assert_eq!(follows.0.0, untold.0.0);
}

#[test]
fn a_part_that_wanders_is_told_another_register_unless_it_was_given_its_notes() {
    let high = [96, 100, 103, 98].repeat(6);
    let told = |change: fn(&mut Context)| {
        after(&high, |it| {
            it.controls.wanted = Wanted::default();
            change(it);
        })
    };
    let led_back = told(|_| ());
    let given = told(|it| it.is_given = true);
    let taken = told(|it| it.controls.rule_out(Part::BAND[0]));
    assert_ne!(led_back.0.0, given.0.0);
    assert_eq!(taken.0.0, given.0.0);
}
