//! A canvas with lines, boxes and small capitals, written as PNG.

mod letters;
pub mod roll;
pub mod spectrogram;

use std::io::BufWriter;
use std::path::Path;

use anyhow::{Context as _, Result};

pub type Color = [u8; 3];

/// The dark ground and the quiet ink of the editor.
pub const GROUND: Color = [18, 20, 26];
pub const INK: Color = [150, 156, 168];
pub const LINE: Color = [38, 42, 52];
/// The player and the four parts.
pub const PARTS: [Color; 5] =
    [[235, 235, 235], [255, 168, 76], [92, 200, 255], [140, 220, 120], [226, 128, 220]];

/// Pixels, row by row.
pub struct Canvas {
    width: usize,
    height: usize,
    pixels: Vec<u8>,
}

impl Canvas {
    pub fn new(width: usize, height: usize) -> Self {
        Self { width, height, pixels: GROUND.repeat(width * height) }
    }

    /// Color one pixel; outside the canvas nothing happens.
    pub fn dot(&mut self, x: i64, y: i64, color: Color) {
        let (Ok(x), Ok(y)) = (usize::try_from(x), usize::try_from(y)) else { return };
        if x < self.width && y < self.height {
            let at = 3 * (y * self.width + x);
            self.pixels[at..at + 3].copy_from_slice(&color);
        }
    }

    /// Fill columns `[x, x + width)` of rows `[y, y + height)`.
    pub fn fill(&mut self, x: f64, y: f64, width: f64, height: f64, color: Color) {
        let (left, right) = (x.round() as i64, (x + width).round() as i64);
        let (top, bottom) = (y.round() as i64, (y + height).round() as i64);
        for row in top..bottom.max(top + 1) {
            for column in left..right.max(left + 1) {
                self.dot(column, row, color);
            }
        }
    }

    /// Write in capitals, digits and a few signs, each seven pixels high times `scale`.
    pub fn text(&mut self, x: f64, y: f64, scale: f64, color: Color, text: &str) {
        for (index, letter) in text.chars().enumerate() {
            for (column, bits) in (0_u8..).zip(letters::columns(letter)) {
                for row in (0..7_u8).filter(|row| bits >> row & 1 == 1) {
                    let left = x + scale * (index as f64 * 6.0 + f64::from(column));
                    self.fill(left, y + scale * f64::from(row), scale, scale, color);
                }
            }
        }
    }

    pub fn save(&self, path: &Path) -> Result<()> {
        let about = || format!("write {}", path.display());
        let file = std::fs::File::create(path).with_context(about)?;
        let (width, height) = (u32::try_from(self.width)?, u32::try_from(self.height)?);
        let mut encoder = png::Encoder::new(BufWriter::new(file), width, height);
        encoder.set_color(png::ColorType::Rgb);
        encoder.set_depth(png::BitDepth::Eight);
        encoder.set_compression(png::Compression::High);
        let mut writer = encoder.write_header().with_context(about)?;
        writer.write_image_data(&self.pixels).with_context(about)
    }
}

/// A mixture of two colors, `share` of the second.
pub fn blend(first: Color, second: Color, share: f64) -> Color {
    let mix = |a: u8, b: u8| (f64::from(a) + (f64::from(b) - f64::from(a)) * share).round() as u8;
    std::array::from_fn(|channel| mix(first[channel], second[channel]))
}
