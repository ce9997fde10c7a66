//! The note model of a pack, tried out before it is used.

#[cfg(test)]
pub(super) mod tests;
mod trial;

use std::sync::Arc;

use super::drum_tables::DrumTables;
use super::muse::{ComposeError, Controls, Draw, Muse, State, StyleCard, TimbreCard};
use super::runtime::{Contract, Graph, Input, Kind, LoadError, Place, Runtime, Values};
use super::tables::TableCache;
use super::timbre_model::TimbreModel;
use super::timbre_tables;
use crate::music::originality::CorpusIndex;
use crate::music::tokens::{DURATIONS, Event, Features, SOURCES};
use crate::pack::{Pack, Style, StyleVelocity};
use crate::score::{ChordQuality, Family, Part, PartialTable, Pitch, TimbreId, Velocity};

/// A pack's note graph on a runtime.
#[derive(Debug)]
struct NoteModel {
    graph: Graph,
    /// For the status line.
    backend: String,
    styles: Vec<StyleCard>,
    silence: State,
    /// Kept from step to step.
    outputs: Outputs,
    context: Vec<f32>,
    /// Without one, timbres are written by hand.
    timbres: Option<TimbreModel>,
    /// Without them, drums are written by hand.
    drums: Option<DrumTables>,
    tables: TableCache,
    corpus: Option<Arc<CorpusIndex>>,
}

/// What one run of the graph gives; kept from run to run.
#[derive(Clone, Debug, PartialEq)]
struct Outputs {
    drawn: [i64; 5],
    /// Of every class of every field, natural.
    log_probabilities: Vec<f32>,
    state: Vec<f32>,
}

/// Why a pack cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("open the pack `{pack}`")]
    Load { pack: String, source: LoadError },
    #[error("try the pack `{pack}` with {inputs} inputs")]
    Try { pack: String, inputs: &'static str, source: ComposeError },
    #[error(
        "try the pack `{pack}` with {inputs} inputs: its answer is no event, or no probabilities"
    )]
    Answer { pack: String, inputs: &'static str },
    #[error("try the pack `{pack}` with {inputs} inputs twice: it answers differently")]
    NotRepeatable { pack: String, inputs: &'static str },
}

/// Values of `context` beside the style weights: density and register with their flags, key, two chords, and repetition with its flags.
const WISHES: usize = REPETITION_AT + 2 * Part::COUNT;
const HARMONY_AT: usize = 4 * Part::COUNT;
const REPETITION_AT: usize = HARMONY_AT + KEYS + 2 * (CHORD_ROOTS + ChordQuality::COUNT);
const KEYS: usize = 24;
const CHORD_ROOTS: usize = 12;

/// Load the pack's graph into `runtime` and try it with ordinary and with extreme inputs, each twice.
///
/// # Errors
/// If the runtime's library or the graph is refused, or a trial fails.
pub fn open(pack: &Pack, runtime: &Runtime) -> Result<Box<dyn Muse>, OpenError> {
    let mut model = NoteModel::load(pack, runtime)
        .map_err(|source| OpenError::Load { pack: pack.name.clone(), source })?;
    trial::check(&mut model, &pack.name)?;
    Ok(Box::new(model))
}

impl NoteModel {
    fn load(pack: &Pack, runtime: &Runtime) -> Result<Self, LoadError> {
        let graph = Graph::load(&pack.note_model.graph, &contract(pack), runtime)?;
        let timbres = pack.timbre_model.as_ref().map(|model| TimbreModel::load(model, runtime));
        let length = pack.note_model.state.iter().product();
        Ok(Self {
            backend: graph.runtime_name(),
            graph,
            styles: pack.styles.iter().map(card).collect(),
            silence: State(vec![0.0; length].into()),
            outputs: Outputs::new(length),
            context: vec![0.0; pack.styles.len() + WISHES],
            timbres: timbres.transpose()?,
            drums: pack.drum_kit.as_ref().map(DrumTables::new),
            tables: TableCache::new(),
            corpus: pack.originality.clone(),
        })
    }

    /// One run of the graph; the answer is in `outputs`.
    fn run(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<(), ComposeError> {
        write_context(&mut self.context, controls);
        let event = features.event;
        let event = [
            event.time.into(),
            event.part.into(),
            event.pitch.into(),
            event.duration.into(),
            event.velocity.into(),
        ];
        let family = controls.family.map(i64::from);
        let values = [
            Values::Integers(&event),
            Values::Integers(&features.position),
            Values::Integers(&family),
            Values::Floats(&self.context),
            Values::Floats(&features.remain),
            Values::Integers(&features.last),
            Values::Integers(features.lookback.as_flattened()),
            Values::Integers(features.motif.as_flattened().as_flattened()),
            Values::Floats(&state.0),
            Values::Floats(&controls.noise),
            Values::Floats(&controls.bias_time),
            Values::Floats(&controls.bias_part),
            Values::Floats(&controls.bias_pitch),
            Values::Floats(&controls.bias_duration),
            Values::Floats(&controls.bias_velocity),
            Values::Floats(&controls.sharpness),
            Values::Floats(&controls.min_p),
        ];
        self.graph.run(&values, &mut self.outputs.places())
    }

    /// The event in `outputs`, if each of its fields is a class.
    fn event(&self) -> Option<Event> {
        let legal = self.outputs.drawn.iter().zip(Controls::FIELDS);
        let legal = legal
            .map(|(class, classes)| usize::try_from(*class).ok().filter(|class| *class < classes));
        let [time, part, pitch, duration, velocity] =
            <[usize; 5]>::try_from(legal.collect::<Option<Vec<_>>>()?).ok()?;
        debug_assert!(duration < DURATIONS.len());
        Some(Event {
            time: u16::try_from(time).ok()?,
            part: u8::try_from(part).ok()?,
            pitch: u8::try_from(pitch).ok()?,
            duration: u8::try_from(duration).ok()?,
            velocity: u8::try_from(velocity).ok()?,
        })
    }

    /// Of each drawn field.
    fn log_probability(&self) -> [f32; 5] {
        let mut start = 0;
        let mut probability = [0.0; 5];
        for (field, value) in probability.iter_mut().enumerate() {
            let class = usize::try_from(self.outputs.drawn[field]).unwrap_or(0);
            *value = self.outputs.log_probabilities[start + class];
            start += Controls::FIELDS[field];
        }
        probability
    }
}

impl Outputs {
    fn new(state: usize) -> Self {
        Self {
            drawn: [0; 5],
            log_probabilities: vec![0.0; Controls::NOISE],
            state: vec![0.0; state],
        }
    }

    /// In the order of the contract.
    fn places(&mut self) -> [Place<'_>; 3] {
        let Self { drawn, log_probabilities, state } = self;
        [Place::Integers(drawn), Place::Floats(log_probabilities), Place::Floats(state)]
    }
}

impl Muse for NoteModel {
    fn styles(&self) -> &[StyleCard] {
        &self.styles
    }

    fn corpus(&self) -> Option<&Arc<CorpusIndex>> {
        self.corpus.as_ref()
    }

    fn backend(&self) -> &str {
        &self.backend
    }

    fn silence(&self) -> State {
        self.silence.clone()
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        self.run(state, features, controls)?;
        let event = self.event().ok_or(ComposeError::Output { graph: "note", output: "drawn" })?;
        Ok(Draw {
            event,
            log_probability: self.log_probability(),
            state: State(Arc::from(&self.outputs.state[..])),
        })
    }

    fn log_probabilities(&self) -> &[f32] {
        &self.outputs.log_probabilities
    }

    fn timbres(&self) -> &[TimbreCard] {
        self.timbres.as_ref().map_or(&[], TimbreModel::cards)
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        let drums = self.drums.as_ref().filter(|_| timbre == TimbreId::Usual(Family::DRUMS));
        let make = || match (&mut self.timbres, timbre) {
            _ if let Some(drums) = drums => Ok(drums.table(pitch, velocity)),
            (Some(model), _) => model.table(timbre, pitch, velocity),
            (None, _) => Ok(timbre_tables::table(timbre.family(), pitch, velocity)),
        };
        self.tables.table(timbre, pitch, velocity, make)
    }
}

fn contract(pack: &Pack) -> Contract {
    Contract {
        name: "note",
        inputs: inputs(pack.note_model.state, pack.styles.len()),
        outputs: &["drawn", "logp", "state_out"],
    }
}

/// The graph's inputs, in the order in which `run` gives them.
fn inputs(state: [usize; 4], styles: usize) -> Vec<Input> {
    use Kind::{Floats, Integers};
    let input = |name, kind, shape: &[usize]| Input { name, kind, shape: shape.into() };
    vec![
        input("event", Integers, &[1, 5]),
        input("position", Integers, &[1, 3]),
        input("family", Integers, &[1, 5]),
        input("context", Floats, &[1, styles + WISHES]),
        input("remain", Floats, &[1, 128]),
        input("last", Integers, &[1, 5]),
        input("lookback", Integers, &[1, 5, 5]),
        input("motif", Integers, &[1, 5, SOURCES, 4]),
        input("state", Floats, &state),
        input("noise", Floats, &[1, Controls::NOISE]),
        input("bias_time", Floats, &[1, 384]),
        input("bias_part", Floats, &[1, 5]),
        input("bias_pitch", Floats, &[1, 5, 128]),
        input("bias_dur", Floats, &[1, 32]),
        input("bias_vel", Floats, &[1, 16]),
        input("sharpness", Floats, &[1, 5]),
        input("min_p", Floats, &[1, 5]),
    ]
}

/// Style weights, then value and flag of each slot's density and register, then the key, then root and quality of this beat's chord and
/// of the coming one's, then value and flag of each slot's repetition.
fn write_context(context: &mut [f32], controls: &Controls) {
    context.fill(0.0);
    let styles = context.len() - WISHES;
    let (weights, wishes) = context.split_at_mut(styles);
    for (place, weight) in weights.iter_mut().zip(&controls.style) {
        *place = *weight;
    }
    let of_slots = [
        (&controls.density, 0),
        (&controls.register, 2 * Part::COUNT),
        (&controls.repetition, REPETITION_AT),
    ];
    for (wished, at) in of_slots {
        for (slot, value) in wished.iter().enumerate() {
            if let Some(value) = value {
                wishes[at + slot] = *value;
                wishes[at + Part::COUNT + slot] = 1.0;
            }
        }
    }
    let harmony = &mut wishes[HARMONY_AT..REPETITION_AT];
    if let Some(key) = controls.key.filter(|key| *key < KEYS) {
        harmony[key] = 1.0;
    }
    let chords = harmony[KEYS..].chunks_exact_mut(CHORD_ROOTS + ChordQuality::COUNT);
    for (place, chord) in chords.zip(controls.chord) {
        if let Some(chord) = chord {
            place[usize::from(chord.root())] = 1.0;
            place[CHORD_ROOTS + chord.quality() as usize] = 1.0;
        }
    }
}

fn card(style: &Style) -> StyleCard {
    StyleCard {
        name: style.name.clone(),
        title: style.title.clone(),
        has_velocity: style.velocity == StyleVelocity::Model,
        density: style.density,
        repetition: style.repetition,
        rest: style.rest,
        tempo: style.tempo.bpm(),
        meter: (style.meter.count(), style.meter.unit()),
        parts: style.parts.iter().map(|role| (role.family, role.register)).collect(),
    }
}
