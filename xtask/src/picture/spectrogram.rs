//! What a WAV file sounds like, as a picture: time to the right, frequency upward by octaves, level as brightness.

use std::path::Path;

use anyhow::{Context as _, Result, ensure};
use realfft::RealFftPlanner;

use super::{Canvas, Color, GROUND, INK, blend};

const WIDTH: usize = 900;
const HEIGHT: usize = 280;
const TOP: usize = 34;
const LEFT: usize = 56;
const BOTTOM: usize = 8;
const RIGHT: usize = 16;
/// Frames a spectrum; 85 ms at 48 kHz.
const SPAN: usize = 4096;
const LOWEST_HZ: f64 = 32.703;
const OCTAVES: f64 = 9.0;
/// Decibels between the darkest and the brightest.
const DEPTH_DB: f64 = 84.0;
/// Shades between them; few, so that the file stays small.
const SHADES: f64 = 28.0;

/// Draw the file at `wav`.
pub fn draw(wav: &Path, title: &str, path: &Path) -> Result<()> {
    let (samples, rate) = read(wav)?;
    ensure!(samples.len() > SPAN, "{} is too short for a picture", wav.display());
    let (columns, rows) = (WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM);
    let levels = levels(&samples, rate, columns, rows)?;
    let loudest = levels.iter().copied().fold(f64::MIN, f64::max);
    let mut canvas = Canvas::new(WIDTH, HEIGHT);
    for (index, level) in levels.iter().enumerate() {
        let (column, row) = (index / rows, index % rows);
        let share = (1.0 + (level - loudest) / DEPTH_DB).clamp(0.0, 1.0);
        let (x, y) = (LEFT + column, HEIGHT - BOTTOM - 1 - row);
        canvas.dot(x as i64, y as i64, heat((share * SHADES).round() / SHADES));
    }
    canvas.text(LEFT as f64, 10.0, 2.0, INK, title);
    for octave in 0..=9_u32 {
        let y = (HEIGHT - BOTTOM) as f64 - f64::from(octave) / OCTAVES * rows as f64;
        let hertz = LOWEST_HZ * 2_f64.powi(octave as i32);
        let label = if hertz < 1000.0 {
            format!("{hertz:.0} Hz")
        } else {
            format!("{:.1} k", hertz / 1000.0)
        };
        canvas.text(8.0, y - 4.0, 1.0, INK, &label);
    }
    canvas.save(path)
}

/// Both channels together.
fn read(wav: &Path) -> Result<(Vec<f32>, f64)> {
    let about = || format!("read {}", wav.display());
    let mut reader = hound::WavReader::open(wav).with_context(about)?;
    let format = reader.spec();
    let values: Vec<f32> = match format.sample_format {
        hound::SampleFormat::Float => {
            reader.samples::<f32>().collect::<Result<_, _>>().with_context(about)?
        }
        hound::SampleFormat::Int => {
            let full = (1_i64 << (format.bits_per_sample - 1)) as f32;
            let values: Result<Vec<i32>, _> = reader.samples::<i32>().collect();
            values.with_context(about)?.into_iter().map(|value| value as f32 / full).collect()
        }
    };
    let channels = usize::from(format.channels.max(1));
    let mono = values.chunks_exact(channels).map(|frame| frame.iter().sum::<f32>()).collect();
    Ok((mono, f64::from(format.sample_rate)))
}

/// Decibels for each column, from the lowest row to the highest.
fn levels(samples: &[f32], rate: f64, columns: usize, rows: usize) -> Result<Vec<f64>> {
    let transform = RealFftPlanner::<f32>::new().plan_fft_forward(SPAN);
    let window: Vec<f32> = (0..SPAN)
        .map(|frame| {
            let turn = std::f64::consts::TAU * frame as f64 / SPAN as f64;
            (0.5 - 0.5 * turn.cos()) as f32
        })
        .collect();
    let mut spectrum = transform.make_output_vec();
    let mut levels = Vec::with_capacity(columns * rows);
    for column in 0..columns {
        let start = column * (samples.len() - SPAN) / columns;
        let stretch = &samples[start..start + SPAN];
        let mut input: Vec<f32> = stretch.iter().zip(&window).map(|(s, w)| s * w).collect();
        transform.process(&mut input, &mut spectrum).context("transform a stretch of sound")?;
        let power: Vec<f64> = spectrum.iter().map(|bin| f64::from(bin.norm_sqr())).collect();
        let bin =
            |row: f64| LOWEST_HZ * 2_f64.powf(OCTAVES * row / rows as f64) / rate * SPAN as f64;
        for row in 0..rows {
            let (low, high) = (bin(row as f64), bin(row as f64 + 1.0));
            levels.push(10.0 * (strongest(&power, low, high) + 1e-12).log10());
        }
    }
    Ok(levels)
}

/// The strongest bin between two places, or the value between the bins where none lies there.
fn strongest(power: &[f64], low: f64, high: f64) -> f64 {
    let (first, last) = (low.ceil() as usize, high.floor() as usize);
    if first <= last {
        return power.iter().take(last + 1).skip(first).copied().fold(0.0, f64::max);
    }
    let at = |bin: usize| power.get(bin).copied().unwrap_or(0.0);
    let below = low.floor() as usize;
    let share = low - low.floor();
    at(below) * (1.0 - share) + at(below + 1) * share
}

/// From the ground through violet and orange to near white.
fn heat(share: f64) -> Color {
    const STOPS: [Color; 5] =
        [GROUND, [64, 24, 96], [178, 48, 88], [248, 148, 52], [254, 250, 214]];
    let place = share * (STOPS.len() - 1) as f64;
    let stop = (place as usize).min(STOPS.len() - 2);
    blend(STOPS[stop], STOPS[stop + 1], place - stop as f64)
}
