//! `measure`: how well the player is foretold with and without memory, what hearing her is worth to the other parts, and how parts answer.

mod answers;
mod tunes;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};

use self::tunes::Tune;
use super::args::{MeasureArg, MeasureArgs};
use super::failure::Failure;
use super::learn;
use super::{packs, say, tell};
use crate::engine::composer::judging::{Cost, LookBack, judge_band, judge_player};
use crate::music::memory::Memory;
use crate::score::{Note, Part, Pitch, Ticks};

/// The amount of memory that melodies are judged with: the control's default.
const AMOUNT: f32 = 0.5;
/// How far a tune is moved from where it was learned.
const TRANSPOSED: i16 = 5;

/// A sum and a count, for a mean.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

/// Measure, and print JSON.
pub(super) fn run(args: &MeasureArgs) -> Result<(), Failure> {
    let styles: Vec<String> =
        packs::open(&args.muse)?.muse.styles().iter().map(|it| it.name.clone()).collect();
    let folders = tunes::read(args, &styles)?;
    let mut report = BTreeMap::new();
    for (style, tunes) in &folders {
        tell(&format!("{style}: {} tunes", tunes.len()));
        let mut found = serde_json::Map::new();
        found.insert("tunes".to_owned(), json!(tunes.len()));
        for what in &args.what {
            let (name, value) = match what {
                MeasureArg::Melodies => ("melodies", melodies(args, tunes)?),
                MeasureArg::Hearing => ("hearing", hearing(args, tunes)?),
                MeasureArg::Jams => ("anticipation", answers::jams(args, tunes)?),
                MeasureArg::Answers => ("answers", answers::answers(args, tunes)?),
            };
            found.insert(name.to_owned(), value);
        }
        report.insert(style.clone(), Value::Object(found));
    }
    say(&serde_json::to_string_pretty(&report).unwrap_or_default())
}

/// Bits a note of the player's in each half of the tunes: as heard for the first time, with the network's look-back blanked, and as a tune that she has
/// played before in another key, whose second half the network then hears without the first.
fn melodies(args: &MeasureArgs, tunes: &[Tune]) -> Result<Value, Failure> {
    let mut muse = packs::open(&args.muse)?.muse;
    let nothing = Arc::new(Memory::new());
    let mut costs: [Halves; 3] = Default::default();
    for tune in tunes {
        let player = &tune.player;
        let middle = player.len() / 2;
        for (told, halves) in [LookBack::Told, LookBack::Blank].into_iter().zip(&mut costs) {
            let found = judge_player(muse.as_mut(), player, &tune.alone(), &nothing, AMOUNT, told)?;
            let after = found.len() - (player.len() - middle);
            halves.add(&found[..after], &found[after..]);
        }
        let known = learn::with(&nothing, &transposed(player), tune.bar);
        let again = &player[middle..];
        let judged = judge_player(
            muse.as_mut(),
            again,
            &tune.alone(),
            &Arc::new(known),
            AMOUNT,
            LookBack::Told,
        )?;
        costs[2].add(&[], &judged);
    }
    let [heard, blank, known] = costs;
    Ok(json!({
        "heard_first": heard.json(),
        "look_back_blanked": blank.json(),
        "played_before_in_another_key": known.json(),
    }))
}

fn transposed(notes: &[Note]) -> Vec<Note> {
    let move_up = |pitch: Pitch| u8::try_from(i16::from(pitch.number()) + TRANSPOSED).ok();
    let moved =
        |note: &Note| Some(Note { pitch: move_up(note.pitch).and_then(Pitch::new)?, ..*note });
    notes.iter().filter_map(moved).collect()
}

/// Bits of pitch and duration a note of the parts beside the player, with her, without her, and with another tune's player in her place.
fn hearing(args: &MeasureArgs, tunes: &[Tune]) -> Result<Value, Failure> {
    let mut muse = packs::open(&args.muse)?.muse;
    let mut means = [[Mean::default(); 5]; 3];
    for (at, tune) in tunes.iter().enumerate().filter(|it| !it.1.others.is_empty()) {
        let alike = |it: &&Tune| it.bar.meter == tune.bar.meter;
        let stranger = tunes[at + 1..].iter().chain(&tunes[..at]).find(alike);
        let heard = [Some(&tune.player[..]), None, stranger.map(|it| &it.player[..])];
        if heard[2].is_none() {
            continue; // nobody to take her place
        }
        for (player, means) in heard.into_iter().zip(&mut means) {
            let end = tune.others.last().map(|it| it.onset);
            let player = player.unwrap_or_default().iter().filter(|it| Some(it.onset) <= end);
            let mut notes: Vec<Note> = tune.others.iter().chain(player).copied().collect();
            notes.sort_unstable();
            let piece =
                if notes.len() == tune.others.len() { tune.without() } else { tune.together() };
            for (part, cost) in judge_band(muse.as_mut(), &notes, &piece)? {
                if part != Part::PLAYER {
                    means.iter_mut().zip(cost).for_each(|(mean, cost)| mean.add(cost.into()));
                }
            }
        }
    }
    let json = |means: &[Mean; 5]| {
        let [time, part, pitch, duration, _] = means.map(|it| it.value());
        json!({ "time": round(time), "part": round(part), "pitch": round(pitch), "duration": round(duration),
            "pitch_and_duration": round(pitch + duration) })
    };
    Ok(
        json!({ "notes": means[0][0].count, "with": json(&means[0]), "without": json(&means[1]), "stranger": json(&means[2]) }),
    )
}

/// Costs in the first and second half of tunes.
#[derive(Default)]
struct Halves {
    network: [[Mean; 3]; 2],
    saved: [[Mean; 3]; 2],
}

impl Halves {
    fn add(&mut self, first: &[Cost], second: &[Cost]) {
        for (half, costs) in [first, second].into_iter().enumerate() {
            for cost in costs {
                for field in 0..3 {
                    self.network[half][field].add(cost.network[field].into());
                    self.saved[half][field].add(cost.saved[field].into());
                }
            }
        }
    }

    fn json(&self) -> Value {
        let all = |means: &[Mean; 3]| means.iter().map(|it| it.value()).sum::<f64>();
        let half = |half: usize| {
            let [time, pitch, duration] = self.saved[half].map(|it| round(it.value()));
            json!({
                "notes": self.network[half][0].count,
                "network": round(all(&self.network[half])),
                "with_memory": round(all(&self.network[half]) - all(&self.saved[half])),
                "saved": round(all(&self.saved[half])),
                "saved_of": { "time": time, "pitch": pitch, "duration": duration },
            })
        };
        json!({ "first_half": half(0), "second_half": half(1) })
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum += value;
        self.count += 1.0;
    }

    fn value(self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }
}

/// To a thousandth.
fn round(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// How long a beat is, for those who count in beats.
fn beat(tune: &Tune) -> Ticks {
    tune.bar.meter.beat()
}
