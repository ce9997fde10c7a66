//! Noise in critical bands: looping tables shared by all parts, and each part's mixture of them.

#[cfg(test)]
mod tests;

use realfft::RealFftPlanner;
use realfft::num_complex::Complex;

use super::curves::within;
use super::simd::{Arithmetic, fetch_ahead};
use super::voice::{LANES, NOISE_LANES, largest_of_all};
use crate::score::Stream;
use crate::score::seed::Seed;
use crate::score::timbre::{NOISE_BANDS, NOISE_EDGES};

/// One loop of noise for each critical band, root mean square 1.
#[derive(Debug)]
pub(super) struct NoiseTables {
    /// Band by band, `length + RUN` samples each: the start again after the end, so that a run is one slice.
    samples: Vec<f32>,
    length: usize,
}

/// The noise of one part: the bands of all its voices together, so that a chord costs no more than a note.
#[derive(Debug)]
pub(super) struct NoiseMixture {
    /// Gain of each band at the start of the period, and what it gains a frame.
    gain: [f32; NOISE_LANES],
    step: [f32; NOISE_LANES],
    /// How much of it left and right share, and what sets them apart, at the start of the period, and what each gains a frame.
    common: [f32; 2],
    apart: [f32; 2],
    /// Frames played since the start of the period.
    played: u16,
    /// Place in the loops; it stands still in silence.
    place: usize,
    silent: bool,
}

/// And those that are so far below the sum of the notes' levels, 62 decibels.
const HIDDEN: f32 = 8e-4;

/// How loud a part is to be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Loudness {
    /// Sum of the levels of all partials and bands.
    pub(super) level: f32,
    /// Mean square of each noise band.
    pub(super) noise: [f32; NOISE_LANES],
    /// Of left and right of the noise, in which each voice counts by its power; nothing where there is no noise to speak of.
    pub(super) correlation: Option<f32>,
}

/// Most frames in one run, and in vectors.
pub(super) const RUN: usize = 32;
const VECTORS: usize = RUN / LANES;
const LOOP_SECS: f32 = 0.68;
/// Gains below -100 decibels are silence.
const FLOOR: f32 = 1e-5;
/// A change of less than this share, a tenth of a decibel, is not made yet.
const HELD: f32 = 0.0115;
/// So are those that are so far below the loudest band, 56 decibels.
const MASKED: f32 = 1.6e-3;

impl NoiseTables {
    /// Bands as random phases in the frequency domain. Allocates.
    pub(super) fn new(sample_rate: f32) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "sample rates are positive and below a million"
        )]
        let length = ((LOOP_SECS * sample_rate) as usize).next_power_of_two();
        let inverse = RealFftPlanner::<f32>::new().plan_fft_inverse(length);
        let mut stream = Seed(0x004E_015E).stream(0);
        let mut spectrum = inverse.make_input_vec();
        let mut wave = inverse.make_output_vec();
        let mut samples = Vec::with_capacity(NOISE_BANDS * (length + RUN));
        let highest = 0.45 * sample_rate;
        for band in NOISE_EDGES.windows(2) {
            for (bin, value) in spectrum.iter_mut().enumerate() {
                let hertz = bin as f32 * sample_rate / length as f32;
                let inside = hertz >= band[0] && hertz < band[1] && hertz < highest;
                *value = if inside { phasor(&mut stream) } else { Complex::new(0.0, 0.0) };
            }
            inverse.process(&mut spectrum, &mut wave).expect("the buffers are the plan's own");
            let power = wave.iter().map(|it| it * it).sum::<f32>() / length as f32;
            let scale = if power > 0.0 { 1.0 / power.sqrt() } else { 0.0 };
            samples.extend(wave.iter().chain(&wave[..RUN]).map(|it| it * scale));
        }
        Self { samples, length }
    }

    /// So many times `LANES` samples of a band, at most `RUN`, from any place on.
    #[inline(always)]
    fn run(&self, band: usize, place: usize, vectors: usize) -> &[[f32; LANES]] {
        let start = band * (self.length + RUN) + (place & (self.length - 1));
        self.samples[start..start + vectors * LANES].as_chunks().0
    }
}

fn phasor(stream: &mut Stream) -> Complex<f32> {
    let (sin, cos) = (std::f32::consts::TAU * stream.uniform()).sin_cos();
    Complex::new(cos, sin)
}

impl NoiseMixture {
    pub(super) fn new() -> Self {
        Self {
            gain: [0.0; NOISE_LANES],
            step: [0.0; NOISE_LANES],
            common: [1.0, 0.0],
            apart: [0.0, 0.0],
            played: 0,
            place: 0,
            silent: true,
        }
    }

    pub(super) fn is_silent(&self) -> bool {
        self.silent
    }

    /// Begin a period of `frames` frames, at whose end each band is as loud as that, and left and right have the given correlation, 0 to 1.
    #[inline(always)]
    pub(super) fn glide(&mut self, wanted: &Loudness, correlation: f32, frames: u16) {
        let was_silent = self.silent;
        let played = f32::from(self.played);
        let per_frame = 1.0 / f32::from(frames);
        // What is far below the loudest band or below the notes is hidden by them.
        let loudest = largest_of_all(&wanted.noise).sqrt();
        let floor = FLOOR.max(MASKED * loudest).max(HIDDEN * wanted.level);
        let mut most = [0.0_f32; NOISE_LANES];
        for (band, most) in most.iter_mut().enumerate() {
            let present = self.gain[band] + self.step[band] * played;
            let target = wanted.noise[band].sqrt();
            let target = if target > floor { target } else { 0.0 };
            // What is left of a fade that has ended is rounding.
            let present = if present > FLOOR * 1e-3 { present } else { 0.0 };
            let change = target - present;
            // A change that nobody hears can wait until it is larger; a band that ends does not.
            let change = if change.abs() < HELD * target { 0.0 } else { change };
            self.gain[band] = present;
            self.step[band] = change * per_frame;
            *most = present + target;
        }
        self.silent = largest_of_all(&most) == 0.0;
        // Left is the common plus what sets them apart, right the common less it: correlated by the difference of their powers.
        let wanted_apart = (0.5 * (1.0 - within(correlation, 0.0, 1.0))).sqrt();
        let wanted_common = (1.0 - wanted_apart * wanted_apart).sqrt();
        for (place, wanted) in [(&mut self.common, wanted_common), (&mut self.apart, wanted_apart)]
        {
            let present = if was_silent { wanted } else { place[0] + place[1] * played };
            *place = [present, (wanted - present) * per_frame];
        }
        self.played = 0;
    }

    /// Add a run of noise, at most `RUN` frames and not beyond the period.
    #[inline(always)]
    pub(super) fn add<A: Arithmetic>(
        &mut self,
        tables: &NoiseTables,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let frames = left.len();
        // In whole vectors: what is too much is left over.
        let vectors = frames.div_ceil(LANES);
        let (mut middle, mut side) = ([[0.0_f32; LANES]; VECTORS], [[0.0_f32; LANES]; VECTORS]);
        let mut place_in_period = [[0.0_f32; LANES]; VECTORS];
        for (frame, place) in place_in_period.as_flattened_mut().iter_mut().zip(self.played..) {
            *frame = f32::from(place);
        }
        for band in 0..NOISE_BANDS {
            let (gain, step) = (self.gain[band], self.step[band]);
            if gain == 0.0 && step == 0.0 {
                continue;
            }
            // Each band reads its two loops at places of its own, or neighbors would repeat together.
            let (near, far) = (band * 977, band * 1409 + tables.length / 2);
            let first = tables.run(band, self.place + near, vectors);
            let second = tables.run(band, self.place + far, vectors);
            // The loops are larger than the nearer caches, and too many for the processor to see by itself where they go on.
            let next = self.place + frames;
            fetch_ahead(tables.run(band, next + near, VECTORS).as_flattened());
            fetch_ahead(tables.run(band, next + far, VECTORS).as_flattened());
            let sums = middle.iter_mut().zip(&mut side);
            let waves = first.iter().zip(second).zip(&place_in_period);
            if step == 0.0 {
                for ((middle, side), ((first, second), _)) in sums.zip(waves) {
                    for lane in 0..LANES {
                        middle[lane] = A::sum(gain, first[lane], middle[lane]);
                        side[lane] = A::sum(gain, second[lane], side[lane]);
                    }
                }
                continue;
            }
            for ((middle, side), ((first, second), place)) in sums.zip(waves) {
                for lane in 0..LANES {
                    let gain = A::sum(step, place[lane], gain);
                    middle[lane] = A::sum(gain, first[lane], middle[lane]);
                    side[lane] = A::sum(gain, second[lane], side[lane]);
                }
            }
        }
        let (middle, side) = (middle.as_flattened(), side.as_flattened());
        let places = place_in_period.as_flattened();
        for frame in 0..frames {
            let common = self.common[0] + self.common[1] * places[frame];
            let apart = self.apart[0] + self.apart[1] * places[frame];
            left[frame] += common * middle[frame] + apart * side[frame];
            right[frame] += common * middle[frame] - apart * side[frame];
        }
        self.played += u16::try_from(frames).expect("a run is short");
        self.place = (self.place + frames) & (tables.length - 1);
    }

    /// Be silent at once.
    pub(super) fn cut(&mut self) {
        self.gain = [0.0; NOISE_LANES];
        self.step = [0.0; NOISE_LANES];
        self.played = 0;
        self.silent = true;
    }
}
