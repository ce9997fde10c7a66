//! Presets set all that they are about and nothing else.

use std::sync::Arc;

use nice_plug::prelude::Params;

use super::{FACTORY, Preset};
use crate::params::{Control, Controls};

fn controls() -> Controls {
    Controls::new(&Arc::from(["Celtic dance", "Chorale"].map(String::from)), 0)
}

#[test]
fn every_control_is_the_music_s_or_is_left_alone_on_purpose() {
    let left = [
        Control::Bypass,
        Control::Seed,
        Control::Key,
        Control::ScaleLock,
        Control::Chord,
        Control::Master,
        Control::HearPlayer,
        Control::FreeRun,
        Control::FreeTempo,
        Control::Channel,
        Control::Thru,
        Control::NextPreset,
        Control::PreviousPreset,
    ];
    for control in Control::all() {
        let alone =
            left.contains(&control) || matches!(control, Control::Mute(_) | Control::Solo(_));
        let set = Preset::controls().any(|it| it == control);
        assert!(set != alone, "{control:?}");
    }
}

#[test]
fn what_is_not_told_is_at_its_default() {
    let controls = controls();
    let preset = FACTORY[0].preset(&controls);
    assert_eq!(preset.changes(&controls).count(), 0, "a fresh instance is the first preset");
    let told = |control| (control == Control::StyleA).then_some("Chorale");
    let preset = Preset::of_texts("Quiet", &controls, told);
    assert_eq!(preset.changes(&controls).collect::<Vec<_>>(), [(Control::StyleA, 1.0 / 63.0)]);
}

#[test]
fn what_is_set_is_kept() {
    let controls = controls();
    let (_, param, _) = controls.param_map().swap_remove(Control::Density.place());
    #[expect(unsafe_code, reason = "only the framework's wrappers may set parameters")]
    // SAFETY: the pointer leads into `controls`, which is alive.
    unsafe {
        param._internal_set_normalized_value(0.75);
    }
    let kept = Preset::now("Mine", &controls);
    assert_eq!(kept.changes(&controls).count(), 0);
    let fresh = FACTORY[0].preset(&controls);
    assert_eq!(fresh.changes(&controls).collect::<Vec<_>>(), [(Control::Density, 0.5)]);
}
