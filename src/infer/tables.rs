//! Partial tables asked for before, kept within a bound.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::sync::Arc;

use crate::score::{PartialTable, Pitch, TimbreId, Velocity};

/// Tables at hand. The ones not used for longest go when there are too many bytes.
#[derive(Debug)]
pub(super) struct TableCache {
    tables: HashMap<(TimbreId, Pitch, Velocity), Kept>,
    /// Size of all `tables`.
    bytes: usize,
    limit: usize,
    /// Counts the questions.
    clock: u64,
}

#[derive(Debug)]
struct Kept {
    table: Arc<PartialTable>,
    used: u64,
}

/// About a thousand tables.
const LIMIT_BYTES: usize = 24 << 20;

impl TableCache {
    pub(super) fn new() -> Self {
        Self::with_limit(LIMIT_BYTES)
    }

    fn with_limit(limit: usize) -> Self {
        Self { tables: HashMap::new(), bytes: 0, limit, clock: 0 }
    }

    /// The table at hand, or the one that is made now.
    ///
    /// # Errors
    /// If it cannot be made.
    pub(super) fn table<E>(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
        make: impl FnOnce() -> Result<PartialTable, E>,
    ) -> Result<Arc<PartialTable>, E> {
        self.clock += 1;
        let key = (timbre, pitch, velocity);
        if let Some(kept) = self.tables.get_mut(&key) {
            kept.used = self.clock;
            return Ok(Arc::clone(&kept.table));
        }
        let table = Arc::new(make()?);
        self.bytes += bytes_of(&table);
        let kept = Kept { table: Arc::clone(&table), used: self.clock };
        self.tables.insert(key, kept);
        if self.bytes > self.limit {
            self.forget();
        }
        Ok(table)
    }

    /// Forget the older half.
    fn forget(&mut self) {
        let mut used: Vec<u64> = self.tables.values().map(|kept| kept.used).collect();
        used.sort_unstable();
        let oldest_kept = used[used.len() / 2];
        self.tables.retain(|_, kept| kept.used >= oldest_kept);
        self.bytes = self.tables.values().map(|kept| bytes_of(&kept.table)).sum();
    }
}

fn bytes_of(table: &PartialTable) -> usize {
    let values = [&table.hertz, &table.amplitude, &table.noise, &table.glide, &table.spread];
    let values: usize = values.into_iter().map(Vec::len).sum();
    values * size_of::<f32>() + size_of::<PartialTable>()
}
