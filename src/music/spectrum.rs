//! What sounds, as a musician hears it: which pitch classes ring, and how hard the drums strike.
//!
//! Frames of the mix become short-time spectra. What is steady in time is told from what is wide in frequency by medians along either axis (Fitzgerald,
//! "Harmonic/Percussive Separation Using Median Filtering", 2010), and what is neither is left out by a factor between the two (Driedger, Müller and Disch, "Extending
//! Harmonic-Percussive Separation of Audio Signals", 2014). Medians in time look back only, so that nothing waits for what is to come.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::f32::consts::PI;
use std::fmt;
use std::sync::Arc;

use realfft::num_complex::Complex;
use realfft::{RealFftPlanner, RealToComplex};

/// Levels from 0 (as good as silent) to 1 (full), decibels between.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Spectrum {
    /// From C on: what is steady and has a pitch.
    pub classes: [f32; 12],
    /// What strikes: below 150 Hz, to 800 Hz, to 4 kHz, and above; weighted as the ear does.
    pub strikes: [f32; BANDS],
}

/// Hears frames and keeps their newest picture. For one thread that is in no hurry: it costs a few tenths of a millisecond every hop.
pub struct Analyzer {
    transform: Arc<dyn RealToComplex<f32>>,
    sample_rate: f32,
    /// The newest frames; as many as the transform takes.
    frames: VecDeque<f32>,
    /// Frames since the newest spectrum.
    fresh: usize,
    window: Vec<f32>,
    windowed: Vec<f32>,
    bins: Vec<Complex<f32>>,
    scratch: Vec<Complex<f32>>,
    /// Amplitudes of the newest spectra, up to `TOP`.
    history: VecDeque<Vec<f32>>,
    /// How much the ear makes of the energy of each bin, and the band of each.
    weights: Vec<f32>,
    bands: Vec<usize>,
    shown: Spectrum,
}

pub const BANDS: usize = 4;
/// Upper edges of all bands but the last, hertz.
const EDGES: [f32; BANDS - 1] = [150.0, 800.0, 4000.0];
/// Length of a window, seconds, to the nearest power of two; a hop is a quarter of it.
const WINDOW_SECS: f32 = 0.085;
const HOPS: usize = 4;
/// Nothing above is looked at, hertz.
const TOP: f32 = 10_000.0;
/// Spectra of a median in time: more than twice as many as a stroke is in.
const TIMES: usize = 9;
/// Bins of a median in frequency: several times the width of a partial.
const WIDTH: usize = 21;
/// How many times stronger one must be than the other for a bin to be the one or the other (the separation factor of Driedger et al.).
const SEPARATION: f32 = 3.0;
/// Pitches are looked for between these, hertz.
const PITCHES: (f32, f32) = (55.0, 2500.0);
/// From here on partials count less, the higher the less: most are overtones.
const OVERTONES: f32 = 500.0;
/// Energies shown as 0 and as 1, decibels.
const CLASS_RANGE: (f32, f32) = (-50.0, -12.0);
const STRIKE_RANGE: (f32, f32) = (-66.0, -30.0);
/// How fast what is shown falls to a third, seconds.
const CLASS_FALL: f32 = 0.4;
const STRIKE_FALL: f32 = 0.14;

impl Analyzer {
    /// For frames at `sample_rate` hertz, 1,000 to 400,000.
    pub fn new(sample_rate: f32) -> Self {
        let sample_rate = sample_rate.clamp(1e3, 4e5);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "6 to 15")]
        let power = (sample_rate * WINDOW_SECS).log2().round() as u32;
        let length = 1usize << power;
        let transform = RealFftPlanner::<f32>::new().plan_fft_forward(length);
        let hertz = |bin: usize| bin as f32 * sample_rate / length as f32;
        let count = (0..=length / 2).take_while(|bin| hertz(*bin) <= TOP).count();
        // Hann's, scaled so that a partial's bin has its amplitude.
        let hann = |at: usize| 0.5 - 0.5 * (2.0 * PI * at as f32 / length as f32).cos();
        let window = (0..length).map(|at| hann(at) * 4.0 / length as f32).collect();
        let band = |bin: usize| EDGES.iter().filter(|edge| hertz(bin) >= **edge).count();
        Self {
            sample_rate,
            frames: vec![0.0; length].into(),
            fresh: 0,
            window,
            windowed: transform.make_input_vec(),
            bins: transform.make_output_vec(),
            scratch: transform.make_scratch_vec(),
            history: vec![vec![0.0; count]; TIMES].into(),
            weights: (0..count).map(|bin| a_weight(hertz(bin))).collect(),
            bands: (0..count).map(band).collect(),
            shown: Spectrum::default(),
            transform,
        }
    }

    /// The next frames. What is no number counts as silence.
    pub fn hear(&mut self, frames: &[f32]) {
        for frame in frames {
            self.frames.pop_front();
            self.frames.push_back(if frame.is_finite() { frame.clamp(-8.0, 8.0) } else { 0.0 });
            self.fresh += 1;
            if self.fresh == self.window.len() / HOPS {
                self.fresh = 0;
                self.look();
            }
        }
    }

    /// Nothing came for so long, seconds: what is shown falls.
    pub fn wait(&mut self, secs: f32) {
        let fall = |level: &mut f32, time: f32| *level *= (-secs.max(0.0) / time).exp();
        self.shown.classes.iter_mut().for_each(|it| fall(it, CLASS_FALL));
        self.shown.strikes.iter_mut().for_each(|it| fall(it, STRIKE_FALL));
    }

    /// What sounds: each level as it is, or what is left of it since it was higher.
    pub fn spectrum(&self) -> Spectrum {
        self.shown
    }

    /// The spectrum of the newest frames, told apart.
    fn look(&mut self) {
        for ((out, frame), window) in self.windowed.iter_mut().zip(&self.frames).zip(&self.window) {
            *out = frame * window;
        }
        self.transform
            .process_with_scratch(&mut self.windowed, &mut self.bins, &mut self.scratch)
            .expect("the buffers are the transform's own");
        let mut newest = self.history.pop_front().expect("as many as at first");
        for (amplitude, bin) in newest.iter_mut().zip(&self.bins) {
            *amplitude = bin.norm();
        }
        self.history.push_back(newest);
        self.wait((self.window.len() / HOPS) as f32 / self.sample_rate);
        let (mut classes, mut strikes) = ([0.0; 12], [0.0; BANDS]);
        let steady = self.steady();
        let wide = self.wide();
        for bin in 0..steady.len() {
            let now = self.history[TIMES - 1][bin];
            if wide[bin] > SEPARATION * steady[bin] {
                let strike = wide[bin].min(now);
                strikes[self.bands[bin]] += self.weights[bin] * strike * strike;
            } else if steady[bin] > SEPARATION * wide[bin]
                && let Some((class, share)) = self.class_of_peak(bin)
            {
                let ringing = steady[bin].min(now);
                classes[class] += share * ringing * ringing;
            }
        }
        for (shown, energy) in self.shown.classes.iter_mut().zip(classes) {
            *shown = shown.max(level(energy, CLASS_RANGE));
        }
        for (shown, energy) in self.shown.strikes.iter_mut().zip(strikes) {
            *shown = shown.max(level(energy, STRIKE_RANGE));
        }
    }

    /// Of each bin the median over the newest spectra: what stays.
    fn steady(&self) -> Vec<f32> {
        let of_bin = |bin: usize| {
            let mut times: [f32; TIMES] = std::array::from_fn(|time| self.history[time][bin]);
            median(&mut times)
        };
        (0..self.weights.len()).map(of_bin).collect()
    }

    /// Of each bin the median over its neighbors in the newest spectrum: what is everywhere.
    fn wide(&self) -> Vec<f32> {
        let newest = &self.history[TIMES - 1];
        let of_bin = |bin: usize| {
            let first = bin.saturating_sub(WIDTH / 2).min(newest.len().saturating_sub(WIDTH));
            let mut near = [0.0; WIDTH];
            let taken = &newest[first..(first + WIDTH).min(newest.len())];
            near[..taken.len()].copy_from_slice(taken);
            median(&mut near[..taken.len()])
        };
        (0..newest.len()).map(of_bin).collect()
    }

    /// The pitch class of a partial whose peak is at `bin`, and how much of it counts; nothing where there is no peak.
    fn class_of_peak(&self, bin: usize) -> Option<(usize, f32)> {
        let newest = &self.history[TIMES - 1];
        let [before, at, after] = [bin.checked_sub(1)?, bin, bin + 1].map(|it| newest.get(it));
        let [before, at, after] = [*before?, *at?, *after?].map(|it| it.max(1e-9).ln());
        if at < before || at <= after {
            return None;
        }
        // The top of a parabola through three logarithms, which Hann's window nearly is (Smith, "Spectral Audio Signal Processing", 2011).
        let off = 0.5 * (before - after) / (before - 2.0 * at + after);
        let hertz = (bin as f32 + off) * self.sample_rate / self.window.len() as f32;
        if !(PITCHES.0..PITCHES.1).contains(&hertz) {
            return None;
        }
        let pitch = 69.0 + 12.0 * (hertz / 440.0).log2();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "30 to 100")]
        let class = pitch.round() as usize % 12;
        let in_tune = (PI * (pitch - pitch.round())).cos();
        Some((class, in_tune * in_tune * (OVERTONES / hertz).min(1.0)))
    }
}

impl fmt::Debug for Analyzer {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Analyzer")
            .field("sample_rate", &self.sample_rate)
            .field("shown", &self.shown)
            .finish_non_exhaustive()
    }
}

/// The middle one of several, which are put out of order; 0 of none.
fn median(values: &mut [f32]) -> f32 {
    let middle = values.len() / 2;
    if values.is_empty() { 0.0 } else { *values.select_nth_unstable_by(middle, f32::total_cmp).1 }
}

/// Where an energy is in a range of decibels, 0 to 1.
fn level(energy: f32, (silent, full): (f32, f32)) -> f32 {
    let decibels = 10.0 * energy.max(1e-12).log10();
    ((decibels - silent) / (full - silent)).clamp(0.0, 1.0)
}

/// A-weighting of energy, 1 at 1 kHz (IEC 61672-1, "Electroacoustics: Sound level meters", 2013).
fn a_weight(hertz: f32) -> f32 {
    let square = hertz * hertz;
    let low = square + 20.6 * 20.6;
    let middle = ((square + 107.7 * 107.7) * (square + 737.9 * 737.9)).sqrt();
    let high = square + 12_194.0 * 12_194.0;
    let amplitude = 1.2589 * 12_194.0 * 12_194.0 * square * square / (low * middle * high);
    amplitude * amplitude
}
