//! Our presets are what they say, and the musician's own come back.

use std::collections::HashSet;

use super::Presets;
use nice_plug::prelude::Params;

use crate::params::{Control, Controls, FACTORY, Preset};
use crate::plugin::song;

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
