//! What one note costs on both runtimes, with the default pack or the one in the folder that is named: one line of JSON.
//! ONNX Runtime is measured where `ANTIPHON_TEST_ORT` names its library.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::expect_used, clippy::unwrap_used, reason = "a bench that cannot run ends")]

use std::path::PathBuf;
use std::time::Instant;

use antiphon::infer::{self, Controls, Muse, PlayerPresence, Runtime};
use antiphon::music::planner::BarLine;
use antiphon::music::tokens::{History, VelocityFrom};
use antiphon::pack::Pack;
use antiphon::score::{Meter, Settings, Tick};
use sha2::{Digest, Sha256};

const WARM_UP: usize = 200;
const STEPS: usize = 2000;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let pack = match folder {
        Some(folder) => Pack::open(folder.as_ref()).expect("the folder holds a pack"),
        None => Pack::embedded().expect("the embedded pack is whole"),
    };
    let embedded = measure(&pack, &Runtime::Embedded);
    let native = native().map(|runtime| measure(&pack, &runtime));
    let figures = serde_json::json!({
        "pack": pack.name,
        "parameters": pack.note_model.parameters,
        "steps": STEPS,
        "embedded": embedded,
        "native": native,
    });
    println!("{figures}");
}

fn native() -> Option<Runtime> {
    let library = PathBuf::from(std::env::var_os("ANTIPHON_TEST_ORT")?);
    let bytes = std::fs::read(&library).expect("ANTIPHON_TEST_ORT names a file");
    let sha256 = Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    Some(Runtime::Native { library, sha256 })
}

/// The whole cost of a note: inputs, noise and step.
fn measure(pack: &Pack, runtime: &Runtime) -> serde_json::Value {
    let opening = Instant::now();
    let mut muse = infer::open(pack, runtime).expect("the runtime takes the pack");
    let open_ms = millis(opening);
    let mut times = improvise(&mut *muse);
    times.sort_by(f64::total_cmp);
    let total: f64 = times.iter().sum();
    serde_json::json!({
        "backend": muse.backend(),
        "open_ms": open_ms,
        "median_ms": times[STEPS / 2],
        "p99_ms": times[STEPS * 99 / 100],
        "notes_a_second": STEPS as f64 * 1000.0 / total,
    })
}

fn improvise(muse: &mut dyn Muse) -> Vec<f64> {
    let settings = Settings::default();
    let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
    let mut controls = Controls::new(&settings, muse.styles(), PlayerPresence::Absent);
    let mut stream = settings.seed.stream(0);
    let mut history = History::new();
    let mut state = muse.silence();
    let mut times = Vec::with_capacity(STEPS);
    for step in 0..WARM_UP + STEPS {
        let start = Instant::now();
        controls.roll_noise(&mut stream);
        let features = history.features(bar);
        let draw = muse.step(&state, &features, &controls).expect("the graph runs");
        let from = history.last_onset().unwrap_or(Tick(0));
        let note = draw.event.note(from, VelocityFrom::Model, bar, 0).unwrap();
        let family = controls.family[note.part.slot()];
        history.push(note.onset, note.part, note.pitch, note.length, Some(note.velocity), family);
        state = draw.state;
        if step >= WARM_UP {
            times.push(millis(start));
        }
    }
    times
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
