//! How loud a mix is as a whole (Recommendation ITU-R BS.1770-4, "Algorithms to measure audio programme loudness", 2015).

#[cfg(test)]
mod tests;

/// Channels are weighed in blocks of 400 ms that begin every 100 ms.
const HOPS_A_BLOCK: usize = 4;
const HOPS_A_SECOND: u32 = 10;
/// Blocks below this, and those this far below the mean of the others, do not count.
const SILENT_LUFS: f64 = -70.0;
const GATE: f64 = -10.0;

/// Loudness of left and right, which are equally long, in LUFS; nothing if all of it is silent, or shorter than 400 ms.
pub fn integrated(channels: [&[f32]; 2], sample_rate: u32) -> Option<f64> {
    let hop = (sample_rate / HOPS_A_SECOND).max(1) as usize;
    let [left, right] = channels.map(|channel| hop_powers(channel, hop, sample_rate));
    let hops: Vec<f64> = left.iter().zip(&right).map(|(left, right)| left + right).collect();
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let blocks: Vec<f64> = hops.windows(HOPS_A_BLOCK).map(mean).collect();
    let above = |limit: f64| -> Vec<f64> {
        blocks.iter().copied().filter(|power| lufs(*power) > limit).collect()
    };
    let heard = above(SILENT_LUFS);
    if heard.is_empty() {
        return None;
    }
    Some(lufs(mean(&above(SILENT_LUFS.max(lufs(mean(&heard)) + GATE)))))
}

fn lufs(power: f64) -> f64 {
    10.0 * power.log10() - 0.691
}

/// Mean squares of the weighted channel, hop by hop.
fn hop_powers(channel: &[f32], hop: usize, sample_rate: u32) -> Vec<f64> {
    let [mut shelf, mut high_pass] = filters(f64::from(sample_rate));
    let weighted = |sample: &f32| high_pass.next(shelf.next(f64::from(*sample))).powi(2);
    let squares: Vec<f64> = channel.iter().map(weighted).collect();
    squares.chunks_exact(hop).map(|hop| hop.iter().sum::<f64>() / hop.len() as f64).collect()
}

/// A filter of second order.
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
    state: [f64; 2],
}

impl Biquad {
    /// Transposed direct form II.
    fn next(&mut self, sample: f64) -> f64 {
        let out = self.b[0] * sample + self.state[0];
        self.state[0] = self.b[1] * sample - self.a[0] * out + self.state[1];
        self.state[1] = self.b[2] * sample - self.a[1] * out;
        out
    }
}

/// The two filters of weighting K at any sample rate: the recommendation gives them for 48 kHz, and these are the analog ones that they come
/// from (De Man, "Evaluation of implementations of the EBU R128 loudness measurement", 2018).
fn filters(sample_rate: f64) -> [Biquad; 2] {
    let warped = |hertz: f64| (std::f64::consts::PI * hertz / sample_rate).tan();
    let poles = |k: f64, q: f64| {
        let a0 = 1.0 + k / q + k * k;
        (a0, [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0])
    };
    let (k, q) = (warped(1_681.974_450_955_533), 0.707_175_236_955_419_6);
    let high = 10.0_f64.powf(3.999_843_853_973_347 / 20.0);
    let band = high.powf(0.499_666_774_154_541_6);
    let (a0, a) = poles(k, q);
    let b = [
        (high + band * k / q + k * k) / a0,
        2.0 * (k * k - high) / a0,
        (high - band * k / q + k * k) / a0,
    ];
    let shelf = Biquad { b, a, state: [0.0; 2] };
    let (k, q) = (warped(38.135_470_876_024_44), 0.500_327_037_323_877_3);
    let (_, a) = poles(k, q);
    [shelf, Biquad { b: [1.0, -2.0, 1.0], a, state: [0.0; 2] }]
}
