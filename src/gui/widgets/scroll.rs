//! A panel that scrolls, and says so: where something is hidden its edge is shaded, with a button that brings it.

use egui::scroll_area::ScrollBarVisibility;
use egui::{
    Color32, Id, Mesh, Rect, Role, ScrollArea, Sense, Shape, Stroke, Ui, UiBuilder, WidgetInfo,
    pos2, vec2,
};

use super::{focus, wheel};
use crate::gui::theme;

/// Height of the shade, logical points.
const SHADE: f32 = 26.0;
/// What the bar has for itself beside the content, logical points.
const MARGIN: f32 = 10.0;
/// Share of the panel's height by which the button scrolls.
const PAGE: f32 = 0.8;

/// Draw `content`, which may be higher than there is room.
pub(in crate::gui) fn scrolling(ui: &mut Ui, name: &str, content: impl FnOnce(&mut Ui)) {
    let id = ui.scope_id().with(("scrolls", name));
    let (scrolls, asked) =
        ui.data_mut(|data| (data.get_temp::<bool>(id), data.remove_temp::<f32>(id.with("to"))));
    let shown = ScrollBarVisibility::VisibleWhenNeeded;
    let mut area =
        ScrollArea::vertical().id_salt(name).scroll_bar_visibility(shown).auto_shrink(false);
    if let Some(offset) = asked {
        area = area.vertical_scroll_offset(offset);
    }
    wheel::set_in_panel(ui, scrolls.unwrap_or_default());
    // The bar stands beside the content, on the panel's margin.
    let room = ui.available_rect_before_wrap();
    let wide = room.with_max_x(room.right() + MARGIN);
    let clip = ui.clip_rect();
    let output = ui
        .scope_builder(UiBuilder::new().max_rect(wide), |ui| {
            ui.set_clip_rect(clip.with_max_x(clip.right().max(wide.right())));
            area.show(ui, |ui| {
                ui.set_max_width(room.width());
                content(ui);
            })
        })
        .inner;
    wheel::set_in_panel(ui, false);
    let (view, offset) =
        (output.inner_rect.with_max_x(room.right()), output.state.clamped_offset().y);
    let below = output.content_size.y - view.height() - offset;
    ui.data_mut(|data| data.insert_temp(id, below + offset > 1.0));
    let content = Rect::from_min_size(view.min - vec2(0.0, offset), output.content_size);
    if let Some(by) = focus::wanted(ui, id, content, view) {
        ui.data_mut(|data| {
            data.insert_temp(id.with("to"), (offset + by).clamp(0.0, below + offset))
        });
        ui.ctx().request_repaint();
    }
    let page = view.height() * PAGE;
    if offset > 1.0 {
        let edge = Rect::from_min_size(view.min, vec2(view.width(), SHADE));
        if more(ui, edge, Edge::Upper, id.with("up"), &format!("More {name} above")) {
            ui.data_mut(|data| data.insert_temp(id.with("to"), (offset - page).max(0.0)));
        }
    }
    if below > 1.0 {
        let top = pos2(view.left(), view.bottom() - SHADE);
        let edge = Rect::from_min_size(top, vec2(view.width(), SHADE));
        if more(ui, edge, Edge::Lower, id.with("down"), &format!("More {name} below")) {
            ui.data_mut(|data| data.insert_temp(id.with("to"), offset + page.min(below)));
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Edge {
    Upper,
    Lower,
}

/// The shade over an edge with the button on it; whether that was pressed.
fn more(ui: &Ui, rect: Rect, edge: Edge, id: Id, name: &str) -> bool {
    let (solid, clear) = match edge {
        Edge::Upper => (rect.top(), rect.bottom()),
        Edge::Lower => (rect.bottom(), rect.top()),
    };
    let mut mesh = Mesh::default();
    for (y, color) in [(solid, theme::panel()), (clear, Color32::TRANSPARENT)] {
        mesh.colored_vertex(pos2(rect.left(), y), color);
        mesh.colored_vertex(pos2(rect.right(), y), color);
    }
    mesh.add_triangle(0, 1, 2);
    mesh.add_triangle(1, 3, 2);
    ui.painter().add(Shape::mesh(mesh));
    let toward = if edge == Edge::Upper { -1.0 } else { 1.0 };
    let middle = pos2(rect.center().x, solid - toward * 5.0);
    let button = Rect::from_center_size(middle, vec2(44.0, 12.0));
    let response = ui.interact(button, id, Sense::click());
    let (ground, color) = match response.hovered() {
        true => (theme::hovered(), theme::text()),
        false => (theme::raised(), theme::accent()),
    };
    ui.painter().rect_filled(button, 7.0, ground);
    let points = [vec2(-5.0, -2.5), vec2(5.0, -2.5), vec2(0.0, 3.5)];
    let points = points.map(|by| middle + by * vec2(1.0, toward));
    ui.painter().add(Shape::convex_polygon(points.into(), color, Stroke::NONE));
    response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name));
    response.on_hover_text("There is more: press, or turn the wheel.").clicked()
}
