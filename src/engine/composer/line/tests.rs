//! How long a line holds that a part has played nothing new.

use super::{Context, Line};
use crate::engine::composer::chain::tests::Hashing;
use crate::infer::{Controls, Muse, PlayerPresence};
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
    assert_eq!(stale(7, |_| 40), 5.75 + 2.0 * 1.75);
    assert_eq!(stale(7, |bar| [40, 47][bar % 2]), 5.75);
}
