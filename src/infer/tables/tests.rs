//! What the cache keeps, and what it forgets.

use super::*;
use crate::score::Family;

fn ask(cache: &mut TableCache, number: u8) -> Arc<PartialTable> {
    let (timbre, pitch) = (TimbreId::Usual(Family::PIANO), Pitch::new(number).unwrap());
    let velocity = Velocity::clamped(80);
    let make = || Ok::<_, ()>(crate::infer::timbre_tables::table(Family::PIANO, pitch, velocity));
    cache.table(timbre, pitch, velocity, make).unwrap()
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
