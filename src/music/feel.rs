//! The player's feel: how far from the grid she plays, and where she leans. The band takes it over as far as the musician wishes.
//!
//! A pure state machine. It is told each of her notes with its exact time, and answers for each note of the band by how much to delay
//! it and how hard to strike it.

#[cfg(test)]
mod tests;

use super::planner::BarLine;
use crate::score::{Note, TICKS_PER_QUARTER, Tick, Ticks, Velocity};

/// A note this near to a line of the grid is meant to be on it, ticks.
const NEAR: f64 = 1.5;
/// Lines of the grid in a quarter: quavers, semiquavers and triplets.
const LINES: [i64; 6] = [0, 6, 8, 12, 16, 18];
/// Longest delay either way, ticks; 1.5 are 31 ms at 120 quarters a minute.
const MOST: f64 = NEAR;
/// How fast old notes are forgotten: a mean is over the last twenty or so.
const KEPT: f64 = 0.95;
/// Notes that a mean is as good as none without.
const DOUBT: f64 = 3.0;
/// What the band's usual velocity is compared with.
const USUAL: f64 = 80.0;

/// What was heard of the player's timing and dynamics.
#[derive(Clone, Debug, Default)]
pub struct Feel {
    /// Ticks late, for each kind of line.
    lateness: [Mean; Place::COUNT],
    /// Velocity beside her own mean, for each weight of beat.
    accents: [Mean; Weight::COUNT],
    velocity: Mean,
}

/// A mean that forgets, drawn towards zero while little is known.
#[derive(Clone, Copy, Debug, Default)]
struct Mean {
    sum: f64,
    count: f64,
}

/// Kinds of lines that are played alike.
#[derive(Clone, Copy)]
enum Place {
    Beat,
    Offbeat,
    Sixteenth,
    Triplet,
}

/// Beats by how they are accented.
#[derive(Clone, Copy)]
enum Weight {
    First,
    Beat,
    Between,
}

/// How one note of the band is to sound.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Manner {
    /// Ticks; negative is early.
    pub delay: f32,
    pub velocity: Velocity,
}

impl Feel {
    /// The player struck a key at `ticks`, not rounded, in `bar`.
    pub fn hear(&mut self, ticks: f64, velocity: Velocity, bar: BarLine) {
        let velocity = f64::from(velocity.number());
        let usual = if self.velocity.count > 0.0 { self.velocity.plain() } else { velocity };
        self.velocity.add(velocity);
        if let Some((line, place)) = meant(ticks) {
            self.lateness[place as usize].add(ticks - line.0 as f64);
            self.accents[Weight::of(line, bar) as usize].add(velocity - usual);
        }
    }

    /// How `note` of the band sounds in `bar` when `amount` (0 to 1) of the feel is taken over. Nothing sounds before `earliest`.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "delays are a few ticks, velocities are brought into range"
    )]
    pub fn manner(&self, note: Note, bar: BarLine, earliest: Tick, amount: f32) -> Manner {
        let amount = f64::from(amount.clamp(0.0, 1.0));
        let late = Place::of(note.onset).map_or(0.0, |it| self.lateness[it as usize].shrunk());
        let soonest = (earliest - note.onset).0.min(0) as f64;
        let delay = (amount * late).clamp(-MOST, MOST).max(soonest);
        let level = self.velocity.confidence() * (self.velocity.plain() - USUAL);
        let accent = self.accents[Weight::of(note.onset, bar) as usize].shrunk();
        let struck = f64::from(note.velocity.number()) + amount * (0.7 * level + accent);
        // In steps of a 64th of a tick, so that the last digit of a host's clock is not heard.
        let delay = ((delay * 64.0).round() / 64.0) as f32;
        Manner { delay, velocity: Velocity::clamped(struck.round().clamp(1.0, 127.0) as u8) }
    }
}

/// Where a note played at `ticks` is meant to lie: on the line of the grid that it is near to, or else at the nearest tick.
pub fn quantized(ticks: f64) -> Tick {
    meant(ticks).map_or_else(|| nearest(ticks), |(line, _)| line)
}

#[expect(clippy::cast_possible_truncation, reason = "no host counts to 2^63 ticks")]
fn nearest(ticks: f64) -> Tick {
    Tick((ticks + 0.5).floor() as i64)
}

/// The line that a note is meant to be on, if it is near to one.
fn meant(ticks: f64) -> Option<(Tick, Place)> {
    let quarter = nearest(ticks / TICKS_PER_QUARTER as f64 - 0.5).0 * TICKS_PER_QUARTER;
    let lines = LINES.into_iter().chain([TICKS_PER_QUARTER]).map(|it| Tick(quarter + it));
    let away = |it: &Tick| (ticks - it.0 as f64).abs();
    let line = lines.min_by(|a, b| away(a).total_cmp(&away(b)))?;
    (away(&line) <= NEAR).then(|| Place::of(line).map(|place| (line, place))).flatten()
}

impl Place {
    const COUNT: usize = 4;

    fn of(onset: Tick) -> Option<Self> {
        match onset.0.rem_euclid(TICKS_PER_QUARTER) {
            0 => Some(Place::Beat),
            12 => Some(Place::Offbeat),
            6 | 18 => Some(Place::Sixteenth),
            8 | 16 => Some(Place::Triplet),
            _ => None,
        }
    }
}

impl Weight {
    const COUNT: usize = 3;

    fn of(onset: Tick, bar: BarLine) -> Self {
        let bar = bar.around(onset);
        match (onset - bar.start, bar.meter.beat()) {
            (Ticks(0), _) => Weight::First,
            (into, beat) if into.0 % beat.0 == 0 => Weight::Beat,
            _ => Weight::Between,
        }
    }
}

impl Mean {
    fn add(&mut self, value: f64) {
        self.sum = KEPT * self.sum + value;
        self.count = KEPT * self.count + 1.0;
    }

    fn plain(self) -> f64 {
        if self.count > 0.0 { self.sum / self.count } else { 0.0 }
    }

    fn confidence(self) -> f64 {
        self.count / (self.count + DOUBT)
    }

    fn shrunk(self) -> f64 {
        self.confidence() * self.plain()
    }
}
