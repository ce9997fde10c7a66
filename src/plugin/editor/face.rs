//! The window as the framework holds it: painted, or a few lines of text where the display offers no OpenGL.

use std::error::Error;
use std::fmt;

use nice_plug::editor::dpi::NativeSize;
use nice_plug::editor::{EditorHandle, ParentWindowHandle};
use nice_plug_egui::EguiEditorHandle;
use nice_plug_egui::baseview;

use super::plain::Plain;

/// What the framework tells of the host.
pub(crate) enum FaceHandle {
    Painted(EguiEditorHandle),
    Plain,
}

/// The window itself; main thread.
pub(crate) enum Face {
    Painted(baseview::Window),
    Plain(Box<Plain>),
}

/// Why a window did not do what it was told.
#[derive(Debug)]
pub(crate) struct FaceError(String);

impl fmt::Display for FaceError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.0)
    }
}

impl Error for FaceError {}

fn told<E: fmt::Display>(result: Result<(), E>) -> Result<(), FaceError> {
    result.map_err(|error| FaceError(error.to_string()))
}

impl FaceHandle {
    /// Do this where both are painted; text has nothing to do.
    fn painted(
        &self,
        window: &Face,
        act: impl FnOnce(&EguiEditorHandle, &baseview::Window) -> Result<(), baseview::Error>,
    ) -> Result<(), FaceError> {
        match (self, window) {
            (FaceHandle::Painted(handle), Face::Painted(window)) => told(act(handle, window)),
            _ => Ok(()),
        }
    }
}

impl EditorHandle for FaceHandle {
    type Window = Face;
    type Error = FaceError;

    fn run_until_closed(window: Face) -> Result<(), FaceError> {
        match window {
            Face::Painted(window) => told(EguiEditorHandle::run_until_closed(window)),
            Face::Plain(_) => Ok(()),
        }
    }

    fn set_parent(&self, parent: ParentWindowHandle, window: &Face) -> Result<(), FaceError> {
        match window {
            Face::Plain(plain) => told(plain.show_in(parent)),
            Face::Painted(_) => self.painted(window, |it, window| it.set_parent(parent, window)),
        }
    }

    fn show(&self, window: &Face) -> Result<(), FaceError> {
        self.painted(window, |it, window| it.show(window))
    }

    fn hide(&self, window: &Face) -> Result<(), FaceError> {
        self.painted(window, |it, window| it.hide(window))
    }

    fn set_size(&self, size: NativeSize<u32>, window: &Face) -> Result<(), FaceError> {
        match window {
            Face::Plain(plain) => told(plain.resize(size.width, size.height)),
            Face::Painted(_) => self.painted(window, |it, window| it.set_size(size, window)),
        }
    }

    fn host_main_thread_callback(&self, window: &Face) {
        if let (FaceHandle::Painted(handle), Face::Painted(window)) = (self, window) {
            handle.host_main_thread_callback(window);
        }
    }

    fn adjust_size(&self, size: NativeSize<u32>, window: &Face) -> Option<NativeSize<u32>> {
        match (self, window) {
            (FaceHandle::Painted(handle), Face::Painted(window)) => {
                handle.adjust_size(size, window)
            }
            _ => Some(size),
        }
    }

    fn set_fallback_scale_factor(&self, scale: f64, window: &Face) -> Result<(), FaceError> {
        self.painted(window, |it, window| it.set_fallback_scale_factor(scale, window))
    }

    fn state_changed(&self) {
        if let FaceHandle::Painted(handle) = self {
            handle.state_changed();
        }
    }

    fn param_value_changed(&self, id: &str, value: f32) {
        if let FaceHandle::Painted(handle) = self {
            handle.param_value_changed(id, value);
        }
    }

    fn param_modulation_changed(&self, id: &str, offset: f32) {
        if let FaceHandle::Painted(handle) = self {
            handle.param_modulation_changed(id, offset);
        }
    }
}
