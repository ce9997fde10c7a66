//! What the musician does in the editor.

use std::path::PathBuf;

use crate::params::Control;

/// One act. Values are shares of the control's range, 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub enum Intent {
    /// A gesture begins: the host may start to record automation.
    Begin(Control),
    /// Between `Begin` and `End`.
    Set(Control, f32),
    End(Control),
    /// A whole gesture at once.
    Change(Control, f32),
    /// Draw another seed.
    RollDie,
    /// Take the notes of a MIDI file as the seed phrase.
    LoadPhrase(PathBuf),
    /// Start from no phrase.
    ClearPhrase,
}
