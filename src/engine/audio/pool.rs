//! All voices of an instance: who plays what, who must make room, and the tables that go home.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::channel::{Bearing, Channel, Expression};
use super::noise::{Loudness, RUN};
use super::rates::Rates;
use super::simd::Arithmetic;
use super::voice::{self, LANES, NOISE_LANES, Sines, Stage, Start, Voice, all_together};
use crate::score::{Part, PartialTable, Pitch, TimbreId, Velocity};

/// Notes that sound at once.
pub(super) const VOICES: usize = 128;
/// Places in which stolen voices fade while their successors already sound.
const SPARE: usize = 32;
/// Noise of -120 decibels says nothing of its width.
const LEAST_POWER: f32 = 1e-12;
/// Tables that can wait to be fetched.
const WAITING: usize = 2048;

#[derive(Debug)]
pub(super) struct Pool {
    pub(super) voices: Vec<Voice>,
    /// Voices of each part by place in `voices`, oldest first.
    playing: [Vec<usize>; Part::COUNT],
    /// How each channel bears itself.
    bearings: [Bearing; Channel::COUNT],
    retired: Vec<Arc<PartialTable>>,
    started: u64,
    /// Room to work in.
    sines: Box<Sines>,
}

impl Pool {
    /// Allocates.
    pub(super) fn new() -> Self {
        Self {
            voices: (0..VOICES + SPARE).map(|_| Voice::new()).collect(),
            playing: std::array::from_fn(|_| Vec::with_capacity(VOICES + SPARE)),
            bearings: [Bearing::PLAIN; Channel::COUNT],
            retired: Vec::with_capacity(WAITING),
            started: 0,
            sines: Box::new([[[0.0; LANES]; RUN]; 3]),
        }
    }

    pub(super) fn take_retired(&mut self) -> Option<Arc<PartialTable>> {
        self.retired.pop()
    }

    /// Whether the part has a voice that is not over.
    pub(super) fn is_playing(&self, part: Part) -> bool {
        !self.playing[part.slot()].is_empty()
    }

    /// How many voices are not over.
    pub(super) fn playing(&self) -> usize {
        self.playing.iter().map(Vec::len).sum()
    }

    /// Add the next frames of the part's partials to the lanes of left and right.
    #[inline(always)]
    pub(super) fn add<A: Arithmetic>(
        &mut self,
        part: Part,
        left: &mut [[f32; LANES]],
        right: &mut [[f32; LANES]],
    ) {
        let playing = &self.playing[part.slot()];
        voice::add::<A>(&mut self.voices, playing, &mut self.sines, left, right);
    }

    /// How loud the part is at the end of the period.
    #[inline(always)]
    pub(super) fn loudness(&self, part: Part) -> Loudness {
        let (mut noise, mut shared) = ([0.0_f32; NOISE_LANES], [0.0_f32; NOISE_LANES]);
        let mut level = 0.0;
        for place in &self.playing[part.slot()] {
            let voice = &self.voices[*place];
            level += voice.level;
            for ((noise, shared), level) in noise.iter_mut().zip(&mut shared).zip(&voice.noise) {
                let square = level * level;
                *noise += square;
                *shared += square * voice.noise_correlation;
            }
        }
        let (whole, shared) = (all_together(&noise), all_together(&shared));
        Loudness { level, noise, correlation: (whole > LEAST_POWER).then(|| shared / whole) }
    }

    /// The part's voices, oldest first.
    #[inline(always)]
    pub(super) fn of_part(&mut self, part: Part, mut visit: impl FnMut(&mut Voice)) {
        for place in &self.playing[part.slot()] {
            visit(&mut self.voices[*place]);
        }
    }

    /// Begin a note, at the cost of another if all voices are busy. Gives its voice, if it has one.
    pub(super) fn start(&mut self, start: Start, rates: &Rates) -> Option<&mut Voice> {
        if !Voice::can_play(&start.table) {
            debug_assert!(false, "a table of the wrong shape");
            self.retire(start.table);
            return None;
        }
        if self.sounding() >= VOICES {
            self.steal(rates);
        }
        let Some(place) = self.voices.iter().position(|voice| voice.stage == Stage::Over) else {
            // More than `SPARE` steals within 3 ms: one note too many is not begun.
            self.retire(start.table);
            return None;
        };
        let choke = start.table.choke;
        if choke > 0 {
            self.of_part(start.part, |voice| {
                if voice.choke == choke {
                    voice.fade(rates.steal);
                }
            });
        }
        self.playing[start.part.slot()].push(place);
        let bearing = &self.bearings[start.channel.place()];
        self.voices[place].start(start, bearing, self.started, rates);
        self.started += 1;
        Some(&mut self.voices[place])
    }

    /// Turn the part's notes of that pitch, velocity and family into notes of `timbre`. Whether there are any: then a period must begin.
    pub(super) fn revoice(
        &mut self,
        part: Part,
        (pitch, velocity): (Pitch, Velocity),
        timbre: TimbreId,
        table: &Arc<PartialTable>,
        rates: &Rates,
    ) -> bool {
        if !Voice::can_play(table) {
            debug_assert!(false, "a table of the wrong shape");
            return false;
        }
        let mut has_any = false;
        for place in 0..self.playing[part.slot()].len() {
            let voice = &mut self.voices[self.playing[part.slot()][place]];
            let is_meant = voice.pitch == pitch
                && voice.can_change()
                && voice.played.is_some_and(|(force, present)| {
                    force == velocity && present != timbre && present.family() == timbre.family()
                });
            if !is_meant {
                continue;
            }
            voice.played = Some((velocity, timbre));
            let old = voice.turn_into(Arc::clone(table), rates);
            has_any = true;
            if let Some(old) = old {
                self.retire(old);
            }
        }
        has_any
    }

    /// How many voices sound and are not on their way out.
    fn sounding(&self) -> usize {
        let is_sounding =
            |voice: &&Voice| matches!(voice.stage, Stage::Held | Stage::Released { .. });
        self.voices.iter().filter(is_sounding).count()
    }

    /// Make one voice end: one that has not been heard yet, or else the quietest of the released ones, or else of the older half.
    fn steal(&mut self, rates: &Rates) {
        let newest_kept = self.started.saturating_sub(VOICES as u64 / 2);
        let rank = |voice: &Voice| match voice.stage {
            _ if voice.age == 0 => 0,
            Stage::Released { .. } => 1,
            _ if voice.number < newest_kept => 2,
            _ => 3,
        };
        let victim = (self.voices.iter().enumerate())
            .filter(|(_, voice)| matches!(voice.stage, Stage::Held | Stage::Released { .. }))
            .min_by(|(_, a), (_, b)| {
                let by_level = a.level.total_cmp(&b.level);
                rank(a).cmp(&rank(b)).then(by_level).then(a.number.cmp(&b.number))
            });
        let Some((place, voice)) = victim else { return };
        if voice.age == 0 {
            self.playing[voice.part.slot()].retain(|it| *it != place);
            self.free(place);
        } else {
            self.voices[place].fade(rates.steal);
        }
    }

    /// How the notes of a channel are to sound from now on.
    pub(super) fn bear(&mut self, channel: Channel, bearing: Bearing) {
        self.bearings[channel.place()] = bearing.checked();
    }

    /// Have the part's notes of that pitch, or all of them, do something by themselves, as long as they sound.
    pub(super) fn express(&mut self, part: Part, pitch: Option<Pitch>, expression: Expression) {
        for place in &self.playing[part.slot()] {
            let voice = &mut self.voices[*place];
            if pitch.is_none_or(|it| it == voice.pitch) {
                voice.express(expression, &self.bearings[voice.channel.place()]);
            }
        }
    }

    fn bearing(&self, voice: &Voice) -> Bearing {
        self.bearings[voice.channel.place()].with(voice.own())
    }

    /// Let go of the part's notes of that channel and pitch. Whether there are any: then a period must begin.
    pub(super) fn release(&mut self, part: Part, channel: Channel, pitch: Pitch) -> bool {
        let mut has_any = false;
        self.of_part(part, |voice| {
            if voice.pitch == pitch && voice.channel == channel {
                has_any |= voice.stage == Stage::Held;
                voice.release();
            }
        });
        has_any
    }

    /// Frames of the part's next period: no more than the most restless of its voices can wait.
    pub(super) fn period(&self, part: Part, rates: &Rates) -> u16 {
        let voices = self.playing[part.slot()].iter().map(|place| &self.voices[*place]);
        let patience = |it: &Voice| it.patience(&self.bearing(it), rates);
        rates.period * voices.map(patience).min().unwrap_or(1)
    }

    /// Fade every voice.
    pub(super) fn fade_all(&mut self, rates: &Rates) {
        for voice in &mut self.voices {
            voice.fade(rates.silence);
        }
    }

    /// Set course for the next period of a part, and free its voices that are over.
    #[inline(always)]
    pub(super) fn look_ahead<A: Arithmetic>(&mut self, part: Part, frames: u16, rates: &Rates) {
        let mut playing = std::mem::take(&mut self.playing[part.slot()]);
        for place in &playing {
            let voice = &mut self.voices[*place];
            let bearing = self.bearings[voice.channel.place()].with(voice.own());
            voice.look_ahead::<A>(frames, &bearing, rates);
        }
        playing.retain(|place| {
            let is_over = self.voices[*place].stage == Stage::Over;
            if is_over {
                self.free(*place);
            }
            !is_over
        });
        self.playing[part.slot()] = playing;
    }

    /// End the part's voices at once.
    pub(super) fn cut(&mut self, part: Part) {
        while let Some(place) = self.playing[part.slot()].pop() {
            self.free(place);
        }
    }

    fn free(&mut self, place: usize) {
        if let Some(table) = self.voices[place].end() {
            self.retire(table);
        }
    }

    /// Keep a table until it is fetched. `WAITING` tables that nobody fetched would be a broken promise; then it is freed here, the lesser evil.
    fn retire(&mut self, table: Arc<PartialTable>) {
        debug_assert!(self.retired.len() < WAITING, "retired tables are not fetched");
        if self.retired.len() < WAITING {
            self.retired.push(table);
        }
    }
}
