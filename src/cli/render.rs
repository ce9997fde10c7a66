//! `render`: a MIDI file played by the synth.

use serde_json::{Value, json};

use super::args::{RenderArgs, TimbreArg};
use super::cues::{cues, family, frames, seconds};
use super::failure::{Failure, Kind};
use super::{packs, say, tell, timbres};
use crate::engine::audio::renderer::Outputs as Channels;
use crate::engine::performance::Performance;
use crate::files::midi::{self, MidiSong, MidiTrack};
use crate::infer::{Muse, TimbreCard};
use crate::report::voices::{self, Sounding};
use crate::report::{self, family_word};
use crate::score::{Family, Mix, Part, TimbreId};

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
    let file = args.wav.file()?;
    let rate = f64::from(args.wav.sample_rate);
    let ends = song.tracks.iter().flat_map(|track| track.notes.iter().map(|note| note.end()));
    let secs = seconds(&song, ends.max().unwrap_or_default().0 as f64) + f64::from(args.wav.tail);
    if secs > MAX_SECS {
        let error = anyhow::anyhow!(
            "render a MIDI file: it lasts {:.0} minutes: {}",
            secs / 60.0,
            args.file.display()
        );
        return Err(Failure::new(Kind::Input, error, "give at most half an hour"));
    }
    let mut muse = packs::open(&args.muse)?.muse;
    let timbres = of_tracks(&song, &args.timbres, muse.as_ref())?;
    let extension = file.format.extension();
    let band: Vec<Sounding> =
        timbres.iter().map(|it| voices::of_timbre(*it, muse.timbres())).collect();
    let stems = stem_names(&band, extension);
    let names: Vec<String> = [format!("mix.{extension}")].into_iter().chain(stems).collect();
    let mut outputs = args.output.open(&names)?;

    let progress = args.output.progress("rendering");
    let cues = cues(&song, &timbres, muse.as_mut(), rate)?;
    let performance = Performance::new(cues, args.wav.sample_rate as f32);
    let tape = Tape::render(performance, frames(secs, rate), &mut |done| progress.show(done));
    progress.finish();
    let (peak_db, loudness_lufs) =
        (report::peak_db(&tape.mix), report::loudness_lufs(&tape.mix, args.wav.sample_rate));
    let limiter_db = report::limiter_db(tape.least_gain);
    let sounds = [&tape.mix].into_iter().chain(&tape.stems);
    for (name, [left, right]) in names.iter().zip(sounds) {
        outputs.add(name, |out| file.write(out, [left, right], args.wav.sample_rate))?;
    }
    let files = outputs.commit()?;
    if args.output.json {
        let report = json!({
            "notes": count,
            "seconds": secs,
            "peak_db": peak_db,
            "loudness_lufs": loudness_lufs,
            "limiter_db": limiter_db,
            "tracks": band.iter().zip(&song.tracks).map(track_json).collect::<Vec<_>>(),
            "files": names,
        });
        say(&serde_json::to_string_pretty(&report).expect("plain values with text as keys"))?;
    } else if !args.output.quiet {
        let level = report::loudness_words(peak_db, loudness_lufs);
        say(&format!("{count} notes, {secs:.1} s of sound, {level}"))?;
        if let Some(words) = report::limiter_words(limiter_db) {
            say(&words)?;
        }
        for file in files {
            say(&format!("  {}", file.display()))?;
        }
    }
    Ok(())
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

/// A stem for each strip that is used, named by what its first track sounds like.
fn stem_names(band: &[Sounding], extension: &str) -> Vec<String> {
    let firsts = (1..).zip(band.iter().take(Part::BAND_SIZE));
    firsts.map(|(number, it)| format!("part-{number}-{}.{extension}", it.voice.word)).collect()
}

/// What was rendered: left and right.
struct Tape {
    mix: [Vec<f32>; 2],
    stems: [[Vec<f32>; 2]; Part::BAND_SIZE],
    /// Of the limiter.
    least_gain: f32,
}

impl Tape {
    fn render(mut performance: Performance, frames: usize, progress: &mut dyn FnMut(f32)) -> Self {
        let mut tape = Self {
            mix: Default::default(),
            stems: std::array::from_fn(|_| Default::default()),
            least_gain: 1.0,
        };
        let mut main = [[0.0; BLOCK]; 2];
        let mut parts = [[[0.0; BLOCK]; 2]; Part::BAND_SIZE];
        let late = usize::try_from(performance.latency()).expect("a look-ahead is short");
        let mix = Mix::default();
        let mut position = 0;
        while position < frames + late {
            let length = BLOCK.min(frames + late - position);
            performance.render(length, &mix, &mut channels(&mut main, &mut parts));
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
        tape.least_gain = performance.least_gain();
        tape
    }
}

fn track_json((sounding, track): (&Sounding, &MidiTrack)) -> Value {
    json!({
        "name": track.name,
        "family": family_word(sounding.voice.family),
        "timbre": sounding.timbre,
        "notes": track.notes.len(),
    })
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
