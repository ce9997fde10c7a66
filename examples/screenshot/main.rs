//! Draws the editor into PNG files without a window system, for the documentation and for the eye:
//! `cargo run --example screenshot -- docs` makes every picture there; names of scenes after it make those alone.

mod raster;
mod scenes;

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use antiphon::gui::{Memory, Mixer, View, draw};

use crate::scenes::{Scene, Stage};

const LAST_FRAME: u16 = 40;

fn main() -> Result<()> {
    let mut arguments = std::env::args().skip(1);
    let folder = PathBuf::from(arguments.next().unwrap_or_else(|| String::from("target")));
    let wanted: Vec<String> = arguments.collect();
    std::fs::create_dir_all(folder.join("editor")).context("make a folder for the pictures")?;
    let stage = Stage::new()?;
    for scene in Scene::all() {
        if wanted.is_empty() || wanted.iter().any(|it| it == scene.name) {
            let path = match scene.name {
                "jam" => folder.join("editor.png"),
                name => folder.join("editor").join(format!("{name}.png")),
            };
            paint(&stage, &scene, &path)?;
        }
    }
    Ok(())
}

fn paint(stage: &Stage, scene: &Scene, path: &Path) -> Result<()> {
    let (width, height) = scene.size;
    let context = egui::Context::default();
    context.set_pixels_per_point(scene.scale);
    let shown = stage.shown(scene)?;
    let mut memory = Memory::default();
    memory.opened = scene.opened;
    memory.tone = scene.tone;
    memory.style_pad = scene.style_pad;
    memory.timbre_map = scene.timbre_map;
    memory.first_step = scene.first_step;
    let mut canvas = raster::Canvas::new(width * scene.scale, height * scene.scale);
    // Some frames, until what moves has come to rest; the last one is painted.
    for frame in 0..=LAST_FRAME {
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width, height));
        let mut input = egui::RawInput {
            screen_rect: Some(screen),
            time: Some(f64::from(frame) / 20.0),
            ..egui::RawInput::default()
        };
        if let Some((x, y)) = scene.pointer {
            input.events.push(egui::Event::PointerMoved(egui::pos2(x, y)));
        }
        let mut status = shown.status.clone();
        if frame == 0 {
            status.late_windows = 0; // what has grown since the window was opened is told
        }
        let mut output = context.run_ui(input, |ui| {
            let view = View {
                controls: &shown.values,
                choices: &stage.choices,
                roll: &shown.roll,
                clock: shown.clock,
                status: &status,
                mixer: Mixer::Shown,
                sound: shown.sound,
                phrase_notes: shown.phrase_notes,
                seed_locked: false,
                presets: &shown.presets,
                takes: &shown.takes,
                remembered: &shown.remembered,
                timbres: &stage.timbres,
            };
            draw(ui, &view, &mut memory, &mut Vec::new());
        });
        canvas.update(&output.textures_delta);
        output.textures_delta.clear();
        if frame == LAST_FRAME {
            let pieces = context.tessellate(output.shapes, output.pixels_per_point);
            canvas.clear();
            canvas.paint(&pieces, output.pixels_per_point);
        }
    }
    canvas.save(path).with_context(|| format!("write a picture: {}", path.display()))
}
