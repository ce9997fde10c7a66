//! What a program without a host plays through, for its window to say.

use std::sync::OnceLock;

pub(crate) use crate::gui::DevicesView;

static DEVICES: OnceLock<DevicesView> = OnceLock::new();

/// Say what it plays through. To be said before it is started.
pub(crate) fn play_through(devices: DevicesView) {
    DEVICES.get_or_init(|| devices);
}

/// Nothing in a host.
pub(super) fn devices() -> Option<&'static DevicesView> {
    DEVICES.get()
}
