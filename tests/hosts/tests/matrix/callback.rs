//! What the process call does beside music: nothing.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use antiphon_hosts::script::{Move, Pace, Plant, Script, Session};

use crate::stage::{FORMATS, Format, bars, run, take};

/// Two bars live, all parts playing, with a melody coming in.
fn live() -> Session {
    Session { pace: Pace::RealTime, blocks: vec![64], wait_secs: 1.0, ..bars(2) }
}

#[test]
fn nothing_is_allocated_or_freed() {
    for format in FORMATS {
        assert_eq!(take(format, live()).calls.allocations, Some(0), "{format:?}");
    }
}

#[test]
fn a_moved_parameter_allocates_nothing() {
    // Only in the CLAP host: the other one makes room of its own when a parameter moves for the first time.
    let moves = (0..50).map(|step| Move {
        frame: step * 1_000,
        parameter: "temp".into(),
        value: step as f64 / 50.0,
    });
    let session = Session { moves: moves.collect(), ..live() };
    assert_eq!(take(Format::Clap, session).calls.allocations, Some(0));
}

#[test]
fn a_planted_allocation_is_found() {
    for format in FORMATS {
        let planted = Session { plant: Some(Plant::Allocation), play_frames: 6_400, ..live() };
        let calls = take(format, planted).calls;
        assert!(calls.allocations >= Some(2 * calls.count), "{format:?}: {calls:?}");
    }
}

#[test]
fn nothing_is_asked_of_the_system() {
    for format in FORMATS {
        let (calls, inside) = traced(format, live());
        assert!(calls > 1_000, "{format:?}: the tracer saw {calls} process calls");
        assert_eq!(inside, BTreeMap::new(), "{format:?}");
    }
}

#[test]
fn a_planted_system_call_is_found() {
    for format in FORMATS {
        let planted = Session { plant: Some(Plant::SystemCall), play_frames: 6_400, ..live() };
        let (calls, inside) = traced(format, planted);
        assert_eq!(inside.get("getpid"), Some(&calls), "{format:?}: {inside:?}");
    }
}

/// The number of process calls, and the system calls made within them by name, as strace sees them.
fn traced(format: Format, session: Session) -> (u64, BTreeMap<String, u64>) {
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("trace");
    let mut command = Command::new("strace");
    command.args(["--follow-forks", "--quiet=all", "--output"]).arg(&log);
    command.arg(format.host()).arg(format.bundle());
    let session = Session { mark_calls: true, ..session };
    let output = run(command, &Script { sessions: vec![session], ..Script::default() });
    let complaints = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{format:?}: {complaints}");
    within_marks(&log)
}

/// Count what each thread calls between every odd `getppid` of its own and the next. Lines that begin with a sign tell of signals, ends, and
/// calls that have been counted when they began.
fn within_marks(log: &Path) -> (u64, BTreeMap<String, u64>) {
    let text = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let mut marks: BTreeMap<&str, u64> = BTreeMap::new();
    let mut inside = BTreeMap::new();
    for line in text.lines() {
        let Some((thread, call)) = line.split_once(char::is_whitespace) else { continue };
        let call = call.trim_start();
        let count = marks.entry(thread).or_default();
        if call.starts_with("getppid") {
            *count += 1;
        } else if *count % 2 == 1 && !call.starts_with(['<', '+', '-']) {
            let name = call.split(['(', ' ']).next().unwrap_or(call);
            *inside.entry(name.to_owned()).or_default() += 1;
        }
    }
    (marks.values().sum::<u64>() / 2, inside)
}
