//! Whatever a host leaves out or gets wrong, the renderer is told something sane.

use nice_plug::prelude::Transport as HostTransport;

use super::{Deck, Timeline};
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

/// Without a host: the state of blocks of a quarter second at 120 bpm, half a quarter note each.
struct Alone {
    timeline: Timeline,
    deck: Deck,
    outside: HostTransport,
    /// Whether the band can begin.
    ready: bool,
}

impl Alone {
    /// What stands in for a host plays from the first block on, or stands.
    fn new(plays: bool) -> Self {
        Self {
            timeline: Timeline::default(),
            deck: Deck::default(),
            outside: host(plays, Some(3.0)),
            ready: true,
        }
    }

    fn block(&mut self) -> (bool, f64) {
        let tempo = Tempo::new(120.0).unwrap();
        let deck = (&self.deck, || self.ready);
        let heard = self.timeline.alone(&self.outside, 12_000, 48_000.0, tempo, deck);
        assert_eq!(heard.bar_quarters, (heard.position_quarters / 4.0).floor() * 4.0);
        (heard.playing, heard.position_quarters)
    }
}

#[test]
fn without_a_host_the_window_moves_time() {
    let mut alone = Alone::new(true);
    assert_eq!([alone.block(), alone.block()], [(false, 0.0), (false, 0.0)], "it waits for play");
    assert!(alone.deck.rules());
    alone.deck.play();
    assert_eq!([alone.block(), alone.block()], [(true, 0.0), (true, 0.5)]);
    alone.deck.stop();
    assert_eq!(alone.block(), (false, 1.0));
    alone.deck.play();
    assert_eq!(alone.block(), (true, 1.0), "it goes on from there");
    alone.deck.go_home();
    assert_eq!([alone.block(), alone.block()], [(true, 0.0), (true, 0.5)], "a jump, as in a loop");
    alone.deck.stop();
    assert_eq!(alone.block(), (false, 1.0));
    alone.deck.go_home();
    alone.deck.play();
    // A moment to compose what begins there.
    assert_eq!([alone.block(), alone.block()], [(false, 0.0), (true, 0.0)]);
}

#[test]
fn it_waits_for_the_band_where_it_begins_and_not_for_ever() {
    let mut alone = Alone::new(false);
    alone.block();
    alone.ready = false;
    alone.deck.play();
    assert_eq!([alone.block(), alone.block()], [(false, 0.0), (false, 0.0)]);
    alone.ready = true;
    assert_eq!([alone.block(), alone.block()], [(true, 0.0), (true, 0.5)]);
    alone.ready = false;
    assert_eq!(alone.block(), (true, 1.0), "what plays goes on");
    alone.deck.play_stretch(8.0, None);
    let waited = (0..9).take_while(|_| alone.block() == (false, 8.0)).count();
    assert_eq!(waited, 5, "a second and the block of the jump");
    alone.deck.stop();
    alone.block();
    alone.deck.play();
    assert!(!alone.block().0, "each start has its own");
    alone.deck.stop();
    alone.ready = true;
    assert!(!alone.block().0, "what was stopped meanwhile does not begin");
}

#[test]
fn a_stretch_is_played_to_its_end_and_waits_at_its_beginning() {
    let mut alone = Alone::new(true);
    alone.deck.play_stretch(16.0, Some(17.0));
    let blocks: [_; 5] = std::array::from_fn(|_| alone.block());
    assert_eq!(blocks, [(false, 16.0), (true, 16.0), (true, 16.5), (false, 16.0), (false, 16.0)]);
    alone.deck.play();
    alone.deck.play_on();
    let blocks: [_; 4] = std::array::from_fn(|_| alone.block());
    assert_eq!(blocks, [(true, 16.0), (true, 16.5), (true, 17.0), (true, 17.5)], "no end any more");
    alone.deck.go_home();
    assert_eq!(alone.block(), (true, 0.0));
}

#[test]
fn what_joins_while_it_plays_has_an_end_of_its_own() {
    let mut alone = Alone::new(true);
    alone.deck.play_stretch(16.0, Some(17.0));
    assert_eq!([alone.block(), alone.block()], [(false, 16.0), (true, 16.0)]);
    alone.deck.keep_to(16.5, 17.5);
    let blocks: [_; 4] = std::array::from_fn(|_| alone.block());
    assert_eq!(blocks, [(true, 16.5), (true, 17.0), (false, 16.5), (false, 16.5)]);
}

#[test]
fn another_program_s_transport_rules_while_it_plays() {
    let mut alone = Alone::new(false);
    assert_eq!(alone.block(), (false, 0.0), "it stands, and ours rules");
    alone.outside.playing = true;
    assert_eq!(alone.block(), (true, 3.0));
    assert!(!alone.deck.rules());
    alone.outside.playing = false;
    alone.deck.play();
    assert_eq!(alone.block(), (true, 0.0));
    assert!(alone.deck.rules());
}

#[test]
fn when_another_program_s_transport_stops_ours_stands() {
    let mut alone = Alone::new(false);
    alone.deck.play();
    assert_eq!([alone.block(), alone.block()], [(true, 0.0), (true, 0.5)]);
    alone.outside.playing = true;
    assert_eq!([alone.block(), alone.block()], [(true, 3.0), (true, 3.0)]);
    assert!(!alone.deck.is_asked_to_play());
    alone.outside.playing = false;
    assert_eq!([alone.block(), alone.block()], [(false, 1.0), (false, 1.0)]);
    alone.deck.play();
    assert_eq!(alone.block(), (true, 1.0), "until the musician plays on");
}
