//! The synth as the renderer sees it: notes start and stop at the present frame, then a stretch is rendered.

#[cfg(test)]
mod tests;

use std::sync::Arc;

use super::bus::{Bus, STRETCH};
use super::channel::{Bearing, Channel, Expression};
use super::limiter::{self, Limiter, OutFrame};
use super::noise::NoiseTables;
use super::pool::Pool;
use super::rates::Rates;
use super::renderer::Outputs;
use super::simd::{Arithmetic, Simd, Work};
use super::strip::{Glide, decibels};
use super::voice::{Start, Voice};
use crate::score::{Mix, Part, PartialTable, Pitch, TimbreId, Velocity};

/// All voices, strips, rooms and limiter of one instance. Real-time safe but for `new`.
///
/// What comes out depends on the notes and their frames alone: not on how time is cut into blocks, nor on how long it was silent before.
#[derive(Debug)]
pub struct Synth {
    simd: Simd,
    rates: Rates,
    tables: NoiseTables,
    pool: Pool,
    /// By slot.
    buses: [Bus; Part::COUNT],
    master: Glide,
    /// The level that `master` aims at, so that its gain is worked out only when it changes.
    master_db: Option<f32>,
    limiter: Limiter,
}

/// Level goes as this power of velocity between the velocities that tables are made for, as it does in the tables.
const LEVEL_OF_VELOCITY: f32 = 1.3;

impl Synth {
    /// For blocks of up to `max_block` frames at `sample_rate` hertz. Allocates.
    pub fn new(sample_rate: f32, _max_block: usize) -> Self {
        // Stretches are rendered through buffers of their own, so the block's length does not matter.
        Self {
            simd: Simd::widest(),
            rates: Rates::new(sample_rate),
            tables: NoiseTables::new(sample_rate),
            pool: Pool::new(),
            buses: std::array::from_fn(|slot| {
                Bus::new(Part::from_slot(slot).expect("as many buses as parts"), sample_rate)
            }),
            master: Glide::new(sample_rate),
            master_db: None,
            limiter: Limiter::new(sample_rate),
        }
    }

    /// Be computed in another way; the samples differ by rounding alone.
    pub fn compute_with(&mut self, simd: Simd) {
        self.simd = simd;
    }

    /// Frames of look-ahead of the limiter; constant for a sample rate.
    pub fn latency(&self) -> u32 {
        limiter::LATENCY
    }

    /// The smallest gain that the limiter has turned mix and stems down to; 1 while it never did.
    pub fn least_gain(&self) -> f32 {
        self.limiter.least_gain()
    }

    /// Start a note at the present frame. The table leaves through `take_retired` when its voice is done.
    pub fn note_on(
        &mut self,
        part: Part,
        pitch: Pitch,
        velocity: Velocity,
        table: Arc<PartialTable>,
    ) {
        self.note_on_near(part, (pitch, velocity), table, (pitch, velocity));
    }

    /// Start a note at the present frame from a table that was made for a note nearby, as live notes are.
    pub fn note_on_near(
        &mut self,
        part: Part,
        note: (Pitch, Velocity),
        table: Arc<PartialTable>,
        made_for: (Pitch, Velocity),
    ) {
        self.start(part, note, table, made_for);
    }

    /// Start a note that can be given another timbre while it sounds, from a table of `timbre` that may have been made for a note nearby.
    pub fn note_on_as(
        &mut self,
        part: Part,
        note: (Pitch, Velocity),
        (table, timbre): (Arc<PartialTable>, TimbreId),
        made_for: (Pitch, Velocity),
    ) {
        if let Some(voice) = self.start(part, note, table, made_for) {
            voice.played = Some((note.1, timbre));
        }
    }

    fn start(
        &mut self,
        part: Part,
        (pitch, velocity): (Pitch, Velocity),
        table: Arc<PartialTable>,
        (made_pitch, made_velocity): (Pitch, Velocity),
    ) -> Option<&mut Voice> {
        let ratio = pitch.hertz() / made_pitch.hertz();
        let harder = f32::from(velocity.number()) / f32::from(made_velocity.number());
        let gain = harder.powf(LEVEL_OF_VELOCITY);
        let channel = Channel::of(part);
        self.begin(Start { part, channel, pitch, ratio, gain, table })
    }

    /// Start a note of a channel of its own at the present frame, through the strip of `part`.
    pub fn note_on_in(
        &mut self,
        (part, channel): (Part, Channel),
        pitch: Pitch,
        table: Arc<PartialTable>,
    ) {
        self.begin(Start { part, channel, pitch, ratio: 1.0, gain: 1.0, table });
    }

    fn begin(&mut self, start: Start) -> Option<&mut Voice> {
        self.buses[start.part.slot()].wake();
        self.pool.start(start, &self.rates)
    }

    /// Tell of the part's notes that sound and have a timbre, and whether they are still on their way to it.
    pub fn sounding(
        &mut self,
        part: Part,
        mut tell: impl FnMut((Pitch, Velocity), TimbreId, bool),
    ) {
        self.pool.of_part(part, |voice| {
            if let Some((velocity, timbre)) = voice.played.filter(|_| voice.can_change()) {
                tell((voice.pitch, velocity), timbre, voice.is_changing());
            }
        });
    }

    /// Have the part's notes of that pitch, velocity and family sound like `timbre` from the present frame on, within some tens of milliseconds. The tables that they
    /// played from leave through `take_retired`.
    pub fn revoice(
        &mut self,
        part: Part,
        note: (Pitch, Velocity),
        timbre: TimbreId,
        table: &Arc<PartialTable>,
    ) {
        if self.pool.revoice(part, note, timbre, table, &self.rates) {
            self.buses[part.slot()].wake();
        }
    }

    /// Release the sounding notes of that pitch and part.
    pub fn note_off(&mut self, part: Part, pitch: Pitch) {
        self.note_off_in((part, Channel::of(part)), pitch);
    }

    /// Release the sounding notes of that pitch and channel.
    pub fn note_off_in(&mut self, (part, channel): (Part, Channel), pitch: Pitch) {
        if self.pool.release(part, channel, pitch) {
            self.buses[part.slot()].wake();
        }
    }

    /// Bend, swell and move the notes of a channel, those that sound and those to come. What is out of range is brought into it.
    pub fn bear(&mut self, channel: Channel, bearing: Bearing) {
        self.pool.bear(channel, bearing);
    }

    /// Have the part's notes of that pitch that sound, or all of them, bend, swell or move by themselves. A note begins without.
    pub fn express(&mut self, part: Part, pitch: Option<Pitch>, expression: Expression) {
        self.pool.express(part, pitch, expression);
    }

    /// How many voices sound or die away.
    pub fn voices(&self) -> usize {
        self.pool.playing()
    }

    /// Fade everything out within 5 ms.
    pub fn silence(&mut self) {
        self.pool.fade_all(&self.rates);
        for bus in &mut self.buses {
            bus.wake();
            bus.room.silence();
        }
    }

    /// Render frames `[from, to)` of the block into the outputs (overwriting them there). Gains glide to those of `mix` without clicks.
    pub fn render(&mut self, from: usize, to: usize, mix: &Mix, outputs: &mut Outputs<'_>) {
        self.aim(mix);
        let mut at = from;
        while at < to {
            let frames = (to - at).min(STRETCH);
            self.simd.run(Rendering { synth: self, at, frames, outputs });
            at += frames;
        }
    }

    /// A table that no voice needs any more, to be freed elsewhere.
    pub fn take_retired(&mut self) -> Option<Arc<PartialTable>> {
        self.pool.take_retired()
    }

    /// Point all faders at the mix; the first one is there at once.
    fn aim(&mut self, mix: &Mix) {
        let (player, band) = self.buses.split_at_mut(1);
        for (bus, strip) in band.iter_mut().zip(&mix.parts) {
            bus.fader.aim(strip);
        }
        player[0].fader.aim(&mix.player);
        if self.master_db != Some(mix.master_db) {
            self.master.aim(decibels(mix.master_db));
            if self.master_db.is_none() {
                self.master.jump();
            }
            self.master_db = Some(mix.master_db);
        }
    }

    #[inline(always)]
    fn render_stretch<A: Arithmetic>(
        &mut self,
        at: usize,
        frames: usize,
        outputs: &mut Outputs<'_>,
    ) {
        let mut parts = [[[0.0_f32; STRETCH]; 2]; Part::COUNT];
        for (bus, out) in self.buses.iter_mut().zip(&mut parts) {
            bus.render::<A>(&mut self.pool, &self.tables, &self.rates, frames, out);
        }
        for frame in 0..frames {
            let master = self.master.next();
            let mut going_in: OutFrame = [0.0; limiter::CHANNELS];
            for (slot, part) in parts.iter().enumerate() {
                for side in 0..2 {
                    let sample = master * part[side][frame];
                    going_in[side] += sample;
                    if slot > 0 {
                        going_in[2 * slot + side] = sample;
                    }
                }
            }
            let coming_out = self.limiter.next(&going_in);
            for side in 0..2 {
                outputs.main[side][at + frame] = coming_out[side];
                for (band, stem) in outputs.parts.iter_mut().enumerate() {
                    stem[side][at + frame] = coming_out[2 + 2 * band + side];
                }
            }
        }
    }
}

/// A stretch to be rendered from frame `at` of the block on.
struct Rendering<'a, 'b, 'c> {
    synth: &'a mut Synth,
    at: usize,
    frames: usize,
    outputs: &'b mut Outputs<'c>,
}

impl Work for Rendering<'_, '_, '_> {
    #[inline(always)]
    fn run<A: Arithmetic>(self) {
        self.synth.render_stretch::<A>(self.at, self.frames, self.outputs);
    }
}
