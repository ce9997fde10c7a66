//! The steps of a program: each reads arrays and writes one.

use super::elements::Each;
use super::exponential::exp;
use super::matrix::{Halves, Instructions, Matrix};

/// The arrays that a run works in, row by row; truths are integers, 1 or 0.
#[derive(Clone, Debug, Default)]
pub(super) struct Arrays {
    pub(super) floats: Vec<Vec<f32>>,
    pub(super) integers: Vec<Vec<i64>>,
    pub(super) instructions: Instructions,
    scratch: Vec<f32>,
}

/// One operation. Numbers are places among the arrays of a kind.
#[derive(Debug)]
pub(super) enum Step {
    Each(Each),
    CopyFloats(Copying),
    CopyIntegers(Copying),
    GatherFloats(Gathering),
    GatherIntegers(Gathering),
    /// Rows of a table of constants.
    Rows {
        table: Halves,
        width: usize,
        indices: usize,
        out: usize,
    },
    /// Rows times a constant matrix.
    Product {
        rows: usize,
        matrix: Matrix,
        a: usize,
        out: usize,
    },
    /// Products of `[m, k]` and `[k, n]`, as many as there are in `a`; `b` may be one for all.
    Products {
        sizes: [usize; 3],
        one_for_all: bool,
        a: usize,
        b: usize,
        out: usize,
    },
    Reduce {
        does: Reduction,
        count: usize,
        inner: usize,
        a: usize,
        out: usize,
    },
    /// The first of the greatest of every so many.
    Greatest {
        count: usize,
        a: usize,
        out: usize,
    },
    /// Logarithms of probabilities of every so many.
    LogSoftmax {
        count: usize,
        a: usize,
        out: usize,
    },
}

/// What becomes of many values.
#[derive(Clone, Copy, Debug)]
pub(super) enum Reduction {
    Sum,
    Mean,
    Greatest,
}

/// Pieces of arrays, put where they belong.
#[derive(Debug)]
pub(super) struct Copying {
    pub(super) pieces: Vec<Piece>,
    pub(super) out: usize,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Piece {
    pub(super) a: usize,
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) length: usize,
}

/// Blocks of an array `[outer, count, inner]` by their place in `count`.
#[derive(Debug)]
pub(super) struct Gathering {
    pub(super) count: usize,
    pub(super) inner: usize,
    pub(super) a: usize,
    pub(super) indices: usize,
    pub(super) out: usize,
}

/// An index that a graph's inputs or draws made, and that leads nowhere.
#[derive(Debug, thiserror::Error)]
#[error("look up entry {index} of {count}")]
pub(super) struct OutOfRange {
    index: i64,
    count: usize,
}

impl Step {
    /// # Errors
    /// If an index leads nowhere; the arrays are then of no more use.
    pub(super) fn run(&self, arrays: &mut Arrays) -> Result<(), OutOfRange> {
        let Arrays { floats, integers, instructions, scratch } = arrays;
        match self {
            Self::GatherFloats(gathering) => gathering.run(floats, &integers[gathering.indices])?,
            Self::GatherIntegers(gathering) => {
                let indices = std::mem::take(&mut integers[gathering.indices]);
                gathering.run(integers, &indices)?;
                integers[gathering.indices] = indices;
            }
            Self::Rows { table, width, indices, out } => {
                let rows = floats[*out].chunks_exact_mut(*width);
                for (row, index) in rows.zip(&integers[*indices]) {
                    table.write(place(*index, table.len() / width)? * width, row);
                }
            }
            Self::Product { rows, matrix, a, out } => write(floats, *out, |all, out| {
                let (a, width) = (&all[*a], out.len() / rows);
                for (row, out) in a.chunks_exact(a.len() / rows).zip(out.chunks_exact_mut(width)) {
                    matrix.product(row, *instructions, scratch, out);
                }
            }),
            Self::Products { sizes, one_for_all, a, b, out } => {
                write(floats, *out, |all, out| {
                    products(*sizes, *one_for_all, &all[*a], &all[*b], out);
                });
            }
            Self::Reduce { does, count, inner, a, out } => {
                write(floats, *out, |all, out| does.run(*count, *inner, &all[*a], out));
            }
            Self::Greatest { count, a, out } => {
                let rows = floats[*a].chunks_exact(*count);
                for (row, out) in rows.zip(&mut integers[*out]) {
                    *out = greatest(row);
                }
            }
            Self::LogSoftmax { count, a, out } => write(floats, *out, |all, out| {
                for (row, out) in all[*a].chunks_exact(*count).zip(out.chunks_exact_mut(*count)) {
                    log_softmax(row, out, scratch);
                }
            }),
            Self::Each(each) => each.run(floats, integers),
            Self::CopyFloats(copying) => copying.run(floats),
            Self::CopyIntegers(copying) => copying.run(integers),
        }
        Ok(())
    }
}

/// Let one array be written while the others are read.
#[inline(always)]
pub(super) fn write<T>(arrays: &mut [Vec<T>], out: usize, f: impl FnOnce(&[Vec<T>], &mut [T])) {
    let mut values = std::mem::take(&mut arrays[out]);
    f(arrays, &mut values);
    arrays[out] = values;
}

impl Copying {
    fn run<T: Copy>(&self, arrays: &mut [Vec<T>]) {
        write(arrays, self.out, |all, out| {
            for piece in &self.pieces {
                out[piece.to..][..piece.length]
                    .copy_from_slice(&all[piece.a][piece.from..][..piece.length]);
            }
        });
    }
}

impl Gathering {
    fn run<T: Copy>(&self, arrays: &mut [Vec<T>], indices: &[i64]) -> Result<(), OutOfRange> {
        let mut found = Ok(());
        write(arrays, self.out, |all, out| {
            let blocks = all[self.a].chunks_exact(self.count * self.inner);
            let gathered = out.chunks_exact_mut((indices.len() * self.inner).max(1));
            for (block, out) in blocks.zip(gathered) {
                for (out, index) in out.chunks_exact_mut(self.inner).zip(indices) {
                    match place(*index, self.count) {
                        Ok(at) => out.copy_from_slice(&block[at * self.inner..][..self.inner]),
                        Err(error) => found = Err(error),
                    }
                }
            }
        });
        found
    }
}

/// An index that counts from the end where it is negative.
fn place(index: i64, count: usize) -> Result<usize, OutOfRange> {
    let from_start = if index < 0 { index + count as i64 } else { index };
    let at = usize::try_from(from_start).ok().filter(|at| *at < count);
    at.ok_or(OutOfRange { index, count })
}

fn products([m, k, n]: [usize; 3], one_for_all: bool, a: &[f32], b: &[f32], out: &mut [f32]) {
    for (index, (a, out)) in a.chunks_exact(m * k).zip(out.chunks_exact_mut(m * n)).enumerate() {
        let b = if one_for_all { b } else { &b[index * k * n..][..k * n] };
        for (a, out) in a.chunks_exact(k).zip(out.chunks_exact_mut(n)) {
            out.fill(0.0);
            for (a, b) in a.iter().zip(b.chunks_exact(n)) {
                for (out, b) in out.iter_mut().zip(b) {
                    *out += a * b;
                }
            }
        }
    }
}

impl Reduction {
    fn run(self, count: usize, inner: usize, a: &[f32], out: &mut [f32]) {
        for (a, out) in a.chunks_exact(count * inner).zip(out.chunks_exact_mut(inner)) {
            if inner == 1 {
                out[0] = match self {
                    Self::Sum => sum(a),
                    Self::Mean => sum(a) / count as f32,
                    Self::Greatest => a.iter().copied().fold(f32::NEG_INFINITY, f32::max),
                };
                continue;
            }
            out.copy_from_slice(&a[..inner]);
            for row in a.chunks_exact(inner).skip(1) {
                for (out, a) in out.iter_mut().zip(row) {
                    *out = if matches!(self, Self::Greatest) { out.max(*a) } else { *out + a };
                }
            }
            if matches!(self, Self::Mean) {
                out.iter_mut().for_each(|out| *out /= count as f32);
            }
        }
    }
}

/// Every eighth apart, so that the processor need not wait for each.
fn sum(values: &[f32]) -> f32 {
    let (eights, rest) = values.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for eight in eights {
        for (sum, value) in sums.iter_mut().zip(eight) {
            *sum += value;
        }
    }
    sums.iter().chain(rest).sum()
}

fn greatest(row: &[f32]) -> i64 {
    let mut best = 0;
    for (index, value) in row.iter().enumerate() {
        if *value > row[best] {
            best = index;
        }
    }
    best as i64
}

fn log_softmax(row: &[f32], out: &mut [f32], scratch: &mut Vec<f32>) {
    let most = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    for (out, value) in out.iter_mut().zip(row) {
        *out = value - most;
    }
    scratch.clear();
    scratch.extend(out.iter().map(|value| exp(*value)));
    let all = sum(scratch).ln();
    out.iter_mut().for_each(|out| *out -= all);
}
