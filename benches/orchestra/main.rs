//! The synth against fluidsynth: a piece in eight parts, played by both in one run by turns, as processor time; then how many voices a core
//! carries. One line of JSON. Processor time is read from Linux; fluidsynth and a General MIDI soundfont (`ANTIPHON_SOUNDFONT` names another
//! one) must be installed, and what is missing is told.
#![expect(clippy::print_stdout, reason = "the figures are what it is for")]
#![expect(clippy::expect_used, reason = "a bench that cannot run ends")]

mod canon;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use antiphon::cli::cues::{cues, family};
use antiphon::engine::audio::renderer::Outputs;
use antiphon::engine::audio::simd::Simd;
use antiphon::engine::audio::synth::Synth;
use antiphon::engine::performance::{Cue, Performance};
use antiphon::files::midi::{self, MidiSong};
use antiphon::infer::{self, Muse, Runtime};
use antiphon::pack::Pack;
use antiphon::score::{Mix, Part, PartialTable, Pitch, TimbreId, Velocity};
use serde_json::{Value, json};

const SAMPLE_RATE: u32 = 48_000;
const BLOCK: usize = 64;
/// Both play this often; the medians count.
const ROUNDS: usize = 5;
const TAIL_SECS: usize = 3;
/// Where Debian's packages put MuseScore's soundfont, and others that a machine may have.
const SOUNDFONTS: [&str; 4] = [
    "/usr/share/sounds/sf3/MuseScore_General.sf3",
    "/usr/share/sounds/sf2/MuseScore_General_Full.sf2",
    "/usr/share/sounds/sf2/FluidR3_GM.sf2",
    "/usr/share/sounds/sf3/default-GM.sf3",
];

fn main() {
    let song = canon::song();
    let pack = Pack::embedded().expect("the embedded pack is whole");
    let mut muse = infer::open(&pack, &Runtime::Embedded).expect("the runtime takes the pack");
    let timbres: Vec<TimbreId> = song.tracks.iter().map(|it| timbre(it, &*muse)).collect();
    let decoding = Instant::now();
    let cues = cues(&song, &timbres, &mut *muse, SAMPLE_RATE.into()).expect("the graph runs");
    let decoding_secs = decoding.elapsed().as_secs_f64();
    let frames = cues.iter().map(|it| it.frame).max().unwrap_or(0);
    let frames = frames + TAIL_SECS * SAMPLE_RATE as usize;
    let fluidsynth = Fluidsynth::prepare(&song);
    let (mut wide, mut plain, mut other) = (Vec::new(), Vec::new(), Vec::new());
    let mut blocks = Vec::new();
    for _ in 0..ROUNDS {
        wide.push(play(&cues, frames, Simd::widest(), &mut blocks));
        if let Ok(fluidsynth) = &fluidsynth {
            other.push(fluidsynth.play());
        }
        plain.push(play(&cues, frames, Simd::PLAIN, &mut Vec::new()));
    }
    let ratio = |ours: &[f64]| {
        let ratios: Vec<f64> = ours.iter().zip(&other).map(|(ours, other)| ours / other).collect();
        (!ratios.is_empty()).then(|| median(ratios))
    };
    blocks.sort_by(f64::total_cmp);
    let rank = |per_mille: usize| blocks[(blocks.len() - 1) * per_mille / 1000];
    let figures = json!({
        "bench": "orchestra",
        "piece": { "parts": song.tracks.len(), "seconds": frames as f64 / f64::from(SAMPLE_RATE) },
        "against": match &fluidsynth {
            Ok(it) => json!({ "soundfont": it.soundfont, "version": it.version }),
            Err(missing) => json!({ "missing": missing }),
        },
        "widest": Simd::widest().name(),
        "cpu_secs": {
            "widest": median(wide.clone()),
            "plain": median(plain.clone()),
            "fluidsynth": (!other.is_empty()).then(|| median(other.clone())),
            "decoding_once": decoding_secs,
        },
        "of_fluidsynth": { "widest": ratio(&wide), "plain": ratio(&plain) },
        "block_micros": { "p50": rank(500), "p999": rank(999), "max": rank(1000) },
        "voices_a_core_below_70_percent": voices_a_core(&mut *muse),
    });
    println!("{figures}");
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

/// What a track of the piece plays on, as the command line chooses it.
fn timbre(track: &midi::MidiTrack, muse: &dyn Muse) -> TimbreId {
    let place = muse.timbres().iter().position(|card| card.program == track.program);
    let named = place.and_then(|place| u16::try_from(place).ok()).map(TimbreId::Named);
    named.unwrap_or(TimbreId::Usual(family(track)))
}

/// Processor seconds of the whole piece in blocks; the real time of each block, microseconds, is added to `blocks`.
fn play(cues: &[Cue], frames: usize, simd: Simd, blocks: &mut Vec<f64>) -> f64 {
    let mut performance = Performance::new(cues.to_vec(), SAMPLE_RATE as f32);
    performance.compute_with(simd);
    let mut channels = Channels::new();
    let mix = Mix::default();
    let before = own_secs();
    for _ in 0..frames.div_ceil(BLOCK) {
        let begin = Instant::now();
        performance.render(BLOCK, &mix, &mut channels.outputs());
        blocks.push(begin.elapsed().as_secs_f64() * 1e6);
    }
    own_secs() - before
}

/// Voices that a core carries at 70 % load: held notes of four timbres, more and more of them, in 64-frame blocks.
fn voices_a_core(muse: &mut dyn Muse) -> Value {
    let budget = 0.7 * BLOCK as f64 / f64::from(SAMPLE_RATE);
    let mut carried = serde_json::Map::new();
    for name in ["piano", "strings", "clarinet", "trumpet"] {
        let place = muse.timbres().iter().position(|card| card.name == name);
        let place = place.and_then(|it| u16::try_from(it).ok());
        let place = place.unwrap_or_else(|| panic!("the pack has no timbre of the name {name}"));
        let cost = |notes: usize, muse: &mut dyn Muse| held(notes, TimbreId::Named(place), muse);
        let (few, many) = (cost(16, muse), cost(112, muse));
        let each = (many - few) / 96.0;
        carried.insert(name.to_owned(), json!((16.0 + (budget - few) / each).floor()));
    }
    Value::Object(carried)
}

/// Processor seconds a block while so many notes are held.
fn held(notes: usize, timbre: TimbreId, muse: &mut dyn Muse) -> f64 {
    let mut synth = Synth::new(SAMPLE_RATE as f32, BLOCK);
    let velocity = Velocity::clamped(90);
    for note in 0..notes {
        let part = Part::BAND[note % Part::BAND_SIZE];
        let number = 48 + (note / Part::BAND_SIZE) % 28;
        let pitch = u8::try_from(number).ok().and_then(Pitch::new).expect("a pitch");
        let table: Arc<PartialTable> = muse.table(timbre, pitch, velocity).expect("the graph runs");
        synth.note_on(part, pitch, velocity, table);
    }
    let mut channels = Channels::new();
    let mix = Mix::default();
    // Three quarters of a second of the note's beginning, where most of it sounds.
    let blocks = 3 * SAMPLE_RATE as usize / BLOCK / 4;
    let before = own_secs();
    for _ in 0..blocks {
        synth.render(0, BLOCK, &mix, &mut channels.outputs());
    }
    (own_secs() - before) / blocks as f64
}

/// Where the synth writes to.
struct Channels(Vec<Vec<f32>>);

impl Channels {
    fn new() -> Self {
        Self(vec![vec![0.0; BLOCK]; 2 + 2 * Part::BAND_SIZE])
    }

    fn outputs(&mut self) -> Outputs<'_> {
        let mut slices = self.0.iter_mut().map(Vec::as_mut_slice);
        let mut pair = || std::array::from_fn(|_| slices.next().expect("as many as outputs"));
        Outputs { main: pair(), parts: [pair(), pair(), pair(), pair()] }
    }
}

/// The program, with the piece and a piece of one note, which tells what loading costs.
struct Fluidsynth {
    soundfont: PathBuf,
    version: String,
    folder: tempfile::TempDir,
}

impl Fluidsynth {
    /// Or what is missing.
    fn prepare(song: &MidiSong) -> Result<Self, String> {
        let version = Command::new("fluidsynth").arg("--version").output();
        let version = version.map_err(|error| {
            format!("fluidsynth is not installed ({error}): install the package `fluidsynth`")
        })?;
        let version = String::from_utf8_lossy(&version.stdout);
        let version = version.lines().next().unwrap_or_default().to_owned();
        let named = std::env::var_os("ANTIPHON_SOUNDFONT").map(PathBuf::from);
        let known = SOUNDFONTS.iter().map(PathBuf::from).find(|path| path.exists());
        let soundfont = named.or(known).ok_or_else(|| {
            "no soundfont found: install the package `musescore-general-soundfont`, or name one \
             in ANTIPHON_SOUNDFONT"
                .to_owned()
        })?;
        if children_secs().is_none() {
            return Err("this system does not tell the processor time of a program".to_owned());
        }
        let folder = tempfile::tempdir().map_err(|error| format!("make a folder: {error}"))?;
        let mut short = song.clone();
        for track in &mut short.tracks {
            track.notes.truncate(1);
        }
        for (name, song) in [("piece.mid", song), ("short.mid", &short)] {
            let written = std::fs::write(folder.path().join(name), midi::write(song));
            written.map_err(|error| format!("write {name}: {error}"))?;
        }
        Ok(Self { soundfont, version, folder })
    }

    /// Processor seconds of the piece, without what loading costs.
    fn play(&self) -> f64 {
        self.run(&self.folder.path().join("piece.mid"))
            - self.run(&self.folder.path().join("short.mid"))
    }

    fn run(&self, piece: &Path) -> f64 {
        let before = children_secs().expect("it was told before");
        let status = Command::new("fluidsynth")
            .args([
                "-n",
                "-i",
                "-q",
                "-r",
                &SAMPLE_RATE.to_string(),
                "-T",
                "raw",
                "-F",
                "/dev/null",
            ])
            .args([self.soundfont.as_path(), piece])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .expect("fluidsynth starts");
        assert!(status.success(), "fluidsynth fails on {}", piece.display());
        children_secs().expect("it was told before") - before
    }
}

/// Processor seconds of this thread; real seconds where the system does not tell.
fn own_secs() -> f64 {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let nanos = told.and_then(|it| it.split_whitespace().next()?.parse::<f64>().ok());
    nanos.map_or_else(|| START.elapsed().as_secs_f64(), |it| it * 1e-9)
}

static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);

/// User seconds of all programs that were run and waited for, in hundredths.
fn children_secs() -> Option<f64> {
    let text = std::fs::read_to_string("/proc/self/stat").ok()?;
    // The name of the program, in brackets, may hold spaces; the field is the fourteenth after it.
    let rest = text.rsplit_once(')')?.1;
    let ticks: f64 = rest.split_whitespace().nth(13)?.parse().ok()?;
    Some(ticks / 100.0)
}
