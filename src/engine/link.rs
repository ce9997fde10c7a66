//! Every message that crosses between threads, with its queues and what happens when one is full.
//!
//! ```text
//!  main (host calls, editor)          composer (one named thread)         audio (host callback)
//!  engine/control.rs                  engine/composer.rs                  engine/audio/
//!    Control ──ToComposer──────────────▶ step():  feed → compose →
//!            ◀─FromComposer─────────── decode timbres → commit ──ToAudio─▶ Conductor → Sequencer → Synth → Stems
//!    recording ◀══ mutex ══════════ what was heard and committed
//!    Gauges  ◀══ atomics: playhead, load, late windows, levels ═══════════════╡
//!                                        ◀─FromAudio: chains, heard and following notes, cutoffs ───┤
//!                                        ◀─Retired: boxes to be freed ──────────────────────────────┘
//!  offline (tests, bounce): no threads; `offline.rs` steps the composer and the renderer by turns
//! ```

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU8, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use atomic_float::{AtomicF32, AtomicF64};
use crossbeam::queue::ArrayQueue;

use super::playback::{Parts, Playback};
pub use crate::music::anticipation::Foreseen;
use crate::music::follow::Seat;
use crate::music::memory::Memory;
use crate::music::planner::{Start, Window};
use crate::music::recorder::Recorder;
use crate::score::{
    Chord, Key, Likelihood, Note, Part, PartialTable, Phrase, Pitch, Settings, Tempo, Tick,
    TimbreId, Velocity,
};

/// Sent by the audio thread to the composer, in the order in which it happened.
#[derive(Clone, Copy, Debug)]
pub enum FromAudio {
    /// A chain of windows may begin here: the transport waits at this place, or has just started or jumped. Replaces any chain before it.
    Chain { start: Start, settings: Settings },
    /// The chain that waited begins, and since it was announced its parts have come to sound otherwise. For the recording alone: no note depends on it.
    Voiced { chain: u32, settings: Settings },
    /// The player struck a key, `late` ticks after `onset`: -0.5 to 0.5.
    NoteOn { onset: Tick, late: f32, pitch: Pitch, velocity: Velocity },
    /// The player let a key go.
    NoteOff { end: Tick, pitch: Pitch },
    /// A part that follows answers the player's note that was told just before.
    FollowOn { onset: Tick, late: f32, part: Part, pitch: Pitch, velocity: Velocity },
    /// A part's note that followed ends; told of a beginning or not.
    FollowOff { end: Tick, part: Part, pitch: Pitch },
    /// The cutoff of `window` has passed, at `tempo`: all that it may depend on has been sent before this message. The notes do not depend on
    /// the tempo; it goes into the recording.
    Cutoff { window: Window, settings: Settings, tempo: Tempo },
    /// Since the cutoff of `window` something has changed that it depends on. It is to be composed anew, as if `window.cutoff`, the moment of this
    /// message, had been its cutoff, with the settings then in force: what was told since belongs to it now.
    Revision { window: Window, settings: Settings },
    /// The second version of `window` had not come when the window began, so that the first sounds. Sent before the next cutoff.
    Stood { window: Window },
    /// The player's keys are all up, however they came to be.
    AllKeysUp { end: Tick },
    /// The notes of `window` with an onset in `[from, until)` do not sound: it began before they had come, or all notes were ended. Sent before
    /// the next window's cutoff.
    Rested { window: Window, from: Tick, until: Tick },
    /// The notes of `window` that were composed for `part` and have an onset in `[from, until)` do not sound: the part was switched to Off or Follow,
    /// or the musician struck out what it begins there.
    Hushed { window: Window, part: Part, from: Tick, until: Tick },
    /// The transport stopped or jumped, having come to `end`; nothing more is needed of the present chain.
    Stopped { end: Tick },
    /// A note of `part` that sounds, or is committed, is to have another timbre from now on. Answered by `ToAudio::Revoiced`, before windows are composed.
    WantTable { part: Part, timbre: TimbreId, pitch: Pitch, velocity: Velocity },
    /// A part that follows is to have another timbre from now on. Answered by `ToAudio::Grid`.
    WantGrid { part: Part, timbre: TimbreId },
}

/// Sent by the composer to the audio thread.
#[derive(Debug)]
pub enum ToAudio {
    /// A composed window. It takes the place of an earlier version that has not begun, whole; from its beginning on it is final.
    Commit(Box<Commit>),
    /// A part is not to begin what it has at `onset`, in this chain. Answered by `FromAudio::Hushed`, if that is not too late, once it cannot be taken back: when its
    /// time has come, or when the next window is composed with it.
    Veto { part: Part, onset: Tick },
    /// A veto is taken back, if it has not been answered.
    Restore { part: Part, onset: Tick },
    /// The sound of the player, or of a part that follows: of whoever plays notes that are not known beforehand.
    Grid(Box<TimbreGrid>),
    /// The table that was asked for by `FromAudio::WantTable`, for every such note of the part.
    Revoiced {
        part: Part,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
        table: Arc<PartialTable>,
    },
}

/// Sent back by the audio thread so that the composer frees it.
#[derive(Debug)]
pub enum Retired {
    Commit(Box<Commit>),
    Grid(Box<TimbreGrid>),
    Table(Arc<PartialTable>),
}

/// The notes of one window, with the tables that sound them.
#[derive(Debug)]
pub struct Commit {
    /// Which chain the window belongs to; the audio thread sends back commits of chains that are over.
    pub window: Window,
    /// Of a chain's first window: how often it was composed anew while the transport stood.
    pub edition: u32,
    /// Sorted by when they sound. The sequencer takes a table when its note starts.
    pub notes: Vec<VoicedNote>,
    /// For the parts that follow while the window is in play: the key that is wished for or was heard before the cutoff, and what each plays on.
    pub key: Option<Key>,
    pub seats: [Seat; Part::BAND_SIZE],
    /// Parts that play from a take, whatever their modes.
    pub given: Parts,
}

#[derive(Debug)]
pub struct VoicedNote {
    pub note: Note,
    /// By how much it sounds after its onset, ticks; negative is early. Its end moves along.
    pub delay: f32,
    /// `None` in a plugin without a synth, and after the sequencer has taken it.
    pub table: Option<Arc<PartialTable>>,
    /// Of the table.
    pub timbre: TimbreId,
}

/// Tables at hand for any note of one timbre, so that a live note never waits: pitches in steps of 3, three velocities.
#[derive(Debug)]
pub struct TimbreGrid {
    pub part: Part,
    pub timbre: TimbreId,
    /// `[pitch / 3][velocity / 43]`, 43 rows of 3.
    pub tables: Vec<[Arc<PartialTable>; 3]>,
}

/// Sent by main to the composer.
#[derive(Debug)]
pub enum ToComposer {
    /// What the model hears before its first note. Takes effect at the next chain.
    SeedPhrase(Arc<Phrase>),
    /// From now on the band plays what is written; `None` lets it improvise again.
    Play(Option<Arc<Playback>>),
    /// What the song remembers of the player's playing: after loading and clearing. Chains begin with it from the next on; what was heard and not
    /// remembered is forgotten.
    Memory(Arc<Memory>),
    /// The musician wants to keep what she has played since the song began, or since she last said so. Answered by `FromComposer::Remembered`.
    Remember,
    /// The musician struck out what a part would begin at `onset`. Handed on to the audio thread, which alone knows whether it is not too late.
    Veto { part: Part, onset: Tick },
    /// The musician takes that back. Handed on likewise.
    Restore { part: Part, onset: Tick },
    /// The instance is going away; the composer's thread ends.
    Quit,
}

/// Sent by the composer to main.
#[derive(Clone, Debug, PartialEq)]
pub enum FromComposer {
    /// The pack is open; the text names the runtime.
    Opened { backend: String },
    /// A chain began; earlier notes at or after `tick` no longer stand.
    Chain { tick: Tick },
    /// What was committed of `[from, to)` does not sound: it came too late, or is composed anew.
    Rested { from: Tick, to: Tick },
    /// What was committed of `[from, to)` for one part does not sound: it was switched to another mode, or struck out.
    Hushed { part: Part, from: Tick, to: Tick },
    /// A note that is committed, for the roll, and how likely the model thought it; nothing of one that was not drawn.
    Committed(Note, Option<Likelihood>),
    /// A note with which a part has followed the player, for the roll.
    Followed(Note),
    /// A note that the player played, for the roll.
    Heard(Note),
    /// What the band expects the player to play next, in playing order, in place of what it expected before. Sent only while somebody watches.
    Expected(Vec<Note>),
    /// What the song remembers from now on, for the saved state.
    /// `before` is what it was added to: an answer that comes after the musician has changed the memory once more is of no use.
    Remembered { before: Arc<Memory>, memory: Arc<Memory> },
    /// What was to be played while the transport ran begins at this bar line.
    Joined { tick: Tick },
    /// The composer could not go on; playback does, without new notes. The text is for the musician.
    Failed(String),
}

/// All queues of one instance. Lock-free and bounded; made once.
#[derive(Debug)]
pub struct Links {
    /// Full: the message is lost and counted in `Gauges::lost`; 4096 messages are about ten thousand notes a second.
    pub from_audio: ArrayQueue<FromAudio>,
    /// Full: the composer keeps the message and tries again at its next step.
    pub to_audio: ArrayQueue<ToAudio>,
    /// Full: the audio thread keeps the box until there is room; a voice's table is kept in its slot likewise.
    pub retired: ArrayQueue<Retired>,
    /// Full: the caller is told, and tries again.
    pub to_composer: ArrayQueue<ToComposer>,
    /// Full (no editor is open to read it): the oldest message is dropped.
    pub from_composer: ArrayQueue<FromComposer>,
    /// What sounds, for the window's picture of it, from the audio thread to main. Full (nobody reads): the oldest is dropped.
    pub sound: ArrayQueue<Snippet>,
    pub gauges: Gauges,
    pub first_window: FirstWindow,
    /// What the composer writes down of all that it is told and commits, and main reads when the musician keeps a take. Between these two only:
    /// the audio thread never touches it, so that it never waits for it.
    recording: Mutex<Recorder>,
}

/// The first window of the newest chain. The composer may compose it anew while the transport stands, for another seed phrase or a take, and the audio thread says when the
/// transport runs. Both of it in one word, so that they agree which version sounds, whatever comes first.
#[derive(Debug, Default)]
pub struct FirstWindow(AtomicU64); // the chain in the upper half, then the edition, whether it has begun in the lowest bit

/// Consecutive frames of the mix, left and right in one.
pub type Snippet = [f32; 64];

/// Values of which only the newest matters, each with one writer.
#[derive(Debug, Default)]
pub struct Gauges {
    /// Nothing will come of the present chain, so that waiting for it is of no use. Set by the composer, cleared by audio with a new chain.
    pub stalled: AtomicBool,
    /// Written by audio: where the host is, in quarter notes.
    pub playhead_quarters: AtomicF64,
    pub tempo_bpm: AtomicF64,
    pub playing: AtomicBool,
    /// Start of the current bar in ticks, bar length in ticks.
    pub bar_start: AtomicI64,
    pub bar_length: AtomicI64,
    /// Share of the block's duration spent in the callback, smoothed. 1 is all of it. Written by the plugin's process call.
    pub load: AtomicF32,
    /// Windows that were not there in time and were rested.
    pub late_windows: AtomicU32,
    /// Windows of which the second version was not there in time, so that the first was played: nothing is missed by the ear, but the player was not heeded
    /// as late as she would have been, and a bounce of the same differs from there on.
    pub late_revisions: AtomicU32,
    /// Messages lost on a full queue, and notes dropped for want of room.
    pub lost: AtomicU32,
    /// Peak of each part's stem since it was last read (band 0..3, then the mix).
    pub peaks: [AtomicF32; Part::BAND_SIZE + 1],
    /// Written by the composer: microseconds a note, smoothed.
    pub note_micros: AtomicF32,
    /// Written by the composer's thread: what it has of `Priority`.
    priority: AtomicU8,
    /// Notes composed so far, whatever became of them.
    pub notes_composed: AtomicU64,
    /// Bits a note by which the memory foretells the player better than the network alone, smoothed; notes that the present chain remembers.
    pub memory_gain: AtomicF32,
    pub remembered_notes: AtomicU32,
    /// The player's notes that were judged for the gain; notes that *Remember* would add to the song's memory.
    pub judged_notes: AtomicU32,
    pub unremembered_notes: AtomicU32,
    /// Of each part of the band, notes of the copy of a training piece that its newest committed note ends; 0 where it ends none.
    pub copying: [AtomicU32; Part::BAND_SIZE],
    /// What the player has played lately, as one more than the key's and the chord's index; 0 where neither is heard.
    pub key_heard: AtomicU32,
    pub chord_heard: AtomicU32,
    /// The player's notes that were heard, those of which the band expected the pitch class within a beat, and those that repeat the pitch class before
    /// them, which is what a guess without any model would have right.
    pub heard_notes: AtomicU32,
    pub expected_notes: AtomicU32,
    pub repeated_notes: AtomicU32,
    /// Written by main: whether a window is open that shows what the band expects of the player. Without one it does not think about that.
    pub watched: AtomicBool,
    /// Messages that main has sent to the composer, written by main; of those, how many had been acted on when the composer last had nothing to do.
    pub asked: AtomicU32,
    pub answered: AtomicU32,
    /// Written by main: whether the host renders faster than real time, where nobody watches.
    pub bouncing: AtomicBool,
    /// Written by main: whether anybody looks at what sounds. Without it nothing is put into `Links::sound`.
    pub listening: AtomicBool,
    /// Hertz; written with each preparation of the audio side, 0 before the first.
    pub sample_rate: AtomicF32,
    /// Of the player's notes in this chain, while somebody watched: how many there were, how many were expected, and how many repeat the one before.
    pub foreseen: [AtomicU32; 3],
    /// Sum of the log-probabilities (natural) of the notes that were committed and not composed anew, and how many they are, for a mean likelihood.
    pub surprise: AtomicF64,
    pub committed_notes: AtomicU64,
}

/// How the composer's thread stands to the system's other work.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Priority {
    /// It opens the pack, or there is no such thread.
    #[default]
    Unknown,
    /// The system refused a higher one.
    Ordinary,
    /// Before ordinary work, after audio threads.
    Raised,
}

/// Of the gauges those that the composer counts on from, with windows that stand.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    surprise: f64,
    committed_notes: u64,
    heard_notes: u32,
    expected_notes: u32,
    repeated_notes: u32,
    judged_notes: u32,
    memory_gain: f32,
}

impl Figures {
    /// Another memory: nothing of it has been judged.
    pub fn forget_gain(&mut self) {
        (self.judged_notes, self.memory_gain) = (0, 0.0);
    }
}

impl Links {
    pub fn new() -> Arc<Self> {
        Arc::new(Self {
            from_audio: ArrayQueue::new(4096),
            to_audio: ArrayQueue::new(64),
            retired: ArrayQueue::new(1024),
            to_composer: ArrayQueue::new(64),
            from_composer: ArrayQueue::new(4096),
            sound: ArrayQueue::new(1024),
            gauges: Gauges::default(),
            first_window: FirstWindow::default(),
            recording: Mutex::default(),
        })
    }

    /// The recording, for the composer and main. Not for the audio thread: it locks.
    pub fn recording(&self) -> MutexGuard<'_, Recorder> {
        self.recording.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FirstWindow {
    const EDITIONS: u64 = 0xFFFF_FFFE;
    const BEGUN: u64 = 1;

    /// Another chain is announced. Audio thread.
    pub fn open(&self, chain: u32) {
        self.0.store(u64::from(chain) << 32, Ordering::Release);
    }

    /// The transport runs: it is composed anew no more. The edition that is to sound. Audio thread.
    pub fn begin(&self) -> u32 {
        Self::edition(self.0.fetch_or(Self::BEGUN, Ordering::AcqRel))
    }

    /// It is composed anew. The edition that comes of it; nothing if the transport runs already, or another chain has been announced since. Composer.
    pub fn renew(&self, chain: u32) -> Option<u32> {
        let next = |it: u64| {
            let may = it >> 32 == u64::from(chain) && it & Self::BEGUN == 0;
            may.then(|| (it & !Self::EDITIONS) | (it.wrapping_add(2) & Self::EDITIONS))
        };
        let before = self.0.fetch_update(Ordering::AcqRel, Ordering::Acquire, next);
        before.ok().map(|it| Self::edition(it.wrapping_add(2)))
    }

    /// Whether the transport runs in this chain; nothing if another has been announced since.
    pub fn has_begun(&self, chain: u32) -> Option<bool> {
        let now = self.0.load(Ordering::Acquire);
        (now >> 32 == u64::from(chain)).then_some(now & Self::BEGUN != 0)
    }

    fn edition(word: u64) -> u32 {
        ((word & Self::EDITIONS) >> 1) as u32
    }
}

impl VoicedNote {
    /// When it sounds, ticks not rounded.
    pub fn begin(&self) -> f64 {
        self.note.onset.0 as f64 + f64::from(self.delay)
    }
}

impl Commit {
    /// Whether it is a first window that has been composed anew since.
    pub fn is_older_than(&self, edition: u32) -> bool {
        self.window.index == 0 && self.edition < edition
    }
}

impl TimbreGrid {
    /// Rows of `tables`.
    pub const ROWS: usize = 43;
    /// Velocities of a row's columns.
    pub const VELOCITIES: [u8; 3] = [28, 68, 110];

    /// The nearest table at hand; real-time safe.
    pub fn table(&self, pitch: Pitch, velocity: Velocity) -> Arc<PartialTable> {
        let row = &self.tables[usize::from(pitch.number()) / 3];
        Arc::clone(&row[usize::from(velocity.number()) / 43])
    }

    /// The note that the nearest table was made for: the middle pitch of its row, the velocity of its column.
    pub fn made_for(pitch: Pitch, velocity: Velocity) -> (Pitch, Velocity) {
        let middle = pitch.number() / 3 * 3 + 1;
        let column = Self::VELOCITIES[usize::from(velocity.number()) / 43];
        (Pitch::new(middle).unwrap_or(pitch), Velocity::clamped(column))
    }
}

impl Gauges {
    /// Key and chord of what the player has played lately.
    pub fn harmony(&self) -> (Option<Key>, Option<Chord>) {
        let shown = |gauge: &AtomicU32| {
            let number = gauge.load(Ordering::Relaxed);
            usize::try_from(number).ok().and_then(|number| number.checked_sub(1))
        };
        let key = shown(&self.key_heard).and_then(Key::from_index);
        (key, shown(&self.chord_heard).and_then(Chord::from_index))
    }

    pub fn priority(&self) -> Priority {
        let all = [Priority::Unknown, Priority::Ordinary, Priority::Raised];
        let number = self.priority.load(Ordering::Relaxed);
        all.into_iter().find(|it| *it as u8 == number).unwrap_or_default()
    }

    pub fn set_priority(&self, priority: Priority) {
        self.priority.store(priority as u8, Ordering::Relaxed);
    }

    /// Whether somebody sees what the band expects.
    pub fn is_watched(&self) -> bool {
        self.watched.load(Ordering::Relaxed) && !self.bouncing.load(Ordering::Relaxed)
    }

    /// How much of what the player played was expected.
    pub fn foreseen(&self) -> Foreseen {
        let [notes, expected, repeated] =
            std::array::from_fn(|place| self.foreseen[place].load(Ordering::Relaxed));
        Foreseen { notes, expected, repeated }
    }

    pub fn show_foreseen(&self, foreseen: Foreseen) {
        let Foreseen { notes, expected, repeated } = foreseen;
        for (gauge, count) in self.foreseen.iter().zip([notes, expected, repeated]) {
            gauge.store(count, Ordering::Relaxed);
        }
    }

    pub fn count_lost(&self) {
        self.lost.fetch_add(1, Ordering::Relaxed);
    }

    /// What the composer has counted so far.
    pub fn figures(&self) -> Figures {
        Figures {
            surprise: self.surprise.load(Ordering::Relaxed),
            committed_notes: self.committed_notes.load(Ordering::Relaxed),
            heard_notes: self.heard_notes.load(Ordering::Relaxed),
            expected_notes: self.expected_notes.load(Ordering::Relaxed),
            repeated_notes: self.repeated_notes.load(Ordering::Relaxed),
            judged_notes: self.judged_notes.load(Ordering::Relaxed),
            memory_gain: self.memory_gain.load(Ordering::Relaxed),
        }
    }

    /// Count on from there: what came after does not stand. For the composer alone.
    pub fn set_figures(&self, figures: Figures) {
        self.surprise.store(figures.surprise, Ordering::Relaxed);
        self.committed_notes.store(figures.committed_notes, Ordering::Relaxed);
        self.heard_notes.store(figures.heard_notes, Ordering::Relaxed);
        self.expected_notes.store(figures.expected_notes, Ordering::Relaxed);
        self.repeated_notes.store(figures.repeated_notes, Ordering::Relaxed);
        self.judged_notes.store(figures.judged_notes, Ordering::Relaxed);
        self.memory_gain.store(figures.memory_gain, Ordering::Relaxed);
    }
}
