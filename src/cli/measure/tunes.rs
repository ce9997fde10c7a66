//! Tunes to measure on: MIDI files whose first track is the player's, in a folder for each style.

use std::fs;
use std::path::{Path, PathBuf};

use crate::cli::args::MeasureArgs;
use crate::cli::failure::{Failure, Kind};
use crate::cli::learn;
use crate::engine::composer::judging::Piece;
use crate::files::midi::{self, MidiTrack};
use crate::music::planner::BarLine;
use crate::score::{Family, Note, Part, Tempo};

/// One file.
#[derive(Clone, Debug)]
pub(super) struct Tune {
    /// Index into the pack's styles.
    pub(super) style: usize,
    pub(super) tempo: Tempo,
    pub(super) bar: BarLine,
    /// The first track, in playing order.
    pub(super) player: Vec<Note>,
    /// The tracks after it, as the parts of the band, in playing order.
    pub(super) others: Vec<Note>,
    families: [Option<Family>; Part::COUNT],
}

/// The tunes of each style that has any, by its name.
pub(super) fn read(
    args: &MeasureArgs,
    styles: &[String],
) -> Result<Vec<(String, Vec<Tune>)>, Failure> {
    let mut found = Vec::new();
    for (style, name) in styles.iter().enumerate() {
        let folder = args.dir.join(name);
        if (!args.styles.is_empty() && !args.styles.contains(name)) || !folder.is_dir() {
            continue;
        }
        let files = files(&folder)?;
        let tunes = files.iter().take(args.limit).map(|path| open(path, style));
        found.push((name.clone(), tunes.collect::<Result<Vec<_>, _>>()?));
    }
    if found.is_empty() {
        let error = anyhow::anyhow!("find tunes: no folder of a style in {}", args.dir.display());
        let advice = "make one with `python -m training.tunes`, or put MIDI files into a folder such as folk_celtic";
        return Err(Failure::new(Kind::Input, error, advice));
    }
    Ok(found)
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let refuse = |error: std::io::Error| {
        let error = anyhow::Error::new(error).context(format!("list {}", folder.display()));
        Failure::new(Kind::Input, error, "check whether you may read the folder")
    };
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).map_err(refuse)? {
        files.push(entry.map_err(refuse)?.path());
    }
    files.retain(|path| path.extension().is_some_and(|it| it == "mid"));
    files.sort();
    Ok(files)
}

fn open(path: &Path, style: usize) -> Result<Tune, Failure> {
    let song = midi::open(path)?;
    let mut families = [None; Part::COUNT];
    let (mut player, mut others) = (Vec::new(), Vec::new());
    for (slot, track) in song.tracks.iter().enumerate().take(Part::COUNT) {
        let Some(part) = Part::from_slot(slot) else { break };
        families[slot] = Some(family(track));
        let notes = track.notes.iter().map(|note| Note { part, ..*note });
        if slot == 0 { player.extend(notes) } else { others.extend(notes) }
    }
    player.sort_unstable();
    others.sort_unstable();
    let (tempo, bar) = (song.tempos[0].1, learn::bar_of(&song));
    Ok(Tune { style, tempo, bar, player, others, families })
}

fn family(track: &MidiTrack) -> Family {
    if track.is_drums() {
        return Family::DRUMS;
    }
    track.program.and_then(|program| Family::new(program / 8)).unwrap_or(Family::PIANO)
}

impl Tune {
    /// The player alone, as the plugin hears her.
    pub(super) fn alone(&self) -> Piece {
        let mut families = [None; Part::COUNT];
        families[0] = Some(Family::PIANO);
        Piece { style: self.style, bar: self.bar, families }
    }

    /// The player and the other parts.
    pub(super) fn together(&self) -> Piece {
        let mut families = self.families;
        families[0] = Some(Family::PIANO);
        Piece { style: self.style, bar: self.bar, families }
    }

    /// The other parts without her.
    pub(super) fn without(&self) -> Piece {
        Piece {
            families: [&[None], &self.families[1..]].concat().try_into().unwrap_or_default(),
            ..self.alone()
        }
    }
}
