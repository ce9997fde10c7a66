//! `report.json`: what made a bounce, and what came out. The command line and the plugin write the same.

pub mod loudness;
pub(crate) mod originality;
mod sound;
pub(crate) mod voices;

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use self::originality::CopyLine;
use self::sound::{SoundLine, hex, samples_sha256};
pub(crate) use self::sound::{limiter_db, limiter_words, loudness_lufs, loudness_words, peak_db};
use self::voices::{Band, Sounding, TimbreLine};
use crate::engine::offline::{Bounced, Request};
use crate::infer::StyleCard;
use crate::music::key::KeyFinder;
use crate::music::originality::CorpusIndex;
use crate::score::{
    Audible, ChordWish, Family, Follow, Key, Mode, Note, Part, Quantum, Strip, Voice,
};

/// The report of a bounce, as it is written to `report.json`.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    antiphon: &'static str,
    pack: PackLine,
    backend: String,
    settings: SettingsLine,
    parts: Vec<PartLine>,
    prompt: Option<Heard>,
    player: Option<Heard>,
    memory: MemoryLine,
    notes: NotesLine,
    sound: SoundLine,
    speed: SpeedLine,
    files: Vec<String>,
}

/// A track of a MIDI file that was heard.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Heard {
    pub(crate) file: String,
    /// Among the tracks with notes, from 1.
    pub(crate) track: usize,
    pub(crate) name: String,
    pub(crate) notes: usize,
}

/// What the report says beside the request and its outcome.
#[derive(Debug)]
pub(crate) struct Made {
    pub(crate) pack: String,
    pub(crate) pack_version: String,
    pub(crate) pack_sha256: String,
    pub(crate) backend: String,
    /// What the parts play on and sound like.
    pub(crate) band: Band,
    pub(crate) prompt: Option<Heard>,
    pub(crate) player: Option<Heard>,
    /// The file of what is remembered.
    pub(crate) memory: Option<String>,
    /// What the parts may have copied.
    pub(crate) corpus: Option<Arc<CorpusIndex>>,
    pub(crate) bits: u16,
    /// That composing and rendering took.
    pub(crate) seconds: f64,
}

#[derive(Debug, Serialize)]
struct PackLine {
    name: String,
    version: String,
    sha256: String,
}

#[derive(Debug, Serialize)]
struct SettingsLine {
    seed: u64,
    styles: Vec<StyleLine>,
    bars: u32,
    tempo: f64,
    meter: String,
    temperature: f32,
    min_p: f32,
    style_strength: f32,
    density: f32,
    repetition: f32,
    memory: f32,
    feel: f32,
    time_temperature: f32,
    pitch_temperature: f32,
    key: Option<String>,
    chord: String,
    scale_lock: bool,
    quantum: &'static str,
    /// Bars of a turn of parts that answer; none answers phrases.
    trade_bars: Option<i64>,
    master_db: f32,
    player_audible: bool,
    sample_rate: u32,
    block: usize,
    bits: u16,
    tail_secs: f32,
}

#[derive(Debug, Serialize)]
struct StyleLine {
    name: String,
    weight: f32,
}

#[derive(Debug, Serialize)]
struct PartLine {
    part: usize,
    mode: &'static str,
    /// What the part plays on.
    family: Option<String>,
    /// Whether the musician chose it.
    family_chosen: bool,
    /// What it sounds like at the beginning.
    timbre: Option<TimbreLine>,
    /// The same for people.
    #[serde(skip)]
    words: String,
    register: f32,
    level_db: f32,
    pan: f32,
    audible: bool,
    notes: usize,
    peak_db: Option<f64>,
    /// Of the stem, as for the mix.
    samples_sha256: String,
    /// Nothing for drums and for packs without an index.
    originality: Option<CopyLine>,
}

/// What was remembered of the player, and how well she was foretold.
#[derive(Debug, Serialize)]
struct MemoryLine {
    file: Option<String>,
    /// Notes that the bounce began with.
    notes: usize,
    /// The player's notes that were heard, the share of them whose pitch class was expected within a beat, and the share that repeats the one before.
    heard: u32,
    expected: f64,
    repeat_last: f64,
    /// Bits a note of the newest fifty or so.
    bits_saved: f32,
}

#[derive(Debug, Serialize)]
struct NotesLine {
    total: usize,
    /// Of a line `onset part pitch length velocity` for each note, in ticks of 24 a quarter.
    sha256: String,
    /// The wished key, or else the one that the notes tell, and the share of pitched notes within it.
    key: Option<String>,
    in_key: Option<f64>,
    late_windows: u32,
    /// Natural logarithm, of a note under the model.
    mean_log_probability: f64,
}

#[derive(Debug, Serialize)]
struct SpeedLine {
    seconds: f64,
    notes_a_second: f64,
    times_real_time: f64,
}

/// The files that a report in `folder` names, if there is one: those of an earlier take.
pub(crate) fn files_of(folder: &Path) -> Vec<String> {
    #[derive(Deserialize)]
    struct Earlier {
        files: Vec<String>,
    }
    let text = std::fs::read_to_string(folder.join("report.json")).unwrap_or_default();
    serde_json::from_str::<Earlier>(&text).map(|it| it.files).unwrap_or_default()
}

impl Report {
    pub(crate) fn new(
        request: &Request,
        styles: &[StyleCard],
        bounced: &Bounced,
        made: Made,
        files: Vec<String>,
    ) -> Self {
        let families = voices::families(&made.band);
        let sound = SoundLine::new(bounced, request.sample_rate);
        let copies = |part: Part| {
            let family = families[part.band_index()?].filter(|it| !it.is_drums());
            family.and(made.corpus.as_ref()).map(|it| originality::line(&bounced.notes, part, it))
        };
        let parts = Part::BAND.map(|part| PartLine {
            originality: copies(part),
            ..part_line(part, request, bounced, &made.band)
        });
        Self {
            antiphon: env!("CARGO_PKG_VERSION"),
            pack: PackLine {
                name: made.pack,
                version: made.pack_version,
                sha256: made.pack_sha256,
            },
            backend: made.backend,
            settings: settings_line(request, styles, made.bits),
            parts: parts.into(),
            prompt: made.prompt,
            player: made.player,
            memory: memory_line(request, bounced, made.memory),
            notes: notes_line(request, bounced, families),
            speed: SpeedLine {
                seconds: made.seconds,
                notes_a_second: bounced.notes_composed as f64 / made.seconds.max(1e-9),
                times_real_time: sound.seconds / made.seconds.max(1e-9),
            },
            sound,
            files,
        }
    }

    pub(crate) fn json(&self) -> String {
        serde_json::to_string_pretty(self).expect("plain values with text as keys")
    }

    /// A few lines for people.
    pub(crate) fn summary(&self, files: &[PathBuf]) -> String {
        let mut text = String::new();
        let Self { settings, memory, notes, sound, speed, .. } = self;
        let mut line = |line: String| writeln!(text, "{line}").expect("memory takes every line");
        let styles: Vec<String> = match settings.styles.as_slice() {
            [only] => vec![only.name.clone()],
            blend => blend.iter().map(|it| format!("{} {:.2}", it.name, it.weight)).collect(),
        };
        line(format!(
            "{} notes in {} bars of {} at {} bpm, seed {}, {}",
            notes.total,
            settings.bars,
            settings.meter,
            settings.tempo,
            settings.seed,
            styles.join(", ")
        ));
        let widest = self.parts.iter().map(|part| part.words.len()).max().unwrap_or(0).max(14);
        for part in self.parts.iter().filter(|part| part.mode != "off") {
            let words = if part.words.is_empty() { "-" } else { &part.words };
            let copies = part.originality.as_ref().filter(|_| part.notes > 0);
            let copies =
                copies.map_or_else(String::new, |it| format!("  {}", it.words(|_| String::new())));
            line(format!("  part {}  {words:<widest$} {:>5} notes{copies}", part.part, part.notes));
        }
        if let (Some(key), Some(share)) = (&notes.key, notes.in_key) {
            line(format!("{:.0} % of the notes in {key}", share * 100.0));
        }
        if memory.heard > 0 {
            line(format!(
                "{:.0} % of the player's {} notes were expected, {:.0} % repeat the one before; memory saves {:.2} bits a note",
                memory.expected * 100.0,
                memory.heard,
                memory.repeat_last * 100.0,
                memory.bits_saved
            ));
        }
        line(format!(
            "{:.1} s of sound in {:.1} s ({:.1} times real time), {}",
            sound.seconds,
            speed.seconds,
            speed.times_real_time,
            loudness_words(sound.peak_db, sound.loudness_lufs)
        ));
        if let Some(words) = limiter_words(sound.limiter_db) {
            line(words);
        }
        for file in files {
            line(format!("  {}", file.display()));
        }
        text.truncate(text.trim_end().len());
        text
    }
}

fn memory_line(request: &Request, bounced: &Bounced, file: Option<String>) -> MemoryLine {
    let heard = bounced.anticipation;
    let share = |count: u32| f64::from(count) / f64::from(heard.notes.max(1));
    MemoryLine {
        file,
        notes: request.memory.notes().len(),
        heard: heard.notes,
        expected: share(heard.expected),
        repeat_last: share(heard.repeated),
        bits_saved: heard.memory_gain,
    }
}

fn settings_line(request: &Request, styles: &[StyleCard], bits: u16) -> SettingsLine {
    let Request { settings, mix, .. } = request;
    let weights = settings.style.weights(styles.len());
    SettingsLine {
        seed: settings.seed.0,
        styles: styles
            .iter()
            .zip(weights)
            .filter(|(_, weight)| *weight > 0.0)
            .map(|(style, weight)| StyleLine { name: style.name.clone(), weight })
            .collect(),
        bars: request.bars,
        tempo: request.tempo.bpm(),
        meter: format!("{}/{}", request.meter.count(), request.meter.unit()),
        temperature: settings.temperature,
        min_p: settings.min_p,
        style_strength: settings.style_strength,
        density: settings.density,
        repetition: settings.repetition,
        feel: settings.feel,
        time_temperature: settings.time_temperature,
        pitch_temperature: settings.pitch_temperature,
        memory: request.settings.memory,
        key: settings.key.map(Key::name),
        chord: match settings.chord {
            ChordWish::Open => String::from("open"),
            ChordWish::Player => String::from("player"),
            ChordWish::Chord(chord) => chord.name(),
        },
        scale_lock: settings.scale_lock,
        quantum: match settings.quantum {
            Quantum::HalfBeat => "half-beat",
            Quantum::Beat => "beat",
            Quantum::Bar => "bar",
        },
        trade_bars: settings.trade.bars(),
        master_db: mix.master_db,
        player_audible: mix.player.audible == Audible::Yes,
        sample_rate: request.sample_rate,
        block: request.block,
        bits,
        tail_secs: request.tail_secs,
    }
}

fn part_line(part: Part, request: &Request, bounced: &Bounced, band: &Band) -> PartLine {
    let index = part.band_index().expect("a part of the band");
    let sounding = band[index].as_ref();
    let settings = request.settings.parts[index];
    let Strip { level_db, pan, audible } = request.mix.parts[index];
    PartLine {
        part: part.slot(),
        mode: match settings.mode {
            Mode::Off => "off",
            Mode::Play => "play",
            Mode::Answer => "answer",
            Mode::Follow => follow_word(settings.follow),
        },
        family: sounding.map(|it| family_word(it.voice.family)),
        family_chosen: settings.family.is_some(),
        timbre: sounding.map(|it| it.timbre.clone()),
        words: sounding.map(Sounding::words).unwrap_or_default(),
        register: settings.register,
        level_db,
        pan,
        audible: audible == Audible::Yes,
        notes: bounced.notes.iter().filter(|note| note.part == part).count(),
        peak_db: peak_db(&bounced.stems[index]),
        samples_sha256: samples_sha256(&bounced.stems[index]),
        originality: None,
    }
}

fn notes_line(
    request: &Request,
    bounced: &Bounced,
    families: [Option<Family>; Part::BAND_SIZE],
) -> NotesLine {
    let is_drums = |part: Part| {
        part.band_index().and_then(|index| families[index]).is_some_and(Family::is_drums)
    };
    let pitched: Vec<&Note> = bounced.notes.iter().filter(|note| !is_drums(note.part)).collect();
    let mut finder = KeyFinder::default();
    for note in &pitched {
        finder.hear(note.pitch, note.length);
    }
    let key = request.settings.key.or_else(|| finder.key()).filter(|_| !pitched.is_empty());
    let inside = |key: Key| pitched.iter().filter(|note| key.contains(note.pitch)).count();
    NotesLine {
        total: bounced.notes.len(),
        sha256: notes_sha256(&bounced.notes),
        key: key.map(Key::name),
        in_key: key.map(|key| inside(key) as f64 / pitched.len() as f64),
        late_windows: bounced.late_windows,
        mean_log_probability: bounced.mean_log_probability,
    }
}

fn notes_sha256(notes: &[Note]) -> String {
    let mut hash = Sha256::new();
    for note in notes {
        let Note { onset, part, pitch, length, velocity } = note;
        let (pitch, velocity) = (pitch.number(), velocity.number());
        hash.update(format!("{} {} {pitch} {} {velocity}\n", onset.0, part.slot(), length.0));
    }
    hex(&hash.finalize())
}

/// Such as `synth-lead`: how a family is written on the command line and in the names of stems.
pub(crate) fn family_word(family: Family) -> String {
    Voice::of_family(family).word
}

/// How a mode of following is written.
pub(crate) fn follow_word(follow: Follow) -> &'static str {
    match follow {
        Follow::Above => "follow-above",
        Follow::Below => "follow-below",
        Follow::Bass => "follow-bass",
        Follow::OctaveUp => "follow-octave-up",
        Follow::OctaveDown => "follow-octave-down",
    }
}
