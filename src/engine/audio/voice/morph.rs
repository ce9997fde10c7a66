//! A note that sounds takes on another timbre. Its oscillators go on: each partial of the new table is found among those that sound, whose levels and frequencies
//! glide to its own; what the new table lacks dies away, and what it adds grows from nothing. So nothing jumps, and nothing beats against its own double as it
//! would between two voices.

use std::sync::Arc;

use super::oscillators::{Before, Partial};
use super::{
    Bank, FLOOR_EXPONENT, LANES, MAX_PARTIALS, NOISE_LANES, QUIET, SIXTY_DB, Stage, Voice, ZERO,
    bent, octaves, pans, silent_from, within,
};
use crate::engine::audio::rates::{Rates, scattered_phase};
use crate::score::PartialTable;

/// How the change goes, and what it started from.
#[derive(Debug)]
pub(super) struct Morph {
    /// The note's age when it began, and how long it lasts, frames; 0 while there is none.
    began: u32,
    over: u32,
    /// Gains, radians a frame and levels of noise bands at its beginning.
    pub(super) left: Bank,
    pub(super) right: Bank,
    pub(super) omega: Bank,
    pub(super) noise: [f32; NOISE_LANES],
}

/// Partials this close to each other in frequency are taken for the same, the closest first: 2 cents, then 50.
const SAME: [f32; 2] = [0.0012, 0.03];

impl Morph {
    pub(super) fn new() -> Self {
        let noise = [0.0; NOISE_LANES];
        Self { began: 0, over: 0, left: ZERO, right: ZERO, omega: ZERO, noise }
    }

    pub(super) fn is_under_way(&self) -> bool {
        self.over > 0
    }

    pub(super) fn end(&mut self) {
        self.over = 0;
    }

    /// How much of what was before is left at an age: 1 to 0.
    pub(super) fn rest(&self, age: u32) -> f32 {
        if self.over == 0 {
            return 0.0;
        }
        1.0 - age.saturating_sub(self.began).min(self.over) as f32 / self.over as f32
    }

    /// What gains come from while so much of it is left; a voice that fades takes it along.
    pub(super) fn gains(&self, rest: f32, fade: f32) -> Option<Before<'_>> {
        (rest > 0.0).then_some(Before { left: &self.left, right: &self.right, rest, fade })
    }

    /// What pitches come from while so much of it is left.
    pub(super) fn pitches(&self, rest: f32) -> Option<(&Bank, f32)> {
        (rest > 0.0).then_some((&self.omega, rest))
    }
}

impl Voice {
    /// Whether it sounds and is not on its way out.
    pub(in crate::engine::audio) fn can_change(&self) -> bool {
        matches!(self.stage, Stage::Held | Stage::Released { .. }) && self.table.is_some()
    }

    /// Whether it is on its way from one timbre to another.
    pub(in crate::engine::audio) fn is_changing(&self) -> bool {
        self.morph.is_under_way()
    }

    /// Take on the timbre of a table that was made for this note and has passed `can_play`, in `Rates::morph` frames. A period must begin at the present frame. Gives
    /// back what is not needed any more. Some microseconds.
    pub(in crate::engine::audio) fn turn_into(
        &mut self,
        table: Arc<PartialTable>,
        rates: &Rates,
    ) -> Option<Arc<PartialTable>> {
        if !self.can_change() {
            return Some(table);
        }
        self.keep_present(rates);
        let taken = self.find_places(&table, rates);
        for place in (0..self.oscillators.groups * LANES).filter(|place| !taken[*place]) {
            let (group, lane) = (place / LANES, place % LANES);
            self.base[group][lane] = FLOOR_EXPONENT;
            self.slope[group][lane] = 0.0;
            self.fall[group][lane] = 0.0;
        }
        (self.ratio, self.gain) = (1.0, 1.0);
        self.silent_from = silent_from(&table);
        self.has_noise |= table.noise.iter().any(|it| *it > QUIET);
        self.has_motion = true; // to the new frequencies, and then no more than the table's own
        self.noise_correlation = within(table.noise_correlation, 0.0, 1.0);
        let old = self.table.replace(table);
        self.load(rates);
        (self.morph.began, self.morph.over) = (self.age, rates.morph);
        old
    }

    /// What the change starts from.
    fn keep_present(&mut self, rates: &Rates) {
        let ratio = self.bend(self.age, rates) * bent(&self.carriage);
        let rest = self.morph.rest(self.age);
        for group in 0..self.oscillators.groups {
            self.morph.left[group] = self.oscillators.left[group];
            self.morph.right[group] = self.oscillators.right[group];
            for lane in 0..LANES {
                let own = self.oscillators.omega[group][lane] * ratio;
                let was = &mut self.morph.omega[group][lane];
                *was = if rest > 0.0 { own + rest * (*was - own) } else { own };
            }
        }
        self.morph.noise = self.noise;
    }

    /// Give each partial of the table an oscillator, and that its course. Which are taken.
    fn find_places(&mut self, table: &PartialTable, rates: &Rates) -> [bool; MAX_PARTIALS] {
        let mut taken = [false; MAX_PARTIALS];
        let mut found = [None; MAX_PARTIALS];
        let step = std::f32::consts::TAU / rates.sample_rate;
        for near in SAME {
            for (partial, hertz) in table.hertz.iter().enumerate() {
                if found[partial].is_some() {
                    continue;
                }
                let omega = hertz * step;
                let place = self.nearest(omega, near * omega, &taken);
                if let Some(place) = place {
                    (taken[place], found[partial]) = (true, Some(place));
                }
            }
        }
        // What is dying away must not swell up again.
        let release_secs = table.release_secs.max(0.005);
        self.release_secs = match self.stage {
            Stage::Released { .. } => release_secs.min(self.release_secs),
            _ => release_secs,
        };
        let fall = SIXTY_DB / (self.release_secs * rates.sample_rate);
        self.noise_fall = 1.3 * fall;
        for (partial, hertz) in table.hertz.iter().enumerate() {
            let place = found[partial].unwrap_or_else(|| self.free_place(&taken));
            taken[place] = true;
            self.places[partial] = u8::try_from(place).unwrap_or(0);
            let (group, lane) = (place / LANES, place % LANES);
            let sounds = *hertz > 1.0 && *hertz <= rates.top_hertz;
            let omega = if sounds { hertz * step } else { 0.0 };
            let is_new = self.loudness(group, lane) < QUIET;
            if is_new && found[partial].is_none() {
                self.strike(place, partial, omega, rates);
            }
            self.oscillators.omega[group][lane] = omega;
            let [left, right] = pans(table.spread.get(partial).copied().unwrap_or(0.0));
            let heard: f32 = if sounds { 1.0 } else { 0.0 };
            self.oscillators.pan_left[group][lane] = heard * left;
            self.oscillators.pan_right[group][lane] = heard * right;
            self.fall[group][lane] = fall * (1.0 + (hertz / 4000.0).min(1.5));
            self.octaves[group][lane] = octaves(*hertz, self.pitch);
        }
        taken
    }

    /// The larger gain of an oscillator.
    fn loudness(&self, group: usize, lane: usize) -> f32 {
        let own = &self.oscillators;
        own.left[group][lane].abs().max(own.right[group][lane].abs())
    }

    /// The oscillator nearest to a frequency, not farther than that, radians a frame.
    fn nearest(&self, omega: f32, within: f32, taken: &[bool; MAX_PARTIALS]) -> Option<usize> {
        let (mut nearest, mut least) = (None, within);
        for place in (0..self.oscillators.groups * LANES).filter(|place| !taken[*place]) {
            let own = self.oscillators.omega[place / LANES][place % LANES];
            let off = (own - omega).abs();
            if own > 0.0 && off <= least {
                (nearest, least) = (Some(place), off);
            }
        }
        nearest
    }

    /// An oscillator that is not needed: a silent one, or a new one, or else the softest, which glides to what it is to be.
    fn free_place(&mut self, taken: &[bool; MAX_PARTIALS]) -> usize {
        let level = |place: usize| {
            let (group, lane) = (place / LANES, place % LANES);
            self.loudness(group, lane)
        };
        let free = || (0..self.oscillators.groups * LANES).filter(|place| !taken[*place]);
        if let Some(place) = free().find(|place| level(*place) < QUIET) {
            return place;
        }
        if self.oscillators.groups < MAX_PARTIALS / LANES {
            let place = self.oscillators.groups * LANES;
            self.add_group();
            return place;
        }
        let softest = free().min_by(|a, b| level(*a).total_cmp(&level(*b)));
        softest.unwrap_or(0) // a table has no more partials than there are oscillators
    }

    /// Another group of silent oscillators.
    fn add_group(&mut self) {
        let group = self.oscillators.groups;
        for bank in [
            &mut self.oscillators.sin,
            &mut self.oscillators.cos,
            &mut self.oscillators.turn,
            &mut self.oscillators.turn_step,
            &mut self.oscillators.trim,
            &mut self.oscillators.omega,
            &mut self.oscillators.left,
            &mut self.oscillators.right,
            &mut self.oscillators.left_step,
            &mut self.oscillators.right_step,
            &mut self.oscillators.pan_left,
            &mut self.oscillators.pan_right,
            &mut self.slope,
            &mut self.fall,
            &mut self.octaves,
            &mut self.morph.left,
            &mut self.morph.right,
            &mut self.morph.omega,
        ] {
            bank[group] = [0.0; LANES];
        }
        self.base[group] = [FLOOR_EXPONENT; LANES];
        self.oscillators.groups += 1;
    }

    /// Begin a silent oscillator anew at a frequency.
    fn strike(&mut self, place: usize, partial: usize, omega: f32, rates: &Rates) {
        let (group, lane) = (place / LANES, place % LANES);
        let phasor = rates.phasor(scattered_phase(partial, self.pitch));
        self.oscillators.begin(place, &Partial { omega, phasor, spread: 0.0 }, 1.0);
        self.slope[group][lane] = 0.0;
        for bank in [&mut self.morph.left, &mut self.morph.right] {
            bank[group][lane] = 0.0;
        }
        self.morph.omega[group][lane] = omega;
    }
}
