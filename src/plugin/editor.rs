//! The editor's window in a host.

use std::error::Error;
use std::sync::Arc;

use nice_plug::context::gui::GuiContext;
use nice_plug::editor::dpi::{LogicalSize, NativeSize};
use nice_plug::editor::{
    Editor as HostEditor, HostMethods, ParentWindowHandle, ResizeHint, SpawnedEditor,
};
use nice_plug_egui::{
    EguiEditor, EguiEditorHandle, EguiEditorState, EguiNiceSettings, Frame, NiceEguiApp,
    RepaintNotifier, create_egui_editor,
};

use super::song::Song;

/// Makes a window at each opening, at the size that the song keeps.
pub(crate) struct Editor {
    title: &'static str,
    song: Arc<Song>,
}

/// The window's content.
struct Window {
    song: Arc<Song>,
    host: Option<GuiContext>,
}

/// Size of a new window, logical points.
const SIZE: (f32, f32) = (1100.0, 700.0);
/// Smallest size at which everything is readable, logical points.
const SMALLEST: (f32, f32) = (900.0, 560.0);

impl Editor {
    pub(super) fn new(title: &'static str, song: Arc<Song>) -> Self {
        Self { title, song }
    }

    fn size(&self) -> LogicalSize<f32> {
        let kept = self.song.kept.editor_size();
        let (width, height) =
            kept.map_or(SIZE, |size| (f32::from(size.width()), f32::from(size.height())));
        LogicalSize::new(width, height)
    }

    fn framework_editor(&self) -> Option<EguiEditor<Window>> {
        create_egui_editor(
            EguiEditorState::from_size(self.size(), 1.0),
            RepaintNotifier::new(),
            EguiNiceSettings::new().with_tile(self.title).with_resize_hint(self.resize_hint()),
            Window { song: self.song.clone(), host: None },
        )
    }
}

impl HostEditor for Editor {
    type Handle = EguiEditorHandle;

    fn spawn(
        &self,
        parent: Option<ParentWindowHandle>,
        wait_for_parent: bool,
        fallback_scale_factor: Option<f64>,
        gui_context: GuiContext,
        host: Option<HostMethods>,
    ) -> Result<SpawnedEditor<Self::Handle>, Box<dyn Error>> {
        let editor = self.framework_editor().ok_or("make the editor")?;
        editor.spawn(parent, wait_for_parent, fallback_scale_factor, gui_context, host)
    }

    fn size(&self) -> NativeSize<u32> {
        NativeSize::from_size(Editor::size(self).into(), 1.0)
    }

    fn resize_hint(&self) -> ResizeHint {
        let (width, height) = SMALLEST;
        ResizeHint::resizable().with_min_logical_size(LogicalSize::new(width, height))
    }
}

impl NiceEguiApp for Window {
    fn build(
        &mut self,
        _context: egui::Context,
        host: GuiContext,
        _frame: &mut Frame,
    ) -> Result<(), nice_plug_egui::baseview::HandlerError> {
        self.host = Some(host);
        Ok(())
    }

    fn ui(&mut self, ui: &mut egui::Ui, _frame: &mut Frame) {
        ui.label("Antiphon");
    }

    fn editor_closed(&mut self) {
        self.host = None;
    }
}
