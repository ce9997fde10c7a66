//! The exponential function in operations that every processor does four or eight at a time, with the same bits everywhere.

/// `e^x` within two units in the last place; 0 below -87.3, infinite above 88.7.
///
/// With `x = n ln 2 + r` and `|r| <= ln 2 / 2` it is `2^n e^r`, and the Taylor series of `e^r` is broken off where its rest is below 1e-8.
#[inline(always)]
pub(super) fn exp(x: f32) -> f32 {
    const LOWEST: f32 = -87.3;
    const HIGHEST: f32 = 88.7;
    /// Added and taken away, it rounds to an integer, which then stands in the low bits.
    const ROUND: f32 = 12_582_912.0;
    /// `ln 2` in two parts, of which the first has so few digits that `n` times it is exact.
    const LN_2: (f32, f32) = (0.693_359_4, -2.121_944_4e-4);
    let inside = if x < HIGHEST { x } else { HIGHEST };
    let inside = if inside > LOWEST { inside } else { LOWEST };
    let shifted = inside * std::f32::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (inside - n * LN_2.0) - n * LN_2.1;
    let series = 1.0 / 5040.0;
    let series = series * r + 1.0 / 720.0;
    let series = series * r + 1.0 / 120.0;
    let series = series * r + 1.0 / 24.0;
    let series = series * r + 1.0 / 6.0;
    let series = series * r + 0.5;
    let series = series * r * r + r + 1.0;
    // Two factors, because 2^128 is no number of this type.
    let n = shifted.to_bits().cast_signed() - ROUND.to_bits().cast_signed();
    let half = n >> 1;
    let power = |n: i32| f32::from_bits((n + 127).cast_unsigned() << 23);
    let found = series * power(half) * power(n - half);
    let found = if x >= LOWEST { found } else { 0.0 };
    let found = if x <= HIGHEST { found } else { f32::INFINITY };
    if x.is_nan() { x } else { found }
}

/// `1 / (1 + e^-x)`.
#[inline(always)]
pub(super) fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// The hyperbolic tangent, absolutely within 2e-7.
#[inline(always)]
pub(super) fn tanh(x: f32) -> f32 {
    1.0 - 2.0 / (1.0 + exp(2.0 * x))
}
