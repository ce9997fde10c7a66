//! What the pictures show.

use std::sync::Arc;

use anyhow::{Context, Result};

use antiphon::engine::link::{Foreseen, FromComposer};
use antiphon::engine::offline::{Request, bounce};
use antiphon::gui::theme::Tone;
use antiphon::gui::{
    Choices, Clock, ControlView, Custom, Driver, Held, Note as TakesNote, Notice, PresetsView,
    RememberedView, Roll, Side, SoundView, Status, TakeRow, TakesView, TimbreDot, TimbresView,
    Usual,
};
use antiphon::infer::{self, Runtime};
use antiphon::music::spectrum::{Analyzer, Spectrum};
use antiphon::pack::{Pack, Style};
use antiphon::params::{Control, Controls, FACTORY};
use antiphon::score::{
    Chord, ChordQuality, Family, Key, Meter, Mix, Note, Part, Phrase, Pitch, Seed, Settings,
    StyleBlend, Tempo, Tick, Ticks, Velocity,
};

/// Where the pictures of a jam are taken, in quarters from the origin.
const NOW: f64 = 26.4;

/// A hand on part 4.
const MAP_HAND: (f32, f32) = (761.0, 226.0);

/// One picture.
#[derive(Clone, Debug)]
pub(crate) struct Scene {
    pub(crate) name: &'static str,
    /// Logical points.
    pub(crate) size: (f32, f32),
    /// Physical pixels in a logical point.
    pub(crate) scale: f32,
    pub(crate) tone: Tone,
    pub(crate) opened: Option<Side>,
    pub(crate) style_pad: bool,
    pub(crate) timbre_map: bool,
    pub(crate) first_step: Option<usize>,
    pub(crate) pointer: Option<(f32, f32)>,
    plays: bool,
    notice: Option<&'static str>,
    late_windows: u32,
    driver: Driver,
}

/// A moment of real music.
#[derive(Clone)]
struct Jam {
    roll: Roll,
    clock: Clock,
    sound: SoundView,
    foreseen: Foreseen,
}

/// What all scenes share: the pack, and a jam of the band's real notes.
pub(crate) struct Stage {
    pub(crate) choices: Choices,
    pub(crate) timbres: TimbresView,
    controls: Controls,
    jam: Jam,
}

/// What one scene shows.
pub(crate) struct Shown {
    pub(crate) values: Vec<ControlView>,
    pub(crate) roll: Roll,
    pub(crate) clock: Clock,
    pub(crate) status: Status,
    pub(crate) phrase_notes: usize,
    pub(crate) presets: PresetsView,
    pub(crate) takes: TakesView,
    pub(crate) remembered: RememberedView,
    pub(crate) sound: SoundView,
}

impl Scene {
    pub(crate) fn all() -> Vec<Self> {
        let jam = Self {
            name: "jam",
            size: (1100.0, 700.0),
            scale: 1.5,
            tone: Tone::Dark,
            opened: None,
            style_pad: false,
            timbre_map: false,
            first_step: None,
            pointer: None,
            plays: true,
            notice: None,
            late_windows: 0,
            driver: Driver::Host,
        };
        let still = Self { plays: false, scale: 1.0, ..jam.clone() };
        let one = Self { scale: 1.0, ..jam.clone() };
        vec![
            Self { name: "fresh-100", ..still.clone() },
            Self { name: "fresh-150", scale: 1.5, ..still.clone() },
            Self { name: "fresh-200", scale: 2.0, ..still.clone() },
            Self { name: "smallest", size: (1000.0, 680.0), ..one.clone() },
            Self {
                name: "smallest-takes",
                size: (1000.0, 680.0),
                opened: Some(Side::Takes),
                ..one.clone()
            },
            Self {
                name: "largest",
                size: (1920.0, 1080.0),
                opened: Some(Side::Takes),
                ..one.clone()
            },
            Self { name: "alone", driver: Driver::Window, ..one.clone() },
            Self {
                name: "alone-fresh",
                driver: Driver::Window,
                size: (1000.0, 680.0),
                first_step: Some(0),
                ..still.clone()
            },
            Self {
                name: "trouble-map",
                timbre_map: true,
                notice: Some(
                    "read a MIDI file: byte 359: expected 40 more bytes of track 2, found the end of the file: /home/me/tunes/broken.mid",
                ),
                ..one.clone()
            },
            Self { name: "light", tone: Tone::Light, scale: 1.5, ..one.clone() },
            Self {
                name: "light-takes",
                tone: Tone::Light,
                opened: Some(Side::Takes),
                ..one.clone()
            },
            Self { name: "takes", opened: Some(Side::Takes), ..one.clone() },
            Self { name: "takes-empty", opened: Some(Side::Takes), ..still.clone() },
            Self { name: "style-pad", style_pad: true, ..one.clone() },
            Self { name: "sound", opened: Some(Side::Sound), scale: 1.5, ..one.clone() },
            Self {
                name: "sound-light",
                opened: Some(Side::Sound),
                tone: Tone::Light,
                ..one.clone()
            },
            Self { name: "sound-silent", opened: Some(Side::Sound), ..still.clone() },
            Self { name: "timbre-map", timbre_map: true, pointer: Some(MAP_HAND), ..one.clone() },
            Self {
                name: "light-map",
                timbre_map: true,
                tone: Tone::Light,
                size: (1920.0, 1080.0),
                ..one.clone()
            },
            Self { name: "smallest-map", timbre_map: true, size: (1000.0, 680.0), ..one.clone() },
            Self { name: "memory", opened: Some(Side::Remembered), ..one.clone() },
            Self { name: "first-steps", first_step: Some(0), ..still.clone() },
            Self { name: "pointed", pointer: Some((825.0, 148.0)), ..one.clone() },
            Self {
                name: "pack-refused",
                notice: Some(
                    "the song was made with the pack my-tango-3; Antiphon Default plays instead",
                ),
                ..one.clone()
            },
            Self {
                name: "file-unreadable",
                notice: Some(
                    "read a MIDI file: byte 359: expected 40 more bytes of track 2, found the end of the file: /home/me/tunes/broken.mid",
                ),
                ..still.clone()
            },
            Self { name: "late", late_windows: 3, ..one },
            jam,
        ]
    }
}

impl Stage {
    pub(crate) fn new() -> Result<Self> {
        let pack = Pack::embedded()?;
        let styles: Arc<[String]> = pack.styles.iter().map(|style| style.title.clone()).collect();
        let opening = pack.styles.iter().position(|style| style.name == StyleBlend::OPENING);
        let controls = Controls::new(&styles, opening.unwrap_or(0));
        let mut choices = Choices::new(&controls, &styles);
        let custom = |style: &Style| Custom { meter: style.meter, tempo_bpm: style.tempo.bpm() };
        choices.customs = pack.styles.iter().map(custom).collect();
        let jam = jam(&pack, opening.unwrap_or(0))?;
        let timbres = timbres(&pack);
        Ok(Self { choices, timbres, controls, jam })
    }

    pub(crate) fn shown(&self, scene: &Scene) -> Result<Shown> {
        let mut values = ControlView::all(&self.controls);
        let (mut roll, mut clock, mut status) = (Roll::default(), Clock::default(), silence());
        let mut sound = SoundView::default();
        if scene.plays {
            set(&self.controls, &mut values);
            let Jam { foreseen, .. } = self.jam;
            (roll, clock, sound) = (self.jam.roll.clone(), self.jam.clock, self.jam.sound);
            status = Status { foreseen, ..self::status([0.35, 0.2, 0.12, 0.5, 0.6]) };
        }
        status.late_windows = scene.late_windows;
        clock.driver = scene.driver;
        status.notices.extend(scene.notice.map(Notice::told));
        let presets = PresetsView {
            name: scene.plays.then(|| String::from("Celtic session")),
            is_modified: scene.plays,
            factory: FACTORY.iter().map(|it| String::from(it.name)).collect(),
            own: vec![String::from("Rainy Sunday")],
            undo: scene.plays.then(|| String::from("Density")),
            ..PresetsView::default()
        };
        Ok(Shown {
            values,
            roll,
            clock,
            status,
            phrase_notes: if scene.plays { 44 } else { 0 },
            presets,
            takes: if scene.plays { some_takes() } else { TakesView::default() },
            remembered: remembered(!scene.plays),
            sound,
        })
    }
}

/// The pack's map, with what the band of `set` plays on by itself.
fn timbres(pack: &Pack) -> TimbresView {
    let timbres = pack.timbre_model.iter().flat_map(|model| &model.timbres);
    let dots = timbres.filter_map(|timbre| {
        let (title, family) = (timbre.title.clone(), timbre.family);
        Some(TimbreDot { title, family, place: timbre.place? })
    });
    let usual = |family: usize| {
        let dot = pack.timbre_model.as_ref().and_then(|model| model.families[family]);
        dot.map_or(Usual::Elsewhere, Usual::Dot)
    };
    let families = [5, 3, 16, 9].map(Family::new);
    TimbresView {
        dots: dots.collect(),
        usual: [usual(5), usual(3), Usual::Drums, usual(9)],
        families,
    }
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
        undo: Some(String::from("remembering what you played")),
        note: Some(TakesNote::Done(String::from("212 notes added to the memory"))),
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
        rating: None,
        details: format!("{} bars, 112 bpm, 4/4, {} notes, seed 271828", 4 << (id % 2), 88 + id),
    };
    TakesView {
        pass: None,
        rows: (0..).zip(names).map(row).collect(),
        count: names.len(),
        bars_recorded: 37,
        recording: Held { bytes: 96 << 10, limit: 4 << 20 },
        holding: Held { bytes: 24 << 10, limit: 16 << 20 },
        undo: Some(String::from("keeping “Mellow Minuet”")),
        redo: None,
        job: Some((String::from("Varying Mellow Minuet"), 0.4)),
        note: Some(TakesNote::Done(String::from("Kept 4 bars: Mellow Minuet"))),
    }
}

/// A moment in the seventh bar: the band's real notes around a tune.
fn jam(pack: &Pack, style: usize) -> Result<Jam> {
    let note = |(onset, pitch, length): (i64, u8, i64)| -> Option<Note> {
        Some(Note {
            onset: Tick(onset),
            part: Part::PLAYER,
            pitch: Pitch::new(pitch)?,
            length: Ticks(length),
            velocity: Velocity::clamped(96),
        })
    };
    // Each bar its onset, pitch and length.
    let tune = [
        [(0, 62, 24), (24, 65, 24), (48, 69, 36), (84, 67, 12)],
        [(0, 65, 24), (24, 64, 24), (48, 62, 48), (96, 62, 0)],
        [(0, 69, 24), (24, 72, 48), (72, 74, 24), (96, 62, 0)],
        [(0, 76, 36), (36, 77, 12), (48, 76, 30), (96, 62, 0)],
    ];
    let bars = tune.iter().cycle().zip((96..).step_by(96)).take(6);
    let tune = bars.flat_map(|(bar, start)| bar.iter().map(move |it| (it.0 + start, it.1, it.2)));
    let tune = tune.filter(|it| it.2 > 0 && it.0 < 650);
    let player = Phrase::new(tune.filter_map(note).collect());
    let settings = Settings {
        seed: Seed(271_828),
        style: StyleBlend::only(style),
        key: Key::from_index(14),
        scale_lock: true,
        temperature: 1.08,
        ..Settings::default()
    };
    let request = Request {
        settings,
        mix: Mix::default(),
        tempo: Tempo::new(112.0).context("a tempo")?,
        meter: Meter::COMMON,
        bars: 8,
        player: player.clone(),
        watched: true,
        block: 64,
        tail_secs: 0.0,
        ..Request::default()
    };
    let muse = infer::open(pack, &Runtime::Embedded)?;
    let bounced = bounce(muse, &request, &mut |_| {})?;
    // What had been told when the window that begins next was committed.
    let known = Tick::from_quarters(NOW.floor() + 2.0);
    let is_later =
        |it: &FromComposer| matches!(it, FromComposer::Committed(note, _) if note.onset >= known);
    let mut roll = Roll::default();
    for message in bounced.told.into_iter().take_while(|it| !is_later(it)) {
        roll.take(message);
    }
    let now = Tick::from_quarters(NOW);
    let sounding = player.notes().iter().filter(|it| it.onset <= now && it.end() > now);
    sounding.for_each(|note| roll.add(*note));
    let clock = Clock {
        meter: Meter::COMMON,
        driver: Driver::Host,
        playing: true,
        is_asked_to_play: true,
        position_quarters: NOW,
        tempo_bpm: 112.0,
        bar_start: Tick(576),
        bar_length: Ticks(96),
    };
    let sound = heard(&bounced.mix, request.sample_rate, NOW * 60.0 / 112.0);
    Ok(Jam { roll, clock, sound, foreseen: bounced.foreseen })
}

/// What the window would show of what sounds at `secs`.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "some seconds")]
fn heard([left, right]: &[Vec<f32>; 2], sample_rate: u32, secs: f64) -> SoundView {
    let mut analyzer = Analyzer::new(sample_rate as f32);
    let frames = (secs * f64::from(sample_rate)) as usize;
    let mono: Vec<f32> =
        left.iter().zip(right).take(frames).map(|(left, right)| 0.5 * (left + right)).collect();
    analyzer.hear(&mono);
    let Spectrum { classes, strikes } = analyzer.spectrum();
    SoundView { classes, strikes }
}

fn silence() -> Status {
    Status { key_heard: None, chord_heard: None, ..status([0.0; 5]) }
}

fn status(peaks: [f32; 5]) -> Status {
    Status {
        pack: String::from("Antiphon Default"),
        backend: String::from("the embedded runtime"),
        note_millis: 0.31,
        load: 0.02,
        key_heard: Key::from_index(14),
        chord_heard: Chord::new(2, ChordQuality::Minor),
        peaks,
        ..Status::default()
    }
}

/// The settings that `jam` is played with, and a mix that a musician might have made.
fn set(controls: &Controls, values: &mut [ControlView]) {
    let settings = [
        (Control::Temperature, "1.08"),
        (Control::Seed, "271828"),
        (Control::Key, "D minor"),
        (Control::ScaleLock, "on"),
        (Control::Family(0), "Strings"),
        (Control::Family(3), "Flute"),
        (Control::Level(0), "-3"),
        (Control::Level(1), "-6"),
        (Control::Pan(0), "L 25"),
        (Control::Pan(1), "R 30"),
        (Control::Mute(2), "on"),
        (Control::Family(2), "Drums"),
        (Control::TimbreMap(1), "on"),
        (Control::TimbreX(1), "0.33"),
        (Control::TimbreY(1), "0.35"),
        (Control::TimbreMap(3), "on"),
        (Control::TimbreX(3), "0.615"),
        (Control::TimbreY(3), "0.435"),
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
