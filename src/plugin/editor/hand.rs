//! Carries out what the musician does in the editor.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::path::Path;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{Param, ParamSetter};

use crate::files::midi;
use crate::gui::Intent;
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
            Intent::Change(control, value) => change(song, &setter, control, value),
            Intent::RollDie => {
                let seed = RandomState::new().build_hasher().finish() % (LARGEST_SEED + 1);
                let share = seed as f32 / LARGEST_SEED as f32;
                change(song, &setter, Control::Seed, share);
            }
            Intent::LoadPhrase(path) => song.kept.set_seed_phrase(phrase(&path)?),
            Intent::ClearPhrase => song.kept.set_seed_phrase(Arc::default()),
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

/// The tune of a MIDI file.
fn phrase(path: &Path) -> Result<Arc<Phrase>, String> {
    let song = midi::open(path).map_err(|error| error.to_string())?;
    let track = song
        .fullest_track()
        .ok_or_else(|| format!("read a MIDI file: it has no notes: {}", path.display()))?;
    Ok(Arc::new(song.phrase_of(track)))
}
