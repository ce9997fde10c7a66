//! Styles, by their place in a pack's list.

/// Two styles of the pack and how far to lean from the first to the second.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct StyleBlend {
    /// Index into the pack's list of styles; one beyond its end means its last.
    pub first: usize,
    pub second: usize,
    /// 0 is all `first`, 1 all `second`.
    pub lean: f32,
}

impl StyleBlend {
    /// Name of the style that a fresh instance and a bounce begin with, where the pack has it.
    pub const OPENING: &str = "folk_celtic";

    /// Only `style`.
    pub fn only(style: usize) -> Self {
        Self { first: style, second: style, lean: 0.0 }
    }

    /// Weights over `count` styles, summing to 1; empty if `count` is 0.
    pub fn weights(self, count: usize) -> Vec<f32> {
        let mut weights = vec![0.0; count];
        if let Some(last) = count.checked_sub(1) {
            let lean = self.lean.clamp(0.0, 1.0);
            weights[self.first.min(last)] += 1.0 - lean;
            weights[self.second.min(last)] += lean;
        }
        weights
    }
}
