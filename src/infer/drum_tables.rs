//! The drum kit of a pack, made tables.

#[cfg(test)]
mod tests;

use super::timbre_tables::{self, loudness};
use crate::pack::{DrumHit, DrumKit};
use crate::score::timbre::{NOISE_BANDS, TABLE_FRAMES};
use crate::score::{Family, PartialTable, Pitch, Velocity};

/// A pack's kit, as loud as the hand-written one.
#[derive(Debug)]
pub(super) struct DrumTables {
    kit: DrumKit,
    /// What all hits' levels are raised by, decibels.
    gain_db: f32,
}

/// The key whose level in the hand-written kit the whole kit is brought to: its bass drum, or its lowest hit.
const REFERENCE: u8 = 36;
/// How much softer or harder a hit may be than those that were measured, as a share of the way between them.
const BEYOND: f32 = 0.25;
/// Letting a drum's key go changes nothing.
const RINGS_ON_SECS: f32 = 1000.0;
/// How far modes are scattered to the sides; what was measured is in the middle.
const SCATTER: f32 = 0.3;
/// Modes below it stay in the middle, hertz.
const MIDDLE_HERTZ: f32 = 300.0;

impl DrumTables {
    pub(super) fn new(kit: &DrumKit) -> Self {
        let reference = kit.hit(REFERENCE).or(kit.hits.first());
        let gain_db = reference.map_or(0.0, |hit| {
            let hard = Velocity::clamped(112);
            let key = Pitch::new(hit.key).expect("the pack was checked");
            let level = |table: &PartialTable| {
                10.0 * loudness::loudest_power(table, loudness::Scale::Plain).max(1e-20).log10()
            };
            let wanted = level(&timbre_tables::table(Family::DRUMS, key, hard));
            wanted - level(&table(hit, hard, 0.0))
        });
        Self { kit: kit.clone(), gain_db }
    }

    /// The table of a hit; one written by hand for a key that the kit has not.
    pub(super) fn table(&self, key: Pitch, velocity: Velocity) -> PartialTable {
        self.kit.hit(key.number()).map_or_else(
            || timbre_tables::table(Family::DRUMS, key, velocity),
            |hit| table(hit, velocity, self.gain_db),
        )
    }
}

fn table(hit: &DrumHit, velocity: Velocity, gain_db: f32) -> PartialTable {
    let hard = Velocity::clamped(112);
    let softer = (DrumKit::HARD - f32::from(velocity.number())) / (DrumKit::HARD - DrumKit::SOFT);
    let softer = softer.clamp(-BEYOND, 1.0 + BEYOND);
    let level_db = hit.level_db + gain_db + loudness::level_db(velocity) - loudness::level_db(hard);
    let rows = |levels: &[Option<f32>], softer_db: &[f32]| {
        let mut out = vec![0.0; TABLE_FRAMES * softer_db.len()];
        let places = levels.iter().zip(softer_db.iter().cycle()).zip(&mut out);
        for ((level, softer_db), place) in places {
            let Some(level) = level else { continue };
            *place = 10.0_f32.powf((level + level_db + softer * softer_db) / 20.0).min(2.0);
        }
        out
    };
    let mut glide = vec![1.0; TABLE_FRAMES];
    for (ratio, cents) in glide.iter_mut().zip(&hit.glide_cents) {
        *ratio = (cents / 1200.0).exp2();
    }
    let spread = hit.hertz.iter().enumerate().map(|(place, hertz)| {
        if *hertz < MIDDLE_HERTZ { 0.0 } else { timbre_tables::scatter(place, SCATTER) }
    });
    PartialTable {
        hertz: hit.hertz.clone(),
        amplitude: rows(&hit.modes, &hit.mode_softer_db),
        noise: rows(&hit.noise[..hit.frames * NOISE_BANDS], &hit.band_softer_db),
        glide,
        release_secs: RINGS_ON_SECS,
        sustains: false,
        vibrato_cents: 0.0,
        vibrato_hertz: 0.0,
        spread: spread.collect(),
        noise_correlation: PartialTable::USUAL_CORRELATION,
        choke: hit.choke,
    }
}
