//! The toy pack on both runtimes. The native one is tried where `ANTIPHON_TEST_ORT` names its library, as `cargo xtask test` does.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use proptest::prelude::{ProptestConfig, any, prop, proptest};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::*;
use crate::infer::{LibraryError, PlayerPresence, Scripted};
use crate::music::planner::BarLine;
use crate::music::tokens::{History, VelocityFrom};
use crate::score::pitch::Scale;
use crate::score::{
    Chord, ChordQuality, Key, Meter, Mode, Note, Seed, Settings, Stream, Tick, Ticks,
};

const TOY: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/toy-pack");
const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

fn toy() -> Pack {
    Pack::open(Path::new(TOY)).unwrap()
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// ONNX Runtime, if the test was given one.
#[expect(clippy::print_stderr, reason = "what was not tested is said")]
pub(in crate::infer) fn native() -> Option<Runtime> {
    let Some(library) = std::env::var_os("ANTIPHON_TEST_ORT").map(PathBuf::from) else {
        eprintln!(
            "ONNX Runtime was NOT tried: ANTIPHON_TEST_ORT names no library (`cargo xtask test` sets it)"
        );
        return None;
    };
    let sha256 = sha256(&std::fs::read(&library).expect("ANTIPHON_TEST_ORT names a file"));
    Some(Runtime::Native { library, sha256 })
}

fn runtimes() -> Vec<Runtime> {
    std::iter::once(Runtime::Embedded).chain(native()).collect()
}

/// One muse improvising alone.
struct Jam<'m> {
    muse: &'m mut dyn Muse,
    controls: Controls,
    stream: Stream,
    history: History,
    state: State,
}

impl<'m> Jam<'m> {
    fn new(muse: &'m mut dyn Muse, settings: &Settings) -> Self {
        let controls = Controls::new(settings, muse.styles(), PlayerPresence::Absent);
        let state = muse.silence();
        Self { muse, controls, stream: settings.seed.stream(0), history: History::new(), state }
    }

    fn draw(&mut self) -> (Note, Draw) {
        self.controls.roll_noise(&mut self.stream);
        let features = self.history.features(BAR);
        let from = self.history.last_onset().unwrap_or(Tick(0));
        let draw = self.muse.step(&self.state, &features, &self.controls).unwrap();
        let note = draw.event.note(from, VelocityFrom::Model, BAR, 0).unwrap();
        let family = self.controls.family[note.part.slot()];
        let velocity = Some(note.velocity);
        self.history.push(note.onset, note.part, note.pitch, note.length, velocity, family);
        self.state = draw.state.clone();
        (note, draw)
    }
}

/// `reference.json` of the toy pack: steps as Python ran them.
#[derive(Deserialize)]
struct Reference {
    tolerance: f32,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Step {
    event: Vec<i64>,
    position: Vec<i64>,
    family: Vec<i64>,
    last: Vec<i64>,
    lookback: Vec<i64>,
    motif: Vec<i64>,
    context: Vec<f32>,
    remain: Vec<(usize, f32)>,
    noise: Vec<f32>,
    sharpness: Vec<f32>,
    min_p: f32,
    drawn: [i64; 5],
    logp: Vec<f32>,
    state_sum: f32,
}

#[test]
fn steps_are_those_of_training() {
    let text = std::fs::read_to_string(Path::new(TOY).join("reference.json")).unwrap();
    let reference: Reference = serde_json::from_str(&text).unwrap();
    for runtime in runtimes() {
        let mut model = NoteModel::load(&toy(), &runtime).unwrap();
        let mut state = model.silence().0.to_vec();
        for step in &reference.steps {
            let mut remain = [0.0; 128];
            for (pitch, ticks) in &step.remain {
                remain[*pitch] = *ticks;
            }
            let values = [
                Values::Integers(&step.event),
                Values::Integers(&step.position),
                Values::Integers(&step.family),
                Values::Floats(&step.context),
                Values::Floats(&remain),
                Values::Integers(&step.last),
                Values::Integers(&step.lookback),
                Values::Integers(&step.motif),
                Values::Floats(&state),
                Values::Floats(&step.noise),
                Values::Floats(&[0.0; 384]),
                Values::Floats(&[0.0; 5]),
                Values::Floats(&[0.0; 640]),
                Values::Floats(&[0.0; 32]),
                Values::Floats(&[0.0; 16]),
                Values::Floats(&step.sharpness),
                Values::Floats(&[step.min_p; 5]),
            ];
            let outputs = &mut model.outputs;
            model.graph.run(&values, &mut outputs.places()).unwrap();
            assert_eq!(outputs.drawn, step.drawn, "{runtime:?}");
            let off = largest_difference(&outputs.log_probabilities, &step.logp);
            assert!(off <= reference.tolerance, "{runtime:?} is off by {off}");
            let sum: f32 = outputs.state.iter().map(|value| value.abs()).sum();
            assert!((sum - step.state_sum).abs() <= 1e-3 * (1.0 + sum), "{runtime:?}: {sum}");
            state.clone_from(&outputs.state);
        }
    }
}

fn largest_difference(one: &[f32], other: &[f32]) -> f32 {
    assert_eq!(one.len(), other.len());
    one.iter().zip(other).map(|(one, other)| (one - other).abs()).fold(0.0, f32::max)
}

#[test]
fn the_runtimes_agree() {
    for pack in [toy(), Pack::embedded().unwrap()] {
        let embedded = || {
            let embedded = NoteModel::load(&pack, &Runtime::Embedded).unwrap();
            assert_eq!(
                embedded.backend(),
                "the embedded runtime",
                "our packs are programs of ours"
            );
            embedded
        };
        let mut plain = embedded();
        plain.graph.compute_plainly();
        let mut tract = embedded();
        tract.graph = Graph::on_tract(&pack.note_model.graph, &contract(&pack)).unwrap();
        // With the instructions of every processor, and with the widest.
        check_agreement(&pack, plain, &mut tract);
        check_agreement(&pack, embedded(), &mut tract);
        let Some(runtime) = native() else { continue };
        let mut native = NoteModel::load(&pack, &runtime).unwrap();
        assert!(native.backend().starts_with("ONNX Runtime 1."), "{}", native.backend());
        check_agreement(&pack, embedded(), &mut native);
    }
}

/// The embedded runtime and another, each with its own state.
fn check_agreement(pack: &Pack, mut embedded: NoteModel, other: &mut NoteModel) {
    let mut controls =
        Controls::new(&Settings::default(), embedded.styles(), PlayerPresence::Absent);
    let mut stream = Seed(9).stream(0);
    let mut history = History::new();
    let (mut state, mut other_state) = (embedded.silence(), other.silence());
    for step in 0..64 {
        controls.roll_noise(&mut stream);
        let features = history.features(BAR);
        let from = history.last_onset().unwrap_or(Tick(0));
        let draw = embedded.step(&state, &features, &controls).unwrap();
        let redrawn = other.step(&other_state, &features, &controls).unwrap();
        assert_eq!(draw.event, redrawn.event, "{} at step {step}", pack.name);
        let [one, other_one] = [&embedded.outputs, &other.outputs];
        let off = largest_difference(&one.log_probabilities, &other_one.log_probabilities);
        assert!(off <= 1e-4, "{} is off by {off} at step {step}", pack.name);
        let off = largest_difference(&one.state, &other_one.state);
        assert!(off <= 1e-4, "{}'s state is off by {off} at step {step}", pack.name);
        let note = draw.event.note(from, VelocityFrom::Model, BAR, 0).unwrap();
        history.push(note.onset, note.part, note.pitch, note.length, Some(note.velocity), 0);
        (state, other_state) = (draw.state, redrawn.state);
    }
}

#[test]
fn a_restored_state_goes_on_alike() {
    for runtime in runtimes() {
        let mut muse = open(&toy(), &runtime).unwrap();
        let mut jam = Jam::new(&mut *muse, &Settings::default());
        for _ in 0..10 {
            jam.draw();
        }
        let (state, history, stream) = (jam.state.clone(), jam.history.clone(), jam.stream.clone());
        let bits =
            |draw: &Draw| -> Vec<u32> { draw.state.0.iter().map(|it| it.to_bits()).collect() };
        let once: Vec<_> = (0..20).map(|_| jam.draw()).collect();
        (jam.state, jam.history, jam.stream) = (state, history, stream);
        for (note, draw) in &once {
            let (again, redrawn) = jam.draw();
            assert_eq!((note, draw.log_probability), (&again, redrawn.log_probability));
            assert_eq!(bits(draw), bits(&redrawn));
        }
    }
}

/// A jam on a crowded heap and on another thread: where the runtime's arrays come to lie must not change a bit of the answer.
#[test]
fn answers_do_not_depend_on_where_memory_lies() {
    let play = |crowd: u64| {
        let mut muse = open(&Pack::embedded().unwrap(), &Runtime::Embedded).unwrap();
        let mut jam = Jam::new(&mut *muse, &Settings::default());
        let (mut sizes, mut held) = (Seed(crowd).stream(1), Vec::new());
        let mut bits = Vec::new();
        for _ in 0..150 {
            for _ in 0..crowd {
                held.push(vec![0_u8; 8 + usize::try_from(sizes.next_u64() % 5_000).unwrap()]);
            }
            held.truncate(200);
            let (note, draw) = jam.draw();
            bits.push((note, draw.state.0.iter().map(|it| it.to_bits()).collect::<Vec<_>>()));
        }
        bits
    };
    let expected = play(0);
    for crowd in [1, 3, 7, 20] {
        let other = std::thread::scope(|scope| scope.spawn(|| play(crowd)).join().unwrap());
        let first = expected.iter().zip(&other).position(|(one, other)| one != other);
        assert_eq!(first, None, "with {crowd} more allocations a step");
    }
}

#[test]
fn the_settings_hold() {
    let mut settings =
        Settings { seed: Seed(3), temperature: 1.5, min_p: 0.0, ..Settings::default() };
    settings.key = Key::new(2, Scale::Major);
    settings.scale_lock = true;
    settings.parts[1].mode = Mode::Off;
    settings.parts[2].family = crate::score::Family::new(9);
    let mut muse = open(&toy(), &Runtime::Embedded).unwrap();
    let mut jam = Jam::new(&mut *muse, &settings);
    let mut after = Tick(0);
    for step in 0i64..120 {
        jam.controls.wait_at_least(Ticks(step % 30));
        let (note, draw) = jam.draw();
        assert!(!matches!(note.part.slot(), 0 | 2), "{note:?}");
        let drums = jam.controls.family_of(note.part).is_some_and(crate::score::Family::is_drums);
        let keys = if drums { 35..=81 } else { 21..=108 };
        assert!(keys.contains(&note.pitch.number()), "{note:?}");
        assert!(drums || settings.key.unwrap().contains(note.pitch), "{note:?}");
        assert!(note.onset >= after + Ticks(step % 30), "{note:?}");
        assert!(draw.log_probability.iter().all(|log| *log <= 0.0), "{draw:?}");
        after = note.onset;
    }
}

#[test]
fn styles_and_wishes_reach_the_graph() {
    let mut context = [9.0; 3 + WISHES];
    let mut controls = Controls::open(3);
    controls.style = vec![0.25, 0.0, 0.75];
    controls.density[1] = Some(-2.0);
    controls.register[4] = Some(0.5);
    controls.key = Some(23);
    controls.repetition[2] = Some(1.5);
    controls.chord = [None, Chord::new(9, ChordQuality::MinorSeventh)];
    write_context(&mut context, &controls);
    let set: Vec<_> = context.iter().enumerate().filter(|(_, value)| **value != 0.0).collect();
    let wanted = [
        (0, 0.25),
        (2, 0.75),
        (4, -2.0),
        (9, 1.0),
        (17, 0.5),
        (22, 1.0),
        (46, 1.0),
        (76, 1.0),
        (86, 1.0),
        (89, 1.5),
        (94, 1.0),
    ];
    assert_eq!(set, wanted.iter().map(|(at, value)| (*at, value)).collect::<Vec<_>>());
}

#[test]
fn the_default_pack_plays() {
    let mut muse = open(&Pack::embedded().unwrap(), &Runtime::Embedded).unwrap();
    assert_eq!(muse.backend(), "the embedded runtime");
    let mut jam = Jam::new(&mut *muse, &Settings::default());
    let parts: std::collections::HashSet<Part> = (0..64).map(|_| jam.draw().0.part).collect();
    assert!(parts.len() >= 2, "more than one part plays: {parts:?}");
}

#[test]
fn what_a_graph_lacks_is_named() {
    let check = |change: &dyn Fn(&mut Pack), said: &str| {
        for runtime in runtimes() {
            let mut pack = toy();
            change(&mut pack);
            let error = open(&pack, &runtime).err().expect(said);
            let source = std::error::Error::source(&error).unwrap().to_string();
            assert!(source.contains(said), "{runtime:?}: {source}");
        }
    };
    check(&|pack| pack.note_model.graph = Cow::Borrowed(b"no graph"), "load the note graph");
    check(&|pack| pack.note_model.graph = Cow::Borrowed(b""), "load the note graph");
    check(&|pack| pack.note_model.graph.to_mut().truncate(100_000), "load the note graph");
    check(&|pack| pack.note_model.state = [1, 2, 4, 16], "no input `state`");
    check(&|pack| drop(pack.styles.pop()), "no input `context`");
}

#[test]
fn unverified_libraries_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let garbage = folder.path().join("libonnxruntime.so");
    std::fs::write(&garbage, b"garbage").unwrap();
    let refused = |library: &Path, sha256: &str| {
        let runtime = Runtime::Native { library: library.into(), sha256: sha256.into() };
        match open(&toy(), &runtime) {
            Err(OpenError::Load { source: LoadError::Library(error), .. }) => error,
            other => panic!("{:?}", other.err()),
        }
    };
    let relative = refused(Path::new("libonnxruntime.so"), "");
    assert!(matches!(relative, LibraryError::NotAbsolute { .. }));
    assert!(matches!(refused(&folder.path().join("none.so"), ""), LibraryError::Read { .. }));
    assert!(matches!(refused(&garbage, "00"), LibraryError::Hash { .. }));
    let hash = sha256(b"garbage");
    let opened = refused(&garbage, &hash);
    assert!(matches!(opened, LibraryError::Open { .. } | LibraryError::Another { .. }));
}

#[test]
fn muses_cross_threads() {
    fn is_send<T: Send>(_: &T) {}
    is_send(&open(&toy(), &Runtime::Embedded).unwrap());
    is_send(&Scripted::new());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn no_graph_panics(
        flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        tail in any::<bool>(),
    ) {
        let mut pack = toy();
        let graph = pack.note_model.graph.to_mut();
        let length = graph.len();
        for (place, value) in flips {
            let place = place.index(length / 10);
            let place = if tail { length - 1 - place } else { place };
            graph[place] = value;
        }
        open(&pack, &Runtime::Embedded).ok();
    }
}
