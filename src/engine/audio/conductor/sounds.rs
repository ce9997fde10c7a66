//! What parts sound like: asks the composer for the tables of notes whose part has come to another timbre, and hands on what comes.
//!
//! Notes that sound come first; no more is asked for a part while answers are on their way, nor for a note that is still changing: so under a moving hand they
//! follow it in steps of some tens of milliseconds, and the composer keeps time for its windows. Notes ahead are given theirs when the hand rests; they begin as they are, and change, if they must begin before. Offline everything is waited for, at the
//! first frame of the change, so that what is heard depends on no thread.

use std::sync::Arc;

use super::{Conductor, Scene, TURNS};
use crate::engine::audio::renderer::Pace;
use crate::engine::link::{FromAudio, Retired};
use crate::score::{Mode, Part, PartTimbre, PartialTable, Pitch, TimbreId, Velocity};

/// What the band's parts are to sound like, and what is on its way.
#[derive(Debug, Default)]
pub(super) struct Sounds {
    wishes: [PartTimbre; Part::BAND_SIZE],
    /// Tables that were asked for and have not come.
    awaited: [usize; Part::BAND_SIZE],
    /// Grids that were asked for.
    grids: [Option<TimbreId>; Part::BAND_SIZE],
}

/// Tables that are asked for at once for one part.
const MOST: usize = 64;

impl Sounds {
    /// What was asked for may never come.
    pub(super) fn forget(&mut self) {
        self.awaited = [0; Part::BAND_SIZE];
        self.grids = [None; Part::BAND_SIZE];
    }
}

impl Conductor {
    /// What a part sounds like that begins a note now.
    pub(super) fn timbre(&self, part: Part) -> TimbreId {
        let wish = part.band_index().map(|place| self.sounds.wishes[place]);
        wish.unwrap_or_default().of(self.player.family(part))
    }

    /// Have every note sound as the settings want it from now on.
    pub(super) fn revoice(&mut self, scene: &mut Scene<'_, '_>) {
        if self.synth.is_none() {
            return;
        }
        let waits = matches!(scene.pace, Pace::Offline(_));
        for (place, part) in Part::BAND.into_iter().enumerate() {
            let wanted = scene.settings.parts[place];
            let before = std::mem::replace(&mut self.sounds.wishes[place], wanted.timbre);
            let rests = waits || before == wanted.timbre;
            if self.sounds.awaited[place] == 0 {
                self.ask_for_sounding(place, part, waits);
            }
            if self.sounds.awaited[place] == 0 || waits {
                self.ask_for_coming(place, part, rests);
            }
            if wanted.mode == Mode::Follow && rests {
                self.ask_for_grid(place, part);
            }
        }
        let Pace::Offline(give_turn) = &mut scene.pace else { return };
        let mut turns = 0;
        while self.sounds.awaited != [0; Part::BAND_SIZE] && turns < TURNS && !self.is_stalled() {
            give_turn();
            self.take_arrivals();
            turns += 1;
        }
    }

    fn ask_for_sounding(&mut self, place: usize, part: Part, waits: bool) {
        let Some(synth) = &mut self.synth else { return };
        let (wish, awaited) = (self.sounds.wishes[place], &mut self.sounds.awaited[place]);
        let links = &self.links;
        synth.sounding(part, |(pitch, velocity), present, is_changing| {
            let timbre = wish.of(present.family());
            if timbre != present && (waits || !is_changing) && *awaited < MOST {
                let message = FromAudio::WantTable { part, timbre, pitch, velocity };
                // What finds no room is asked for with the next block.
                *awaited += usize::from(links.from_audio.push(message).is_ok());
            }
        });
    }

    fn ask_for_coming(&mut self, place: usize, part: Part, rests: bool) {
        if !rests {
            return;
        }
        let (wish, awaited) = (self.sounds.wishes[place], &mut self.sounds.awaited[place]);
        for coming in self.sequencer.to_come(part) {
            let timbre = wish.of(coming.timbre.family());
            if timbre != coming.timbre && *awaited < MOST {
                let (pitch, velocity) = (coming.note.pitch, coming.note.velocity);
                let message = FromAudio::WantTable { part, timbre, pitch, velocity };
                *awaited += usize::from(self.links.from_audio.push(message).is_ok()); // as above
            }
        }
    }

    /// The composer sends a grid by itself when a part begins to follow, or gets another family.
    fn ask_for_grid(&mut self, place: usize, part: Part) {
        let timbre = self.timbre(part);
        let present = self.player.grids.get(part).map(|grid| grid.timbre);
        let is_other = present.is_some_and(|it| it != timbre && it.family() == timbre.family());
        if !is_other {
            self.sounds.grids[place] = None;
        } else if self.sounds.grids[place] != Some(timbre)
            && self.send(FromAudio::WantGrid { part, timbre })
        {
            self.sounds.grids[place] = Some(timbre);
        }
    }

    /// A table that was asked for has come.
    pub(super) fn take_table(
        &mut self,
        part: Part,
        note: (Pitch, Velocity),
        timbre: TimbreId,
        table: Arc<PartialTable>,
    ) {
        if let Some(place) = part.band_index() {
            let awaited = &mut self.sounds.awaited[place];
            *awaited = awaited.saturating_sub(1);
        }
        if let Some(synth) = &mut self.synth {
            synth.revoice(part, note, timbre, &table);
        }
        while let Some(old) = self.sequencer.revoice(part, note, timbre, &table) {
            self.retire(Retired::Table(old));
        }
        self.retire(Retired::Table(table));
    }
}
