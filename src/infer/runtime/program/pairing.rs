//! How the elements of two arrays of different shapes meet ("Multidirectional Broadcasting" of the ONNX specification).

/// Runs of elements in which each of the arrays either goes on or stands still.
#[derive(Clone, Debug)]
pub(super) struct Pairing {
    /// Where each run begins in either array.
    runs: Vec<(usize, usize)>,
    length: usize,
    /// Whether either array goes on within a run.
    goes_on: (bool, bool),
}

/// The shape of the result; nothing where the shapes do not fit, or it is empty.
pub(super) fn common_shape(a: &[usize], b: &[usize]) -> Option<Vec<usize>> {
    let rank = a.len().max(b.len());
    let (a, b) = (padded(a, rank), padded(b, rank));
    let both = a.iter().zip(&b);
    let fit = both.clone().all(|(a, b)| a == b || *a == 1 || *b == 1);
    let shape: Vec<usize> = both.map(|(a, b)| if *a == 1 { *b } else { *a }).collect();
    (fit && !shape.contains(&0)).then_some(shape)
}

/// The shape with sizes of 1 before it.
fn padded(shape: &[usize], rank: usize) -> Vec<usize> {
    let mut padded = vec![1; rank - shape.len()];
    padded.extend_from_slice(shape);
    padded
}

impl Pairing {
    /// How arrays of the shapes `a` and `b` meet in one of their common shape, which holds at least one element.
    pub(super) fn new(a: &[usize], b: &[usize], shape: &[usize]) -> Self {
        let (a, b) = (padded(a, shape.len()), padded(b, shape.len()));
        // From the last axis on, as long as no array both goes on and stands still.
        let mut goes_on: (Option<bool>, Option<bool>) = (None, None);
        let (mut length, mut outer) = (1, shape.len());
        while outer > 0 {
            let axis = outer - 1;
            if shape[axis] > 1 {
                let here = (a[axis] > 1, b[axis] > 1);
                let goes_with = |one: Option<bool>, here: bool| one.is_none_or(|one| one == here);
                if !goes_with(goes_on.0, here.0) || !goes_with(goes_on.1, here.1) {
                    break;
                }
                goes_on = (Some(here.0), Some(here.1));
                length *= shape[axis];
            }
            outer -= 1;
        }
        let starts = |own: &[usize]| {
            let mut starts = vec![0];
            let mut stride: usize = own[..outer].iter().product();
            let inner: usize = own[outer..].iter().product();
            for axis in 0..outer {
                stride /= own[axis];
                let step = if own[axis] > 1 { stride * inner } else { 0 };
                let places = 0..shape[axis];
                starts = starts
                    .iter()
                    .flat_map(|start| places.clone().map(move |place| start + place * step))
                    .collect();
            }
            starts
        };
        let runs = starts(&a).into_iter().zip(starts(&b)).collect();
        let goes_on = (goes_on.0.unwrap_or(false), goes_on.1.unwrap_or(false));
        Self { runs, length, goes_on }
    }

    /// Write `f` of every two elements that meet.
    #[inline(always)]
    pub(super) fn each<A: Copy, O>(
        &self,
        a: &[A],
        b: &[A],
        out: &mut [O],
        f: impl Fn(A, A) -> O + Copy,
    ) {
        let length = self.length;
        for ((from_a, from_b), out) in self.runs.iter().zip(out.chunks_exact_mut(length)) {
            match self.goes_on {
                (true, true) => {
                    let (a, b) = (&a[*from_a..][..length], &b[*from_b..][..length]);
                    for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                        *out = f(*a, *b);
                    }
                }
                (true, false) => {
                    let (a, b) = (&a[*from_a..][..length], b[*from_b]);
                    for (out, a) in out.iter_mut().zip(a) {
                        *out = f(*a, b);
                    }
                }
                (false, true) => {
                    let (a, b) = (a[*from_a], &b[*from_b..][..length]);
                    for (out, b) in out.iter_mut().zip(b) {
                        *out = f(a, *b);
                    }
                }
                (false, false) => out[0] = f(a[*from_a], b[*from_b]),
            }
        }
    }
}
