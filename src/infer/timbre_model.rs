//! The timbre model of a pack: any note of a named timbre, decoded.

mod decoded;
mod mixture;
#[cfg(test)]
mod tests;

use super::muse::{ComposeError, TimbreCard};
use super::runtime::{Contract, Graph, Input, Kind, LoadError, Place, Runtime, Values};
use super::timbre_tables;
use crate::pack::{Nature, Timbre, TimbreModel as Model, shape};
use crate::score::timbre::TABLE_FRAMES;
use crate::score::{Family, MapPoint, PartialTable, Pitch, TimbreId, Velocity};
use decoded::Decoded;
use mixture::Mixture;

/// A pack's timbre graph on a runtime.
#[derive(Debug)]
pub(super) struct TimbreModel {
    graph: Graph,
    timbres: Vec<Timbre>,
    cards: Vec<TimbreCard>,
    families: [Option<usize>; Family::COUNT],
    /// Of the timbres, on the map; empty where there is none.
    places: Vec<MapPoint>,
    /// Kept from note to note.
    decoded: Decoded,
    mixture: Mixture,
}

impl TimbreModel {
    pub(super) fn load(model: &Model, runtime: &Runtime) -> Result<Self, LoadError> {
        let input = |name, size| Input { name, kind: Kind::Floats, shape: vec![1, size] };
        let contract = Contract {
            name: "timbre",
            inputs: vec![input("latent", model.latent), input("pitch", 1), input("velocity", 1)],
            outputs: &["frames", "statics"],
        };
        Ok(Self {
            graph: Graph::load(&model.graph, &contract, runtime)?,
            timbres: model.timbres.clone(),
            cards: model.timbres.iter().map(card).collect(),
            families: model.families,
            places: model.timbres.iter().filter_map(|it| it.place).collect(),
            mixture: Mixture::new(model.latent),
            decoded: Decoded {
                frames: vec![0.0; TABLE_FRAMES * shape::COLUMNS],
                statics: vec![0.0; shape::STATICS],
            },
        })
    }

    pub(super) fn cards(&self) -> &[TimbreCard] {
        &self.cards
    }

    /// The table that sounds one note, as loud as the hand-written ones. Less than a millisecond.
    ///
    /// # Errors
    /// If the runtime fails, or gives something that is no number.
    pub(super) fn table(
        &mut self,
        timbre: TimbreId,
        pitch: Pitch,
        velocity: Velocity,
    ) -> Result<PartialTable, ComposeError> {
        if !self.mix(timbre) {
            return Ok(timbre_tables::table(timbre.family(), pitch, velocity));
        }
        let known = known_pitch(self.mixture.nature(), self.mixture.range(), pitch);
        let number = [f32::from(known.number())];
        let force = [f32::from(velocity.number())];
        let inputs = [&self.mixture.latent[..], &number, &force].map(Values::Floats);
        let Decoded { frames, statics } = &mut self.decoded;
        self.graph.run(&inputs, &mut [Place::Floats(frames), Place::Floats(statics)])?;
        if !frames.iter().chain(&*statics).all(|it| it.is_finite()) {
            let reason = "it gave something that is no number".to_owned();
            return Err(ComposeError::Run { graph: "timbre", reason });
        }
        let mut table = self.decoded.table(known, self.mixture.nature(), self.mixture.section);
        if known != pitch {
            timbre_tables::transpose(&mut table, pitch.hertz() / known.hertz());
        }
        Ok(timbre_tables::as_loud_as_wanted(table, pitch, velocity))
    }

    /// Put together what is wanted, or say that it is written by hand.
    fn mix(&mut self, timbre: TimbreId) -> bool {
        let usual = |family: Family| self.families[usize::from(family.index())];
        let known = |place: u16| Some(usize::from(place)).filter(|it| *it < self.timbres.len());
        let shares = match timbre {
            TimbreId::Usual(family) => usual(family).map(|place| vec![(place, 1.0)]),
            TimbreId::Named(place) => known(place).map(|place| vec![(place, 1.0)]),
            TimbreId::Blend(blend, family) => {
                let second = f32::from(blend.share.min(1000)) / 1000.0;
                let both = known(blend.first).zip(known(blend.second));
                let both = both.map(|(a, b)| vec![(a, 1.0 - second), (b, second)]);
                both.or_else(|| usual(family).map(|place| vec![(place, 1.0)]))
            }
            TimbreId::At(point, family) => {
                let between = Some(point.between(&self.places)).filter(|it| !it.is_empty());
                between.or_else(|| usual(family).map(|place| vec![(place, 1.0)]))
            }
        };
        let shares = shares.unwrap_or_default();
        self.mixture.mix(&self.timbres, &shares);
        !shares.is_empty()
    }
}

/// The nearest pitch that a struck timbre knows. What dies away is made up badly beyond (a bar's noise becomes a thump), so its nearest bar or
/// string is transposed; what is held goes on plausibly, and keeps its resonances where they are.
fn known_pitch(nature: Nature, range: Option<(u8, u8)>, pitch: Pitch) -> Pitch {
    match (nature, range) {
        (Nature::Struck, Some((low, high))) => {
            Pitch::new(pitch.number().clamp(low, high)).unwrap_or(pitch)
        }
        _ => pitch,
    }
}

fn card(timbre: &Timbre) -> TimbreCard {
    TimbreCard {
        name: timbre.name.clone(),
        title: timbre.title.clone(),
        family: timbre.family,
        program: timbre.program,
        place: timbre.place,
    }
}
