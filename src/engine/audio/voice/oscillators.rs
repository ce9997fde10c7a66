//! A voice's oscillators: a bank of sines side by side, whose gains and pitches glide through a period.

use super::{LANES, NOISE_LANES, QUIET, pans};
use crate::engine::audio::curves::{sine, within};
use crate::engine::audio::simd::{Arithmetic, Separate};
use crate::score::timbre::MAX_PARTIALS;

/// Groups of partials that are computed side by side.
pub(super) const GROUPS: usize = MAX_PARTIALS / LANES;

/// One number for each partial, in groups that the compiler keeps in registers.
pub(super) type Bank = [[f32; LANES]; GROUPS];

pub(super) const ZERO: Bank = [[0.0; LANES]; GROUPS];

/// Each partial is a sine and a cosine half a step ahead, turned in two steps (the "magic circle": Gordon and Smith, "A sine generation
/// algorithm for VLSI applications", 1985).
#[derive(Debug)]
pub(super) struct Oscillators {
    /// Groups in use.
    pub(super) groups: usize,
    /// Those that sound, in order.
    sounding: [usize; GROUPS],
    sounding_count: usize,
    /// Whether left and right of a group are alike throughout the present period.
    is_mono: [bool; GROUPS],
    pub(super) sin: Bank,
    pub(super) cos: Bank,
    /// Twice the sine of half the step, and what it gains a frame.
    pub(super) turn: Bank,
    pub(super) turn_step: Bank,
    /// Radians a frame, before glide, vibrato and bend.
    pub(super) omega: Bank,
    /// Present gains, and what they gain a frame.
    pub(super) left: Bank,
    pub(super) right: Bank,
    pub(super) left_step: Bank,
    pub(super) right_step: Bank,
    pub(super) pan_left: Bank,
    pub(super) pan_right: Bank,
    /// What levels are multiplied by because the pitch moves: a turning oscillator swells, and one beyond the highest frequency is silent.
    pub(super) trim: Bank,
    is_moving: bool,
}

/// A partial as it begins.
#[derive(Clone, Copy, Debug)]
pub(super) struct Partial {
    /// Radians a frame; 0 for one that never sounds.
    pub(super) omega: f32,
    /// Sine and cosine of the phase.
    pub(super) phasor: (f32, f32),
    /// As `PartialTable::spread` has it.
    pub(super) spread: f32,
}

/// The gains that a note which takes on another timbre comes from, and how much of them is left, 1 to 0.
#[derive(Clone, Copy, Debug)]
pub(super) struct Before<'a> {
    pub(super) left: &'a Bank,
    pub(super) right: &'a Bank,
    pub(super) rest: f32,
    /// Of a voice that fades, 1 to 0.
    pub(super) fade: f32,
}

/// Beyond the highest frequency partials fade, over this share of it.
const FADE: f32 = 0.04;
/// The steepest turn: an oscillator near half the sample rate, where it is silent.
const STEEPEST: f32 = 1.4;

impl Oscillators {
    pub(super) fn new() -> Self {
        Self {
            groups: 0,
            sounding: [0; GROUPS],
            sounding_count: 0,
            is_mono: [false; GROUPS],
            sin: ZERO,
            cos: ZERO,
            turn: ZERO,
            turn_step: ZERO,
            omega: ZERO,
            left: ZERO,
            right: ZERO,
            left_step: ZERO,
            right_step: ZERO,
            pan_left: ZERO,
            pan_right: ZERO,
            trim: ZERO,
            is_moving: false,
        }
    }

    /// Forget the note before; `partials` partials will begin.
    pub(super) fn clear(&mut self, partials: usize) {
        self.groups = partials.div_ceil(LANES);
        self.sounding_count = 0;
        self.is_moving = false;
    }

    /// Begin a partial, silent, at `ratio` times its pitch.
    pub(super) fn begin(&mut self, place: usize, partial: &Partial, ratio: f32) {
        let (group, lane) = (place / LANES, place % LANES);
        let half = sine::<Separate>((0.5 * partial.omega * ratio).min(STEEPEST));
        let (sin, cos) = partial.phasor;
        self.omega[group][lane] = partial.omega;
        self.turn[group][lane] = 2.0 * half;
        self.turn_step[group][lane] = 0.0;
        self.sin[group][lane] = sin;
        self.cos[group][lane] = cos * (1.0 - half * half).sqrt() - sin * half;
        let heard: f32 = if partial.omega > 0.0 { 1.0 } else { 0.0 };
        let [left, right] = pans(partial.spread);
        self.pan_left[group][lane] = heard * left;
        self.pan_right[group][lane] = heard * right;
        self.trim[group][lane] = 1.0;
        self.left[group][lane] = 0.0;
        self.right[group][lane] = 0.0;
    }

    /// Begin a period in which the gains go to `level_of` each group, times `sides`, as far as they have come there from those `before`; a group of which none is
    /// louder than `quiet` rests. The sum of those levels.
    #[inline(always)]
    pub(super) fn aim(
        &mut self,
        frames: u16,
        sides: [f32; 2],
        quiet: f32,
        before: Option<Before<'_>>,
        level_of: impl Fn(usize) -> [f32; LANES],
    ) -> f32 {
        let per_frame = 1.0 / f32::from(frames);
        let mut sum = 0.0;
        self.sounding_count = 0;
        for group in 0..self.groups {
            let mut level = level_of(group);
            let loudest = largest(level);
            if loudest < quiet {
                level = [0.0; LANES];
            }
            sum += together(level);
            let (left, right) = (&mut self.left[group], &mut self.right[group]);
            let still = largest(std::array::from_fn(|lane| left[lane].abs() + right[lane].abs()));
            if before.is_none() && loudest < quiet && still < QUIET {
                (*left, *right) = ([0.0; LANES], [0.0; LANES]);
                continue;
            }
            self.sounding[self.sounding_count] = group;
            self.sounding_count += 1;
            let (pan_left, pan_right) = (&self.pan_left[group], &self.pan_right[group]);
            self.is_mono[group] = before.is_none() && sides[0] == sides[1] && {
                let off = |lane: usize| {
                    (pan_left[lane] - pan_right[lane]).abs() + (left[lane] - right[lane]).abs()
                };
                largest(std::array::from_fn(off)) == 0.0
            };
            let (left_step, right_step) = (&mut self.left_step[group], &mut self.right_step[group]);
            let trim = &self.trim[group];
            for lane in 0..LANES {
                let level = level[lane] * trim[lane];
                left_step[lane] = (level * sides[0] * pan_left[lane] - left[lane]) * per_frame;
                right_step[lane] = (level * sides[1] * pan_right[lane] - right[lane]) * per_frame;
            }
            let Some(before) = before else { continue };
            let share = before.rest * per_frame;
            for lane in 0..LANES {
                let level = level[lane] * trim[lane];
                let to_left = before.fade * before.left[group][lane];
                let to_right = before.fade * before.right[group][lane];
                left_step[lane] += share * (to_left - level * sides[0] * pan_left[lane]);
                right_step[lane] += share * (to_right - level * sides[1] * pan_right[lane]);
            }
        }
        sum
    }

    /// Reach zero at the end of the present period instead.
    pub(super) fn stop_at_end(&mut self, frames: u16) {
        let per_frame = 1.0 / f32::from(frames);
        for group in &self.sounding[..self.sounding_count] {
            for lane in 0..LANES {
                self.left_step[*group][lane] = -self.left[*group][lane] * per_frame;
                self.right_step[*group][lane] = -self.right[*group][lane] * per_frame;
            }
        }
    }

    /// Let all pitches go to `ratio` times their own by the end of the period, before its levels are aimed at, as far as they have come there from those `before`,
    /// which a share is left of. None sounds above `top`, radians a frame.
    #[inline(always)]
    pub(super) fn tune<A: Arithmetic>(
        &mut self,
        ratio: f32,
        top: f32,
        frames: u16,
        before: Option<(&Bank, f32)>,
    ) {
        let per_frame = 1.0 / f32::from(frames);
        let (end, steepness) = (top * (1.0 + FADE), 1.0 / (FADE * top));
        self.is_moving = true;
        for group in 0..self.groups {
            let (sin, cos) = (&self.sin[group], &self.cos[group]);
            let (omega, turn) = (&self.omega[group], &self.turn[group]);
            let (turn_step, trim) = (&mut self.turn_step[group], &mut self.trim[group]);
            for lane in 0..LANES {
                let mut moved = omega[lane] * ratio;
                if let Some((was, rest)) = before {
                    moved += rest * (was[group][lane] - moved);
                }
                let goal = 2.0 * sine::<A>((0.5 * moved).min(STEEPEST));
                turn_step[lane] = (goal - turn[lane]) * per_frame;
                // The square of the amplitude that the oscillator has now is the one by the other: a change of pitch swells it.
                let round = sin[lane] * sin[lane]
                    + cos[lane] * cos[lane]
                    + turn[lane] * sin[lane] * cos[lane];
                let flat = 1.0 - 0.25 * turn[lane] * turn[lane];
                let swell = within(flat / round, 1e-3, 1e3).sqrt();
                trim[lane] = swell * within((end - moved) * steepness, 0.0, 1.0);
            }
        }
    }

    /// How the group at a place among those that sound is to be added; nothing beyond the last.
    #[inline(always)]
    pub(super) fn at(&self, place: usize) -> Option<(usize, Manner)> {
        let group = *self.sounding[..self.sounding_count].get(place)?;
        let manner = match (self.is_moving, self.is_mono[group]) {
            (false, false) => Manner::Still,
            (false, true) => Manner::StillMono,
            (true, false) => Manner::Moving,
            (true, true) => Manner::MovingMono,
        };
        Some((group, manner))
    }
}

/// How a group is added: whether its pitches move in this period, and whether its sides are alike.
#[derive(Clone, Copy, Debug)]
pub(super) enum Manner {
    Still,
    StillMono,
    Moving,
    MovingMono,
}

/// The largest of the lanes, none of which is negative.
#[inline(always)]
fn largest(lanes: [f32; LANES]) -> f32 {
    let larger = |a: f32, b: f32| if a > b { a } else { b };
    let half: [f32; 4] = std::array::from_fn(|lane| larger(lanes[lane], lanes[lane + 4]));
    larger(larger(half[0], half[2]), larger(half[1], half[3]))
}

/// The largest of all, none of which is negative.
#[inline(always)]
pub(in crate::engine::audio) fn largest_of_all(values: &[f32; NOISE_LANES]) -> f32 {
    let mut most = [0.0_f32; LANES];
    for lanes in values.as_chunks::<LANES>().0 {
        most = std::array::from_fn(|at| if lanes[at] > most[at] { lanes[at] } else { most[at] });
    }
    largest(most)
}

/// The sum of all.
#[inline(always)]
pub(in crate::engine::audio) fn all_together(values: &[f32; NOISE_LANES]) -> f32 {
    let mut sums = [0.0_f32; LANES];
    for lanes in values.as_chunks::<LANES>().0 {
        sums = std::array::from_fn(|at| sums[at] + lanes[at]);
    }
    together(sums)
}

/// The sum of the lanes, halves first.
#[inline(always)]
pub(in crate::engine::audio) fn together(lanes: [f32; LANES]) -> f32 {
    let half: [f32; 4] = std::array::from_fn(|lane| lanes[lane] + lanes[lane + 4]);
    (half[0] + half[2]) + (half[1] + half[3])
}
