//! What a program without a host keeps from start to start: one file, and a lock beside it so that no two programs write it.

#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read as _, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::state;
use crate::score::Meter;

/// What a file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Of the program's own transport.
    pub meter: Meter,
    /// Plain values by the ids of parameters; a switch is 0 or 1.
    pub parameters: BTreeMap<String, f64>,
    /// As [`state::write`] gives it.
    pub state: String,
}

/// How a session begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Begin {
    /// As the file says, if there is one.
    Again,
    /// Empty; a file that is there is set aside.
    New,
}

/// Where a session is kept. The lock is held as long as this lives.
#[derive(Debug)]
pub struct Store {
    path: PathBuf,
    /// Nothing where the file system knows no locks.
    _lock: Option<Lock>,
}

/// The file beside a session that says that it is in use. It goes with this.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    /// Locked as long as it is open.
    _file: File,
}

/// Why a session cannot be kept at a place.
enum Refusal {
    /// Another program keeps one there.
    Held,
    /// For the musician.
    Fault(String),
}

/// What came of opening.
#[derive(Debug)]
pub struct Opened {
    /// Nothing if the session must not be written.
    pub store: Option<Store>,
    /// Nothing if it begins empty.
    pub session: Option<Session>,
    /// What failed, for the musician.
    pub notices: Vec<String>,
    /// What is good to know and no fault.
    pub remarks: Vec<String>,
}

/// Why a file gave no session, or took none.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    #[error("read the session: {source}: {}", path.display())]
    Unreadable { path: PathBuf, source: io::Error },
    #[error("read the session: it is damaged: {reason}: {}", path.display())]
    Damaged { path: PathBuf, reason: String },
    #[error("read the session: it was saved by a newer Antiphon (version {version}): {}", path.display())]
    Newer { path: PathBuf, version: u64 },
    #[error("keep the session: {source}: {}", path.display())]
    Unwritable { path: PathBuf, source: io::Error },
}

const VERSION: u64 = 1;

#[derive(Deserialize)]
struct Versioned {
    antiphon_session: u64,
}

#[derive(Deserialize, Serialize)]
struct Text {
    antiphon_session: u64,
    meter: (u8, u8),
    parameters: BTreeMap<String, f64>,
    state: Box<RawValue>,
}

/// Whether a file at `path` was never a session of ours, so that it must be left as it is. A file without a byte may become one.
pub fn is_foreign(path: &Path) -> bool {
    /// A session says so first of all.
    const SAID_WITHIN: u64 = 256;
    const SAID: &[u8] = b"\"antiphon_session\"";
    let mut start = Vec::new();
    let read = File::open(path).and_then(|file| file.take(SAID_WITHIN).read_to_end(&mut start));
    read.is_ok() && !start.is_empty() && !start.windows(SAID.len()).any(|it| it == SAID)
}

/// Open the session at `path`, making its folder if need be. A file that cannot be read is set aside under another name and the session begins
/// empty; while another program keeps the session, this one goes on from it, or begins empty, and is kept beside it under another name; where the file cannot be opened at
/// all, there is no store.
pub fn open(path: &Path, begin: Begin) -> Opened {
    let mut opened =
        Opened { store: None, session: None, notices: Vec::new(), remarks: Vec::new() };
    let lock = match lock(path) {
        Ok(lock) => lock,
        Err(Refusal::Held) => {
            open_beside(path, begin, &mut opened);
            return opened;
        }
        Err(Refusal::Fault(reason)) => {
            opened.notices.push(reason);
            go_on_from(path, begin, &mut opened);
            return opened;
        }
    };
    let found = match begin {
        Begin::Again => read(path),
        Begin::New => Ok(None),
    };
    let aside = match found {
        Ok(Some(session)) => {
            opened.session = Some(session);
            None
        }
        Ok(None) if begin == Begin::New && path.exists() => {
            Some(String::from("the session before"))
        }
        Ok(None) => None,
        Err(error @ SessionError::Unreadable { .. }) => {
            opened.notices.push(format!("{error}. What is done here is not kept"));
            return opened;
        }
        Err(error) => Some(format!("{error}; it")),
    };
    if let Some(what) = aside {
        match set_aside(path) {
            Ok(other) => {
                let told = format!("{what} now lies in {}", other.display());
                let is_fault = begin == Begin::Again;
                if is_fault { &mut opened.notices } else { &mut opened.remarks }.push(told);
            }
            Err(source) => {
                let notice = format!(
                    "{what} cannot be set aside: {source}. What is done here is not kept; --session FILE begins another"
                );
                opened.notices.push(notice);
                return opened;
            }
        }
    }
    opened.store = Some(Store { path: path.to_owned(), _lock: lock });
    opened
}

impl Store {
    /// Where it is kept, which may be another place than was asked for.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Write `session` beside its place and rename it, so that there is a whole file at any time.
    ///
    /// # Errors
    /// If the disk takes no file; what was there before stays.
    pub fn save(&self, session: &Session) -> Result<(), SessionError> {
        let failed = |source| SessionError::Unwritable { path: self.path.clone(), source };
        let state = RawValue::from_string(session.state.clone());
        let text = Text {
            antiphon_session: VERSION,
            meter: (session.meter.count(), session.meter.unit()),
            parameters: session.parameters.clone(),
            state: state.map_err(|error| failed(error.into()))?,
        };
        let text = serde_json::to_vec(&text).map_err(|error| failed(error.into()))?;
        let beside = with_ending(&self.path, ".part");
        let written = File::create(&beside).and_then(|mut file| {
            file.write_all(&text)?;
            // Else a machine that goes down may have renamed what it has not written.
            file.sync_all()
        });
        written.and_then(|()| fs::rename(&beside, &self.path)).map_err(|source| {
            fs::remove_file(&beside).ok(); // it may never have been made
            failed(source)
        })
    }
}

/// Keep a session beside that at `path`, which another program keeps.
fn open_beside(path: &Path, begin: Begin, opened: &mut Opened) {
    go_on_from(path, begin, opened);
    let free = numbered(path).into_iter().filter(|it| is_free(it));
    // Who was faster holds the lock of one name; what else is wrong with it is wrong with the next ones too.
    let mut tried = free.map(|it| (lock(&it), it));
    let found = tried.find(|it| !matches!(it.0, Err(Refusal::Held)));
    let (place, lock) = match found {
        Some((Ok(lock), place)) => (place, lock),
        Some((Err(Refusal::Fault(reason)), _)) => {
            opened.notices.push(reason);
            return;
        }
        Some((Err(Refusal::Held), _)) | None => {
            opened.notices.push(String::from(
                "another Antiphon keeps this session: what is done here is not kept. Close that one first, or start with --session FILE",
            ));
            return;
        }
    };
    opened.remarks.push(format!(
        "another Antiphon keeps this session: what is done here is kept in {}; --session with that file goes on with it",
        place.display()
    ));
    opened.store = Some(Store { path: place, _lock: lock });
}

/// Go on from the session at `path` without keeping anything there.
fn go_on_from(path: &Path, begin: Begin, opened: &mut Opened) {
    if begin == Begin::New {
        return;
    }
    match read(path) {
        Ok(session) => opened.session = session,
        Err(error) => opened.notices.push(format!("{error}. This one begins empty")),
    }
}

/// The lock beside `path`; nothing where the file system knows none.
fn lock(path: &Path) -> Result<Option<Lock>, Refusal> {
    /// How often a lock is taken anew that somebody removed meanwhile.
    const TRIES: u32 = 8;
    let not_kept = |source: io::Error| {
        let error = SessionError::Unwritable { path: path.to_owned(), source };
        Refusal::Fault(format!(
            "{error}. What is done here is not kept; --session FILE names another place"
        ))
    };
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(not_kept)?;
    }
    let place = with_ending(path, ".lock");
    for turn in 0..TRIES {
        let mut file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&place)
            .map_err(not_kept)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(Refusal::Held),
            Err(TryLockError::Error(_)) => return Ok(None), // better a session without a lock than none
        }
        // Who ends removes the file: one that was opened just before that is locked in vain, since the next to come makes another.
        let sign = format!("{}-{turn}", std::process::id());
        if is_at(&place, &mut file, &sign) {
            return Ok(Some(Lock { path: place, _file: file }));
        }
    }
    Err(Refusal::Held)
}

/// Whether `file`, which is locked, still is the one at `place`: it is where what is written into it can be read there.
fn is_at(place: &Path, file: &mut File, sign: &str) -> bool {
    let written = file.set_len(0).and_then(|()| file.write_all(sign.as_bytes()));
    match fs::read_to_string(place) {
        // A full disk takes no sign and yet locks: the session can be kept as soon as there is room.
        Ok(text) => text == sign || written.is_err(),
        // Where others cannot read what is locked, nobody removes it either.
        Err(error) => error.kind() != ErrorKind::NotFound,
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        fs::remove_file(&self.path).ok(); // a file more is no loss: its lock goes with the program
    }
}

/// The session of the file at `path`, if there is one.
///
/// # Errors
/// If it cannot be read, or holds no session that this version knows.
pub fn read(path: &Path) -> Result<Option<Session>, SessionError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(source) if source.kind() == ErrorKind::NotFound => return Ok(None),
        Err(source) => return Err(SessionError::Unreadable { path: path.to_owned(), source }),
    };
    of_bytes(path, &bytes).map(Some)
}

/// The session that `bytes` say, which came from `path`.
///
/// # Errors
/// If they are no session that this version knows.
pub fn of_bytes(path: &Path, bytes: &[u8]) -> Result<Session, SessionError> {
    let damaged = |reason: String| SessionError::Damaged { path: path.to_owned(), reason };
    let versioned: Versioned =
        serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    if versioned.antiphon_session > VERSION {
        let version = versioned.antiphon_session;
        return Err(SessionError::Newer { path: path.to_owned(), version });
    }
    let text: Text = serde_json::from_slice(bytes).map_err(|error| damaged(error.to_string()))?;
    let meter = Meter::new(text.meter.0, text.meter.1);
    let meter = meter.ok_or_else(|| damaged(String::from("it has no time signature")))?;
    let state = text.state.get().to_owned();
    match state::read(&state) {
        Ok(_) => Ok(Session { meter, parameters: text.parameters, state }),
        Err(state::StateError::Newer(version)) => {
            Err(SessionError::Newer { path: path.to_owned(), version })
        }
        Err(state::StateError::Damaged(source)) => Err(damaged(source.to_string())),
    }
}

/// Give the file at `path` the first free of the names `name-1.ending`, `name-2.ending` and so on.
fn set_aside(path: &Path) -> io::Result<PathBuf> {
    let free = numbered(path).into_iter().find(|it| is_free(it));
    let free = free.ok_or_else(|| io::Error::from(ErrorKind::AlreadyExists))?;
    fs::rename(path, &free).map(|()| free)
}

/// The names `name-1.ending`, `name-2.ending` and so on.
fn numbered(path: &Path) -> Vec<PathBuf> {
    const MOST: u32 = 10_000;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let ending = path.extension().map(|it| format!(".{}", it.to_string_lossy()));
    let ending = ending.unwrap_or_default();
    (1..=MOST).map(|number| path.with_file_name(format!("{stem}-{number}{ending}"))).collect()
}

/// Whether nothing lies there, and nobody is about to put a session there.
fn is_free(path: &Path) -> bool {
    [path, &with_ending(path, ".lock")].iter().all(|it| it.symlink_metadata().is_err())
}

fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(ending);
    path.with_file_name(name)
}
