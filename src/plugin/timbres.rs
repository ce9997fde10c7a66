//! What the timbre map shows of the embedded pack.

use super::song::embedded;
use crate::gui::{TimbreDot, TimbresView, Usual};
use crate::pack::Pack;
use crate::params::Controls;
use crate::score::{Family, Settings};

/// The dots, and nothing of the parts yet.
pub(super) fn view() -> TimbresView {
    let timbres = embedded().and_then(|pack| pack.timbre_model.as_ref());
    let dots = timbres.into_iter().flat_map(|model| &model.timbres).filter_map(|timbre| {
        let (title, family) = (timbre.title.clone(), timbre.family);
        Some(TimbreDot { title, family, place: timbre.place? })
    });
    TimbresView { dots: dots.collect(), ..TimbresView::default() }
}

/// What parts play on by themselves under the controls.
pub(super) fn follow(view: &mut TimbresView, controls: &Controls) {
    let settings = controls.settings();
    for (place, usual) in view.usual.iter_mut().enumerate() {
        let family = embedded().map(|pack| family(pack, &settings, place));
        view.families[place] = family;
        *usual = embedded().zip(family).map_or(Usual::Elsewhere, |it| self::usual(it.0, it.1));
    }
}

fn family(pack: &Pack, settings: &Settings, place: usize) -> Family {
    let style = settings.style;
    let leading = if style.lean > 0.5 { style.second } else { style.first };
    let role = pack.styles.get(leading).and_then(|style| style.parts.get(place));
    let family = settings.parts[place].family.or(role.map(|role| role.family));
    family.unwrap_or(Family::PIANO)
}

fn usual(pack: &Pack, family: Family) -> Usual {
    if family.is_drums() {
        return Usual::Drums;
    }
    let model = pack.timbre_model.as_ref();
    let dot = model.and_then(|model| model.families[usize::from(family.index())]);
    dot.map_or(Usual::Elsewhere, Usual::Dot)
}
