//! Pictures of the window in its main states, against those in `tests/data/window`. With `WRITE_GOLDEN=1` in the environment they are made
//! anew; look at them before they are committed.

use std::fs::File;
use std::io::BufReader;
use std::path::{Path, PathBuf};

use egui::TextureId;
use egui::epaint::ImageDelta;
use egui::epaint::textures::{TextureOptions, TexturesDelta};
use egui_kittest::Harness;

use super::{Desk, window};
use crate::gui::theme::Tone;
use crate::gui::{Clock, Driver, Held, Mixer, Notice, PresetsView, RememberedView, Side, TakeRow};
use crate::params::Control;
use crate::score::{Note, Part, Pitch, Tick, Ticks, Velocity};

#[path = "../../../examples/screenshot/raster.rs"]
mod raster;

/// What two pictures may differ by: on the mean, of 255, and in the share of their pixels that differ plainly. A processor that rounds otherwise moves the
/// edge of a letter by less.
const MEAN: f64 = 0.15;
const PLAIN: (i32, f64) = (40, 0.0005);

type Set = fn(&mut Desk);

/// Names of pictures, and what they show.
const STATES: [(&str, Set); 12] = [
    ("fresh", |_| {}),
    ("playing", play),
    ("light", |desk| {
        play(desk);
        desk.memory.tone = Tone::Light;
    }),
    ("unheard", |desk| {
        play(desk);
        desk.controls[Control::Mute(1).place()].value = 1.0;
        for part in [1, 2] {
            desk.controls[Control::Solo(part).place()].value = 1.0;
        }
    }),
    ("takes", |desk| {
        play(desk);
        desk.memory.opened = Some(Side::Takes);
        let row = |id, name: &str| TakeRow {
            id,
            name: String::from(name),
            tags: String::new(),
            is_starred: id == 0,
            is_playing: id == 1,
            details: String::from("4 bars, 120 bpm"),
            rating: None,
        };
        desk.takes.rows = vec![row(1, "Blue Bolero"), row(0, "Airy Aria")];
        (desk.takes.count, desk.takes.bars_recorded) = (2, 37);
        desk.takes.undo = Some(String::from("the star of “Airy Aria”"));
        desk.takes.recording = Held { bytes: 300 << 10, limit: 4 << 20 };
    }),
    ("memory", |desk| {
        desk.memory.opened = Some(Side::Remembered);
        desk.remembered = RememberedView {
            notes: 1234,
            limit: 8192,
            bytes: 9_872,
            limit_bytes: 64 << 10,
            heard: 87,
            gain: Some(0.21),
            undo: Some(String::from("clearing the memory")),
            ..RememberedView::default()
        };
    }),
    ("style-pad", |desk| desk.memory.style_pad = true),
    ("first-steps", |desk| desk.memory.first_step = Some(0)),
    ("alone", |desk| {
        play(desk);
        desk.clock.driver = Driver::Window;
    }),
    ("held", |desk| {
        play(desk);
        desk.memory.held = Some(8.25);
    }),
    ("trouble-style-pad", |desk| {
        desk.status.notices = vec![Notice::told("read a MIDI file: it has no notes: /a.mid")];
        desk.memory.style_pad = true;
        desk.status.copying[1] = 12;
    }),
    ("trouble", |desk| {
        let notice = "No sound device was found: playing in silence";
        desk.status.notices = vec![Notice::trouble(notice)];
        desk.controls[Control::Mode(1).place()].value = 0.0;
    }),
];

/// In the third bar, with notes before the now-line and beyond it.
fn play(desk: &mut Desk) {
    desk.clock = Clock { playing: true, position_quarters: 9.5, ..Clock::default() };
    for step in 0..20_i64 {
        let part = Part::BAND[usize::try_from(step % 4).unwrap()];
        let pitch = 48 + u8::try_from(step * 7 % 29).unwrap();
        desk.roll.add(Note {
            onset: Tick(96 + 12 * step),
            part,
            pitch: Pitch::new(pitch).unwrap(),
            length: Ticks(10 + 6 * (step % 3)),
            velocity: Velocity::clamped(90),
        });
    }
    desk.presets = PresetsView {
        name: Some(String::from("Slow air")),
        is_modified: true,
        factory: vec![String::from("Slow air")],
        undo: Some(String::from("Density")),
        ..PresetsView::default()
    };
    (desk.status.note_millis, desk.status.load) = (1.5, 0.04);
    desk.status.pack = String::from("Antiphon Default");
}

/// Paint a state into a file.
fn paint(set: Set, path: &Path) {
    let mut window: Harness<'static, Desk> = window(Mixer::Shown);
    set(window.state_mut());
    window.run_steps(60); // what moves has come to rest
    let size = window.ctx.content_rect().size();
    let mut canvas = raster::Canvas::new(size.x, size.y);
    let mut fonts = TexturesDelta::default();
    let atlas = window.ctx.fonts(|fonts| fonts.image());
    let atlas = ImageDelta::full(atlas, TextureOptions::LINEAR);
    fonts.set.entry(TextureId::default()).or_default().push(atlas);
    canvas.update(&fonts);
    fonts.clear();
    canvas.clear();
    let output = window.output();
    let pieces = window.ctx.tessellate(output.shapes.clone(), output.pixels_per_point);
    canvas.paint(&pieces, output.pixels_per_point);
    canvas.save(path).unwrap();
}

/// Red, green and blue of every pixel, by the palette.
fn pixels(path: &Path) -> Vec<u8> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut decoder = png::Decoder::new(BufReader::new(file));
    decoder.set_transformations(png::Transformations::EXPAND);
    let mut reader = decoder.read_info().unwrap();
    let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
    let size = reader.next_frame(&mut bytes).unwrap().buffer_size();
    bytes.truncate(size);
    bytes
}

/// The mean difference, and the share of values that differ plainly.
fn difference(one: &[u8], other: &[u8]) -> (f64, f64) {
    assert_eq!(one.len(), other.len(), "the pictures have different sizes");
    let apart = || one.iter().zip(other).map(|(a, b)| (i32::from(*a) - i32::from(*b)).abs());
    let count = one.len() as f64;
    let plain = apart().filter(|it| *it > PLAIN.0).count() as f64;
    (f64::from(apart().sum::<i32>()) / count, plain / count)
}

fn is_same((mean, plain): (f64, f64)) -> bool {
    mean <= MEAN && plain <= PLAIN.1
}

#[test]
fn the_window_looks_as_it_did() {
    let golden = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/data/window");
    let folder = tempfile::tempdir().unwrap();
    let mut changed = Vec::new();
    for (name, set) in STATES {
        let (file, now) = (format!("{name}.png"), folder.path().join(name));
        paint(set, &now);
        if std::env::var_os("WRITE_GOLDEN").is_some() {
            std::fs::copy(&now, golden.join(&file)).unwrap();
        }
        let difference = difference(&pixels(&now), &pixels(&golden.join(&file)));
        if !is_same(difference) {
            changed.push(format!(
                "{file}: {:.2} on the mean, {:.2} % plainly",
                difference.0,
                100.0 * difference.1
            ));
        }
    }
    assert!(
        changed.is_empty(),
        "the window has changed; if it should, run this with WRITE_GOLDEN=1 and look at tests/data/window:\n{}",
        changed.join("\n")
    );
}

#[test]
fn a_small_change_is_seen() {
    let folder = tempfile::tempdir().unwrap();
    let (before, after) = (folder.path().join("before"), folder.path().join("after"));
    paint(|_| {}, &before);
    paint(|desk| desk.controls[Control::ScaleLock.place()].value = 1.0, &after);
    assert!(!is_same(difference(&pixels(&before), &pixels(&after))), "one switch that is lit");
    paint(|_| {}, &after);
    assert!(is_same(difference(&pixels(&before), &pixels(&after))));
}
