//! Version 1 of a take: notes and events as arrays of numbers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::memories::Memories;
use super::settings::SettingsText;
use super::{Read, TextError};
use crate::files::memory::MemoryText;
use crate::score::maps::Map;
use crate::score::take::{Entered, Families, KeyAct, KeyEvent, Making, Music, Rest, Run, Whole};
use crate::score::{
    Family, Meter, Note, PackName, Part, Phrase, Pitch, Settings, Take, Tempo, Tick, Ticks,
    Velocity,
};

#[derive(Deserialize, Serialize)]
pub(in crate::files) struct TakeText {
    #[serde(default)]
    name: String,
    #[serde(default)]
    starred: bool,
    #[serde(default)]
    tags: String,
    begin: i64,
    end: i64,
    /// Onset, length, part, pitch, velocity.
    notes: Vec<[i64; 5]>,
    /// Place among the notes, and ticks after its onset at which the note sounds.
    #[serde(default)]
    delays: Vec<(usize, f32)>,
    #[serde(default)]
    lead_in: Vec<[i64; 5]>,
    #[serde(default)]
    tempos: Vec<(i64, f64)>,
    /// Bar line, count, unit.
    #[serde(default)]
    meters: Vec<[i64; 3]>,
    /// Place, and the family of each part.
    #[serde(default)]
    families: Vec<[i64; 5]>,
    #[serde(default)]
    likelihood: Option<f32>,
    #[serde(default)]
    making: Option<MakingText>,
}

#[derive(Deserialize, Serialize)]
struct MakingText {
    #[serde(default)]
    pack: Option<(String, String)>,
    #[serde(default)]
    backend: String,
    #[serde(default)]
    seed_phrase: Vec<[i64; 5]>,
    /// What was remembered of the player; nothing if that was nothing, or if the song says it for several takes at once: then its place there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory: Option<MemoryText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    memory_at: Option<usize>,
    start: i64,
    bar: i64,
    meter: [i64; 2],
    #[serde(default)]
    jumped: bool,
    settings: Vec<(i64, SettingsText)>,
    /// Lead, begin, length, count, bar line, count and unit of the meter.
    windows: Vec<[i64; 7]>,
    #[serde(default)]
    keys: Vec<KeyText>,
    #[serde(default)]
    rests: Vec<RestText>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ended: Option<i64>,
    whole: bool,
}

/// Windows before, tick, then part, pitch, velocity and lateness of a key that is struck, part and pitch of one that is let go, or nothing: all
/// keys are.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(untagged)]
enum KeyText {
    Down(u32, i64, usize, i64, i64, f32),
    Up(u32, i64, usize, i64),
    AllUp(u32, i64),
}

/// Windows before, from, until, and the part if it is of one alone.
#[derive(Clone, Copy, Deserialize, Serialize)]
#[serde(untagged)]
enum RestText {
    All(i64, i64, i64),
    Part(i64, i64, i64, usize),
}

/// Places farther from the origin than this could overflow in sums.
const LAST_TICK: i64 = 1 << 40;
/// Ticks; the band plays no later than a player who is heard on a grid of ticks of a quaver triplet.
const LONGEST_DELAY: f32 = 24.0;
/// Longest take and longest note: a day at 120 quarters a minute.
const LONGEST: i64 = 24 * 120 * 60 * 24;

/// Read what `text` wrote, and mend what can be. `memories` are those of the song.
pub(in crate::files) fn read(text: &str, memories: &Memories) -> Result<Read, TextError> {
    let mut lost = Lost::default();
    let text = match serde_json::from_str::<TakeText>(text) {
        Ok(text) => text,
        Err(_) => salvage(text, &mut lost)?,
    };
    let length = text.end.saturating_sub(text.begin);
    if !(1..=LONGEST).contains(&length) || place(text.begin).is_none() {
        return Err(TextError::NoBars);
    }
    let (begin, end) = (Tick(text.begin), Tick(text.end));
    let inside = |note: &Note| (begin..end).contains(&note.onset);
    let before = |note: &Note| note.onset < begin;
    let music = Music {
        begin,
        end,
        delays: delays(&text, inside, &mut lost),
        notes: notes(&text.notes, inside, &mut lost),
        lead_in: notes(&text.lead_in, before, &mut lost),
        tempos: map(text.tempos.iter().map(|it| (it.0, Tempo::new(it.1))), &mut lost),
        meters: map(text.meters.iter().map(|it| (it[0], meter(it[1], it[2]))), &mut lost),
        families: map(text.families.iter().map(|it| (it[0], families(it))), &mut lost),
        likelihood: text.likelihood,
    };
    let making = text.making.and_then(|it| self::making(it, memories, &mut lost));
    let making = making.unwrap_or_default();
    let name = if text.name.is_empty() { String::from("Nameless") } else { text.name };
    let mended = lost.told(&name);
    let take = Take {
        name,
        starred: text.starred,
        tags: text.tags,
        music: Arc::new(music),
        making: Arc::new(making),
    };
    Ok(Read { take, mended })
}

/// What had to be left out.
#[derive(Default)]
struct Lost {
    notes: usize,
    others: usize,
    making: bool,
}

impl Lost {
    fn told(&self, name: &str) -> Vec<String> {
        let mut told = Vec::new();
        if self.notes > 0 {
            told.push(format!("take {name}: {} impossible notes were left out", self.notes));
        }
        if self.others > 0 {
            told.push(format!("take {name}: damaged tempos, meters or settings were left out"));
        }
        if self.making {
            told.push(format!(
                "take {name}: what made it is damaged; it can be played, but not improvised again"
            ));
        }
        told
    }
}

/// The take in a text of which some parts are damaged: what is in order is kept.
fn salvage(text: &str, lost: &mut Lost) -> Result<TakeText, TextError> {
    let mut value: Value = serde_json::from_str(text).map_err(TextError::Damaged)?;
    let Some(fields) = value.as_object_mut() else { return Err(TextError::NoBars) };
    for (name, is_note) in [
        ("notes", true),
        ("lead_in", true),
        ("tempos", false),
        ("meters", false),
        ("families", false),
        ("delays", false),
    ] {
        let entries = fields.entry(name).or_insert_with(|| Value::Array(Vec::new()));
        let count = |entries: &Value| entries.as_array().map_or(1, Vec::len);
        let before = count(entries);
        match entries.as_array_mut() {
            Some(entries) => entries.retain(|entry| match name {
                "delays" => serde_json::from_value::<(usize, f32)>(entry.clone()).is_ok(),
                "tempos" => serde_json::from_value::<(i64, f64)>(entry.clone()).is_ok(),
                "meters" => serde_json::from_value::<[i64; 3]>(entry.clone()).is_ok(),
                _ => serde_json::from_value::<[i64; 5]>(entry.clone()).is_ok(),
            }),
            None => *entries = Value::Array(Vec::new()),
        }
        let gone = before - count(entries).min(before);
        *(if is_note { &mut lost.notes } else { &mut lost.others }) += gone;
    }
    for (name, is_sound) in [
        ("name", Value::is_string as fn(&Value) -> bool),
        ("tags", Value::is_string),
        ("starred", Value::is_boolean),
        ("likelihood", Value::is_number),
    ] {
        if fields.get(name).is_some_and(|value| !is_sound(value)) {
            fields.remove(name);
            lost.others += 1;
        }
    }
    let making = fields.remove("making").filter(|making| !making.is_null());
    let read = making.map(serde_json::from_value::<MakingText>);
    lost.making |= matches!(read, Some(Err(_)));
    let mut text: TakeText = serde_json::from_value(value).map_err(|_| TextError::NoBars)?;
    text.making = read.and_then(Result::ok);
    Ok(text)
}

fn notes(texts: &[[i64; 5]], belongs: impl Fn(&Note) -> bool, lost: &mut Lost) -> Vec<Note> {
    let mut notes: Vec<Note> = texts.iter().filter_map(note).filter(belongs).collect();
    lost.notes += texts.len() - notes.len();
    notes.sort_unstable();
    notes
}

/// Of notes that are there; of one that is impossible, without a word more.
fn delays(text: &TakeText, belongs: impl Fn(&Note) -> bool, lost: &mut Lost) -> Vec<(Note, f32)> {
    let mut delays: Vec<(Note, f32)> = Vec::new();
    for &(place, delay) in &text.delays {
        let note = text.notes.get(place).and_then(note).filter(&belongs);
        match note.filter(|_| (-LONGEST_DELAY..=LONGEST_DELAY).contains(&delay)) {
            Some(note) => delays.push((note, delay)),
            None => lost.others += 1,
        }
    }
    delays.sort_by_key(|it| it.0);
    delays.dedup_by_key(|it| it.0);
    delays
}

fn note(&[onset, length, part, number, velocity]: &[i64; 5]) -> Option<Note> {
    Some(Note {
        onset: place(onset)?,
        part: Part::from_slot(usize::try_from(part).ok()?)?,
        pitch: pitch(number)?,
        length: (1..=LONGEST).contains(&length).then_some(Ticks(length))?,
        velocity: self::velocity(velocity)?,
    })
}

fn place(tick: i64) -> Option<Tick> {
    (-LAST_TICK..=LAST_TICK).contains(&tick).then_some(Tick(tick))
}

fn pitch(number: i64) -> Option<Pitch> {
    u8::try_from(number).ok().and_then(Pitch::new)
}

fn velocity(number: i64) -> Option<Velocity> {
    let number = u8::try_from(number).ok().filter(|it| (1..=127).contains(it));
    number.map(Velocity::clamped)
}

fn meter(count: i64, unit: i64) -> Option<Meter> {
    Meter::new(u8::try_from(count).ok()?, u8::try_from(unit).ok()?)
}

fn families(text: &[i64; 5]) -> Option<Families> {
    let family = |number: i64| u8::try_from(number).ok().and_then(Family::new);
    Some([family(text[1])?, family(text[2])?, family(text[3])?, family(text[4])?])
}

/// Entries in order; one that is impossible or out of order is left out.
fn map<T>(entries: impl Iterator<Item = (i64, Option<T>)>, lost: &mut Lost) -> Map<T> {
    let mut map: Map<T> = Vec::new();
    for (tick, value) in entries {
        let tick = place(tick).filter(|tick| map.last().is_none_or(|it| it.0 < *tick));
        match tick.zip(value) {
            Some(entry) => map.push(entry),
            None => lost.others += 1,
        }
    }
    map
}

/// Nothing if any of it is impossible: half of what made a take makes another.
fn making(text: MakingText, memories: &Memories, lost: &mut Lost) -> Option<Making> {
    let read = sound_making(text, memories);
    lost.making |= read.is_none();
    read
}

fn sound_making(text: MakingText, memories: &Memories) -> Option<Making> {
    let mut settings: Map<Settings> = Vec::new();
    for (tick, text) in &text.settings {
        let tick = place(*tick).filter(|tick| settings.last().is_none_or(|it| it.0 < *tick))?;
        settings.push((tick, text.settings()?));
    }
    let phrase: Option<Vec<Note>> = text.seed_phrase.iter().map(note).collect();
    let windows: Option<Vec<Run>> = text.windows.iter().map(run).collect();
    let keys: Option<Vec<KeyEvent>> = text.keys.iter().map(|text| key(*text)).collect();
    let rests: Option<Vec<Rest>> = text.rests.iter().map(|text| rest(*text)).collect();
    Some(Making {
        pack: text.pack.map(|(name, hash)| PackName { name, hash }),
        backend: text.backend,
        seed_phrase: Arc::new(Phrase::new(phrase?)),
        memory: match (text.memory, text.memory_at) {
            (Some(memory), _) => Arc::new(memory.remembrance().ok()?),
            (None, Some(place)) => memories.get(place)?,
            (None, None) => Arc::default(),
        },
        start: place(text.start)?,
        bar: place(text.bar)?,
        meter: meter(text.meter[0], text.meter[1])?,
        entered: if text.jumped { Entered::Jumped } else { Entered::Started },
        settings,
        windows: windows?,
        keys: keys?,
        rests: rests?,
        ended: text.ended.map(Tick),
        whole: if text.whole { Whole::Yes } else { Whole::No },
    })
}

fn run(&[lead, begin, length, count, bar, beats, unit]: &[i64; 7]) -> Option<Run> {
    let is_short = |ticks: i64| (0..=LONGEST).contains(&ticks);
    let windows = u32::try_from(count).ok().filter(|it| *it > 0)?;
    (is_short(lead) && is_short(length - 1) && is_short(length.checked_mul(count)?))
        .then_some(())?;
    Some(Run {
        lead: Ticks(lead),
        begin: place(begin)?,
        length: Ticks(length),
        count: windows,
        bar: place(bar)?,
        meter: meter(beats, unit)?,
    })
}

fn key(text: KeyText) -> Option<KeyEvent> {
    let (after, tick, slot, act) = match text {
        KeyText::Down(after, tick, slot, number, loud, late) => {
            let late = (-1.0..=1.0).contains(&late).then_some(late)?;
            let (pitch, velocity) = (pitch(number)?, velocity(loud)?);
            (after, tick, slot, KeyAct::Down { pitch, velocity, late })
        }
        KeyText::Up(after, tick, slot, number) => (after, tick, slot, KeyAct::Up(pitch(number)?)),
        KeyText::AllUp(after, tick) => (after, tick, Part::PLAYER.slot(), KeyAct::AllUp),
    };
    Some(KeyEvent { after, tick: place(tick)?, part: Part::from_slot(slot)?, act })
}

fn rest(text: RestText) -> Option<Rest> {
    let (after, from, until, part) = match text {
        RestText::All(after, from, until) => (after, from, until, None),
        RestText::Part(after, from, until, slot) => {
            let part = Part::from_slot(slot).filter(|part| *part != Part::PLAYER)?;
            (after, from, until, Some(part))
        }
    };
    let after = u32::try_from(after).ok()?;
    Some(Rest { after, from: place(from)?, until: place(until)?, part })
}

/// What is written of a take in a song: the memory that it began with goes among the song's.
pub(in crate::files) fn text_in_song(take: &Take, memories: &mut Memories) -> TakeText {
    let memory = &take.making.memory;
    let place = (!memory.is_empty()).then(|| memories.place_of(memory));
    text_with(take, MakingText { memory_at: place, ..making_text(&take.making) })
}

/// What is written of a take by itself.
pub(in crate::files) fn text(take: &Take) -> TakeText {
    let memory = &take.making.memory;
    let own = (!memory.is_empty()).then(|| MemoryText::of(memory));
    text_with(take, MakingText { memory: own, ..making_text(&take.making) })
}

fn text_with(take: &Take, making: MakingText) -> TakeText {
    let Take { name, starred, tags, music, .. } = take;
    let meter = |meter: &Meter| [i64::from(meter.count()), i64::from(meter.unit())];
    let families = |(tick, families): &(Tick, Families)| {
        let [a, b, c, d] = families.map(|family| i64::from(family.index()));
        [tick.0, a, b, c, d]
    };
    TakeText {
        name: name.clone(),
        starred: *starred,
        tags: tags.clone(),
        begin: music.begin.0,
        end: music.end.0,
        notes: music.notes.iter().map(note_text).collect(),
        delays: (0..)
            .zip(&music.notes)
            .map(|(place, note)| (place, music.delay(note)))
            .filter(|it| it.1 != 0.0)
            .collect(),
        lead_in: music.lead_in.iter().map(note_text).collect(),
        tempos: music.tempos.iter().map(|it| (it.0.0, it.1.bpm())).collect(),
        meters: music.meters.iter().map(|it| [it.0.0, meter(&it.1)[0], meter(&it.1)[1]]).collect(),
        families: music.families.iter().map(families).collect(),
        likelihood: music.likelihood,
        making: Some(making),
    }
}

/// But for the memory.
fn making_text(making: &Making) -> MakingText {
    let meter = |meter: Meter| [i64::from(meter.count()), i64::from(meter.unit())];
    MakingText {
        pack: making.pack.as_ref().map(|pack| (pack.name.clone(), pack.hash.clone())),
        backend: making.backend.clone(),
        seed_phrase: making.seed_phrase.notes().iter().map(note_text).collect(),
        memory: None,
        memory_at: None,
        start: making.start.0,
        bar: making.bar.0,
        meter: meter(making.meter),
        jumped: making.entered == Entered::Jumped,
        settings: making.settings.iter().map(|it| (it.0.0, SettingsText::of(&it.1))).collect(),
        windows: making
            .windows
            .iter()
            .map(|run| {
                let [beats, unit] = meter(run.meter);
                let count = i64::from(run.count);
                [run.lead.0, run.begin.0, run.length.0, count, run.bar.0, beats, unit]
            })
            .collect(),
        keys: making.keys.iter().map(key_text).collect(),
        rests: making
            .rests
            .iter()
            .map(|&Rest { after, from, until, part }| match part {
                None => RestText::All(after.into(), from.0, until.0),
                Some(part) => RestText::Part(after.into(), from.0, until.0, part.slot()),
            })
            .collect(),
        ended: making.ended.map(|it| it.0),
        whole: making.whole == Whole::Yes,
    }
}

fn key_text(&KeyEvent { after, tick, part, act }: &KeyEvent) -> KeyText {
    match act {
        KeyAct::Down { pitch, velocity, late } => {
            let (pitch, velocity) = (i64::from(pitch.number()), i64::from(velocity.number()));
            KeyText::Down(after, tick.0, part.slot(), pitch, velocity, late)
        }
        KeyAct::Up(pitch) => KeyText::Up(after, tick.0, part.slot(), i64::from(pitch.number())),
        KeyAct::AllUp => KeyText::AllUp(after, tick.0),
    }
}

fn note_text(note: &Note) -> [i64; 5] {
    let slot = i64::try_from(note.part.slot()).expect("0 to 4");
    let (pitch, velocity) = (i64::from(note.pitch.number()), i64::from(note.velocity.number()));
    [note.onset.0, note.length.0, slot, pitch, velocity]
}
