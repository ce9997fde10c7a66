//! Where results go, and how far a command has come.

use indicatif::{ProgressBar, ProgressStyle};

use super::args::OutputArgs;
use super::failure::Failure;
use crate::files::output::{Existing, Outputs};

/// A bar on standard error, if that is a terminal.
#[derive(Debug)]
pub(super) struct Progress(ProgressBar);

impl OutputArgs {
    /// The folder, ready to take these files. What would be refused at the end is refused before minutes are spent on composing.
    pub(super) fn open(&self, names: &[String]) -> Result<Outputs, Failure> {
        let existing = if self.force { Existing::Replace } else { Existing::Keep };
        let outputs = Outputs::into_folder(&self.out, existing)?;
        outputs.check(names)?;
        Ok(outputs)
    }

    pub(super) fn progress(&self, what: &'static str) -> Progress {
        if self.quiet {
            return Progress(ProgressBar::hidden());
        }
        let style = ProgressStyle::with_template("{msg} {wide_bar} {percent}% {eta} left")
            .expect("the template is well formed");
        Progress(ProgressBar::new(1000).with_style(style).with_message(what))
    }
}

impl Progress {
    /// `done` from 0 to 1.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 1000")]
    pub(super) fn show(&self, done: f32) {
        self.0.set_position((done.clamp(0.0, 1.0) * 1000.0) as u64);
    }

    pub(super) fn finish(&self) {
        self.0.finish_and_clear();
    }
}
