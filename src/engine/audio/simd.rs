//! Wide instructions where the processor has them: eight numbers at a time in place of four, and a product with a sum in one step.
#![cfg_attr(
    target_arch = "x86_64",
    expect(unsafe_code, reason = "the compiler cannot know which processor it will run on")
)]

/// How the synth is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Simd(Kind);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// What every processor of the architecture has: SSE2, NEON.
    Plain,
    /// Made where the processor was asked, and nowhere else.
    #[cfg(target_arch = "x86_64")]
    Avx2,
}

impl Simd {
    /// What every processor of the architecture has.
    pub const PLAIN: Simd = Simd(Kind::Plain);

    /// The widest that this processor has.
    pub fn widest() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma")
        {
            return Self(Kind::Avx2);
        }
        Self::PLAIN
    }

    /// The name of its instructions.
    pub fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Kind::Avx2 => "AVX2",
            #[cfg(target_arch = "x86_64")]
            Kind::Plain => "SSE2",
            #[cfg(not(target_arch = "x86_64"))]
            Kind::Plain => "plain",
        }
    }

    /// Do the work with these instructions; what it calls must be inlined, or is done without them.
    #[inline(always)]
    pub(super) fn run<W: Work>(self, work: W) {
        match self.0 {
            Kind::Plain => work.run::<Separate>(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `widest` alone makes this kind, on a processor that has said that it has the instructions.
            Kind::Avx2 => unsafe { run_avx2(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
fn run_avx2<W: Work>(work: W) {
    work.run::<Fused>();
}

/// Have the processor fetch samples that will be read soon, at most 32 of which the first ones are at hand; where it takes no hints, nothing happens.
#[inline(always)]
pub(super) fn fetch_ahead(samples: &[f32]) {
    #[cfg(target_arch = "x86_64")]
    if let [.., last] = samples {
        use std::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
        let middle = &raw const samples[samples.len() / 2];
        // SAFETY: a hint about an address, through which nothing is read; every processor of the architecture has it.
        unsafe {
            _mm_prefetch::<_MM_HINT_T0>(middle.cast());
            _mm_prefetch::<_MM_HINT_T0>((&raw const *last).cast());
        }
    }
    #[cfg(not(target_arch = "x86_64"))]
    let _ = samples;
}

/// What can be done with any instructions.
pub(super) trait Work {
    fn run<A: Arithmetic>(self);
}

/// What differs between the instructions.
pub(super) trait Arithmetic {
    /// Whether the registers hold several groups of oscillators with their gains.
    const IS_WIDE: bool;

    /// `a * b + c`.
    fn sum(a: f32, b: f32, c: f32) -> f32;
}

/// Rounds the product, then the sum.
#[derive(Debug)]
pub(super) enum Separate {}

impl Arithmetic for Separate {
    const IS_WIDE: bool = false;

    #[inline(always)]
    fn sum(a: f32, b: f32, c: f32) -> f32 {
        a * b + c
    }
}

/// Rounds once, which differs from `Separate` in the last bit.
#[cfg(target_arch = "x86_64")]
enum Fused {}

#[cfg(target_arch = "x86_64")]
impl Arithmetic for Fused {
    const IS_WIDE: bool = true;

    #[inline(always)]
    fn sum(a: f32, b: f32, c: f32) -> f32 {
        a.mul_add(b, c)
    }
}
