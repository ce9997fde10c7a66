//! Tables at hand for notes that nobody knows beforehand.

use std::sync::Arc;

use super::drawing::Composed;
use super::{Composer, Next};
use crate::engine::audio::renderer::Sound;
use crate::engine::link::{TimbreGrid, ToAudio};
use crate::infer::ComposeError;
use crate::score::{Family, Mode, Part, PartialTable, Pitch, Settings, TimbreId, Velocity};

impl Composer {
    /// Parts that follow play notes which nobody knows beforehand.
    pub(super) fn want_grids(&mut self, settings: &Settings, composed: &Composed) {
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            if wanted.mode == Mode::Follow {
                self.live[part.slot()] = Some(composed.families[part.slot()]);
            }
        }
    }

    /// Go on with the tables that must be at hand and are not yet: a row, some milliseconds, so that no window has to wait for a whole grid.
    pub(super) fn make_grid(&mut self) -> Result<Next, ComposeError> {
        let slot = (0..Part::COUNT).find(|slot| self.live[*slot] != self.sent[*slot]);
        let wanted = slot.and_then(|slot| Some((Part::from_slot(slot)?, self.live[slot]?)));
        let Some((part, family)) = wanted.filter(|_| self.sound == Sound::Synth) else {
            return Ok(Next::Wait);
        };
        let begun = self.making.take().filter(|it| (it.part, it.family) == (part, family));
        let mut grid = begun.unwrap_or(TimbreGrid { part, family, tables: Vec::new() });
        grid.tables.push(self.row(family, grid.tables.len())?);
        if grid.tables.len() < TimbreGrid::ROWS {
            self.making = Some(grid);
        } else {
            self.sent[part.slot()] = Some(family);
            self.send(ToAudio::Grid(Box::new(grid)));
        }
        Ok(Next::Step)
    }

    pub(super) fn row(
        &mut self,
        family: Family,
        row: usize,
    ) -> Result<[Arc<PartialTable>; 3], ComposeError> {
        let mut cell = |velocity: u8| {
            let number = u8::try_from((row * 3 + 1).min(127)).unwrap_or(127);
            let pitch = Pitch::new(number).expect("brought below 128");
            self.muse.table(TimbreId::Usual(family), pitch, Velocity::clamped(velocity))
        };
        let [soft, middle, hard] = TimbreGrid::VELOCITIES;
        Ok([cell(soft)?, cell(middle)?, cell(hard)?])
    }
}
