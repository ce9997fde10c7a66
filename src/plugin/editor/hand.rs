//! Carries out what the musician does in the editor.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::Arc;
use std::time::Instant;

use nice_plug::context::PluginApi;
use nice_plug::context::gui::GuiContext;
use nice_plug::prelude::{Param, ParamSetter};

use crate::engine::link::ToComposer;
use crate::files::midi::{self, MidiTrack};
use crate::gui::{Driver, Intent, MemoryAct, PhraseChoice, PresetAct, TakeAct, TransportAct};
use crate::params::{AnyControl, Control, Preset};
use crate::plugin::history::{Edited, History, Step, Strike, Turned};
use crate::plugin::presets::Presets;
use crate::plugin::song::Song;
use crate::score::Phrase;
use crate::score::nearest::nearest;

/// The way to the host while a window is open.
pub(in crate::plugin) struct Hand {
    host: GuiContext,
}

/// Largest seed, as of the parameter.
const LARGEST_SEED: u64 = 999_999;

impl Hand {
    pub(in crate::plugin) fn new(host: GuiContext) -> Self {
        Self { host }
    }

    /// Whether the host hands on controllers other than the pedal. In VST3 each would be a parameter of its own, and hosts bind theirs to parameters themselves.
    pub(super) fn hears_controllers(&self) -> bool {
        self.host.plugin_api() != PluginApi::Vst3
    }

    /// Do it, or say why not.
    pub(in crate::plugin) fn obey(
        &self,
        song: &Song,
        presets: &mut Presets,
        intent: Intent,
    ) -> Result<(), String> {
        song.kept.follow_edits();
        let setter = self.host.param_setter();
        let history = |act: &dyn Fn(&mut History)| act(&mut song.kept.lock().history);
        match intent {
            Intent::Begin(control) => {
                history(&|it| it.begin(control, song.controls.get(control).value()));
                param(song, control).begin(&setter);
            }
            Intent::Set(control, value) => {
                history(&|it| it.set(control, value));
                param(song, control).set(&setter, value);
            }
            Intent::End(control) => {
                history(&|it| it.end(Instant::now()));
                param(song, control).end(&setter);
            }
            Intent::Change(control, value) => {
                if control == Control::Seed {
                    song.kept.refuse_if_locked()?;
                }
                self.turn(song, control, value);
            }
            Intent::Type(control, text) => self.read(song, control, &text, &[])?,
            Intent::TypeWith(control, text, along) => self.read(song, control, &text, &along)?,
            Intent::Browse(_) => {} // the window asks itself
            Intent::Learn(control) => song.kept.controllers.wait_for(control),
            Intent::Forget(control) => {
                song.kept.controllers.forget(control);
                song.kept.lock().touch();
            }
            Intent::RollDie => {
                song.kept.refuse_if_locked()?;
                let seed = RandomState::new().build_hasher().finish() % (LARGEST_SEED + 1);
                let share = seed as f32 / LARGEST_SEED as f32;
                self.turn(song, Control::Seed, share);
            }
            Intent::LockSeed(after) => {
                let before = song.kept.is_seed_locked();
                song.kept.lock_seed(after);
                history(&|it| it.add(Step::Lock { before, after }, Instant::now()));
            }
            Intent::LoadPhrase(choice) => {
                song.kept.refuse_if_locked()?;
                song.kept.set_seed_phrase(phrase(&choice)?)?;
            }
            Intent::ClearPhrase => song.kept.set_seed_phrase(Arc::default())?,
            Intent::Veto(note) => strike(song, Strike { note, is_out: true })?,
            Intent::Restore(note) => strike(song, Strike { note, is_out: false })?,
            Intent::Preset(act) => self.preset(song, presets, act)?,
            Intent::Undo | Intent::Redo => {
                let is_undo = intent == Intent::Undo;
                let mut inner = song.kept.lock();
                let step = if is_undo { inner.history.undo() } else { inner.history.redo() };
                drop(inner);
                if let Some(step) = step {
                    self.take(song, step);
                }
            }
            Intent::Transport(TransportAct::Play) => song.kept.deck.play(),
            Intent::Transport(TransportAct::Stop) => song.kept.deck.stop(),
            Intent::Transport(TransportAct::Return) => song.kept.deck.go_home(),
            Intent::Transport(TransportAct::Meter(meter)) => {
                if song.kept.deck.is_asked_to_play() {
                    return Err(String::from(
                        "change the time signature: stop the transport first",
                    ));
                }
                song.kept.deck.set_meter(meter);
                song.repaint.request_repaint();
            }
            Intent::Take(TakeAct::Export(id)) => {
                song.kept.export_mixed(id, song.controls.mix());
            }
            Intent::Take(act) => {
                let turned = match act {
                    TakeAct::Undo => Some(true),
                    TakeAct::Redo => Some(false),
                    _ => None,
                };
                if let Some(is_back) = turned {
                    history(&|it| it.pass_over(Edited::Takes, is_back));
                }
                song.kept.act(act);
            }
            Intent::Memory(act) => {
                if act == MemoryAct::Undo {
                    history(&|it| it.pass_over(Edited::Memory, true));
                }
                song.kept.remember(act)?;
            }
        }
        song.kept.follow_edits();
        Ok(())
    }

    /// Turn a control as one act.
    fn turn(&self, song: &Song, control: Control, after: f32) {
        let before = song.controls.get(control).value();
        change(song, &self.host.param_setter(), control, after);
        if before != after {
            let step = Step::of(Turned { control, before, after });
            song.kept.lock().history.add(step, Instant::now());
        }
    }

    /// Turn a control as it was typed, and others along.
    fn read(
        &self,
        song: &Song,
        control: Control,
        text: &str,
        along: &[(Control, f32)],
    ) -> Result<(), String> {
        let any = song.controls.get(control);
        let value = any.parse(text).ok_or_else(|| {
            let driver = if song.kept.deck.rules() { Driver::Window } else { Driver::Host };
            not_understood(control, any, driver, text)
        })?;
        if along.is_empty() {
            self.turn(song, control, value);
            return may_be_a_factor(any, value, text).map_or(Ok(()), Err);
        }
        let turned = [(control, value)].into_iter().chain(along.iter().copied());
        let turned = turned.map(|(control, after)| {
            let before = song.controls.get(control).value();
            Turned { control, before, after }
        });
        let step = Step::Controls { turned: turned.collect(), preset: None };
        self.take(song, step.clone());
        song.kept.lock().history.add(step, Instant::now());
        Ok(())
    }

    fn preset(&self, song: &Song, presets: &mut Presets, act: PresetAct) -> Result<(), String> {
        let before = song.kept.preset();
        let is_loaded = matches!(act, PresetAct::Load(_) | PresetAct::Next | PresetAct::Previous);
        let opened = Preset::opened(&song.controls).filter(|_| is_loaded);
        let chosen = match act {
            PresetAct::Load(name) => presets.named(&name),
            PresetAct::Next => presets.beside(before.as_deref(), 1),
            PresetAct::Previous => presets.beside(before.as_deref(), -1),
            PresetAct::Save(name) => {
                presets.save(&name, &song.controls)?;
                presets.named(name.trim())
            }
            PresetAct::Replace(name) => {
                presets.replace(&name, &song.controls)?;
                presets.named(name.trim())
            }
            PresetAct::Rename { from, to } => {
                presets.rename(&from, &to, &song.controls)?;
                song.kept.lock().history.rename_preset(&from, to.trim());
                if before.as_ref() == Some(&from) {
                    song.kept.set_preset(Some(String::from(to.trim())));
                }
                return Ok(());
            }
            PresetAct::Delete(name) => {
                presets.delete(&name)?;
                if before.as_ref() == Some(&name) {
                    song.kept.set_preset(None);
                }
                return Ok(());
            }
        };
        let chosen = chosen.ok_or_else(|| String::from("choose a preset: it is gone"))?;
        let changes = chosen.changes(&song.controls).chain(opened);
        let turned = changes.map(|(control, after)| {
            let before = song.controls.get(control).value();
            Turned { control, before, after }
        });
        let names = (before, Some(chosen.name.clone()));
        let step = Step::Controls { turned: turned.collect(), preset: Some(names) };
        self.take(song, step.clone());
        song.kept.lock().history.add(step, Instant::now());
        Ok(())
    }

    /// Bring about what a step says.
    fn take(&self, song: &Song, step: Step) {
        match step {
            Step::Controls { turned, preset } => {
                let setter = self.host.param_setter();
                for Turned { control, after, .. } in turned {
                    change(song, &setter, control, after);
                }
                if let Some((_, name)) = preset {
                    song.kept.set_preset(name);
                }
            }
            Step::Phrase { after, .. } => song.kept.put_seed_phrase(after),
            Step::Lock { after, .. } => song.kept.lock_seed(after),
            // A composer that is not there plays nothing that could be struck out.
            Step::Strike(strike) => {
                tell(song, strike).ok();
            }
            Step::Edit { of: Edited::Takes, is_back } => {
                song.kept.act(if is_back { TakeAct::Undo } else { TakeAct::Redo });
            }
            Step::Edit { of: Edited::Memory, is_back } => {
                let act = if is_back { MemoryAct::Undo } else { MemoryAct::Redo };
                song.kept.remember(act).ok(); // its drawer tells
            }
        }
    }
}

/// Strike a note out, or take that back, as one act.
fn strike(song: &Song, strike: Strike) -> Result<(), String> {
    tell(song, strike)?;
    song.kept.lock().history.add(Step::Strike(strike), Instant::now());
    Ok(())
}

fn tell(song: &Song, strike: Strike) -> Result<(), String> {
    let (part, onset) = (strike.note.part, strike.note.onset);
    song.kept.tell(match strike.is_out {
        true => ToComposer::Veto { part, onset },
        false => ToComposer::Restore { part, onset },
    })
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

/// What a control takes in place of `text`.
fn not_understood(control: Control, any: AnyControl<'_>, driver: Driver, text: &str) -> String {
    /// Values that are told one by one.
    const FEW: usize = 8;
    /// Values that are looked through for the one that was meant.
    const MANY: usize = 128;
    let now = any.text(any.value());
    let takes = match any.steps() {
        Some(steps) if steps < FEW => {
            let share = |step: usize| step as f32 / steps.max(1) as f32;
            let all: Vec<String> = (0..=steps).map(|step| any.text(share(step))).collect();
            format!("one of {}", all.join(", "))
        }
        // Places in the list that the pack does not fill have no names.
        _ if matches!(control, Control::StyleA | Control::StyleB) => {
            format!("a style of the list, such as {now}")
        }
        _ => format!("{} to {}, such as {now}", any.text(0.0), any.text(1.0)),
    };
    let names = any.steps().filter(|steps| *steps < MANY).map_or(0..0, |steps| 0..steps + 1);
    let names: Vec<String> =
        names.clone().map(|step| any.text(step as f32 / (names.end - 1) as f32)).collect();
    let meant = nearest(text, names.iter().map(String::as_str));
    let meant = meant.map(|it| format!(". Did you mean {it}?")).unwrap_or_default();
    let name = driver.name_of(control).map_or_else(|| any.name(), String::from);
    format!("“{text}” is not understood: {name} is {takes}{meant}")
}

/// What is said of a fraction that was typed for a percentage without its sign, and taken as one: `1.5` may have been meant for 150 %, where the control goes so far.
fn may_be_a_factor(any: AnyControl<'_>, taken: f32, typed: &str) -> Option<String> {
    let typed = typed.trim();
    let number: f32 = typed.replacen(',', ".", 1).parse().ok()?;
    let percent = |share: f32| any.text(share).strip_suffix('%')?.trim().parse::<f32>().ok();
    let range = percent(0.0)?..=percent(1.0)?;
    let meant = number * 100.0;
    (number.fract() != 0.0 && range.contains(&meant)).then(|| {
        let taken = any.text(taken);
        format!("“{typed}” was taken as percent: {taken}. For {meant:.0} % type {typed}x.")
    })
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::params::Controls;

    #[test]
    fn a_fraction_without_its_sign_is_taken_as_percent_and_that_is_said() {
        let controls = Controls::new(&[String::from("Ragtime")].into(), 0);
        let strength = controls.get(Control::StyleStrength);
        let typed = |text| {
            let share = strength.parse(text).unwrap();
            (strength.text(share), may_be_a_factor(strength, share, text))
        };
        for text in ["150", "150 %", "150%", "1.5x", "1,5x", "x 1.5", "1.5 ×", "× 1.5"] {
            assert_eq!(typed(text), (String::from("150 %"), None), "{text}");
        }
        let (shown, said) = typed("1.5");
        assert_eq!(shown, "2 %");
        assert_eq!(said.unwrap(), "“1.5” was taken as percent: 2 %. For 150 % type 1.5x.");
        assert_eq!(typed("2").1, None, "no fraction");
        assert_eq!(typed("1.5 %").1, None, "it says what it is");
        assert_eq!(typed("62.5").1, None, "it does not go to 6250 %");
        assert_eq!(typed("-0.5").1, None, "nor below nothing");
        let other = controls.get(Control::TimeTemperature);
        let share = other.parse("1.5").unwrap();
        assert_eq!(may_be_a_factor(other, share, "1.5"), None, "no percentage");
    }

    #[test]
    fn a_refusal_names_the_control_as_the_window_does() {
        let controls = Controls::new(&[String::from("Ragtime")].into(), 0);
        let refused = |driver| {
            let tempo = controls.get(Control::FreeTempo);
            not_understood(Control::FreeTempo, tempo, driver, "fast")
        };
        assert!(refused(Driver::Window).contains(": Tempo is "), "{}", refused(Driver::Window));
        assert!(refused(Driver::Host).contains(": Free-run tempo is "));
        let refused =
            |control, text| not_understood(control, controls.get(control), Driver::Window, text);
        let style = refused(Control::StyleA, "ragtme");
        assert!(style.ends_with(". Did you mean Ragtime?"), "{style}");
        let mode = refused(Control::Mode(0), "anser");
        assert!(mode.ends_with("Off, Play, Answer, Follow. Did you mean Answer?"), "{mode}");
        assert!(!refused(Control::StyleA, "zzz").contains("mean"));
    }
}
