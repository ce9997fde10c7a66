//! Tables at hand for notes that nobody knows beforehand, and tables for notes that are to sound otherwise than they were made.

use std::sync::Arc;

use super::drawing::Composed;
use super::{Composer, Next};
use crate::engine::audio::renderer::Sound;
use crate::engine::link::{TimbreGrid, ToAudio};
use crate::infer::ComposeError;
use crate::score::{Mode, Part, PartialTable, Pitch, Settings, TimbreId, Velocity};

/// A table that the audio thread has asked for.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) part: Part,
    pub(super) timbre: TimbreId,
    pub(super) pitch: Pitch,
    pub(super) velocity: Velocity,
}

/// Tables that are made before the composer looks at its other work again: some milliseconds.
const AT_ONCE: usize = 6;

/// What a part sounds like that plays as `composed` under `settings`.
pub(super) fn timbre(settings: &Settings, composed: &Composed, part: Part) -> TimbreId {
    let family = composed.families[part.slot()];
    let wish = part.band_index().map(|place| settings.parts[place].timbre);
    wish.unwrap_or_default().of(family)
}

impl Composer {
    /// Answer some of what the audio thread has asked for: notes sound meanwhile.
    pub(super) fn revoice(&mut self) -> Result<(), ComposeError> {
        for _ in 0..AT_ONCE {
            let Some(wanted) = self.wanted.pop_front() else { break };
            let Wanted { part, timbre, pitch, velocity } = wanted;
            let table = self.muse.table(timbre, pitch, velocity)?;
            self.send(ToAudio::Revoiced { part, timbre, pitch, velocity, table });
        }
        Ok(())
    }

    /// Parts that follow play notes which nobody knows beforehand.
    pub(super) fn want_grids(&mut self, settings: &Settings, composed: &Composed) {
        for (part, wanted) in Part::BAND.into_iter().zip(&settings.parts) {
            if wanted.mode == Mode::Follow {
                self.live[part.slot()] = Some(timbre(settings, composed, part));
            }
        }
    }

    /// Go on with the tables that must be at hand and are not yet: a row, some milliseconds, so that no window has to wait for a whole grid.
    pub(super) fn make_grid(&mut self) -> Result<Next, ComposeError> {
        let slot = (0..Part::COUNT).find(|slot| self.live[*slot] != self.sent[*slot]);
        let wanted = slot.and_then(|slot| Some((Part::from_slot(slot)?, self.live[slot]?)));
        let Some((part, timbre)) = wanted.filter(|_| self.sound == Sound::Synth) else {
            return Ok(Next::Wait);
        };
        let begun = self.making.take().filter(|it| (it.part, it.timbre) == (part, timbre));
        let mut grid = begun.unwrap_or(TimbreGrid { part, timbre, tables: Vec::new() });
        grid.tables.push(self.row(timbre, grid.tables.len())?);
        if grid.tables.len() < TimbreGrid::ROWS {
            self.making = Some(grid);
        } else {
            self.sent[part.slot()] = Some(timbre);
            self.send(ToAudio::Grid(Box::new(grid)));
        }
        Ok(Next::Step)
    }

    pub(super) fn row(
        &mut self,
        timbre: TimbreId,
        row: usize,
    ) -> Result<[Arc<PartialTable>; 3], ComposeError> {
        let mut cell = |velocity: u8| {
            let number = u8::try_from((row * 3 + 1).min(127)).unwrap_or(127);
            let pitch = Pitch::new(number).expect("brought below 128");
            self.muse.table(timbre, pitch, Velocity::clamped(velocity))
        };
        let [soft, middle, hard] = TimbreGrid::VELOCITIES;
        Ok([cell(soft)?, cell(middle)?, cell(hard)?])
    }
}
