//! Draws the editor into PNG files without a window system, for the documentation and for the eye:
//! `cargo run --example screenshot -- docs/editor.png` gives a jam; `--empty` the editor before the first note,
//! `--takes` and `--memory` open a drawer, `--size 1000x680` makes it as small as it gets.

mod raster;

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{Context, Result};

use antiphon::engine::offline::{Request, bounce};
use antiphon::gui::{
    Choices, Clock, ControlView, Memory, Mixer, Note as TakesNote, RememberedView, Roll, Side,
    Status, TakeRow, TakesView, View, draw, theme,
};
use antiphon::infer::Scripted;
use antiphon::pack::Pack;
use antiphon::params::{Control, Controls};
use antiphon::score::{
    Chord, ChordQuality, Key, Meter, Mix, Note, Part, Phrase, Pitch, Settings, StyleBlend, Tempo,
    Tick, Ticks, Velocity,
};

/// Width and height, logical points.
const SIZE: (f32, f32) = (1100.0, 700.0);
/// Physical pixels in a logical point.
const SCALE: f32 = 1.5;
const LAST_FRAME: u16 = 40;
/// Where the picture is taken, in quarters from the origin.
const NOW: f64 = 14.4;

fn main() -> Result<()> {
    let (mut empty, mut takes, mut opened) = (false, TakesView::default(), None);
    let mut path = PathBuf::from("target/editor.png");
    let (mut width, mut height) = SIZE;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--empty" => empty = true,
            "--takes" => (takes, opened) = (some_takes(), Some(Side::Takes)),
            "--memory" => opened = Some(Side::Remembered),
            "--size" => (width, height) = size(&arguments.next().unwrap_or_default())?,
            other => path = PathBuf::from(other),
        }
    }
    let pack = Pack::embedded()?;
    let styles: Arc<[String]> = pack.styles.iter().map(|style| style.title.clone()).collect();
    let opening = pack.styles.iter().position(|style| style.name == StyleBlend::OPENING);
    let controls = Controls::new(&styles, opening.unwrap_or(0));
    let choices = Choices::new(&controls, &styles);
    let mut values = ControlView::all(&controls);
    let (roll, clock, status) =
        if empty { (Roll::default(), Clock::default(), silence()) } else { jam()? };
    if !empty {
        set(&controls, &mut values);
    }
    let context = egui::Context::default();
    context.set_pixels_per_point(SCALE);
    let mut memory = Memory::default();
    memory.opened = opened;
    let remembered = remembered(empty);
    let mut canvas = raster::Canvas::new(width * SCALE, height * SCALE);
    // Some frames, until what moves has come to rest; the last one is painted.
    for frame in 0..=LAST_FRAME {
        let screen = egui::Rect::from_min_size(egui::Pos2::ZERO, egui::vec2(width, height));
        let input = egui::RawInput {
            screen_rect: Some(screen),
            time: Some(f64::from(frame) / 20.0),
            ..egui::RawInput::default()
        };
        let mut output = context.run_ui(input, |ui| {
            let view = View {
                controls: &values,
                choices: &choices,
                roll: &roll,
                clock,
                status: &status,
                mixer: Mixer::Shown,
                phrase_notes: if empty { 0 } else { 44 },
                seed_locked: false,
                takes: &takes,
                remembered: &remembered,
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
    canvas.save(&path).with_context(|| format!("write a picture: {}", path.display()))
}

/// Such as `1000x680`.
fn size(text: &str) -> Result<(f32, f32)> {
    let (width, height) = text.split_once('x').context("a size such as 1000x680")?;
    Ok((width.parse()?, height.parse()?))
}

/// A memory after some evenings, or before the first.
fn remembered(empty: bool) -> RememberedView {
    let most = RememberedView { limit: 8192, limit_bytes: 64 << 10, ..RememberedView::default() };
    if empty {
        return most;
    }
    RememberedView {
        notes: 2847,
        bytes: 2847 * 8,
        heard: 96,
        gain: Some(0.31),
        can_undo: true,
        note: Some(TakesNote::Done(String::from("212 notes more are remembered"))),
        ..most
    }
}

/// A drawer after an hour of work.
fn some_takes() -> TakesView {
    let names = ["Mellow Minuet", "Brisk Bolero", "Radiant Reel", "Autumn Aria", "Jolly Jig"];
    let row = |(id, name): (u64, &str)| TakeRow {
        id,
        name: String::from(name),
        tags: String::from(if id == 1 { "for the bridge" } else { "" }),
        is_starred: id % 2 == 1,
        is_playing: id == 1,
        details: format!("{} bars, 112 bpm, 4/4, {} notes, seed 271828", 4 << (id % 2), 88 + id),
    };
    TakesView {
        rows: (0..).zip(names).map(row).collect(),
        count: names.len(),
        bars_recorded: 37,
        can_undo: true,
        can_redo: false,
        job: Some((String::from("Varying Mellow Minuet"), 0.4)),
        note: Some(TakesNote::Done(String::from("Kept 4 bars: Mellow Minuet"))),
    }
}

/// A made-up moment of playing.
fn jam() -> Result<(Roll, Clock, Status)> {
    let note = |(onset, pitch, length): (i64, u8, i64)| -> Option<Note> {
        Some(Note {
            onset: Tick(onset),
            part: Part::PLAYER,
            pitch: Pitch::new(pitch)?,
            length: Ticks(length),
            velocity: Velocity::clamped(96),
        })
    };
    let tune =
        [(192, 69, 24), (216, 72, 48), (264, 74, 24), (288, 76, 36), (324, 77, 12), (336, 76, 30)];
    let player = Phrase::new(tune.into_iter().filter_map(note).collect());
    let request = Request {
        settings: Settings::default(),
        mix: Mix::default(),
        tempo: Tempo::new(112.0).context("a tempo")?,
        meter: Meter::COMMON,
        bars: 5,
        seed_phrase: Arc::default(),
        memory: Arc::default(),
        player: player.clone(),
        sample_rate: 48_000,
        block: 512,
        tail_secs: 0.0,
        ..Request::default()
    };
    let bounced = bounce(Box::new(Scripted::new()), &request, &mut |_| {})?;
    // The window that begins next is committed, the ones after it are not.
    let known = Tick::from_quarters(NOW.floor() + 2.0);
    let mut roll = Roll::default();
    for note in bounced.notes.into_iter().filter(|note| note.onset < known) {
        roll.add(note);
    }
    player.notes().iter().for_each(|note| roll.add(*note));
    let clock = Clock {
        playing: true,
        position_quarters: NOW,
        tempo_bpm: 112.0,
        bar_start: Tick(288),
        bar_length: Ticks(96),
    };
    Ok((roll, clock, status([0.35, 0.2, 0.12, 0.5, 0.6])))
}

fn silence() -> Status {
    Status { key_heard: None, chord_heard: None, ..status([0.0; 5]) }
}

fn status(peaks: [f32; 5]) -> Status {
    Status {
        pack: String::from("Antiphon Default"),
        backend: String::from("tract"),
        note_millis: 1.12,
        load: 0.07,
        key_heard: Key::from_index(14),
        chord_heard: Chord::new(2, ChordQuality::Minor),
        peaks,
        ..Status::default()
    }
}

/// Some settings that a musician might have made.
fn set(controls: &Controls, values: &mut [ControlView]) {
    let settings = [
        (Control::Temperature, "1.08"),
        (Control::StyleB, "2"),
        (Control::Lean, "35"),
        (Control::Seed, "271828"),
        (Control::Key, "D minor"),
        (Control::ScaleLock, "on"),
        (Control::Density, "0.4"),
        (Control::Family(0), "Flute"),
        (Control::Family(3), "Bass"),
        (Control::Level(0), "-3"),
        (Control::Level(1), "-6"),
        (Control::Pan(0), "L 25"),
        (Control::Pan(1), "R 30"),
        (Control::Register(3), "-12"),
        (Control::Mute(2), "on"),
    ];
    for (control, text) in settings {
        let any = controls.get(control);
        if let Some(value) = any.parse(text) {
            let view = &mut values[control.place()];
            view.text = any.text(value);
            view.value = value;
        }
    }
}
