//! What the cache keeps, and what it forgets.

use super::*;
use crate::score::Family;

fn ask(cache: &mut TableCache, number: u8) -> Arc<PartialTable> {
    let pitch = Pitch::new(number).unwrap();
    cache.table(TimbreId(Family::PIANO), pitch, Velocity::clamped(80))
}

#[test]
fn the_same_note_is_the_same_table() {
    let mut cache = TableCache::new();
    let first = ask(&mut cache, 60);
    assert!(Arc::ptr_eq(&first, &ask(&mut cache, 60)));
    assert!(!Arc::ptr_eq(&first, &ask(&mut cache, 61)));
}

#[test]
fn the_bound_holds() {
    let one = bytes_of(&ask(&mut TableCache::new(), 60));
    let mut cache = TableCache::with_limit(10 * one);
    for number in 30..90 {
        ask(&mut cache, number);
        ask(&mut cache, 30);
        assert!(cache.bytes <= 10 * one, "{} bytes", cache.bytes);
    }
    assert!(cache.tables.len() >= 3);
    assert!(cache.tables.keys().any(|key| key.1.number() == 30), "what is used stays");
}
