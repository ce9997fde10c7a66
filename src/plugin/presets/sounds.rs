//! What presets sound on: timbres are named, and where they lie is looked up in the pack's map, since each pack has another.

use std::collections::BTreeMap;

use crate::pack::{Pack, Style};
use crate::params::{Control, Controls, Factory, Preset};
use crate::plugin::timbres::{family_of, usual_of};
use crate::score::{Family, MapPoint, Part};

/// What a kit is called in a preset of ours, among the names of timbres.
const KIT: &str = "drums";

/// Timbres that a preset names and the pack does not have, with their parts' numbers.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Missing(Vec<(usize, String)>);

impl Missing {
    /// For the musician: which they are of the preset `name`, and what is heard `instead`. Nothing where none is missing.
    pub(super) fn told(&self, name: &str, instead: &str) -> Option<String> {
        let each = self.0.iter().map(|(part, timbre)| format!("{timbre} for part {part}"));
        let each: Vec<String> = each.collect();
        let all = each.join(" and no ");
        (!each.is_empty())
            .then(|| format!("read the preset “{name}”: the pack has no {all}; {instead}"))
    }
}

/// One of ours in this pack, and what it misses: a part whose family sounds otherwise by itself is put on the map, where its timbre lies. One that the
/// pack does not have leaves the part to its family.
pub(super) fn ours(
    factory: Factory,
    controls: &Controls,
    pack: Option<&Pack>,
) -> (Preset, Missing) {
    let (mut preset, mut missing) = (factory.preset(controls), Missing::default());
    // Where there is no map at all, families alone are heard.
    let Some(pack) = pack.filter(|it| it.timbre_model.is_some()) else {
        return (preset, missing);
    };
    for (part, name) in factory.plays.iter().enumerate().filter(|it| *it.1 != KIT) {
        let Some(dot) = dot(pack, name) else {
            missing.0.push((part + 1, String::from(*name)));
            continue;
        };
        let family = family(pack, controls, &preset, part);
        if usual_of(pack, family) != Some(dot) {
            put(&mut preset, part, place(pack, dot));
        }
    }
    (preset, missing)
}

/// The timbres that parts of a preset lie on, by the parts' numbers: for its file, beside their places in today's pack.
pub(super) fn names(preset: &Preset, pack: Option<&Pack>) -> BTreeMap<String, String> {
    let on = |part| Some((part, on_map(preset, part)?));
    let named = |(part, point): (usize, MapPoint)| {
        let model = pack?.timbre_model.as_ref()?;
        let timbre = model.timbres.iter().find(|it| it.place == Some(point))?;
        Some((format!("{}", part + 1), timbre.name.clone()))
    };
    (0..Part::BAND_SIZE).filter_map(on).filter_map(named).collect()
}

/// Put parts where timbres that the preset's file names lie today; what the pack does not have stays where it was, and is returned.
pub(super) fn find(
    preset: &mut Preset,
    names: &BTreeMap<String, String>,
    pack: Option<&Pack>,
) -> Missing {
    let mut missing = Missing::default();
    let Some(pack) = pack else { return missing };
    for part in 0..Part::BAND_SIZE {
        let name = names.get(&format!("{}", part + 1));
        let Some((name, _)) = name.zip(on_map(preset, part)) else { continue };
        match dot(pack, name) {
            Some(dot) => put(preset, part, place(pack, dot)),
            None => missing.0.push((part + 1, name.clone())),
        }
    }
    missing
}

/// The style that a preset leans to, if the pack has it.
pub(super) fn style<'a>(pack: &'a Pack, controls: &Controls, preset: &Preset) -> Option<&'a Style> {
    pack.styles.get(leading(controls, preset))
}

/// What each part that sounds is heard on, by the titles of timbres.
pub(super) fn titles(pack: &Pack, controls: &Controls, preset: &Preset) -> Vec<String> {
    let title = |part| {
        let is_off = index(controls, preset, Control::Mode(part)) == 0;
        let family = family(pack, controls, preset, part);
        let model = pack.timbre_model.as_ref();
        let dot = match on_map(preset, part) {
            _ if family.is_drums() => None,
            Some(point) => {
                model.and_then(|it| it.timbres.iter().position(|it| it.place == Some(point)))
            }
            None => usual_of(pack, family),
        };
        let timbre = dot.zip(model).map(|(dot, model)| model.timbres[dot].title.clone());
        (!is_off).then(|| timbre.unwrap_or_else(|| String::from(family.name())))
    };
    (0..Part::BAND_SIZE).filter_map(title).collect()
}

/// The same as text, such as `Violin × 2, Viola, Cello`.
pub(super) fn heard(pack: &Pack, controls: &Controls, preset: &Preset) -> String {
    let titles = titles(pack, controls, preset);
    let alike = titles.chunk_by(|one, next| one == next);
    let text = |alike: &[String]| match alike {
        [one] => one.clone(),
        several => format!("{} × {}", several[0], several.len()),
    };
    alike.map(text).collect::<Vec<_>>().join(", ")
}

/// For who looks for a preset: its styles, what it sounds on, and what it leaves to the host.
pub(super) fn about(controls: &Controls, preset: &Preset, pack: Option<&Pack>) -> String {
    let text = |control| controls.get(control).text(value(preset, control));
    let (lean, first, second) =
        (value(preset, Control::Lean), text(Control::StyleA), text(Control::StyleB));
    let styles = match lean > 0.0 && first != second {
        true => format!("{first}, leaning {} to {second}", text(Control::Lean)),
        false => first,
    };
    let Some(pack) = pack else { return styles };
    let usual = style(pack, controls, preset).map(|it| {
        format!("\nUsually {}/{} at {:.0} bpm.", it.meter.count(), it.meter.unit(), it.tempo.bpm())
    });
    let heard = heard(pack, controls, preset);
    format!("{styles}: {heard}.{}", usual.unwrap_or_default())
}

/// A part's family: its own, or the style's.
fn family(pack: &Pack, controls: &Controls, preset: &Preset, part: usize) -> Family {
    let own = index(controls, preset, Control::Family(part)).checked_sub(1);
    let own = own.and_then(|it| u8::try_from(it).ok()).and_then(Family::new);
    family_of(pack, leading(controls, preset), own, part)
}

fn leading(controls: &Controls, preset: &Preset) -> usize {
    let second = value(preset, Control::Lean) > 0.5;
    index(controls, preset, if second { Control::StyleB } else { Control::StyleA })
}

/// Where a part is on the map, if it is.
fn on_map(preset: &Preset, part: usize) -> Option<MapPoint> {
    let of = |control: fn(usize) -> Control| value(preset, control(part));
    let point = MapPoint::of_shares(of(Control::TimbreX), of(Control::TimbreY));
    (of(Control::TimbreMap) > 0.5).then_some(point)
}

fn put(preset: &mut Preset, part: usize, point: Option<MapPoint>) {
    let Some((x, y)) = point.map(MapPoint::shares) else { return };
    for (control, share) in
        [(Control::TimbreMap(part), 1.0), (Control::TimbreX(part), x), (Control::TimbreY(part), y)]
    {
        if let Some(set) = preset.values.iter_mut().find(|it| it.0 == control) {
            set.1 = share;
        }
    }
}

fn dot(pack: &Pack, name: &str) -> Option<usize> {
    pack.timbre_model.as_ref()?.timbres.iter().position(|it| it.name == name)
}

fn place(pack: &Pack, dot: usize) -> Option<MapPoint> {
    pack.timbre_model.as_ref()?.timbres[dot].place
}

fn value(preset: &Preset, control: Control) -> f32 {
    preset.values.iter().find(|it| it.0 == control).map_or(0.0, |it| it.1)
}

/// Of a discrete control.
fn index(controls: &Controls, preset: &Preset, control: Control) -> usize {
    let steps = controls.get(control).steps().unwrap_or(0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share of a small range"
    )]
    let index = (value(preset, control) * steps as f32).round() as usize;
    index
}
