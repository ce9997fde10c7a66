//! Version 2: everything of version 1, and takes, and the player's memory.

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use super::{Read, State, v1};
use crate::files::take::{self, TakeText};

/// What version 1 does not have.
#[derive(Deserialize)]
struct Text<'a> {
    #[serde(borrow, default)]
    takes: Vec<&'a RawValue>,
    #[serde(default)]
    memory: Option<String>,
}

#[derive(Serialize)]
struct Written {
    #[serde(flatten)]
    v1: v1::Text,
    takes: Vec<TakeText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    memory: Option<String>,
}

pub(super) fn read(text: &str) -> Result<Read, serde_json::Error> {
    let Read { mut state, mut mended } = v1::read(text)?;
    let Text { takes, memory } = serde_json::from_str(text)?;
    for (number, text) in (1..).zip(takes) {
        match take::read_v1(text.get()) {
            Ok(read) => {
                state.takes.push(read.take);
                mended.extend(read.mended);
            }
            Err(error) => mended.push(format!("take {number} was left out: {error}")),
        }
    }
    state.memory = memory;
    Ok(Read { state, mended })
}

pub(super) fn write(state: &State) -> String {
    let text = Written {
        v1: v1::text(state, 2),
        takes: state.takes.iter().map(take::text_v1).collect(),
        memory: state.memory.clone(),
    };
    serde_json::to_string(&text).expect("structs of numbers and strings are always JSON")
}
