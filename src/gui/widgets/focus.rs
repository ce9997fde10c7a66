//! Where the keyboard is: one mark for all that can have it.

use egui::{Id, Rect, Stroke, StrokeKind, Ui, WidgetRect};

use crate::gui::theme;

/// After all is drawn: a ring around what has the keyboard, as far as it is in sight.
pub(in crate::gui) fn mark(ui: &Ui) {
    let focused = ui.memory(|memory| memory.focused()).and_then(|id| widget(ui, id));
    let Some(focused) = focused.filter(|it| it.interact_rect.is_positive()) else { return };
    if !ui.input(|input| input.focused) {
        return;
    }
    let stroke = Stroke::new(1.5, theme::accent());
    let painter = ui.ctx().layer_painter(focused.layer_id);
    painter.rect_stroke(
        focused.interact_rect.expand(2.0),
        theme::ROUND,
        stroke,
        StrokeKind::Outside,
    );
}

/// Where a widget of this pass is. To ask for its response would take the keyboard from it where a hand has just pressed something else.
fn widget(ui: &Ui, id: Id) -> Option<WidgetRect> {
    ui.ctx().viewport(|viewport| viewport.this_pass.widgets.get(id).copied())
}

/// By how much a panel must be scrolled so that what the keyboard has just come to is in sight: `content` is all of the panel's content, `view` what is seen of it.
pub(super) fn wanted(ui: &Ui, panel: Id, content: Rect, view: Rect) -> Option<f32> {
    let focused = ui.memory(|memory| memory.focused());
    let id = panel.with("focused");
    let before = ui.data(|data| data.get_temp::<Option<Id>>(id)).flatten();
    ui.data_mut(|data| data.insert_temp(id, focused));
    let focused = focused.filter(|it| before != Some(*it))?;
    let focused = widget(ui, focused)?;
    let rect = focused.rect;
    // What lies elsewhere is not cut off by this panel's edges.
    let is_cut = focused.interact_rect.height() < rect.height() - 0.5;
    let is_here = focused.layer_id == ui.layer_id() && content.expand(1.0).contains_rect(rect);
    (is_cut && is_here).then(|| rect.center().y - view.center().y)
}
