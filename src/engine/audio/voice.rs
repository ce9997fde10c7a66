//! One note: a bank of sine oscillators that follows a partial table.

mod crew;
mod morph;
mod motion;
mod oscillators;
mod reading;
#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(super) use self::crew::Sines;
use self::morph::Morph;
use self::oscillators::{Bank, Oscillators, Partial, ZERO};
pub(super) use self::oscillators::{all_together, largest_of_all, together};
use self::reading::{octaves, pans, silent_from};
use super::channel::{Bearing, Carriage, Channel, Expression};
use super::curves::{exp2, log2, within};
use super::rates::{LONGEST_PERIOD, Rates, scattered_phase};
use super::simd::{Arithmetic, Separate};
use crate::score::timbre::{MAX_PARTIALS, NOISE_BANDS, TABLE_FRAMES};
use crate::score::{Part, PartialTable, Pitch, TimbreId, Velocity};

/// Partials that are computed side by side.
pub(super) const LANES: usize = 8;
/// `NOISE_BANDS`, rounded up to whole vectors.
pub(super) const NOISE_LANES: usize = 32;

/// What a voice plays.
#[derive(Debug)]
pub(super) struct Start {
    pub(super) part: Part,
    pub(super) channel: Channel,
    pub(super) pitch: Pitch,
    /// Frequency ratio by which the table is transposed.
    pub(super) ratio: f32,
    /// What its levels are multiplied by.
    pub(super) gain: f32,
    pub(super) table: Arc<PartialTable>,
}

/// What levels at the end of a period depend on.
#[derive(Clone, Copy, Debug)]
struct Levels {
    /// Frames since the control point and since the key was let go.
    since_point: f32,
    since_release: f32,
    /// With the fade.
    gain: f32,
    /// How much of the timbre before is left, 0 to 1.
    rest: f32,
    /// Of a voice that fades, 1 to 0.
    fade: f32,
}

/// Where a voice is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
    Held,
    /// Let go at this age in frames.
    Released {
        at: u32,
    },
    /// Falls to nothing in `over` frames from this age on.
    Fading {
        at: u32,
        over: u32,
    },
    /// Has been told to reach zero at the end of the present period.
    Ending,
    /// Free.
    Over,
}

#[derive(Debug)]
pub(super) struct Voice {
    pub(super) stage: Stage,
    pub(super) part: Part,
    pub(super) channel: Channel,
    pub(super) pitch: Pitch,
    /// Order of starts.
    pub(super) number: u64,
    /// Frames since the onset.
    pub(super) age: u32,
    /// Sum of the partials' and bands' levels at the end of the period.
    pub(super) level: f32,
    /// Level of each noise band at the end of the period.
    pub(super) noise: [f32; NOISE_LANES],
    /// What is played, of notes that may be given another timbre.
    pub(super) played: Option<(Velocity, TimbreId)>,
    /// What it does by itself, on top of how its channel bears itself.
    own: Bearing,
    /// Of left and right of the noise.
    pub(super) noise_correlation: f32,
    /// Notes of the same number in one part silence each other; 0 none.
    pub(super) choke: u8,
    table: Option<Arc<PartialTable>>,
    ratio: f32,
    gain: f32,
    /// Control point before the end of the period, and the one from which on the table is silent.
    point: usize,
    silent_from: usize,
    has_noise: bool,
    has_motion: bool,
    /// Of the channel, as far as it has come.
    carriage: Carriage,
    oscillators: Oscillators,
    /// Binary logarithm of the level at the control point, its slope a frame, and its fall a frame after release.
    base: Bank,
    slope: Bank,
    fall: Bank,
    /// Octaves from the note's own frequency up to each partial, which brightness goes by.
    octaves: Bank,
    noise_base: [f32; NOISE_LANES],
    noise_slope: [f32; NOISE_LANES],
    noise_fall: f32,
    /// In which a note that is let go dies away; once it is let go, another timbre can only shorten it.
    release_secs: f32,
    /// Of a voice that ends: the age at which it has come to nothing.
    over_at: u32,
    /// Where in the bank each of the table's partials is.
    places: [u8; MAX_PARTIALS],
    morph: Morph,
}

/// -100 decibels: a group of partials below it rests.
const QUIET: f32 = 1e-5;
/// So does one that is so far below the whole note, 62 decibels below the sum of its partials, which hide it.
const MASKED: f32 = 8e-4;
/// -90 decibels: a voice below it ends.
const INAUDIBLE: f32 = 3.2e-5;
/// A note that is let go and dies away as slowly as this can wait twice as long for the next look, and `LONGEST_PERIOD` times as long: it falls by 2 decibels
/// meanwhile, in a straight line that stays within a tenth of a decibel of its course.
const SLOW_RELEASE_SECS: [f32; 2] = [0.1, 0.3];
/// Least level that is told from nothing, 2^-40.
const FLOOR: f32 = 1e-12;
const FLOOR_EXPONENT: f32 = -40.0;
/// A table's amplitude never counts for more than 2^2.
const TOP_EXPONENT: f32 = 2.0;
/// A note that does not sustain falls at least this fast after its table's end, binary orders a second.
const LEAST_FALL: f32 = 4.0;
/// 60 decibels as a binary logarithm.
const SIXTY_DB: f32 = 9.965_784;

impl Voice {
    pub(super) fn new() -> Self {
        Self {
            stage: Stage::Over,
            part: Part::PLAYER,
            channel: Channel::of(Part::PLAYER),
            pitch: Pitch::new(0).expect("0 is a pitch"),
            number: 0,
            age: 0,
            level: 0.0,
            noise: [0.0; NOISE_LANES],
            played: None,
            own: Bearing::PLAIN,
            noise_correlation: 1.0,
            choke: 0,
            table: None,
            ratio: 1.0,
            gain: 1.0,
            point: 0,
            silent_from: 0,
            has_noise: false,
            has_motion: false,
            carriage: Carriage::at(Bearing::PLAIN),
            oscillators: Oscillators::new(),
            base: ZERO,
            slope: ZERO,
            fall: ZERO,
            octaves: ZERO,
            noise_base: [FLOOR_EXPONENT; NOISE_LANES],
            noise_slope: [0.0; NOISE_LANES],
            noise_fall: 0.0,
            release_secs: 0.0,
            over_at: 0,
            places: [0; MAX_PARTIALS],
            morph: Morph::new(),
        }
    }

    /// Whether the table has the shape that the voice relies on.
    pub(super) fn can_play(table: &PartialTable) -> bool {
        let partials = table.partials();
        partials <= MAX_PARTIALS
            && table.amplitude.len() == TABLE_FRAMES * partials
            && table.noise.len() == TABLE_FRAMES * NOISE_BANDS
            && table.glide.len() == TABLE_FRAMES
    }

    /// Begin a note, borne as its channel is. The voice must be over, and the table must have passed `can_play`.
    pub(super) fn start(&mut self, start: Start, bearing: &Bearing, number: u64, rates: &Rates) {
        debug_assert!(self.stage == Stage::Over && self.table.is_none());
        self.stage = Stage::Held;
        self.part = start.part;
        self.channel = start.channel;
        self.pitch = start.pitch;
        self.number = number;
        self.age = 0;
        self.level = 0.0;
        self.ratio = within(start.ratio, 0.01, 100.0);
        self.gain = within(start.gain, 0.0, 4.0);
        self.carriage = Carriage::at(*bearing);
        self.point = 0;
        self.silent_from = silent_from(&start.table);
        self.has_noise = start.table.noise.iter().any(|it| *it > QUIET);
        self.has_motion =
            start.table.vibrato_cents > 0.0 || start.table.glide.iter().any(|it| *it != 1.0);
        self.noise = [0.0; NOISE_LANES];
        self.noise_base = [FLOOR_EXPONENT; NOISE_LANES];
        self.noise_slope = [0.0; NOISE_LANES];
        self.noise_correlation = within(start.table.noise_correlation, 0.0, 1.0);
        self.choke = start.table.choke;
        self.release_secs = start.table.release_secs.max(0.005);
        let fall = SIXTY_DB / (self.release_secs * rates.sample_rate);
        self.noise_fall = 1.3 * fall;
        self.played = None;
        self.own = Bearing::PLAIN;
        self.morph.end();
        for (place, number) in self.places.iter_mut().zip(0..) {
            *place = number;
        }
        self.begin_partials(&start.table, fall, rates);
        self.table = Some(start.table);
        self.load(rates);
    }

    fn begin_partials(&mut self, table: &PartialTable, fall: f32, rates: &Rates) {
        self.oscillators.clear(table.partials());
        let highest = table.glide.iter().fold(1.0_f32, |most, it| most.max(*it));
        let ratio = within(table.glide[0], 0.0, 16.0) * bent(&self.carriage);
        for place in 0..self.oscillators.groups * LANES {
            let hertz = table.hertz.get(place).copied().unwrap_or(0.0) * self.ratio;
            let sounds = hertz > 1.0 && hertz * highest <= rates.top_hertz;
            // A partial out of range keeps its place in the bank and never sounds.
            let omega =
                if sounds { std::f32::consts::TAU * hertz / rates.sample_rate } else { 0.0 };
            let phase = if place == 0 { 0 } else { scattered_phase(place, self.pitch) };
            let spread = table.spread.get(place).copied().unwrap_or(0.0);
            let partial = Partial { omega, phasor: rates.phasor(phase), spread };
            self.oscillators.begin(place, &partial, ratio);
            let (group, lane) = (place / LANES, place % LANES);
            self.fall[group][lane] = fall * (1.0 + (hertz / 4000.0).min(1.5));
            self.octaves[group][lane] = octaves(hertz, self.pitch);
            self.base[group][lane] = FLOOR_EXPONENT;
            self.slope[group][lane] = 0.0;
        }
    }

    /// Do something by itself from now on; at once if it has not begun to sound. `channel` is how its channel bears itself.
    pub(super) fn express(&mut self, expression: Expression, channel: &Bearing) {
        self.own.express(expression);
        if self.age == 0 {
            self.carriage = Carriage::at(channel.with(&self.own));
        }
    }

    /// Let go; the note dies away in its own manner.
    pub(super) fn release(&mut self) {
        if self.stage == Stage::Held {
            self.stage = Stage::Released { at: self.age };
        }
    }

    /// Fall to nothing in `over` frames, unless that happens anyway.
    pub(super) fn fade(&mut self, over: u32) {
        if matches!(self.stage, Stage::Held | Stage::Released { .. }) {
            self.stage = Stage::Fading { at: self.age, over };
        }
    }

    /// Be free at once; what it played from is given back.
    pub(super) fn end(&mut self) -> Option<Arc<PartialTable>> {
        self.stage = Stage::Over;
        self.level = 0.0;
        self.table.take()
    }

    /// What it does by itself.
    pub(super) fn own(&self) -> &Bearing {
        &self.own
    }

    /// How many times `Rates::period` it can go straight on without being heard to: longer the slower it changes.
    pub(super) fn patience(&self, bearing: &Bearing, rates: &Rates) -> u16 {
        if self.morph.is_under_way() || !self.carriage.is_at(bearing) {
            return 1;
        }
        let is_past = |limit: usize| match self.stage {
            Stage::Held => self.age >= rates.settled[limit],
            Stage::Released { .. } => {
                self.age >= rates.settled[limit] && self.release_secs > SLOW_RELEASE_SECS[limit]
            }
            _ => false,
        };
        match (is_past(0), is_past(1)) {
            (true, true) => LONGEST_PERIOD,
            (true, false) => 2,
            _ => 1,
        }
    }

    /// Set course for the end of a period of `frames` frames, on a channel that bears itself so. A voice that is over afterwards can be freed.
    #[inline(always)]
    pub(super) fn look_ahead<A: Arithmetic>(
        &mut self,
        frames: u16,
        bearing: &Bearing,
        rates: &Rates,
    ) {
        if self.stage == Stage::Ending {
            if self.age >= self.over_at {
                self.stage = Stage::Over;
            } else {
                self.stop_at_end(frames); // the period was cut short by a new one
            }
            return;
        }
        let end = self.age.saturating_add(u32::from(frames));
        self.seek(end, rates);
        self.carriage.approach(bearing, rates.pace);
        self.has_motion |= self.carriage.bend() != 0.0 || self.carriage.vibrato() > 0.0;
        if self.has_motion {
            let ratio = self.bend(end, rates) * bent(&self.carriage);
            let before = self.morph.pitches(self.morph.rest(end));
            self.oscillators.tune::<A>(ratio, rates.top_omega, frames, before);
        }
        let since_point = end as f32 - rates.points[self.point];
        let since_release = match self.stage {
            Stage::Released { at } => (end - at) as f32,
            _ => 0.0,
        };
        let fade = match self.stage {
            Stage::Fading { at, over } => 1.0 - (end - at).min(over) as f32 / over as f32,
            _ => 1.0,
        };
        let rest = self.morph.rest(end);
        let gain = self.gain * fade;
        let (base, slope, fall) = (&self.base, &self.slope, &self.fall);
        let (octaves, tilt) = (&self.octaves, self.carriage.tilt);
        let lift = self.carriage.lift();
        let quiet = QUIET.max(MASKED * self.level);
        let before = self.morph.gains(rest, fade);
        let level = self.oscillators.aim(frames, self.carriage.sides, quiet, before, |group| {
            let (base, slope, fall) = (&base[group], &slope[group], &fall[group]);
            let octaves = &octaves[group];
            let mut level = [0.0_f32; LANES];
            for lane in 0..LANES {
                let exponent = A::sum(slope[lane], since_point, base[lane]);
                level[lane] = A::sum(-since_release, fall[lane], exponent);
            }
            if tilt != 0.0 {
                for lane in 0..LANES {
                    level[lane] = A::sum(tilt, octaves[lane], level[lane] + lift);
                }
            }
            for level in &mut level {
                *level = gain * exp2::<A>(within(*level, FLOOR_EXPONENT, TOP_EXPONENT));
            }
            level
        });
        let gain = gain * self.carriage.noise_gain();
        let levels = Levels { since_point, since_release, gain, rest, fade };
        self.level = level + self.aim_noise::<A>(&levels);
        let may_end = fade < 1.0
            || matches!(self.stage, Stage::Released { .. })
            || self.point >= self.silent_from
            || self.point == TABLE_FRAMES - 1;
        if fade == 0.0 || (may_end && rest == 0.0 && self.level < INAUDIBLE) {
            self.stop_at_end(frames);
        }
        if rest == 0.0 {
            self.morph.end();
        }
    }

    #[inline(always)]
    fn aim_noise<A: Arithmetic>(&mut self, levels: &Levels) -> f32 {
        let Levels { since_point, since_release, gain, rest, fade } = *levels;
        if !self.has_noise {
            return 0.0;
        }
        let fall = self.noise_fall * since_release;
        for band in 0..NOISE_LANES {
            let exponent =
                A::sum(self.noise_slope[band], since_point, self.noise_base[band]) - fall;
            self.noise[band] = gain * exp2::<A>(within(exponent, FLOOR_EXPONENT, TOP_EXPONENT));
        }
        if rest > 0.0 {
            for (level, was) in self.noise.iter_mut().zip(&self.morph.noise) {
                *level += rest * (fade * was - *level);
            }
        }
        all_together(&self.noise)
    }

    /// Reach zero at the end of the present period.
    fn stop_at_end(&mut self, frames: u16) {
        self.oscillators.stop_at_end(frames);
        self.noise = [0.0; NOISE_LANES];
        self.stage = Stage::Ending;
        self.over_at = self.age.saturating_add(u32::from(frames));
    }

    /// Go to the control point before an age.
    fn seek(&mut self, age: u32, rates: &Rates) {
        let age = age as f32;
        let before = self.point;
        while self.point + 1 < TABLE_FRAMES && age >= rates.points[self.point + 1] {
            self.point += 1;
        }
        if self.point != before {
            self.load(rates);
        }
    }

    /// Take levels and slopes from the table at the present control point.
    fn load(&mut self, rates: &Rates) {
        let Some(table) = &self.table else { return };
        let (point, partials) = (self.point, table.partials());
        let next = (point + 1).min(TABLE_FRAMES - 1);
        let is_last = next == point;
        let per_frame =
            if is_last { 0.0 } else { 1.0 / (rates.points[next] - rates.points[point]) };
        let fall = if table.sustains { 0.0 } else { -LEAST_FALL / rates.sample_rate };
        let slope = |before: f32, from: f32, to: f32| match (is_last, table.sustains) {
            (false, _) => {
                (log2::<Separate>(to.max(FLOOR)) - log2::<Separate>(from.max(FLOOR))) * per_frame
            }
            (true, true) => 0.0,
            (true, false) => before.min(fall),
        };
        let here = &table.amplitude[point * partials..][..partials];
        let there = &table.amplitude[next * partials..][..partials];
        for (partial, (from, to)) in here.iter().zip(there).enumerate() {
            let place = usize::from(self.places[partial]);
            let (group, lane) = (place / LANES, place % LANES);
            self.base[group][lane] = log2::<Separate>(from.max(FLOOR));
            self.slope[group][lane] = slope(self.slope[group][lane], *from, *to);
        }
        if !self.has_noise {
            return;
        }
        let here = &table.noise[point * NOISE_BANDS..][..NOISE_BANDS];
        let there = &table.noise[next * NOISE_BANDS..][..NOISE_BANDS];
        for (band, (from, to)) in here.iter().zip(there).enumerate() {
            self.noise_base[band] = log2::<Separate>(from.max(FLOOR));
            self.noise_slope[band] = slope(self.noise_slope[band], *from, *to);
        }
    }
}

/// Add the next frames of the partials of some voices, by place, to the lanes of left and right; `sines` is room to work in.
#[inline(always)]
pub(super) fn add<A: Arithmetic>(
    voices: &mut [Voice],
    playing: &[usize],
    sines: &mut Sines,
    left: &mut [[f32; LANES]],
    right: &mut [[f32; LANES]],
) {
    crew::add_all::<A>(voices, playing, sines, left, right);
    for voice in playing {
        let age = &mut voices[*voice].age;
        *age = age.saturating_add(u32::try_from(left.len()).unwrap_or(0));
    }
}

/// The same of one voice for any number of frames.
#[cfg(test)]
pub(super) fn add_one<A: Arithmetic>(
    voice: &mut Voice,
    left: &mut [[f32; LANES]],
    right: &mut [[f32; LANES]],
) {
    let voices = std::slice::from_mut(voice);
    let mut sines: Sines = [[[0.0; LANES]; super::noise::RUN]; 3];
    for (left, right) in left.chunks_mut(super::noise::RUN).zip(right.chunks_mut(super::noise::RUN))
    {
        add::<A>(voices, &[0], &mut sines, left, right);
    }
}

/// Frequency ratio of a channel's bend.
fn bent(carriage: &Carriage) -> f32 {
    exp2::<Separate>(within(carriage.bend(), -24.0, 24.0) / 12.0)
}
