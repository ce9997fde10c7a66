//! Tables at hand for live notes, part by part.

use crate::engine::link::TimbreGrid;
use crate::score::{Part, TimbreId};

/// The grids in use, and those that wait for their part's timbre to be in force.
#[derive(Debug, Default)]
pub(super) struct Grids {
    now: [Option<Box<TimbreGrid>>; Part::COUNT],
    next: [Option<Box<TimbreGrid>>; Part::COUNT],
}

impl Grids {
    /// Take a grid in for a part of which `timbre` is in force. Gives back the grid whose place it takes.
    pub(super) fn accept(
        &mut self,
        grid: Box<TimbreGrid>,
        timbre: TimbreId,
    ) -> Option<Box<TimbreGrid>> {
        let slot = grid.part.slot();
        let place = if grid.timbre == timbre || self.now[slot].is_none() {
            &mut self.now[slot]
        } else {
            &mut self.next[slot]
        };
        place.replace(grid)
    }

    /// `timbre` is in force for the part from now on. Gives back the grid that is of no use any more.
    pub(super) fn turn_to(&mut self, part: Part, timbre: TimbreId) -> Option<Box<TimbreGrid>> {
        let slot = part.slot();
        if self.has(part, timbre) {
            return None;
        }
        let next = self.next[slot].take_if(|it| it.timbre == timbre)?;
        self.now[slot].replace(next)
    }

    /// Whether the part's grid is of that timbre.
    pub(super) fn has(&self, part: Part, timbre: TimbreId) -> bool {
        self.now[part.slot()].as_ref().is_some_and(|it| it.timbre == timbre)
    }

    /// The part's grid, if need be of the timbre that it played before.
    pub(super) fn get(&self, part: Part) -> Option<&TimbreGrid> {
        self.now[part.slot()].as_deref()
    }
}
