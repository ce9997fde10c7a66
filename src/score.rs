//! Values of music: time, meter, pitch, notes, parts, timbres, styles, seeds and settings. No I/O, no clock, no globals.

pub mod chord;
mod drum;
pub mod likelihood;
pub mod maps;
pub mod memory;
pub mod meter;
pub mod nearest;
pub mod note;
pub mod part;
pub mod phrase;
pub mod pitch;
pub mod seed;
pub mod settings;
pub mod style;
pub mod take;
pub mod timbre;
pub mod time;
mod voice;

pub use chord::{Chord, ChordQuality, ChordWish};
pub use likelihood::Likelihood;
pub use memory::{Remembered, Remembrance};
pub use meter::{Meter, Tempo};
pub use note::Note;
pub use part::{Family, Part};
pub use phrase::Phrase;
pub use pitch::{Key, Pitch, Velocity};
pub use seed::{Seed, Stream};
pub use settings::{
    Audible, CountIn, Follow, Looping, Mix, Mode, PartSettings, Quantum, Settings, Strip, Trade,
};
pub use style::StyleBlend;
pub use take::{PackName, Take};
pub use timbre::{Blend, MapPoint, PartTimbre, PartialTable, TimbreId};
pub use time::{Frame, Frames, TICKS_PER_QUARTER, Tick, Ticks};
pub use voice::{Voice, Voices};
