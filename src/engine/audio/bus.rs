//! One part on its way to the mix: its voices, its noise, its fader and its room.

use super::noise::{NoiseMixture, NoiseTables, RUN};
use super::pool::Pool;
use super::rates::Rates;
use super::room::Room;
use super::simd::Arithmetic;
use super::strip::Fader;
use super::voice::{LANES, together};
use crate::score::Part;

#[derive(Debug)]
pub(super) struct Bus {
    part: Part,
    pub(super) fader: Fader,
    pub(super) room: Room,
    noise: NoiseMixture,
    /// Of left and right of the noise, as of the voices that were last heard.
    correlation: f32,
    /// Frames left of the period; a new period starts with each note, when one is let go, and else as often as `Pool::period` says while the part sounds.
    left: u16,
}

/// Left and right of a stretch.
pub(super) type Stretch = [[f32; STRETCH]; 2];

/// Most frames that are rendered in one go.
pub(super) const STRETCH: usize = 64;
/// How much of a part is sent into the room.
const SEND: f32 = 0.16;
/// Nothing sane is this loud; what is louder, or is no number, is cut.
const ABSURD: f32 = 1e3;

impl Bus {
    /// Allocates.
    pub(super) fn new(part: Part, sample_rate: f32) -> Self {
        Self {
            part,
            fader: Fader::new(sample_rate),
            room: Room::new(sample_rate),
            noise: NoiseMixture::new(),
            correlation: 1.0,
            left: 0,
        }
    }

    /// Begin a new period now, because a note begins or is let go.
    pub(super) fn wake(&mut self) {
        self.left = 0;
    }

    /// Render the next `frames` frames of the part as they leave its fader, its room with them.
    #[inline(always)]
    pub(super) fn render<A: Arithmetic>(
        &mut self,
        pool: &mut Pool,
        tables: &NoiseTables,
        rates: &Rates,
        frames: usize,
        out: &mut Stretch,
    ) {
        let mut done = 0;
        while done < frames {
            if self.left == 0 && !self.look_ahead::<A>(pool, rates) {
                break;
            }
            let run = usize::from(self.left).min(RUN).min(frames - done);
            let [left, right] = out;
            self.play::<A>(pool, tables, &mut left[done..done + run], &mut right[done..done + run]);
            done += run;
        }
        let [left, right] = out;
        left[done..frames].fill(0.0);
        right[done..frames].fill(0.0);
        self.fader.left.apply(&mut left[..frames]);
        self.fader.right.apply(&mut right[..frames]);
        self.room.add::<A>(SEND, &mut left[..frames], &mut right[..frames]);
    }

    /// Start a period, unless the part is silent.
    #[inline(always)]
    fn look_ahead<A: Arithmetic>(&mut self, pool: &mut Pool, rates: &Rates) -> bool {
        let period = pool.period(self.part, rates);
        pool.look_ahead::<A>(self.part, period, rates);
        let loudness = pool.loudness(self.part);
        if let Some(correlation) = loudness.correlation {
            self.correlation = correlation;
        }
        self.noise.glide(&loudness, self.correlation, period);
        if !pool.is_playing(self.part) && self.noise.is_silent() {
            return false;
        }
        self.left = period;
        true
    }

    /// A run within the period: voices, then noise.
    #[inline(always)]
    fn play<A: Arithmetic>(
        &mut self,
        pool: &mut Pool,
        tables: &NoiseTables,
        left: &mut [f32],
        right: &mut [f32],
    ) {
        let run = left.len();
        let (mut lanes_left, mut lanes_right) = ([[0.0; LANES]; RUN], [[0.0; LANES]; RUN]);
        pool.add::<A>(self.part, &mut lanes_left[..run], &mut lanes_right[..run]);
        for (out, lanes) in left.iter_mut().zip(&lanes_left) {
            *out = together(*lanes);
        }
        for (out, lanes) in right.iter_mut().zip(&lanes_right) {
            *out = together(*lanes);
        }
        if !self.noise.is_silent() {
            self.noise.add::<A>(tables, left, right);
        }
        self.left -= u16::try_from(run).expect("a run is short");
        let is_sane = |it: &f32| it.abs() < ABSURD;
        let sane =
            left.iter().zip(right.iter()).take_while(|(l, r)| is_sane(l) && is_sane(r)).count();
        if sane < run {
            left[sane..].fill(0.0);
            right[sane..].fill(0.0);
            pool.cut(self.part);
            self.noise.cut();
            self.left = 0;
        }
    }
}
