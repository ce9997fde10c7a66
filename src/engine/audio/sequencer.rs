//! Starts and ends the notes of committed windows, each at its frame.

use std::sync::Arc;

use crate::engine::link::{Commit, VoicedNote};
use crate::music::keys::Pitches;
use crate::music::planner::Window;
use crate::score::{Note, Part, PartialTable, Pitch, Tick, Ticks, TimbreId, Velocity};

/// Notes that may sound at once; more are dropped and counted.
const SOUNDING: usize = 512;
/// Windows that may lie ahead.
const AHEAD: usize = 8;

/// The committed notes of the present chain.
#[derive(Debug)]
pub(super) struct Sequencer {
    /// Windows that have come and not begun.
    #[expect(
        clippy::vec_box,
        reason = "boxes come over the link and go back over it; unboxing would free"
    )]
    ahead: Vec<Box<Commit>>,
    current: Option<Box<Commit>>,
    /// Into `current`; never at a note that is hushed.
    cursor: usize,
    /// From where on the notes of `current` do not sound, by slot.
    hushed: [Option<Tick>; Part::COUNT],
    /// What the musician struck out of the chain, the newest in place of the oldest.
    vetoes: [Option<Veto>; Self::VETOES],
    next_veto: usize,
    sounding: Vec<Sounding>,
}

/// What a part was to begin at `onset`, struck out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Veto {
    part: Part,
    onset: Tick,
    /// Whether the composer knows; from then on it stands.
    is_told: bool,
}

#[derive(Clone, Copy, Debug)]
struct Sounding {
    /// Ticks, not rounded.
    end: f64,
    part: Part,
    pitch: Pitch,
}

impl Veto {
    fn at(&self) -> (Part, Tick) {
        (self.part, self.onset)
    }
}

/// Something for the synth and the MIDI output to do now.
#[derive(Debug)]
pub(super) enum Action {
    On(Note, Option<(Arc<PartialTable>, TimbreId)>),
    Off(Part, Pitch),
}

impl Sequencer {
    pub(super) fn new() -> Self {
        Self {
            ahead: Vec::with_capacity(AHEAD),
            current: None,
            cursor: 0,
            hushed: [None; Part::COUNT],
            vetoes: [None; Self::VETOES],
            next_veto: 0,
            sounding: Vec::with_capacity(SOUNDING),
        }
    }

    /// Instants of one chain that can be struck out at a time; those of windows that are over make room.
    pub(super) const VETOES: usize = 32;

    /// Begin nothing that the part has at `onset`, unless it has begun.
    pub(super) fn veto(&mut self, part: Part, onset: Tick) {
        if self.is_vetoed(part, onset) || self.has_begun(part, onset) {
            return;
        }
        self.vetoes[self.next_veto] = Some(Veto { part, onset, is_told: false });
        self.next_veto = (self.next_veto + 1) % Self::VETOES;
        self.skip_hushed();
    }

    /// Begin it after all, unless the composer has been told that it is struck out. What is not told of has not been due.
    pub(super) fn restore(&mut self, part: Part, onset: Tick) {
        let veto = Some(Veto { part, onset, is_told: false });
        let Some(place) = self.vetoes.iter().position(|it| *it == veto) else { return };
        self.vetoes[place] = None;
        let Some(commit) = &self.current else { return };
        let is_it = |it: &VoicedNote| it.note.part == part && it.note.onset == onset;
        // All from there to the cursor was passed over, since what comes later begins later.
        if let Some(first) = commit.notes.iter().position(is_it) {
            self.cursor = self.cursor.min(first);
            self.skip_hushed();
        }
    }

    /// Something of the window in play that is struck out, due before `until`, ticks not rounded, and not told of; with this it is.
    pub(super) fn tell_of_veto(&mut self, until: f64) -> Option<(Part, Tick)> {
        let notes = self.current.as_ref().map_or(&[][..], |it| &it.notes);
        let is_due = |veto: &Veto| {
            let mut own = notes.iter().filter(|it| (it.note.part, it.note.onset) == veto.at());
            own.any(|it| it.begin() < until)
        };
        let mut untold = self.vetoes.iter_mut().flatten().filter(|it| !it.is_told);
        let veto = untold.find(|it| is_due(it))?;
        veto.is_told = true;
        Some(veto.at())
    }

    fn is_vetoed(&self, part: Part, onset: Tick) -> bool {
        self.vetoes.iter().flatten().any(|it| it.at() == (part, onset))
    }

    pub(super) fn forget_vetoes(&mut self) {
        self.vetoes = [None; Self::VETOES];
    }

    fn has_begun(&self, part: Part, onset: Tick) -> bool {
        let begun = self.current.as_ref().and_then(|it| it.notes.get(..self.cursor));
        let mut notes = begun.unwrap_or_default().iter().map(|it| it.note);
        notes.any(|it| it.part == part && it.onset == onset)
    }

    /// Take a commit in; it takes the place of one of the same window that has not begun. Gives back what has no room.
    pub(super) fn accept(&mut self, commit: Box<Commit>) -> Option<Box<Commit>> {
        let is_version = |it: &&mut Box<Commit>| it.window.is_version_of(&commit.window);
        if let Some(earlier) = self.ahead.iter_mut().find(is_version) {
            return Some(std::mem::replace(earlier, commit));
        }
        if self.ahead.len() == self.ahead.capacity() {
            return Some(commit);
        }
        self.ahead.push(commit);
        None
    }

    /// Whether just this version of `window` lies ahead: the one with its cutoff.
    pub(super) fn has(&self, window: &Window) -> bool {
        let mut versions = self.ahead.iter().filter(|it| it.window.is_version_of(window));
        versions.any(|it| it.window.cutoff == window.cutoff)
    }

    /// Whether this version of `window` or another lies ahead.
    pub(super) fn has_version_of(&self, window: &Window) -> bool {
        self.ahead.iter().any(|it| it.window.is_version_of(window))
    }

    /// Begin `window` with the version of it that lies ahead; a window of which none does is rested. Returns the window before it.
    pub(super) fn begin(&mut self, window: &Window) -> Option<Box<Commit>> {
        let place = self.ahead.iter().position(|it| it.window.is_version_of(window));
        let next = place.map(|place| self.ahead.swap_remove(place));
        self.cursor = 0;
        self.hushed = [None; Part::COUNT];
        let before = std::mem::replace(&mut self.current, next);
        self.skip_hushed();
        before
    }

    /// Leave out the notes of the window in play with an onset before `tick`, but for those that have been played.
    pub(super) fn skip_until(&mut self, tick: Tick) {
        while self.upcoming().is_some_and(|it| it.note.onset < tick) {
            self.go_on();
        }
    }

    /// Leave out what the window in play still has for `part`, from `now` on. Returns the tick from which its notes do not sound, if there is any that would
    /// have: not before the last that has begun, which may have been early.
    pub(super) fn hush(&mut self, part: Part, now: Tick) -> Option<Tick> {
        let commit = self.current.as_ref()?;
        let is_given = part.band_index().is_some_and(|place| commit.given[place]);
        if is_given || self.hushed[part.slot()].is_some() {
            return None;
        }
        let (begun, ahead) = commit.notes.split_at(self.cursor);
        let onsets = |notes: &[VoicedNote]| {
            let of_part = notes.iter().filter(|it| it.note.part == part);
            of_part.map(|it| it.note.onset).max()
        };
        let from = onsets(begun).map_or(now, |last| now.max(last + Ticks(1)));
        onsets(ahead).filter(|last| *last >= from)?;
        self.hushed[part.slot()] = Some(from);
        self.skip_hushed();
        Some(from)
    }

    fn go_on(&mut self) {
        self.cursor += 1;
        self.skip_hushed();
    }

    fn skip_hushed(&mut self) {
        let Some(commit) = &self.current else { return };
        let is_hushed = |it: &&VoicedNote| {
            self.hushed[it.note.part.slot()].is_some_and(|from| it.note.onset >= from)
                || self.is_vetoed(it.note.part, it.note.onset)
        };
        let ahead = commit.notes.get(self.cursor..).unwrap_or_default();
        self.cursor += ahead.iter().take_while(is_hushed).count();
    }

    /// A commit that has no place in the chain any more: of another chain, of a window before `index`, or of the first window before `edition`.
    pub(super) fn take_stale(
        &mut self,
        chain: u32,
        index: u32,
        edition: u32,
    ) -> Option<Box<Commit>> {
        let stale = |it: &Commit| {
            it.window.chain != chain || it.window.index < index || it.is_older_than(edition)
        };
        let place = self.ahead.iter().position(|it| stale(it))?;
        Some(self.ahead.swap_remove(place))
    }

    pub(super) fn current_window(&self) -> Option<Window> {
        self.current.as_ref().map(|it| it.window)
    }

    /// The commit in play.
    pub(super) fn current(&self) -> Option<&Commit> {
        self.current.as_deref()
    }

    /// What the part sounds.
    pub(super) fn sounding(&self, part: Part) -> Pitches {
        let mut pitches = Pitches::default();
        let own = self.sounding.iter().filter(|it| it.part == part);
        own.for_each(|it| pitches.insert(it.pitch));
        pitches
    }

    /// End a note before its time, if it sounds.
    pub(super) fn end_note(&mut self, part: Part, pitch: Pitch) -> Option<Action> {
        let place = self.sounding.iter().position(|it| it.part == part && it.pitch == pitch)?;
        self.sounding.swap_remove(place);
        Some(Action::Off(part, pitch))
    }

    /// End the window in play; its notes that sound go on.
    pub(super) fn take_current(&mut self) -> Option<Box<Commit>> {
        self.cursor = 0;
        self.current.take()
    }

    /// When the next action is due, ticks not rounded.
    pub(super) fn next_at(&self) -> Option<f64> {
        let off = self.sounding.iter().map(|it| it.end).min_by(f64::total_cmp);
        let on = self.upcoming().map(VoicedNote::begin);
        match (off, on) {
            (Some(off), Some(on)) => Some(off.min(on)),
            (off, on) => off.or(on),
        }
    }

    /// The next action due at or before `now`, ticks: endings first.
    pub(super) fn next_action(&mut self, now: f64) -> Option<Action> {
        if let Some(place) = self.sounding.iter().position(|it| it.end <= now) {
            let ended = self.sounding.swap_remove(place);
            return Some(Action::Off(ended.part, ended.pitch));
        }
        let next = self.upcoming().filter(|it| it.begin() <= now)?;
        let (note, end) = (next.note, next.begin() + next.note.length.0 as f64);
        if let Some(place) =
            self.sounding.iter().position(|it| it.part == note.part && it.pitch == note.pitch)
        {
            self.sounding.swap_remove(place);
            return Some(Action::Off(note.part, note.pitch));
        }
        let voiced = self.current.as_mut().map(|it| &mut it.notes[self.cursor]);
        let table = voiced.and_then(|it| Some((it.table.take()?, it.timbre)));
        self.go_on();
        if self.sounding.len() < SOUNDING {
            self.sounding.push(Sounding { end, part: note.part, pitch: note.pitch });
        }
        Some(Action::On(note, table))
    }

    /// The part's notes that have not begun and are voiced.
    pub(super) fn to_come(&self, part: Part) -> impl Iterator<Item = &VoicedNote> {
        let current = self.current.as_ref().and_then(|it| it.notes.get(self.cursor..));
        let ahead = self.ahead.iter().flat_map(|it| &it.notes);
        let notes = current.unwrap_or_default().iter().chain(ahead);
        notes.filter(move |it| it.note.part == part && it.table.is_some())
    }

    /// Give one such note of the part that has not begun and is of another timbre of the same family this table. Gives back its own; `None` when all have it.
    pub(super) fn revoice(
        &mut self,
        part: Part,
        (pitch, velocity): (Pitch, Velocity),
        timbre: TimbreId,
        table: &Arc<PartialTable>,
    ) -> Option<Arc<PartialTable>> {
        let current = self.current.as_mut().and_then(|it| it.notes.get_mut(self.cursor..));
        let ahead = self.ahead.iter_mut().flat_map(|it| &mut it.notes);
        let mut notes = current.unwrap_or_default().iter_mut().chain(ahead);
        let found = notes.find(|it| {
            (it.note.part, it.note.pitch, it.note.velocity) == (part, pitch, velocity)
                && it.timbre != timbre
                && it.timbre.family() == timbre.family()
                && it.table.is_some()
        })?;
        found.timbre = timbre;
        found.table.replace(Arc::clone(table))
    }

    /// End one sounding note, whatever its time; `None` when none is left.
    pub(super) fn end_any(&mut self) -> Option<Action> {
        self.sounding.pop().map(|it| Action::Off(it.part, it.pitch))
    }

    fn upcoming(&self) -> Option<&VoicedNote> {
        self.current.as_ref().and_then(|it| it.notes.get(self.cursor))
    }
}

impl Default for Sequencer {
    fn default() -> Self {
        Self::new()
    }
}
