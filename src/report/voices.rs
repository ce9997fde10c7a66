//! What parts sound like: for the report, and for the names of stems and tracks.

#[cfg(test)]
mod tests;

use serde::Serialize;

use crate::engine::offline::Request;
use crate::infer::TimbreCard;
use crate::score::{Family, MapPoint, Part, TimbreId, Voice, Voices};

/// What a part sounds like where it begins.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Sounding {
    /// Of the timbre that is heard, or the one nearest to it.
    pub(crate) voice: Voice,
    pub(crate) timbre: TimbreLine,
}

/// Of each part of the band that plays.
pub(crate) type Band = [Option<Sounding>; Part::BAND_SIZE];

/// Which of the pack's timbres that is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct TimbreLine {
    kind: Kind,
    /// As `pack info` names it; nothing where the family has its own sound.
    pub(crate) name: Option<String>,
    /// Shares of width and height of the map, where it is a point that is none of the pack's timbres.
    #[serde(skip_serializing_if = "Option::is_none")]
    at: Option<(f32, f32)>,
    /// As `--timbre` takes it, where it lies between two.
    #[serde(skip_serializing_if = "Option::is_none")]
    blend: Option<String>,
    /// Whether the part comes to sound otherwise later.
    pub(crate) changes: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    /// Nothing was chosen: the sound that the pack gives the family, or the drum kit.
    Family,
    /// This timbre alone.
    Named,
    /// A point of the map; the timbre is the nearest one.
    Near,
    /// Between two timbres; the one is named of which there is more.
    Blend,
}

/// What the parts of a bounce begin with; `families` is what each plays on, nothing for one that does not play.
pub(crate) fn of_band(
    request: &Request,
    families: [Option<Family>; Part::BAND_SIZE],
    cards: &[TimbreCard],
) -> Band {
    std::array::from_fn(|place| {
        let family = families[place]?;
        let wanted = |settings: &crate::score::Settings| settings.parts[place].timbre.of(family);
        let first = wanted(&request.settings);
        let mut sounding = of_timbre(first, cards);
        sounding.timbre.changes = request.changes.iter().any(|it| wanted(&it.1) != first);
        Some(sounding)
    })
}

/// What `timbre` is called where the pack has `cards`.
pub(crate) fn of_timbre(timbre: TimbreId, cards: &[TimbreCard]) -> Sounding {
    let family = timbre.family();
    let usual = Sounding {
        voice: Voice::of_family(family),
        timbre: TimbreLine {
            kind: Kind::Family,
            name: None,
            at: None,
            blend: None,
            changes: false,
        },
    };
    let card = |place: u16| cards.get(usize::from(place));
    let named = |kind: Kind, card: &TimbreCard| Sounding {
        voice: voice(card, family),
        timbre: TimbreLine { kind, name: Some(card.name.clone()), ..usual.timbre.clone() },
    };
    match timbre {
        TimbreId::Usual(_) => usual,
        TimbreId::Named(place) => card(place).map_or(usual.clone(), |it| named(Kind::Named, it)),
        TimbreId::Blend(blend, _) => {
            let Some((first, second)) = card(blend.first).zip(card(blend.second)) else {
                return usual;
            };
            let share = f32::from(blend.share.min(1000)) / 1000.0;
            let more = if share > 0.5 { second } else { first };
            if share == 0.0 || share == 1.0 || blend.first == blend.second {
                return named(Kind::Named, more);
            }
            let mut sounding = named(Kind::Blend, more);
            sounding.timbre.blend = Some(format!("{}+{}:{share}", first.name, second.name));
            sounding
        }
        TimbreId::At(point, _) => {
            let placed: Vec<&TimbreCard> = cards.iter().filter(|it| it.place.is_some()).collect();
            let places: Vec<MapPoint> = placed.iter().filter_map(|it| it.place).collect();
            let near = point.between(&places);
            let Some((nearest, _)) = near.iter().max_by(|a, b| a.1.total_cmp(&b.1)) else {
                return usual;
            };
            let kind = if near.len() == 1 { Kind::Named } else { Kind::Near };
            let mut sounding = named(kind, placed[*nearest]);
            sounding.timbre.at = (kind == Kind::Near).then(|| point.shares());
            sounding
        }
    }
}

fn voice(card: &TimbreCard, family: Family) -> Voice {
    Voice {
        family,
        title: card.title.clone(),
        word: card.name.replace('_', "-"),
        program: card.program.or_else(|| card.family.program()),
    }
}

impl Sounding {
    /// For people, such as `near harpsichord at first`.
    pub(crate) fn words(&self) -> String {
        let name = self.timbre.name.as_ref().unwrap_or(&self.voice.word);
        let what = match (self.timbre.kind, &self.timbre.blend) {
            (Kind::Near, _) => format!("near {name}"),
            (Kind::Blend, Some(blend)) => blend.clone(),
            _ => name.clone(),
        };
        if self.timbre.changes { what + " at first" } else { what }
    }
}

/// For a file of notes.
pub(crate) fn voices(band: &Band) -> Voices {
    band.each_ref().map(|it| it.as_ref().map(|it| it.voice.clone()))
}

/// What each part plays on.
pub(crate) fn families(band: &Band) -> [Option<Family>; Part::BAND_SIZE] {
    band.each_ref().map(|it| it.as_ref().map(|it| it.voice.family))
}

/// The stem's file name, which ends in `extension`, for each part that plays.
pub(crate) fn stem_names(band: &Band, extension: &str) -> [Option<String>; Part::BAND_SIZE] {
    Part::BAND.map(|part| {
        let sounding = band[part.band_index()?].as_ref()?;
        Some(format!("part-{}-{}.{extension}", part.slot(), sounding.voice.word))
    })
}
