//! What the decoder gives, made a table: the levels of slots and bands in decibels become partials. `training/timbre/sound.py` does the same.

use crate::pack::Nature;
use crate::pack::shape::{BETWEEN, COARSE, COLUMNS, DEVIATIONS, EXACT, HEADS, SLOTS, WIDTH_GROUPS};
use crate::score::timbre::{MAX_PARTIALS, NOISE_BANDS, TABLE_FRAMES};
use crate::score::{PartialTable, Pitch};

/// One run of the graph.
#[derive(Debug)]
pub(super) struct Decoded {
    /// `[TABLE_FRAMES][COLUMNS]`, decibels against the note's loudest moment.
    pub(super) frames: Vec<f32>,
    /// Heads, then widths, then deviations.
    pub(super) statics: Vec<f32>,
}

/// A partial on its way into the table.
#[derive(Clone, Copy, Debug)]
struct Partial {
    hertz: f32,
    /// Between which two slots its level lies, and how far from the lower one.
    slot: f32,
    gain: f32,
    spread: f32,
    loudest: f32,
}

/// Highest harmonic that is ever played.
const HARMONICS: u8 = 160;
/// Partials this far below the loudest are left out.
const FAINT: f32 = 4e-4;
const LOWEST_HERTZ: f32 = 16.0;
const HIGHEST_HERTZ: f32 = 19_500.0;
/// Against the loudest moment; what is below is nothing.
const SILENT_DB: f32 = -95.0;
/// Sides of the stereo picture from harmonic to harmonic: no run of them leans to one side (the sequence of Thue and Morse).
const SIDES: [f32; 8] = [1.0, -1.0, -1.0, 1.0, -1.0, 1.0, 1.0, -1.0];
/// Left and right are never more opposed than by that, or a note would vanish in mono.
const MOST_OPPOSED: f32 = 0.9;
/// The first group of harmonics that noise is as wide as.
const NOISE_GROUPS_FROM: usize = 3;
const LEAST_VIBRATO_CENTS: f32 = 2.0;
/// The lowest harmonics of a section are played by three desks, apart in pitch and place.
const SECTION_HARMONICS: u8 = 16;
const SECTION_CENTS: [f32; 3] = [-7.0, 0.0, 8.0];

impl Decoded {
    /// `section`: how much of a section there is beside one player, 0 to 1.
    pub(super) fn table(&self, pitch: Pitch, nature: Nature, section: f32) -> PartialTable {
        let [_, cents, _, vibrato_cents, vibrato_hertz, release_secs] = self.heads();
        let base = pitch.hertz() * (cents.clamp(-100.0, 100.0) / 1200.0).exp2();
        let partials = self.audible(base, section);
        let mut amplitude = Vec::with_capacity(TABLE_FRAMES * partials.len());
        let mut noise = Vec::with_capacity(TABLE_FRAMES * NOISE_BANDS);
        for row in self.frames.chunks_exact(COLUMNS) {
            let levels = partials.iter().map(|it| it.gain * linear(decibels(row, it.slot)));
            amplitude.extend(levels);
            noise.extend(row[SLOTS..].iter().map(|decibels| linear(*decibels)));
        }
        PartialTable {
            hertz: partials.iter().map(|it| it.hertz).collect(),
            amplitude,
            noise,
            glide: vec![1.0; TABLE_FRAMES],
            release_secs: release_secs.clamp(0.05, 4.0),
            sustains: nature == Nature::Held,
            vibrato_cents: if vibrato_cents < LEAST_VIBRATO_CENTS {
                0.0
            } else {
                vibrato_cents.min(30.0)
            },
            vibrato_hertz: vibrato_hertz.clamp(0.0, 9.0),
            spread: partials.iter().map(|it| it.spread).collect(),
            noise_correlation: self.noise_correlation(),
            choke: 0,
        }
    }

    fn heads(&self) -> [f32; HEADS] {
        std::array::from_fn(|place| self.statics[place])
    }

    /// The partials that are heard, from low to high.
    fn audible(&self, base: f32, section: f32) -> Vec<Partial> {
        let mut partials = self.partials(base, section);
        for partial in &mut partials {
            let rows = self.frames.chunks_exact(COLUMNS);
            let loudest = rows.map(|row| decibels(row, partial.slot)).fold(SILENT_DB, f32::max);
            partial.loudest = partial.gain * linear(loudest);
        }
        let loudest = partials.iter().map(|it| it.loudest).fold(0.0, f32::max);
        partials.retain(|it| {
            it.loudest > FAINT * loudest && (LOWEST_HERTZ..=HIGHEST_HERTZ).contains(&it.hertz)
        });
        if partials.len() > MAX_PARTIALS {
            partials.sort_by(|a, b| b.loudest.total_cmp(&a.loudest));
            partials.truncate(MAX_PARTIALS);
        }
        partials.sort_by(|a, b| a.hertz.total_cmp(&b.hertz));
        partials
    }

    fn partials(&self, base: f32, section: f32) -> Vec<Partial> {
        let mut partials = Vec::with_capacity(MAX_PARTIALS + 80);
        let one = |hertz, slot, spread| Partial { hertz, slot, gain: 1.0, spread, loudest: 0.0 };
        for (multiple, slot) in BETWEEN.iter().zip(0_u8..) {
            partials.push(one(base * multiple, f32::from(slot), 0.0));
        }
        for (harmonic, side) in (1..=HARMONICS).zip(SIDES.iter().cycle()) {
            let width = self.width(harmonic);
            let partial = one(base * self.multiple(harmonic), slot_of(harmonic), side * width);
            if section == 0.0 || harmonic > SECTION_HARMONICS {
                partials.push(partial);
                continue;
            }
            let places = [-width, partial.spread, width];
            // Less than a section: the outer desks play more softly, and all together are as loud.
            let outer = section / 3.0_f32.sqrt();
            let gains = [outer, (1.0 - 2.0 * outer * outer).sqrt(), outer];
            for ((cents, spread), gain) in SECTION_CENTS.into_iter().zip(places).zip(gains) {
                let hertz = partial.hertz * (cents / 1200.0).exp2();
                partials.push(Partial { hertz, gain, spread, ..partial });
            }
        }
        partials
    }

    /// How far from the middle a harmonic lies: left and right of a partial at s are correlated by the root of 1 - s², and beyond 1 by less
    /// than nothing, as `PartialTable::spread` says.
    fn width(&self, harmonic: u8) -> f32 {
        let group = WIDTH_GROUPS.iter().position(|highest| usize::from(harmonic) <= *highest);
        let group = group.unwrap_or(WIDTH_GROUPS.len() - 1);
        let correlation = self.statics[HEADS + group].clamp(-MOST_OPPOSED, 1.0);
        let width = (1.0 - correlation * correlation).sqrt();
        if correlation < 0.0 { 2.0 - width } else { width }
    }

    /// Noise is as wide as the harmonics that it lies among.
    fn noise_correlation(&self) -> f32 {
        let groups = &self.statics[HEADS + NOISE_GROUPS_FROM..HEADS + WIDTH_GROUPS.len()];
        (groups.iter().sum::<f32>() / groups.len() as f32).clamp(0.0, 1.0)
    }

    /// Frequency over the fundamental's: a stiff string's (Fletcher and Rossing, "The Physics of Musical Instruments", 1998), and what this one adds.
    fn multiple(&self, harmonic: u8) -> f32 {
        let n = f32::from(harmonic);
        let stiffness = self.statics[2].clamp(0.0, 0.01);
        let place = usize::from(harmonic) - 1;
        let deviation = if place < DEVIATIONS {
            self.statics[HEADS + WIDTH_GROUPS.len() + place].clamp(-0.5, 0.5)
        } else {
            0.0
        };
        n * (1.0 + stiffness * n * n).sqrt() + deviation
    }
}

/// Where a harmonic's level is told: a slot, or a place between two.
fn slot_of(harmonic: u8) -> f32 {
    let first = f32::from(u8::try_from(BETWEEN.len()).expect("they are few"));
    let n = f32::from(harmonic);
    if usize::from(harmonic) <= EXACT {
        return first + n - 1.0;
    }
    let mut below = 32.0;
    let mut slot = first + 31.0;
    for above in COARSE {
        if n <= above {
            return slot + (n - below) / (above - below);
        }
        below = above;
        slot += 1.0;
    }
    slot
}

/// Level at a place between two slots.
fn decibels(row: &[f32], slot: f32) -> f32 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "slots are a few dozen"
    )]
    let below = slot as usize;
    let share = slot.fract();
    let above = (below + 1).min(SLOTS - 1);
    row[below] * (1.0 - share) + row[above] * share
}

fn linear(decibels: f32) -> f32 {
    if decibels > SILENT_DB { 10.0_f32.powf(decibels.min(20.0) / 20.0) } else { 0.0 }
}
