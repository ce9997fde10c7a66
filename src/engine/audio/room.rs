//! A small room: a feedback delay network of eight lines (Jot and Chaigne, "Digital delay networks for designing artificial reverberators", 1991).

#[cfg(test)]
mod tests;

use super::simd::Arithmetic;

/// One part in the room. Each part has a network of its own, all alike, so that a stem holds its own room.
#[derive(Debug)]
pub(super) struct Room {
    /// What went into the lines, one ring after another, each `length` long.
    rings: Vec<f32>,
    /// A power of two.
    length: usize,
    at: usize,
    delays: [usize; LINES],
    /// Loss of a line's round.
    loss: [f32; LINES],
    /// One-pole low-pass in each line: walls swallow treble.
    damped: [f32; LINES],
    damping: f32,
    entry: Entry,
    /// Frames since anything louder than `FLOOR` went into each line; beyond the longest delay the room is emptied.
    quiet: [f32; LINES],
    longest: f32,
    /// Whether all of it is zero, so that silence need not be computed.
    is_empty: bool,
    /// Frames left of a fade to silence, and its length.
    hush: u32,
    hush_frames: u32,
}

/// What left and right go through before the lines: bass stays outside, the rest is smeared so that echoes are not told apart.
#[derive(Debug)]
struct Entry {
    bass: [f32; 2],
    bass_pace: f32,
    /// One after the other, for each side.
    smears: [[Smear; 2]; 2],
}

/// An all-pass delay (Schroeder, "Natural sounding artificial reverberation", 1962).
#[derive(Debug)]
struct Smear {
    ring: Vec<f32>,
    at: usize,
}

const LINES: usize = 8;
/// Of the matrix, the root of an eighth; and half of what undoes it.
const SCALE: f32 = 0.353_553_4;
const BACK: f32 = std::f32::consts::SQRT_2;
/// Lengths that share no small factor, so that echoes do not meet.
const DELAY_SECS: [f32; LINES] =
    [0.011_83, 0.014_57, 0.017_39, 0.020_11, 0.023_81, 0.027_43, 0.031_19, 0.036_67];
/// Time to fall by 60 decibels.
const DECAY_SECS: f32 = 0.75;
/// Frequency above which walls swallow, hertz.
const DAMPING_HERTZ: f32 = 4500.0;
/// Below this frequency little goes into the room, hertz.
const BASS_HERTZ: f32 = 180.0;
const SMEAR: f32 = 0.6;
/// Delays of the smears of left and right.
const SMEAR_SECS: [[f32; 2]; 2] = [[0.001_97, 0.005_11], [0.002_29, 0.004_57]];
/// Frames that are computed in one go, fewer than any delay has.
const RUN: usize = 32;
const HUSH_SECS: f32 = 0.0045;
const FLOOR: f32 = 1e-6;
/// Below this a number in the network is nothing; it keeps decays from ending in denormals.
const NOTHING: f32 = 1e-18;
/// Added to what a low-pass takes in, for the same end: cheaper there than a comparison, for which each frame would have to wait.
const WHISPER: f32 = 1e-20;

impl Room {
    /// Allocates.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "delays are positive and a few thousand frames"
    )]
    pub(super) fn new(sample_rate: f32) -> Self {
        let delays = DELAY_SECS.map(|secs| ((secs * sample_rate).round() as usize).max(RUN));
        let longest = delays[LINES - 1] + 1;
        let length = (longest + RUN).next_power_of_two();
        Self {
            rings: vec![0.0; LINES * length],
            length,
            at: 0,
            delays,
            loss: DELAY_SECS.map(|secs| 0.001_f32.powf(secs / DECAY_SECS)),
            damped: [0.0; LINES],
            damping: 1.0 - (-std::f32::consts::TAU * DAMPING_HERTZ / sample_rate).exp(),
            entry: Entry::new(sample_rate),
            quiet: [0.0; LINES],
            longest: longest as f32,
            is_empty: true,
            hush: 0,
            hush_frames: (HUSH_SECS * sample_rate).max(1.0) as u32,
        }
    }

    /// Fade the room out and empty it, within 5 ms. An empty room stays as it is: a fade kept for its next note would swallow that.
    pub(super) fn silence(&mut self) {
        if self.hush == 0 && !self.is_empty {
            self.hush = self.hush_frames;
        }
    }

    /// Be empty at once.
    pub(super) fn empty(&mut self) {
        self.rings.fill(0.0);
        self.damped = [0.0; LINES];
        self.entry.empty();
        self.quiet = [0.0; LINES];
        self.is_empty = true;
        self.hush = 0;
    }

    /// Send the frames of left and right into the room, and add what comes back from the walls.
    #[inline(always)]
    pub(super) fn add<A: Arithmetic>(&mut self, send: f32, left: &mut [f32], right: &mut [f32]) {
        let mut done = 0;
        while done < left.len() {
            if self.is_empty {
                // Just to where the sound begins, or what comes of it would depend on how time is cut into blocks.
                let frames = left[done..].iter().zip(&right[done..]);
                done += frames.take_while(|(left, right)| **left == 0.0 && **right == 0.0).count();
            }
            let run = RUN.min(left.len() - done);
            if run > 0 {
                done += self.run::<A>(send, &mut left[done..][..run], &mut right[done..][..run]);
            }
        }
    }

    /// At most `RUN` frames; how many were done before the room fell silent.
    #[inline(always)]
    fn run<A: Arithmetic>(&mut self, send: f32, left: &mut [f32], right: &mut [f32]) -> usize {
        let frames = left.len();
        self.is_empty = false;
        let mut waves = self.leaving(frames);
        let entering = self.entry.run::<A>(send, left, right);
        let (damping, kept, loss) = (self.damping, 1.0 - self.damping, self.loss);
        let mut damped = self.damped;
        for wave in &mut waves[..frames] {
            for line in 0..LINES {
                damped[line] = A::sum(kept, damped[line], A::sum(damping, wave[line], WHISPER));
                wave[line] = loss[line] * damped[line];
            }
            *wave = scattered::<A>(*wave);
        }
        self.damped = damped;
        // What comes back are the sums of the lines of one parity, of alternate signs: half the sum and half the difference of two that are scattered.
        let back: [[f32; 2]; RUN] = std::array::from_fn(|frame| {
            let (sum, difference) = (waves[frame][2], waves[frame][3]);
            [BACK * (sum + difference), BACK * (sum - difference)]
        });
        for (frame, wave) in waves[..frames].iter_mut().enumerate() {
            for (line, wave) in wave.iter_mut().enumerate() {
                *wave += entering[line % 2][frame];
            }
        }
        let end = self.end(&waves[..frames]);
        for frame in 0..end {
            let mut share = 1.0;
            if self.hush > 0 {
                self.hush -= 1;
                share = self.hush as f32 / self.hush_frames as f32;
            }
            left[frame] += share * back[frame][0];
            right[frame] += share * back[frame][1];
            if share == 0.0 {
                self.empty();
                return frame + 1;
            }
        }
        if end < frames || self.rests() {
            self.empty();
            return end;
        }
        self.enter(&waves[..frames]);
        frames
    }

    /// Whether nothing louder than `FLOOR` is in any line.
    #[inline(always)]
    fn rests(&self) -> bool {
        self.quiet.iter().all(|it| *it > self.longest)
    }

    /// Count for how long the lines have been quiet, up to the frame with which the room rests, if it does. How many frames that are.
    #[inline(always)]
    fn end(&mut self, waves: &[[f32; LINES]]) -> usize {
        let is_loud = |wave: &f32| wave.abs() >= FLOOR;
        let soonest = self.quiet.iter().fold(f32::MAX, |least, it| least.min(*it));
        let may_rest = soonest + waves.len() as f32 > self.longest;
        if !may_rest && waves.last().is_some_and(|last| last.iter().all(is_loud)) {
            self.quiet = [0.0; LINES];
            return waves.len();
        }
        for (frame, wave) in waves.iter().enumerate() {
            for (quiet, wave) in self.quiet.iter_mut().zip(wave) {
                *quiet = if is_loud(wave) { 0.0 } else { *quiet + 1.0 };
            }
            if self.rests() {
                return frame + 1;
            }
        }
        waves.len()
    }

    /// What comes to the ends of the lines in the next frames.
    #[inline(always)]
    fn leaving(&self, frames: usize) -> [[f32; LINES]; RUN] {
        let mut waves = [[0.0; LINES]; RUN];
        for (line, ring) in self.rings.chunks_exact(self.length).enumerate() {
            let start = self.at.wrapping_sub(self.delays[line]) & (self.length - 1);
            let (first, second) = waves[..frames].split_at_mut(frames.min(self.length - start));
            for (wave, kept) in first.iter_mut().zip(&ring[start..]) {
                wave[line] = *kept;
            }
            for (wave, kept) in second.iter_mut().zip(ring) {
                wave[line] = *kept;
            }
        }
        waves
    }

    /// Let the waves into the lines.
    #[inline(always)]
    fn enter(&mut self, waves: &[[f32; LINES]]) {
        let (first, second) = waves.split_at(waves.len().min(self.length - self.at));
        for (line, ring) in self.rings.chunks_exact_mut(self.length).enumerate() {
            for (kept, wave) in ring[self.at..].iter_mut().zip(first) {
                *kept = wave[line];
            }
            for (kept, wave) in ring.iter_mut().zip(second) {
                *kept = wave[line];
            }
        }
        self.at = (self.at + waves.len()) & (self.length - 1);
    }
}

impl Entry {
    fn new(sample_rate: f32) -> Self {
        Self {
            bass: [0.0; 2],
            bass_pace: 1.0 - (-std::f32::consts::TAU * BASS_HERTZ / sample_rate).exp(),
            smears: SMEAR_SECS.map(|secs| secs.map(|secs| Smear::new(secs, sample_rate))),
        }
    }

    /// What of the next frames, at most `RUN`, goes into the lines. Both sides together: neither waits for the other.
    #[inline(always)]
    fn run<A: Arithmetic>(&mut self, send: f32, left: &[f32], right: &[f32]) -> [[f32; RUN]; 2] {
        let mut entering = [[0.0_f32; RUN]; 2];
        let (pace, kept) = (self.bass_pace, 1.0 - self.bass_pace);
        let [mut bass_left, mut bass_right] = self.bass;
        let [to_left, to_right] = &mut entering;
        let entered = to_left.iter_mut().zip(to_right.iter_mut());
        for ((to_left, to_right), (left, right)) in entered.zip(left.iter().zip(right)) {
            let (left, right) = (send * left, send * right);
            bass_left = A::sum(kept, bass_left, A::sum(pace, left, WHISPER));
            bass_right = A::sum(kept, bass_right, A::sum(pace, right, WHISPER));
            (*to_left, *to_right) = (left - bass_left, right - bass_right);
        }
        self.bass = [bass_left, bass_right];
        for (smears, entering) in self.smears.iter_mut().zip(&mut entering) {
            for smear in smears {
                smear.run::<A>(&mut entering[..left.len()]);
            }
        }
        entering
    }

    fn empty(&mut self) {
        self.bass = [0.0; 2];
        for smear in self.smears.iter_mut().flatten() {
            smear.ring.fill(0.0);
        }
    }
}

impl Smear {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a few hundred frames"
    )]
    fn new(secs: f32, sample_rate: f32) -> Self {
        Self { ring: vec![0.0; ((secs * sample_rate) as usize).max(RUN)], at: 0 }
    }

    #[inline(always)]
    fn run<A: Arithmetic>(&mut self, samples: &mut [f32]) {
        let smear = |ring: &mut [f32], samples: &mut [f32]| {
            for (kept, sample) in ring.iter_mut().zip(samples) {
                let late = *kept;
                *kept = something(A::sum(SMEAR, late, *sample));
                *sample = A::sum(-SMEAR, *kept, late);
            }
        };
        let (first, second) = samples.split_at_mut(samples.len().min(self.ring.len() - self.at));
        smear(&mut self.ring[self.at..], first);
        smear(&mut self.ring, second);
        self.at = (self.at + first.len() + second.len()) % self.ring.len();
    }
}

/// The value, unless it is nothing.
#[inline(always)]
fn something(value: f32) -> f32 {
    if value.abs() < NOTHING { 0.0 } else { value }
}

/// The eight values through an orthogonal matrix (Hadamard), which spreads each over all and keeps their energy.
#[inline(always)]
fn scattered<A: Arithmetic>(mut values: [f32; LINES]) -> [f32; LINES] {
    const SIGNS: [[f32; LINES]; 3] = [
        [1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0, -1.0],
        [1.0, 1.0, -1.0, -1.0, 1.0, 1.0, -1.0, -1.0],
        [1.0, 1.0, 1.0, 1.0, -1.0, -1.0, -1.0, -1.0],
    ];
    for (width, signs) in [1, 2, 4].into_iter().zip(SIGNS) {
        let partners: [f32; LINES] = std::array::from_fn(|at| values[at ^ width]);
        for at in 0..LINES {
            values[at] = A::sum(values[at], signs[at], partners[at]);
        }
    }
    values.map(|value| value * SCALE)
}
