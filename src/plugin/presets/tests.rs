//! Our presets are what they say, and the musician's own come back.

use std::collections::HashSet;

use super::{Presets, sounds};
use nice_plug::prelude::Params;

use crate::params::{Control, Controls, FACTORY, Preset};
use crate::plugin::song;
use crate::score::MapPoint;

fn controls() -> Controls {
    Controls::new(&song::styles(), song::opening_style())
}

fn set(controls: &Controls, control: Control, value: f32) {
    let (_, param, _) = controls.param_map().swap_remove(control.place());
    #[expect(unsafe_code, reason = "only the framework's wrappers may set parameters")]
    // SAFETY: the pointer leads into `controls`, which is alive.
    unsafe {
        param._internal_set_normalized_value(value);
    }
}

#[test]
fn ours_are_many_and_no_two_alike() {
    let controls = controls();
    let (presets, errors) = Presets::read(&controls, None);
    assert!(errors.is_empty() && presets.all.len() >= 24);
    let names: HashSet<&str> = presets.all.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(names.len(), FACTORY.len());
    // Who plays what, how: the mix apart.
    let music = |preset: &Preset| -> Vec<u32> {
        let is_mix = |it: &Control| matches!(it, Control::Level(_) | Control::Pan(_));
        let values = preset.values.iter().filter(|it| !is_mix(&it.0));
        values.map(|it| (it.1 * 10_000.0).round().to_bits()).collect()
    };
    let distinct: HashSet<Vec<u32>> = presets.all.iter().map(music).collect();
    assert_eq!(distinct.len(), FACTORY.len());
    let styles: HashSet<u32> = presets.all.iter().map(|it| it.values[1].1.to_bits()).collect();
    assert!(styles.len() >= 18, "{} styles", styles.len());
}

/// What a preset sets a control to.
fn value(preset: &Preset, control: Control) -> f32 {
    preset.values.iter().find(|it| it.0 == control).unwrap().1
}

#[test]
fn ours_lie_where_the_pack_has_the_timbres_that_they_name() {
    let controls = controls();
    let pack = song::embedded().unwrap();
    let timbres = &pack.timbre_model.as_ref().unwrap().timbres;
    for (factory, preset) in FACTORY.iter().zip(&Presets::read(&controls, None).0.all) {
        let named: Vec<String> = factory
            .plays
            .iter()
            .map(|name| match *name {
                "drums" => String::from("Drums"),
                name => {
                    let timbre = timbres.iter().find(|it| it.name == name);
                    let timbre = timbre.unwrap_or_else(|| panic!("{}: no {name}", factory.name));
                    timbre.title.clone()
                }
            })
            .collect();
        // Resolved anew, from what the preset sets alone.
        assert_eq!(sounds::titles(pack, &controls, preset), named, "{}", factory.name);
        for (part, name) in factory.plays.iter().enumerate() {
            if value(preset, Control::TimbreMap(part)) > 0.5 {
                let timbre = timbres.iter().find(|it| it.name == *name).unwrap();
                let [x, y] = [Control::TimbreX(part), Control::TimbreY(part)];
                let set = MapPoint::of_shares(value(preset, x), value(preset, y));
                assert_eq!(Some(set), timbre.place, "{}: {name}", factory.name);
            }
        }
    }
}

#[test]
fn an_instrument_in_a_preset_s_name_is_heard() {
    /// Presets with words that mean another instrument than a timbre's title does.
    const OTHERWISE: [(&str, &str); 3] =
        [("Nylon strings", "strings"), ("String quartet", "string"), ("Second voice", "voice")];
    const NO_INSTRUMENT: [&str; 4] = ["and", "jazz", "section", "slow"];
    let controls = controls();
    let pack = song::embedded().unwrap();
    let words = |text: &str| -> Vec<String> {
        let text = text.to_lowercase();
        let words = text.split(|it: char| !it.is_alphanumeric()).filter(|it| !it.is_empty());
        words.map(String::from).collect()
    };
    let timbres = &pack.timbre_model.as_ref().unwrap().timbres;
    let known: HashSet<String> =
        timbres.iter().flat_map(|it| words(&format!("{} {}", it.title, it.name))).collect();
    let known: HashSet<String> =
        known.into_iter().filter(|it| !NO_INSTRUMENT.contains(&it.as_str())).collect();
    let mut checked = 0;
    for preset in &Presets::read(&controls, None).0.all {
        let heard = sounds::titles(pack, &controls, preset);
        let heard: String = timbres
            .iter()
            .filter(|it| heard.contains(&it.title))
            .map(|it| format!("{} {} ", it.title, it.name))
            .collect();
        let heard = words(&heard);
        for word in words(&preset.name).into_iter().filter(|it| known.contains(it)) {
            let is_otherwise = OTHERWISE.contains(&(preset.name.as_str(), word.as_str()));
            assert!(heard.contains(&word) || is_otherwise, "{}: {heard:?}", preset.name);
            checked += 1;
        }
    }
    assert!(checked >= 8, "{checked}");
}

#[test]
fn ours_sound_different() {
    let controls = controls();
    let pack = song::embedded().unwrap();
    let presets = Presets::read(&controls, None).0.all;
    for (place, one) in presets.iter().enumerate() {
        for other in &presets[..place] {
            let sounds = |it: &Preset| sounds::titles(pack, &controls, it);
            let is_mix = |it: Control| matches!(it, Control::Level(_) | Control::Pan(_));
            let pairs = one.values.iter().zip(&other.values).filter(|it| !is_mix(it.0.0));
            let differing = pairs.filter(|it| (it.0.1 - it.1.1).abs() > 0.01).count();
            let is_other = sounds(one) != sounds(other) || one.values[1] != other.values[1];
            assert!(is_other || differing >= 3, "{} and {}", one.name, other.name);
        }
    }
}

/// The list of presets in the documentation is of these presets in this pack.
#[test]
fn the_list_in_the_documentation_is_true() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/presets.md");
    let controls = controls();
    let pack = song::embedded().unwrap();
    let (presets, _) = Presets::read(&controls, None);
    let rows: String = presets
        .all
        .iter()
        .map(|preset| {
            let style = sounds::style(pack, &controls, preset).unwrap();
            let about = sounds::about(&controls, preset, None);
            let heard = sounds::heard(pack, &controls, preset);
            let (meter, tempo) = (style.meter, style.tempo.bpm());
            let time = format!("{}/{}, {tempo:.0} bpm", meter.count(), meter.unit());
            format!("| {} | {about} | {heard} | {time} |\n", preset.name)
        })
        .collect();
    let written = std::fs::read_to_string(&path).unwrap_or_default();
    let (head, old) = written.split_once("|---|---|---|---|\n").unwrap();
    if std::env::var_os("WRITE_GOLDEN").is_some() {
        std::fs::write(&path, format!("{head}|---|---|---|---|\n{rows}")).unwrap();
        return;
    }
    assert_eq!(old, rows, "run this with WRITE_GOLDEN=1 and read docs/presets.md");
}

#[test]
fn one_s_own_find_their_timbres_again_where_the_map_has_moved() {
    let folder = tempfile::tempdir().unwrap();
    let place = || Some(folder.path().join("Presets"));
    let controls = controls();
    let timbres = &song::embedded().unwrap().timbre_model.as_ref().unwrap().timbres;
    let oboe = timbres.iter().find(|it| it.name == "oboe").unwrap().place.unwrap();
    for (control, share) in [
        (Control::TimbreMap(0), 1.0),
        (Control::TimbreX(0), oboe.shares().0),
        (Control::TimbreY(0), oboe.shares().1),
        (Control::TimbreMap(1), 1.0),
    ] {
        set(&controls, control, share);
    }
    Presets::read(&controls, place()).0.save("Evening", &controls).unwrap();
    let file = place().unwrap().join("Evening.preset");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(text.contains("\"1\": \"oboe\""), "{text}");
    // As another pack would have written it.
    let x = format!("\"{:.3}\"", oboe.shares().0);
    assert!(text.contains(&x), "{text}");
    std::fs::write(&file, text.replace(&x, "\"0.001\"")).unwrap();
    let (presets, errors) = Presets::read(&controls, place());
    assert!(errors.is_empty(), "{errors:?}");
    let found = presets.named("Evening").unwrap();
    let changed: Vec<_> = found.changes(&controls).collect();
    assert_eq!(changed, [], "the oboe where it is, and part 2 where it was put");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("\"oboe\"", "\"glass_oboe\"")).unwrap();
    let (presets, errors) = Presets::read(&controls, place());
    let [error] = &errors[..] else { panic!("{errors:?}") };
    assert!(error.starts_with("read the preset “Evening”: the pack has no glass_oboe for part 1;"));
    let stays = presets.named("Evening").unwrap();
    assert_eq!(value(stays, Control::TimbreX(0)), 0.001, "where it was");
}

#[test]
fn a_preset_never_takes_the_file_of_another() {
    let folder = tempfile::tempdir().unwrap();
    let place = || Some(folder.path().join("Presets"));
    let file = |name: &str| folder.path().join("Presets").join(name);
    let controls = controls();
    let mut presets = Presets::read(&controls, place()).0;
    presets.save("Night_day", &controls).unwrap();
    // As it was brought here from elsewhere.
    std::fs::rename(file("Night_day.preset"), file("from a friend.preset")).unwrap();
    presets.save("night/day", &controls).unwrap();
    let refused = presets.rename("Night_day", "night_day", &controls).unwrap_err();
    assert!(refused.contains("another has the file of this name"), "{refused}");
    let are = |presets: &Presets, names: [&str; 2]| {
        let read = Presets::read(&controls, place()).0;
        assert_eq!([presets, &read].map(|it| it.view(None, &controls).own), [names, names]);
    };
    are(&presets, ["night/day", "Night_day"]);
    presets.rename("night/day", "Dusk", &controls).unwrap();
    presets.rename("Night_day", "night_day", &controls).unwrap();
    presets.rename("night_day", "night/day", &controls).unwrap();
    are(&presets, ["Dusk", "night/day"]);
}

#[test]
fn names_that_differ_in_capitals_alone_are_one() {
    let folder = tempfile::tempdir().unwrap();
    let controls = controls();
    let (mut presets, _) = Presets::read(&controls, Some(folder.path().join("Presets")));
    presets.save("Evening", &controls).unwrap();
    for name in ["evening", " EVENING", "celtic Session"] {
        let refused = presets.save(name, &controls).unwrap_err();
        assert!(refused.contains("Evening") || refused.contains("Celtic session"), "{refused}");
    }
    presets.save("Night", &controls).unwrap();
    assert!(presets.rename("Night", "eVening", &controls).unwrap_err().contains("Evening"));
    presets.rename("Evening", "evening", &controls).unwrap();
    let read = Presets::read(&controls, Some(folder.path().join("Presets"))).0;
    assert_eq!(read.view(None, &controls).own, ["evening", "Night"]);
    assert!(read.view(Some("Evening"), &controls).is_gone);
}

#[test]
fn ours_are_understood_by_the_controls() {
    let controls = controls();
    for factory in FACTORY {
        for (control, text) in factory.texts() {
            let any = controls.get(*control);
            let value = any.parse(text);
            let shown = value.map(|value| any.text(value));
            assert_eq!(shown.as_deref(), Some(*text), "{}, {control:?}", factory.name);
        }
    }
}

#[test]
fn one_s_own_are_replaced_renamed_and_deleted() {
    let folder = tempfile::tempdir().unwrap();
    let place = || Some(folder.path().join("Presets"));
    let (plain, other) = (controls(), controls());
    let dense = other.get(Control::Density);
    assert!(dense.value() < 0.9);
    set(&other, Control::Density, 0.9);
    let (mut presets, _) = Presets::read(&plain, place());
    presets.save("Evening", &plain).unwrap();
    // As it was brought here from elsewhere.
    let file = |name: &str| folder.path().join("Presets").join(name);
    std::fs::rename(file("Evening.preset"), file("from a friend.preset")).unwrap();
    presets.replace("Evening", &other).unwrap();
    let read = || Presets::read(&plain, place()).0;
    assert_eq!(read().all, presets.all, "there is one of the name, with the new values");
    assert!(!presets.view(Some("Evening"), &other).is_modified);
    assert!(
        presets.rename("Evening", "Celtic session", &other).unwrap_err().contains("of the name")
    );
    presets.rename("Evening", " Night ", &other).unwrap();
    assert_eq!(
        (read().view(None, &other).own, read().all),
        (vec![String::from("Night")], presets.all.clone())
    );
    assert!(!presets.view(Some("Night"), &other).is_modified);
    for gone in ["Evening", "Celtic session"] {
        assert!(presets.delete(gone).unwrap_err().contains("none of your own"));
        assert!(
            presets.replace(gone, &plain).is_err() && presets.rename(gone, "x", &plain).is_err()
        );
    }
    presets.delete("Night").unwrap();
    assert!(read().view(None, &plain).own.is_empty() && presets.all == read().all);
}

#[test]
fn a_preset_opens_what_is_muted_or_soloed_away() {
    let controls = controls();
    assert_eq!(Preset::opened(&controls).count(), 0);
    set(&controls, Control::Mute(1), 1.0);
    set(&controls, Control::Solo(3), 1.0);
    let opened: Vec<_> = Preset::opened(&controls).collect();
    assert_eq!(opened, [(Control::Mute(1), 0.0), (Control::Solo(3), 0.0)]);
    let (presets, _) = Presets::read(&controls, None);
    let name = "Celtic session";
    let quiet = presets.named(name).unwrap().changes(&controls).any(|it| opened.contains(&it));
    assert!(!quiet, "a mute is no change of the preset");
}

#[test]
fn one_s_own_come_back_after_ours() {
    let folder = tempfile::tempdir().unwrap();
    let place = || Some(folder.path().join("Presets"));
    let controls = controls();
    let (mut presets, _) = Presets::read(&controls, place());
    assert!(presets.save("Celtic session", &controls).unwrap_err().contains("of the name"));
    presets.save(" Evening ", &controls).unwrap();
    let (again, errors) = Presets::read(&controls, place());
    assert!(errors.is_empty(), "{errors:?}");
    assert_eq!(again.all, presets.all);
    let view = again.view(Some("Evening"), &controls);
    assert_eq!((view.own, view.is_modified), (vec![String::from("Evening")], false));
    assert!(again.view(Some("Bach chorale"), &controls).is_modified);
    let next = |name, by| again.beside(name, by).map(|it| it.name.as_str());
    assert_eq!(next(Some("Evening"), 1), Some("Celtic session"));
    assert_eq!(next(Some("Celtic session"), -1), Some("Evening"));
    assert_eq!(next(None, 1), Some("Celtic session"));
    assert_eq!(next(Some("gone"), 1), Some("Celtic session"));
}
