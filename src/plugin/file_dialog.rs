//! The system's own file dialog. It is asked, never waited for: each frame of the window looks whether it has answered, and its answer asks for a frame.

use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Wake, Waker};
use std::time::{Duration, Instant};

use nice_plug_egui::RepaintNotifier;
use rfd::{AsyncFileDialog, FileHandle};

use crate::gui::FileWish;

/// At most one dialog of a window.
#[derive(Default)]
pub(super) struct FileDialog {
    open: Option<Open>,
}

/// A dialog that has not been answered.
struct Open {
    wish: FileWish,
    since: Instant,
    answer: Answer,
    waker: Waker,
}

type Answer = Pin<Box<dyn Future<Output = Option<PathBuf>> + Send>>;

/// What came of a dialog.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    File(FileWish, PathBuf),
    /// The musician closed it.
    Nothing,
    /// The path must be typed, for this reason.
    NoDialog(FileWish, String),
}

/// A dialog that is gone so soon was never seen: no hand is that fast.
const TOO_SOON: Duration = Duration::from_millis(400);

struct Frame(RepaintNotifier);

impl Wake for Frame {
    fn wake(self: Arc<Self>) {
        self.0.request_repaint();
    }
}

impl FileDialog {
    /// Open a dialog. Gives its answer at once where there is one; call [`FileDialog::look`] each frame otherwise.
    pub(super) fn ask(&mut self, wish: FileWish, repaint: &RepaintNotifier) -> Option<Found> {
        let answer = native(&wish);
        self.ask_with(wish, answer, Waker::from(Arc::new(Frame(repaint.clone()))))
    }

    fn ask_with(&mut self, wish: FileWish, answer: Answer, waker: Waker) -> Option<Found> {
        if self.open.is_some() {
            // It may be hidden behind another window, or its desktop may have lost it.
            let reason = "A file dialog is open already. Answer that, or type the path here.";
            return Some(Found::NoDialog(wish, String::from(reason)));
        }
        self.open = Some(Open { wish, since: Instant::now(), answer, waker });
        self.look()
    }

    /// What came of the dialog, once it is answered. Never waits.
    pub(super) fn look(&mut self) -> Option<Found> {
        let open = self.open.as_mut()?;
        let mut context = Context::from_waker(&open.waker);
        let Poll::Ready(path) = open.answer.as_mut().poll(&mut context) else { return None };
        let Open { wish, since, .. } = self.open.take()?;
        Some(match path {
            Some(path) => Found::File(wish, path),
            None if since.elapsed() < TOO_SOON => {
                let reason = "This system has no file dialog to offer: neither a desktop portal nor zenity answers. Type the path.";
                Found::NoDialog(wish, String::from(reason))
            }
            None => Found::Nothing,
        })
    }
}

/// The dialog for a wish. On Linux it is the desktop portal's, or zenity's, on a thread of the crate's own.
fn native(wish: &FileWish) -> Answer {
    let dialog = AsyncFileDialog::new().set_title(wish.title());
    let path = |file: Option<FileHandle>| file.map(|file| file.path().to_path_buf());
    match wish {
        FileWish::Phrase => {
            let asked = dialog.add_filter("MIDI files", &["mid", "midi"]).pick_file();
            Box::pin(async move { path(asked.await) })
        }
        FileWish::LoadMemory => {
            let asked = dialog.add_filter("Memories", &["memory"]).pick_file();
            Box::pin(async move { path(asked.await) })
        }
        FileWish::SaveMemory(place) => {
            let place = Path::new(place);
            let mut dialog = dialog.add_filter("Memories", &["memory"]);
            if let Some(folder) = place.parent().filter(|folder| folder.is_dir()) {
                dialog = dialog.set_directory(folder);
            }
            if let Some(name) = place.file_name() {
                dialog = dialog.set_file_name(name.to_string_lossy());
            }
            let asked = dialog.save_file();
            Box::pin(async move { path(asked.await) })
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::{pending, poll_fn, ready};
    use std::path::PathBuf;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::task::{Poll, Waker};
    use std::time::Instant;

    use super::{FileDialog, Found, TOO_SOON};
    use crate::gui::FileWish;

    #[test]
    fn an_answer_that_comes_later_is_found_later_and_once() {
        let is_there = Arc::new(AtomicBool::new(false));
        let theirs = Arc::clone(&is_there);
        let answer = poll_fn(move |_| match theirs.load(Ordering::Relaxed) {
            true => Poll::Ready(Some(PathBuf::from("/music/tune.mid"))),
            false => Poll::Pending,
        });
        let mut dialog = FileDialog::default();
        let asked = dialog.ask_with(FileWish::Phrase, Box::pin(answer), Waker::noop().clone());
        assert_eq!((asked, dialog.look()), (None, None));
        is_there.store(true, Ordering::Relaxed);
        let found = Found::File(FileWish::Phrase, PathBuf::from("/music/tune.mid"));
        assert_eq!((dialog.look(), dialog.look()), (Some(found), None));
    }

    #[test]
    fn a_dialog_that_never_was_is_told_from_one_that_was_closed() {
        let mut dialog = FileDialog::default();
        let waker = || Waker::noop().clone();
        let none = || Box::pin(ready(None));
        let asked = dialog.ask_with(FileWish::LoadMemory, none(), waker());
        assert!(matches!(asked, Some(Found::NoDialog(FileWish::LoadMemory, _))), "{asked:?}");
        dialog.ask_with(FileWish::Phrase, Box::pin(pending()), waker());
        let open = dialog.open.as_mut().unwrap();
        (open.since, open.answer) = (Instant::now() - 2 * TOO_SOON, none());
        assert_eq!(dialog.look(), Some(Found::Nothing));
    }

    #[test]
    fn while_one_is_open_a_path_can_be_typed() {
        let mut dialog = FileDialog::default();
        let mut ask = |wish| dialog.ask_with(wish, Box::pin(pending()), Waker::noop().clone());
        assert_eq!(ask(FileWish::Phrase), None);
        assert!(matches!(ask(FileWish::Phrase), Some(Found::NoDialog(FileWish::Phrase, _))));
    }
}
