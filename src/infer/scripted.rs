//! A muse without a model, for tests: every part plays on a rhythm of its own, with pitches from the noise.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::muse::{ComposeError, Controls, Draw, Muse, State, StyleCard};
use super::tables::TableCache;
use super::timbre_tables;
use crate::music::tokens::{DRUMS, Event, Features};
use crate::pack::Rest;
use crate::score::{Family, MapPoint, Part, PartialTable, Pitch, TimbreId, Velocity};

/// Plays the same for the same noise and the same notes heard before, and otherwise not: its state is a checksum of all it absorbed.
#[derive(Debug)]
pub struct Scripted {
    styles: Vec<StyleCard>,
    tables: TableCache,
}

/// Ticks between two notes of each slot, counted from the bar's start.
const RHYTHM: [i64; Part::COUNT] = [96, 12, 24, 48, 24];
/// Duration class of each slot's notes: 48, 12, 24, 48 and 24 ticks.
const DURATION: [u8; Part::COUNT] = [17, 7, 12, 17, 12];
/// Middle of each slot's pitches.
const MIDDLE: [i16; Part::COUNT] = [67, 74, 64, 55, 43];
/// Pitches either side of the middle.
const REACH: i16 = 9;
/// Keys of the drums: kick, snare, closed hi-hat.
const KIT: [usize; 3] = [36, 38, 42];

impl Scripted {
    pub fn new() -> Self {
        let family = |index: u8| Family::new(index).unwrap_or(Family::PIANO);
        let card = |name: &str, title: &str, has_velocity: bool, parts| StyleCard {
            name: name.into(),
            title: title.into(),
            has_velocity,
            density: (0.5, 0.5),
            repetition: (0.0, 1.0),
            rest: Rest::default(),
            tempo: 120.0,
            meter: (4, 4),
            parts,
        };
        let quartet =
            vec![(family(9), 74.0), (family(0), 64.0), (family(5), 55.0), (family(4), 43.0)];
        let combo =
            vec![(family(8), 70.0), (family(3), 60.0), (family(4), 43.0), (Family::DRUMS, 43.0)];
        let styles = vec![
            card("quartet", "Scripted quartet", false, quartet),
            card("combo", "Scripted combo", true, combo),
        ];
        Self { styles, tables: TableCache::new() }
    }
}

impl Default for Scripted {
    fn default() -> Self {
        Self::new()
    }
}

impl Muse for Scripted {
    fn styles(&self) -> &[StyleCard] {
        &self.styles
    }

    fn backend(&self) -> &str {
        "scripted"
    }

    fn silence(&self) -> State {
        State(Arc::new([0.0]))
    }

    fn step(
        &mut self,
        state: &State,
        features: &Features,
        controls: &Controls,
    ) -> Result<Draw, ComposeError> {
        let heard = checksum(state.0[0], features);
        let [time, slot] = next_place(features, controls);
        let pitch = pitch(slot, heard, controls);
        let velocity = 8 + choose(&controls.noise[549..555], |_| true).unwrap_or(0);
        #[expect(clippy::cast_possible_truncation, reason = "each is below its field's classes")]
        let event = Event {
            time: time as u16,
            part: slot as u8,
            pitch: pitch as u8,
            duration: DURATION[slot],
            velocity: velocity as u8,
        };
        Ok(Draw { event, log_probability: [-0.5; 5], state: State(Arc::new([heard])) })
    }

    fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<Arc<PartialTable>, ComposeError> {
        let family = match timbre {
            // Its map has the families side by side.
            TimbreId::At(point, family) => side_by_side(point).unwrap_or(family),
            other => other.family(),
        };
        let make = || Ok(timbre_tables::table(family, pitch, velocity));
        self.tables.table(timbre, pitch, velocity, make)
    }
}

/// The family, none of them drums, at a point of the map.
fn side_by_side(point: MapPoint) -> Option<Family> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 15")]
    Family::new((point.shares().0 * 15.0).round() as u8)
}

/// A whole number below 65521 that depends on every event absorbed, in order.
fn checksum(before: f32, features: &Features) -> f32 {
    let event = features.event;
    let fields = [event.time, event.part.into(), event.pitch.into(), event.duration.into()];
    fields.into_iter().fold(before, |sum, field| (sum * 31.0 + f32::from(field) + 1.0) % 65521.0)
}

/// Time step and slot of the next place at which an allowed part plays, if the biases leave one; else the last time that they leave.
fn next_place(features: &Features, controls: &Controls) -> [usize; 2] {
    let possible = |bias: &f32| *bias > Controls::IMPOSSIBLE / 2.0;
    let mut latest = 0;
    for (time, ticks) in (0..controls.bias_time.len()).zip(0i64..) {
        if !possible(&controls.bias_time[time]) {
            continue;
        }
        latest = time;
        let phase = (features.position[0] + ticks) % features.position[1].max(1);
        let first = match features.event.part {
            part if time == 0 && usize::from(part) < Part::COUNT => usize::from(part) + 1,
            _ => 0,
        };
        let plays =
            |slot: &usize| phase % RHYTHM[*slot] == 0 && possible(&controls.bias_part[*slot]);
        if let Some(slot) = (first..Part::COUNT).find(plays) {
            return [time, slot];
        }
    }
    [latest, controls.bias_part.iter().position(possible).unwrap_or(0)]
}

/// The pitch with the most noise among those within the slot's reach that the biases leave, turned on by what was heard.
fn pitch(slot: usize, heard: f32, controls: &Controls) -> usize {
    let row = &controls.bias_pitch[slot * 128..(slot + 1) * 128];
    let noise = &controls.noise[389..389 + 128];
    let possible = |pitch: usize| row[pitch] > Controls::IMPOSSIBLE / 2.0;
    let turned = |pitch: usize| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to 65520")]
        let turn = heard as usize;
        noise[(pitch + turn) % 128]
    };
    let drums = controls.family[slot] == DRUMS;
    let near = |pitch: usize| {
        let distance = i16::try_from(pitch).map_or(i16::MAX, |pitch| (pitch - MIDDLE[slot]).abs());
        if drums { KIT.contains(&pitch) } else { distance <= REACH }
    };
    let keys: Vec<f32> = (0..128).map(turned).collect();
    choose(&keys, |pitch| possible(pitch) && near(pitch))
        .or_else(|| choose(&keys, possible))
        .unwrap_or(60)
}

/// Index of the largest of the values that `keep` keeps.
fn choose(values: &[f32], keep: impl Fn(usize) -> bool) -> Option<usize> {
    (0..values.len()).filter(|index| keep(*index)).max_by(|a, b| values[*a].total_cmp(&values[*b]))
}
