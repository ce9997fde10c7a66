//! What one note costs on both runtimes, with the default pack or the one in the folder that is named: one line of JSON.
//! ONNX Runtime is measured where `ANTIPHON_TEST_ORT` names its library. `--long` goes on to the hundred thousandth note (minutes) and says
//! whether a note costs then what it cost at first.
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
/// Notes of a long run.
const LONG: usize = 100_000;

fn main() {
    let folder = std::env::args().skip(1).find(|argument| !argument.starts_with("--"));
    let pack = match folder {
        Some(folder) => Pack::open(folder.as_ref()).expect("the folder holds a pack"),
        None => Pack::embedded().expect("the embedded pack is whole"),
    };
    let embedded = measure(&pack, &Runtime::Embedded);
    let native = native().map(|runtime| measure(&pack, &runtime));
    let long = std::env::args().any(|argument| argument == "--long").then(|| endure(&pack));
    let figures = serde_json::json!({
        "pack": pack.name,
        "parameters": pack.note_model.parameters,
        "steps": STEPS,
        "embedded": embedded,
        "native": native,
        "long": long,
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
    let times = improvise(&mut *muse, WARM_UP + STEPS, |_| {});
    let times = sorted(&times[WARM_UP..]);
    let total: f64 = times.iter().sum();
    serde_json::json!({
        "backend": muse.backend(),
        "open_ms": open_ms,
        "median_ms": times[STEPS / 2],
        "p99_ms": times[STEPS * 99 / 100],
        "notes_a_second": STEPS as f64 * 1000.0 / total,
    })
}

fn sorted(times: &[f64]) -> Vec<f64> {
    let mut times = times.to_vec();
    times.sort_by(f64::total_cmp);
    times
}

/// Notes 100 to 2,100 of one improvisation beside its last 2,000, on the embedded runtime.
fn endure(pack: &Pack) -> serde_json::Value {
    let mut muse = infer::open(pack, &Runtime::Embedded).expect("the runtime takes the pack");
    let mut resident = Vec::new();
    let times = improvise(&mut *muse, LONG, |step| {
        if step == 2100 || step == LONG - 1 {
            resident.push(resident_mb());
        }
    });
    let part = |from: usize| {
        let times = sorted(&times[from..from + STEPS]);
        serde_json::json!({ "median_ms": times[STEPS / 2], "p99_ms": times[STEPS * 99 / 100] })
    };
    let tenths: Vec<_> = (1..=10).map(|tenth| part(LONG / 10 * tenth - STEPS)).collect();
    serde_json::json!({
        "notes": LONG,
        "from_the_100th": part(100),
        "to_each_tenth": tenths,
        "resident_mb_at_2100_and_last": resident,
    })
}

/// Memory of this process that is resident, in MB of 10^6 bytes; nothing where the system does not say.
fn resident_mb() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find(|line| line.starts_with("VmRSS:"))?;
    let kilobytes: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kilobytes * 1.024e-3)
}

/// Milliseconds of each of `count` notes; `each` is called after every one, with its index.
fn improvise(muse: &mut dyn Muse, count: usize, mut each: impl FnMut(usize)) -> Vec<f64> {
    let settings = Settings::default();
    let bar = BarLine { start: Tick(0), meter: Meter::COMMON };
    let mut controls = Controls::new(&settings, muse.styles(), PlayerPresence::Absent);
    let mut stream = settings.seed.stream(0);
    let mut history = History::new();
    let mut state = muse.silence();
    let mut times = Vec::with_capacity(count);
    for step in 0..count {
        let start = Instant::now();
        controls.roll_noise(&mut stream);
        let features = history.features(bar);
        let draw = muse.step(&state, &features, &controls).expect("the graph runs");
        let from = history.last_onset().unwrap_or(Tick(0));
        let note = draw.event.note(from, VelocityFrom::Model, bar, 0).unwrap();
        let family = controls.family[note.part.slot()];
        history.push(note.onset, note.part, note.pitch, note.length, Some(note.velocity), family);
        state = draw.state;
        times.push(millis(start));
        each(step);
    }
    times
}

fn millis(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1000.0
}
