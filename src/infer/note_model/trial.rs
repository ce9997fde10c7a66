//! What a graph must stand before it is used: ordinary and extreme inputs, and the same answer twice.

use super::{NoteModel, OpenError, Outputs};
use crate::infer::muse::{Controls, Muse};
use crate::music::planner::BarLine;
use crate::music::tokens::{ABSENT, DRUMS, Event, Features, History, SOURCES};
use crate::score::{
    Chord, ChordQuality, Family, Meter, Part, PartialTable, Pitch, Seed, Tick, Ticks, TimbreId,
    Velocity,
};

/// Steps of one trial; the state runs on.
const STEPS: usize = 4;

pub(super) fn check(model: &mut NoteModel, pack: &str) -> Result<(), OpenError> {
    let styles = model.styles.len();
    for (inputs, cases) in [("ordinary", ordinary(styles)), ("extreme", extreme(styles))] {
        let first = play(model, pack, inputs, &cases)?;
        if first != play(model, pack, inputs, &cases)? {
            return Err(OpenError::NotRepeatable { pack: pack.into(), inputs });
        }
    }
    let inputs = "timbre";
    if timbres(model, pack, inputs)? != timbres(model, pack, inputs)? {
        return Err(OpenError::NotRepeatable { pack: pack.into(), inputs });
    }
    Ok(())
}

/// A note in the middle of each family's timbre, and of the first one the lowest and the highest.
fn timbres(
    model: &mut NoteModel,
    pack: &str,
    inputs: &'static str,
) -> Result<Vec<PartialTable>, OpenError> {
    let Some(model) = &mut model.timbres else { return Ok(Vec::new()) };
    let families = (0..17).filter_map(Family::new).map(|family| (TimbreId::Usual(family), 60, 80));
    let extremes = [(TimbreId::Named(0), 0, 1), (TimbreId::Named(0), 127, 127)];
    let notes = families.chain(extremes).map(|(timbre, number, force)| {
        let pitch = Pitch::new(number).expect("it is below 128");
        model.table(timbre, pitch, Velocity::clamped(force)).map_err(|source| OpenError::Try {
            pack: pack.into(),
            inputs,
            source,
        })
    });
    notes.collect()
}

/// All answers to the cases, each after the one before.
fn play(
    model: &mut NoteModel,
    pack: &str,
    inputs: &'static str,
    cases: &[(Features, Controls)],
) -> Result<Vec<Outputs>, OpenError> {
    let mut answers = Vec::new();
    let mut state = model.silence();
    for (features, controls) in cases.iter().cycle().take(cases.len().max(STEPS)) {
        model.run(&state, features, controls).map_err(|source| OpenError::Try {
            pack: pack.into(),
            inputs,
            source,
        })?;
        let outputs = &model.outputs;
        let logs_are_good =
            outputs.log_probabilities.iter().all(|log| *log <= 1e-3 && log.is_finite());
        if model.event().is_none()
            || !logs_are_good
            || !outputs.state.iter().all(|it| it.is_finite())
        {
            return Err(OpenError::Answer { pack: pack.into(), inputs });
        }
        state = super::State(outputs.state.as_slice().into());
        answers.push(outputs.clone());
    }
    Ok(answers)
}

fn ordinary(styles: usize) -> Vec<(Features, Controls)> {
    let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
    let mut history = History::new();
    let mut controls = Controls::open(styles);
    controls.style[0] = 1.0;
    controls.family = [ABSENT, 0, 4, 5, DRUMS];
    let mut stream = Seed(1).stream(0);
    let mut cases = Vec::new();
    for (at, pitch) in [(0, 60), (12, 64), (24, 67), (48, 72)] {
        controls.roll_noise(&mut stream);
        cases.push((history.features(bar), controls.clone()));
        if let Some(pitch) = Pitch::new(pitch) {
            let velocity = Some(Velocity::clamped(80));
            history.push(Tick(at), Part::BAND[0], pitch, Ticks(24), velocity, 0);
        }
    }
    cases
}

/// Every field at its ends, forced and impossible draws, hot and cold.
fn extreme(styles: usize) -> Vec<(Features, Controls)> {
    let none = Features {
        event: Event::START,
        position: [0, 1, 1],
        remain: [0.0; 128],
        last: [128; 5],
        lookback: [[384, 5, 128, 32, 0]; 5],
        motif: [[[384, 128, 32, 0]; SOURCES]; 5],
    };
    let most = Features {
        event: Event { time: 383, part: 4, pitch: 127, duration: 31, velocity: 15 },
        position: [383, 383, 96],
        remain: [600.0; 128],
        last: [127; 5],
        lookback: [[383, 4, 127, 31, 8]; 5],
        motif: [[[383, 127, 31, 8]; SOURCES]; 5],
    };
    let mut cold = Controls::open(styles);
    cold.sharpness = [20.0; 5];
    cold.min_p = [0.0; 5];
    cold.density = [Some(-4.0); 5];
    cold.repetition = [Some(-8.0); 5];
    cold.family = [ABSENT; 5];
    cold.chord = [Chord::new(11, ChordQuality::MinorSeventh); 2];
    let mut hot = Controls::open(styles);
    hot.sharpness = [0.05; 5];
    hot.noise.fill(17.0);
    hot.style.fill(1.0);
    hot.density = [Some(8.0); 5];
    hot.repetition = [Some(8.0); 5];
    hot.register = [Some(6.0); 5];
    hot.key = Some(23);
    let mut impossible = Controls::open(styles);
    impossible.bias_time.fill(Controls::IMPOSSIBLE);
    impossible.bias_part = [Controls::IMPOSSIBLE; 5];
    impossible.bias_pitch.fill(Controls::IMPOSSIBLE);
    impossible.bias_duration = [Controls::IMPOSSIBLE; 32];
    impossible.bias_velocity = [Controls::IMPOSSIBLE; 16];
    let mut forced = Controls::open(styles);
    forced.wait_at_least(Ticks(383));
    forced.min_p = [-0.1; 5];
    vec![
        (none.clone(), cold.clone()),
        (most.clone(), hot.clone()),
        (most.clone(), cold),
        (none.clone(), impossible.clone()),
        (most, impossible),
        (none.clone(), forced),
        (none, hot),
    ]
}
