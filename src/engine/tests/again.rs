//! Takes of what was cut short by a stop, by a loop or by panic, improvised again: whole notes, lengths too.

use super::host::{At, Host, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind};
use crate::engine::reprise::{Again, Go, Reprise};
use crate::infer::Scripted;
use crate::music::recorder::Kept;
use crate::score::take::Whole;

/// Frames of a tick at 120 bpm and 48 kHz.
const TICK: u32 = 1000;

/// Play these ticks one by one; everything is ended at `panic`.
fn play(host: &mut Host, ticks: std::ops::Range<i32>, panic: Option<i32>) {
    for tick in ticks {
        let at = At {
            quarters: f64::from(tick) / 24.0,
            bpm: 120.0,
            frames: TICK as usize,
            playing: true,
        };
        let end = HostEvent { frame: TICK / 2, kind: HostEventKind::AllNotesOff };
        let ended = panic == Some(tick);
        host.offline(at, if ended { std::slice::from_ref(&end) } else { &[] });
    }
}

fn check(kept: &Kept, what: &str) {
    assert_eq!(kept.take.making.whole, Whole::Yes, "{what}");
    let mut reprise = Reprise::new(Box::new(Scripted::new()));
    let again = reprise.repeat(&kept.take, &mut |_| Go::On).unwrap();
    let count = kept.take.music.of_band().count();
    assert!(count > 20, "{what}: {count} notes");
    assert_eq!(again, Some(Again::Same(count)), "{what}");
}

#[test]
fn what_is_cut_short_is_improvised_again_as_it_sounded() {
    for (end, panic) in [(301, None), (301, Some(130)), (288, Some(200)), (345, Some(344))] {
        let mut host = Host::new();
        host.offline(standing(0.0), &[]);
        play(&mut host, 0..end, panic);
        host.offline(standing(f64::from(end) / 24.0), &[]);
        let kept = host.links.recording().keep_last(4).unwrap();
        check(&kept, &format!("stopped at {end}, panic at {panic:?}"));
    }
}

#[test]
fn the_first_round_of_a_loop_is_improvised_again_as_it_sounded() {
    let mut host = Host::new();
    host.offline(standing(0.0), &[]);
    play(&mut host, 0..230, None);
    play(&mut host, 0..3, None);
    let kept = host.links.recording().keep_last(4).unwrap();
    check(&kept, "a loop");
}
