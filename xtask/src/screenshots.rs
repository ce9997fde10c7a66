//! Pictures of the window as a host shows it: opened in the CLAP host on a display that nobody sees, and read from that display's memory.

use std::path::Path;
use std::thread;
use std::time::Duration;

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use crate::bundle::{Bundles, bundle};
use crate::display::Display;
use crate::hosts::{self, Format};
use crate::midi::{self, Hand, Melody};
use crate::picture::Canvas;
use crate::shell::{fresh_folder, root, say, target, write};
use crate::system::{Consent, Purpose, ensure_packages};
use crate::take::{RATE, keys};

/// One picture.
struct Shot {
    name: &'static str,
    /// Logical points.
    size: (u32, u32),
    scale: f64,
    tone: Tone,
    act: Act,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Tone {
    Dark,
    Light,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Act {
    /// As it is opened.
    Still,
    /// The player and four parts.
    Jam,
    /// As it is opened where the display has no OpenGL.
    WithoutGl,
}

const USUAL: (u32, u32) = (1100, 700);
const SHOTS: [Shot; 8] = [
    Shot::new("default-100", USUAL, 1.0, Tone::Dark, Act::Still),
    Shot::new("default-150", USUAL, 1.5, Tone::Dark, Act::Still),
    Shot::new("default-200", USUAL, 2.0, Tone::Dark, Act::Still),
    Shot::new("smallest", (1000, 680), 1.0, Tone::Dark, Act::Jam),
    Shot::new("largest", (1920, 1080), 1.0, Tone::Dark, Act::Jam),
    Shot::new("light", USUAL, 1.0, Tone::Light, Act::Jam),
    Shot::new("jam", USUAL, 1.0, Tone::Dark, Act::Jam),
    Shot::new("without-gl", USUAL, 1.0, Tone::Dark, Act::WithoutGl),
];
/// Seconds of playing, and into them when the picture is taken.
const PLAYS: f64 = 16.0;
const TAKEN: f64 = 13.0;
/// Seconds for which the host stands still before it plays, while the pack and the window are opened.
const OPENS: f64 = 8.0;
const BARS: u32 = 12;

impl Shot {
    const fn new(name: &'static str, size: (u32, u32), scale: f64, tone: Tone, act: Act) -> Self {
        Self { name, size, scale, tone, act }
    }

    /// Physical pixels.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small size")]
    fn pixels(&self) -> (u32, u32) {
        let of = |points: u32| (f64::from(points) * self.scale).round() as u32;
        (of(self.size.0), of(self.size.1))
    }

    fn script(&self, melody: &Melody) -> Value {
        let (width, height) = self.pixels();
        let (wait, frames) = match self.act {
            Act::Still | Act::WithoutGl => (OPENS + 2.0, 0),
            Act::Jam => (OPENS, (PLAYS * RATE) as u64),
        };
        let families = ["strings", "piano", "bass", "flute"];
        let mut parameters: Vec<Value> = Vec::new();
        if self.act == Act::Jam {
            let of_part = |(index, family): (usize, &&str)| {
                let part = index + 1;
                let set = |id: &str, text: &str| json!({ "parameter": format!("{id}_{part}"), "text": text });
                [set("mod", "Play"), set("fam", family)]
            };
            parameters = families.iter().enumerate().flat_map(of_part).collect();
        }
        json!({ "sessions": [{
            "pace": "real_time",
            "blocks": [512],
            "rate": RATE,
            "tempo": melody.tempo,
            "meter": [melody.meter.0, melody.meter.1],
            "parameters": parameters,
            "wait_secs": wait,
            "play_frames": frames,
            "notes": if self.act == Act::Jam { json!(keys(melody, BARS)) } else { json!([]) },
            "editor": { "stays": true, "sizes": [[width, height]], "scales": [self.scale] },
        }]})
    }

    fn taken_after(&self) -> f64 {
        OPENS + if self.act == Act::Jam { TAKEN } else { 0.0 }
    }
}

/// Build the bundles with that cargo profile, and take all pictures.
pub fn screenshots(consent: Consent, profile: &str) -> Result<()> {
    ensure_packages(Purpose::Test, consent)?;
    let bundles = bundle(profile)?;
    let melody = midi::read(&root().join("demo/greensleeves.mid"), Hand::Player)?;
    let folder = root().join("docs/window");
    fresh_folder(&folder)?;
    for shot in &SHOTS {
        let path = folder.join(format!("{}.png", shot.name));
        take(profile, &bundles, &melody, shot, &path).with_context(|| shot.name)?;
        say(&path.display().to_string());
    }
    Ok(())
}

fn take(profile: &str, bundles: &Bundles, melody: &Melody, shot: &Shot, path: &Path) -> Result<()> {
    // What the window is used to, and the display's memory.
    let aside = target()?.join("screenshots");
    fresh_folder(&aside)?;
    let habits = json!({ "light": shot.tone == Tone::Light, "first_steps_known": true });
    fresh_folder(&aside.join("Antiphon"))?;
    write(&aside.join("Antiphon/window.json"), habits.to_string())?;
    let aside = aside.display().to_string();
    let mut options = vec!["-fbdir", &aside];
    if shot.act == Act::WithoutGl {
        options.extend(["-extension", "GLX"]);
    }
    let display = Display::start(&options)?;
    let mut environment = display.environment();
    if shot.act == Act::WithoutGl {
        environment.push(("__EGL_VENDOR_LIBRARY_DIRS", "/nonexistent"));
    }
    environment.push(("XDG_CONFIG_HOME", &aside));
    let script = shot.script(melody);
    let picture = thread::scope(|scope| {
        let host =
            scope.spawn(|| hosts::play_in(profile, Format::Clap, bundles, &script, &environment));
        wait(Duration::from_secs_f64(shot.taken_after()));
        let picture = Screen::read(&Path::new(&aside).join("Xvfb_screen0"));
        let report = host.join().map_err(|_| anyhow::anyhow!("the host's thread ended"))??;
        let refusals = &report["sessions"][0]["editor"]["refusals"];
        ensure!(refusals == &json!([]), "the window did not open: {refusals}");
        picture
    })?;
    picture.part(shot.pixels())?.save(path)
}

#[expect(clippy::disallowed_methods, reason = "the host plays by the wall's clock")]
fn wait(time: Duration) {
    thread::sleep(time);
}

/// What a display shows, as Xvfb keeps it: a file of the X window dump format (X11/XWDFile.h), 32 bits a pixel.
struct Screen {
    size: (usize, usize),
    /// Bytes of a row.
    row: usize,
    /// Rows of blue, green, red and nothing.
    pixels: Vec<u8>,
}

impl Screen {
    fn read(path: &Path) -> Result<Self> {
        let bytes = std::fs::read(path).with_context(|| format!("read {}", path.display()))?;
        let word = |index: usize| -> Result<usize> {
            let word = bytes.get(4 * index..4 * index + 4).context("the dump has no header")?;
            Ok(usize::try_from(u32::from_be_bytes(word.try_into()?))?)
        };
        ensure!(word(1)? == 7, "the dump's version is {}, not 7", word(1)?);
        ensure!((word(7)?, word(11)?) == (0, 32), "pixels are not 32 bits, the lowest first");
        let size = (word(4)?, word(5)?);
        let (begin, row) = (word(0)? + 12 * word(19)?, word(12)?);
        let pixels = bytes.get(begin..begin + row * size.1).context("the dump is cut short")?;
        Ok(Self { size, row, pixels: pixels.to_vec() })
    }

    /// Its upper left.
    fn part(&self, (width, height): (u32, u32)) -> Result<Canvas> {
        let (width, height) = (usize::try_from(width)?, usize::try_from(height)?);
        ensure!(width <= self.size.0 && height <= self.size.1, "the display is too small");
        let mut canvas = Canvas::new(width, height);
        let mut first = None;
        let mut is_plain = true;
        for y in 0..height {
            for x in 0..width {
                let at = y * self.row + 4 * x;
                let color = [self.pixels[at + 2], self.pixels[at + 1], self.pixels[at]];
                is_plain &= *first.get_or_insert(color) == color;
                canvas.dot(i64::try_from(x)?, i64::try_from(y)?, color);
            }
        }
        ensure!(!is_plain, "the window shows nothing");
        Ok(canvas)
    }
}
