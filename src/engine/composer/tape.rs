//! What goes into the recording of what the composer is told and commits.

use super::drawing::Composed;
use crate::engine::link::FromAudio;
use crate::music::recorder::{Committed, Recorder};
use crate::score::Part;
use crate::score::take::KeyAct;

/// Write down what the audio thread tells, when it comes: a message that is dropped later has happened all the same.
pub(super) fn record(recorder: &mut Recorder, message: &FromAudio) {
    match *message {
        FromAudio::Chain { start, settings } => recorder.begin(start, settings),
        FromAudio::Voiced { chain, settings } => recorder.voice(chain, settings),
        FromAudio::NoteOn { onset, late, pitch, velocity } => {
            recorder.key(onset, Part::PLAYER, KeyAct::Down { pitch, velocity, late });
        }
        FromAudio::NoteOff { end, pitch } => recorder.key(end, Part::PLAYER, KeyAct::Up(pitch)),
        FromAudio::FollowOn { onset, late, part, pitch, velocity } => {
            recorder.key(onset, part, KeyAct::Down { pitch, velocity, late });
        }
        FromAudio::FollowOff { end, part, pitch } => recorder.key(end, part, KeyAct::Up(pitch)),
        FromAudio::AllKeysUp { end } => recorder.key(end, Part::PLAYER, KeyAct::AllUp),
        FromAudio::Cutoff { window, settings, tempo } => recorder.cutoff(window, settings, tempo),
        FromAudio::Revision { window, settings } => recorder.revise(window, settings),
        FromAudio::Stood { window } => recorder.stand(window),
        FromAudio::Rested { window, from, until } => {
            recorder.rest(window.chain, from, until, None);
        }
        FromAudio::Hushed { window, part, from, until } => {
            recorder.rest(window.chain, from, until, Some(part));
        }
        FromAudio::Stopped { end } => recorder.stop(end),
        FromAudio::WantTable { .. } | FromAudio::WantGrid { .. } => {}
    }
}

/// What a window came to, for the recording.
pub(super) fn committed(composed: &Composed) -> Committed<'_> {
    Committed {
        notes: &composed.voiced,
        families: Part::BAND.map(|part| composed.families[part.slot()]),
        log_probability: composed.log_probability,
        drawn: composed.drawn,
        is_given: composed.given.contains(&true),
    }
}
