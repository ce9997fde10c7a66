"""pedalboard, a JUCE host by others, opens and closes the built VST3's editor while it renders. On a display that nobody sees."""

import ctypes
import json
import os
import subprocess
import sys
import threading

OPENINGS = 12


def test_the_editor_comes_and_goes_while_it_renders():
    command = ["Xvfb", "-displayfd", "1", "-screen", "0", "1600x1200x24", "-noreset"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True) as server:
        try:
            display = ":" + server.stdout.readline().strip()
            environment = {**os.environ, "DISPLAY": display, "MALLOC_ARENA_MAX": "1"}
            host = subprocess.run([sys.executable, __file__], env=environment, capture_output=True, text=True, timeout=120)
        finally:
            server.terminate()
    assert host.returncode == 0, host.stderr
    told = json.loads(host.stdout.splitlines()[-1])
    assert len(told["resident"]) == OPENINGS and told["renders"] > OPENINGS
    assert 0.01 < told["least"] <= told["most"] <= 1.0, "the sound was interrupted"
    assert told["resident"][-1] <= 1.1 * told["resident"][1], told["resident"]


def ignore_errors_of_the_display():
    """JUCE does so in applications of its own, and asks for properties of windows that are gone. Xlib's usual answer is to end the process."""
    kind = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)
    handler = kind(lambda display, event: 0)
    ctypes.CDLL("libX11.so.6").XSetErrorHandler(handler)
    return handler


def resident_kib():
    with open("/proc/self/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def main():
    handler = ignore_errors_of_the_display()
    import numpy as np
    from pedalboard import load_plugin

    plugin = load_plugin(os.environ["ANTIPHON_VST3"], plugin_name="Antiphon")
    key = [(bytes([0x90, 69, 100]), 0.0), (bytes([0x80, 69, 0]), 0.1)]
    peaks, is_over = [], threading.Event()

    def render():
        while not is_over.is_set():
            sound = plugin(key, 0.25, 48_000.0, num_channels=2, buffer_size=512, reset=False)
            peaks.append(float(np.abs(sound).max()))

    player = threading.Thread(target=render)
    player.start()
    resident = []
    for _ in range(OPENINGS):
        close = threading.Event()
        threading.Timer(0.4, close.set).start()
        plugin.show_editor(close)
        resident.append(resident_kib())
    is_over.set()
    player.join()
    print(json.dumps({"resident": resident, "renders": len(peaks), "least": min(peaks), "most": max(peaks)}))
    del handler


if __name__ == "__main__":
    main()
