//! What the curves of a note promise.

use super::{exp2, log2, sine};
use crate::engine::audio::simd::{Arithmetic, Simd, Work};

struct Errors;

impl Work for Errors {
    fn run<A: Arithmetic>(self) {
        for step in -1200..=1200 {
            let x = step as f32 * 0.0971;
            let y = exp2::<A>(x);
            assert!((f64::from(y) / f64::from(x).exp2() - 1.0).abs() < 3e-7, "exp2 {x}");
            assert!((f64::from(log2::<A>(y)) - f64::from(y).log2()).abs() < 2e-5, "log2 {y}");
        }
        for step in 1..=1460 {
            let x = step as f32 * 0.001;
            assert!((f64::from(sine::<A>(x)) / f64::from(x).sin() - 1.0).abs() < 3e-7, "sine {x}");
        }
    }
}

#[test]
fn the_curves_stay_within_their_errors() {
    Simd::PLAIN.run(Errors);
    Simd::widest().run(Errors);
}
