"""The hits of the drum kit, by General MIDI's keys, and how the soundfont plays them."""

from dataclasses import dataclass

SOUND = (128, 0)  # bank and program of the soundfont's standard kit
HARD, SOFT = 112, 40  # velocities that are measured: the loud samples, and what softer ones take from each band
HELD_OUT_VELOCITIES = (64, 100)


@dataclass(frozen=True)
class Hit:
    """One key of the kit."""

    key: int
    title: str
    glides: bool = False  # a skin or a voice, whose partials all move together
    choke: int = 0  # hits of the same number, but 0, silence each other


_ROWS = (
    (35, "Bass drum 2", True), (36, "Bass drum", True), (37, "Side stick"), (38, "Snare", True), (39, "Hand clap"),
    (40, "Electric snare", True), (41, "Low floor tom", True), (42, "Closed hi-hat", False, 1),
    (43, "High floor tom", True), (44, "Pedal hi-hat", False, 1), (45, "Low tom", True),
    (46, "Open hi-hat", False, 1), (47, "Low middle tom", True), (48, "High middle tom", True), (49, "Crash cymbal"),
    (50, "High tom", True), (51, "Ride cymbal"), (52, "Chinese cymbal"), (53, "Ride bell"), (54, "Tambourine"),
    (55, "Splash cymbal"), (56, "Cowbell"), (57, "Crash cymbal 2"), (58, "Vibraslap"), (59, "Ride cymbal 2"),
    (60, "High bongo", True), (61, "Low bongo", True), (62, "Muted high conga", True), (63, "Open high conga", True),
    (64, "Low conga", True), (65, "High timbale", True), (66, "Low timbale", True), (67, "High agogo"),
    (68, "Low agogo"), (69, "Cabasa"), (70, "Maracas"), (71, "Short whistle", False, 2),
    (72, "Long whistle", False, 2), (73, "Short guiro", False, 3), (74, "Long guiro", False, 3), (75, "Claves"),
    (76, "High wood block"), (77, "Low wood block"), (78, "Muted cuica", True, 4), (79, "Open cuica", True, 4),
    (80, "Muted triangle", False, 5), (81, "Open triangle", False, 5),
)  # fmt: skip
HITS = tuple(Hit(*row) for row in _ROWS)
