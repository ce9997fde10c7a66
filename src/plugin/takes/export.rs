//! A take as files: its notes, its sound, and itself.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::job::Hand;
use crate::engine::offline::{self, Bounced, Request};
use crate::engine::playback::{Elsewhere, Place, Playback};
use crate::files::midi::{self, MidiSong};
use crate::files::output::{Existing, OutputError, Outputs};
use crate::files::take;
use crate::files::wav::{self, Depth};
use crate::infer::Muse;
use crate::score::{Part, Phrase, Take};

/// Seconds that the sound may die away.
const TAIL_SECS: f32 = 3.0;

/// Write the take into a folder of its own name below `folder`. `None` if the hand stopped it.
pub(super) fn export(
    take: &Take,
    muse: Box<dyn Muse>,
    folder: &Path,
    hand: &mut Hand<'_>,
) -> Result<Option<PathBuf>, String> {
    let request = request(take);
    let bounced = offline::bounce_by_hand(muse, &request, hand).map_err(|it| it.to_string())?;
    let Some(bounced) = bounced else { return Ok(None) };
    let place = free_place(folder, &take.name);
    write(take, &request, &bounced, &place).map_err(|error| error.to_string())?;
    Ok(Some(place))
}

/// The notes of the take, rendered from its first bar.
fn request(take: &Take) -> Request {
    let music = take.music.from_zero();
    Request {
        tempo: music.tempo(),
        tempos: music.tempos.clone(),
        meter: music.meter(),
        meters: music.meters.clone(),
        bars: u32::try_from(music.bars()).unwrap_or(u32::MAX),
        player: Phrase::new(music.of_player().collect()),
        playback: Some(Arc::new(Playback::of(&music, Place::Song, Elsewhere::Silent))),
        tail_secs: TAIL_SECS,
        ..Request::default()
    }
}

fn write(
    take: &Take,
    request: &Request,
    bounced: &Bounced,
    place: &Path,
) -> Result<(), OutputError> {
    let mut outputs = Outputs::into_folder(place, Existing::Keep)?;
    let mut bytes = |name: &str, bytes: &[u8]| outputs.add(name, |out| out.write_all(bytes));
    bytes("take.mid", &midi::write(&MidiSong::of_take(&take.music)))?;
    bytes("take.json", take::write(take).as_bytes())?;
    let mut sound = |name: &str, [left, right]: &[Vec<f32>; 2]| {
        let depth = Depth::default();
        outputs.add(name, |out| wav::write(out, [left, right], request.sample_rate, depth))
    };
    sound("mix.wav", &bounced.mix)?;
    let families = take.music.sounding_families();
    for ((part, family), stem) in Part::BAND.into_iter().zip(families).zip(&bounced.stems) {
        if let Some(family) = family {
            let word = family.name().to_lowercase().replace(' ', "-");
            sound(&format!("part-{}-{word}.wav", part.slot()), stem)?;
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
