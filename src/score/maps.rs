//! What changes along a song: values with the place from which each is in force.

use super::{Meter, Tempo, Tick, Ticks};

/// Sorted by place. Before its first entry, that one is in force.
pub type Map<T> = Vec<(Tick, T)>;

/// The value at `tick`; nothing of an empty map.
pub fn in_force<T: Copy>(map: &[(Tick, T)], tick: Tick) -> Option<T> {
    let after = map.partition_point(|it| it.0 <= tick);
    map.get(after.saturating_sub(1)).map(|it| it.1)
}

/// Let `value` be in force from `tick` on. What was said of later places is forgotten; nothing is added where nothing changes.
pub fn set<T: Copy + PartialEq>(map: &mut Map<T>, tick: Tick, value: T) {
    map.truncate(map.partition_point(|it| it.0 < tick));
    if map.last().is_none_or(|it| it.1 != value) {
        map.push((tick, value));
    }
}

/// As `set`, for a meter whose bars begin at `bar`: said again where the same meter begins in the midst of a bar.
pub fn set_bar(meters: &mut Map<Meter>, bar: Tick, meter: Meter) {
    meters.truncate(meters.partition_point(|it| it.0 < bar));
    if meters.is_empty() || bar_at(meters, bar) != (bar, meter) {
        meters.push((bar, meter));
    }
}

/// The map from `tick` on.
pub fn from<T: Copy>(map: &[(Tick, T)], tick: Tick) -> Map<T> {
    let later = map.partition_point(|it| it.0 <= tick).max(1);
    let first = in_force(map, tick).map(|value| (tick, value));
    first.into_iter().chain(map.iter().copied().skip(later)).collect()
}

pub fn moved<T: Copy>(map: &[(Tick, T)], by: Ticks) -> Map<T> {
    map.iter().map(|(tick, value)| (*tick + by, *value)).collect()
}

/// Start and meter of the bar that `tick` lies in; each entry begins a bar.
pub fn bar_at(meters: &[(Tick, Meter)], tick: Tick) -> (Tick, Meter) {
    let after = meters.partition_point(|it| it.0 <= tick);
    let (start, meter) =
        meters.get(after.saturating_sub(1)).copied().unwrap_or((Tick(0), Meter::COMMON));
    let bars = (tick - start).0.div_euclid(meter.bar().0);
    (start + meter.bar() * bars, meter)
}

/// The end of the bar that `tick` lies in: where the next one begins.
pub fn bar_end(meters: &[(Tick, Meter)], tick: Tick) -> Tick {
    let (start, meter) = bar_at(meters, tick);
    let end = start + meter.bar();
    let cut = meters.iter().map(|it| it.0).find(|place| *place > tick && *place < end);
    cut.unwrap_or(end)
}

/// Bars that begin in `[begin, end)`.
pub fn bars(meters: &[(Tick, Meter)], begin: Tick, end: Tick) -> i64 {
    let mut count = 0;
    let mut place = begin;
    while place < end {
        count += 1;
        place = bar_end(meters, place);
    }
    count
}

/// Seconds from `begin` to `end`.
pub fn seconds(tempos: &[(Tick, Tempo)], begin: Tick, end: Tick) -> f64 {
    let mut seconds = 0.0;
    let mut place = begin;
    while place < end {
        let tempo = in_force(tempos, place).unwrap_or_default();
        let next = tempos.iter().map(|it| it.0).find(|tick| *tick > place);
        let until = next.unwrap_or(end).min(end);
        seconds += (until - place).quarters() * 60.0 / tempo.bpm();
        place = until;
    }
    seconds
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bars_are_counted_across_a_change_of_meter() {
        let waltz = Meter::new(3, 4).unwrap();
        let meters = vec![(Tick(0), Meter::COMMON), (Tick(192), waltz)];
        assert_eq!(bar_at(&meters, Tick(191)), (Tick(96), Meter::COMMON));
        assert_eq!(bar_at(&meters, Tick(300)), (Tick(264), waltz));
        assert_eq!(bar_end(&meters, Tick(300)), Tick(336));
        assert_eq!(bars(&meters, Tick(0), Tick(336)), 4);
        assert_eq!(bar_at(&meters, Tick(-1)), (Tick(-96), Meter::COMMON));
        let mut cut = meters.clone();
        for bar in [264, 336, 350, 422] {
            set_bar(&mut cut, Tick(bar), waltz);
        }
        assert_eq!(cut[1..], [(Tick(192), waltz), (Tick(350), waltz)]);
    }

    #[test]
    fn a_later_value_replaces_what_was_said_of_later_places() {
        let mut map = vec![];
        for (tick, value) in [(0, 1), (24, 1), (48, 2), (72, 3), (60, 4)] {
            set(&mut map, Tick(tick), value);
        }
        assert_eq!(map, [(Tick(0), 1), (Tick(48), 2), (Tick(60), 4)]);
        assert_eq!(in_force(&map, Tick(50)), Some(2));
        assert_eq!(in_force(&map, Tick(-5)), Some(1));
        assert_eq!(from(&map, Tick(-5)), [(Tick(-5), 1), (Tick(48), 2), (Tick(60), 4)]);
        assert_eq!(from(&map, Tick(50)), [(Tick(50), 2), (Tick(60), 4)]);
    }

    #[test]
    fn seconds_follow_the_tempo() {
        let tempos = vec![(Tick(0), Tempo::new(60.0).unwrap()), (Tick(48), Tempo::default())];
        assert_eq!(seconds(&tempos, Tick(0), Tick(96)), 3.0);
        assert_eq!(seconds(&tempos, Tick(24), Tick(48)), 1.0);
    }
}
