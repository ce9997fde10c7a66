//! A take as files: its notes, its sound, itself, and a report.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::job::Hand;
use crate::engine::offline::{self, Bounced, Request};
use crate::files::midi::{self, MidiSong};
use crate::files::output::{Existing, OutputError, Outputs};
use crate::files::take;
use crate::files::wav::{self, Depth};
use crate::infer::Muse;
use crate::pack::Pack;
use crate::report::voices;
use crate::report::{Made, Report};
use crate::score::{Mix, Take};

/// Seconds that the sound may die away.
const TAIL_SECS: f32 = 3.0;

/// Bits of a sample.
const DEPTH: Depth = Depth::Bits24;

/// Write the take into a folder of its own name below `folder`, mixed so; `muse` is of `pack`. `None` if the hand stopped it.
pub(super) fn export(
    (take, mix): (&Take, Mix),
    muse: Box<dyn Muse>,
    pack: Option<&Pack>,
    folder: &Path,
    hand: &mut Hand<'_>,
) -> Result<Option<PathBuf>, String> {
    let request = Request { tail_secs: TAIL_SECS, mix, ..Request::of_take(take) };
    let (styles, backend) = (muse.styles().to_vec(), muse.backend().to_owned());
    let (corpus, cards) = (muse.corpus().cloned(), muse.timbres().to_vec());
    let started = Instant::now();
    let bounced = offline::bounce_by_hand(muse, &request, hand).map_err(|it| it.to_string())?;
    let Some(mut bounced) = bounced else { return Ok(None) };
    // Of the notes when they were composed: now they were read.
    bounced.mean_log_probability = f64::from(take.music.likelihood.unwrap_or(0.0));
    let band = voices::of_band(&request, take.music.sounding_families(), &cards);
    let song = MidiSong::of_take(&take.music, &voices::voices(&band));
    let stems = voices::stem_names(&band, "wav");
    let made = Made {
        pack: pack.map(|it| it.name.clone()).unwrap_or_default(),
        pack_version: pack.map(|it| it.version.clone()).unwrap_or_default(),
        pack_sha256: pack.map(|it| it.sha256.clone()).unwrap_or_default(),
        backend,
        band,
        prompt: None,
        player: None,
        memory: None,
        corpus,
        bits: DEPTH.bits(),
        seconds: started.elapsed().as_secs_f64(),
    };
    let names = FILES.map(str::to_owned).into_iter().chain(stems.iter().flatten().cloned());
    let report = Report::new(&request, &styles, &bounced, made, names.collect());
    let place = free_place(folder, &take.name);
    write((take, &song), &request, &bounced, &stems, &report, &place)
        .map_err(|error| error.to_string())?;
    Ok(Some(place))
}

/// Beside the stems.
const FILES: [&str; 4] = ["mix.wav", "take.mid", "report.json", "take.json"];

fn write(
    (take, song): (&Take, &MidiSong),
    request: &Request,
    bounced: &Bounced,
    stems: &[Option<String>],
    report: &Report,
    place: &Path,
) -> Result<(), OutputError> {
    let mut outputs = Outputs::into_folder(place, Existing::Keep)?;
    let [mix, notes, report_name, whole] = FILES;
    let mut bytes = |name: &str, bytes: &[u8]| outputs.add(name, |out| out.write_all(bytes));
    bytes(notes, &midi::write(song))?;
    bytes(whole, take::write(take).as_bytes())?;
    bytes(report_name, format!("{}\n", report.json()).as_bytes())?;
    let mut sound = |name: &str, [left, right]: &[Vec<f32>; 2]| {
        outputs.add(name, |out| wav::write(out, [left, right], request.sample_rate, DEPTH))
    };
    sound(mix, &bounced.mix)?;
    for (name, stem) in stems.iter().zip(&bounced.stems) {
        if let Some(name) = name {
            sound(name, stem)?;
        }
    }
    outputs.commit().map(drop)
}

/// A folder that is not there yet, by the take's name.
fn free_place(folder: &Path, name: &str) -> PathBuf {
    let is_plain = |sign: char| sign.is_alphanumeric() || matches!(sign, ' ' | '-' | '_');
    let plain: String = name.chars().map(|it| if is_plain(it) { it } else { '-' }).collect();
    let plain = if plain.trim().is_empty() { "Take" } else { plain.trim() };
    let numbered = (2..).map(|number: u32| folder.join(format!("{plain} {number}")));
    let mut places = std::iter::once(folder.join(plain)).chain(numbered);
    places.find(|place| !place.exists()).unwrap_or_else(|| folder.join(plain))
}
