//! What is done to every element of an array, or to every two that meet.

use super::exponential::{exp, sigmoid, tanh};
use super::pairing::Pairing;
use super::steps::write;

/// A step that does to each element, or to each two, what it does to all. Numbers are places among the arrays of a kind.
#[derive(Debug)]
pub(super) enum Each {
    Floats {
        does: Arithmetic,
        pairing: Pairing,
        a: usize,
        b: usize,
        out: usize,
    },
    Integers {
        does: Arithmetic,
        pairing: Pairing,
        a: usize,
        b: usize,
        out: usize,
    },
    CompareFloats {
        does: Comparison,
        pairing: Pairing,
        a: usize,
        b: usize,
        out: usize,
    },
    CompareIntegers {
        does: Comparison,
        pairing: Pairing,
        a: usize,
        b: usize,
        out: usize,
    },
    Apply {
        does: Function,
        a: usize,
        out: usize,
    },
    ToFloats {
        a: usize,
        out: usize,
    },
    /// Without their fractions.
    ToIntegers {
        a: usize,
        out: usize,
    },
    /// Whether each of the integers `a` is not 0.
    ToTruths {
        a: usize,
        out: usize,
    },
    ChooseFloats(Choice),
    ChooseIntegers(Choice),
}

/// Of two arrays of one shape, `a` where the condition is not 0.
#[derive(Debug)]
pub(super) struct Choice {
    pub(super) condition: usize,
    pub(super) a: usize,
    pub(super) b: usize,
    pub(super) out: usize,
}

/// Of two numbers.
#[derive(Clone, Copy, Debug)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

/// Whose answer is 1 or 0.
#[derive(Clone, Copy, Debug)]
pub(super) enum Comparison {
    Equal,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Of one number.
#[derive(Clone, Copy, Debug)]
pub(super) enum Function {
    Absolute,
    Exponential,
    Floor,
    Logarithm,
    Negative,
    Rectified,
    Root,
    Sigmoid,
    Square,
    Tangent,
    Between(f32, f32),
}

impl Each {
    pub(super) fn run(&self, floats: &mut [Vec<f32>], integers: &mut [Vec<i64>]) {
        match self {
            Self::Floats { does, pairing, a, b, out } => {
                write(floats, *out, |all, out| does.floats(pairing, &all[*a], &all[*b], out));
            }
            Self::Integers { does, pairing, a, b, out } => {
                write(integers, *out, |all, out| does.integers(pairing, &all[*a], &all[*b], out));
            }
            Self::CompareFloats { does, pairing, a, b, out } => {
                does.each(pairing, &floats[*a], &floats[*b], &mut integers[*out]);
            }
            Self::CompareIntegers { does, pairing, a, b, out } => {
                write(integers, *out, |all, out| does.each(pairing, &all[*a], &all[*b], out));
            }
            Self::Apply { does, a, out } => {
                write(floats, *out, |all, out| does.each(&all[*a], out));
            }
            Self::ToFloats { a, out } => {
                for (out, a) in floats[*out].iter_mut().zip(&integers[*a]) {
                    *out = *a as f32;
                }
            }
            #[expect(clippy::cast_possible_truncation, reason = "fractions are to go")]
            Self::ToIntegers { a, out } => {
                for (out, a) in integers[*out].iter_mut().zip(&floats[*a]) {
                    *out = *a as i64;
                }
            }
            Self::ToTruths { a, out } => write(integers, *out, |all, out| {
                for (out, a) in out.iter_mut().zip(&all[*a]) {
                    *out = i64::from(*a != 0);
                }
            }),
            Self::ChooseFloats(choice) => choice.run(floats, &integers[choice.condition]),
            Self::ChooseIntegers(choice) => {
                let condition = std::mem::take(&mut integers[choice.condition]);
                choice.run(integers, &condition);
                integers[choice.condition] = condition;
            }
        }
    }
}

impl Choice {
    fn run<T: Copy>(&self, arrays: &mut [Vec<T>], condition: &[i64]) {
        write(arrays, self.out, |all, out| {
            let both = all[self.a].iter().zip(&all[self.b]);
            for ((out, condition), (a, b)) in out.iter_mut().zip(condition).zip(both) {
                *out = if *condition != 0 { *a } else { *b };
            }
        });
    }
}

impl Arithmetic {
    pub(super) fn floats(self, pairing: &Pairing, a: &[f32], b: &[f32], out: &mut [f32]) {
        match self {
            Self::Add => pairing.each(a, b, out, |a, b| a + b),
            Self::Subtract => pairing.each(a, b, out, |a, b| a - b),
            Self::Multiply => pairing.each(a, b, out, |a, b| a * b),
            Self::Divide => pairing.each(a, b, out, |a, b| a / b),
        }
    }

    /// A quotient with zero is zero.
    pub(super) fn integers(self, pairing: &Pairing, a: &[i64], b: &[i64], out: &mut [i64]) {
        match self {
            Self::Add => pairing.each(a, b, out, i64::wrapping_add),
            Self::Subtract => pairing.each(a, b, out, i64::wrapping_sub),
            Self::Multiply => pairing.each(a, b, out, i64::wrapping_mul),
            Self::Divide => pairing.each(a, b, out, |a, b| a.checked_div(b).unwrap_or(0)),
        }
    }
}

impl Comparison {
    #[inline(always)]
    pub(super) fn each<T: PartialOrd + Copy>(
        self,
        pairing: &Pairing,
        a: &[T],
        b: &[T],
        out: &mut [i64],
    ) {
        match self {
            Self::Equal => pairing.each(a, b, out, |a, b| i64::from(a == b)),
            Self::Less => pairing.each(a, b, out, |a, b| i64::from(a < b)),
            Self::LessOrEqual => pairing.each(a, b, out, |a, b| i64::from(a <= b)),
            Self::Greater => pairing.each(a, b, out, |a, b| i64::from(a > b)),
            Self::GreaterOrEqual => pairing.each(a, b, out, |a, b| i64::from(a >= b)),
        }
    }
}

impl Function {
    pub(super) fn each(self, a: &[f32], out: &mut [f32]) {
        match self {
            Self::Absolute => map(a, out, f32::abs),
            Self::Exponential => map(a, out, exp),
            Self::Floor => map(a, out, f32::floor),
            Self::Logarithm => map(a, out, f32::ln),
            Self::Negative => map(a, out, |a| -a),
            Self::Rectified => map(a, out, |a| if a > 0.0 { a } else { 0.0 }),
            Self::Root => map(a, out, f32::sqrt),
            Self::Sigmoid => map(a, out, sigmoid),
            Self::Square => map(a, out, |a| a * a),
            Self::Tangent => map(a, out, tanh),
            Self::Between(low, high) => map(a, out, |a| {
                let a = if a < low { low } else { a };
                if a > high { high } else { a }
            }),
        }
    }
}

#[inline(always)]
fn map(a: &[f32], out: &mut [f32], f: impl Fn(f32) -> f32 + Copy) {
    for (out, a) in out.iter_mut().zip(a) {
        *out = f(*a);
    }
}
