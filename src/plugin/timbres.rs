//! What the timbre map shows of the embedded pack.

use super::song::embedded;
use crate::gui::{TimbreDot, TimbresView, Usual};
use crate::pack::Pack;
use crate::params::Controls;
use crate::score::Family;

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
        let family = embedded().map(|pack| {
            let style = settings.style;
            let leading = if style.lean > 0.5 { style.second } else { style.first };
            family_of(pack, leading, settings.parts[place].family, place)
        });
        view.families[place] = family;
        *usual = embedded().zip(family).map_or(Usual::Elsewhere, |it| self::usual(it.0, it.1));
    }
}

/// What a part plays on: what is chosen for it, or the usual family of its place in the style that leads.
pub(super) fn family_of(pack: &Pack, style: usize, own: Option<Family>, part: usize) -> Family {
    let role = pack.styles.get(style).and_then(|style| style.parts.get(part));
    own.or(role.map(|role| role.family)).unwrap_or(Family::PIANO)
}

fn usual(pack: &Pack, family: Family) -> Usual {
    if family.is_drums() {
        return Usual::Drums;
    }
    usual_of(pack, family).map_or(Usual::Elsewhere, Usual::Dot)
}

/// Which of the pack's timbres a family sounds as by itself.
pub(super) fn usual_of(pack: &Pack, family: Family) -> Option<usize> {
    pack.timbre_model.as_ref().and_then(|model| model.families[usize::from(family.index())])
}
