"""What keeps improvisations from running away."""

import numpy as np

from training import manners
from training import vocabulary as v

BAR, BEAT = 96, 24


def _manners(size: int = 1, patience: float = 5.0, wished: float = 0.0, hurry: float = 0.0) -> manners.Manners:
    families = np.tile([v.ABSENT, 0, 4, v.DRUMS, 0], (size, 1))
    density = np.tile([0.0, wished], (size, 1))
    return manners.Manners(np.full(size, patience), families, density, np.full(size, hurry))


def _push(own: manners.Manners, *events: tuple[int, int, int]) -> None:
    for time, part, pitch in events:
        own.push(np.array([[time, part, pitch, 0, 0]]))


def _times(own: manners.Manners) -> np.ndarray:
    """The bias of waits of less than a bar."""
    return own.times(np.full(1, BAR), np.full(1, BEAT))[0][:BAR]


def test_four_onsets_in_a_rush_are_followed_by_no_fifth():
    own = _manners()
    _push(own, *[(2, 1, 60 + i) for i in range(3)])
    assert (_times(own) == 0).all()
    _push(own, (0, 2, 40), (2, 1, 64))  # a note struck together with another is no onset of its own
    assert (_times(own)[1:3] < -1e8).all() and _times(own)[0] == 0 and (_times(own)[3:] == 0).all()
    _push(own, (3, 1, 65))
    assert (_times(own) == 0).all()


def test_a_silence_ends_within_a_beat_of_a_bar():
    own = _manners(size=2)
    half = int(v.duration_class(np.array([48]))[0])
    own.push(np.array([[0, 1, 60, half, 0], [0, 1, 60, 0, 0]]))
    own.push(np.array([[12, 2, 50, 0, 0], [12, 2, 50, half, 0]]))
    found = own.times(np.full(2, BAR), np.full(2, BEAT)) > -1e8
    assert found.sum(1).tolist() == [36 + BAR + BEAT, 48 + BAR + BEAT] and (np.diff(found.astype(int)) <= 0).all()


def test_hurrying_makes_long_waits_unlikely():
    assert np.allclose(_times(_manners(hurry=0.5))[[0, 12, 6, 48]], [0.5, 0, 0.5, -1.0])
    assert np.allclose(_times(_manners(hurry=-0.5))[[0, 12, 6, 48]], [0, 0, -0.5, 1.0])


def test_a_band_is_held_to_the_density_that_is_wished_for():
    def after(wished: float, wait: int, bars: int = 2) -> np.ndarray:
        own = _manners(wished=wished)
        for at in range(0, bars * BAR, wait):
            _push(own, *[(0 if part > 1 else (wait if at else 0), part, 60) for part in (1, 2, 3, 4)])
        return _times(own)

    assert (after(0.0, 32) == 0).all()  # about a note a quarter of each part is the usual
    assert after(0.0, 12)[48] > 0  # twice as many are too many even where nothing is wished for
    assert after(-1.0, 12)[48] > 0 > after(-1.0, 12)[6]  # too many: longer waits
    assert after(2.0, 24)[48] < 0 < after(2.0, 24)[6]  # too few: shorter ones
    assert (after(2.0, 24, bars=1) == 0).all()  # nothing is judged before a bar has been played


def test_a_handful_of_keys_is_struck_at_once_and_no_more():
    own = _manners()
    _push(own, (6, 1, 60), *[(0, 1, 61 + i) for i in range(manners.HANDFUL - 2)])
    assert _times(own)[0] == 0
    _push(own, (0, 1, 80))
    assert _times(own)[0] < -1e8 and _times(own)[1] == 0
    _push(own, (6, 1, 60))
    assert _times(own)[0] == 0


def test_a_part_wearies_of_one_pitch_and_not_of_a_drum():
    own = _manners()
    zero = np.zeros((1, v.PARTS, v.PITCHES), np.float32)
    _push(own, *[(6, 1, 60) for _ in range(5)], *[(6, 3, 38) for _ in range(30)], (6, 2, 40))
    assert (own.pitches(zero) == 0).all()
    _push(own, (6, 1, 60), (6, 1, 60))
    found = own.pitches(zero)[0]
    assert found[1, 60] == -1.0 and np.count_nonzero(found) == 1
    _push(own, (6, 1, 61))
    assert (own.pitches(zero) == 0).all() and (zero == 0).all()


def test_streams_that_go_on_keep_their_own():
    own = _manners(2)
    for _ in range(8):
        own.push(np.array([[6, 1, 60, 0, 0], [6, 1, 50, 0, 0]]))
    own.keep(np.array([1]))
    found = own.pitches(np.zeros((1, v.PARTS, v.PITCHES), np.float32))[0]
    assert found[1, 50] < 0 and found[1, 60] == 0
