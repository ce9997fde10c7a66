//! Version 2: everything of version 1, and takes with the memories that they began with, and what is remembered of the player.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Read, State, Taught, v1};
use crate::files::memory::MemoryText;
use crate::files::take::{self, Memories, TakeText};

/// What version 1 does not have.
#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow, default)]
    takes: Vec<&'a RawValue>,
    /// That takes began with.
    #[serde(borrow, default)]
    memories: Vec<&'a RawValue>,
    #[serde(default)]
    memory: Option<String>,
    #[serde(default)]
    seed_locked: bool,
    #[serde(default)]
    preset: Option<String>,
    #[serde(default)]
    drawer: Option<String>,
    #[serde(default)]
    controllers: Vec<Taught>,
    #[serde(default)]
    timbre_map: bool,
}

#[derive(Serialize)]
struct Written {
    #[serde(flatten)]
    v1: v1::Text,
    takes: Vec<TakeText>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    memories: Vec<MemoryText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    seed_locked: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    preset: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    drawer: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    controllers: Vec<Taught>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    timbre_map: bool,
}

pub(super) fn read(text: &str) -> Result<Read, serde_json::Error> {
    let Read { mut state, mut mended } = v1::read(text)?;
    let Text { takes, memories, memory, seed_locked, preset, drawer, controllers, timbre_map } =
        serde_json::from_str(text)?;
    let memories = Memories::read(&memories);
    for (number, text) in (1..).zip(takes) {
        match take::read_v1(text.get(), &memories) {
            Ok(read) => {
                state.takes.push(read.take);
                mended.extend(read.mended);
            }
            Err(error) => mended.push(format!("take {number} was left out: {error}")),
        }
    }
    state.memory = memory;
    state.seed_locked = seed_locked;
    (state.preset, state.drawer) = (preset, drawer);
    (state.controllers, state.timbre_map) = (controllers, timbre_map);
    Ok(Read { state, mended })
}

pub(super) fn write(state: &State) -> String {
    let mut memories = Memories::default();
    let text = Written {
        v1: v1::text(state, 2),
        takes: state.takes.iter().map(|it| take::text_v1(it, &mut memories)).collect(),
        memories: memories.texts(),
        memory: state.memory.clone(),
        seed_locked: state.seed_locked,
        preset: state.preset.clone(),
        drawer: state.drawer.clone(),
        controllers: state.controllers.clone(),
        timbre_map: state.timbre_map,
    };
    serde_json::to_string(&text).expect("structs of numbers and strings are always JSON")
}
