"""Batched improvising against the features of whole streams and against the graph."""

import dataclasses

import numpy as np
import onnxruntime
import pytest
import torch

from training import data, export, guard, hearing, improvise, model, session, settings, stepping
from training import vocabulary as v
from training.tests.invented import random_stream, turning_stream


@pytest.fixture(scope="module")
def network() -> model.NoteModel:
    """Small, with loud random weights, so that a slip in any input shows."""
    torch.manual_seed(12)
    found = model.NoteModel(settings.ModelSettings(width=24, blocks=2, recurrent=32, expansion=2, slowest=6.0))
    with torch.no_grad():
        for parameter in found.parameters():
            if parameter.ndim >= 2:
                parameter.normal_(0.0, 0.3)
        found.lean_pitch.weigh.weight.mul_(0.1)  # as loud as the rest, no pitch would be left but the highest
        found.time.bias.copy_(-0.03 * torch.arange(v.TIME_CLASSES))  # short steps
    return found.eval()


CARD = {
    "name": "song", "velocity": "model", "density": {"mean": 0.5, "std": 0.5},
    "repetition": {"mean": -0.5, "std": 1.0}, "meter": [3, 4],
    "parts": [
        {"family": 6, "register": 67}, {"family": 0, "register": 52}, {"family": 4, "register": 36, "added": True},
    ],
}  # fmt: skip


def _from_zero(stream: data.Stream, count: int) -> tuple[data.Stream, hearing.Ground]:
    """The stream's first events from tick 0 on, waits no longer than a time step can be."""
    first = stream.onset[0]
    onset = np.cumsum(np.minimum(np.diff(stream.onset[:count], prepend=first), v.TIME_CLASSES - 1))
    ground = hearing.Ground(stream.families, stream.bar_start - first, stream.bar_length, stream.beat)
    columns = {n: getattr(stream, n)[:count] for n in ("slot", "pitch", "duration", "velocity")}
    return data.Stream(**{**stream.__dict__, **columns, "onset": onset, "bar_start": ground.bar_start}), ground


def test_inputs_event_by_event_are_those_of_whole_streams():
    made = [_from_zero(random_stream(1, 150), 150), _from_zero(turning_stream(2, 150), 150)]
    streams, wanted = [s for s, _ in made], [s.features() for s, _ in made]
    heard = hearing.Hearing([ground for _, ground in made], 150)
    for n in range(151):
        if n == 100:  # the first stream leaves
            heard.keep(np.array([1]))
            streams, wanted = streams[1:], wanted[1:]
        row = heard.hear()
        for b, f in enumerate(wanted):
            for name in row._fields:
                assert np.array_equal(getattr(row, name)[b], getattr(f, name)[n]), (name, n, b)
        if n < 150:
            heard.push(np.stack([f.event[n + 1] for f in wanted]), np.array([s.velocity[n] for s in streams]))


def _graph_step(opened: onnxruntime.InferenceSession, inputs: dict, heard: hearing.Heard, row: int) -> list:
    inputs |= {name: getattr(heard, name)[row : row + 1] for name in heard._fields}
    inputs["motif"] = inputs["motif"].astype(np.int64)
    return opened.run(None, inputs)


def test_a_batch_of_steps_is_the_graph_step_by_step(network, tmp_path):
    export.write_graph(network, tmp_path / "note.onnx")
    opened, rng, size = session.open_session(tmp_path / "note.onnx"), np.random.default_rng(5), 3
    ground = improvise.usual_ground(CARD, 400)
    heard, state = hearing.Hearing([ground] * size, 120), stepping.state_of(network, size)
    context = rng.normal(size=(size, v.CONTEXT_SIZE)).astype(np.float32) * 0.5
    bias_pitch = rng.normal(size=(size, v.PARTS, v.PITCHES)).astype(np.float32)
    bias_time = rng.normal(size=(size, v.TIME_CLASSES)).astype(np.float32)
    sharpness = rng.uniform(0.8, 1.4, (size, 5)).astype(np.float32)
    bias_part = np.array([-1e9, 0.5, 0.0, -1e9, -1e9], np.float32)
    inputs = session.open_inputs(opened) | {
        "family": ground.families[None], "context": context[1:2], "bias_pitch": bias_pitch[1:2],
        "bias_part": bias_part[None], "bias_time": bias_time[1:2], "sharpness": sharpness[1:2],
        "min_p": np.full((1, 5), np.log(0.02), np.float32),
    }  # fmt: skip
    together = 0
    for _ in range(120):
        now = heard.hear()
        noise = rng.gumbel(size=(size, v.CLASSES_TOTAL)).astype(np.float32)
        noise[:, 0] += 6 * (rng.random() < 0.6)  # chords, so that the order of their notes is tried
        how = stepping.Drawing(
            torch.from_numpy(noise), torch.from_numpy(sharpness), torch.full((size, 1), float(np.log(0.02))),
            torch.from_numpy(bias_time), lambda time: torch.from_numpy(bias_part).expand(size, -1),
            torch.from_numpy(bias_pitch),
        )  # fmt: skip
        families = torch.from_numpy(np.stack([ground.families] * size))
        drawn = stepping.step(network, now, families, torch.from_numpy(context), state, how)
        wanted, logp, inputs["state"] = _graph_step(opened, inputs | {"noise": noise[1:2]}, now, 1)
        assert np.array_equal(drawn.event[1].numpy(), wanted[0])
        assert np.allclose(drawn.state[1].numpy(), inputs["state"][0], atol=1e-4)
        state = drawn.state
        heard.push(drawn.event.numpy(), drawn.event[:, 4].numpy())
        together += int(wanted[0, 0] == 0)
    assert 20 < together < 110


def _asks(count: int, bars: int = 4) -> list[improvise.Ask]:
    return [improvise.ask_of(CARD, improvise.usual_ground(CARD, bars + i % 3), 1.0, (9, i)) for i in range(count)]


def test_a_stream_depends_on_its_seed_alone(network):
    made = improvise.improvise(improvise.Player(network), _asks(9), most_notes=60)
    for i in (0, 4, 8):
        alone = improvise.improvise(improvise.Player(network), _asks(9)[i : i + 1], most_notes=60)[0].stream
        for field in ("onset", "slot", "pitch", "duration", "velocity"):
            assert np.array_equal(getattr(alone, field), getattr(made[i].stream, field)), (i, field)


def test_what_is_improvised_keeps_to_its_ground(network):
    every = improvise.improvise(improvise.Player(network), _asks(9), most_notes=60)
    for ask, made in zip(_asks(9), every, strict=True):
        s = made.stream
        assert len(s.onset) and s.onset[-1] < ask.ground.end
        assert set(s.slot) <= {1, 2}
        assert s.pitch.min() >= 21 and s.pitch.max() <= 108
        order = s.onset * 1024 + s.slot * 128 + s.pitch
        assert (np.diff(order) > 0).all()
        assert (made.bits[:1] >= 0).all() and made.bits[2] < 7


def test_a_part_that_has_been_silent_grows_impatient(network):
    """Two bars in, before beat 2: a part that rests since the start, one since a bar, in bars of 72 ticks."""
    batch = improvise._Batch(improvise.Player(network), _asks(1), 10, True)
    for time, part in ((0, 1), (72, 2), (76, 2)):
        batch._hearing.push(np.array([[time, part, 60, 0, 0]]), np.array([0]))
        batch._sounded[0, part] = batch._hearing.now[0]
    found = batch._impatience(np.array([[4, 72, 24]]), torch.tensor([30]), np.array([0]))[0]  # at 178, beat from 168 on
    assert np.allclose(found[1], 2 * (168 / 72 - 2))
    assert found[2] == 0 and found[0] == found[3] == improvise.OFF
    batch._sounded[:] = -1
    assert np.allclose(batch._impatience(np.array([[4, 72, 24]]), torch.tensor([0]), np.array([0]))[0, 1], 9)


def test_a_part_that_plays_nothing_new_tires_and_sooner_where_all_repeat_one_bar(network):
    """Bars of 72 ticks; the first part's last news was six bars before its newest note, the second's half a bar."""
    batch = improvise._Batch(improvise.Player(network), _asks(1), 10, True)
    batch._hearing.push(np.array([[0, 1, 60, 0, 0]]), np.array([0]))
    batch._hearing._past.onset[0, 0] = 720
    batch._sounded[0, 1:3], batch._fresh[0, 1:3] = (720, 684), (288, 648)

    def told(turned: int) -> list[float]:
        batch._turned[0] = turned
        batch._tire(np.array([[0, 72, 24]]))
        return batch._context[0, v.REPETITION_AT + 1 : v.REPETITION_AT + 3].tolist()

    usual = CARD["repetition"]["mean"]
    assert np.allclose(told(648), [usual - 2 * 2, usual])
    assert np.allclose(told(720 - 4 * 72), [usual - 2 * 2, usual])
    assert np.allclose(told(720 - 5 * 72), [usual - 2 * (2 + 4), usual - 2 * 0.5])
    assert np.allclose(told(720 - 9 * 72), [usual - 16, usual - 16])


def test_an_ask_tells_what_the_plugin_tells():
    families = np.array([v.ABSENT, 0, 6, v.DRUMS, 9])
    ask = improvise.ask_of(CARD, improvise.usual_ground(CARD, 2)._replace(families=families), 1.0, (0,))
    told = ask.context
    assert np.allclose(told[v.DENSITY_AT : v.DENSITY_FLAG_AT], [0, 0.5, 0.5, 0.5, 0.5])
    # The piano keeps its register of the band, the reed its own, the pipe has none there; drums are not told.
    registers = told[v.REGISTER_AT : v.REGISTER_FLAG_AT] * 12 + 60
    assert np.allclose(registers[[1, 2, 4]], [52, 67, 74])
    assert told[v.REGISTER_FLAG_AT : v.KEY_AT].tolist() == [0, 1, 1, 0, 1]
    assert told[v.REPETITION_AT :].tolist() == [0, -0.5, -0.5, -0.5, -0.5, 0, 1, 1, 1, 1]


def test_what_is_told_at_rest_is_the_rows_own():
    rest = {"density": 1.0, "repetition": 2.0, "pitch_sharpness": 0.5, "density_step": 3.0, "hurry": 0.25}
    row, ground = CARD | {"rest": rest}, improvise.usual_ground(CARD, 4)
    ask = improvise.ask_of(row, ground, 0.8, (1,), density=-2.0)
    told = row["density"]["mean"] + row["density"]["std"] - 2 * improvise.MOST_STEP  # less than three deviations a step
    assert np.isclose(ask.context[v.DENSITY_AT + 1], told)
    assert np.isclose(ask.context[v.REPETITION_AT + 1], row["repetition"]["mean"] + 2 * row["repetition"]["std"])
    assert np.allclose(ask.sharpness, [1.25, 1.25, 0.625, 1.25, 1.25])
    assert ask.hurry == -0.5 and ask.density == (row["density"]["mean"], -2.0)
    denser = row | {"rest": rest | {"excess": 0.4}}
    counted = [improvise.ask_of(denser, ground, 1.0, (1,), density=x).density[0] for x in (-1.0, 0.0, 1.0)]
    assert np.allclose(np.array(counted) - row["density"]["mean"], [0.0, 0.0, 0.4])
    other = CARD | {"name": "drums"}  # nothing measured
    half = improvise.ask_of(row, ground, 1.0, (1,), second=other, lean=0.5)
    assert half.context[v.STYLE_AT + v.STYLES.index(CARD["name"])] == 0.5
    assert half.context[v.STYLE_AT + v.STYLES.index("drums")] == 0.5
    assert np.isclose(half.sharpness[2], 0.75)


def test_a_key_makes_what_lies_outside_less_likely():
    context = np.zeros(v.CONTEXT_SIZE, np.float32)
    families = np.array([v.ABSENT, 0, v.DRUMS, v.ABSENT, v.ABSENT])
    assert (improvise._pitch_bias(families, context)[1, 60:72] == 0).all()
    context[v.KEY_AT + 12 + 9] = 1  # A minor
    bias = improvise._pitch_bias(families, context)
    assert np.flatnonzero(bias[1, 60:72]).tolist() == [1, 3, 10] and (bias[2, 60:72] == 0).all()


def _everything() -> guard.Index:
    """An index that has every run."""
    return guard.Index(np.arange(256, dtype=np.uint64), 56)


def _longest(player: improvise.Player, limit: float) -> int:
    aims = np.full((5, 5), np.nan)
    aims[4] = limit
    ground = improvise.usual_ground(CARD, 8)
    asks = [dataclasses.replace(improvise.ask_of(CARD, ground, 1.0, (9, i)), aims=aims) for i in range(4)]
    longest = 0
    for made in improvise.improvise(player, asks, most_notes=100):
        s, copies = made.stream, guard.Copies(_everything(), made.stream.families[None])
        for onset, slot, pitch in zip(s.onset, s.slot, s.pitch, strict=True):
            event = np.array([[0, slot, pitch, 5, 0]])
            longest = max(longest, int(copies.after(event, np.array([onset]), np.array([0]))[0]))
            copies.push(event, np.array([onset]))
    return longest


def test_a_note_that_copies_for_too_long_is_drawn_again(network, monkeypatch):
    free = _longest(improvise.Player(network), 9.0)
    assert free > 20
    # Any note but a plain one goes on with a copy here: it is drawn again in vain.
    drawn = []
    draw = improvise._Batch._draw_some
    monkeypatch.setattr(improvise._Batch, "_draw_some", lambda self, *a: drawn.append(len(a[1])) or draw(self, *a))
    _longest(improvise.Player(network, _everything()), 9.0)
    again = sum(drawn)
    drawn.clear()
    _longest(improvise.Player(network), 9.0)
    assert again > 2 * sum(drawn)


def test_a_note_that_goes_on_with_a_bar_for_too_long_is_unwanted(network):
    """Bars of 72 ticks; the newest note was at 0, and a bar before the one at 24 followed."""
    batch = improvise._Batch(improvise.Player(network), _asks(1), 10, True)
    batch._hearing.push(np.array([[0, 1, 60, 0, 0]]), np.array([0]))
    heard = batch._hearing.hear()
    heard.position[0], heard.motif[0, 1, 0, :2] = (0, 72, 24), (24, 62)

    def is_unwanted(time: int, pitch: int, bars: int) -> bool:
        batch._turned[0] = 24 - 72 * bars
        return bool(batch._is_unwanted(np.array([[time, 1, pitch, 0, 0]]), heard, np.array([0]))[0])

    assert is_unwanted(24, 62, 6)
    assert not is_unwanted(24, 62, 5)
    assert not is_unwanted(24, 64, 9) and not is_unwanted(36, 62, 9)
