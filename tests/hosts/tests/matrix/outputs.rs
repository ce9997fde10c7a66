//! Outputs that the host has switched off, in every combination.

use antiphon_hosts::script::{Absence, Script, Session};

use crate::stage::{FORMATS, Format, bars, play, take};

const OUTPUTS: usize = 5;

/// Every combination of outputs switched off; what is on sounds as if all were.
fn check(format: Format, absence: Absence, combinations: &[Vec<usize>]) {
    let session = |off: &Vec<usize>| Session {
        outputs_off: off.clone(),
        absence,
        play_frames: 48_000,
        tail_frames: 4_800,
        ..bars(1)
    };
    let whole = take(format, session(&Vec::new()));
    assert!(whole.outputs[0].peak > 0.001, "{format:?}: a second without sound");
    for some in combinations.chunks(8) {
        let script = Script { sessions: some.iter().map(session).collect(), ..Script::default() };
        for (off, take) in some.iter().zip(play(format, &script).sessions) {
            assert_eq!(take.notes, whole.notes, "{format:?} {absence:?} without {off:?}");
            for bus in (0..OUTPUTS).filter(|bus| !off.contains(bus)) {
                let same = take.outputs[bus].sha256 == whole.outputs[bus].sha256;
                assert!(same, "{format:?} {absence:?} without {off:?}: output {bus} differs");
            }
        }
    }
}

fn all_combinations() -> Vec<Vec<usize>> {
    let chosen = |mask: usize| (0..OUTPUTS).filter(|bus| mask >> bus & 1 == 1).collect();
    (0..1 << OUTPUTS).map(chosen).collect()
}

#[test]
fn a_vst3_plays_with_any_outputs_off() {
    check(Format::Vst3, Absence::Null, &all_combinations());
}

#[test]
fn a_clap_plays_with_any_outputs_null() {
    check(Format::Clap, Absence::Null, &all_combinations());
}

#[test]
fn a_clap_plays_with_any_outputs_empty() {
    check(Format::Clap, Absence::Empty, &all_combinations());
}

#[test]
fn a_clap_plays_with_its_last_outputs_missing() {
    let last: Vec<Vec<usize>> = (0..OUTPUTS).map(|first| (first..OUTPUTS).collect()).collect();
    check(Format::Clap, Absence::Missing, &last);
}

#[test]
fn an_output_that_is_off_is_silent() {
    for format in FORMATS {
        let take = take(format, Session { outputs_off: vec![2, 4], ..bars(1) });
        let active: Vec<bool> = take.outputs.iter().map(|output| output.active).collect();
        assert_eq!(active, [true, true, false, true, false], "{format:?}");
        assert_eq!(take.outputs[2].peak, 0.0, "{format:?}");
    }
}
