//! `check`: how far a MIDI file copies what a pack learned from.

use serde_json::json;

use super::args::CheckArgs;
use super::failure::{Failure, Kind};
use super::{packs, say, tell};
use crate::files::midi::{self, MidiSong, MidiTrack};
use crate::report::originality::{self, CopyLine};
use crate::score::{Meter, Part, Ticks};

/// Read, look every run up, and say.
pub(super) fn run(args: &CheckArgs) -> Result<(), Failure> {
    let song = midi::open(&args.file)?;
    for mended in &song.mended {
        tell(&format!("antiphon-cli: mended in {}: {mended}", args.file.display()));
    }
    let pack = packs::read(args.pack.as_deref())?;
    let Some(corpus) = &pack.originality else {
        let error =
            anyhow::anyhow!("check for copies: the pack `{}` has no originality index", pack.name);
        let advice = "leave out --pack to check against the built-in one, or make the index with `python -m training.index`";
        return Err(Failure::new(Kind::Refused, error, advice));
    };
    let melodic: Vec<(usize, &MidiTrack)> =
        (1..).zip(&song.tracks).filter(|(_, track)| !track.is_drums()).collect();
    if melodic.is_empty() {
        let error =
            anyhow::anyhow!("check for copies: no melodic notes in it: {}", args.file.display());
        return Err(Failure::new(Kind::Input, error, "give a file with notes that are not drums"));
    }
    let found: Vec<(usize, &MidiTrack, CopyLine)> = melodic
        .into_iter()
        .map(|(number, track)| {
            (number, track, originality::line(&track.notes, Part::PLAYER, corpus))
        })
        .collect();
    if args.json {
        let tracks: Vec<_> = found
            .iter()
            .map(|(number, track, line)| {
                json!({ "track": number, "name": track.name, "notes": track.notes.len(), "originality": line })
            })
            .collect();
        let report = json!({
            "file": args.file, "pack": pack.name, "pack_sha256": pack.sha256,
            "pieces": corpus.pieces(), "tracks": tracks,
        });
        return say(&serde_json::to_string_pretty(&report).expect("plain values with text as keys"));
    }
    for (number, track, line) in &found {
        let name = if track.name.is_empty() { "without a name" } else { &track.name };
        let words = line.words(|quarter| format!(" from {}", place(&song, quarter)));
        say(&format!("track {number} ({name}, {} notes): {words}", track.notes.len()))?;
    }
    say(&format!(
        "against {} pieces of the pack `{}`, whatever the key and the tempo",
        corpus.pieces(),
        pack.name
    ))
}

/// Bar and beat, both from 1.
fn place(song: &MidiSong, quarter: f64) -> String {
    let mut bar = 1;
    #[expect(clippy::cast_possible_truncation, reason = "a place in a MIDI file")]
    let tick = (quarter * crate::score::TICKS_PER_QUARTER as f64).round() as i64;
    for (index, (start, meter)) in song.meters.iter().enumerate() {
        let end = song.meters.get(index + 1).map_or(tick, |next| next.0.0.min(tick));
        let within = (end - start.0).max(0);
        let length = meter.bar().0.max(1);
        if end == tick {
            return format!(
                "bar {}, beat {}",
                bar + within / length,
                1 + within % length / beat(*meter).0
            );
        }
        bar += (within + length - 1) / length;
    }
    format!("bar {bar}")
}

fn beat(meter: Meter) -> Ticks {
    Ticks(meter.bar().0 / i64::from(meter.count()).max(1))
}
