//! The song's memory without a window, and without a composer where none is needed.

use std::sync::Arc;
use std::time::{Duration, Instant};

use nice_plug::params::persist::PersistentField;

use crate::engine::audio::renderer::Sound;
use crate::engine::control::Instance;
use crate::engine::link::FromComposer;
use crate::files::{memory, state};
use crate::gui::{MemoryAct, Note};
use crate::infer::Scripted;
use crate::music::memory::{Memory, Remembered, Trust};
use crate::plugin::history::Edited;
use crate::plugin::song::Kept;

fn some(count: usize) -> Memory {
    let note = Remembered { interval: 2, gap: 24, duration: 12, class: 7, phase: 48 };
    Memory::of(vec![note; count], Trust::default())
}

fn song(memory: Option<String>) -> Kept {
    let kept = Kept::default();
    kept.set(state::write(&state::State { memory, ..state::State::default() }));
    kept
}

fn saved(kept: &Kept) -> Option<String> {
    state::read(&kept.map(String::clone)).unwrap().state.memory
}

fn failed(kept: &Kept) -> String {
    match kept.memory_view().note {
        Some(Note::Failed(text)) => text,
        other => panic!("{other:?}"),
    }
}

#[test]
fn it_is_saved_in_the_song_and_comes_back() {
    let text = memory::write(&some(40));
    let kept = song(Some(text.clone()));
    let view = kept.memory_view();
    assert_eq!((view.notes, view.limit, view.gain), (40, Memory::LIMIT, None));
    assert_eq!((view.bytes, view.limit_bytes), (40 * 8, 64 << 10));
    assert_eq!(saved(&kept), Some(text));
    assert_eq!(saved(&song(None)), None);
}

#[test]
fn a_broken_one_is_told_and_saved_as_it_was_until_there_is_another() {
    let newer = String::from("{\"antiphon_memory\":9}");
    let kept = song(Some(newer.clone()));
    let notices = kept.notices();
    assert!(
        notices.iter().any(|it| it.text.contains("memory") && it.text.contains("newer Antiphon"))
    );
    assert_eq!(kept.memory_view().notes, 0);
    assert_eq!(saved(&kept), Some(newer));
    kept.remember(MemoryAct::Clear).ok();
    assert_eq!(saved(&kept), None);
}

#[test]
fn clearing_and_loading_are_undone() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("other.memory");
    std::fs::write(&path, memory::write(&some(7))).unwrap();
    let kept = song(Some(memory::write(&some(40))));
    kept.remember(MemoryAct::Load(path)).ok();
    assert_eq!(kept.memory_view().notes, 7);
    kept.remember(MemoryAct::Clear).ok();
    assert_eq!((kept.memory_view().notes, saved(&kept)), (0, None));
    // All of the window's acts stand in one order, and each says what it was.
    let says = || {
        kept.follow_edits();
        let (undo, redo) = kept.undo_and_redo(|control| format!("{control:?}"));
        (undo.unwrap_or_default(), redo.unwrap_or_default())
    };
    assert_eq!(says().0, "clearing the memory");
    kept.remember(MemoryAct::Undo).ok();
    kept.lock().history.pass_over(Edited::Memory, true);
    assert_eq!(says(), (String::from("loading a memory"), String::from("clearing the memory")));
    assert_eq!(kept.memory_view().notes, 7);
    kept.remember(MemoryAct::Redo).ok();
    assert_eq!(kept.memory_view().notes, 0);
    kept.remember(MemoryAct::Undo).ok();
    kept.remember(MemoryAct::Undo).ok();
    assert_eq!(saved(&kept), Some(memory::write(&some(40))));
    assert_eq!(kept.memory_view().undo, None);
}

#[test]
fn it_is_saved_as_a_file_and_refusals_name_file_and_reason() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("new/mine.memory");
    let save = |replace| MemoryAct::Save { path: path.clone(), replace };
    let kept = song(Some(memory::write(&some(40))));
    kept.remember(save(false)).ok();
    assert_eq!(memory::open(&path).unwrap(), some(40));
    kept.remember(save(false)).ok();
    assert!(failed(&kept).contains("mine.memory") && failed(&kept).contains("Replace"));
    kept.remember(MemoryAct::Clear).ok();
    kept.remember(save(true)).ok();
    assert_eq!(memory::open(&path).unwrap().notes().len(), 0);

    kept.remember(MemoryAct::Load(root.path().join("none.memory"))).ok();
    assert!(failed(&kept).contains("none.memory"));
    std::fs::write(&path, "{\"antiphon_memory\":1,\"trust\":[]}").unwrap();
    kept.remember(MemoryAct::Load(path.clone())).ok();
    assert!(failed(&kept).contains("mine.memory") && failed(&kept).contains("damaged"));
    assert_eq!(kept.memory_view().notes, 0, "nothing has changed");
    kept.remember(MemoryAct::Remember).ok();
    assert!(failed(&kept).contains("composer"), "without one nothing was heard");
}

#[test]
fn what_the_composer_remembers_is_the_song_s_even_if_nobody_looks_before_it_is_saved() {
    let kept = song(Some(memory::write(&some(40))));
    let open = || Ok(Box::new(Scripted::new()) as _);
    let links = kept.start_with(|| Instance::start(open, Sound::Silent));
    kept.remember(MemoryAct::Remember).ok();
    let deadline = Instant::now() + Duration::from_secs(20);
    while kept.memory_view().undo.is_none() && Instant::now() < deadline {
        kept.map(String::clone);
        std::thread::yield_now();
    }
    assert!(kept.memory_view().undo.is_some(), "the composer answered");
    assert_eq!(saved(&kept), Some(memory::write(&some(40))), "it was told the song's memory");
    let added = |from: usize, to: usize| FromComposer::Remembered {
        before: Arc::new(some(from)),
        memory: Arc::new(some(to)),
    };
    links.from_composer.force_push(added(39, 60)); // of a memory that is no longer the song's
    assert_eq!(saved(&kept), Some(memory::write(&some(40))));
    links.from_composer.force_push(added(40, 41));
    links.from_composer.force_push(FromComposer::Failed(String::from("no reason")));
    assert_eq!(saved(&kept), Some(memory::write(&some(41))));
    assert_eq!(kept.failures(), ["no reason"]);
    let note = kept.memory_view().note;
    assert_eq!(note, Some(Note::Done(String::from("1 note added to the memory"))));
}
