//! Whatever a host leaves out or gets wrong, the renderer is told something sane.

use nice_plug::prelude::Transport as HostTransport;

use super::Timeline;
use crate::score::{Meter, Tempo};

fn host(playing: bool, quarters: Option<f64>) -> HostTransport {
    let mut host = HostTransport::new(48_000.0);
    host.playing = playing;
    host.pos_beats = quarters;
    host
}

#[test]
fn missing_fields_have_sane_values() {
    let heard = Timeline::default().transport(&host(false, None), 64, 48_000.0, None);
    assert!(!heard.playing);
    assert_eq!(heard.tempo, Tempo::default());
    assert_eq!(heard.meter, Meter::COMMON);
    assert_eq!((heard.position_quarters, heard.bar_quarters), (0.0, 0.0));
}

#[test]
fn impossible_fields_are_taken_as_missing() {
    let mut wrong = host(true, Some(f64::NAN));
    wrong.tempo = Some(0.0);
    wrong.time_sig_numerator = Some(0);
    wrong.time_sig_denominator = Some(3);
    wrong.bar_start_pos_beats = Some(f64::INFINITY);
    let heard = Timeline::default().transport(&wrong, 64, 48_000.0, None);
    assert_eq!(heard.tempo, Tempo::default());
    assert_eq!(heard.meter, Meter::COMMON);
    assert_eq!((heard.position_quarters, heard.bar_quarters), (0.0, 0.0));
}

#[test]
fn without_a_position_time_goes_on_while_playing() {
    let mut timeline = Timeline::default();
    let mut at = |playing| {
        timeline.transport(&host(playing, None), 24_000, 48_000.0, None).position_quarters
    };
    assert_eq!([at(true), at(true), at(false), at(false)], [0.0, 1.0, 2.0, 2.0]);
}

/// Position, reported bar line and the bar line expected, in 3/4.
#[test]
fn the_bar_line_is_the_last_one_on_the_host_s_grid() {
    let cases = [
        (4.0, Some(3.0), 3.0),
        (4.0, Some(0.0), 3.0),
        (4.0, None, 3.0),
        (2.5, Some(1.0), 1.0),
        (0.5, Some(1.0), -2.0),
        (-1.0, Some(0.0), -3.0),
        (3.0, Some(3.0), 3.0),
    ];
    for (position, reported, expected) in cases {
        let mut host = host(true, Some(position));
        host.time_sig_numerator = Some(3);
        host.time_sig_denominator = Some(4);
        host.bar_start_pos_beats = reported;
        let heard = Timeline::default().transport(&host, 64, 48_000.0, None);
        assert_eq!(heard.bar_quarters, expected, "at {position} with {reported:?}");
    }
}

#[test]
fn the_free_run_begins_at_the_first_bar_and_gives_way_to_the_host() {
    let mut timeline = Timeline::default();
    let free = Tempo::new(90.0);
    let mut at = |playing, quarters, free| {
        let heard = timeline.transport(&host(playing, quarters), 48_000, 48_000.0, free);
        (heard.playing, heard.position_quarters, heard.bar_quarters, heard.tempo.bpm())
    };
    assert_eq!(at(false, Some(7.0), free), (true, 0.0, 0.0, 90.0));
    assert_eq!(at(false, Some(7.0), free), (true, 1.5, 0.0, 90.0));
    assert_eq!(at(false, Some(7.0), free).1, 3.0);
    assert_eq!(at(false, Some(7.0), free).2, 4.0);
    assert_eq!(at(true, Some(16.0), free), (true, 16.0, 16.0, 120.0));
    assert_eq!(at(false, Some(16.5), free), (true, 0.0, 0.0, 90.0), "it begins anew");
    assert_eq!(at(false, Some(16.5), None), (false, 16.5, 16.0, 120.0));
    assert_eq!(at(false, Some(16.5), free).1, 0.0);
}
