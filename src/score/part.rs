//! Parts of the band and the instrument families that the note model sees.

/// A voice: the player, or one of the band's four.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Part(u8);

/// What the note model knows of a part's instrument: one of the sixteen General MIDI groups of eight programs, or drums.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Family(u8);

impl Part {
    /// How many parts the band has, without the player.
    pub const BAND_SIZE: usize = 4;
    /// How many parts there are, with the player.
    pub const COUNT: usize = 5;
    pub const PLAYER: Part = Part(0);
    pub const BAND: [Part; Self::BAND_SIZE] = [Part(1), Part(2), Part(3), Part(4)];

    /// 0 is the player, 1 to 4 the band.
    pub fn from_slot(slot: usize) -> Option<Self> {
        u8::try_from(slot).ok().filter(|slot| usize::from(*slot) < Self::COUNT).map(Self)
    }

    /// 0 is the player, 1 to 4 the band.
    pub fn slot(self) -> usize {
        usize::from(self.0)
    }

    /// 0 to 3 for the band, nothing for the player.
    pub fn band_index(self) -> Option<usize> {
        self.slot().checked_sub(1)
    }

    /// The MIDI channel the part is sent on, 0 to 3 for the band (shown to people as 1 to 4).
    pub fn channel(self) -> u8 {
        self.0.saturating_sub(1)
    }
}

impl Family {
    pub const COUNT: usize = 17;
    pub const PIANO: Family = Family(0);
    pub const DRUMS: Family = Family(16);
    pub const NAMES: [&'static str; Self::COUNT] = [
        "Piano",
        "Mallets",
        "Organ",
        "Guitar",
        "Bass",
        "Strings",
        "Ensemble",
        "Brass",
        "Reed",
        "Flute",
        "Synth lead",
        "Synth pad",
        "Synth effects",
        "Plucked",
        "Percussive",
        "Effects",
        "Drums",
    ];

    pub fn new(index: u8) -> Option<Self> {
        (usize::from(index) < Self::COUNT).then_some(Self(index))
    }

    pub fn index(self) -> u8 {
        self.0
    }

    pub fn name(self) -> &'static str {
        Self::NAMES[usize::from(self.0)]
    }

    pub fn is_drums(self) -> bool {
        self == Self::DRUMS
    }

    /// The General MIDI program (0 to 127) that stands for the family; nothing for drums.
    pub fn program(self) -> Option<u8> {
        const PROGRAMS: [u8; 16] =
            [0, 11, 19, 24, 32, 40, 48, 56, 71, 73, 80, 88, 96, 105, 108, 120];
        PROGRAMS.get(usize::from(self.0)).copied()
    }
}
