//! The entry points of both formats, in place of the framework's export macros.
//!
//! nice-plug 0.4.2 trusts the audio buses that a host passes: an output that is absent, has no channels or null channel
//! pointers crashes it or silences the whole plugin, and a surplus channel is out of bounds. Hosts do pass such buses:
//! VST3 allows null pointers on an inactive bus, JUCE passes it without channels, and several CLAP hosts leave unused
//! ports out. So a guard stands between host and framework that completes the buses from memory of its own, refuses
//! blocks longer than agreed, and mends a few calls that the framework answers wrongly. It touches only those public
//! items that the framework's own macros use. When upstream is mended, this folder goes and the macros come back.

mod buses;
mod clap;
mod pinned;
mod placed;
mod vst3;

#[cfg(target_os = "linux")]
pub(super) use self::pinned::hold_painting_libraries;
pub(super) use self::placed::put;

use super::{Antiphon, AntiphonNotes};

/// Calls the macro `$each` with the names of all plugin types of this library, in the order in which hosts see them.
macro_rules! for_all_plugins {
    ($each:ident) => {
        $each!(Antiphon, AntiphonNotes)
    };
}
use for_all_plugins;

/// Have the standard library make its room for the calling thread now. It does so when the thread is first asked for its name, which the
/// framework does when a parameter moves: in the middle of the host's callback.
fn introduce_thread() {
    let _ = std::thread::current();
}
