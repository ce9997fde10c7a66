//! Sessions with the whole engine: a player who plays a tune along with the band, and one who trades it bar by bar with a part that answers.

use serde_json::{Value, json};

use super::tunes::Tune;
use super::{Mean, beat, round};
use crate::cli::args::MeasureArgs;
use crate::cli::failure::Failure;
use crate::cli::packs;
use crate::engine::link::FromComposer;
use crate::engine::offline::{self, Bounced, Request};
use crate::music::key::KeyFinder;
use crate::score::{Meter, Mode, Note, Phrase, Seed, Settings, StyleBlend, Tick, Ticks, Trade};

/// Bars that are played along.
const JAM_BARS: i64 = 16;
/// Turns of a session, and bars of each.
const TURNS: i64 = 8;
const TURN_BARS: i64 = 2;
/// Notes of a motif.
const MOTIF: usize = 4;

/// How many of the player's notes a part that plays along expects, how many of them the window would show beforehand, and how many a guess of the pitch class
/// before would have.
pub(super) fn jams(args: &MeasureArgs, tunes: &[Tune]) -> Result<Value, Failure> {
    let mut found = serde_json::Map::new();
    for (name, memory) in [("without", 0.0), ("with", 0.5)] {
        let mut drawn = Drawn::default();
        let (mut notes, mut expected, mut repeated, mut shown) = (0, 0, 0, 0);
        for tune in tunes {
            let end = Tick(0) + tune.bar.meter.bar() * JAM_BARS;
            let player = tune.player.iter().filter(|it| it.onset < end).copied().collect();
            let mut settings = settings(tune, memory);
            settings.parts[0].mode = Mode::Play;
            let bounced = bounce(args, tune, settings, player, JAM_BARS, true)?;
            let heard = bounced.anticipation;
            notes += heard.notes;
            expected += heard.expected;
            repeated += heard.repeated;
            shown += bounced.foreseen.expected;
            bounced.told.iter().for_each(|it| drawn.add(it));
        }
        let share = |count: u32| round(f64::from(count) / f64::from(notes.max(1)));
        found.insert(
            format!("{name}_memory"),
            json!({ "notes": notes, "expected": share(expected), "shown": share(shown), "repeat_last": share(repeated), "band": drawn.json() }),
        );
    }
    Ok(Value::Object(found))
}

/// Of the band's notes those whose pitch the model expected, thought likely, and was surprised by.
#[derive(Default)]
struct Drawn {
    counts: [u32; 3],
}

impl Drawn {
    fn add(&mut self, message: &FromComposer) {
        if let FromComposer::Committed(_, Some(likelihood)) = message {
            self.counts[likelihood.surprise() as usize] += 1;
        }
    }

    fn json(&self) -> Value {
        let all = self.counts.iter().sum::<u32>().max(1);
        let [expected, likely, surprising] =
            self.counts.map(|count| round(f64::from(count) / f64::from(all)));
        json!({ "expected": expected, "likely": likely, "surprising": surprising })
    }
}

/// Two bars of the tune, two bars of rest, eight times; one part answers.
pub(super) fn answers(args: &MeasureArgs, tunes: &[Tune]) -> Result<Value, Failure> {
    let mut found = serde_json::Map::new();
    for amount in [0.0, 0.5, 1.0] {
        let mut tally = Tally::default();
        for tune in tunes {
            let Some(player) = phrases(tune) else { continue };
            let mut settings = settings(tune, amount);
            settings.parts[0].mode = Mode::Answer;
            settings.trade = Trade::TwoBars;
            let bounced =
                bounce(args, tune, settings, player.clone(), TURNS * 2 * TURN_BARS, false)?;
            tally.add(tune, &player, &bounced.notes);
        }
        found.insert(format!("memory_{amount}"), tally.json());
    }
    Ok(Value::Object(found))
}

/// The tune's turns with rests between; nothing if it has too few bars or a turn with too few notes.
fn phrases(tune: &Tune) -> Option<Vec<Note>> {
    let turn = tune.bar.meter.bar() * TURN_BARS;
    let mut notes = Vec::new();
    for number in 0..TURNS {
        let (from, until) = (Tick(0) + turn * number, Tick(0) + turn * (number + 1));
        let own = tune.player.iter().filter(|it| (from..until).contains(&it.onset));
        let cut = |note: &Note| Note {
            onset: note.onset + turn * number,
            length: note.length.min(until - note.onset),
            ..*note
        };
        let own: Vec<Note> = own.map(cut).collect();
        if own.len() < MOTIF {
            return None;
        }
        notes.extend(own);
    }
    Some(notes)
}

/// What became of replies.
#[derive(Default)]
struct Tally {
    turns: u32,
    silent: u32,
    on_beat: u32,
    in_first_beat: u32,
    over: u32,
    quoting: u32,
    in_scale: Mean,
    notes: Mean,
}

impl Tally {
    fn add(&mut self, tune: &Tune, player: &[Note], band: &[Note]) {
        let turn = tune.bar.meter.bar() * TURN_BARS;
        for number in 0..TURNS {
            let from = Tick(0) + turn * (2 * number);
            let (begin, end) = (from + turn, from + turn * 2);
            let within = |notes: &[Note], from: Tick, until: Tick| -> Vec<Note> {
                notes.iter().filter(|it| (from..until).contains(&it.onset)).copied().collect()
            };
            let phrase = within(player, from, begin);
            let reply = within(band, begin, end);
            self.turns += 1;
            let Some(first) = reply.first() else {
                self.silent += 1;
                continue;
            };
            self.on_beat += u32::from(first.onset == begin);
            self.in_first_beat += u32::from(first.onset < begin + beat(tune));
            self.over += u32::from(reply.iter().any(|it| it.end() > end));
            self.quoting += u32::from(quotes(&phrase, &reply));
            self.notes.add(reply.len() as f64);
            let mut key = KeyFinder::default();
            player.iter().for_each(|it| key.hear(it.pitch, it.length));
            if let Some(key) = key.key() {
                reply.iter().for_each(|it| self.in_scale.add(f64::from(key.contains(it.pitch))));
            }
        }
    }

    fn json(&self) -> Value {
        let share = |count: u32| round(f64::from(count) / f64::from(self.turns.max(1)));
        json!({
            "replies": self.turns,
            "silent": share(self.silent),
            "first_note_on_the_turn": share(self.on_beat),
            "first_note_within_a_beat": share(self.in_first_beat),
            "sounding_beyond_the_turn": share(self.over),
            "quoting": share(self.quoting),
            "in_scale": round(self.in_scale.value()),
            "notes": round(self.notes.value()),
        })
    }
}

/// Whether four notes of `reply` follow each other by the same intervals and gaps as four of `phrase`.
fn quotes(phrase: &[Note], reply: &[Note]) -> bool {
    // The highest of notes that begin together: they are sorted by pitch.
    let line = |notes: &[Note]| -> Vec<Note> {
        let is_highest =
            |at: &usize| notes.get(at + 1).is_none_or(|it| it.onset > notes[*at].onset);
        (0..notes.len()).filter(is_highest).map(|at| notes[at]).collect()
    };
    let steps = |notes: &[Note]| -> Vec<(i16, Ticks)> {
        let step = |pair: &[Note]| {
            let interval = i16::from(pair[1].pitch.number()) - i16::from(pair[0].pitch.number());
            (interval, pair[1].onset - pair[0].onset)
        };
        notes.windows(2).map(step).collect()
    };
    let (phrase, reply) = (steps(&line(phrase)), steps(&line(reply)));
    reply.windows(MOTIF - 1).any(|motif| phrase.windows(MOTIF - 1).any(|own| own == motif))
}

fn settings(tune: &Tune, memory: f32) -> Settings {
    let mut settings = Settings {
        seed: Seed(7),
        style: StyleBlend::only(tune.style),
        memory,
        ..Settings::default()
    };
    for part in &mut settings.parts {
        part.mode = Mode::Off;
    }
    settings
}

fn bounce(
    args: &MeasureArgs,
    tune: &Tune,
    settings: Settings,
    player: Vec<Note>,
    bars: i64,
    watched: bool,
) -> Result<Bounced, Failure> {
    let meter: Meter = tune.bar.meter;
    let request = Request {
        settings,
        tempo: tune.tempo,
        meter,
        bars: u32::try_from(bars).unwrap_or(1),
        player: Phrase::new(player),
        sample_rate: 8000,
        // What is foreseen is thought of between blocks.
        block: if watched { 64 } else { 4096 },
        watched,
        ..Request::default()
    };
    Ok(offline::bounce(packs::open(&args.muse)?.muse, &request, &mut |_| {})?)
}
