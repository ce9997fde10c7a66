//! `render`: a MIDI file played by the synth.

use std::collections::HashMap;
use std::sync::Arc;

use serde_json::json;

use super::args::{RenderArgs, TimbreArg};
use super::failure::{Failure, Kind};
use super::{packs, say, tell, timbres};
use crate::engine::audio::renderer::Outputs as Channels;
use crate::engine::audio::synth::Synth;
use crate::files::midi::{self, MidiSong, MidiTrack};
use crate::files::wav;
use crate::infer::{ComposeError, Muse, TimbreCard};
use crate::report::family_word;
use crate::score::{Family, Mix, Part, PartialTable, Pitch, Tick, TimbreId, Velocity};

/// Frames rendered at a time.
const BLOCK: usize = 512;
/// Longest piece, seconds: four stems and the mix of half an hour fit into memory.
const MAX_SECS: f64 = 1800.0;

/// Read, play and write.
pub(super) fn run(args: &RenderArgs) -> Result<(), Failure> {
    let song = midi::open(&args.file)?;
    for mended in song.mended.iter().filter(|_| !args.output.quiet) {
        tell(&format!("antiphon-cli: mended in {}: {mended}", args.file.display()));
    }
    let count: usize = song.tracks.iter().map(|track| track.notes.len()).sum();
    if count == 0 {
        let error = anyhow::anyhow!("render a MIDI file: no notes in it: {}", args.file.display());
        return Err(Failure::new(Kind::Input, error, "give a file with at least one note"));
    }
    let rate = f64::from(args.wav.sample_rate);
    let ends = song.tracks.iter().flat_map(|track| track.notes.iter().map(|note| note.end()));
    let secs = seconds(&song, ends.max().unwrap_or_default()) + f64::from(args.wav.tail);
    if secs > MAX_SECS {
        let error = anyhow::anyhow!("render {:.0} minutes: {}", secs / 60.0, args.file.display());
        return Err(Failure::new(Kind::Input, error, "give at most half an hour"));
    }
    let stems = stem_names(&song);
    let names: Vec<String> = ["mix.wav".to_owned()].into_iter().chain(stems.clone()).collect();
    let mut muse = packs::open(&args.muse)?.muse;
    let mut outputs = args.output.open(&names)?;

    let progress = args.output.progress("rendering");
    let timbres = of_tracks(&song, &args.timbres, muse.as_ref())?;
    let events = events(&song, &timbres, muse.as_mut(), rate)?;
    let tape = Tape::render(events, frames(secs, rate), args.wav.sample_rate, &mut |done| {
        progress.show(done);
    });
    progress.finish();
    let sounds = [&tape.mix].into_iter().chain(&tape.stems);
    for (name, [left, right]) in names.iter().zip(sounds) {
        outputs
            .add(name, |out| wav::write(out, [left, right], args.wav.sample_rate, args.wav.bits))?;
    }
    let files = outputs.commit()?;
    if args.output.json {
        let report = json!({ "notes": count, "seconds": secs, "files": names });
        say(&serde_json::to_string_pretty(&report).expect("plain values with text as keys"))?;
    } else if !args.output.quiet {
        say(&format!("{count} notes, {secs:.1} s of sound"))?;
        for file in files {
            say(&format!("  {}", file.display()))?;
        }
    }
    Ok(())
}

/// What a track plays on: its program's family, piano if it has none.
fn family(track: &MidiTrack) -> Family {
    if track.is_drums() {
        return Family::DRUMS;
    }
    track.program.and_then(|program| Family::new(program / 8)).unwrap_or(Family::PIANO)
}

/// What each track sounds like: what was asked for, else the timbre of its program, else what its family plays.
fn of_tracks(
    song: &MidiSong,
    asked: &[(usize, TimbreArg)],
    muse: &dyn Muse,
) -> Result<Vec<TimbreId>, Failure> {
    let place_of = |is_meant: &dyn Fn(&TimbreCard) -> bool| {
        let place = muse.timbres().iter().position(is_meant);
        place.and_then(|place| u16::try_from(place).ok()).map(TimbreId::Named)
    };
    let mut found = Vec::with_capacity(song.tracks.len());
    for track in &song.tracks {
        let program = track.program.filter(|_| !track.is_drums());
        let named = program.and_then(|it| place_of(&|card| card.program == Some(it)));
        found.push(named.unwrap_or(TimbreId::Usual(family(track))));
    }
    for (track, wanted) in asked {
        let place = found.get_mut(*track - 1).ok_or_else(|| {
            let error = anyhow::anyhow!("give track {track} a timbre: no such track");
            Failure::new(Kind::Usage, error, format!("its tracks are 1 to {}", song.tracks.len()))
        })?;
        // Drums too, if that is what was asked for.
        *place = timbres::find(wanted, muse.timbres())?.of(Family::PIANO);
    }
    Ok(found)
}

/// The tracks share the band's four strips.
fn part(track: usize) -> Part {
    Part::BAND[track % Part::BAND_SIZE]
}

/// A stem for each strip that is used, named by its first track.
fn stem_names(song: &MidiSong) -> Vec<String> {
    let firsts = song.tracks.iter().take(Part::BAND_SIZE).enumerate();
    firsts
        .map(|(index, track)| format!("part-{}-{}.wav", index + 1, family_word(family(track))))
        .collect()
}

/// Seconds from the song's start to `tick`.
fn seconds(song: &MidiSong, tick: Tick) -> f64 {
    let mut secs = 0.0;
    for (index, (start, tempo)) in song.tempos.iter().enumerate() {
        let end = song.tempos.get(index + 1).map_or(tick, |next| next.0.min(tick));
        if end > *start {
            secs += (end - *start).quarters() * 60.0 / tempo.bpm();
        }
    }
    secs
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half an hour at most")]
fn frames(secs: f64, rate: f64) -> usize {
    (secs * rate).round() as usize
}

/// A note that begins or ends.
struct Event {
    frame: usize,
    part: Part,
    pitch: Pitch,
    /// `None` ends the note.
    struck: Option<(Velocity, Arc<PartialTable>)>,
}

/// All events in order, ends before beginnings.
fn events(
    song: &MidiSong,
    timbres: &[TimbreId],
    muse: &mut dyn Muse,
    rate: f64,
) -> Result<Vec<Event>, ComposeError> {
    let mut tables: HashMap<(TimbreId, Pitch, Velocity), Arc<PartialTable>> = HashMap::new();
    let mut events = Vec::new();
    for (index, (track, timbre)) in song.tracks.iter().zip(timbres).enumerate() {
        let (timbre, part) = (*timbre, part(index));
        for note in &track.notes {
            let key = (timbre, note.pitch, note.velocity);
            let table = match tables.get(&key) {
                Some(table) => Arc::clone(table),
                None => {
                    let table = muse.table(timbre, note.pitch, note.velocity)?;
                    tables.insert(key, Arc::clone(&table));
                    table
                }
            };
            let event = |tick, struck| Event {
                frame: frames(seconds(song, tick), rate),
                part,
                pitch: note.pitch,
                struck,
            };
            events.push(event(note.onset, Some((note.velocity, table))));
            events.push(event(note.end(), None));
        }
    }
    events.sort_by_key(|event| (event.frame, event.struck.is_some()));
    Ok(events)
}

/// What was rendered: left and right.
struct Tape {
    mix: [Vec<f32>; 2],
    stems: [[Vec<f32>; 2]; Part::BAND_SIZE],
}

impl Tape {
    fn render(
        events: Vec<Event>,
        frames: usize,
        sample_rate: u32,
        progress: &mut dyn FnMut(f32),
    ) -> Self {
        let mut synth = Synth::new(sample_rate as f32, BLOCK);
        let mut tape =
            Self { mix: Default::default(), stems: std::array::from_fn(|_| Default::default()) };
        let mut main = [[0.0; BLOCK]; 2];
        let mut parts = [[[0.0; BLOCK]; 2]; Part::BAND_SIZE];
        let mut events = events.into_iter().peekable();
        let late = usize::try_from(synth.latency()).expect("a look-ahead is short");
        let mix = Mix::default();
        let mut position = 0;
        while position < frames + late {
            let length = BLOCK.min(frames + late - position);
            let mut from = 0;
            while let Some(event) = events.next_if(|event| event.frame < position + length) {
                let at = event.frame - position;
                synth.render(from, at, &mix, &mut channels(&mut main, &mut parts));
                from = at;
                match event.struck {
                    Some((velocity, table)) => {
                        synth.note_on(event.part, event.pitch, velocity, table);
                    }
                    None => synth.note_off(event.part, event.pitch),
                }
            }
            synth.render(from, length, &mix, &mut channels(&mut main, &mut parts));
            while synth.take_retired().is_some() {}
            let kept = late.saturating_sub(position).min(length)..length;
            for (tape, block) in tape.mix.iter_mut().zip(&main) {
                tape.extend_from_slice(&block[kept.clone()]);
            }
            for (tape, block) in tape.stems.iter_mut().flatten().zip(parts.iter().flatten()) {
                tape.extend_from_slice(&block[kept.clone()]);
            }
            position += length;
            progress(position as f32 / (frames + late) as f32);
        }
        tape
    }
}

fn channels<'a>(
    [left, right]: &'a mut [[f32; BLOCK]; 2],
    parts: &'a mut [[[f32; BLOCK]; 2]; Part::BAND_SIZE],
) -> Channels<'a> {
    let [a, b, c, d] = parts;
    Channels { main: [left, right], parts: [pair(a), pair(b), pair(c), pair(d)] }
}

fn pair([left, right]: &mut [[f32; BLOCK]; 2]) -> [&mut [f32]; 2] {
    [left, right]
}
