//! Our presets are what they say, and the musician's own come back.

use std::collections::HashSet;

use super::Presets;
use crate::params::{Control, Controls, FACTORY, Preset};
use crate::plugin::song;

fn controls() -> Controls {
    Controls::new(&song::styles(), song::opening_style())
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
