"""FluidSynth, through its library: one note at a time, dry."""

import ctypes as c
from pathlib import Path

import numpy as np

from training.timbre import shape

LIBRARY = "libfluidsynth.so.3"
MUSESCORE = Path("/usr/share/sounds/sf2/MuseScore_General_Full.sf2")
FLUID = Path("/usr/share/sounds/sf2/FluidR3_GM.sf2")
_OFF = ("synth.reverb.active", "synth.chorus.active")
_GAIN = 0.5
_REST_SECS = 0.1


class Player:
    """A synthesizer with one soundfont."""

    def __init__(self, soundfont: Path):
        if not soundfont.is_file():
            raise FileNotFoundError(f"find the soundfont (training/timbre/install.sh fetches it): {soundfont}")
        self._fluid = c.CDLL(LIBRARY)
        self._declare()
        settings = self._fluid.new_fluid_settings()
        self._fluid.fluid_settings_setnum(settings, b"synth.sample-rate", float(shape.RATE))
        self._fluid.fluid_settings_setnum(settings, b"synth.gain", _GAIN)
        for name in _OFF:
            self._fluid.fluid_settings_setint(settings, name.encode(), 0)
        self._fluid.fluid_settings_setint(settings, b"synth.dynamic-sample-loading", 1)
        self._synth = self._fluid.new_fluid_synth(settings)
        self._font = self._fluid.fluid_synth_sfload(self._synth, str(soundfont).encode(), 1)
        if self._font < 0:
            raise OSError(f"load the soundfont: {soundfont}")
        self._sound = (-1, -1)

    def _declare(self) -> None:
        """Pointers are wider than the integers that ctypes assumes."""
        pointer, integer = c.c_void_p, c.c_int
        for name in ("new_fluid_settings", "new_fluid_synth"):
            getattr(self._fluid, name).restype = pointer
        arguments = {
            "new_fluid_synth": [pointer],
            "fluid_settings_setnum": [pointer, c.c_char_p, c.c_double],
            "fluid_settings_setint": [pointer, c.c_char_p, integer],
            "fluid_synth_sfload": [pointer, c.c_char_p, integer],
            "fluid_synth_program_select": [pointer, integer, integer, integer, integer],
            "fluid_synth_noteon": [pointer, integer, integer, integer],
            "fluid_synth_noteoff": [pointer, integer, integer],
            "fluid_synth_all_sounds_off": [pointer, integer],
            "fluid_synth_write_float": [pointer, integer, pointer, integer, integer, pointer, integer, integer],
        }
        for name, types in arguments.items():
            getattr(self._fluid, name).argtypes = types

    def _write(self, secs: float) -> np.ndarray:
        frames = round(secs * shape.RATE)
        out = np.zeros((2, frames), np.float32)
        self._fluid.fluid_synth_write_float(self._synth, frames, out[0].ctypes.data, 0, 1, out[1].ctypes.data, 0, 1)
        return out

    def note(self, sound: tuple[int, int], note: tuple[int, int], hold_secs: float, release_secs: float) -> np.ndarray:
        """Left and right of one note, float32 [2, frames]. sound: bank and program; note: pitch and velocity."""
        if sound != self._sound:
            self._fluid.fluid_synth_program_select(self._synth, 0, self._font, *sound)
            self._sound = sound
        pitch, velocity = note
        self._fluid.fluid_synth_noteon(self._synth, 0, pitch, velocity)
        held = self._write(hold_secs)
        self._fluid.fluid_synth_noteoff(self._synth, 0, pitch)
        released = self._write(release_secs)
        self._fluid.fluid_synth_all_sounds_off(self._synth, 0)
        self._write(_REST_SECS)
        return np.concatenate([held, released], 1)
