//! Three hints for who opens the window for the first time. Put away, they go for ever.

use egui::{Align, Area, Frame, Id, Layout, Order, Rect, RichText, Stroke, Ui, pos2};

use super::{Driver, Memory, View, theme};

const STEPS: [(&str, &str); 3] = [
    (
        "Press play in your host",
        "The band begins at once in the host's tempo. No host at hand, or it stands still? Switch on Free run, above.",
    ),
    (
        "Choose how it plays",
        "A preset in the header sets band and style. Temperature is how daring it is; the die begins another music from the same settings.",
    ),
    (
        "Play along, and keep what was good",
        "It hears your MIDI and answers. Everything is being recorded: Takes, above, keeps the last bars after the fact.",
    ),
];

/// In place of the first where there is no host.
const ALONE: (&str, &str) = (
    "Press the space bar, or play above",
    "The band begins at once, in the tempo above: drag it, or tap it. The arrow beside play goes back to the beginning.",
);

/// Width of the card, logical points.
const WIDTH: f32 = 400.0;

pub(super) fn draw(ui: &Ui, roll: Rect, view: &View<'_>, memory: &mut Memory) {
    // What the first asks for has been done.
    if memory.first_step == Some(0) && (view.clock.playing || view.clock.is_asked_to_play) {
        memory.first_step = Some(1);
    }
    let Some(step) = memory.first_step else { return };
    let (title, text) = match (step, view.clock.driver) {
        (0, Driver::Window) => ALONE,
        _ => STEPS[step.min(STEPS.len() - 1)],
    };
    // Over what has been played: the now-line and what is to come stay in sight.
    let at = pos2(roll.left() + 44.0, roll.bottom() - 168.0);
    Area::new(Id::unique("first steps")).order(Order::Foreground).fixed_pos(at).show(
        ui.ctx(),
        |ui| {
            let frame = Frame::new().fill(theme::raised()).corner_radius(theme::ROUND);
            let frame = frame.stroke(Stroke::new(1.5, theme::accent())).inner_margin(14.0);
            frame.show(ui, |ui| {
                ui.set_width(WIDTH - 28.0);
                let count = format!("{} of {}", step + 1, STEPS.len());
                ui.horizontal(|ui| {
                    ui.label(RichText::new(title).font(theme::font(17.0)));
                    ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                        ui.label(RichText::new(count).color(theme::quiet()));
                    });
                });
                ui.label(RichText::new(text).font(theme::font(13.0)));
                ui.add_space(4.0);
                ui.horizontal(|ui| {
                    let is_last = step + 1 >= STEPS.len();
                    if ui.button(if is_last { "Let's play" } else { "Next hint" }).clicked() {
                        memory.first_step = (!is_last).then_some(step + 1);
                    }
                    if !is_last && ui.button("No more hints").clicked() {
                        memory.first_step = None;
                    }
                });
            });
        },
    );
}
