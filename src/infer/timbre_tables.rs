//! Timbres as written down by hand: for any family, pitch and velocity the partial table of one note.

mod drums;
mod electronic;
mod keys;
pub(super) mod loudness;
mod sketch;
mod strings;
mod winds;

#[cfg(test)]
pub(super) mod tests;

pub(super) use sketch::scatter;

use crate::score::{Family, PartialTable, Pitch, Velocity};

/// Partials that are kept, hertz.
const AUDIBLE: std::ops::RangeInclusive<f32> = 16.0..=19_500.0;

/// The note that a table is made for, in the quantities of acoustics.
#[derive(Clone, Copy, Debug)]
struct Struck {
    /// MIDI note number; 60 is middle C.
    pitch: f32,
    /// Frequency of the fundamental.
    hertz: f32,
    /// How hard it is played, 0 to 1; 0.63 is mezzo-forte (velocity 80).
    force: f32,
}

/// A table brought to the level that a note of its pitch and velocity has.
pub(super) fn as_loud_as_wanted(
    table: PartialTable,
    pitch: Pitch,
    velocity: Velocity,
) -> PartialTable {
    let wanted_db = loudness::register_db(f32::from(pitch.number())) + loudness::level_db(velocity);
    loudness::leveled(table, loudness::Scale::K, wanted_db)
}

/// Move a table's partials by a frequency ratio; those that nobody would hear any more are left out.
pub(super) fn transpose(table: &mut PartialTable, ratio: f32) {
    let before = table.partials();
    let kept: Vec<usize> =
        (0..before).filter(|place| AUDIBLE.contains(&(ratio * table.hertz[*place]))).collect();
    let rows = table.amplitude.chunks_exact(before.max(1));
    table.amplitude = rows.flat_map(|row| kept.iter().map(|place| row[*place])).collect();
    table.hertz = kept.iter().map(|place| ratio * table.hertz[*place]).collect();
    table.spread = kept.iter().map(|place| table.spread[*place]).collect();
}

/// The table that sounds one note. Pure: the same note gives the same table.
pub(super) fn table(family: Family, pitch: Pitch, velocity: Velocity) -> PartialTable {
    let note = Struck {
        pitch: f32::from(pitch.number()),
        hertz: pitch.hertz(),
        force: f32::from(velocity.number() - 1) / 126.0,
    };
    let level_db = loudness::level_db(velocity);
    if family.is_drums() {
        let (hit, balance_db) = drums::hit(pitch, note.force);
        let table = PartialTable { choke: drums::choke(pitch), ..hit.table() };
        return loudness::leveled(table, loudness::Scale::Plain, balance_db + level_db);
    }
    let sketch = match family.index() {
        0 => keys::piano(note),
        1 => keys::vibraphone(note),
        2 => keys::organ(note),
        3 => strings::guitar(note),
        4 => strings::bass(note),
        5 => strings::violin(note),
        6 => strings::section(note),
        7 => winds::trumpet(note),
        8 => winds::clarinet(note),
        9 => winds::flute(note),
        10 => electronic::lead(note),
        11 => electronic::pad(note),
        12 => electronic::rain(note),
        13 => strings::banjo(note),
        14 => keys::kalimba(note),
        _ => electronic::wind(note),
    };
    // Close copies swell above their mean.
    let swell_db = match family.index() {
        10 | 15 => 1.6,
        1 | 2 | 12 => 0.8,
        _ => 0.0,
    };
    let wanted_db = loudness::register_db(note.pitch) + level_db - swell_db;
    loudness::leveled(sketch.table(), loudness::Scale::K, wanted_db)
}
