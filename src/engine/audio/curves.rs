//! Quick curves in plain arithmetic, which the compiler turns into vector code and every machine computes alike.
//!
//! The polynomials are least-squares fits at Chebyshev nodes.

#[cfg(test)]
mod tests;

use super::simd::Arithmetic;

/// `2^x` for `x` from -120 to 120, to a relative error of 3e-7.
#[inline(always)]
pub(super) fn exp2<A: Arithmetic>(x: f32) -> f32 {
    // Adding 1.5 × 2^23 rounds to a whole number and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let shifted = x + ROUND;
    let part = x - (shifted - ROUND);
    let curve = polynomial::<A, 6>(
        [
            0.001_340_043_2,
            0.009_676_037,
            0.055_503_27,
            0.240_221_07,
            std::f32::consts::LN_2,
            1.000_000_1,
        ],
        part,
    );
    f32::from_bits(curve.to_bits().wrapping_add(shifted.to_bits() << 23))
}

/// Binary logarithm of a normal positive number, to an absolute error of 1e-5 (a ten-thousandth of a decibel).
#[inline(always)]
pub(super) fn log2<A: Arithmetic>(x: f32) -> f32 {
    let bits = x.to_bits();
    let whole = (bits >> 23) as i32 - 127;
    let part = f32::from_bits((bits & 0x007F_FFFF) | 0x3F80_0000) - 1.0;
    let curve = polynomial::<A, 6>(
        [-0.034_595_14, 0.146_433_41, -0.303_389_46, 0.469_301_6, -0.720_442_35, 1.442_683_2],
        part,
    );
    A::sum(part, curve, whole as f32)
}

/// Sine from 0 to 1.46, to a relative error of 3e-7.
#[inline(always)]
pub(super) fn sine<A: Arithmetic>(x: f32) -> f32 {
    let terms = [2.625_197e-6, -0.000_198_171_07, 0.008_333_15, -0.166_666_62, 1.0];
    x * polynomial::<A, 5>(terms, x * x)
}

/// The polynomial with these coefficients, the highest power's first, at `x`.
#[inline(always)]
fn polynomial<A: Arithmetic, const TERMS: usize>(terms: [f32; TERMS], x: f32) -> f32 {
    let mut value = terms[0];
    for term in &terms[1..] {
        value = A::sum(x, value, *term);
    }
    value
}

/// `x` brought into a range; what is no number becomes its low end.
#[inline(always)]
pub(super) fn within(x: f32, low: f32, high: f32) -> f32 {
    // Written like this each half is one instruction, which `f32::max` with its care for what is no number is not.
    let above = if x > low { x } else { low };
    if above < high { above } else { high }
}
