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
    bank: int = 0  # of the soundfont; only those of bank 0 stand for their program

    @property
    def sound(self) -> tuple[int, int]:
        """Bank and program."""
        return self.bank, self.program

    @property
    def sustains(self) -> bool:
        """Whether the note lasts as long as its key."""
        return self.kind is not Kind.STRUCK


_S, _H, _O = Kind.STRUCK, Kind.HELD, Kind.ORGAN
_ROWS = (
    ("piano", "Grand piano", 0, 0, 21, 108, _S),
    ("electric_grand", "Electric grand", 0, 2, 28, 100, _S),
    ("honky_tonk", "Honky-tonk piano", 0, 3, 28, 100, _S),
    ("electric_piano", "Electric piano", 0, 4, 28, 100, _S),
    ("fm_piano", "Electric piano, FM", 0, 5, 28, 100, _S),
    ("harpsichord", "Harpsichord", 0, 6, 29, 89, _S),
    ("coupled_harpsichord", "Coupled harpsichord", 0, 6, 29, 89, _S, 1, 8),
    ("clavinet", "Clavinet", 0, 7, 36, 96, _S),
    ("celesta", "Celesta", 1, 8, 60, 108, _S),
    ("glockenspiel", "Glockenspiel", 1, 9, 72, 108, _S),
    ("music_box", "Music box", 1, 10, 60, 96, _S),
    ("vibraphone", "Vibraphone", 1, 11, 53, 89, _S),
    ("marimba", "Marimba", 1, 12, 45, 96, _S),
    ("xylophone", "Xylophone", 1, 13, 65, 108, _S),
    ("tubular_bells", "Tubular bells", 1, 14, 60, 77, _S),
    ("dulcimer", "Dulcimer", 1, 15, 50, 89, _S),
    ("drawbar_organ", "Drawbar organ", 2, 16, 36, 96, _O),
    ("percussive_organ", "Percussive organ", 2, 17, 36, 96, _O),
    ("rock_organ", "Rock organ", 2, 18, 36, 96, _O),
    ("church_organ", "Church organ", 2, 19, 36, 96, _O),
    ("reed_organ", "Reed organ", 2, 20, 36, 96, _H),
    ("accordion", "Accordion", 2, 21, 48, 90, _H),
    ("harmonica", "Harmonica", 2, 22, 48, 90, _H),
    ("bandoneon", "Bandoneon", 2, 23, 48, 90, _H),
    ("nylon_guitar", "Nylon guitar", 3, 24, 40, 88, _S),
    ("ukulele", "Ukulele", 3, 24, 55, 84, _S, 1, 8),
    ("steel_guitar", "Steel guitar", 3, 25, 40, 88, _S),
    ("twelve_strings", "Twelve-string guitar", 3, 25, 40, 84, _S, 1, 8),
    ("mandolin", "Mandolin", 3, 25, 55, 88, _S, 1, 16),
    ("jazz_guitar", "Jazz guitar", 3, 26, 40, 88, _S),
    ("hawaiian_guitar", "Hawaiian guitar", 3, 26, 40, 84, _S, 1, 8),
    ("clean_guitar", "Clean electric guitar", 3, 27, 40, 88, _S),
    ("muted_guitar", "Muted guitar", 3, 28, 40, 84, _S),
    ("overdriven_guitar", "Overdriven guitar", 3, 29, 40, 88, _S),
    ("distorted_guitar", "Distorted guitar", 3, 30, 40, 84, _S),
    ("acoustic_bass", "Acoustic bass", 4, 32, 28, 64, _S),
    ("finger_bass", "Fingered bass", 4, 33, 28, 64, _S),
    ("picked_bass", "Picked bass", 4, 34, 28, 64, _S),
    ("fretless_bass", "Fretless bass", 4, 35, 28, 64, _S),
    ("slap_bass", "Slap bass", 4, 36, 28, 64, _S),
    ("synth_bass", "Synth bass", 4, 38, 28, 64, _S),
    ("synth_bass_2", "Synth bass 2", 4, 39, 28, 64, _S),
    ("violin", "Violin", 5, 40, 55, 100, _H),
    ("viola", "Viola", 5, 41, 48, 88, _H),
    ("cello", "Cello", 5, 42, 36, 76, _H),
    ("contrabass", "Contrabass", 5, 43, 28, 60, _H),
    ("pizzicato", "Pizzicato strings", 5, 45, 36, 96, _S),
    ("harp", "Harp", 5, 46, 28, 100, _S),
    ("timpani", "Timpani", 5, 47, 36, 57, _S),
    ("strings", "String section", 6, 48, 28, 96, _H, 3),
    ("slow_strings", "Slow string section", 6, 49, 28, 96, _H, 3),
    ("synth_strings", "Synth strings", 6, 50, 36, 96, _H),
    ("synth_strings_2", "Synth strings 2", 6, 51, 36, 96, _H),
    ("choir", "Choir", 6, 52, 43, 84, _H, 3),
    ("voices", "Voices", 6, 53, 43, 84, _H),
    ("synth_voice", "Synth voice", 6, 54, 43, 84, _H),
    ("trumpet", "Trumpet", 7, 56, 54, 86, _H),
    ("trombone", "Trombone", 7, 57, 40, 74, _H),
    ("tuba", "Tuba", 7, 58, 28, 60, _H),
    ("muted_trumpet", "Muted trumpet", 7, 59, 54, 86, _H),
    ("horn", "French horn", 7, 60, 36, 77, _H),
    ("brass", "Brass section", 7, 61, 36, 88, _H, 3),
    ("synth_brass", "Synth brass", 7, 62, 36, 88, _H),
    ("synth_brass_2", "Synth brass 2", 7, 63, 36, 88, _H),
    ("soprano_saxophone", "Soprano saxophone", 8, 64, 56, 88, _H),
    ("alto_saxophone", "Alto saxophone", 8, 65, 49, 80, _H),
    ("tenor_saxophone", "Tenor saxophone", 8, 66, 44, 75, _H),
    ("baritone_saxophone", "Baritone saxophone", 8, 67, 36, 69, _H),
    ("oboe", "Oboe", 8, 68, 58, 91, _H),
    ("english_horn", "English horn", 8, 69, 52, 81, _H),
    ("bassoon", "Bassoon", 8, 70, 34, 72, _H),
    ("clarinet", "Clarinet", 8, 71, 50, 91, _H),
    ("piccolo", "Piccolo", 9, 72, 74, 102, _H),
    ("flute", "Flute", 9, 73, 60, 96, _H),
    ("recorder", "Recorder", 9, 74, 60, 96, _H),
    ("pan_flute", "Pan flute", 9, 75, 60, 96, _H),
    ("shakuhachi", "Shakuhachi", 9, 77, 55, 84, _H),
    ("whistle", "Whistle", 9, 78, 60, 96, _H),
    ("ocarina", "Ocarina", 9, 79, 60, 84, _H),
    ("square_lead", "Square lead", 10, 80, 36, 96, _H),
    ("saw_lead", "Saw lead", 10, 81, 36, 96, _H),
    ("chiff_lead", "Chiff lead", 10, 83, 36, 96, _H),
    ("charang", "Charang lead", 10, 84, 36, 96, _H),
    ("solo_voice", "Solo voice lead", 10, 85, 36, 96, _H),
    ("bass_lead", "Bass and lead", 10, 87, 36, 96, _H),
    ("sine_lead", "Sine wave", 10, 80, 36, 96, _H, 1, 8),
    ("fantasia", "Fantasia pad", 11, 88, 36, 96, _H),
    ("warm_pad", "Warm pad", 11, 89, 36, 96, _H),
    ("polysynth", "Polysynth pad", 11, 90, 36, 96, _H),
    ("choir_pad", "Choir pad", 11, 91, 36, 96, _H),
    ("bowed_glass", "Bowed glass pad", 11, 92, 36, 96, _H),
    ("metal_pad", "Metal pad", 11, 93, 36, 96, _H),
    ("halo_pad", "Halo pad", 11, 94, 36, 96, _H),
    ("sweep_pad", "Sweep pad", 11, 95, 36, 96, _H),
    ("crystal", "Crystal", 12, 98, 48, 96, _S),
    ("brightness", "Brightness", 12, 100, 36, 96, _H),
    ("sitar", "Sitar", 13, 104, 48, 77, _S),
    ("banjo", "Banjo", 13, 105, 48, 84, _S),
    ("shamisen", "Shamisen", 13, 106, 50, 79, _S),
    ("koto", "Koto", 13, 107, 55, 84, _S),
    ("taisho_koto", "Taisho koto", 13, 107, 55, 84, _S, 1, 8),
    ("bagpipe", "Bagpipe", 13, 109, 36, 77, _H),
    ("shenai", "Shenai", 13, 111, 60, 84, _H),
    ("kalimba", "Kalimba", 14, 108, 48, 79, _S),
    ("steel_drums", "Steel drums", 14, 114, 52, 76, _S),
)
INSTRUMENTS = tuple(Instrument(*row) for row in _ROWS)

TRAIN_VELOCITIES = (16, 32, 64, 80, 96, 124)
HELD_OUT_VELOCITIES = (50, 110)
STEP = 2  # semitones between two pitches that may be kept aside


# What each family plays by itself; the others are written down by hand (`src/infer/timbre_tables.rs`).
FAMILY_TIMBRES = {
    0: "piano", 1: "vibraphone", 2: "church_organ", 3: "nylon_guitar", 4: "acoustic_bass", 5: "violin", 6: "strings",
    7: "trumpet", 8: "clarinet", 9: "flute", 10: "square_lead", 11: "warm_pad", 13: "banjo", 14: "kalimba",
}  # fmt: skip


def train_notes(it: Instrument) -> list[tuple[int, int]]:
    """Pitch and velocity of the notes that are learned: all pitches that are not kept aside.

    Samples differ from zone to zone, of two to five semitones and a few velocities, so that each zone is to be seen.
    """
    aside = {pitch for pitch, _ in held_out_notes(it)}
    pitches = sorted(set(range(it.low, it.high + 1)) - aside)
    return [(pitch, velocity) for pitch in pitches for velocity in TRAIN_VELOCITIES]


def held_out_notes(it: Instrument) -> list[tuple[int, int]]:
    """Pitch and velocity of the notes that are only listened to: midway between those that are learned."""
    between = list(range(it.low + STEP // 2, it.high, STEP))
    places = {round((len(between) - 1) * share) for share in (0.15, 0.5, 0.85)}
    return [(between[place], velocity) for place in sorted(places) for velocity in HELD_OUT_VELOCITIES]


SPLITS = {"train": train_notes, "held_out": held_out_notes}
