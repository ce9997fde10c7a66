//! Without a host: the song is kept from start to start. A thread of its own looks at it each second, and writes it when it has changed and come to rest;
//! once more when the window has closed.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};

use nice_plug::prelude::{Param, Params};

use super::song::Song;
use crate::files::kind::{self, FileKind};
pub(crate) use crate::files::session::Begin;
use crate::files::session::{self, Opened, Session, Store};
use crate::files::state::{self, State};
use crate::params::{AnyControl, Control};
use crate::score::Meter;

/// What a program says before it is started.
#[derive(Debug)]
pub(crate) struct Opening {
    /// Nothing for the usual place.
    pub(crate) path: Option<PathBuf>,
    pub(crate) begin: Begin,
    /// Quarter notes a minute, in place of the session's.
    pub(crate) tempo: Option<f32>,
    /// In place of the session's.
    pub(crate) meter: Option<Meter>,
}

/// Everything that is kept, as it was at one moment.
#[derive(Clone, Debug, PartialEq)]
struct Snapshot {
    meter: Meter,
    parameters: BTreeMap<String, f64>,
    state: State,
}

/// When what is to be written.
#[derive(Debug)]
struct Keeping {
    store: Store,
    /// As the file says.
    saved: Snapshot,
    seen: Snapshot,
    /// When the newest change was seen, and the first after the file was written.
    changed: Option<(Instant, Instant)>,
}

struct Keeper {
    song: Arc<Song>,
    stop: Sender<()>,
    thread: JoinHandle<Keeping>,
}

/// How often the song is looked at.
const LOOK: Duration = Duration::from_secs(1);
/// How long it has rested when it is written, and how long it may go on changing unwritten.
const REST: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(10);

/// What becomes of what is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is kept where it was asked for.
    Kept,
    /// It is kept in another file, if anything has been changed.
    Elsewhere(PathBuf),
    /// It is not kept, as the window has said.
    Lost,
}

static FATE: Mutex<Fate> = Mutex::new(Fate::Kept);
static OPENING: Mutex<Option<Opening>> = Mutex::new(None);
static KEEPER: OnceLock<Mutex<Option<Keeper>>> = OnceLock::new();

/// The file that was named for the session, and what it is, if it was never one and is to be left as it is.
pub(crate) fn refuses(opening: &Opening) -> Option<(&Path, String)> {
    let path = opening.path.as_deref().filter(|it| session::is_foreign(it))?;
    let kind = kind::other_than(FileKind::Session, path);
    Some((path, kind.map_or_else(|| String::from("another kind of file"), |it| it.to_string())))
}

/// Have the song that is made next be kept. To be said before the program is started.
pub(crate) fn keep_session(opening: Opening) {
    *OPENING.lock().unwrap_or_else(PoisonError::into_inner) = Some(opening);
}

/// The window has closed, or the program is told to end: keep what has changed, and end the thread. Main thread, or that of the signals.
///
/// # Errors
/// If it cannot be written, for the musician.
pub(crate) fn end_session() -> Result<Fate, String> {
    let fate = FATE.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let keeper =
        KEEPER.get().and_then(|it| it.lock().unwrap_or_else(PoisonError::into_inner).take());
    let Some(Keeper { song, stop, thread }) = keeper else { return Ok(fate) };
    drop(stop);
    let mut keeping =
        thread.join().map_err(|_| String::from("keep the session: its thread failed"))?;
    song.kept.hear_composer(); // the window hears it no longer
    keeping.seen = snapshot(&song);
    keeping.save().map(|()| fate)
}

/// Have `song` go on from the session that was asked for, if one was.
pub(super) fn meet(song: &Arc<Song>) {
    let opening = OPENING.lock().unwrap_or_else(PoisonError::into_inner).take();
    let Some(Opening { path, begin, tempo, meter }) = opening else { return };
    let path = path.or_else(|| super::habits::folder().map(|it| it.join("session.json")));
    let opened = match &path {
        Some(path) => session::open(path, begin),
        None => Opened {
            store: None,
            session: None,
            remarks: Vec::new(),
            notices: vec![String::from(
                "the system names no folder for the session. What is done here is not kept; --session FILE names a place",
            )],
        },
    };
    if let Some(session) = &opened.session {
        restore(song, session);
    }
    song.kept.stand(opened.notices, opened.remarks);
    if let Some(bpm) = tempo {
        super::export::put(song.controls.get(Control::FreeTempo), f64::from(bpm));
    }
    if let Some(meter) = meter {
        song.kept.deck.set_meter(meter);
    }
    *FATE.lock().unwrap_or_else(PoisonError::into_inner) = match (&opened.store, path) {
        (Some(store), Some(path)) if store.path() == path => Fate::Kept,
        (Some(store), _) => Fate::Elsewhere(store.path().to_owned()),
        (None, _) => Fate::Lost,
    };
    let Some(store) = opened.store else { return };
    match Keeper::start(song.clone(), store) {
        Ok(keeper) => {
            let place = KEEPER.get_or_init(Mutex::default);
            *place.lock().unwrap_or_else(PoisonError::into_inner) = Some(keeper);
        }
        Err(error) => {
            let notice =
                format!("keep the session: start a thread: {error}. What is done here is not kept");
            song.kept.stand(vec![notice], Vec::new());
            *FATE.lock().unwrap_or_else(PoisonError::into_inner) = Fate::Lost;
        }
    }
}

impl Keeper {
    fn start(song: Arc<Song>, store: Store) -> std::io::Result<Self> {
        let (stop, is_stopped) = mpsc::channel();
        let mut keeping = Keeping::new(store, snapshot(&song));
        let own = song.clone();
        let thread = Builder::new().name(String::from("antiphon-session")).spawn(move || {
            while is_stopped.recv_timeout(LOOK) == Err(RecvTimeoutError::Timeout) {
                let is_due = keeping.look(snapshot(&own), Instant::now());
                if is_due {
                    let fault = keeping.save().err();
                    if own.kept.set_unkept(fault) {
                        own.repaint.request_repaint();
                    }
                }
            }
            keeping
        })?;
        Ok(Self { song, stop, thread })
    }
}

impl Keeping {
    fn new(store: Store, snapshot: Snapshot) -> Self {
        Self { store, saved: snapshot.clone(), seen: snapshot, changed: None }
    }

    /// Whether what is seen now is to be written.
    fn look(&mut self, now_seen: Snapshot, now: Instant) -> bool {
        if now_seen != self.seen {
            self.seen = now_seen;
            let first = self.changed.map_or(now, |it| it.1);
            self.changed = Some((now, first));
        }
        self.changed.is_some_and(|(newest, first)| now - newest >= REST || now - first >= LONGEST)
    }

    /// Write what was seen, unless the file says it already.
    fn save(&mut self) -> Result<(), String> {
        // A disk that takes nothing is tried again after the next change.
        self.changed = None;
        if self.seen == self.saved {
            return Ok(());
        }
        let Snapshot { meter, parameters, state } = &self.seen;
        let (meter, parameters) = (*meter, parameters.clone());
        let session = Session { meter, parameters, state: state::write(state) };
        self.store.save(&session).map_err(|error| error.to_string())?;
        self.saved = self.seen.clone();
        Ok(())
    }
}

/// Put everything as `session` says; parameters that it does not name keep their defaults. Before anything plays.
fn restore(song: &Song, session: &Session) {
    for (control, (id, ..)) in Control::all().zip(song.controls.param_map()) {
        if let Some(plain) = session.parameters.get(&id) {
            super::export::put(song.controls.get(control), *plain);
        }
    }
    song.kept.load(session.state.clone());
    song.kept.deck.set_meter(session.meter);
}

fn snapshot(song: &Song) -> Snapshot {
    let plain = |control: Control| match song.controls.get(control) {
        AnyControl::Float(param) => f64::from(param.unmodulated_plain_value()),
        AnyControl::Int(param) => f64::from(param.unmodulated_plain_value()),
        AnyControl::Bool(param) => f64::from(u8::from(param.unmodulated_plain_value())),
    };
    let ids = song.controls.param_map().into_iter().map(|(id, ..)| id);
    Snapshot {
        meter: song.kept.deck.meter(),
        parameters: ids.zip(Control::all().map(plain)).collect(),
        state: song.kept.state(),
    }
}
