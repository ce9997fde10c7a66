//! Tap tempo.

/// Taps so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Taps {
    /// Seconds, in order.
    times: Vec<f64>,
}

/// A longer wait begins anew, seconds: a quarter note at 20 bpm is three.
const LONGEST: f64 = 3.2;
/// Taps that are counted: the last ones.
const MOST: usize = 9;

impl Taps {
    /// A tap at `now`, seconds. Gives quarter notes a minute once there are two: of the median interval, which one slip does not move.
    pub(super) fn tap(&mut self, now: f64) -> Option<f64> {
        if self.times.last().is_some_and(|last| now - last > LONGEST || now <= *last) {
            self.times.clear();
        }
        self.times.push(now);
        if self.times.len() > MOST {
            self.times.remove(0);
        }
        let mut gaps: Vec<f64> = self.times.windows(2).map(|pair| pair[1] - pair[0]).collect();
        gaps.sort_by(f64::total_cmp);
        let middle = gaps.len() / 2;
        let gap = match gaps.len() {
            0 => return None,
            odd if odd % 2 == 1 => gaps[middle],
            _ => f64::midpoint(gaps[middle - 1], gaps[middle]),
        };
        Some(60.0 / gap)
    }
}

#[cfg(test)]
mod tests {
    use super::Taps;

    /// What the last of `times` gives, rounded.
    fn check(times: &[f64], bpm: Option<f64>) {
        let mut taps = Taps::default();
        let last = times.iter().map(|it| taps.tap(*it)).last().flatten();
        assert_eq!(last.map(f64::round), bpm, "{times:?}");
    }

    #[test]
    fn the_tempo_is_that_of_the_median_interval() {
        check(&[1.0], None);
        check(&[1.0, 1.5], Some(120.0));
        check(&[1.0, 1.5, 2.0, 2.9, 3.4], Some(120.0));
        check(&[1.0, 1.6, 2.2, 9.0, 9.5, 10.0], Some(120.0));
        check(&[1.0, 5.0], None);
        check(&[5.0, 4.0, 5.0], Some(60.0));
    }
}
