//! Version 1: seed phrase, pack, editor size.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::{EditorSize, PackName, Read, State};
use crate::score::{Note, Part, Phrase, Pitch, Tick, Ticks, Velocity};

#[derive(Deserialize, Serialize)]
pub(super) struct Text {
    version: u64,
    #[serde(default)]
    seed_phrase: Vec<NoteText>,
    #[serde(default)]
    pack: Option<PackText>,
    #[serde(default)]
    editor: Option<EditorText>,
}

#[derive(Clone, Copy, Deserialize, Serialize)]
struct NoteText {
    /// Ticks, 24 a quarter.
    onset: i64,
    length: i64,
    /// 0 is the player, 1 to 4 the band.
    part: usize,
    pitch: u8,
    velocity: u8,
}

#[derive(Deserialize, Serialize)]
struct PackText {
    name: String,
    hash: String,
}

#[derive(Deserialize, Serialize)]
struct EditorText {
    width: u16,
    height: u16,
}

/// Longest seed phrase that is taken over: a day at 120 quarters a minute. Beyond it, sums of ticks could overflow.
const LAST_TICK: i64 = 24 * 120 * 60 * 24;

pub(super) fn read(text: &str) -> Result<Read, serde_json::Error> {
    let text: Text = serde_json::from_str(text)?;
    let mut mended = Vec::new();
    let asked = text.seed_phrase.len();
    let notes: Vec<Note> = text.seed_phrase.into_iter().filter_map(note).collect();
    if notes.len() < asked {
        mended.push(format!(
            "{} impossible notes of the seed phrase were left out",
            asked - notes.len()
        ));
    }
    let editor = text.editor.as_ref().and_then(|size| EditorSize::new(size.width, size.height));
    if editor.is_none() && text.editor.is_some() {
        mended.push(String::from("an impossible size of the window was put right"));
    }
    let pack = text.pack.map(|pack| PackName { name: pack.name, hash: pack.hash });
    let seed_phrase = Arc::new(Phrase::new(notes));
    Ok(Read { state: State { seed_phrase, pack, editor, ..State::default() }, mended })
}

/// What the newest version still writes in this form.
pub(super) fn text(state: &State, version: u64) -> Text {
    let notes = state.seed_phrase.notes().iter();
    Text {
        version,
        seed_phrase: notes
            .map(|note| NoteText {
                onset: note.onset.0,
                length: note.length.0,
                part: note.part.slot(),
                pitch: note.pitch.number(),
                velocity: note.velocity.number(),
            })
            .collect(),
        pack: state
            .pack
            .as_ref()
            .map(|pack| PackText { name: pack.name.clone(), hash: pack.hash.clone() }),
        editor: state.editor.map(|size| EditorText { width: size.width(), height: size.height() }),
    }
}

fn note(text: NoteText) -> Option<Note> {
    let in_time = (0..=LAST_TICK).contains(&text.onset) && (1..=LAST_TICK).contains(&text.length);
    let loud = (1..=127).contains(&text.velocity);
    (in_time && loud).then_some(())?;
    Some(Note {
        onset: Tick(text.onset),
        part: Part::from_slot(text.part)?,
        pitch: Pitch::new(text.pitch)?,
        length: Ticks(text.length),
        velocity: Velocity::clamped(text.velocity),
    })
}
