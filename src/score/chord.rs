//! Chords, as far as the note model tells them apart.

/// A root and a quality.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Chord {
    /// 0 to 11, C is 0.
    root: u8,
    quality: ChordQuality,
}

/// What stands on the root; the order is that of the note model's input.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChordQuality {
    Major,
    Minor,
    Diminished,
    Augmented,
    SuspendedFourth,
    DominantSeventh,
    MajorSeventh,
    MinorSeventh,
}

impl ChordQuality {
    pub const COUNT: usize = 8;
}

impl Chord {
    /// The chord on `root` (0 to 11, C is 0).
    pub fn new(root: u8, quality: ChordQuality) -> Option<Self> {
        (root < 12).then_some(Self { root, quality })
    }

    pub fn root(self) -> u8 {
        self.root
    }

    pub fn quality(self) -> ChordQuality {
        self.quality
    }
}
