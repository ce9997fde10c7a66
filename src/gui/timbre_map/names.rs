//! Which names stand on the map, and where: as many as can be read, none over another.

use egui::{Pos2, Rect, Vec2, pos2, vec2};

/// A dot with its name.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    pub(super) at: Pos2,
    /// Of the name as it is drawn.
    pub(super) size: Vec2,
    pub(super) rank: Rank,
}

/// What is named first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Rank {
    /// Under the hand, or what a part sounds like most: named whatever lies there.
    Chosen,
    /// A part sounds a little like it, or it is of the family under the hand.
    Near,
    Other,
}

/// Logical points that stay free between two names, across and upright: names that touch read as one.
const APART: Vec2 = vec2(9.0, 3.0);
/// Between a name and what is not its own: another dot, which it would seem to belong to.
const CLEAR: f32 = 2.5;
/// Half of a dot.
const DOT: f32 = 3.5;
/// Half of a part's shape, with its ring.
const SHAPE: f32 = 13.0;

/// Where each name stands, if it does: within `room`, beside its own dot, clear of others and of the parts' shapes at `seats`. Of one rank those come first that lie
/// farthest from other dots, since theirs are the names that a hand needs least to ask for.
pub(super) fn places(room: Rect, named: &[Named], seats: &[Pos2]) -> Vec<Option<Rect>> {
    let square = |at: Pos2, half: f32| Rect::from_center_size(at, Vec2::splat(2.0 * half));
    let dots: Vec<Rect> = named.iter().map(|it| square(it.at, DOT + CLEAR)).collect();
    let shapes: Vec<Rect> = seats.iter().map(|it| square(*it, SHAPE)).collect();
    let alone = |dot: usize| {
        let others = named.iter().enumerate().filter(|it| it.0 != dot);
        others.map(|it| it.1.at.distance(named[dot].at)).fold(f32::INFINITY, f32::min)
    };
    let mut order: Vec<(usize, f32)> = (0..named.len()).map(|dot| (dot, alone(dot))).collect();
    order.sort_by(|a, b| {
        let rank = named[a.0].rank.cmp(&named[b.0].rank);
        rank.then(b.1.total_cmp(&a.1))
    });
    let mut taken: Vec<Option<Rect>> = vec![None; named.len()];
    for (dot, _) in order {
        let mut inside = beside(named[dot]).to_vec();
        inside.retain(|it| room.contains_rect(*it));
        let is_seen = |rect: Rect| shapes.iter().all(|it| !it.intersects(rect));
        let is_clear = |rect: Rect| {
            let mut others = dots.iter().enumerate().filter(|it| it.0 != dot);
            is_seen(rect) && others.all(|it| !it.1.intersects(rect))
        };
        let is_apart = |rect: Rect| {
            let wide = rect.expand2(APART);
            taken.iter().flatten().all(|it| !it.intersects(wide))
        };
        let first = |fits: &dyn Fn(Rect) -> bool| inside.iter().copied().find(|it| fits(*it));
        let free = first(&|it| is_clear(it) && is_apart(it));
        let chosen = || {
            let apart = first(&|it| is_apart(it) && is_seen(it)).or_else(|| first(&is_apart));
            apart.or_else(|| inside.first().copied())
        };
        let is_chosen = named[dot].rank == Rank::Chosen;
        let place = free.or_else(|| chosen().filter(|_| is_chosen));
        taken[dot] = place;
    }
    taken
}

/// Below, right, left, above.
fn beside(Named { at, size, .. }: Named) -> [Rect; 4] {
    [
        pos2(at.x - size.x / 2.0, at.y + 4.0),
        pos2(at.x + 7.0, at.y - size.y / 2.0),
        pos2(at.x - size.x - 7.0, at.y - size.y / 2.0),
        pos2(at.x - size.x / 2.0, at.y - size.y - 4.0),
    ]
    .map(|min| Rect::from_min_size(min, size))
}

#[cfg(test)]
mod tests {
    use super::{APART, DOT, Named, Pos2, Rank, Rect, Vec2, places, pos2, vec2};

    /// As many dots as a pack has and more, in a heap: their places are drawn by a small generator.
    fn heap(room: Rect) -> Vec<Named> {
        let mut state = 7_u32;
        let mut draw = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 24) as f32
        };
        let dot = |_| {
            // Thicker in the middle.
            let share = vec2((draw() + draw()) / 2.0, (draw() + draw()) / 2.0);
            let at = room.min + share * room.size();
            Named { at, size: vec2(24.0 + 90.0 * draw(), 14.0), rank: Rank::Other }
        };
        (0..140).map(dot).collect()
    }

    #[test]
    fn no_name_lies_on_another_or_on_a_dot_that_is_not_its_own() {
        for size in [vec2(690.0, 250.0), vec2(800.0, 290.0), vec2(1150.0, 560.0)] {
            let room = Rect::from_min_size(Pos2::ZERO, size);
            let mut dots = heap(room);
            dots[3].rank = Rank::Chosen;
            let seats = [dots[9].at, dots[40].at];
            let placed = places(room, &dots, &seats);
            let shown: Vec<(usize, Rect)> =
                placed.iter().enumerate().filter_map(|it| Some((it.0, (*it.1)?))).collect();
            assert!(shown.len() >= 25, "{size}: {}", shown.len());
            assert!(placed[3].is_some(), "what is chosen has its name");
            for (dot, rect) in &shown {
                assert!(room.contains_rect(*rect));
                for (other, beside) in shown.iter().filter(|it| it.0 != *dot) {
                    let apart = rect.expand2(APART - Vec2::splat(0.1));
                    assert!(!apart.intersects(*beside), "{size}: {dot} and {other}");
                }
                let others = dots.iter().enumerate().filter(|it| it.0 != *dot && *dot != 3);
                for (other, it) in others {
                    let of_dot = Rect::from_center_size(it.at, Vec2::splat(2.0 * DOT));
                    assert!(!of_dot.intersects(*rect), "{size}: {dot} over the dot {other}");
                }
            }
        }
    }

    #[test]
    fn what_is_chosen_comes_before_what_lies_alone() {
        let room = Rect::from_min_size(Pos2::ZERO, vec2(200.0, 60.0));
        let dot = |x, rank| Named { at: pos2(x, 30.0), size: vec2(120.0, 14.0), rank };
        let dots = [dot(90.0, Rank::Other), dot(100.0, Rank::Near), dot(110.0, Rank::Chosen)];
        let placed = places(room, &dots, &[pos2(110.0, 30.0)]);
        assert!(placed[2].is_some() && placed[0].is_none(), "{placed:?}");
    }
}
