//! Carries out a script: inventory, sessions side by side, and many short lives.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};

use crate::face;
use crate::guard;
use crate::instance::{Bundle, Instance, Setup};
use crate::report::{Cycles, Report, Take};
use crate::script::{Pace, Script, Session};
use crate::session::Player;

/// Load the bundle, do what the script says and report.
pub fn perform<B: Bundle>(path: &Path, script: &Script) -> Result<Report> {
    let began = Instant::now();
    let bundle = B::open(path).with_context(|| format!("load {}", path.display()))?;
    let mut report = Report { plugins: bundle.plugins(), ..Report::default() };
    let first_plugin = script.sessions.first().and_then(|session| session.plugin.as_deref());
    let mut first = bundle.instance(first_plugin)?;
    report.start_ms = began.elapsed().as_secs_f64() * 1e3;
    if script.inventory {
        report.inventory = Some(first.inventory()?);
    }
    drop(first);
    report.sessions = perform_sessions(&bundle, &script.sessions)?;
    if script.cycles > 0 {
        report.cycles = Some(perform_cycles(&bundle, script)?);
    }
    drop(bundle);
    // A thread that outlived its library would crash the process about now.
    rest(Duration::from_millis(if script.cycles > 0 { 200 } else { 20 }));
    report.peak_kib = status_number("VmHWM:");
    Ok(report)
}

fn perform_sessions<B: Bundle>(bundle: &B, sessions: &[Session]) -> Result<Vec<Take>> {
    let mut cast: Vec<Ready<B::Instance>> = Vec::new();
    for session in sessions {
        cast.push(ready(bundle, session)?);
    }
    let playing = AtomicUsize::new(sessions.len());
    let mut shown = Vec::new();
    let takes: Vec<Result<Take>> = std::thread::scope(|scope| {
        let mut faces = Vec::new();
        let threads: Vec<_> = cast
            .iter_mut()
            .zip(sessions)
            .map(|(ready, session)| {
                let (processor, face) = ready.instance.parts();
                faces.extend(session.editor.as_ref().map(|showing| (face, showing)));
                let (moves, playing) = (&ready.moves, &playing);
                std::thread::Builder::new()
                    .name("audio".into())
                    .spawn_scoped(scope, move || {
                        if session.pace == Pace::RealTime {
                            go_first();
                        }
                        let take = Player::new(session, moves, processor)
                            .and_then(|player| player.play(processor));
                        playing.fetch_sub(1, Ordering::Relaxed);
                        take
                    })
                    .map_err(anyhow::Error::from)
            })
            .collect();
        shown = face::show(faces, &|| playing.load(Ordering::Relaxed) > 0);
        threads
            .into_iter()
            .map(|thread| thread?.join().map_err(|_| anyhow!("the audio thread panicked"))?)
            .collect()
    });
    let mut finished = Vec::new();
    let mut shown = shown.into_iter();
    for ((take, ready), session) in takes.into_iter().zip(cast).zip(sessions) {
        let mut take = take?;
        take.editor = session.editor.as_ref().and_then(|_| shown.next()).transpose()?;
        finished.push(wind_up(ready.instance, session, take)?);
    }
    Ok(finished)
}

/// An active instance, and its parameter moves by number.
struct Ready<I> {
    instance: I,
    moves: Vec<(u64, u32, f64)>,
}

/// Make an instance as the session wants it.
fn ready<B: Bundle>(bundle: &B, session: &Session) -> Result<Ready<B::Instance>> {
    let mut instance = bundle.instance(session.plugin.as_deref())?;
    if let Some(path) = &session.load_state {
        let state = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
        instance.load(&state)?;
    }
    let mut values = Vec::new();
    for setting in &session.parameters {
        let id = instance.resolve(&setting.parameter)?;
        let value = match &setting.text {
            Some(text) => instance.find_text(id, text)?,
            None => setting.value,
        };
        values.push((id, value));
    }
    instance.set(&values)?;
    let mut moves = Vec::new();
    for change in &session.moves {
        moves.push((change.frame, instance.resolve(&change.parameter)?, change.value));
    }
    instance.activate(&Setup {
        rate: session.rate,
        largest_block: session.blocks.iter().copied().max().unwrap_or(1),
        pace: session.pace,
        session: session.clone(),
    })?;
    Ok(Ready { instance, moves })
}

fn wind_up<I: Instance>(mut instance: I, session: &Session, mut take: Take) -> Result<Take> {
    take.latency = instance.latency();
    if session.drop_early {
        drop(instance);
        return Ok(take);
    }
    take.parameters = instance.parameters()?;
    if let Some(path) = &session.save_state {
        let state = instance.save()?;
        std::fs::write(path, state).with_context(|| format!("write {}", path.display()))?;
    }
    instance.deactivate()?;
    Ok(take)
}

/// Short lives in real time, each ended while its composer is busy.
fn perform_cycles<B: Bundle>(bundle: &B, script: &Script) -> Result<Cycles> {
    let session = Session {
        pace: Pace::RealTime,
        play_frames: 2_048,
        drop_early: true,
        ..script.sessions.first().cloned().unwrap_or_default()
    };
    let sessions = [session];
    let mut cycles =
        Cycles { count: script.cycles, threads_before: threads(), ..Cycles::default() };
    let began = Instant::now();
    for life in 0..script.cycles {
        perform_sessions(bundle, &sessions)?;
        if life == 9 {
            cycles.early_bytes = guard::held_bytes();
        }
    }
    cycles.mean_ms = began.elapsed().as_secs_f64() * 1e3 / f64::from(script.cycles);
    cycles.late_bytes = guard::held_bytes();
    cycles.threads_after = threads();
    Ok(cycles)
}

/// Before ordinary work, as a sound card's thread does. Where the system refuses, figures are of ordinary work.
#[cfg(target_os = "linux")]
fn go_first() {
    use thread_priority::unix::{
        RealtimeThreadSchedulePolicy, ThreadSchedulePolicy, set_thread_priority_and_policy,
        thread_native_id,
    };
    /// Of 1 to 99, as JACK has it.
    const PRIORITY: u8 = 10;
    let Ok(priority) = PRIORITY.try_into() else { return };
    let priority = thread_priority::ThreadPriority::Crossplatform(priority);
    let policy = ThreadSchedulePolicy::Realtime(RealtimeThreadSchedulePolicy::Fifo);
    set_thread_priority_and_policy(thread_native_id(), priority, policy).ok();
}

#[cfg(not(target_os = "linux"))]
fn go_first() {}

/// Threads of this process; 0 where the system does not say.
pub fn threads() -> u32 {
    u32::try_from(status_number("Threads:")).unwrap_or(u32::MAX)
}

/// A number of what Linux says of this process; 0 elsewhere.
pub fn status_number(key: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

#[expect(
    clippy::disallowed_methods,
    reason = "nothing signals that a stray thread has not crashed"
)]
fn rest(time: Duration) {
    std::thread::sleep(time);
}
