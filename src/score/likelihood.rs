//! How likely the note model thought what it drew.

/// The natural logarithm of the probability that the model gave the pitch of a note, once it was known when the note comes and whose it is: at temperature 1, and
/// before any lock, wish for a key or memory leaned the draw. At most 0.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Likelihood(f32);

/// A likelihood in a word. Of what the default pack plays along with tunes of four styles, an eighth to a quarter is surprising and a quarter to a half expected
/// (`antiphon-cli measure --what jams`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surprise {
    /// The model would have bet on it.
    Expected,
    /// One of several that it had in mind.
    Likely,
    Surprising,
}

impl Likelihood {
    const EXPECTED: f32 = 0.4;
    const LIKELY: f32 = 0.1;

    /// Of a logarithm; what is no number counts as impossible, and more than certain as certain.
    pub fn new(log_probability: f32) -> Self {
        Self(if log_probability.is_nan() { f32::NEG_INFINITY } else { log_probability.min(0.0) })
    }

    /// 0 to 1.
    pub fn probability(self) -> f32 {
        self.0.exp()
    }

    pub fn surprise(self) -> Surprise {
        match self.probability() {
            it if it >= Self::EXPECTED => Surprise::Expected,
            it if it >= Self::LIKELY => Surprise::Likely,
            _ => Surprise::Surprising,
        }
    }

    /// Such as `expected, 62 %`.
    pub fn text(self) -> String {
        let word = match self.surprise() {
            Surprise::Expected => "expected",
            Surprise::Likely => "likely",
            Surprise::Surprising => "surprising",
        };
        let percent = self.probability() * 100.0;
        if percent < 1.0 { format!("{word}, under 1 %") } else { format!("{word}, {percent:.0} %") }
    }
}

#[cfg(test)]
mod tests {
    use super::{Likelihood, Surprise};

    #[test]
    fn a_likelihood_is_told_in_a_word_and_in_percent() {
        let of = |share: f32| Likelihood::new(share.ln());
        for (share, text) in [
            (1.0, "expected, 100 %"),
            (0.621, "expected, 62 %"),
            (0.25, "likely, 25 %"),
            (0.02, "surprising, 2 %"),
            (0.001, "surprising, under 1 %"),
            (0.0, "surprising, under 1 %"),
        ] {
            assert_eq!(of(share).text(), text);
        }
        assert_eq!(Likelihood::new(f32::NAN).surprise(), Surprise::Surprising);
        assert_eq!(Likelihood::new(0.5).probability(), 1.0);
    }
}
