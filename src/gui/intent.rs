//! What the musician does in the editor.

use std::path::PathBuf;

use super::{FileWish, MemoryAct, PresetAct, TakeAct};
use crate::params::Control;
use crate::score::{Meter, Note};

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
    /// As the musician typed it.
    Type(Control, String),
    /// The same, and where that is understood the others are turned along, as one act.
    TypeWith(Control, String, Vec<(Control, f32)>),
    /// The next MIDI controller that moves is to turn this control; with `None` nothing waits for one any more.
    Learn(Option<Control>),
    /// No MIDI controller is to turn this control.
    Forget(Control),
    /// Draw another seed.
    RollDie,
    /// Leave the seed as it is, number and phrase, or let it be changed again.
    LockSeed(bool),
    /// Ask for a file by the system's dialog; the answer goes to `Memory::chosen` or `Memory::ask_by_path`.
    Browse(FileWish),
    /// Take the notes of a MIDI file as the seed phrase.
    LoadPhrase(PhraseChoice),
    /// Start from no phrase.
    ClearPhrase,
    /// Leave out a note that is decided and has not begun, with what its part begins together with it.
    Veto(Note),
    /// Let it be played after all, while nothing has been composed without it.
    Restore(Note),
    Preset(PresetAct),
    /// Take back the newest act, or do again what was taken back.
    Undo,
    Redo,
    /// Only where the window moves time.
    Transport(TransportAct),
    Take(TakeAct),
    Memory(MemoryAct),
}

impl Intent {
    /// Whether a small window may have asked for it: what comes of it belongs to `Memory::answered`.
    pub fn is_answer(&self) -> bool {
        match self {
            Intent::LoadPhrase(_)
            | Intent::Preset(
                PresetAct::Save(_)
                | PresetAct::Replace(_)
                | PresetAct::Rename { .. }
                | PresetAct::Delete(_),
            ) => true,
            Intent::Memory(act) => matches!(act, MemoryAct::Load(_) | MemoryAct::Save { .. }),
            _ => false,
        }
    }
}

/// What is done with a transport of our own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransportAct {
    Play,
    /// Where it is.
    Stop,
    /// To the beginning of the song, or of the take that is played.
    Return,
    /// Another time signature, while it stands.
    Meter(Meter),
}

/// What to take of a MIDI file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PhraseChoice {
    pub path: PathBuf,
    /// Among the tracks with notes, from 1; `None` is the fullest.
    pub track: Option<usize>,
    /// First and last, from 1; `None` is all, from the first note's bar.
    pub bars: Option<(u32, u32)>,
}
