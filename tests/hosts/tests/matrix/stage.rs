//! What the cases share: formats, melodies, and hosts run as processes.

use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use antiphon_hosts::report::{Played, Report, Take};
use antiphon_hosts::script::{Key, Script, Session, Setting};

/// A plugin format with its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Clap,
    Vst3,
}

pub const FORMATS: [Format; 2] = [Format::Clap, Format::Vst3];

/// At this rate and tempo a tick, a twenty-fourth of a quarter note, has a thousand frames.
pub const RATE: f64 = 48_000.0;
pub const TEMPO: f64 = 120.0;
pub const TICK: u64 = 1_000;
/// Frames in a bar of 4/4.
pub const BAR: u64 = 96 * TICK;

impl Format {
    pub fn host(self) -> &'static str {
        match self {
            Format::Clap => env!("CARGO_BIN_EXE_clap-host"),
            Format::Vst3 => env!("CARGO_BIN_EXE_vst3-host"),
        }
    }

    /// The bundle named in the environment, or the one that was bundled last.
    pub fn bundle(self) -> PathBuf {
        let (variable, file) = match self {
            Format::Clap => ("ANTIPHON_CLAP", "bundled/Antiphon.clap"),
            Format::Vst3 => ("ANTIPHON_VST3", "bundled/Antiphon.vst3"),
        };
        found(variable, file)
    }
}

/// The command line named in the environment, or the one beside the bundles.
pub fn command_line() -> PathBuf {
    found("ANTIPHON_CLI", "debug/antiphon-cli")
}

fn found(variable: &str, file: &str) -> PathBuf {
    let target = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("..");
    let path = std::env::var_os(variable).map_or_else(|| target.join(file), PathBuf::from);
    assert!(path.exists(), "{} is not there: run `cargo xtask validate`", path.display());
    path
}

/// A host that takes longer hangs: the longest case takes two minutes on a slow machine.
const LONGEST: Duration = Duration::from_secs(600);

/// Run the host and return all that it printed. A host that hangs is ended, so that its case fails and the others go on.
pub fn run(mut command: Command, script: &Script) -> Output {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let text = serde_json::to_string(script).unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let (done, ended) = channel::<()>();
    let id = child.id().to_string();
    let watch = std::thread::Builder::new().name(String::from("watch")).spawn(move || {
        if ended.recv_timeout(LONGEST) == Err(RecvTimeoutError::Timeout) {
            eprintln!("the host hangs: it is ended after {} s", LONGEST.as_secs());
            Command::new("kill").args(["-KILL", &id]).status().unwrap();
        }
    });
    let output = child.wait_with_output().unwrap();
    drop(done);
    watch.unwrap().join().unwrap();
    output
}

/// Play a script; the host must come to its end and report no error.
pub fn play(format: Format, script: &Script) -> Report {
    play_in(format, script, &[])
}

/// The same with more in the host's environment.
pub fn play_in(format: Format, script: &Script, environment: &[(&str, &str)]) -> Report {
    let mut command = Command::new(format.host());
    command.arg(format.bundle()).envs(environment.iter().copied());
    let output = run(command, script);
    let about = || {
        let complaints = String::from_utf8_lossy(&output.stderr);
        format!("{format:?} host: {}\n{complaints}", output.status)
    };
    let report: Report =
        serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", about()));
    assert_eq!(report.error, None, "{}", about());
    assert!(output.status.success(), "{}", about());
    report
}

/// Play one session.
pub fn take(format: Format, session: Session) -> Take {
    let script = Script { sessions: vec![session], ..Script::default() };
    play(format, &script).sessions.swap_remove(0)
}

/// A session of so many bars of 4/4 from the start, with the melody played to it.
pub fn bars(count: u64) -> Session {
    Session {
        rate: RATE,
        tempo: TEMPO,
        play_frames: count * BAR,
        tail_frames: RATE as u64,
        notes: melody(),
        ..Session::default()
    }
}

/// Two bars of A minor in crotchets and quavers, by ticks: onset, length, key.
pub const MELODY: [(u64, u64, u8); 11] = [
    (0, 24, 69),
    (24, 24, 72),
    (48, 36, 76),
    (84, 12, 74),
    (96, 24, 72),
    (120, 12, 71),
    (132, 12, 69),
    (144, 24, 68),
    (168, 12, 71),
    (180, 12, 64),
    (192, 48, 69),
];

pub const VELOCITY: u8 = 90;

/// The melody as keys pressed.
pub fn melody() -> Vec<Key> {
    let key = |&(onset, length, key): &(u64, u64, u8)| Key {
        frame: onset * TICK,
        frames: length * TICK,
        channel: 0,
        key,
        velocity: VELOCITY,
    };
    MELODY.iter().map(key).collect()
}

pub fn set(parameter: &str, value: f64) -> Setting {
    Setting { parameter: parameter.into(), value, text: None }
}

/// The seed's place in its range.
pub fn seed(number: u32) -> Setting {
    set("seed", f64::from(number) / 999_999.0)
}

/// Beginnings alone, without those that the host cannot place.
pub fn onsets(take: &Take) -> Vec<Played> {
    take.notes.iter().copied().filter(|note| note.velocity.is_some()).collect()
}

/// Hashes of all outputs.
pub fn hashes(take: &Take) -> Vec<&str> {
    take.outputs.iter().map(|output| output.sha256.as_str()).collect()
}
