//! The next frames of all oscillators of some voices: groups of several voices are computed together, because a sine waits for its cosine.

use super::oscillators::Manner;
use super::{LANES, Voice};
use crate::engine::audio::noise::RUN;
use crate::engine::audio::simd::Arithmetic;

/// Add the next frames of the partials of some voices to the lanes of left and right.
#[inline(always)]
pub(super) fn add_all<A: Arithmetic>(
    voices: &mut [Voice],
    playing: &[usize],
    sines: &mut Sines,
    left: &mut [[f32; LANES]],
    right: &mut [[f32; LANES]],
) {
    let (mut still, mut moving) = (Crew::<false, false>::new(), Crew::<true, false>::new());
    let (mut still_mono, mut moving_mono) = (Crew::<false, true>::new(), Crew::<true, true>::new());
    for voice in playing {
        for next in 0.. {
            let Some((group, manner)) = voices[*voice].oscillators.at(next) else { break };
            let place = (*voice, group);
            match manner {
                Manner::Still => still.join::<A>(place, voices, sines, left, right),
                Manner::StillMono => still_mono.join::<A>(place, voices, sines, left, right),
                Manner::Moving => moving.join::<A>(place, voices, sines, left, right),
                Manner::MovingMono => moving_mono.join::<A>(place, voices, sines, left, right),
            }
        }
    }
    still.finish::<A>(voices, sines, left, right);
    still_mono.finish::<A>(voices, sines, left, right);
    moving.finish::<A>(voices, sines, left, right);
    moving_mono.finish::<A>(voices, sines, left, right);
}

/// Most groups that are computed together.
const CREW: usize = 3;

/// The waves of so many groups in a run, on their way to their sums.
pub(in crate::engine::audio) type Sines = [[[f32; LANES]; RUN]; CREW];

/// Groups that are gathered from one voice after another until there are enough to be computed together: while the sine of one waits for its cosine, the others
/// are computed.
#[derive(Debug)]
struct Crew<const MOVING: bool, const MONO: bool> {
    /// Voice and group.
    places: [(usize, usize); CREW],
    count: usize,
}

impl<const MOVING: bool, const MONO: bool> Crew<MOVING, MONO> {
    fn new() -> Self {
        Self { places: [(0, 0); CREW], count: 0 }
    }

    /// Take in one more group; if that makes enough, add the next frames of all.
    #[inline(always)]
    fn join<A: Arithmetic>(
        &mut self,
        place: (usize, usize),
        voices: &mut [Voice],
        sines: &mut Sines,
        left: &mut [[f32; LANES]],
        right: &mut [[f32; LANES]],
    ) {
        self.places[self.count] = place;
        self.count += 1;
        if self.count == CREW {
            add::<A, MOVING, MONO, CREW>(voices, self.places, sines, left, right);
            self.count = 0;
        }
    }

    /// Add those that wait.
    #[inline(always)]
    fn finish<A: Arithmetic>(
        &mut self,
        voices: &mut [Voice],
        sines: &mut Sines,
        left: &mut [[f32; LANES]],
        right: &mut [[f32; LANES]],
    ) {
        let [first, second, _] = self.places;
        match self.count {
            1 => add::<A, MOVING, MONO, 1>(voices, [first], sines, left, right),
            2 => add::<A, MOVING, MONO, 2>(voices, [first, second], sines, left, right),
            _ => {}
        }
    }
}

/// Add the next frames of some groups, at most `RUN`, to the lanes of left and right.
#[inline(always)]
fn add<A: Arithmetic, const MOVING: bool, const MONO: bool, const TOGETHER: usize>(
    voices: &mut [Voice],
    places: [(usize, usize); TOGETHER],
    sines: &mut Sines,
    left: &mut [[f32; LANES]],
    right: &mut [[f32; LANES]],
) {
    if A::IS_WIDE {
        let mut waves = places.map(|it| Wave::of(voices, it));
        let mut gains = places.map(|it| Gains::of(voices, it));
        for (left, right) in left.iter_mut().zip(right.iter_mut()) {
            let (mut sum_left, mut sum_right) =
                if MONO { ([0.0; LANES], [0.0; LANES]) } else { (*left, *right) };
            for (wave, gains) in waves.iter_mut().zip(&mut gains) {
                wave.step::<A, MOVING>();
                gains.step::<A, MONO>(&wave.sin, &mut sum_left, &mut sum_right);
            }
            write::<MONO>(left, right, &sum_left, &sum_right);
        }
        for ((wave, gains), place) in waves.iter().zip(&gains).zip(places) {
            wave.keep::<MOVING>(voices, place);
            gains.keep::<MONO>(voices, place);
        }
        return;
    }
    // With few registers the waves come first, several at a time because each waits for itself, and then their sums.
    let mut waves = places.map(|it| Wave::of(voices, it));
    for frame in 0..left.len().min(RUN) {
        for (wave, sines) in waves.iter_mut().zip(sines.iter_mut()) {
            wave.step::<A, MOVING>();
            sines[frame] = wave.sin;
        }
    }
    for ((wave, sines), place) in waves.iter().zip(sines.iter()).zip(places) {
        wave.keep::<MOVING>(voices, place);
        let mut gains = Gains::of(voices, place);
        for ((left, right), sine) in left.iter_mut().zip(right.iter_mut()).zip(sines) {
            let (mut sum_left, mut sum_right) =
                if MONO { ([0.0; LANES], [0.0; LANES]) } else { (*left, *right) };
            gains.step::<A, MONO>(sine, &mut sum_left, &mut sum_right);
            write::<MONO>(left, right, &sum_left, &sum_right);
        }
        gains.keep::<MONO>(voices, place);
    }
}

#[inline(always)]
fn write<const MONO: bool>(
    left: &mut [f32; LANES],
    right: &mut [f32; LANES],
    sum_left: &[f32; LANES],
    sum_right: &[f32; LANES],
) {
    if MONO {
        for lane in 0..LANES {
            left[lane] += sum_left[lane];
            right[lane] += sum_left[lane];
        }
    } else {
        (*left, *right) = (*sum_left, *sum_right);
    }
}

/// The oscillators of a group while they turn.
struct Wave {
    sin: [f32; LANES],
    cos: [f32; LANES],
    turn: [f32; LANES],
    turn_step: [f32; LANES],
}

impl Wave {
    #[inline(always)]
    fn of(voices: &[Voice], (voice, group): (usize, usize)) -> Self {
        let own = &voices[voice].oscillators;
        let (sin, cos) = (own.sin[group], own.cos[group]);
        Self { sin, cos, turn: own.turn[group], turn_step: own.turn_step[group] }
    }

    #[inline(always)]
    fn step<A: Arithmetic, const MOVING: bool>(&mut self) {
        for lane in 0..LANES {
            if MOVING {
                self.turn[lane] += self.turn_step[lane];
            }
            self.sin[lane] = A::sum(self.turn[lane], self.cos[lane], self.sin[lane]);
        }
        for lane in 0..LANES {
            self.cos[lane] = A::sum(-self.turn[lane], self.sin[lane], self.cos[lane]);
        }
    }

    #[inline(always)]
    fn keep<const MOVING: bool>(&self, voices: &mut [Voice], (voice, group): (usize, usize)) {
        let own = &mut voices[voice].oscillators;
        (own.sin[group], own.cos[group]) = (self.sin, self.cos);
        if MOVING {
            own.turn[group] = self.turn;
        }
    }
}

/// The gains of a group while they glide; in mono those of the left are both's.
struct Gains {
    left: [f32; LANES],
    right: [f32; LANES],
    left_step: [f32; LANES],
    right_step: [f32; LANES],
}

impl Gains {
    #[inline(always)]
    fn of(voices: &[Voice], (voice, group): (usize, usize)) -> Self {
        let own = &voices[voice].oscillators;
        let (left, right) = (own.left[group], own.right[group]);
        Self { left, right, left_step: own.left_step[group], right_step: own.right_step[group] }
    }

    #[inline(always)]
    fn step<A: Arithmetic, const MONO: bool>(
        &mut self,
        sine: &[f32; LANES],
        sum_left: &mut [f32; LANES],
        sum_right: &mut [f32; LANES],
    ) {
        for lane in 0..LANES {
            self.left[lane] += self.left_step[lane];
            sum_left[lane] = A::sum(self.left[lane], sine[lane], sum_left[lane]);
        }
        if MONO {
            return;
        }
        for lane in 0..LANES {
            self.right[lane] += self.right_step[lane];
            sum_right[lane] = A::sum(self.right[lane], sine[lane], sum_right[lane]);
        }
    }

    #[inline(always)]
    fn keep<const MONO: bool>(&self, voices: &mut [Voice], (voice, group): (usize, usize)) {
        let own = &mut voices[voice].oscillators;
        own.left[group] = self.left;
        own.right[group] = if MONO { self.left } else { self.right };
    }
}
