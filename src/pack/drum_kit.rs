//! The drum kit of a pack: every hit's modes and noise bands from moment to moment, as `training/timbre/drums.py` writes them.

#[cfg(test)]
pub(crate) mod tests;

use crate::score::timbre::{MAX_PARTIALS, NOISE_BANDS, TABLE_FRAMES};

/// The hits of a kit, at most one for a key.
#[derive(Clone, Debug, PartialEq)]
pub struct DrumKit {
    /// By key, from low to high.
    pub hits: Vec<DrumHit>,
}

/// One hit as it was measured at `DrumKit::HARD`.
#[derive(Clone, Debug, PartialEq)]
pub struct DrumHit {
    /// General MIDI's key, 0 to 127.
    pub key: u8,
    /// Hits of the same number silence each other, 0 none.
    pub choke: u8,
    /// Of the loudest moment, decibels of full scale.
    pub level_db: f32,
    /// Control points that are told, at most `TABLE_FRAMES`; silence follows.
    pub frames: usize,
    /// By which all modes lie higher at each control point, cents.
    pub glide_cents: Vec<f32>,
    /// Of each mode.
    pub hertz: Vec<f32>,
    /// Decibels that each mode, and each noise band, has more in a hit at `DrumKit::SOFT`.
    pub mode_softer_db: Vec<f32>,
    pub band_softer_db: Vec<f32>,
    /// Decibels against `level_db`, `[frames][modes]` and `[frames][NOISE_BANDS]`; nothing where silent.
    pub modes: Vec<Option<f32>>,
    pub noise: Vec<Option<f32>>,
}

/// Why the file of a kit is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DrumKitError {
    #[error("it does not begin with the mark of a drum kit")]
    Mark,
    #[error("its version is {0}, not 1")]
    Version(u8),
    #[error("it ends in the middle of hit {hit}")]
    Short { hit: usize },
    #[error("{0} bytes follow its last hit")]
    Long(usize),
    #[error("`{field}` of hit {hit} is {found}, not {wanted}")]
    Hit { hit: usize, field: &'static str, found: String, wanted: &'static str },
}

const MARK: &[u8] = b"ADRM";
const VERSION: u8 = 1;
/// How values stand in the file.
const TOP_DB: f32 = 4.0;
const STEP_DB: f32 = 0.4;
const SILENT: u8 = 255;
const LOWEST_HERTZ: f32 = 16.0;
const STEPS_AN_OCTAVE: f32 = 6000.0;
const HIGHEST_HERTZ: f32 = 20_000.0;
const GLIDE_CENTS: f32 = 20.0;
const SOFTER_DB: f32 = 0.25;

impl DrumKit {
    /// Velocities of the two hits that were measured of each key.
    pub const HARD: f32 = 112.0;
    pub const SOFT: f32 = 40.0;

    pub fn hit(&self, key: u8) -> Option<&DrumHit> {
        self.hits.binary_search_by_key(&key, |hit| hit.key).ok().map(|place| &self.hits[place])
    }

    /// Read a kit's file.
    ///
    /// # Errors
    /// If it is no kit, is damaged, or tells what no hit can be.
    pub fn parse(bytes: &[u8]) -> Result<Self, DrumKitError> {
        let rest = bytes.strip_prefix(MARK).ok_or(DrumKitError::Mark)?;
        let [version, count, rest @ ..] = rest else { return Err(DrumKitError::Mark) };
        if *version != VERSION {
            return Err(DrumKitError::Version(*version));
        }
        let mut reader = Reader { rest, hit: 0 };
        let mut hits = Vec::with_capacity(usize::from(*count));
        for hit in 0..usize::from(*count) {
            reader.hit = hit;
            hits.push(reader.hit(hits.last())?);
        }
        if !reader.rest.is_empty() {
            return Err(DrumKitError::Long(reader.rest.len()));
        }
        Ok(Self { hits })
    }
}

struct Reader<'a> {
    rest: &'a [u8],
    /// Which one is read, for errors.
    hit: usize,
}

impl<'a> Reader<'a> {
    fn hit(&mut self, before: Option<&DrumHit>) -> Result<DrumHit, DrumKitError> {
        let &[key, choke, modes, frames, low, high] = self.take(6)? else {
            return Err(DrumKitError::Short { hit: self.hit });
        };
        let is_next = key < 128 && before.is_none_or(|it| it.key < key);
        self.that(is_next, "key", key, "a MIDI key above the one before it")?;
        let (modes, frames) = (usize::from(modes), usize::from(frames));
        self.that(modes <= MAX_PARTIALS, "modes", modes, "at most 128")?;
        self.that((1..=TABLE_FRAMES).contains(&frames), "frames", frames, "1 to 40")?;
        let level_db = f32::from(i16::from_le_bytes([low, high])) / 100.0;
        self.that((-120.0..=12.0).contains(&level_db), "level", level_db, "-120 to 12 decibels")?;
        let glide_cents = self.steps(frames, GLIDE_CENTS)?;
        let hertz: Vec<f32> = (self.take(2 * modes)?.chunks_exact(2))
            .map(|it| f32::from(u16::from_le_bytes([it[0], it[1]])) / STEPS_AN_OCTAVE)
            .map(|octaves| LOWEST_HERTZ * octaves.exp2())
            .collect();
        let rising = hertz.is_sorted_by(|a, b| a < b);
        self.that(rising, "hertz", format!("{hertz:?}"), "frequencies from low to high")?;
        let highest = hertz.last().copied().unwrap_or(0.0);
        self.that(highest <= HIGHEST_HERTZ, "hertz", highest, "at most 20000")?;
        Ok(DrumHit {
            key,
            choke,
            level_db,
            frames,
            glide_cents,
            hertz,
            mode_softer_db: self.steps(modes, SOFTER_DB)?,
            band_softer_db: self.steps(NOISE_BANDS, SOFTER_DB)?,
            modes: self.levels(frames * modes)?,
            noise: self.levels(frames * NOISE_BANDS)?,
        })
    }

    fn take(&mut self, count: usize) -> Result<&'a [u8], DrumKitError> {
        let (taken, rest) =
            self.rest.split_at_checked(count).ok_or(DrumKitError::Short { hit: self.hit })?;
        self.rest = rest;
        Ok(taken)
    }

    fn steps(&mut self, count: usize, step: f32) -> Result<Vec<f32>, DrumKitError> {
        Ok(self.take(count)?.iter().map(|it| step * f32::from(it.cast_signed())).collect())
    }

    fn levels(&mut self, count: usize) -> Result<Vec<Option<f32>>, DrumKitError> {
        let level = |it: &u8| (*it != SILENT).then(|| TOP_DB - STEP_DB * f32::from(*it));
        Ok(self.take(count)?.iter().map(level).collect())
    }

    fn that(
        &self,
        good: bool,
        field: &'static str,
        found: impl ToString,
        wanted: &'static str,
    ) -> Result<(), DrumKitError> {
        if good {
            return Ok(());
        }
        Err(DrumKitError::Hit { hit: self.hit, field, found: found.to_string(), wanted })
    }
}
