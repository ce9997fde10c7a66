//! A small room: a feedback delay network of eight lines (Jot and Chaigne, "Digital delay networks for designing artificial reverberators", 1991).

#[cfg(test)]
mod tests;

/// One part in the room. Each part has a network of its own, all alike, so that a stem holds its own room.
#[derive(Debug)]
pub(super) struct Room {
    /// What went into the lines, frame by frame; a power of two long.
    ring: Vec<[f32; LINES]>,
    at: usize,
    delays: [usize; LINES],
    /// Loss of a line's round.
    loss: [f32; LINES],
    /// One-pole low-pass in each line: walls swallow treble.
    damped: [f32; LINES],
    damping: f32,
    /// Left and right on their way in.
    entries: [Entry; 2],
    /// Frames since anything louder than `FLOOR` was in the lines; beyond the longest delay the room rests.
    quiet: usize,
    /// Frames left of a fade to silence, and its length.
    hush: u32,
    hush_frames: u32,
}

/// What a channel goes through before the lines: bass stays outside, the rest is smeared so that echoes are not told apart.
#[derive(Debug)]
struct Entry {
    bass: f32,
    bass_pace: f32,
    smears: [Smear; 2],
}

/// An all-pass delay (Schroeder, "Natural sounding artificial reverberation", 1962).
#[derive(Debug)]
struct Smear {
    ring: Vec<f32>,
    at: usize,
}

const LINES: usize = 8;
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
const HUSH_SECS: f32 = 0.0045;
const FLOOR: f32 = 1e-6;
/// Below this a number in the network is nothing; it keeps decays from ending in denormals.
const NOTHING: f32 = 1e-18;

impl Room {
    /// Allocates.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "delays are positive and a few thousand frames"
    )]
    pub(super) fn new(sample_rate: f32) -> Self {
        let delays = DELAY_SECS.map(|secs| (secs * sample_rate).round().max(1.0) as usize);
        let longest = delays[LINES - 1] + 1;
        Self {
            ring: vec![[0.0; LINES]; longest.next_power_of_two()],
            at: 0,
            delays,
            loss: DELAY_SECS.map(|secs| 0.001_f32.powf(secs / DECAY_SECS)),
            damped: [0.0; LINES],
            damping: 1.0 - (-std::f32::consts::TAU * DAMPING_HERTZ / sample_rate).exp(),
            entries: SMEAR_SECS.map(|secs| Entry::new(secs, sample_rate)),
            quiet: longest,
            hush: 0,
            hush_frames: (HUSH_SECS * sample_rate).max(1.0) as u32,
        }
    }

    /// Fade the room out and empty it, within 5 ms. An empty room stays as it is: a fade kept for its next note would swallow that.
    pub(super) fn silence(&mut self) {
        let is_empty = self.quiet > self.delays[LINES - 1];
        if self.hush == 0 && !is_empty {
            self.hush = self.hush_frames;
        }
    }

    /// Be empty at once.
    pub(super) fn empty(&mut self) {
        self.ring.fill([0.0; LINES]);
        self.damped = [0.0; LINES];
        self.entries.iter_mut().for_each(Entry::empty);
        self.quiet = self.delays[LINES - 1] + 1;
        self.hush = 0;
    }

    /// One frame in, what comes back from the walls out.
    #[inline(always)]
    pub(super) fn next(&mut self, left: f32, right: f32) -> [f32; 2] {
        if self.quiet > self.delays[LINES - 1] {
            if left == 0.0 && right == 0.0 {
                return self.hushed([0.0; 2]);
            }
            self.quiet = 0;
        }
        let [left, right] = [self.entries[0].next(left), self.entries[1].next(right)];
        let mask = self.ring.len() - 1;
        let lines: [f32; LINES] = std::array::from_fn(|line| {
            let wave = self.ring[self.at.wrapping_sub(self.delays[line]) & mask][line];
            let damped = self.damped[line] + self.damping * (wave - self.damped[line]);
            self.damped[line] = something(damped);
            self.loss[line] * self.damped[line]
        });
        let back =
            [lines[0] - lines[2] + lines[4] - lines[6], lines[1] - lines[3] + lines[5] - lines[7]];
        let mut mixed = scattered(lines);
        for pair in mixed.chunks_exact_mut(2) {
            pair[0] += left;
            pair[1] += right;
        }
        let mut loudest = 0.0_f32;
        for line in &mut mixed {
            *line = something(*line);
            loudest = loudest.max(line.abs());
        }
        self.quiet = if loudest < FLOOR { self.quiet + 1 } else { 0 };
        self.ring[self.at] = mixed;
        self.at = (self.at + 1) & mask;
        self.hushed(back)
    }

    #[inline(always)]
    fn hushed(&mut self, back: [f32; 2]) -> [f32; 2] {
        if self.hush == 0 {
            return back;
        }
        self.hush -= 1;
        let share = self.hush as f32 / self.hush_frames as f32;
        if self.hush == 0 {
            self.empty();
        }
        back.map(|sample| sample * share)
    }
}

impl Entry {
    fn new(smears: [f32; 2], sample_rate: f32) -> Self {
        Self {
            bass: 0.0,
            bass_pace: 1.0 - (-std::f32::consts::TAU * BASS_HERTZ / sample_rate).exp(),
            smears: smears.map(|secs| Smear::new(secs, sample_rate)),
        }
    }

    #[inline(always)]
    fn next(&mut self, sample: f32) -> f32 {
        self.bass = something(self.bass + self.bass_pace * (sample - self.bass));
        self.smears.iter_mut().fold(sample - self.bass, |sample, it| it.next(sample))
    }

    fn empty(&mut self) {
        self.bass = 0.0;
        for smear in &mut self.smears {
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
        Self { ring: vec![0.0; (secs * sample_rate).max(1.0) as usize], at: 0 }
    }

    #[inline(always)]
    fn next(&mut self, sample: f32) -> f32 {
        let late = self.ring[self.at];
        let kept = something(sample + SMEAR * late);
        self.ring[self.at] = kept;
        self.at = if self.at + 1 == self.ring.len() { 0 } else { self.at + 1 };
        late - SMEAR * kept
    }
}

/// The value, unless it is nothing.
#[inline(always)]
fn something(value: f32) -> f32 {
    if value.abs() < NOTHING { 0.0 } else { value }
}

/// The eight values through an orthogonal matrix (Hadamard), which spreads each over all and keeps their energy.
#[inline(always)]
fn scattered(mut values: [f32; LINES]) -> [f32; LINES] {
    for width in [1, 2, 4] {
        let mut mixed = [0.0; LINES];
        for at in 0..LINES {
            let partner = values[at ^ width];
            mixed[at] = if at & width == 0 { values[at] + partner } else { partner - values[at] };
        }
        values = mixed;
    }
    values.map(|value| value * 0.353_553_4)
}
