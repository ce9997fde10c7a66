//! What the keys of a drum kit strike.

use super::Pitch;

/// The lowest key with a name.
const LOWEST: u8 = 35;

/// From [`LOWEST`] on: "General MIDI Level 1 Sound Set", percussion key map (MIDI Association).
const NAMES: [&str; 47] = [
    "acoustic bass drum",
    "bass drum",
    "side stick",
    "acoustic snare",
    "hand clap",
    "electric snare",
    "low floor tom",
    "closed hi-hat",
    "high floor tom",
    "pedal hi-hat",
    "low tom",
    "open hi-hat",
    "low-mid tom",
    "high-mid tom",
    "crash cymbal 1",
    "high tom",
    "ride cymbal 1",
    "Chinese cymbal",
    "ride bell",
    "tambourine",
    "splash cymbal",
    "cowbell",
    "crash cymbal 2",
    "vibraslap",
    "ride cymbal 2",
    "high bongo",
    "low bongo",
    "muted high conga",
    "open high conga",
    "low conga",
    "high timbale",
    "low timbale",
    "high agogo",
    "low agogo",
    "cabasa",
    "maracas",
    "short whistle",
    "long whistle",
    "short guiro",
    "long guiro",
    "claves",
    "high wood block",
    "low wood block",
    "muted cuica",
    "open cuica",
    "muted triangle",
    "open triangle",
];

impl Pitch {
    /// What the key strikes in a General MIDI kit; nothing below 35 and above 81.
    pub fn drum(self) -> Option<&'static str> {
        let place = usize::from(self.number().checked_sub(LOWEST)?);
        NAMES.get(place).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::Pitch;

    #[test]
    fn keys_have_the_names_of_general_midi() {
        let drum = |key| Pitch::new(key).and_then(Pitch::drum);
        for (key, name) in [
            (34, None),
            (35, Some("acoustic bass drum")),
            (38, Some("acoustic snare")),
            (42, Some("closed hi-hat")),
            (49, Some("crash cymbal 1")),
            (56, Some("cowbell")),
            (64, Some("low conga")),
            (75, Some("claves")),
            (81, Some("open triangle")),
            (82, None),
        ] {
            assert_eq!(drum(key), name, "{key}");
        }
    }
}
