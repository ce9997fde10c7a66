//! MIDI controllers as parameters, the way in which VST3 hands them on: hidden ones, for the controllers that are heard.
//!
//! The framework makes one for every controller on every channel, two thousand of them, which some hosts list or are slow with.

use nice_plug::wrapper::vst3::vst3::Steinberg::Vst::CtrlNumber;
use nice_plug::wrapper::vst3::vst3::Steinberg::int32;

use crate::plugin::notes::controller;

const CHANNELS: int32 = 16;
/// 128 controllers, pressure and bend, a channel.
const OF_CHANNEL: int32 = 130;
/// How many the framework makes.
pub(super) const OF_FRAMEWORK: int32 = CHANNELS * OF_CHANNEL;
/// How many the host is shown.
pub(super) const SHOWN: int32 = CHANNELS * controller::COUNT as int32;

/// The place among the framework's of the one that the host is shown at `index`.
pub(super) fn place(index: int32) -> Option<int32> {
    let count = int32::from(controller::COUNT);
    let cc = controller::ALL.get(usize::try_from(index.checked_rem(count)?).ok()?)?;
    (index < SHOWN).then(|| index / count * OF_CHANNEL + int32::from(*cc))
}

pub(super) fn is_shown(cc: CtrlNumber) -> bool {
    u8::try_from(cc).is_ok_and(|cc| controller::ALL.contains(&cc))
}

#[cfg(test)]
mod tests {
    use super::{OF_CHANNEL, OF_FRAMEWORK, SHOWN, is_shown, place};

    #[test]
    fn each_channel_shows_its_pedals_its_two_panics_its_pressure_and_its_wheels() {
        let places: Vec<_> = (0..SHOWN).filter_map(place).collect();
        assert_eq!(places.len(), 128);
        assert_eq!(places[..9], [1, 11, 64, 74, 120, 123, 128, 129, OF_CHANNEL + 1]);
        assert!(places.iter().all(|it| (0..OF_FRAMEWORK).contains(it)));
        assert_eq!((place(-1), place(SHOWN)), (None, None));
        assert!(is_shown(64) && is_shown(129) && !is_shown(2) && !is_shown(-1));
    }
}
