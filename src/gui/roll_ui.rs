//! The piano roll: the music scrolls under a fixed now-line, the past to its left, what is committed to its right.

mod hold;
mod pointed;

use std::sync::Arc;

use egui::{
    Align2, CornerRadius, Galley, Painter, Rect, Sense, Shape, Stroke, StrokeKind, Ui, pos2, vec2,
};

use super::{Driver, Intent, Memory, View, theme, widgets};
use crate::score::{Note, Part, Pitch, Tick};

/// Share of the width that is past.
const PAST: f32 = 0.62;
/// Width of the keyboard at the left.
const KEYS: f32 = 34.0;
/// Bars in view, least and most.
const BARS: (f32, f32) = (2.0, 16.0);
/// Fewest semitones in view.
const LEAST_RANGE: f32 = 36.0;

/// Height of the strip below the notes, which tells who is who.
const LEGEND: f32 = 27.0;

/// Where time and pitch are on the screen.
struct Scale {
    /// Of the notes.
    rect: Rect,
    /// Quarter notes at the place of the now-line, where it stands unless the view is held.
    anchor: f64,
    /// Where the music is, quarter notes.
    now: f64,
    quarter: f32,
    low: f32,
    row: f32,
}

impl Scale {
    #[expect(clippy::cast_possible_truncation, reason = "a distance in view")]
    fn x(&self, tick: Tick) -> f32 {
        self.anchor_x() + (tick.quarters() - self.anchor) as f32 * self.quarter
    }

    fn anchor_x(&self) -> f32 {
        self.rect.left() + KEYS + (self.rect.width() - KEYS) * PAST
    }

    #[expect(clippy::cast_possible_truncation, reason = "a distance in view")]
    fn now_x(&self) -> f32 {
        self.anchor_x() + (self.now - self.anchor) as f32 * self.quarter
    }

    /// Upper edge of a pitch's row.
    fn y(&self, pitch: f32) -> f32 {
        self.rect.bottom() - (pitch - self.low + 1.0) * self.row
    }

    /// Where a note is.
    fn bar(&self, note: Note) -> Rect {
        let top = self.y(f32::from(note.pitch.number()));
        let (left, right) = (self.x(note.onset), self.x(note.end()));
        Rect::from_min_max(
            pos2(left + 0.5, top + 0.5),
            pos2((right - 1.0).max(left + 3.0), top + (self.row - 0.5).max(2.5)),
        )
    }

    /// The ticks in view.
    fn span(&self) -> (Tick, Tick) {
        let before = f64::from((self.anchor_x() - self.rect.left()) / self.quarter);
        let after = f64::from((self.rect.right() - self.anchor_x()) / self.quarter);
        (Tick::from_quarters(self.anchor - before), Tick::from_quarters(self.anchor + after))
    }
}

pub(super) fn draw(
    ui: &mut Ui,
    rect: Rect,
    view: &View<'_>,
    memory: &mut Memory,
    intents: &mut Vec<Intent>,
) {
    let response = ui.interact(rect, ui.scope_id().with("roll"), Sense::click());
    if response.hovered() {
        let scroll = ui.input(|input| input.smooth_scroll_delta().y);
        memory.bars = (memory.bars * (-scroll / 300.0).exp()).clamp(BARS.0, BARS.1);
    }
    let painter = ui.painter_at(rect);
    painter.rect_filled(rect, theme::ROUND, theme::panel());
    let is_fresh = view.roll.is_empty() && !view.clock.playing;
    hold::follow(ui, &response, view, memory);
    let field = rect.with_max_y(rect.bottom() - if is_fresh { 0.0 } else { LEGEND });
    let mut scale = scale(field, view, memory);
    ease_pitches(ui, view, memory, &scale);
    (scale.low, scale.row) =
        (memory.pitches.0, field.height() / (memory.pitches.1 - memory.pitches.0));
    let (whole, painter) = (painter, ui.painter_at(field));
    rows(&painter, &scale);
    grid(&painter, &scale, view);
    let (from, to) = scale.span();
    let now = Tick::from_quarters(view.clock.position_quarters);
    let pointed = pointed::note(ui, &response, view, memory, &scale);
    let mut faint = painter.clone();
    faint.multiply_opacity(theme::FAINT);
    for note in view.roll.between(from, to) {
        let painter = if view.is_unheard(note.part) { &faint } else { &painter };
        draw_note(painter, &scale, note, now);
        if pointed == Some(note) {
            let stroke = Stroke::new(2.0, theme::text());
            painter.rect_stroke(scale.bar(note).expand(2.0), 3.0, stroke, StrokeKind::Outside);
        }
        if view.roll.is_struck(note) && note.onset > now {
            let bar = scale.bar(note).expand2(vec2(3.0, 0.0));
            let line = [bar.left_center(), bar.right_center()];
            painter.line_segment(line, Stroke::new(2.0, theme::warning()));
        }
    }
    for note in view.roll.expected(now) {
        draw_expected(&painter, &scale, note);
    }
    keyboard(&painter, &scale);
    let x = scale.now_x();
    if x > field.left() + KEYS {
        painter.line_segment(
            [pos2(x, rect.top()), pos2(x, rect.bottom())],
            Stroke::new(2.0, theme::accent()),
        );
    }
    if is_fresh {
        // The first of the first steps says the same.
        if memory.first_step.is_none() {
            invitation(&whole, rect, view.clock.driver);
        }
    } else {
        let expects = view.roll.expected(now).next().is_some();
        legend(&whole, rect, &scale, view, expects);
        hold::draw(ui, (field, rect.with_min_y(field.bottom())), view, memory);
    }
    if let Some(note) = pointed {
        pointed::tell(ui, &response, view, (note, scale.bar(note)), now, intents);
    }
}

fn scale(rect: Rect, view: &View<'_>, memory: &Memory) -> Scale {
    #[expect(clippy::cast_possible_truncation, reason = "a bar is short")]
    let quarters = (view.clock.bar_length.quarters() as f32).max(0.25) * memory.bars;
    Scale {
        rect,
        anchor: memory.held.unwrap_or(view.clock.position_quarters),
        now: view.clock.position_quarters,
        quarter: (rect.width() - KEYS) / quarters,
        low: memory.pitches.0,
        row: rect.height() / (memory.pitches.1 - memory.pitches.0),
    }
}

/// Let the range of pitches follow the notes in view, slowly enough for the eye.
fn ease_pitches(ui: &Ui, view: &View<'_>, memory: &mut Memory, scale: &Scale) {
    let (from, to) = scale.span();
    let pitches = view.roll.between(from, to).map(|note| f32::from(note.pitch.number()));
    let (low, high) =
        pitches.fold((127.0f32, 0.0f32), |(low, high), pitch| (low.min(pitch), high.max(pitch)));
    if low > high {
        return;
    }
    let middle = (low + high) / 2.0;
    let reach = ((high - low + 6.0) / 2.0).max(LEAST_RANGE / 2.0);
    let wanted = ((middle - reach).max(-1.0), (middle + reach).min(128.0));
    let ease = 1.0 - (-6.0 * ui.input(|input| input.stable_dt.min(0.1))).exp();
    memory.pitches.0 += (wanted.0 - memory.pitches.0) * ease;
    memory.pitches.1 += (wanted.1 - memory.pitches.1) * ease;
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to MIDI pitches"
)]
fn visible(scale: &Scale) -> impl Iterator<Item = Pitch> {
    let low = scale.low.floor().clamp(0.0, 127.0) as u8;
    let high = (scale.low + scale.rect.height() / scale.row).ceil().clamp(0.0, 127.0) as u8;
    (low..=high).filter_map(Pitch::new)
}

fn is_black(pitch: Pitch) -> bool {
    matches!(pitch.class(), 1 | 3 | 6 | 8 | 10)
}

fn rows(painter: &Painter, scale: &Scale) {
    for pitch in visible(scale) {
        let top = scale.y(f32::from(pitch.number()));
        let row =
            Rect::from_min_size(pos2(scale.rect.left(), top), vec2(scale.rect.width(), scale.row));
        if is_black(pitch) {
            painter.rect_filled(row, 0.0, theme::black_keys());
        }
        if pitch.class() == 0 {
            let line = [row.left_bottom(), row.right_bottom()];
            painter.line_segment(line, Stroke::new(1.0, theme::line()));
        }
    }
}

/// Bar lines with their numbers, and fainter lines at the quarters.
fn grid(painter: &Painter, scale: &Scale, view: &View<'_>) {
    let (from, to) = scale.span();
    let bar = view.clock.bar_length.0.max(1);
    let first = (from.0 - view.clock.bar_start.0).div_euclid(bar);
    for number in 0..64 {
        let start = Tick(view.clock.bar_start.0 + (first + number) * bar);
        if start >= to {
            break;
        }
        let x = scale.x(start);
        let line = [pos2(x, scale.rect.top()), pos2(x, scale.rect.bottom())];
        painter.line_segment(line, Stroke::new(1.0, theme::line()));
        let label = start.0.div_euclid(bar) + 1;
        if label > 0 {
            let at = pos2(x + 4.0, scale.rect.top() + 3.0);
            let font = theme::font(11.0);
            painter.text(at, Align2::LEFT_TOP, label.to_string(), font, theme::quiet());
        }
        for beat in 1..bar.div_euclid(24).min(16) {
            let x = scale.x(Tick(start.0 + beat * 24));
            let line = [pos2(x, scale.rect.top()), pos2(x, scale.rect.bottom())];
            painter.line_segment(line, Stroke::new(1.0, theme::line().gamma_multiply(0.4)));
        }
    }
    // What lies ahead stands on lighter ground.
    let left = scale.now_x().max(scale.rect.left());
    let ahead = Rect::from_min_max(pos2(left, scale.rect.top()), scale.rect.max);
    painter.rect_filled(ahead, 0.0, theme::ahead());
}

fn draw_note(painter: &Painter, scale: &Scale, note: Note, now: Tick) {
    let color = theme::part_color(note.part);
    let rect = scale.bar(note);
    let round = CornerRadius::same(2);
    let loud = 0.55 + 0.45 * f32::from(note.velocity.number()) / 127.0;
    if note.onset > now {
        painter.rect_filled(rect, round, color.gamma_multiply(0.22));
        painter.rect_stroke(rect, round, Stroke::new(1.2, color), StrokeKind::Inside);
    } else if note.end() > now {
        let edge = theme::sounding_edge(note.part);
        painter.rect_filled(rect, round, color);
        painter.rect_stroke(rect, round, Stroke::new(1.5, edge.0), edge.1);
    } else {
        painter.rect_filled(rect, round, color.gamma_multiply(0.75 * loud));
    }
    // The part's shape stands where the note begins, a little larger than its row.
    let radius = (rect.height() * 0.62).clamp(3.0, 5.5);
    widgets::shape(painter, pos2(rect.left() + radius, rect.center().y), radius, note.part);
}

/// A note that the player may play: in dashes, since nothing is decided.
fn draw_expected(painter: &Painter, scale: &Scale, note: Note) {
    let rect = scale.bar(note).expand2(vec2(0.0, 1.0));
    let around = [
        rect.left_top(),
        rect.right_top(),
        rect.right_bottom(),
        rect.left_bottom(),
        rect.left_top(),
    ];
    let stroke = Stroke::new(1.2, theme::part_color(Part::PLAYER).gamma_multiply(0.8));
    painter.extend(Shape::dashed_line(&around, stroke, 3.0, 2.5));
}

fn keyboard(painter: &Painter, scale: &Scale) {
    let ground = Rect::from_min_size(scale.rect.min, vec2(KEYS, scale.rect.height()));
    painter.rect_filled(ground, theme::ROUND, theme::panel());
    for pitch in visible(scale) {
        let top = scale.y(f32::from(pitch.number()));
        let width = if is_black(pitch) { 10.0 } else { 16.0 };
        let color = if is_black(pitch) { theme::ground() } else { theme::hovered() };
        let key = Rect::from_min_size(
            pos2(scale.rect.left(), top + 0.5),
            vec2(width, (scale.row - 1.0).max(1.0)),
        );
        painter.rect_filled(key, CornerRadius::same(1), color);
        if pitch.class() == 0 {
            let at = pos2(scale.rect.left() + 18.0, top + scale.row / 2.0);
            let font = theme::font(10.0);
            painter.text(at, Align2::LEFT_CENTER, pitch.name(), font, theme::quiet());
        }
    }
}

/// Who is who, in the lower left corner.
fn legend(painter: &Painter, rect: Rect, scale: &Scale, view: &View<'_>, expects: bool) {
    let line = pos2(rect.left(), rect.bottom() - LEGEND);
    painter.hline(rect.x_range(), line.y, Stroke::new(1.0, theme::line()));
    let mut at = pos2(rect.left() + KEYS + 14.0, rect.bottom() - 14.0);
    let entries = [(Part::PLAYER, "you")]
        .into_iter()
        .chain(Part::BAND.into_iter().zip(["part 1", "part 2", "part 3", "part 4"]));
    for (part, name) in entries {
        let mut painter = painter.clone();
        if view.is_unheard(part) {
            painter.multiply_opacity(theme::FAINT);
        }
        widgets::badge(&painter, at, 6.0, part);
        let at_text = at + vec2(11.0, 0.0);
        let drawn =
            painter.text(at_text, Align2::LEFT_CENTER, name, theme::font(11.0), theme::quiet());
        at.x = drawn.right() + 18.0;
    }
    // Beyond the now-line, and never over the names.
    let left = (scale.anchor_x() + 8.0).max(at.x - 10.0);
    let at = pos2(left, rect.bottom() - 14.0);
    let texts = match expects {
        true => {
            &["decided, to come · dashed: expected of you", "dashed: expected of you", "to come"][..]
        }
        false => &["decided, to come", "to come"],
    };
    let lay = |text: &&str| {
        painter.layout_no_wrap(String::from(*text), theme::font(11.0), theme::quiet())
    };
    let fits = |it: &Arc<Galley>| at.x + it.size().x < rect.right() - hold::ROOM - 6.0;
    if let Some(galley) = texts.iter().map(lay).find(fits) {
        painter.galley(at - vec2(0.0, galley.size().y / 2.0), galley, theme::quiet());
    }
}

/// What to do, before anything has happened.
fn invitation(painter: &Painter, rect: Rect, driver: Driver) {
    let what = match driver {
        Driver::Host => "Press play in your host.",
        Driver::Window => "Press the space bar, or play above.",
    };
    let lines = [
        (what, 22.0, theme::text()),
        (
            "The band begins at once, in your tempo, and goes on until you stop.",
            14.0,
            theme::text(),
        ),
        ("Play along, or load a MIDI file for it to start from.", 14.0, theme::quiet()),
    ];
    let ground = Rect::from_center_size(rect.center(), vec2(540.0, 116.0));
    painter.rect_filled(ground, theme::ROUND, theme::panel());
    let mut at = pos2(rect.center().x, rect.center().y - 32.0);
    for (text, size, color) in lines {
        painter.text(at, Align2::CENTER_CENTER, text, theme::font(size), color);
        at.y += 32.0;
    }
}
