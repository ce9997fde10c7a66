//! What went wrong, which exit code tells so, and what to do about it.

use std::fmt;
use std::process::ExitCode;

use crate::files::midi::OpenError;
use crate::files::output::OutputError;
use crate::files::session::SessionError;
use crate::files::take::TakeError;
use crate::infer::ComposeError;

/// Kinds of failure; the number is the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Usage = 2,
    Input = 3,
    Output = 4,
    Refused = 5,
    Compose = 6,
}

/// A command that came to nothing.
#[derive(Debug)]
pub(super) struct Failure {
    kind: Kind,
    error: anyhow::Error,
    /// What the musician may do.
    advice: String,
}

impl Failure {
    pub(super) fn new(
        kind: Kind,
        error: impl Into<anyhow::Error>,
        advice: impl Into<String>,
    ) -> Self {
        Self { kind, error: error.into(), advice: advice.into() }
    }

    pub(super) fn exit_code(&self) -> ExitCode {
        ExitCode::from(self.kind as u8)
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Some errors name their cause in the midst of their text, since the path comes last; others leave it to the chain.
        let mut text = String::new();
        for cause in self.error.chain().map(ToString::to_string) {
            if text.is_empty() {
                text = cause;
            } else if !text.contains(&cause) {
                text = format!("{text}: {cause}");
            }
        }
        write!(out, "antiphon-cli: {text}\n  {}", self.advice)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let advice = match &error {
            OpenError::Unreadable { .. } => "check the path and whether you may read the file",
            OpenError::TooLarge { .. } => "give the few bars that the band shall start from",
            OpenError::OtherKind { kind, .. } => kind.advice(),
            OpenError::Broken { source, .. } if source.offset == 0 => {
                "it is no MIDI file; give one that ends in .mid"
            }
            OpenError::Broken { .. } => "export the file anew as a standard MIDI file",
        };
        Self::new(Kind::Input, error, advice)
    }
}

impl From<TakeError> for Failure {
    fn from(error: TakeError) -> Self {
        let advice = match error {
            TakeError::Unreadable { .. } => "check the path and whether you may read the file",
            TakeError::OtherKind { kind, .. } => kind.advice(),
            TakeError::TooLarge { .. } | TakeError::Broken { .. } => {
                "give a take file, as `bounce --keep-take` and the plugin's export write it"
            }
        };
        Self::new(Kind::Input, error, advice)
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        let advice = match error {
            SessionError::Newer { .. } => "use the Antiphon that saved it, or a newer one",
            SessionError::Damaged { .. } => {
                "the one before may lie beside it, as session-1.json or so"
            }
            SessionError::Unreadable { .. } | SessionError::Unwritable { .. } => {
                "check the path and whether you may read the file"
            }
        };
        Self::new(Kind::Input, error, advice)
    }
}

impl From<OutputError> for Failure {
    fn from(error: OutputError) -> Self {
        let advice = match error {
            OutputError::Exists { .. } => "use --force to replace it, or another --out",
            OutputError::Folder { .. } => "choose another --out",
            OutputError::Write { .. } => {
                "nothing was written; check the free space and whether you may write there"
            }
        };
        Self::new(Kind::Output, error, advice)
    }
}

impl From<ComposeError> for Failure {
    fn from(error: ComposeError) -> Self {
        Self::new(
            Kind::Compose,
            error,
            "check the pack with `antiphon-cli pack check DIR`, or try the embedded runtime",
        )
    }
}
