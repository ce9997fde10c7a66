//! Timbres and the partial table that one note of a timbre is played from.

mod map;

use super::Family;

pub use self::map::MapPoint;

/// What a note sounds like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TimbreId {
    /// What the pack gives a family by itself.
    Usual(Family),
    /// One of the pack's timbres, by its place in the pack's list.
    Named(u16),
    /// Between two of the pack's timbres; the family's usual sound where the pack lacks one of them.
    Blend(Blend, Family),
    /// What the pack's map has at a point; the family's usual sound where the pack has no map.
    At(MapPoint, Family),
}

/// A place on the straight line between two timbres of the pack's list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Blend {
    pub first: u16,
    pub second: u16,
    /// How much of the second there is, in thousandths: 0 to 1000.
    pub share: u16,
}

/// What the musician wants a part to sound like. Drums keep their kit whatever it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum PartTimbre {
    /// As its family usually does in the pack.
    #[default]
    Usual,
    At(MapPoint),
    Blend(Blend),
}

impl PartTimbre {
    /// What a note sounds like that is played on `family`.
    pub fn of(self, family: Family) -> TimbreId {
        match self {
            _ if family.is_drums() => TimbreId::Usual(family),
            PartTimbre::Usual => TimbreId::Usual(family),
            PartTimbre::At(point) => TimbreId::At(point, family),
            PartTimbre::Blend(blend) => TimbreId::Blend(blend, family),
        }
    }
}

impl TimbreId {
    /// The family that is played on; a piano where none is told.
    pub fn family(self) -> Family {
        match self {
            TimbreId::Usual(family) | TimbreId::Blend(_, family) | TimbreId::At(_, family) => {
                family
            }
            TimbreId::Named(_) => Family::PIANO,
        }
    }
}

/// Control points in a note's evolution.
pub const TABLE_FRAMES: usize = 40;
/// Most partials in a table.
pub const MAX_PARTIALS: usize = 128;
/// Noise bands, the critical bands of Zwicker, "Subdivision of the audible frequency range into critical bands", 1961.
pub const NOISE_BANDS: usize = 25;
/// Edges of the noise bands, hertz: band `n` reaches from edge `n` to edge `n + 1` (same source).
pub const NOISE_EDGES: [f32; NOISE_BANDS + 1] = [
    20.0, 100.0, 200.0, 300.0, 400.0, 510.0, 630.0, 770.0, 920.0, 1080.0, 1270.0, 1480.0, 1720.0,
    2000.0, 2320.0, 2700.0, 3150.0, 3700.0, 4400.0, 5300.0, 6400.0, 7700.0, 9500.0, 12000.0,
    15500.0, 20000.0,
];
/// Time of the last control point, seconds after the onset; a sustained note stays there.
pub const TABLE_SECS: f32 = 3.0;

/// One note's whole evolution: what the oscillator bank and the noise of the part play, made off the audio thread.
#[derive(Clone, Debug, PartialEq)]
pub struct PartialTable {
    /// Frequency of each partial at the start, hertz; at most `MAX_PARTIALS`, none above 20 kHz.
    pub hertz: Vec<f32>,
    /// Linear amplitude, `[TABLE_FRAMES][partials]` row by row, full scale 1.
    pub amplitude: Vec<f32>,
    /// Root mean square of each noise band, `[TABLE_FRAMES][NOISE_BANDS]` row by row.
    pub noise: Vec<f32>,
    /// Pitch of all partials in each frame relative to the start, as a frequency ratio, `[TABLE_FRAMES]`; all 1 but for drums.
    pub glide: Vec<f32>,
    /// Time for a released note to fall by 60 dB, seconds.
    pub release_secs: f32,
    /// Whether the note sounds on at the last control point until it is released, or dies there.
    pub sustains: bool,
    /// Vibrato of a sustained note: depth in cents (0 = none) and rate in hertz.
    pub vibrato_cents: f32,
    pub vibrato_hertz: f32,
    /// Place in the stereo picture of each partial, -1 to 1, relative to the part's pan: left and right at s are correlated by the root of
    /// 1 - s². Beyond 1, to 2, the side that is farther away comes back upside down, so that they are opposed by the root of 1 - (2 - s)².
    pub spread: Vec<f32>,
    /// Correlation of left and right of the noise, 0 to 1.
    pub noise_correlation: f32,
    /// Notes of the same number in one part silence each other, as an open hi-hat and a closed one do; 0 none.
    pub choke: u8,
}

impl PartialTable {
    /// Of noise whose width nobody measured.
    pub const USUAL_CORRELATION: f32 = 0.5;

    pub fn partials(&self) -> usize {
        self.hertz.len()
    }

    /// Time of control point `frame`, seconds after the onset: logarithmic, dense at the attack.
    pub fn frame_secs(frame: usize) -> f32 {
        const CURVE: f32 = 6.0;
        let share = frame.min(TABLE_FRAMES - 1) as f32 / (TABLE_FRAMES - 1) as f32;
        TABLE_SECS * (CURVE * share).exp_m1() / CURVE.exp_m1()
    }
}
