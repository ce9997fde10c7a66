//! Libraries that stay once they are there.
//!
//! The window layer loads the display's libraries for each window and lets them go with it. Mesa's leave a destructor with every thread that has painted; where a
//! library has been unloaded before such a thread ends, which two windows bring about, the process crashes. So they are held for good, from the first window on.
#![cfg(target_os = "linux")]
#![expect(unsafe_code, reason = "loading a library runs its initializers")]

use std::sync::Once;

use libloading::Library;

/// With what they bring: the GL dispatchers keep their drivers for as long as they are there.
const LIBRARIES: [&str; 4] = ["libX11.so.6", "libX11-xcb.so.1", "libGL.so.1", "libEGL.so.1"];

/// Hold the display's libraries, those that there are. Main thread.
pub(in crate::plugin) fn hold_painting_libraries() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        for name in LIBRARIES {
            // SAFETY: these are what the window layer is about to load by the same names.
            if let Ok(library) = unsafe { Library::new(name) } {
                std::mem::forget(library);
            }
        }
    });
}
