//! Tables at hand for live notes, part by part.

use crate::engine::link::TimbreGrid;
use crate::score::{Family, Part};

/// The grids in use, and those that wait for their part's family to be in force.
#[derive(Debug, Default)]
pub(super) struct Grids {
    now: [Option<Box<TimbreGrid>>; Part::COUNT],
    next: [Option<Box<TimbreGrid>>; Part::COUNT],
}

impl Grids {
    /// Take a grid in for a part of which `family` is in force. Gives back the grid whose place it takes.
    pub(super) fn accept(
        &mut self,
        grid: Box<TimbreGrid>,
        family: Family,
    ) -> Option<Box<TimbreGrid>> {
        let slot = grid.part.slot();
        let place = if grid.family == family || self.now[slot].is_none() {
            &mut self.now[slot]
        } else {
            &mut self.next[slot]
        };
        place.replace(grid)
    }

    /// `family` is in force for the part from now on. Gives back the grid that is of no use any more.
    pub(super) fn turn_to(&mut self, part: Part, family: Family) -> Option<Box<TimbreGrid>> {
        let slot = part.slot();
        if self.has(part, family) {
            return None;
        }
        let next = self.next[slot].take_if(|it| it.family == family)?;
        self.now[slot].replace(next)
    }

    /// Whether the part's grid is of that family.
    pub(super) fn has(&self, part: Part, family: Family) -> bool {
        self.now[part.slot()].as_ref().is_some_and(|it| it.family == family)
    }

    /// The part's grid, if need be of the family that it played before.
    pub(super) fn get(&self, part: Part) -> Option<&TimbreGrid> {
        self.now[part.slot()].as_deref()
    }
}
