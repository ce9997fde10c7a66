//! Opens and closes editors from the main thread while audio threads play.

use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::instance::Face;
use crate::report::{Painting, Shown};
use crate::script::Showing;
use crate::stage::status_number;
use crate::window::Parent;

/// An editor, and what is made of it.
struct Act<'a> {
    face: Box<dyn Face + 'a>,
    showing: &'a Showing,
    window: Option<Parent>,
    shown: Shown,
    took: Vec<f64>,
}

/// Threads that have nothing to do with painting, by the beginnings of their names.
const OTHERS: [&str; 4] = ["audio", "antiphon-", "bg-worker", "data-loop"];
const NAP: Duration = Duration::from_millis(1);

/// Do with the editors what is asked, all side by side, while audio threads are `playing`.
pub fn show<'a>(
    faces: Vec<(Box<dyn Face + 'a>, &'a Showing)>,
    playing: &dyn Fn() -> bool,
) -> Vec<Result<Shown>> {
    let mut acts: Vec<Act<'a>> = faces
        .into_iter()
        .map(|(face, showing)| Act {
            face,
            showing,
            window: None,
            shown: Shown::default(),
            took: Vec::new(),
        })
        .collect();
    let result = perform(&mut acts, playing);
    for act in &mut acts {
        act.close();
    }
    let error = result.err().map(|error| format!("{error:#}"));
    acts.into_iter()
        .map(|act| error.clone().map_or_else(|| Ok(act.finish()), |it| Err(anyhow!(it))))
        .collect()
}

fn perform(acts: &mut [Act<'_>], playing: &dyn Fn() -> bool) -> Result<()> {
    let Some(first) = acts.first().map(|act| act.showing.clone()) else { return Ok(()) };
    let (open, closed) =
        (Duration::from_millis(first.open_ms), Duration::from_millis(first.closed_ms));
    for opening in 0..first.openings as usize {
        for act in acts.iter_mut() {
            act.open(opening)?;
        }
        attend_for(acts, open / 2);
        for act in acts.iter_mut() {
            act.resize(opening)?;
        }
        attend_for(acts, open / 2);
        for act in acts.iter_mut() {
            act.close();
        }
        attend_for(acts, closed);
        for act in acts.iter_mut() {
            act.shown.openings += 1;
            act.shown.resident_kib.push(status_number("VmRSS:"));
        }
    }
    if first.stays {
        stay(acts, playing)?;
    }
    // What was asked for on the main thread may come after the last opening.
    while playing() {
        attend_for(acts, NAP);
    }
    Ok(())
}

/// Open the editors until the music is over, and count the frames of the first.
fn stay(acts: &mut [Act<'_>], playing: &dyn Fn() -> bool) -> Result<()> {
    for act in acts.iter_mut() {
        act.open(0)?;
        act.resize(0)?;
    }
    // What comes with the opening is no part of the cost.
    attend_for(acts, Duration::from_secs(2));
    if let Some(window) = &acts[0].window {
        window.is_painted()?;
    }
    let (began, at_first) = (Instant::now(), painting_secs());
    let (mut frames, mut costs, mut before) = (0, Vec::new(), at_first);
    while playing() {
        attend_for(acts, NAP);
        if acts[0].window.as_ref().is_some_and(|window| window.is_painted().unwrap_or(false)) {
            let now = painting_secs();
            frames += 1;
            costs.push((now - before) * 1e3);
            before = now;
        }
    }
    let secs = began.elapsed().as_secs_f64();
    acts[0].shown.painting = Some(Painting {
        secs,
        frames,
        core_share: (painting_secs() - at_first) / secs.max(1e-9),
        frame_ms: (share(&mut costs, 0.5), share(&mut costs, 0.99)),
    });
    Ok(())
}

fn attend_for(acts: &mut [Act<'_>], time: Duration) {
    let until = Instant::now() + time;
    loop {
        for act in acts.iter_mut() {
            act.face.attend();
        }
        nap();
        if Instant::now() >= until {
            return;
        }
    }
}

impl Act<'_> {
    fn open(&mut self, opening: usize) -> Result<()> {
        let window = Parent::open((1100, 700))?;
        let scales = &self.showing.scales;
        let scale = scales.get(opening % scales.len().max(1)).copied();
        let began = Instant::now();
        match self.face.open(window.id(), scale) {
            Ok(size) => {
                self.took.push(began.elapsed().as_secs_f64() * 1e3);
                window.resize(size)?;
                self.window = Some(window);
            }
            Err(error) => {
                self.shown.refusals.push(format!("{error:#}"));
                self.face.close();
            }
        }
        Ok(())
    }

    fn resize(&mut self, opening: usize) -> Result<()> {
        let sizes = &self.showing.sizes;
        if let (Some(size), Some(window)) = (sizes.get(opening % sizes.len().max(1)), &self.window)
        {
            let size = self.face.resize(*size)?;
            window.resize(size)?;
            self.shown.sizes.push(size);
        }
        Ok(())
    }

    fn close(&mut self) {
        if self.window.is_some() {
            self.face.close();
            self.window = None;
        }
    }

    fn finish(mut self) -> Shown {
        self.shown.open_ms = (share(&mut self.took, 0.5), share(&mut self.took, 1.0));
        self.shown
    }
}

/// The value at this share of the sorted list; 0 of an empty one.
fn share(values: &mut [f64], share: f64) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let last = values.len().saturating_sub(1) as f64;
    values.get((last * share).round() as usize).copied().unwrap_or(0.0)
}

/// Processor time so far of all threads that paint, seconds: those that are not the host's, the composer's or the framework's.
fn painting_secs() -> f64 {
    let Ok(tasks) = std::fs::read_dir("/proc/self/task") else { return 0.0 };
    let main = std::process::id().to_string();
    let mut secs = 0.0;
    for task in tasks.flatten() {
        let (id, path) = (task.file_name().to_string_lossy().into_owned(), task.path());
        let name = std::fs::read_to_string(path.join("comm")).unwrap_or_default();
        if id == main || OTHERS.iter().any(|it| name.starts_with(it)) {
            continue;
        }
        let times = std::fs::read_to_string(path.join("schedstat")).unwrap_or_default();
        let nanos = times.split_whitespace().next().and_then(|it| it.parse::<f64>().ok());
        secs += nanos.unwrap_or(0.0) * 1e-9;
    }
    secs
}

#[expect(clippy::disallowed_methods, reason = "nothing signals that a window was painted")]
fn nap() {
    std::thread::sleep(NAP);
}
