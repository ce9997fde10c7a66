//! Constant matrices in sixteen bits a value, and the product of a row with one: a step of the note model reads four million such values once,
//! so that their bytes are what it costs.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the compiler cannot know which processor it will run on")
)]

/// Columns that are computed together.
const WIDTH: usize = 32;
/// The exponent of a half-precision number, shifted into the place of a single-precision one's, is too small by this power of two.
const SHIFT: i32 = 112;
/// Values are stored multiplied by this power of two, with which no half-precision number is subnormal any more.
const LIFT: i32 = 10;
/// Values must be smaller, so that none is infinite.
const TOO_LARGE: f32 = 32.0;
/// Of `SHIFT - LIFT`, what the row is multiplied by; the sums get the rest. Neither then leaves the range of the type.
const OF_ROW: i32 = 56;

/// What products are computed with. Wider instructions round a product and a sum once instead of twice.
#[derive(Clone, Copy, Debug)]
pub(super) struct Instructions {
    /// True only where the processor was asked.
    has_avx2_and_fma: bool,
}

impl Instructions {
    /// What every processor of the architecture has.
    #[cfg(test)]
    pub(super) const PLAIN: Self = Self { has_avx2_and_fma: false };
}

impl Default for Instructions {
    /// The widest that this processor has.
    fn default() -> Self {
        #[cfg(target_arch = "x86_64")]
        let has_avx2_and_fma = std::arch::is_x86_feature_detected!("avx2")
            && std::arch::is_x86_feature_detected!("fma");
        #[cfg(not(target_arch = "x86_64"))]
        let has_avx2_and_fma = false;
        Self { has_avx2_and_fma }
    }
}

/// Values in half precision.
#[derive(Debug)]
pub(super) struct Halves(Vec<i16>);

/// A matrix of constants.
#[derive(Debug)]
pub(super) struct Matrix {
    rows: usize,
    columns: usize,
    values: Panels,
}

/// `WIDTH` columns after one another, each row by row; absent columns are zeros.
#[derive(Debug)]
enum Panels {
    Halves(Vec<[i16; WIDTH]>),
    Floats(Vec<[f32; WIDTH]>),
}

impl Halves {
    /// The values, if half precision holds them exactly and they are below 32.
    pub(super) fn new(values: &[f32]) -> Option<Self> {
        values.iter().map(|value| half(*value)).collect::<Option<_>>().map(Self)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Write as many values as `out` holds, from a place on.
    #[inline(always)]
    pub(super) fn write(&self, from: usize, out: &mut [f32]) {
        let values = &self.0[from..][..out.len()];
        for (out, value) in out.iter_mut().zip(values) {
            *out = widened(*value) * two_to(SHIFT - LIFT);
        }
    }
}

impl Matrix {
    /// How many values such a matrix is stored as.
    pub(super) fn size(rows: usize, columns: usize) -> usize {
        rows.saturating_mul(columns.next_multiple_of(WIDTH))
    }

    /// `values`: row by row.
    pub(super) fn new(values: &[f32], rows: usize, columns: usize) -> Self {
        let values = match Halves::new(values) {
            Some(Halves(values)) => Panels::Halves(panels(&values, columns, 0)),
            None => Panels::Floats(panels(values, columns, 0.0)),
        };
        Self { rows, columns, values }
    }

    /// `out = row · matrix`, each sum in the order of the rows, even ones and odd ones apart. `scratch` is as long as `row`.
    pub(super) fn product(
        &self,
        row: &[f32],
        with: Instructions,
        scratch: &mut Vec<f32>,
        out: &mut [f32],
    ) {
        assert!(row.len() == self.rows && out.len() == self.columns, "the shapes fit");
        scratch.clear();
        match &self.values {
            Panels::Halves(panels) => {
                scratch.extend(row.iter().map(|value| value * two_to(OF_ROW)));
                multiply(panels, scratch, out, two_to(SHIFT - LIFT - OF_ROW), with);
            }
            Panels::Floats(panels) => {
                scratch.extend_from_slice(row);
                multiply(panels, scratch, out, 1.0, with);
            }
        }
    }
}

fn panels<T: Copy>(values: &[T], columns: usize, zero: T) -> Vec<[T; WIDTH]> {
    let rows = values.len() / columns;
    let mut panels = Vec::with_capacity(rows * columns.div_ceil(WIDTH));
    for first in (0..columns).step_by(WIDTH) {
        for row in values.chunks_exact(columns) {
            let held = &row[first..columns.min(first + WIDTH)];
            let mut panel = [zero; WIDTH];
            panel[..held.len()].copy_from_slice(held);
            panels.push(panel);
        }
    }
    panels
}

/// The bits of the half-precision number `value * 2^LIFT`, if it is one that is neither subnormal nor infinite.
fn half(value: f32) -> Option<i16> {
    let bits = (value * two_to(LIFT)).to_bits();
    let (sign, rest) = (bits >> 31, bits & 0x7fff_ffff);
    let (lowest, low_bits) = ((SHIFT.cast_unsigned() + 1) << 23, 0x1fff);
    let is_one = value.abs() < TOO_LARGE && rest >= lowest && rest & low_bits == 0;
    let bits = match rest {
        0 => 0,
        _ if is_one => (rest - (SHIFT.cast_unsigned() << 23)) >> 13,
        _ => return None,
    };
    u16::try_from(sign << 15 | bits).ok().map(u16::cast_signed)
}

/// The number whose half-precision bits these are, times `2^-SHIFT`.
#[inline(always)]
fn widened(half: i16) -> f32 {
    let copies_of_the_sign = 0x7000_0000;
    f32::from_bits((i32::from(half) << 13).cast_unsigned() & !copies_of_the_sign)
}

/// Two to the power of an exponent between -126 and 127.
#[inline(always)]
fn two_to(exponent: i32) -> f32 {
    f32::from_bits((exponent + 127).cast_unsigned() << 23)
}

/// A value as it is stored in a matrix.
trait Stored: Copy {
    fn float(self) -> f32;
}

impl Stored for i16 {
    #[inline(always)]
    fn float(self) -> f32 {
        widened(self)
    }
}

impl Stored for f32 {
    #[inline(always)]
    fn float(self) -> f32 {
        self
    }
}

fn multiply<T: Stored>(
    panels: &[[T; WIDTH]],
    row: &[f32],
    out: &mut [f32],
    scale: f32,
    with: Instructions,
) {
    #[cfg(target_arch = "x86_64")]
    if with.has_avx2_and_fma {
        // SAFETY: `Instructions` says so only where the processor has said that it has them.
        unsafe { multiply_avx2(panels, row, out, scale) };
        return;
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = with.has_avx2_and_fma;
    multiply_with(panels, row, out, scale, |a, b, sum| a * b + sum);
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn multiply_avx2<T: Stored>(panels: &[[T; WIDTH]], row: &[f32], out: &mut [f32], scale: f32) {
    multiply_with(panels, row, out, scale, f32::mul_add);
}

#[inline(always)]
fn multiply_with<T: Stored>(
    panels: &[[T; WIDTH]],
    row: &[f32],
    out: &mut [f32],
    scale: f32,
    sum: impl Fn(f32, f32, f32) -> f32 + Copy,
) {
    for (panel, out) in panels.chunks_exact(row.len()).zip(out.chunks_mut(WIDTH)) {
        let (mut even, mut odd) = ([0.0_f32; WIDTH], [0.0_f32; WIDTH]);
        let (rows, last) = panel.as_chunks::<2>();
        let (values, last_value) = row.as_chunks::<2>();
        for ([upper, lower], [x, y]) in rows.iter().zip(values) {
            for column in 0..WIDTH {
                even[column] = sum(upper[column].float(), *x, even[column]);
                odd[column] = sum(lower[column].float(), *y, odd[column]);
            }
        }
        for (values, x) in last.iter().zip(last_value) {
            for column in 0..WIDTH {
                even[column] = sum(values[column].float(), *x, even[column]);
            }
        }
        for (out, (even, odd)) in out.iter_mut().zip(even.iter().zip(&odd)) {
            *out = (even + odd) * scale;
        }
    }
}
