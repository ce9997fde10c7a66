//! Takes of a saved song, worked on without a window, and saved again.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use nice_plug::params::persist::PersistentField;

use super::{Place, Playing, cut_text, details, export};
use crate::engine::audio::renderer::Sound;
use crate::engine::control::Instance;
use crate::engine::link::FromComposer;
use crate::engine::reprise::Go;
use crate::files::{midi, state};
use crate::gui::{Note, TakeAct, TakeOrder};
use crate::infer::Scripted;
use crate::music::takes::TakeId;
use crate::plugin::song::Kept;
use crate::score::take::Making;
use crate::score::{Mix, Take, Tick, Ticks};

const V2: &str = include_str!("../../../tests/data/states/v2.json");

fn song() -> Kept {
    let kept = Kept::default();
    kept.set(String::from(V2));
    kept
}

fn names(kept: &Kept) -> Vec<String> {
    let rows = kept.takes_view("", TakeOrder::Newest, None).rows;
    rows.into_iter().map(|row| row.name).collect()
}

fn saved(kept: &Kept) -> state::State {
    state::read(&kept.map(String::clone)).unwrap().state
}

#[test]
fn takes_come_back_with_the_song_and_are_saved_as_they_were() {
    let kept = song();
    assert_eq!(names(&kept), ["Blue Bolero", "Airy Aria"]);
    assert_eq!(saved(&kept).takes, state::read(V2).unwrap().state.takes);
    assert_eq!(saved(&kept).memory, state::read(V2).unwrap().state.memory);
}

#[test]
fn edits_are_saved_and_undone() {
    let kept = song();
    kept.act(TakeAct::Rename(0, String::from("Calm Canon")));
    kept.act(TakeAct::Star(1));
    kept.act(TakeAct::Tag(1, String::from("chorus")));
    kept.act(TakeAct::Delete(0));
    assert_eq!(names(&kept), ["Blue Bolero"]);
    let takes = saved(&kept).takes;
    assert_eq!((takes.len(), takes[0].starred, takes[0].tags.as_str()), (1, false, "chorus"));
    kept.act(TakeAct::Undo);
    assert_eq!(names(&kept), ["Blue Bolero", "Calm Canon"]);
    for _ in 0..3 {
        kept.act(TakeAct::Undo);
    }
    assert_eq!(saved(&kept).takes, state::read(V2).unwrap().state.takes);
    assert_eq!(kept.takes_view("", TakeOrder::Newest, None).undo, None);
    kept.act(TakeAct::Rename(0, String::from(" ")));
    let note = kept.takes_view("", TakeOrder::Newest, None).note;
    assert_eq!(note, Some(Note::Failed(String::from("a take needs a name"))));
}

#[test]
fn a_take_becomes_the_seed_phrase() {
    let kept = song();
    kept.act(TakeAct::Seed(0));
    let onsets: Vec<i64> = kept.seed_phrase().notes().iter().map(|it| it.onset.0).collect();
    assert_eq!(onsets, [4], "the player's note, counted from the take's first bar");
}

#[test]
fn what_needs_a_composer_is_told_without_one() {
    let kept = song();
    for act in
        [TakeAct::KeepLast(4, 0), TakeAct::Play { id: 0, from_start: false, frozen: [false; 4] }]
    {
        kept.act(act);
        let note = kept.takes_view("", TakeOrder::Newest, None).note;
        assert!(matches!(note, Some(Note::Failed(_))), "{note:?}");
    }
}

/// What the newest act came to.
fn told(kept: &Kept) -> String {
    match kept.takes_view("", TakeOrder::Newest, None).note {
        Some(Note::Done(text) | Note::Failed(text)) => text,
        None => String::new(),
    }
}

#[test]
fn a_take_that_plays_and_goes_from_the_list_lets_the_band_improvise_again() {
    for (gone, comes_back) in [(TakeAct::Delete(0), true), (TakeAct::Undo, false)] {
        let kept = song();
        let open = || Ok(Box::new(Scripted::new()) as Box<dyn crate::infer::Muse>);
        kept.start_with(|| Instance::start(open, Sound::Silent));
        if !comes_back {
            // One that was kept in this session, so that undo takes it away.
            let take = Take { name: String::from("New"), ..saved(&kept).takes[0].clone() };
            kept.lock().desk.takes.keep(take).unwrap();
        }
        let id = if comes_back { 0 } else { 2 };
        kept.act(TakeAct::Play { id, from_start: false, frozen: [false; 4] });
        assert!(told(&kept).contains("of the song: let your host play there"), "{}", told(&kept));
        assert!(kept.takes_view("", TakeOrder::Newest, None).rows.iter().any(|it| it.is_playing));
        kept.act(TakeAct::Star(1));
        assert_eq!(told(&kept), "", "another edit lets it play on");
        assert_eq!(kept.lock().desk.playing.map(|it| it.id), Some(TakeId(id)));
        if !comes_back {
            kept.act(TakeAct::Undo); // the star
        }
        kept.act(gone);
        assert!(told(&kept).contains("the band improvises again"), "{}", told(&kept));
        kept.act(if comes_back { TakeAct::Undo } else { TakeAct::Redo });
        assert!(!kept.takes_view("", TakeOrder::Newest, None).rows.iter().any(|it| it.is_playing));
    }
}

/// With a composer, without a host.
fn alone() -> Kept {
    let kept = song();
    let open = || Ok(Box::new(Scripted::new()) as Box<dyn crate::infer::Muse>);
    kept.start_with(|| Instance::start(open, Sound::Silent));
    kept.deck.rule(true);
    kept
}

fn play(id: u64, from_start: bool) -> TakeAct {
    TakeAct::Play { id, from_start, frozen: [false; 4] }
}

#[test]
fn a_take_that_joins_another_is_played_to_its_own_end() {
    let kept = alone();
    let takes = saved(&kept).takes;
    let length = |id: usize| takes[id].music.end.quarters() - takes[id].music.begin.quarters();
    kept.act(play(0, false));
    let first = takes[0].music.begin.quarters();
    assert_eq!(kept.deck.stretch(), (first, first + length(0)));
    // The transport runs.
    let links = kept.links().unwrap();
    links.gauges.playing.store(true, Ordering::Relaxed);
    kept.act(play(1, true));
    assert_eq!(kept.deck.stretch(), (0.0, f64::INFINITY), "not the other one's");
    links.from_composer.force_push(FromComposer::Joined { tick: Tick(960) });
    kept.news();
    assert_eq!(kept.deck.stretch(), (40.0, 40.0 + length(1)));
    kept.act(TakeAct::Silence);
    links.from_composer.force_push(FromComposer::Joined { tick: Tick(1920) });
    kept.news();
    assert_eq!(kept.deck.stretch(), (0.0, f64::INFINITY));
}

#[test]
fn a_take_that_is_played_here_ends_where_it_ends_and_its_row_does_not_name_its_place() {
    let kept = alone();
    let details = || {
        let rows = kept.takes_view("", TakeOrder::Newest, None).rows;
        rows.into_iter().find(|it| it.is_playing).unwrap().details
    };
    kept.links().unwrap().gauges.bar_start.store(192, Ordering::Relaxed);
    kept.act(play(0, true));
    let music = saved(&kept).takes[0].music.clone();
    assert_eq!(kept.deck.stretch(), (8.0, 8.0 + music.end.quarters() - music.begin.quarters()));
    assert!(details().starts_with("played here; "), "{}", details());
    kept.act(play(0, false));
    assert!(details().starts_with("bar"), "{}", details());
}

#[test]
fn what_the_composer_was_not_told_still_plays() {
    let kept = song();
    let playing = Playing { id: TakeId(0), place: Place::Song, joined: None };
    kept.lock().desk.playing = Some(playing);
    kept.act(TakeAct::Delete(0));
    assert!(told(&kept).contains("the composer is not there yet"), "{}", told(&kept));
    assert_eq!(kept.lock().desk.playing, Some(playing), "so that it can be told yet");
}

#[test]
fn a_bar_that_is_not_whole_is_told() {
    let whole = saved(&song()).takes.remove(0);
    let (begin, end) = (whole.music.begin, whole.music.end);
    let check = |start: Tick, ended: Option<Tick>, expected: &str| {
        let making = Making { start, ended, ..Making::clone(&whole.making) };
        assert_eq!(cut_text(&Take { making: making.into(), ..whole.clone() }), expected);
    };
    check(begin, None, "");
    check(begin - Ticks(24), Some(end), "");
    check(begin + Ticks(24), None, ", the first from beat 2 on, where it began");
    check(begin, Some(end - Ticks(24)), ", the last to beat 3, where it stopped");
    let both = ", the first from beat 4 on, where it began, the last to beat 4, where it stopped";
    check(begin + Ticks(80), Some(end - Ticks(20)), both);
    assert!(details(&whole).contains(", 112.5 bpm, 4/4, "), "{}", details(&whole));
}

/// The note that work on a take leaves, when it is done.
fn note_of(kept: &Kept, act: TakeAct) -> Note {
    kept.act(act);
    let deadline = Instant::now() + Duration::from_secs(120);
    loop {
        let view = kept.takes_view("", TakeOrder::Newest, None);
        if let Some(note) = view.note.filter(|_| view.job.is_none()) {
            return note;
        }
        assert!(Instant::now() < deadline, "it goes on for ever");
        std::thread::yield_now();
    }
}

#[test]
fn what_another_pack_made_is_kept_beside_when_it_is_improvised_again() {
    let kept = song();
    let Note::Done(text) = note_of(&kept, TakeAct::Again(0)) else { panic!("it failed") };
    assert!(text.contains("another") && text.contains("the pack default"), "{text}");
    assert_eq!(names(&kept), ["Airy Aria 2", "Blue Bolero", "Airy Aria"]);
    // Ours made that one, and makes it again.
    let Note::Done(text) = note_of(&kept, TakeAct::Again(2)) else { panic!("it failed") };
    assert!(text.contains("the same"), "{text}");
    assert_eq!(names(&kept).len(), 3);
}

#[test]
fn what_cannot_be_done_again_or_varied_is_told() {
    let kept = Kept::default();
    kept.set(V2.replace("\"whole\": true", "\"whole\": false"));
    let Note::Failed(text) = note_of(&kept, TakeAct::Again(0)) else { panic!("it went") };
    assert!(text.contains("not all that made it is known"));
    let Note::Failed(text) = note_of(&kept, TakeAct::Vary(0, [true; 4])) else { panic!("it went") };
    assert!(text.contains("frozen"));
}

#[test]
fn a_take_is_exported_with_notes_sound_and_itself() {
    let folder = tempfile::tempdir().unwrap();
    let take = &saved(&song()).takes[0];
    let mut mix = Mix::default();
    mix.parts[0].level_db = -12.5;
    let export = || {
        let muse = Box::new(Scripted::new());
        export::export(
            (take, mix),
            muse,
            super::super::song::embedded(),
            folder.path(),
            &mut |_| Go::On,
        )
        .unwrap()
        .unwrap()
    };
    let place = export();
    let listing = |place: &std::path::Path| {
        let entries = std::fs::read_dir(place).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    };
    let files = ["mix.wav", "part-1-piano.wav", "report.json", "take.json", "take.mid"];
    assert_eq!(listing(&place), files);
    let report = std::fs::read_to_string(place.join("report.json")).unwrap();
    for words in [
        "\"seed\": 7",
        "\"tempo\": 112.5",
        "\"bars\": 1",
        "\"level_db\": -12.5",
        "\"part-1-piano.wav\"",
        "\"total\": 1",
    ] {
        assert!(report.contains(words), "no {words} in {report}");
    }
    let song = midi::open(&place.join("take.mid")).unwrap();
    assert_eq!((song.tracks.len(), song.tempos[0].1.bpm()), (2, 112.5));
    assert_eq!(crate::files::take::open(&place.join("take.json")).unwrap().take, *take);
    assert_eq!(export().file_name().unwrap(), "Airy Aria 2", "nothing is replaced");
    let muse = Box::new(Scripted::new());
    let stopped =
        export::export((take, mix), muse, None, folder.path(), &mut |_| Go::Stop).unwrap();
    assert_eq!((stopped, listing(folder.path()).len()), (None, 2));
}
