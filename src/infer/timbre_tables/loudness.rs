//! How loud a note is, and making it as loud as it should be.

use crate::score::timbre::{NOISE_BANDS, NOISE_EDGES, TABLE_FRAMES};
use crate::score::{PartialTable, Velocity};

/// How a note is measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Scale {
    /// As programme loudness is: weighting K, the loudest 400 ms of its first second (Recommendation ITU-R BS.1770-4, 2015).
    K,
    /// All frequencies alike, the highest reading on "fast" (IEC 61672-1, "Sound level meters", 2013): for hits.
    Plain,
}

/// Level of a note of the highest velocity in the middle register, decibels of full scale: four parts at mezzo-forte then have about -18 LUFS.
const FORTE_DB: f32 = -21.5;
/// By how much hits are louder than they are written, decibels: they are written for a band whose notes have -30.5.
const HITS_DB: f32 = 6.5;
/// From the softest velocity to the loudest, decibels.
const RANGE_DB: f32 = 34.0;
/// Time constant "fast" of a sound level meter (same source).
const FAST_SECS: f32 = 0.125;

/// What velocity takes from the level, decibels.
pub(in crate::infer) fn level_db(velocity: Velocity) -> f32 {
    let share = f32::from(velocity.number()) / 127.0;
    (26.0 * share.log10()).max(-RANGE_DB)
}

/// The level of a full note of a pitch: the lowest and the highest are held back.
pub(in crate::infer) fn register_db(pitch: f32) -> f32 {
    let low = (40.0 - pitch).max(0.0);
    let high = (pitch - 84.0).max(0.0);
    FORTE_DB - 0.3 * low - 0.2 * high
}

/// The table with its loudest moment at a level in decibels of full scale.
pub(in crate::infer) fn leveled(
    mut table: PartialTable,
    scale: Scale,
    wanted_db: f32,
) -> PartialTable {
    let power = loudest_power(&table, scale);
    let wanted_db = match scale {
        Scale::K => wanted_db,
        Scale::Plain => wanted_db + HITS_DB,
    };
    if power > 1e-20 {
        let gain = (ratio(wanted_db) / power).sqrt();
        for value in table.amplitude.iter_mut().chain(&mut table.noise) {
            *value *= gain;
        }
    }
    table
}

/// A level in decibels as a ratio of powers.
fn ratio(level_db: f32) -> f32 {
    10.0_f32.powf(level_db / 10.0)
}

/// How strong the note is where it is strongest, as a mean square.
pub(in crate::infer) fn loudest_power(table: &PartialTable, scale: Scale) -> f32 {
    let powers = powers(table, scale);
    match scale {
        Scale::K => loudest_block(&powers),
        Scale::Plain => highest_reading(&powers),
    }
}

/// Mean square at each control point.
fn powers(table: &PartialTable, scale: Scale) -> [f32; TABLE_FRAMES] {
    let weight = |hertz: f32| match scale {
        Scale::K => k_weight(hertz),
        Scale::Plain => 1.0,
    };
    let partials = table.partials();
    let weights: Vec<f32> = table.hertz.iter().map(|hertz| 0.5 * weight(*hertz)).collect();
    let bands: [f32; NOISE_BANDS] =
        std::array::from_fn(|band| weight((NOISE_EDGES[band] * NOISE_EDGES[band + 1]).sqrt()));
    std::array::from_fn(|frame| {
        let tones = table.amplitude[frame * partials..][..partials].iter().zip(&weights);
        let noise = table.noise[frame * NOISE_BANDS..][..NOISE_BANDS].iter().zip(&bands);
        tones.chain(noise).map(|(level, weight)| level * level * weight).sum()
    })
}

/// The highest reading of a sound level meter while the note is held.
fn highest_reading(powers: &[f32; TABLE_FRAMES]) -> f32 {
    let (mut reading, mut highest) = (0.0_f32, 0.0_f32);
    for frame in 1..TABLE_FRAMES {
        let secs = PartialTable::frame_secs(frame) - PartialTable::frame_secs(frame - 1);
        let kept = (-secs / FAST_SECS).exp();
        reading = kept * reading + (1.0 - kept) * 0.5 * (powers[frame - 1] + powers[frame]);
        highest = highest.max(reading);
    }
    highest
}

/// The mean over the loudest block that begins within 0.6 s of the onset, in steps of 0.1 s.
fn loudest_block(powers: &[f32; TABLE_FRAMES]) -> f32 {
    const BLOCK_SECS: f32 = 0.4;
    // Energy from the onset until a time, the power going straight from point to point.
    let energy = |until: f32| -> f32 {
        (1..TABLE_FRAMES)
            .map(|frame| {
                let (from, to) =
                    (PartialTable::frame_secs(frame - 1), PartialTable::frame_secs(frame));
                let end = until.clamp(from, to);
                let share = (end - from) / (to - from);
                let last = powers[frame - 1] + share * (powers[frame] - powers[frame - 1]);
                (end - from) * 0.5 * (powers[frame - 1] + last)
            })
            .sum()
    };
    let blocks = (0..7_u8).map(|step| {
        let begin = 0.1 * f32::from(step);
        (energy(begin + BLOCK_SECS) - energy(begin)) / BLOCK_SECS
    });
    blocks.fold(0.0, f32::max)
}

/// Weighting K as a factor of power: its two filters (De Man, "Evaluation of implementations of the EBU R128 loudness measurement", 2018).
fn k_weight(hertz: f32) -> f32 {
    let (gain, band) = (1.584_865, 1.258_721);
    let shelf = hertz / 1_681.974_5;
    let shelf_q = 0.707_175_2;
    let above = (1.0 - gain * shelf * shelf).powi(2) + (band * shelf / shelf_q).powi(2);
    let below = (1.0 - shelf * shelf).powi(2) + (shelf / shelf_q).powi(2);
    let high = hertz / 38.135_47;
    let cut = high.powi(4) / ((1.0 - high * high).powi(2) + (high / 0.500_327).powi(2));
    above / below * cut
}
