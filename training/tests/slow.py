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


def motif(notes: list[tuple], drums: list[bool], bar_length: int, n: int) -> list[list[tuple]]:
    """Every part's own memory after note `n`: [5 parts][5 sources] of (time, pitch, duration class, strength)."""
    history = range(max(0, n - 1023), n + 1)
    return [
        [_part_bar(notes, history, part, bars * bar_length) for bars in (1, 2, 4, 8)]
        + [_part_suffix(notes, drums, history, part)]
        for part in range(5)
    ]


def _part_bar(notes: list[tuple], history: range, part: int, lag: int) -> tuple:
    now = notes[history[-1]][0]
    then = now - lag
    own = [i for i in history if notes[i][1] == part]
    if then < notes[history[0]][0]:
        return v.NO_MOTIF
    later = [i for i in own if notes[i][0] >= then]
    skip = min(sum(notes[i][0] == now for i in own), sum(notes[i][0] == then for i in own))
    if len(later) <= skip:
        return v.NO_MOTIF
    onset, _, pitch, duration, _ = notes[later[skip]]
    return (min(onset - then, 383), pitch, duration, 1)


def _part_suffix(notes: list[tuple], drums: list[bool], history: range, part: int) -> tuple:
    now = notes[history[-1]][0]
    ever = [i for i in range(history[-1] + 1) if notes[i][1] == part]
    own = [i for i in ever if i in history]
    tokens = {}
    for before, i in zip([None, *ever], ever, strict=False):
        tokens[i] = (_step(notes, drums, i), -1 if before is None else notes[i][0] - notes[before][0])
    for m in range(8, 1, -1):
        for j in range(len(own) - 2, m - 2, -1):
            if all(tokens[own[j - k]] == tokens[own[-1 - k]] for k in range(m)):
                step, wait = tokens[own[j + 1]]
                _, _, pitch, duration, _ = notes[own[j + 1]]
                if not drums[part]:
                    pitch = min(max(notes[own[-1]][2] + step, 0), 127)
                return (min(max(notes[own[-1]][0] + wait - now, 0), 383), pitch, duration, m)
    return v.NO_MOTIF


def density(notes: list[tuple], slot: int, now: int, bar_length: int) -> float:
    """Notes a quarter of a slot over the next four bars."""
    count = sum(1 for x in notes if x[1] == slot and now <= x[0] < now + 4 * bar_length)
    return count / (4 * bar_length / 24)


def beats(bar_start: list[int], beat: list[int], first: int, last_onset: int) -> list[tuple[int, int]]:
    """[start, end) of every beat from the bar of `first` to one beat after the last onset's."""
    bar = max(i for i, start in enumerate(bar_start) if start <= first)
    found: list[tuple[int, int]] = []
    while not found or found[-1][0] <= last_onset:
        ends = [*range(bar_start[bar] + beat[bar], bar_start[bar + 1], beat[bar]), bar_start[bar + 1]]
        starts = [bar_start[bar], *ends[:-1]]
        found += zip(starts, ends, strict=True)
        bar += 1
    after = next(k for k, (start, _) in enumerate(found) if start > last_onset)
    return found[: after + 1]


def chord(notes: list[tuple], low: int, high: int) -> int:
    """Chord (quality * 12 + root, or -1) of one beat; notes are (onset, pitch, ticks, pitched)."""
    heard = [(p, min(high, at + n) - max(low, at)) for at, p, n, pitched in notes if pitched]
    heard = [(p, ticks) for p, ticks in heard if ticks > 0]
    if not heard:
        return -1
    total = sum(ticks for _, ticks in heard)
    share = [sum(ticks for p, ticks in heard if p % 12 == pc) / total for pc in range(12)]
    ranked = []
    for quality, (_, members) in enumerate(v.QUALITIES):
        for root in range(12):
            shares = [share[(root + k) % 12] for k in members]
            score = sum(shares) - 0.12 * sum(x < 0.02 for x in shares) + 0.1 * (min(heard)[0] % 12 == root)
            ranked.append((-round(score, 8), quality, root, sum(shares)))
    _, quality, root, inside = min(ranked)
    return -1 if inside < 0.6 - 1e-9 else quality * 12 + root
