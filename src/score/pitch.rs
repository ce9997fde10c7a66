//! Pitch, velocity and key.

/// A MIDI note number, 0 to 127; 60 is middle C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Pitch(u8);

/// A MIDI note-on velocity, 1 to 127.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Velocity(u8);

/// A major or natural minor key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// 0 to 11, C is 0.
    tonic: u8,
    scale: Scale,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scale {
    Major,
    Minor,
}

/// Of pitch classes, from C.
pub(super) const NAMES: [&str; 12] =
    ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];

/// Tonics of keys, from C: of the two spellings the one with fewer signs; of six sharps or flats the sharps for a major key and the flats for a minor one.
const MAJOR_TONICS: [&str; 12] = ["C", "Db", "D", "Eb", "E", "F", "F#", "G", "Ab", "A", "Bb", "B"];
const MINOR_TONICS: [&str; 12] = ["C", "C#", "D", "Eb", "E", "F", "F#", "G", "G#", "A", "Bb", "B"];

impl Pitch {
    pub fn new(number: u8) -> Option<Self> {
        (number < 128).then_some(Self(number))
    }

    pub fn number(self) -> u8 {
        self.0
    }

    /// 0 to 11, C is 0.
    pub fn class(self) -> u8 {
        self.0 % 12
    }

    /// Frequency in hertz in equal temperament, A4 = 440 Hz.
    pub fn hertz(self) -> f32 {
        440.0 * ((f32::from(self.0) - 69.0) / 12.0).exp2()
    }

    /// Name and octave, middle C is `C4`.
    pub fn name(self) -> String {
        format!("{}{}", self.class_name(), i16::from(self.0) / 12 - 1)
    }

    /// The name without the octave, such as `Eb`.
    pub fn class_name(self) -> &'static str {
        NAMES[usize::from(self.class())]
    }
}

impl Velocity {
    /// `number`, brought into 1 to 127.
    pub fn clamped(number: u8) -> Self {
        Self(number.clamp(1, 127))
    }

    pub fn number(self) -> u8 {
        self.0
    }
}

impl Key {
    /// The key on `tonic` (0 to 11, C is 0).
    pub fn new(tonic: u8, scale: Scale) -> Option<Self> {
        (tonic < 12).then_some(Self { tonic, scale })
    }

    /// 0 to 11 the major keys from C, 12 to 23 the minor ones.
    pub fn index(self) -> usize {
        usize::from(self.tonic) + if self.scale == Scale::Minor { 12 } else { 0 }
    }

    pub fn from_index(index: usize) -> Option<Self> {
        let tonic = u8::try_from(index % 12).ok()?;
        match index / 12 {
            0 => Self::new(tonic, Scale::Major),
            1 => Self::new(tonic, Scale::Minor),
            _ => None,
        }
    }

    /// Whether the pitch is a degree of the scale; a minor key has both forms of its sixth and seventh degree.
    pub fn contains(self, pitch: Pitch) -> bool {
        let degree = (pitch.class() + 12 - self.tonic) % 12;
        match self.scale {
            Scale::Major => matches!(degree, 0 | 2 | 4 | 5 | 7 | 9 | 11),
            Scale::Minor => !matches!(degree, 1 | 4 | 6),
        }
    }

    /// Such as `Eb major`.
    pub fn name(self) -> String {
        let (tonics, scale) = match self.scale {
            Scale::Major => (MAJOR_TONICS, "major"),
            Scale::Minor => (MINOR_TONICS, "minor"),
        };
        format!("{} {scale}", tonics[usize::from(self.tonic)])
    }

    /// As people write it: `D minor`, `d min`, `Dm`, `F# major`, `DM`, `Gb`, in either spelling. Only `m` and `M` differ in their capital, as in chords.
    pub fn parse(text: &str) -> Option<Self> {
        let (root, rest) = root(text.trim())?;
        let rest = rest.trim();
        let scale = match rest.to_ascii_lowercase().as_str() {
            "" | "major" | "maj" => Scale::Major,
            "m" if rest == "M" => Scale::Major,
            "minor" | "min" | "m" => Scale::Minor,
            _ => return None,
        };
        Self::new(root, scale)
    }
}

/// Pitch class of the note that a text begins with, and what follows it.
pub fn root(text: &str) -> Option<(u8, &str)> {
    let mut letters = text.chars();
    let natural = match letters.next()?.to_ascii_uppercase() {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let rest = letters.as_str();
    let (shift, rest) = match letters.next() {
        Some('#' | '♯') => (1, letters.as_str()),
        Some('b' | '♭') => (11, letters.as_str()),
        _ => (0, rest),
    };
    Some(((natural + shift) % 12, rest))
}
