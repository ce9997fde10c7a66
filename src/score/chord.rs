//! Chords, as far as the note model tells them apart.

use super::pitch::NAMES;

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

/// Which chord the band is asked to play in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum ChordWish {
    /// Whichever it likes.
    #[default]
    Open,
    /// The one that the player plays, while one is heard.
    Player,
    Chord(Chord),
}

impl ChordQuality {
    pub const COUNT: usize = 8;
    /// In the order of the note model's input.
    pub const ALL: [Self; Self::COUNT] = [
        Self::Major,
        Self::Minor,
        Self::Diminished,
        Self::Augmented,
        Self::SuspendedFourth,
        Self::DominantSeventh,
        Self::MajorSeventh,
        Self::MinorSeventh,
    ];

    /// What is written behind the root.
    fn sign(self) -> &'static str {
        ["", "m", "dim", "aug", "sus4", "7", "maj7", "m7"][self as usize]
    }
}

impl Chord {
    /// The chord on `root` (0 to 11, C is 0).
    pub fn new(root: u8, quality: ChordQuality) -> Option<Self> {
        (root < 12).then_some(Self { root, quality })
    }

    /// How many there are.
    pub const COUNT: usize = 12 * ChordQuality::COUNT;

    /// Below `COUNT`: the qualities on C, then those on the next root.
    pub fn index(self) -> usize {
        usize::from(self.root) * ChordQuality::COUNT + self.quality as usize
    }

    pub fn from_index(index: usize) -> Option<Self> {
        let root = u8::try_from(index / ChordQuality::COUNT).ok()?;
        Self::new(root, ChordQuality::ALL[index % ChordQuality::COUNT])
    }

    /// Such as `Dm7`.
    pub fn name(self) -> String {
        format!("{}{}", NAMES[usize::from(self.root)], self.quality.sign())
    }

    pub fn root(self) -> u8 {
        self.root
    }

    pub fn quality(self) -> ChordQuality {
        self.quality
    }
}

impl ChordWish {
    /// How many there are.
    pub const COUNT: usize = 2 + Chord::COUNT;

    /// Below `COUNT`: open, the player's, then the chords by their indices.
    pub fn index(self) -> usize {
        match self {
            Self::Open => 0,
            Self::Player => 1,
            Self::Chord(chord) => 2 + chord.index(),
        }
    }

    pub fn from_index(index: usize) -> Option<Self> {
        match index {
            0 => Some(Self::Open),
            1 => Some(Self::Player),
            _ => Chord::from_index(index - 2).map(Self::Chord),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Chord, ChordWish};

    #[test]
    fn every_wish_has_an_index_and_every_chord_a_name_of_its_own() {
        let wishes: Vec<_> = (0..ChordWish::COUNT).filter_map(ChordWish::from_index).collect();
        assert_eq!(wishes.len(), 98);
        assert!(wishes.iter().enumerate().all(|(index, wish)| wish.index() == index));
        assert_eq!(ChordWish::from_index(98), None);
        let mut names: Vec<_> =
            (0..Chord::COUNT).filter_map(Chord::from_index).map(Chord::name).collect();
        assert_eq!(
            (names[0].as_str(), names[23].as_str(), names[95].as_str()),
            ("C", "Dm7", "Bm7")
        );
        names.sort();
        names.dedup();
        assert_eq!(names.len(), Chord::COUNT);
    }
}
