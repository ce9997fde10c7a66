//! How loud a note is, and making it as loud as it should be.

use crate::score::timbre::{NOISE_BANDS, NOISE_EDGES, TABLE_FRAMES};
use crate::score::{PartialTable, Velocity};

/// How frequencies count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::infer) enum Scale {
    /// As the ear hears them (IEC 61672-1, "Sound level meters", 2013, weighting A).
    A,
    /// All alike.
    Plain,
}

/// Level of a note of the highest velocity in the middle register, decibels below full scale: four parts with forte chords
/// then stay about 8 below it.
const FORTE_DB: f32 = -30.5;
/// How much stronger than its loudness a low, dull note may be, decibels: the ear asks for more than a loudspeaker can give.
const HEADROOM_DB: f32 = 10.0;
/// From the softest velocity to the loudest, decibels.
const RANGE_DB: f32 = 34.0;
/// Time constant "fast" of a sound level meter (same source).
const FAST_SECS: f32 = 0.125;

/// What velocity takes from the level, decibels.
pub(in crate::infer) fn level_db(velocity: Velocity) -> f32 {
    let share = f32::from(velocity.number()) / 127.0;
    (26.0 * share.log10()).max(-RANGE_DB)
}

/// The level of a full note of a pitch: the bass may weigh less than A would give it, the top is held back.
pub(in crate::infer) fn register_db(pitch: f32) -> f32 {
    let low = (52.0 - pitch).max(0.0);
    let high = (pitch - 84.0).max(0.0);
    FORTE_DB - 0.3 * low - 0.2 * high
}

/// The table with its loudest moment at a level in decibels of full scale.
pub(in crate::infer) fn leveled(
    mut table: PartialTable,
    scale: Scale,
    wanted_db: f32,
) -> PartialTable {
    let plain = loudest_power(&table, Scale::Plain) * ratio(-HEADROOM_DB);
    let power = loudest_power(&table, scale).max(plain);
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

/// The highest reading of a sound level meter on "fast" while the note is held, as a mean square.
pub(in crate::infer) fn loudest_power(table: &PartialTable, scale: Scale) -> f32 {
    let weight = |hertz: f32| match scale {
        Scale::A => a_weight(hertz),
        Scale::Plain => 1.0,
    };
    let partials = table.partials();
    let weights: Vec<f32> = table.hertz.iter().map(|hertz| 0.5 * weight(*hertz)).collect();
    let bands: [f32; NOISE_BANDS] =
        std::array::from_fn(|band| weight((NOISE_EDGES[band] * NOISE_EDGES[band + 1]).sqrt()));
    let power = |frame: usize| -> f32 {
        let tones = table.amplitude[frame * partials..][..partials].iter().zip(&weights);
        let noise = table.noise[frame * NOISE_BANDS..][..NOISE_BANDS].iter().zip(&bands);
        tones.chain(noise).map(|(level, weight)| level * level * weight).sum()
    };
    let (mut reading, mut highest, mut before) = (0.0_f32, 0.0_f32, power(0));
    for frame in 1..TABLE_FRAMES {
        let secs = PartialTable::frame_secs(frame) - PartialTable::frame_secs(frame - 1);
        let now = power(frame);
        let kept = (-secs / FAST_SECS).exp();
        reading = kept * reading + (1.0 - kept) * 0.5 * (before + now);
        highest = highest.max(reading);
        before = now;
    }
    highest
}

/// Weighting A as a factor of power, 1 at 1 kHz.
fn a_weight(hertz: f32) -> f32 {
    let square = hertz * hertz;
    let response = 12_194.0_f32.powi(2) * square * square
        / ((square + 20.6_f32.powi(2))
            * ((square + 107.7_f32.powi(2)) * (square + 737.9_f32.powi(2))).sqrt()
            * (square + 12_194.0_f32.powi(2)));
    1.258_925 * response * response
}
