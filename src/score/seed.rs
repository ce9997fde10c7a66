//! Seeds and the random streams drawn from them.

/// The number that an improvisation grows from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Seed(pub u64);

/// A stream of random numbers: SplitMix64 (Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014).
#[derive(Clone, Debug)]
pub struct Stream(u64);

const GOLDEN: u64 = 0x9E37_79B9_7F4A_7C15;

impl Seed {
    /// The stream of the window with this number: a function of both alone, whatever was drawn before.
    pub fn stream(self, window: u64) -> Stream {
        Stream(mix(self.0 ^ mix(window.wrapping_add(GOLDEN))))
    }
}

impl Stream {
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(GOLDEN);
        mix(self.0)
    }

    /// Uniform in (0, 1).
    pub fn uniform(&mut self) -> f32 {
        ((self.next_u64() >> 40) as f32 + 0.5) / 16_777_216.0
    }

    /// Standard Gumbel noise; the largest logit after adding it is a draw from their softmax.
    pub fn gumbel(&mut self) -> f32 {
        -(-self.uniform().ln()).ln()
    }
}

fn mix(mut x: u64) -> u64 {
    x = (x ^ (x >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    x ^ (x >> 31)
}
