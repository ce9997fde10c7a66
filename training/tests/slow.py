"""A plain, slow statement of the host's inputs, written from the contract and not from `features.py`."""

from training import vocabulary as v


def remain(notes: list[tuple], drums: list[bool], n: int) -> list[int]:
    """Ticks that each pitch still sounds after note `n`; notes are (onset, slot, pitch, class, velocity)."""
    now, left = notes[n][0], [0] * 128
    for onset, slot, pitch, duration, _ in notes[: n + 1]:
        if not drums[slot]:
            left[pitch] = max(left[pitch], min(onset + v.DURATIONS[duration] - now, 600))
    return left


def last(notes: list[tuple], n: int) -> list[int]:
    """Last pitch of each slot after note `n`."""
    found = [128] * 5
    for _, slot, pitch, _, _ in notes[: n + 1]:
        found[slot] = pitch
    return found


def time_class(notes: list[tuple], i: int) -> int:
    """Class of the time step before note `i`."""
    return min(notes[i][0] - notes[i - 1][0], 383) if i else 0


def _step(notes: list[tuple], drums: list[bool], i: int) -> int:
    _, slot, pitch, _, _ = notes[i]
    if drums[slot]:
        return 2000 + pitch
    earlier = [x[2] for x in notes[:i] if x[1] == slot]
    return pitch - earlier[-1] if earlier else 1000


def bar_memory(notes: list[tuple], bar_length: int, bars: int, n: int) -> tuple:
    """What followed the same moment so many bars ago."""
    oldest = max(0, n - 1023)
    now = notes[n][0]
    then = now - bars * bar_length
    history = range(oldest, n + 1)
    if then < notes[oldest][0]:
        return v.NO_MEMORY
    low = next((i for i in history if notes[i][0] >= then), n + 1)
    up = next((i for i in history if notes[i][0] > then), n + 1)
    i = min(low + sum(notes[k][0] == now for k in history), up)
    if i > n:
        return v.NO_MEMORY
    onset, slot, pitch, duration, _ = notes[i]
    return (min(onset - then, 383), slot, pitch, duration, 1)


def match_memory(notes: list[tuple], drums: list[bool], n: int) -> tuple:
    """What followed the longest earlier copy of the newest notes."""
    oldest = max(0, n - 1023)
    tokens = {i: (time_class(notes, i), notes[i][1], _step(notes, drums, i)) for i in range(oldest, n + 1)}
    for m in range(8, 1, -1):
        for j in range(n - 1, oldest + m - 2, -1):
            if n - m + 1 >= oldest and all(tokens[j - k] == tokens[n - k] for k in range(m)):
                _, slot, pitch, duration, _ = notes[j + 1]
                step = tokens[j + 1][2]
                if not drums[slot] and step != 1000:
                    pitch = min(max(last(notes, n)[slot] + step, 0), 127)
                return (time_class(notes, j + 1), slot, pitch, duration, m)
    return v.NO_MEMORY


def density(notes: list[tuple], slot: int, now: int, bar_length: int) -> float:
    """Notes a quarter of a slot over the next four bars."""
    count = sum(1 for x in notes if x[1] == slot and now <= x[0] < now + 4 * bar_length)
    return count / (4 * bar_length / 24)
