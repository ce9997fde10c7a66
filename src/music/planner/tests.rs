//! The plan as text: cutoffs, revisions and windows in order.

use super::{BarLine, MomentKind, Planner, Window};
use crate::score::{Meter, Quantum, Tick};

impl Planner {
    /// The window whose cutoff is next, with all moments before it passed.
    pub(crate) fn next_window(&mut self, bar: BarLine, quantum: Quantum) -> Option<Window> {
        loop {
            let kind = self.next_moment()?.kind;
            let window = self.pass(bar, quantum);
            if kind == MomentKind::Cutoff {
                return window;
            }
        }
    }
}

fn bar(start: i64, count: u8, unit: u8) -> BarLine {
    BarLine { start: Tick(start), meter: Meter::new(count, unit).unwrap() }
}

/// The moments of a chain from `tick`, as `c<cutoff>`, `r<revision>` and `[begin,end)`, until `moments` have passed.
fn check(tick: i64, bar: BarLine, quantum: Quantum, moments: usize, expected: &str) {
    let mut planner = Planner::default();
    planner.play_from(Tick(tick), bar, quantum, false).unwrap();
    let mut seen = Vec::new();
    for _ in 0..moments {
        let moment = planner.next_moment().unwrap();
        let window = planner.pass(bar, quantum).unwrap();
        seen.push(match moment.kind {
            MomentKind::Cutoff => format!("c{}", moment.tick.0),
            MomentKind::Revision => {
                assert_eq!(window.cutoff, moment.tick);
                format!("r{}", moment.tick.0)
            }
            MomentKind::Begin => format!("[{},{})", window.begin.0, window.end.0),
        });
    }
    assert_eq!(seen.join(" "), expected);
}

#[test]
fn windows_follow_the_beat() {
    check(0, bar(0, 4, 4), Quantum::Beat, 7, "[0,24) c18 r21 [24,48) c42 r45 [48,72)");
    check(0, bar(0, 4, 4), Quantum::HalfBeat, 7, "[0,12) c6 r9 [12,24) c18 r21 [24,36)");
    check(0, bar(0, 3, 4), Quantum::Bar, 7, "[0,72) c66 r69 [72,144) c138 r141 [144,216)");
    check(0, bar(0, 6, 8), Quantum::Beat, 4, "[0,36) c30 r33 [36,72)");
    check(0, bar(0, 7, 8), Quantum::Beat, 4, "[0,12) c6 r9 [12,24)");
}

#[test]
fn windows_end_at_bar_lines() {
    check(10, bar(0, 4, 4), Quantum::Beat, 4, "[10,24) c18 r21 [24,48)");
    check(0, bar(0, 5, 4), Quantum::Bar, 4, "[0,120) c114 r117 [120,240)");
    check(-30, bar(0, 4, 4), Quantum::Beat, 4, "[-30,-24) c-30 r-27 [-24,0)");
    check(5, bar(4, 4, 4), Quantum::Beat, 4, "[5,28) c22 r25 [28,52)");
}

#[test]
fn a_window_after_a_short_one_has_no_revision() {
    check(-26, bar(0, 4, 4), Quantum::Beat, 4, "[-26,-24) c-26 [-24,0) c-6");
    check(-27, bar(0, 4, 4), Quantum::Beat, 4, "[-27,-24) c-27 [-24,0) c-6");
    check(-28, bar(0, 4, 4), Quantum::Beat, 4, "[-28,-24) c-28 r-27 [-24,0)");
}

#[test]
fn a_waiting_chain_is_kept_when_the_transport_starts_there() {
    let mut planner = Planner::default();
    let line = bar(0, 4, 4);
    let (_, waiting) = planner.wait_at(Tick(96), line, Quantum::Beat, false).unwrap();
    assert_eq!(planner.wait_at(Tick(96), line, Quantum::Beat, false), None);
    assert_eq!(planner.next_moment(), None);
    assert_eq!(planner.play_from(Tick(96), line, Quantum::Beat, false), None);
    assert_eq!(planner.pass(line, Quantum::Beat), Some(waiting));

    let mut planner = Planner::default();
    planner.wait_at(Tick(96), line, Quantum::Beat, false).unwrap();
    assert!(planner.play_from(Tick(0), line, Quantum::Beat, false).is_some());

    let mut planner = Planner::default();
    planner.wait_at(Tick(96), line, Quantum::Beat, false).unwrap();
    assert!(
        planner.play_from(Tick(96), line, Quantum::Beat, true).is_some(),
        "new settings need a new chain"
    );
}

#[test]
fn a_new_meter_realigns_the_grid() {
    let mut planner = Planner::default();
    planner.play_from(Tick(0), bar(0, 4, 4), Quantum::Beat, false).unwrap();
    planner.pass(bar(0, 4, 4), Quantum::Beat).unwrap();
    let window = planner.pass(bar(14, 3, 4), Quantum::Beat).unwrap();
    assert_eq!((window.begin, window.end), (Tick(24), Tick(38)));
}
