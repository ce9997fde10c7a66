//! Carries out a script: inventory, sessions side by side, and many short lives.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};

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
    let takes: Vec<Result<Take>> = std::thread::scope(|scope| {
        let threads: Vec<_> = cast
            .iter_mut()
            .zip(sessions)
            .map(|(ready, session)| {
                let processor = ready.instance.processor();
                let moves = &ready.moves;
                std::thread::Builder::new()
                    .name("audio".into())
                    .spawn_scoped(scope, move || {
                        Player::new(session, moves, processor)?.play(processor)
                    })
                    .map_err(anyhow::Error::from)
            })
            .collect();
        threads
            .into_iter()
            .map(|thread| thread?.join().map_err(|_| anyhow!("the audio thread panicked"))?)
            .collect()
    });
    let mut finished = Vec::new();
    for ((take, ready), session) in takes.into_iter().zip(cast).zip(sessions) {
        finished.push(wind_up(ready.instance, session, take?)?);
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

/// Threads of this process; 0 where the system does not say.
pub fn threads() -> u32 {
    u32::try_from(status_number("Threads:")).unwrap_or(u32::MAX)
}

fn status_number(key: &str) -> u64 {
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
