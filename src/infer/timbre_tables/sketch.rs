//! A note as a list of tones and hisses with their envelopes, from which its table is drawn.

use crate::score::PartialTable;
use crate::score::timbre::{MAX_PARTIALS, NOISE_BANDS, NOISE_EDGES, TABLE_FRAMES};

/// What a note consists of.
#[derive(Clone, Debug)]
pub(super) struct Sketch {
    pub(super) tones: Vec<Tone>,
    pub(super) hisses: Vec<Hiss>,
    pub(super) release_secs: f32,
    pub(super) sustains: bool,
    pub(super) vibrato_cents: f32,
    pub(super) vibrato_hertz: f32,
    pub(super) glide: Option<Glide>,
}

/// One partial.
#[derive(Clone, Copy, Debug)]
pub(super) struct Tone {
    pub(super) hertz: f32,
    pub(super) level: f32,
    pub(super) course: Course,
    /// -1 to 1.
    pub(super) spread: f32,
}

/// Noise around a frequency.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hiss {
    pub(super) hertz: f32,
    /// Distance at which it has fallen by 4.3 decibels.
    pub(super) octaves: f32,
    /// Root mean square of all bands together.
    pub(super) level: f32,
    pub(super) course: Course,
}

/// An envelope: a smooth rise, then a quick fall, a slow fall and what stays.
#[derive(Clone, Copy, Debug)]
pub(super) struct Course {
    pub(super) delay_secs: f32,
    pub(super) rise_secs: f32,
    /// Times to fall by 60 decibels.
    pub(super) quick_secs: f32,
    pub(super) slow_secs: f32,
    /// Shares of the slow fall and of what stays; the quick fall has the rest.
    pub(super) slow: f32,
    pub(super) stays: f32,
}

/// Pitch that starts at `from` times the tones' own and settles.
#[derive(Clone, Copy, Debug)]
pub(super) struct Glide {
    pub(super) from: f32,
    /// Time in which the difference falls to a third.
    pub(super) secs: f32,
}

/// Tones this far below the loudest are left out.
const FAINT: f32 = 2.5e-4;
const HIGHEST_HERTZ: f32 = 17_000.0;
/// Natural logarithm of 60 decibels.
const SIXTY_DB: f32 = 6.907_755;

impl Course {
    /// A rise, then a fall by 60 decibels in `secs`.
    pub(super) fn fall(rise_secs: f32, secs: f32) -> Self {
        Self {
            delay_secs: 0.0,
            rise_secs,
            quick_secs: secs,
            slow_secs: secs,
            slow: 0.0,
            stays: 0.0,
        }
    }

    /// A rise to the top, then down to what stays as long as the note does.
    pub(super) fn stay(rise_secs: f32, settle_secs: f32, stays: f32) -> Self {
        Self { stays, ..Self::fall(rise_secs, settle_secs) }
    }

    /// A fall in two paces, as of coupled strings.
    pub(super) fn twofold(rise_secs: f32, quick_secs: f32, slow_secs: f32, slow: f32) -> Self {
        Self { slow_secs, slow, ..Self::fall(rise_secs, quick_secs) }
    }

    pub(super) fn delayed(self, delay_secs: f32) -> Self {
        Self { delay_secs, ..self }
    }

    fn at(&self, secs: f32) -> f32 {
        let since = secs - self.delay_secs;
        if since < 0.0 {
            return 0.0;
        }
        let share = if self.rise_secs > 0.0 { (since / self.rise_secs).min(1.0) } else { 1.0 };
        let rise = share * share * (3.0 - 2.0 * share);
        let falling = |secs: f32| (-SIXTY_DB * since / secs).exp();
        let mut level = self.stays;
        let quick = 1.0 - self.slow - self.stays;
        if quick > 0.0 {
            level += quick * falling(self.quick_secs);
        }
        if self.slow > 0.0 {
            level += self.slow * falling(self.slow_secs);
        }
        rise * level
    }
}

impl Sketch {
    /// An empty sketch of a note that dies away.
    pub(super) fn new(release_secs: f32) -> Self {
        Self {
            tones: Vec::with_capacity(MAX_PARTIALS),
            hisses: Vec::new(),
            release_secs,
            sustains: false,
            vibrato_cents: 0.0,
            vibrato_hertz: 0.0,
            glide: None,
        }
    }

    pub(super) fn sustained(release_secs: f32) -> Self {
        Self { sustains: true, ..Self::new(release_secs) }
    }

    pub(super) fn vibrato(mut self, cents: f32, hertz: f32) -> Self {
        self.vibrato_cents = cents;
        self.vibrato_hertz = hertz;
        self
    }

    pub(super) fn tone(&mut self, hertz: f32, level: f32, course: Course, spread: f32) {
        self.tones.push(Tone { hertz, level, course, spread });
    }

    /// Scale the tones to a root mean square of 1 together, so that noise can be measured against them.
    pub(super) fn unify(&mut self) {
        let power: f32 = self.tones.iter().map(|tone| 0.5 * tone.level * tone.level).sum();
        if power > 0.0 {
            let scale = 1.0 / power.sqrt();
            for tone in &mut self.tones {
                tone.level *= scale;
            }
        }
    }

    /// Add noise, its level in decibels against the tones.
    pub(super) fn hiss(&mut self, hertz: f32, octaves: f32, level_db: f32, course: Course) {
        let level = 10.0_f32.powf(level_db / 20.0);
        self.hisses.push(Hiss { hertz, octaves, level, course });
    }

    /// Draw the table.
    pub(super) fn table(mut self) -> PartialTable {
        self.prune();
        let secs: [f32; TABLE_FRAMES] = std::array::from_fn(PartialTable::frame_secs);
        let mut amplitude = vec![0.0; TABLE_FRAMES * self.tones.len()];
        for (place, tone) in self.tones.iter().enumerate() {
            let column = amplitude[place..].iter_mut().step_by(self.tones.len());
            for (value, secs) in column.zip(&secs) {
                *value = tone.level * tone.course.at(*secs);
            }
        }
        let glide = |secs: &f32| {
            self.glide.map_or(1.0, |it| 1.0 + (it.from - 1.0) * (-secs / it.secs).exp())
        };
        PartialTable {
            hertz: self.tones.iter().map(|tone| tone.hertz).collect(),
            amplitude,
            noise: noise(&self.hisses, &secs),
            glide: secs.iter().map(glide).collect(),
            release_secs: self.release_secs,
            sustains: self.sustains,
            vibrato_cents: self.vibrato_cents,
            vibrato_hertz: self.vibrato_hertz,
            spread: self.tones.iter().map(|tone| tone.spread.clamp(-1.0, 1.0)).collect(),
            noise_correlation: PartialTable::USUAL_CORRELATION,
            choke: 0,
        }
    }

    /// Leave out what nobody hears; from low to high, so that a voice can stop computing at the top as a note dies.
    fn prune(&mut self) {
        let loudest = self.tones.iter().map(|tone| tone.level).fold(0.0, f32::max);
        self.tones.retain(|tone| {
            tone.level > loudest * FAINT && tone.hertz < HIGHEST_HERTZ && tone.hertz > 16.0
        });
        if self.tones.len() > MAX_PARTIALS {
            self.tones.sort_by(|a, b| b.level.total_cmp(&a.level));
            self.tones.truncate(MAX_PARTIALS);
        }
        self.tones.sort_by(|a, b| a.hertz.total_cmp(&b.hertz));
    }
}

/// The levels of the noise bands in every frame: powers add.
fn noise(hisses: &[Hiss], secs: &[f32; TABLE_FRAMES]) -> Vec<f32> {
    let mut power = vec![0.0_f32; TABLE_FRAMES * NOISE_BANDS];
    for hiss in hisses {
        let shape: [f32; NOISE_BANDS] = std::array::from_fn(|band| {
            let center = (NOISE_EDGES[band] * NOISE_EDGES[band + 1]).sqrt();
            let octaves = (center / hiss.hertz).log2() / hiss.octaves;
            (-octaves * octaves).exp()
        });
        let whole: f32 = shape.iter().sum::<f32>().max(1e-6);
        for (row, secs) in power.chunks_exact_mut(NOISE_BANDS).zip(secs) {
            let level = hiss.level * hiss.course.at(*secs);
            let share = level * level / whole;
            for (value, shape) in row.iter_mut().zip(&shape) {
                *value += share * shape;
            }
        }
    }
    power.into_iter().map(f32::sqrt).collect()
}

/// The place of the `n`th of many partials in the stereo picture: scattered evenly, up to `width` to each side.
pub(in crate::infer) fn scatter(n: usize, width: f32) -> f32 {
    let share = (n as f32 * 0.618_034).fract();
    width * (2.0 * share - 1.0)
}

/// The frequency ratio of an interval.
pub(super) fn cents(cents: f32) -> f32 {
    (cents / 1200.0).exp2()
}

/// How much a resonance lifts a frequency: 1 far away, `1 + gain` on it.
pub(super) fn resonance(hertz: f32, center: f32, quality: f32, gain: f32) -> f32 {
    let detune = quality * (hertz / center - center / hertz);
    1.0 + gain / (1.0 + detune * detune)
}

/// A gentle low-pass of second order.
pub(super) fn low_pass(hertz: f32, cutoff: f32) -> f32 {
    let ratio = hertz / cutoff;
    1.0 / (1.0 + ratio * ratio)
}

/// A gentle high-pass of second order.
pub(super) fn high_pass(hertz: f32, cutoff: f32) -> f32 {
    let ratio = cutoff / hertz;
    1.0 / (1.0 + ratio * ratio)
}
