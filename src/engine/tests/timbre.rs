//! Parts that come to sound otherwise: at once, without other notes for it, and in a bounce at the frame of the change.

use super::host::{At, Host, RATE, standing};
use crate::engine::audio::renderer::{HostEvent, HostEventKind, Sound};
use crate::engine::link::FromAudio;
use crate::engine::offline::{Bounced, Request, bounce};
use crate::infer::Scripted;
use crate::score::{
    Family, MapPoint, Mode, PartSettings, PartTimbre, Pitch, Seed, Settings, Tick, Velocity,
};

fn at(x: f32) -> PartTimbre {
    PartTimbre::At(MapPoint::of_shares(x, 0.5))
}

fn settings() -> Settings {
    let mut settings = Settings { seed: Seed(7), ..Settings::default() };
    settings.parts[0].family = Family::new(9);
    settings.parts[3].family = Some(Family::DRUMS);
    settings
}

/// Four bars in which part 1 and the drums are swept over the map from the second on, off the beat.
fn swept() -> Request {
    let changes = (0_u8..60).map(|step| {
        let mut settings = settings();
        let timbre = if step == 59 { PartTimbre::Usual } else { at(f32::from(step) / 60.0) };
        (settings.parts[0].timbre, settings.parts[3].timbre) = (timbre, timbre);
        (Tick(101 + 3 * i64::from(step)), settings)
    });
    Request { settings: settings(), changes: changes.collect(), bars: 4, ..Request::default() }
}

fn bounced(request: &Request) -> Bounced {
    bounce(Box::new(Scripted::new()), request, &mut |_| {}).unwrap()
}

#[test]
fn a_bounce_changes_at_the_frame_of_the_change_whatever_the_blocks() {
    let plain = bounced(&Request { changes: Vec::new(), ..swept() });
    let whole = bounced(&swept());
    assert_eq!(whole.notes, plain.notes, "no note depends on what it sounds like");
    let change = 101 * 1000 + 64; // frames at 120 bpm, with the latency
    let (one, other) = (&whole.stems[0][0], &plain.stems[0][0]);
    assert!(one[..change] == other[..change], "nothing changes before");
    assert!(
        one[change..change + 3000] != other[change..change + 3000],
        "a note sounds and changes"
    );
    let apart = one.iter().zip(other).filter(|(a, b)| (*a - *b).abs() > 1e-3).count();
    assert!(apart > 100_000, "{apart} frames differ");
    assert!(whole.stems[3] == plain.stems[3], "drums keep their kit");
    assert!(whole.stems[1] == plain.stems[1], "the others are as they were");
    for block in [64, 333, 4096] {
        let again = bounced(&Request { block, ..swept() });
        assert!(again.stems[0] == whole.stems[0], "in blocks of {block}");
    }
}

#[test]
fn a_take_keeps_what_its_parts_sounded_like() {
    let take = bounced(&swept()).take.unwrap();
    let again = Request::of_take(&take);
    assert_eq!(again.settings.parts[0].timbre, PartTimbre::Usual);
    let timbres = || again.changes.iter().map(|it| it.1.parts[0].timbre);
    assert!(timbres().count() >= 8, "{}", again.changes.len());
    assert!(
        timbres().all(|it| it != PartTimbre::Usual)
            || timbres().next_back() == Some(PartTimbre::Usual)
    );
    assert!(again.changes.windows(2).all(|it| it[0].0 < it[1].0));
    let plain = bounced(&Request { changes: Vec::new(), ..swept() }).take.unwrap();
    assert!(Request::of_take(&plain).changes.is_empty(), "as it was before there was a map");
}

#[test]
fn a_timbre_that_is_chosen_before_the_start_is_in_the_first_window_of_the_take() {
    let mut host = Host::with(Sound::Synth);
    host.settings = settings();
    host.live(standing(0.0), &[]);
    for chosen in [at(0.4), at(0.9)] {
        host.settings.parts[0].timbre = chosen;
        host.live(standing(0.0), &[]);
    }
    live(&mut host, &mut 0.0, 200);
    assert_eq!(host.chains(), [0], "nothing is composed anew for it");
    let kept = host.links.recording().keep_last(1).unwrap();
    let again = Request::of_take(&kept.take);
    assert_eq!(again.settings.parts[0].timbre, at(0.9));
    assert!(again.changes.is_empty(), "{:?}", again.changes);
}

/// Blocks from `quarters` on with the composer's turn between them; left of part 1.
fn live(host: &mut Host, quarters: &mut f64, blocks: usize) -> Vec<f32> {
    let mut out = Vec::new();
    for _ in 0..blocks {
        host.live(At { quarters: *quarters, bpm: 120.0, frames: 512, playing: true }, &[]);
        *quarters += 512.0 / f64::from(RATE) * 2.0;
        out.extend_from_slice(&host.channels[2][..512]);
    }
    out
}

#[test]
fn a_jam_changes_at_once_and_composes_nothing_anew() {
    let notes_and_sound = |timbre: PartTimbre| {
        let mut host = Host::with(Sound::Synth);
        host.settings = settings();
        host.live(standing(0.0), &[]);
        let mut quarters = 0.0;
        let mut sound = live(&mut host, &mut quarters, 100);
        host.settings.parts[0].timbre = timbre;
        sound.extend(live(&mut host, &mut quarters, 12));
        assert!(host.links.to_audio.is_empty() && host.late() == 0);
        sound.extend(live(&mut host, &mut quarters, 100));
        assert_eq!(host.late_revisions(), 0);
        (host.onsets().count(), sound)
    };
    let (notes, plain) = notes_and_sound(PartTimbre::Usual);
    let (same_notes, changed) = notes_and_sound(at(0.9));
    assert_eq!(notes, same_notes);
    let first = plain.iter().zip(&changed).position(|(a, b)| a != b).expect("nothing changed");
    let asked = 100 * 512;
    // The composer's turn is after the block, and the tables come with the next.
    assert!((asked..asked + 3 * 512 + 64).contains(&first), "{first}");
}

#[test]
fn a_part_that_follows_changes_the_note_that_it_holds_and_the_next() {
    let mut host = Host::with(Sound::Synth);
    host.settings = settings();
    host.settings.parts.iter_mut().for_each(|it| it.mode = Mode::Off);
    host.settings.parts[0] =
        PartSettings { mode: Mode::Follow, family: Family::new(6), ..host.settings.parts[0] };
    let key = |frame, pitch| HostEvent {
        frame,
        kind: HostEventKind::NoteOn {
            pitch: Pitch::new(pitch).unwrap(),
            velocity: Velocity::clamped(90),
        },
    };
    let play = |host: &mut Host, blocks: usize, events: &[HostEvent]| {
        let mut out = Vec::new();
        for block in 0..blocks {
            let events = if block == 0 { events } else { &[] };
            host.offline(At { frames: 512, ..standing(0.0) }, events);
            out.extend_from_slice(&host.channels[2][..512]);
        }
        out
    };
    let swept = |host: &mut Host, timbre| {
        play(host, 4, &[]);
        let mut out = play(host, 20, &[key(3, 60)]);
        host.settings.parts[0].timbre = timbre;
        out.extend(play(host, 20, &[]));
        out.extend(play(host, 20, &[key(3, 72)]));
        out
    };
    let plain = swept(&mut host, PartTimbre::Usual);
    host = {
        let mut other = Host::with(Sound::Synth);
        other.settings = host.settings;
        other
    };
    let changed = swept(&mut host, at(0.1));
    let differ = |from: usize, to: usize| {
        plain[from..to]
            .iter()
            .zip(&changed[from..to])
            .filter(|(a, b)| (*a - *b).abs() > 1e-4)
            .count()
    };
    assert_eq!(differ(0, 20 * 512), 0);
    assert!(plain[4000..20 * 512].iter().any(|it| it.abs() > 1e-3), "it plays");
    assert!(differ(22 * 512, 40 * 512) > 1000, "the note that is held");
    assert!(differ(41 * 512, 60 * 512) > 1000, "the note that begins");
}

#[test]
fn a_moving_hand_asks_for_no_more_than_can_be_answered() {
    let mut host = Host::with(Sound::Synth);
    host.settings = settings();
    host.live(standing(0.0), &[]);
    let mut quarters = 0.0;
    live(&mut host, &mut quarters, 60);
    let mut asked = 0;
    for step in 0_u8..200 {
        host.settings.parts[0].timbre = at(f32::from(step) / 200.0);
        // The composer is busy: nothing is answered.
        host.block(At { quarters, bpm: 120.0, frames: 64, playing: true }, &[], false);
        quarters += 64.0 / f64::from(RATE) * 2.0;
        while let Some(message) = host.links.from_audio.pop() {
            asked += usize::from(matches!(message, FromAudio::WantTable { .. }));
        }
    }
    assert!((1..20).contains(&asked), "{asked} tables asked for");
}
