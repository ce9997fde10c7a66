//! Instances that come and go.

use antiphon_hosts::script::{Pace, Script, Session};

use crate::stage::{BAR, FORMATS, bars, play};

#[test]
fn a_hundred_lives_leave_nothing_behind() {
    for format in FORMATS {
        let session = Session { blocks: vec![256], ..bars(1) };
        let script = Script { cycles: 100, sessions: vec![session], ..Script::default() };
        let cycles = play(format, &script).cycles.unwrap();
        assert_eq!(cycles.count, 100);
        assert_eq!(cycles.threads_after, cycles.threads_before, "{format:?}: threads were left");
        if let (Some(early), Some(late)) = (cycles.early_bytes, cycles.late_bytes) {
            let grown = late - early;
            // A lost composer would be megabytes each.
            assert!(
                grown < 256 * 1024,
                "{format:?}: {grown} bytes more after 100 lives than after 10"
            );
        }
    }
}

#[test]
fn a_bundle_is_unloaded_while_it_composes() {
    for format in FORMATS {
        // A large quantum and all parts: the composer is busy when the instance goes.
        for blocks in [1, 2, 5, 20] {
            let session = Session {
                pace: Pace::RealTime,
                blocks: vec![512],
                play_frames: 512 * blocks,
                tail_frames: 0,
                drop_early: true,
                ..bars(1)
            };
            play(format, &Script { sessions: vec![session], ..Script::default() });
        }
    }
}

#[test]
fn one_instance_goes_while_another_plays_on() {
    for format in FORMATS {
        let short = Session { play_frames: BAR / 8, drop_early: true, ..bars(1) };
        let script = Script { sessions: vec![bars(2), short], ..Script::default() };
        let together = play(format, &script).sessions;
        let alone = play(format, &Script { sessions: vec![bars(2)], ..Script::default() });
        assert_eq!(together[0].notes, alone.sessions[0].notes, "{format:?}");
    }
}
