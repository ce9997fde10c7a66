//! Parameters as they were left, put in place as a host that loads a song puts them.
#![expect(
    unsafe_code,
    reason = "only hosts may set parameters, and a program without one is its own"
)]

use nice_plug::params::InternalParamMut;
use nice_plug::prelude::Param;

use crate::params::AnyControl;

/// Put the parameter at its value `plain`; a switch is off at 0. What its range does not hold becomes the nearest that it does. Before anything plays.
pub(in crate::plugin) fn put(control: AnyControl<'_>, plain: f64) {
    #[expect(clippy::cast_possible_truncation, reason = "the cast saturates, and ranges are small")]
    // SAFETY: this is what the framework's wrappers do with a loaded song, and like theirs it comes before the callback runs.
    unsafe {
        match control {
            AnyControl::Float(param) => {
                let share = param.preview_normalized(plain as f32).clamp(0.0, 1.0);
                param._internal_set_normalized_value(share);
            }
            AnyControl::Int(param) => {
                let share = param.preview_normalized(plain.round() as i32).clamp(0.0, 1.0);
                param._internal_set_normalized_value(share);
            }
            AnyControl::Bool(param) => {
                param._internal_set_plain_value(plain >= 0.5);
            }
        }
    }
}
