//! A MIDI file's song as what the synth is to do.

use std::collections::HashMap;
use std::sync::Arc;

use crate::engine::audio::channel::{Bearing, Channel};
use crate::engine::performance::{Cue, CueKind};
use crate::files::midi::{Gesture, MidiSong, MidiTrack};
use crate::infer::{ComposeError, Muse};
use crate::score::{Family, Part, PartialTable, Pitch, TICKS_PER_QUARTER, TimbreId, Velocity};

/// What a track plays on: its program's family, piano if it has none.
pub fn family(track: &MidiTrack) -> Family {
    if track.is_drums() {
        return Family::DRUMS;
    }
    track.program.and_then(|program| Family::new(program / 8)).unwrap_or(Family::PIANO)
}

/// The tracks share the band's four strips.
pub(super) fn part(track: usize) -> Part {
    Part::BAND[track % Part::BAND_SIZE]
}

/// Seconds from the song's start to a time in ticks.
pub(super) fn seconds(song: &MidiSong, ticks: f64) -> f64 {
    let mut secs = 0.0;
    for (index, (start, tempo)) in song.tempos.iter().enumerate() {
        let next = song.tempos.get(index + 1);
        let (start, end) = (start.0 as f64, next.map_or(ticks, |next| ticks.min(next.0.0 as f64)));
        if end > start {
            secs += (end - start) / TICKS_PER_QUARTER as f64 * 60.0 / tempo.bpm();
        }
    }
    secs
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "half an hour at most")]
pub(super) fn frames(secs: f64, rate: f64) -> usize {
    (secs * rate).round() as usize
}

/// All that happens, in no order, when each track plays its timbre at `rate` hertz.
///
/// # Errors
/// If the muse cannot make a note's table.
pub fn cues(
    song: &MidiSong,
    timbres: &[TimbreId],
    muse: &mut dyn Muse,
    rate: f64,
) -> Result<Vec<Cue>, ComposeError> {
    let mut tables: HashMap<(TimbreId, Pitch, Velocity), Arc<PartialTable>> = HashMap::new();
    let mut cues = Vec::new();
    for (index, (track, timbre)) in song.tracks.iter().zip(timbres).enumerate() {
        let (timbre, part, channel) = (*timbre, part(index), Channel::beside(index));
        let mut cue = |ticks, kind| {
            let frame = frames(seconds(song, ticks), rate);
            cues.push(Cue { frame, part, channel, kind });
        };
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
            cue(note.onset.0 as f64, CueKind::On(note.pitch, table));
            cue(note.end().0 as f64, CueKind::Off(note.pitch));
        }
        for (ticks, bearing) in bearings(track) {
            cue(ticks, CueKind::Bear(bearing));
        }
    }
    Ok(cues)
}

/// How the track's notes bend, swell and move, from each of its controllers on. Loudness goes as the fourth power of a controller's value
/// (General MIDI level 1, "developer guidelines", 1996), so the level as its square; a volume of 100 is the usual one.
fn bearings(track: &MidiTrack) -> Vec<(f64, Bearing)> {
    let (mut volume, mut expression, mut now) = (1.0, 1.0, Bearing::PLAIN);
    let mut bearings = Vec::with_capacity(track.gestures.len());
    for (ticks, gesture) in &track.gestures {
        match *gesture {
            Gesture::Bend(semitones) => now.bend = semitones,
            Gesture::Volume(value) => volume = (f32::from(value) / 100.0).powi(2),
            Gesture::Expression(value) => expression = (f32::from(value) / 127.0).powi(2),
            Gesture::Pan(value) => now.pan = (f32::from(value.max(1)) - 64.0) / 63.0,
            Gesture::Modulation(value) => now.vibrato = f32::from(value) / 127.0,
            Gesture::Brightness(value) => now.brightness = (f32::from(value) - 64.0) / 63.0,
            Gesture::Pressure(value) => now.pressure = f32::from(value) / 127.0,
        }
        now.gain = volume * expression;
        bearings.push((*ticks, now));
    }
    bearings
}
