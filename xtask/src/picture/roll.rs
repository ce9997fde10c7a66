//! A take as a piano roll.

use std::path::Path;

use anyhow::Result;

use super::{Canvas, GROUND, INK, LINE, PARTS, blend};
use crate::take::{Take, quarters_a_bar};

const WIDTH: usize = 1800;
const TOP: f64 = 56.0;
const LEFT: f64 = 56.0;
const ROW: f64 = 8.0;

/// Draw pitch upward, time to the right, a color for each part, lighter for softer notes.
pub fn draw(take: &Take, path: &Path) -> Result<()> {
    let keys = take.notes.iter().map(|note| note.key);
    let low = i32::from(keys.clone().min().unwrap_or(48)).saturating_sub(2);
    let high = i32::from(keys.max().unwrap_or(72)) + 2;
    let rows = f64::from(high - low + 1);
    let height = (TOP + rows * ROW + 28.0) as usize;
    let mut canvas = Canvas::new(WIDTH, height);
    let across = (WIDTH as f64 - LEFT - 16.0) / take.quarters();
    let y = |key: i32| TOP + f64::from(high - key) * ROW;
    for key in low..=high {
        if matches!(key.rem_euclid(12), 1 | 3 | 6 | 8 | 10) {
            let black = blend(GROUND, LINE, 0.45);
            canvas.fill(LEFT, y(key), WIDTH as f64 - LEFT - 16.0, ROW, black);
        }
        if key.rem_euclid(12) == 0 {
            canvas.text(14.0, y(key), 1.0, INK, &format!("C{}", key / 12 - 1));
        }
    }
    grid(&mut canvas, take, across, rows);
    for note in &take.notes {
        let color = PARTS[usize::from(note.part).min(PARTS.len() - 1)];
        let color = blend(GROUND, color, 0.45 + 0.55 * f64::from(note.velocity) / 127.0);
        let left = LEFT + note.onset * across;
        let length = ((note.end - note.onset) * across - 1.0).max(2.0);
        let inset = if note.part == 0 { 2.0 } else { 1.0 };
        canvas.fill(left, y(i32::from(note.key)) + inset, length, ROW - 2.0 * inset, color);
    }
    legend(&mut canvas, take);
    canvas.save(path)
}

fn grid(canvas: &mut Canvas, take: &Take, across: f64, rows: f64) {
    for bar in 0..=take.bars {
        let x = LEFT + f64::from(bar) * quarters_a_bar(take.meter) * across;
        canvas.fill(x, TOP, 1.0, rows * ROW, blend(LINE, INK, 0.25));
        if bar < take.bars {
            canvas.text(x + 4.0, TOP + rows * ROW + 8.0, 1.0, INK, &(bar + 1).to_string());
        }
    }
}

fn legend(canvas: &mut Canvas, take: &Take) {
    canvas.text(LEFT, 10.0, 2.0, INK, &take.title);
    let names = ["You", "Part 1", "Part 2", "Part 3", "Part 4"];
    let mut x = LEFT;
    for ((part, name), color) in (0_u8..).zip(names).zip(PARTS) {
        let count = take.count(part);
        if count > 0 {
            let text = format!("{name}: {count} notes");
            canvas.fill(x, 36.0, 8.0, 8.0, color);
            canvas.text(x + 14.0, 36.0, 1.0, INK, &text);
            x += 6.0 * text.len() as f64 + 48.0;
        }
    }
}
