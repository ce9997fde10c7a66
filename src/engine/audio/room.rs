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
    /// Frames since anything louder than `FLOOR` was in the lines; beyond the longest delay the room rests.
    quiet: usize,
    /// Frames left of a fade to silence, and its length.
    hush: u32,
    hush_frames: u32,
}

const LINES: usize = 8;
/// Lengths that share no small factor, so that echoes do not meet.
const DELAY_SECS: [f32; LINES] =
    [0.011_83, 0.014_57, 0.017_39, 0.020_11, 0.023_81, 0.027_43, 0.031_19, 0.036_67];
/// Time to fall by 60 decibels.
const DECAY_SECS: f32 = 0.75;
/// Frequency above which walls swallow, hertz.
const DAMPING_HERTZ: f32 = 4500.0;
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
            quiet: longest,
            hush: 0,
            hush_frames: (HUSH_SECS * sample_rate).max(1.0) as u32,
        }
    }

    /// Fade the room out and empty it, within 5 ms.
    pub(super) fn silence(&mut self) {
        if self.hush == 0 {
            self.hush = self.hush_frames;
        }
    }

    /// Be empty at once.
    pub(super) fn empty(&mut self) {
        self.ring.fill([0.0; LINES]);
        self.damped = [0.0; LINES];
        self.quiet = self.delays[LINES - 1] + 1;
        self.hush = 0;
    }

    /// One frame in, what comes back from the walls out.
    #[inline]
    pub(super) fn next(&mut self, left: f32, right: f32) -> [f32; 2] {
        if self.quiet > self.delays[LINES - 1] {
            if left == 0.0 && right == 0.0 {
                return self.hushed([0.0; 2]);
            }
            self.quiet = 0;
        }
        let mask = self.ring.len() - 1;
        let lines: [f32; LINES] = std::array::from_fn(|line| {
            let wave = self.ring[self.at.wrapping_sub(self.delays[line]) & mask][line];
            let damped = self.damped[line] + self.damping * (wave - self.damped[line]);
            self.damped[line] = if damped.abs() < NOTHING { 0.0 } else { damped };
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
            *line = if line.abs() < NOTHING { 0.0 } else { *line };
            loudest = loudest.max(line.abs());
        }
        self.quiet = if loudest < FLOOR { self.quiet + 1 } else { 0 };
        self.ring[self.at] = mixed;
        self.at = (self.at + 1) & mask;
        self.hushed(back)
    }

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
