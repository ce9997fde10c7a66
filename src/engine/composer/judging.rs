//! How well notes that are given are foretold, by the network and with the memory: for measuring, not for playing.

use std::sync::Arc;

use super::line::{Context, Line};
use super::recall::{Recall, Tally};
use crate::infer::{
    ComposeError, Controls, Draw, Muse, PlayerPresence, State, StyleCard, velocity_from,
};
use crate::music::key::KeyFinder;
use crate::music::memory::Memory;
use crate::music::planner::BarLine;
use crate::music::tokens::{Features, History};
use crate::score::{
    Family, Mode, Note, Part, PartialTable, Pitch, Settings, StyleBlend, TimbreId, Velocity,
};

/// What the given notes are told to be.
#[derive(Clone, Copy, Debug)]
pub struct Piece {
    /// Index into the pack's styles.
    pub style: usize,
    /// A bar line of its meter.
    pub bar: BarLine,
    /// Of each slot; `None` is absent.
    pub families: [Option<Family>; Part::COUNT],
}

/// What one note of the player's cost, bits of time, pitch and duration.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Cost {
    pub network: [f32; 3],
    /// By how much the memory lowers it.
    pub saved: [f32; 3],
}

/// Whether the network is told what was played at earlier places of the kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LookBack {
    Told,
    Blank,
}

/// A muse whose network is not told what its look-back finds.
struct Forgetful<'a>(&'a mut dyn Muse);

/// The player alone plays `notes`: what each costs, after those before it, with `amount` of `memory`; and the memory after the last. The first note is not judged.
///
/// # Errors
/// If the runtime fails.
pub fn judge_player(
    muse: &mut dyn Muse,
    notes: &[Note],
    piece: &Piece,
    memory: &Arc<Memory>,
    amount: f32,
    look_back: LookBack,
) -> Result<Vec<Cost>, ComposeError> {
    let mut forgetful;
    let muse = match look_back {
        LookBack::Told => muse,
        LookBack::Blank => {
            forgetful = Forgetful(muse);
            &mut forgetful
        }
    };
    let (mut line, mut recall) = (Line::new(muse.silence()), Recall::new(Arc::clone(memory)));
    let mut key = KeyFinder::default();
    let mut costs = Vec::with_capacity(notes.len());
    for note in notes {
        let mut settings = settings(piece, amount);
        settings.key = key.key();
        let context = context(muse.styles(), &settings, piece);
        recall.hear(muse, &mut line, &context, *note, None)?;
        let Tally { judged, network, saved, .. } = recall.take_tally();
        if judged > 0 {
            costs.push(Cost { network, saved });
        }
        key.hear(note.pitch, note.length);
    }
    Ok(costs)
}

/// What each of `notes`, in playing order, costs the network: its part, and bits of time, part, pitch, duration and velocity.
///
/// # Errors
/// If the runtime fails.
pub fn judge_band(
    muse: &mut dyn Muse,
    notes: &[Note],
    piece: &Piece,
) -> Result<Vec<(Part, [f32; 5])>, ComposeError> {
    let context = context(muse.styles(), &settings(piece, 0.0), piece);
    let mut line = Line::new(muse.silence());
    let mut costs = Vec::with_capacity(notes.len());
    for note in notes {
        let event = line.event_of(*note);
        let mut forced = context.clone();
        forced.controls.force(event);
        line.push(muse, &forced, *note, None)?;
        let classes = [
            event.time.into(),
            event.part.into(),
            event.pitch.into(),
            event.duration.into(),
            usize::from(event.velocity),
        ];
        let mut rest = muse.log_probabilities();
        let mut cost = [0.0; 5];
        for ((cost, length), class) in cost.iter_mut().zip(Controls::FIELDS).zip(classes) {
            let Some((own, after)) = rest.split_at_checked(length) else { break };
            *cost = -own[class] / std::f32::consts::LN_2;
            rest = after;
        }
        costs.push((note.part, cost));
    }
    Ok(costs)
}

fn settings(piece: &Piece, amount: f32) -> Settings {
    let mut settings =
        Settings { style: StyleBlend::only(piece.style), memory: amount, ..Settings::default() };
    for part in &mut settings.parts {
        part.mode = Mode::Off;
    }
    settings
}

/// Style, families and key are told; all other wishes are open.
fn context(styles: &[StyleCard], settings: &Settings, piece: &Piece) -> Context {
    let player = if piece.families[0].is_some() {
        PlayerPresence::Listening
    } else {
        PlayerPresence::Absent
    };
    let mut controls = Controls::new(settings, styles, player);
    for (slot, family) in piece.families.iter().enumerate().skip(1) {
        if let Some(family) = family {
            controls.family[slot] = family.index();
            controls.bias_part[slot] = 0.0;
        }
    }
    Context {
        bar: piece.bar,
        controls,
        key: settings.key,
        memory: settings.memory,
        velocities: velocity_from(settings.style, styles),
        is_given: false,
    }
}

impl Muse for Forgetful<'_> {
    fn styles(&self) -> &[StyleCard] {
        self.0.styles()
    }

    fn backend(&self) -> &str {
        self.0.backend()
    }

    fn silence(&self) -> State {
        self.0.silence()
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        let nothing = History::start_features(
            BarLine { start: crate::score::Tick(0), meter: crate::score::Meter::COMMON },
            crate::score::Tick(0),
        );
        let blank =
            Features { lookback: nothing.lookback, motif: nothing.motif, ..features.clone() };
        self.0.step(state, &blank, controls)
    }

    fn log_probabilities(&self) -> &[f32] {
        self.0.log_probabilities()
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        self.0.table(timbre, pitch, velocity)
    }
}
