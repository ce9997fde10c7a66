//! Transports as short text, and what is kept of them as text.

use std::fmt::Write;

use super::*;
use crate::music::planner::{BarLine, Planner};
use crate::score::take::{Making, Whole};
use crate::score::{Family, Meter, Part, Pitch, Quantum, Velocity};

/// A host that announces a window a beat, each with one note of part 1 at its begin.
struct Host {
    recorder: Recorder,
    planner: Planner,
    bar: BarLine,
    tempo: Tempo,
    newest: Option<Window>,
    length: Ticks,
    is_given: bool,
}

impl Host {
    fn new(limit: usize) -> Self {
        Self {
            recorder: Recorder::new(limit),
            planner: Planner::default(),
            bar: BarLine { start: Tick(0), meter: Meter::COMMON },
            tempo: Tempo::default(),
            newest: None,
            length: Ticks(12),
            is_given: false,
        }
    }

    /// `w8` waits at tick 8, `@8` plays from there, `>4` goes on by four cutoffs, `t90` sets the tempo, `m3` the meter from the next window on,
    /// `l30` the notes' length, `g1` and `g0` whether windows play from a take, `c` composes the newest window of a chain that waits once more, `v` composes the newest window anew, `s` has it stand as it was before, `r` rests the newest window, `d50` and `u60` strike and let go a key, `p70` is panic, `x96` stops.
    fn run(&mut self, text: &str) {
        for word in text.split_whitespace() {
            let (what, number) = word.split_at(1);
            let number: i64 = number.parse().unwrap_or(1);
            let pitch = Pitch::new(72).unwrap();
            match what {
                "w" | "@" => self.open(Tick(number), what == "w"),
                ">" => (0..number).for_each(|_| self.go_on()),
                "t" => self.tempo = Tempo::new(number as f64).unwrap(),
                "m" => {
                    let newest = self.newest.unwrap();
                    let meter = Meter::new(u8::try_from(number).unwrap(), 4).unwrap();
                    self.bar = BarLine { start: newest.begin, meter };
                }
                "l" => self.length = Ticks(number),
                "g" => self.is_given = number == 1,
                "c" => self.commit(self.newest.unwrap()),
                "v" => {
                    let newest = self.newest.unwrap();
                    let cutoff = newest.revision().unwrap();
                    let settings = Settings { temperature: 1.5, ..Settings::default() };
                    self.recorder.revise(Window { cutoff, ..newest }, settings);
                    self.commit(newest);
                }
                "s" => {
                    let newest = self.newest.unwrap();
                    self.recorder.stand(newest);
                    self.commit(newest);
                }
                "r" => {
                    let Window { chain, begin, end, .. } = self.newest.unwrap();
                    self.recorder.rest(chain, begin, end, None);
                }
                "d" => {
                    let velocity = Velocity::clamped(80);
                    let act = KeyAct::Down { pitch, velocity, late: 0.25 };
                    self.recorder.key(Tick(number), Part::PLAYER, act);
                }
                "u" => self.recorder.key(Tick(number), Part::PLAYER, KeyAct::Up(pitch)),
                "p" => {
                    let Window { chain, end, .. } = self.newest.unwrap();
                    self.recorder.rest(chain, Tick(number), end, None);
                    self.recorder.key(Tick(number), Part::PLAYER, KeyAct::AllUp);
                }
                "x" => {
                    self.recorder.stop(Tick(number));
                    self.planner.stop();
                }
                other => panic!("{other}"),
            }
        }
    }

    fn open(&mut self, tick: Tick, waits: bool) {
        let bar = self.bar.around(tick);
        let opened = if waits {
            self.planner.wait_at(tick, bar, Quantum::Beat, false)
        } else {
            self.planner.play_from(tick, bar, Quantum::Beat, false)
        };
        if let Some((start, window)) = opened {
            self.recorder.begin(start, Settings::default());
            self.announce(window);
        }
    }

    fn go_on(&mut self) {
        let bar = self.bar.around(self.newest.unwrap().end - Ticks(6));
        let window = self.planner.next_window(bar, Quantum::Beat).unwrap();
        self.announce(window);
    }

    fn announce(&mut self, window: Window) {
        self.recorder.cutoff(window, Settings::default(), self.tempo);
        self.commit(window);
        self.newest = Some(window);
    }

    /// What comes of `window`: a note at its begin.
    fn commit(&mut self, window: Window) {
        let note = Note {
            onset: window.begin,
            part: Part::BAND[0],
            pitch: Pitch::new(60).unwrap(),
            length: self.length,
            velocity: Velocity::clamped(80),
        };
        let committed = Committed {
            notes: &[(note, -0.5)],
            families: [Family::PIANO; 4],
            log_probability: -3.0,
            drawn: 1,
            is_given: self.is_given,
        };
        self.recorder.commit(window, committed);
    }

    /// Begin and end, bars, the map of tempos and meters, and `onset+length` of each note, the player's with an asterisk.
    fn kept(&self, bars: u32) -> String {
        let Ok(Kept { take, bars }) = self.recorder.keep_last(bars) else {
            return "nothing".to_owned();
        };
        let music = &take.music;
        assert_eq!(music.bars(), bars);
        let mut text = format!("{}-{} {bars} |", music.begin.0, music.end.0);
        for (tick, tempo) in &music.tempos {
            write!(text, " {}:{}", tick.0, tempo.bpm()).unwrap();
        }
        for (tick, meter) in &music.meters {
            write!(text, " {}:{}/{}", tick.0, meter.count(), meter.unit()).unwrap();
        }
        text.push_str(" |");
        for note in &music.notes {
            let mark = if note.part == Part::PLAYER { "*" } else { "" };
            write!(text, " {}+{}{mark}", note.onset.0, note.length.0).unwrap();
        }
        text
    }
}

fn check(host: &str, bars: u32, expected: &str) {
    let mut recorder = Host::new(Recorder::LIMIT_BYTES);
    recorder.run(host);
    assert_eq!(recorder.kept(bars), expected, "{host}");
}

#[test]
fn whole_bars_are_kept_and_the_present_one_if_half_of_it_has_been_played() {
    // The cutoff of the window at 96 comes at 90: the first bar is nearly over.
    check("@0 >4", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12");
    check("@0 >5", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12");
    check("@0 >7", 1, "96-192 1 | 96:120 96:4/4 | 96+12 120+12 144+12 168+12");
    check("@0 >7", 8, "0-192 2 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12 96+12 120+12 144+12 168+12");
    // A chain that begins within a bar has that bar.
    check("@48 >3", 4, "0-96 1 | 0:120 0:4/4 | 48+12 72+12");
}

#[test]
fn after_a_stop_what_sounded_is_kept() {
    // What was committed beyond the stop did not sound, and what sounded was cut short.
    check("@0 >3 x77", 4, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+5");
    check("@0 >3 x72", 4, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12");
    // The bar of the last chord is kept, an empty one is not.
    check("@0 >5 x100", 1, "96-192 1 | 96:120 96:4/4 | 96+4");
    check("@0 >4 x96", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12");
    // The transport waits elsewhere meanwhile, and settings change.
    check("@0 >4 x96 w0 w480 w0", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12");
    check("", 1, "nothing");
    check("w0", 1, "nothing");
    check("w0 w96 w0 @0", 1, "nothing");
}

#[test]
fn each_chain_is_a_stretch_of_its_own() {
    // A loop of one bar: right after it has come round, the round before is kept.
    check("@0 >3 x96 @0 >1", 2, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 48+12 72+12");
    check("@0 >3 x96 @96 >4 x192", 8, "96-192 1 | 96:120 96:4/4 | 96+12 120+12 144+12 168+12");
}

#[test]
fn what_did_not_sound_is_left_out() {
    check("@0 >1 r >3", 1, "0-96 1 | 0:120 0:4/4 | 0+12 48+12 72+12");
    // Panic ends what sounds, and the rest of its window does not come.
    check("l40 @0 >1 p30 >3", 1, "0-96 1 | 0:120 0:4/4 | 0+30 24+6 48+40 72+40");
}

#[test]
fn keys_become_notes() {
    check(
        "@0 d10 u20 d30 d33 u40 d70 >4",
        1,
        "0-96 1 | 0:120 0:4/4 | 0+12 10+10* 24+12 30+3* 33+7* 48+12 70+26* 72+12",
    );
    // One that is still down sounds on to the end of what is kept, or to where the transport stopped.
    check("@0 >1 d30 >3", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 30+66* 48+12 72+12");
    check("@0 >1 d30 >3 x90", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 30+60* 48+12 72+12");
    check("@0 >1 d30 p40 >3", 1, "0-96 1 | 0:120 0:4/4 | 0+12 24+12 30+10* 48+12 72+12");
}

#[test]
fn tempo_and_meter_are_mapped_where_they_change() {
    // The new tempo is first told at the cutoff of the window after the bar line.
    check(
        "@0 >4 t90 >4",
        2,
        "0-192 2 | 0:120 96:90 0:4/4 | 0+12 24+12 48+12 72+12 96+12 120+12 144+12 168+12",
    );
    check(
        "@0 >4 m3 >6",
        3,
        "0-240 3 | 0:120 0:4/4 96:3/4 | 0+12 24+12 48+12 72+12 96+12 120+12 144+12 168+12 192+12 216+12",
    );
}

#[test]
fn a_take_tells_what_made_it() {
    let mut host = Host::new(Recorder::LIMIT_BYTES);
    host.run("@0 >2 d60 >2 u100 >20");
    let take = host.recorder.keep_last(2).unwrap().take;
    let making = &take.making;
    assert_eq!((making.start, making.whole), (Tick(0), Whole::Yes));
    let lengths: Vec<(u32, i64)> = making.windows.iter().map(|it| (it.count, it.lead.0)).collect();
    // The first window has its cutoff where it begins.
    assert_eq!(lengths, [(1, 0), (23, 6)]);
    assert_eq!(making.windows[1].end(), take.music.end);
    let after: Vec<u32> = making.keys.iter().map(|it| it.after).collect();
    assert_eq!(after, [3, 5]);
    assert_eq!(take.music.lead_in.len(), 16);
    let delays: Vec<f32> = take.music.delays.iter().map(|it| it.1).collect();
    assert_eq!(delays, [-0.5; 8]);
    assert_eq!(take.music.likelihood, Some(-3.0));
    assert!(take.name.contains(' '));
}

#[test]
fn a_take_is_whole_unless_a_window_of_it_or_before_it_was_given() {
    let whole = |host: &str, bars: u32| {
        let mut recorder = Host::new(Recorder::LIMIT_BYTES);
        recorder.run(host);
        recorder.recorder.keep_last(bars).unwrap().take.making.whole
    };
    assert_eq!(whole("g1 w0 @0 g0 >7", 1), Whole::No, "what was given led up to it");
    assert_eq!(whole("g1 w0 g0 c @0 >7", 2), Whole::Yes, "called off before it sounded");
    assert_eq!(whole("@0 >2 g1 >1 g0 v >4", 2), Whole::Yes, "composed anew without");
    assert_eq!(whole("@0 >2 g1 >1 g0 >4", 2), Whole::No);
    assert_eq!(whole("@0 >3 g1 >1 x96", 1), Whole::Yes, "given only after its end");
}

#[test]
fn a_window_composed_anew_has_a_later_cutoff_and_what_was_heard_before_it() {
    // The window at 72 has its cutoff at 66 and its revision at 69.
    let take = |text: &str| {
        let mut host = Host::new(Recorder::LIMIT_BYTES);
        host.run(text);
        host.recorder.keep_last(1).unwrap().take
    };
    let made = |take: &Take| {
        let Making { windows, keys, settings, .. } = Making::clone(&take.making);
        let leads = windows.iter().map(|it| (it.lead.0, it.count)).collect::<Vec<_>>();
        let after = keys.iter().map(|it| it.after).collect::<Vec<_>>();
        (leads, after, settings.iter().map(|it| it.0.0).collect::<Vec<_>>())
    };
    let revised = take("@0 d60 >2 u61 >1 d67 u68 l18 v d70 >3");
    let leads = vec![(0, 1), (6, 2), (3, 1)];
    assert_eq!(made(&revised), (leads, vec![1, 3, 3, 3, 4], vec![0, 72]));
    let lengths: Vec<i64> = revised.music.of_band().map(|it| it.length.0).collect();
    assert_eq!(lengths, [12, 12, 12, 18]);
    assert_eq!(revised.music.likelihood, Some(-3.0));
    // Where the second version is late all is as if there had been none.
    let stood = take("@0 d60 >2 u61 >1 d67 u68 l18 v d70 l12 s >3");
    assert_eq!(stood.making, take("@0 d60 >2 u61 >1 d67 u68 d70 >3").making);
    assert!(stood.music.of_band().all(|it| it.length.0 == 12));
}

#[test]
fn hours_of_playing_stay_within_the_limit() {
    for limit in [100_000, Recorder::LIMIT_BYTES] {
        let mut host = Host::new(limit);
        host.run("@0");
        // Eight hours at 120.
        for beat in 0..8 * 60 * 120 {
            for key in 0..4 {
                host.run(&format!("d{0} u{0}", beat * 24 + key * 4));
            }
            host.run(">1");
            assert!(host.recorder.bytes() <= limit);
        }
        let bars = host.recorder.pass(None).map_or(0, |it| it.bars);
        assert!(bars > 50, "{bars}");
        let kept = host.recorder.keep_last(4).unwrap();
        assert_eq!((kept.bars, kept.take.making.whole), (4, Whole::No));
        assert_eq!(kept.take.music.notes.len(), 16 + 64);
        let all = host.recorder.keep_last(100_000).unwrap();
        assert_eq!(all.bars, bars);
    }
}

#[test]
fn many_loops_stay_within_the_limit() {
    let mut host = Host::new(100_000);
    for _ in 0..5000 {
        host.run("@0 >3 x96");
        assert!(host.recorder.bytes() <= 100_000);
    }
    assert_eq!(host.recorder.pass(None).map_or(0, |it| it.bars), 1);
}

#[test]
fn earlier_passes_can_be_kept_and_as_many_bars_as_is_said() {
    let mut host = Host::new(Recorder::LIMIT_BYTES);
    host.run("@0 >40 x960 w960 @960 >13 x1248 w1248 @1248 >1");
    let newest = host.recorder.pass(None).unwrap();
    assert_eq!((newest.number, newest.bars), (2, 3), "the third has lasted no bar");
    let later = host.recorder.pass(newest.later).unwrap();
    assert_eq!((later.number, later.count, later.later), (3, 3, None));
    let first = host.recorder.pass(newest.earlier).unwrap();
    assert_eq!((first.number, first.bars, first.earlier), (1, 10, None));
    for pass in [first, newest, later] {
        let kept = host.recorder.keep_last_of(Some(pass.chain), 16).unwrap();
        assert_eq!((kept.bars, kept.take.music.bars()), (pass.bars, pass.bars), "{pass:?}");
    }
    assert_eq!(host.recorder.pass(Some(999)), Some(newest), "one that is gone");
}
