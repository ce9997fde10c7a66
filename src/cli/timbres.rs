//! Timbres that are asked for by name, as blends, or by their place on the map.

use super::args::TimbreArg;
use super::failure::{Failure, Kind};
use crate::infer::TimbreCard;
use crate::score::nearest::did_you_mean;
use crate::score::{Blend, MapPoint, PartTimbre};

/// What is meant, of a pack's timbres.
pub(super) fn find(wanted: &TimbreArg, cards: &[TimbreCard]) -> Result<PartTimbre, Failure> {
    match wanted {
        TimbreArg::Named(name) => {
            let place = place_of(name, cards)?;
            // Where it lies on the map it is itself, and the window can show it there.
            let alone = Blend { first: place, second: place, share: 0 };
            let point = cards[usize::from(place)].place;
            Ok(point.map_or(PartTimbre::Blend(alone), PartTimbre::At))
        }
        TimbreArg::Blend(first, second, share) => {
            let (first, second) = (place_of(first, cards)?, place_of(second, cards)?);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "0 to 1000"
            )]
            let share = (share * 1000.0).round() as u16;
            Ok(PartTimbre::Blend(Blend { first, second, share }))
        }
        TimbreArg::At(x, y) => {
            if cards.iter().all(|card| card.place.is_none()) {
                let error = anyhow::anyhow!("find the point {x}/{y}: the pack has no map");
                return Err(Failure::new(Kind::Usage, error, "give the name of a timbre, or none"));
            }
            Ok(PartTimbre::At(MapPoint::of_shares(*x, *y)))
        }
    }
}

/// By name or title, however it is written.
fn place_of(name: &str, cards: &[TimbreCard]) -> Result<u16, Failure> {
    let wanted = name.to_lowercase().replace([' ', '-'], "_");
    let is_meant = |card: &TimbreCard| card.name == wanted || card.title.eq_ignore_ascii_case(name);
    let place = cards.iter().position(is_meant).and_then(|place| u16::try_from(place).ok());
    place.ok_or_else(|| {
        let known: Vec<&str> = cards.iter().map(|card| card.name.as_str()).collect();
        let error = anyhow::anyhow!("find the timbre `{name}`: the pack has none of that name");
        let advice = match known.is_empty() {
            true => "the pack has no timbres; its families have sounds of their own".to_owned(),
            false => {
                let titles = cards.iter().map(|card| card.title.as_str());
                let meant = did_you_mean(name, known.iter().copied().chain(titles));
                format!("{meant}it has: {}", known.join(", "))
            }
        };
        Failure::new(Kind::Usage, error, advice)
    })
}
