//! Carries out what the musician does in the editor.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{Param, ParamSetter};

use crate::engine::link::ToComposer;
use crate::files::midi::{self, MidiTrack};
use crate::gui::{Intent, PhraseChoice};
use crate::params::{AnyControl, Control};
use crate::plugin::song::Song;
use crate::score::Phrase;

/// The way to the host while a window is open.
pub(super) struct Hand {
    host: GuiContext,
}

/// Largest seed, as of the parameter.
const LARGEST_SEED: u64 = 999_999;

impl Hand {
    pub(super) fn new(host: GuiContext) -> Self {
        Self { host }
    }

    /// Do it, or say why not.
    pub(super) fn obey(&self, song: &Song, intent: Intent) -> Result<(), String> {
        let setter = self.host.param_setter();
        match intent {
            Intent::Begin(control) => param(song, control).begin(&setter),
            Intent::Set(control, value) => param(song, control).set(&setter, value),
            Intent::End(control) => param(song, control).end(&setter),
            Intent::Change(control, value) => {
                if control == Control::Seed {
                    song.kept.refuse_if_locked()?;
                }
                change(song, &setter, control, value);
            }
            Intent::Type(control, text) => {
                let any = song.controls.get(control);
                let value = any.parse(&text);
                let value = value.ok_or_else(|| format!("{} takes no {text}", any.name()))?;
                change(song, &setter, control, value);
            }
            Intent::RollDie => {
                song.kept.refuse_if_locked()?;
                let seed = RandomState::new().build_hasher().finish() % (LARGEST_SEED + 1);
                let share = seed as f32 / LARGEST_SEED as f32;
                change(song, &setter, Control::Seed, share);
            }
            Intent::LockSeed(locked) => song.kept.lock_seed(locked),
            Intent::LoadPhrase(choice) => {
                song.kept.refuse_if_locked()?;
                song.kept.set_seed_phrase(phrase(&choice)?)?;
            }
            Intent::ClearPhrase => song.kept.set_seed_phrase(Arc::default())?,
            Intent::Veto(note) => {
                let (part, onset) = (note.part, note.onset);
                song.kept.tell(ToComposer::Veto { part, onset })?;
            }
            Intent::Take(act) => song.kept.act(act),
            Intent::Memory(act) => song.kept.remember(act),
        }
        Ok(())
    }
}

/// What a gesture does to a parameter.
trait Touch {
    fn begin(&self, setter: &ParamSetter<'_>);
    fn set(&self, setter: &ParamSetter<'_>, value: f32);
    fn end(&self, setter: &ParamSetter<'_>);
}

impl<P: Param> Touch for P {
    fn begin(&self, setter: &ParamSetter<'_>) {
        setter.begin_set_parameter(self);
    }

    fn set(&self, setter: &ParamSetter<'_>, value: f32) {
        // Snapped, so that the host knows the value that is in force.
        setter.set_parameter(self, self.preview_plain(value));
    }

    fn end(&self, setter: &ParamSetter<'_>) {
        setter.end_set_parameter(self);
    }
}

fn param(song: &Song, control: Control) -> &dyn Touch {
    match song.controls.get(control) {
        AnyControl::Float(param) => param,
        AnyControl::Int(param) => param,
        AnyControl::Bool(param) => param,
    }
}

fn change(song: &Song, setter: &ParamSetter<'_>, control: Control, value: f32) {
    let param = param(song, control);
    param.begin(setter);
    param.set(setter, value);
    param.end(setter);
}

/// What is chosen of a MIDI file, or its tune.
fn phrase(choice: &PhraseChoice) -> Result<Arc<Phrase>, String> {
    let path = choice.path.display();
    let song = midi::open(&choice.path).map_err(|error| error.to_string())?;
    let track = match choice.track {
        Some(number) => number.checked_sub(1).and_then(|index| song.tracks.get(index)),
        None => song.fullest_track(),
    };
    let track = track.ok_or_else(|| match choice.track {
        Some(number) if !song.tracks.is_empty() => {
            let named = |(number, track): (usize, &MidiTrack)| format!("{number} {}", track.name);
            let all: Vec<String> = (1..).zip(&song.tracks).map(named).collect();
            format!("take track {number}: there are {}: {path}", all.join(", "))
        }
        _ => format!("read a MIDI file: it has no notes: {path}"),
    })?;
    let phrase = match choice.bars {
        Some((first, last)) => song.phrase_of_bars(track, first, last),
        None => song.phrase_of(track),
    };
    if phrase.is_empty() {
        return Err(format!("read a MIDI file: no notes in these bars: {path}"));
    }
    Ok(Arc::new(phrase))
}
