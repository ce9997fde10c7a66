//! Wide instructions where the processor has them: the same arithmetic, and the same samples, eight numbers at a time in place of four.
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
        if std::arch::is_x86_feature_detected!("avx2") {
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
    pub(super) fn run<R>(self, work: impl FnOnce() -> R) -> R {
        match self.0 {
            Kind::Plain => work(),
            #[cfg(target_arch = "x86_64")]
            // SAFETY: `widest` alone makes this kind, on a processor that has said that it has the instructions.
            Kind::Avx2 => unsafe { run_avx2(work) },
        }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn run_avx2<R>(work: impl FnOnce() -> R) -> R {
    work()
}
