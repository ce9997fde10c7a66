"""The instruments that the timbre model learns, as the soundfont numbers them."""

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """How a note goes on, and where its partials lie."""

    STRUCK = "struck"  # dies away; stiff or free partials
    HELD = "held"  # as long as the key; harmonic
    ORGAN = "organ"  # held, with partials between the harmonics


@dataclass(frozen=True)
class Instrument:
    """One instrument, over the pitches that it plays."""

    name: str
    title: str
    family: int  # as in `src/score/part.rs`
    program: int  # General MIDI, from 0
    low: int
    high: int
    kind: Kind
    players: int = 1  # more than one: a section

    @property
    def sustains(self) -> bool:
        """Whether the note lasts as long as its key."""
        return self.kind is not Kind.STRUCK


_S, _H, _O = Kind.STRUCK, Kind.HELD, Kind.ORGAN
_ROWS = (
    ("piano", "Grand piano", 0, 0, 21, 108, _S),
    ("electric_piano", "Electric piano", 0, 4, 28, 100, _S),
    ("fm_piano", "Electric piano, FM", 0, 5, 28, 100, _S),
    ("harpsichord", "Harpsichord", 0, 6, 29, 89, _S),
    ("clavinet", "Clavinet", 0, 7, 36, 96, _S),
    ("celesta", "Celesta", 1, 8, 60, 108, _S),
    ("glockenspiel", "Glockenspiel", 1, 9, 72, 108, _S),
    ("music_box", "Music box", 1, 10, 60, 96, _S),
    ("vibraphone", "Vibraphone", 1, 11, 53, 89, _S),
    ("marimba", "Marimba", 1, 12, 45, 96, _S),
    ("xylophone", "Xylophone", 1, 13, 65, 108, _S),
    ("tubular_bells", "Tubular bells", 1, 14, 60, 77, _S),
    ("drawbar_organ", "Drawbar organ", 2, 16, 36, 96, _O),
    ("rock_organ", "Rock organ", 2, 18, 36, 96, _O),
    ("church_organ", "Church organ", 2, 19, 36, 96, _O),
    ("accordion", "Accordion", 2, 21, 48, 90, _H),
    ("harmonica", "Harmonica", 2, 22, 48, 90, _H),
    ("nylon_guitar", "Nylon guitar", 3, 24, 40, 88, _S),
    ("steel_guitar", "Steel guitar", 3, 25, 40, 88, _S),
    ("jazz_guitar", "Jazz guitar", 3, 26, 40, 88, _S),
    ("clean_guitar", "Clean electric guitar", 3, 27, 40, 88, _S),
    ("overdriven_guitar", "Overdriven guitar", 3, 29, 40, 88, _S),
    ("acoustic_bass", "Acoustic bass", 4, 32, 28, 64, _S),
    ("finger_bass", "Fingered bass", 4, 33, 28, 64, _S),
    ("fretless_bass", "Fretless bass", 4, 35, 28, 64, _S),
    ("synth_bass", "Synth bass", 4, 38, 28, 64, _S),
    ("violin", "Violin", 5, 40, 55, 100, _H),
    ("viola", "Viola", 5, 41, 48, 88, _H),
    ("cello", "Cello", 5, 42, 36, 76, _H),
    ("contrabass", "Contrabass", 5, 43, 28, 60, _H),
    ("pizzicato", "Pizzicato strings", 5, 45, 36, 96, _S),
    ("harp", "Harp", 5, 46, 28, 100, _S),
    ("strings", "String section", 6, 48, 28, 96, _H, 3),
    ("slow_strings", "Slow string section", 6, 49, 28, 96, _H, 3),
    ("choir", "Choir", 6, 52, 43, 84, _H, 3),
    ("voices", "Voices", 6, 53, 43, 84, _H),
    ("trumpet", "Trumpet", 7, 56, 54, 86, _H),
    ("trombone", "Trombone", 7, 57, 40, 74, _H),
    ("tuba", "Tuba", 7, 58, 28, 60, _H),
    ("horn", "French horn", 7, 60, 36, 77, _H),
    ("brass", "Brass section", 7, 61, 36, 88, _H, 3),
    ("alto_saxophone", "Alto saxophone", 8, 65, 49, 80, _H),
    ("tenor_saxophone", "Tenor saxophone", 8, 66, 44, 75, _H),
    ("oboe", "Oboe", 8, 68, 58, 91, _H),
    ("bassoon", "Bassoon", 8, 70, 34, 72, _H),
    ("clarinet", "Clarinet", 8, 71, 50, 91, _H),
    ("flute", "Flute", 9, 73, 60, 96, _H),
    ("recorder", "Recorder", 9, 74, 60, 96, _H),
    ("pan_flute", "Pan flute", 9, 75, 60, 96, _H),
    ("ocarina", "Ocarina", 9, 79, 60, 84, _H),
    ("square_lead", "Square lead", 10, 80, 36, 96, _H),
    ("saw_lead", "Saw lead", 10, 81, 36, 96, _H),
    ("warm_pad", "Warm pad", 11, 89, 36, 96, _H),
    ("choir_pad", "Choir pad", 11, 91, 36, 96, _H),
    ("sitar", "Sitar", 13, 104, 48, 77, _S),
    ("banjo", "Banjo", 13, 105, 48, 84, _S),
    ("koto", "Koto", 13, 107, 55, 84, _S),
    ("bagpipe", "Bagpipe", 13, 109, 36, 77, _H),
    ("kalimba", "Kalimba", 14, 108, 48, 79, _S),
    ("steel_drums", "Steel drums", 14, 114, 52, 76, _S),
)
INSTRUMENTS = tuple(Instrument(*row) for row in _ROWS)

TRAIN_VELOCITIES = (32, 64, 96, 124)
HELD_OUT_VELOCITIES = (50, 110)
STEP = 2  # semitones between two pitches that are learned: samples differ from zone to zone, of two to five semitones


# What each family plays by itself; the others are written down by hand (`src/infer/timbre_tables.rs`).
FAMILY_TIMBRES = {
    0: "piano", 1: "vibraphone", 2: "church_organ", 3: "nylon_guitar", 4: "acoustic_bass", 5: "violin", 6: "strings",
    7: "trumpet", 8: "clarinet", 9: "flute", 10: "square_lead", 11: "warm_pad", 13: "banjo", 14: "kalimba",
}  # fmt: skip


def train_notes(it: Instrument) -> list[tuple[int, int]]:
    """Pitch and velocity of the notes that are learned: all pitches that are not kept aside of what families play."""
    step = 1 if it.name in FAMILY_TIMBRES.values() else STEP
    aside = {pitch for pitch, _ in held_out_notes(it)}
    pitches = sorted({*range(it.low, it.high + 1, step), it.high} - aside)
    return [(pitch, velocity) for pitch in pitches for velocity in TRAIN_VELOCITIES]


def held_out_notes(it: Instrument) -> list[tuple[int, int]]:
    """Pitch and velocity of the notes that are only listened to: midway between those that are learned."""
    between = list(range(it.low + STEP // 2, it.high, STEP))
    places = {round((len(between) - 1) * share) for share in (0.15, 0.5, 0.85)}
    return [(between[place], velocity) for place in sorted(places) for velocity in HELD_OUT_VELOCITIES]
