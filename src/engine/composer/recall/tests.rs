//! Sessions with a muse that has no taste: it draws what the biases and the noise leave it.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::engine::audio::renderer::Sound;
use crate::engine::composer::{Composer, Next};
use crate::engine::link::{FromAudio, FromComposer, Links, ToAudio, ToComposer};
use crate::infer::{ComposeError, Controls, Draw, Muse, Rest, State, StyleCard};
use crate::music::memory::Memory;
use crate::music::planner::{BarLine, Entry, Planner, Start, Window};
use crate::music::tokens::{Event, Features};
use crate::score::{
    Family, Meter, Mode, Note, Part, PartialTable, Pitch, Quantum, Settings, Tempo, Tick, Ticks,
    TimbreId, Trade, Velocity,
};

const BAR: BarLine = BarLine { start: Tick(0), meter: Meter::COMMON };

/// Every class is as likely to it as every other, but for long waits.
struct Indifferent {
    styles: Vec<StyleCard>,
    log_probabilities: Vec<f32>,
}

impl Indifferent {
    fn new() -> Self {
        let card = StyleCard {
            name: "plain".to_owned(),
            title: "Plain".to_owned(),
            has_velocity: false,
            density: (1.0, 0.5),
            repetition: (0.0, 1.0),
            rest: Rest::default(),
            tempo: 120.0,
            meter: (4, 4),
            parts: vec![(Family::PIANO, 60.0); 4],
        };
        let log_probabilities = Controls::FIELDS
            .iter()
            .flat_map(|classes| vec![-(*classes as f32).ln(); *classes])
            .collect();
        Self { styles: vec![card], log_probabilities }
    }
}

impl Muse for Indifferent {
    fn styles(&self) -> &[StyleCard] {
        &self.styles
    }

    fn backend(&self) -> &str {
        "indifferent"
    }

    fn silence(&self) -> State {
        State(Arc::from([0.0]))
    }

    fn step(
        &mut self,
        state: &State,
        _: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        let best = |biases: &[f32], noise: usize, slope: f32| {
            let value = |it: usize| biases[it] + controls.noise[noise + it] - slope * it as f32;
            (0..biases.len()).max_by(|a, b| value(*a).total_cmp(&value(*b))).unwrap()
        };
        let part = best(&controls.bias_part, 384, 0.0);
        #[expect(clippy::cast_possible_truncation, reason = "classes are small")]
        let event = Event {
            time: best(&controls.bias_time, 0, 0.4) as u16,
            part: part as u8,
            pitch: best(&controls.bias_pitch[part * 128..][..128], 389, 0.0) as u8,
            duration: best(&controls.bias_duration, 517, 0.0) as u8,
            velocity: 8,
        };
        Ok(Draw { event, log_probability: [-1.0; 5], state: state.clone() })
    }

    fn log_probabilities(&self) -> &[f32] {
        &self.log_probabilities
    }

    fn table(
        &mut self,
        _: TimbreId,
        _: Pitch,
        _: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        unreachable!("nothing sounds")
    }
}

/// A composer and what it is told, beat by beat.
struct Session {
    links: Arc<Links>,
    composer: Composer,
    settings: Settings,
    chains: u32,
}

impl Session {
    fn new(memory: f32) -> Self {
        let links = Links::new();
        let composer =
            Composer::new(Arc::clone(&links), Box::new(Indifferent::new()), Sound::Silent);
        let mut settings = Settings { trade: Trade::OneBar, memory, ..Settings::default() };
        settings.parts[0].mode = Mode::Answer;
        for part in &mut settings.parts[1..] {
            part.mode = Mode::Off;
        }
        Self { links, composer, settings, chains: 0 }
    }

    fn tell(&mut self, message: FromAudio) {
        assert!(self.links.from_audio.push(message).is_ok());
        while self.composer.step().unwrap() == Next::Step {}
    }

    fn ask(&mut self, message: ToComposer) {
        assert!(self.links.to_composer.push(message).is_ok());
        while self.composer.step().unwrap() == Next::Step {}
    }

    /// A chain of two bars: the player has the first, with `pitches` in eighths; the band's notes in both.
    fn chain(&mut self, pitches: &[u8]) -> Vec<Note> {
        self.links.gauges.playing.store(true, Ordering::Relaxed);
        self.chains += 1;
        let start = Start { chain: self.chains, tick: Tick(0), bar: BAR, entry: Entry::Started };
        self.tell(FromAudio::Chain { start, settings: self.settings });
        let mut planner = Planner::default();
        let first = planner.play_from(Tick(0), BAR, Quantum::Beat, false).map(|it| it.1);
        let windows = std::iter::successors(first, |_| planner.next_window(BAR, Quantum::Beat));
        let mut player = (0i64..).zip(pitches).peekable();
        for mut window in windows.take(8) {
            window.chain = self.chains;
            while let Some((at, pitch)) = player.next_if(|it| Tick(it.0 * 12 + 5) < window.cutoff) {
                let pitch = Pitch::new(*pitch).unwrap();
                let velocity = Velocity::clamped(80);
                self.tell(FromAudio::NoteOn { onset: Tick(at * 12), late: 0.0, pitch, velocity });
                self.tell(FromAudio::NoteOff { end: Tick(at * 12 + 5), pitch });
            }
            let tempo = Tempo::default();
            self.tell(FromAudio::Cutoff { window, settings: self.settings, tempo });
        }
        let commits = std::iter::from_fn(|| self.links.to_audio.pop());
        let notes = commits.filter_map(|it| match it {
            ToAudio::Commit(commit) => Some(commit.notes.into_iter().map(|it| it.note)),
            ToAudio::Grid(_)
            | ToAudio::Veto { .. }
            | ToAudio::Restore { .. }
            | ToAudio::Revoiced { .. } => None,
        });
        notes.flatten().collect()
    }

    /// What the composer said that it remembers, last.
    fn remembered(&self) -> Option<Arc<Memory>> {
        std::iter::from_fn(|| self.links.from_composer.pop())
            .filter_map(|it| match it {
                FromComposer::Remembered { memory, .. } => Some(memory),
                _ => None,
            })
            .last()
    }
}

const MOTIF: [u8; 7] = [60, 62, 64, 67, 65, 64, 62];

/// Semitones and ticks from note to note.
fn steps(notes: &[Note]) -> Vec<(i16, Ticks)> {
    let interval =
        |pair: &[Note]| i16::from(pair[1].pitch.number()) - i16::from(pair[0].pitch.number());
    notes.windows(2).map(|pair| (interval(pair), pair[1].onset - pair[0].onset)).collect()
}

fn is_quote(notes: &[Note]) -> bool {
    let motif: Vec<(i16, Ticks)> =
        MOTIF.windows(2).map(|it| (i16::from(it[1]) - i16::from(it[0]), Ticks(12))).collect();
    steps(notes).windows(3).any(|own| motif.windows(3).any(|it| it == own))
}

#[test]
fn a_reply_quotes_the_player_when_memory_is_all_and_not_when_it_is_nothing() {
    for (memory, quotes) in [(1.0, true), (0.0, false)] {
        let reply = Session::new(memory).chain(&MOTIF);
        assert_eq!(is_quote(&reply), quotes, "memory {memory}: {reply:?}");
        if quotes {
            assert_eq!(reply[0].onset, Tick(96), "it begins with the turn");
            assert!(reply.iter().all(|it| it.part == Part::BAND[0] && it.end() <= Tick(192)));
        }
    }
}

#[test]
fn a_quote_keeps_to_a_locked_scale() {
    let mut session = Session::new(1.0);
    session.settings.key = crate::score::Key::from_index(6); // F sharp major
    session.settings.scale_lock = true;
    let key = session.settings.key.unwrap();
    let reply = session.chain(&MOTIF);
    assert!(!reply.is_empty() && reply.iter().all(|it| key.contains(it.pitch)), "{reply:?}");
}

#[test]
fn what_was_heard_is_remembered_when_the_musician_says_so() {
    const TIMES: usize = 3;
    let mut session = Session::new(1.0);
    let first = session.chain(&MOTIF);
    for _ in 1..TIMES {
        assert_eq!(session.chain(&MOTIF), first, "nothing is remembered unasked");
    }
    assert_eq!(session.remembered(), None);
    session.ask(ToComposer::Remember);
    let memory = session.remembered().unwrap();
    assert_eq!(memory.notes().len(), TIMES * MOTIF.len());
    session.ask(ToComposer::Remember);
    assert_eq!(session.remembered().unwrap().notes().len(), TIMES * MOTIF.len(), "once");
    let later = session.chain(&MOTIF);
    assert_ne!(later, first);
    assert_eq!(session.links.gauges.remembered_notes.load(Ordering::Relaxed), 28);
    // The same memory gives the same music again, in another instance too.
    let mut other = Session::new(1.0);
    other.ask(ToComposer::Memory(Arc::clone(&memory)));
    assert_eq!(other.chain(&MOTIF), later);
    other.ask(ToComposer::Memory(Arc::default()));
    assert_eq!(other.chain(&MOTIF), first, "it is forgotten");
}

#[test]
fn what_is_remembered_between_a_cutoff_and_its_revision_is_remembered_once() {
    let bar = |chain, index: u32, cutoff| {
        let begin = Tick(i64::from(index) * 24);
        Window { chain, index, cutoff, begin, end: begin + Ticks(24), bar: BAR }
    };
    let mut session = Session::new(0.5);
    let start = Start { chain: 1, tick: Tick(0), bar: BAR, entry: Entry::Started };
    let (settings, tempo) = (session.settings, Tempo::default());
    session.tell(FromAudio::Chain { start, settings });
    let strike = |session: &mut Session, tick| {
        let (pitch, velocity) = (Pitch::new(60).unwrap(), Velocity::clamped(80));
        session.tell(FromAudio::NoteOn { onset: Tick(tick), late: 0.0, pitch, velocity });
        session.tell(FromAudio::NoteOff { end: Tick(tick + 1), pitch });
    };
    session.tell(FromAudio::Cutoff { window: bar(1, 0, Tick(0)), settings, tempo });
    for index in 1..5 {
        let begin = i64::from(index) * 24;
        strike(&mut session, begin - 20);
        strike(&mut session, begin - 12);
        session.tell(FromAudio::Cutoff { window: bar(1, index, Tick(begin - 6)), settings, tempo });
        session.ask(ToComposer::Remember);
        strike(&mut session, begin - 5);
        session.tell(FromAudio::Revision { window: bar(1, index, Tick(begin - 3)), settings });
        session.ask(ToComposer::Remember);
        let heard = session.links.gauges.heard_notes.load(Ordering::Relaxed);
        assert_eq!(heard, index * 3);
        assert_eq!(session.remembered().unwrap().notes().len(), heard as usize);
    }
    // Where the first version stands, the note after its cutoff is heard with the next.
    session.tell(FromAudio::Stood { window: bar(1, 4, Tick(93)) });
    session.ask(ToComposer::Remember);
    assert_eq!(session.links.gauges.heard_notes.load(Ordering::Relaxed), 11);
    session.tell(FromAudio::Cutoff { window: bar(1, 5, Tick(114)), settings, tempo });
    session.ask(ToComposer::Remember);
    assert_eq!(session.remembered().unwrap().notes().len(), 12);
}

#[test]
fn without_memory_nothing_leans() {
    let mut with = Session::new(0.0);
    with.ask(ToComposer::Memory(Arc::new(Memory::of(
        {
            let mut session = Session::new(0.5);
            session.chain(&MOTIF);
            session.ask(ToComposer::Remember);
            session.remembered().unwrap().notes().to_vec()
        },
        Memory::new().trust,
    ))));
    assert_eq!(with.chain(&MOTIF), Session::new(0.0).chain(&MOTIF));
}

#[test]
fn a_player_who_repeats_herself_is_foretold() {
    let mut session = Session::new(0.5);
    for _ in 0..6 {
        session.chain(&MOTIF);
        session.ask(ToComposer::Remember);
    }
    let gain = session.links.gauges.memory_gain.load(Ordering::Relaxed);
    assert!(gain > 1.0, "{gain} bits a note");
    assert_eq!(session.links.gauges.heard_notes.load(Ordering::Relaxed), 42);
}
