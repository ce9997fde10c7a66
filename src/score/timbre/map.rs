//! A point on a pack's map of timbres, and which timbres it lies between.

#[cfg(test)]
mod tests;

/// A point on the map, in thousandths of its width from the left and of its height from the top.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct MapPoint {
    /// 0 to 1000.
    x: u16,
    y: u16,
}

/// Steps along either side of the map.
const STEPS: f32 = 1000.0;
/// Places count that are less than so many times as far as the nearest one: around each there is a stretch, up to two sevenths of the way to the next, in which
/// it is alone.
const REACH: f32 = 2.5;

impl MapPoint {
    /// The map is drawn so many times as wide as it is high, and distances on it are those of the eye.
    pub const ASPECT: f32 = 2.0;

    /// The point nearest to shares of width and height, which are brought to 0 to 1; what is no number is 0.
    pub fn of_shares(x: f32, y: f32) -> Self {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "0 to 1000; the cast of what is no number is 0"
        )]
        let steps = |share: f32| (share.clamp(0.0, 1.0) * STEPS).round() as u16;
        Self { x: steps(x), y: steps(y) }
    }

    /// Shares of width and height, 0 to 1.
    pub fn shares(self) -> (f32, f32) {
        (f32::from(self.x) / STEPS, f32::from(self.y) / STEPS)
    }

    /// Distance from another point in heights of the map.
    pub fn distance(self, other: MapPoint) -> f32 {
        let along = |a: u16, b: u16| f32::from(a.abs_diff(b)) / STEPS;
        let (x, y) = (Self::ASPECT * along(self.x, other.x), along(self.y, other.y));
        (x * x + y * y).sqrt()
    }

    /// The places that the point lies between, by their place in `places`, each with its share; the shares sum to 1. At a place it is that place alone, and
    /// from point to point shares change without a jump. Nothing where there are no places.
    ///
    /// Weights fall with the square of the distance, and to nothing where a place does not count (Franke and Nielson, "Smooth interpolation of large sets of
    /// scattered data", 1980).
    pub fn between(self, places: &[MapPoint]) -> Vec<(usize, f32)> {
        let far = places.iter().map(|place| self.distance(*place)).enumerate();
        let Some((nearest, distance)) = far.clone().min_by(|a, b| a.1.total_cmp(&b.1)) else {
            return Vec::new();
        };
        if distance == 0.0 {
            return vec![(nearest, 1.0)];
        }
        let reach = REACH * distance;
        let weight = |(place, distance): (usize, f32)| {
            (place, (1.0 / distance - 1.0 / reach).max(0.0).powi(2))
        };
        let mut near: Vec<(usize, f32)> = far.map(weight).filter(|it| it.1 > 0.0).collect();
        let whole: f32 = near.iter().map(|it| it.1).sum();
        near.iter_mut().for_each(|it| it.1 /= whole);
        near
    }
}
