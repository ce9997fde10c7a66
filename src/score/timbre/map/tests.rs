//! What a point on the map promises.

use proptest::prelude::{prop, prop_assert, proptest};

use super::MapPoint;

fn point((x, y): (u16, u16)) -> MapPoint {
    MapPoint::of_shares(f32::from(x) / 1000.0, f32::from(y) / 1000.0)
}

fn share_of(shares: &[(usize, f32)], place: usize) -> f32 {
    shares.iter().find(|it| it.0 == place).map_or(0.0, |it| it.1)
}

proptest! {
    #[test]
    fn shares_sum_to_one_and_a_place_is_itself_alone(
        places in prop::collection::hash_set((0_u16..=1000, 0_u16..=1000), 1..20),
        at in (0_u16..=1000, 0_u16..=1000),
    ) {
        let places: Vec<MapPoint> = places.into_iter().map(point).collect();
        let shares = point(at).between(&places);
        let whole: f32 = shares.iter().map(|it| it.1).sum();
        prop_assert!((whole - 1.0).abs() < 1e-5, "{shares:?}");
        prop_assert!(shares.iter().all(|it| it.1 > 0.0 && it.0 < places.len()));
        for (place, it) in places.iter().enumerate() {
            prop_assert!(it.between(&places) == [(place, 1.0)]);
        }
    }

    #[test]
    fn a_step_on_the_map_changes_shares_a_little(
        places in prop::collection::hash_set((0_u16..=20, 0_u16..=20), 4..20),
        at in (0_u16..1000, 0_u16..=1000),
    ) {
        // On a grid with steps of fifty, so that a step is small beside the gaps between places.
        let places: Vec<MapPoint> = places.into_iter().map(|(x, y)| point((50 * x, 50 * y))).collect();
        let (here, there) = (point(at).between(&places), point((at.0 + 1, at.1)).between(&places));
        for place in 0..places.len() {
            let change = share_of(&there, place) - share_of(&here, place);
            prop_assert!(change.abs() < 0.2, "{here:?} {there:?}");
        }
    }
}

#[test]
fn shares_follow_distances() {
    let places = [(100, 500), (300, 500), (900, 100), (900, 900)].map(point);
    assert_eq!(point((140, 500)).between(&places), [(0, 1.0)], "near a place it is alone");
    let shares = point((180, 500)).between(&places);
    assert!(share_of(&shares, 0) > 0.7 && share_of(&shares, 1) > 0.15, "{shares:?}");
    let middle = point((200, 500)).between(&places);
    assert!((share_of(&middle, 0) - share_of(&middle, 1)).abs() < 1e-3, "{middle:?}");
    let square = [(400, 400), (600, 400), (400, 800), (600, 800)].map(point);
    let shares = point((500, 600)).between(&square);
    assert!(shares.iter().all(|it| (it.1 - 0.25).abs() < 1e-5), "all are as far: {shares:?}");
    assert!(point((5, 5)).between(&[]).is_empty());
}

#[test]
fn shares_of_the_sides_come_back() {
    for step in 0_u16..=1000 {
        let share = f32::from(step) / 1000.0;
        assert_eq!(MapPoint::of_shares(share, 1.0 - share).shares().0, share);
    }
    assert_eq!(MapPoint::of_shares(-3.0, 7.0).shares(), (0.0, 1.0));
    assert_eq!(MapPoint::of_shares(f32::NAN, 0.5).shares(), (0.0, 0.5));
}
