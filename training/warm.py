"""Carries an older network's weights over to one with more inputs, which then computes what the old one did."""

from torch import Tensor

# Parts of the network whose fresh start adds exactly nothing; an older network need not have them.
SILENT = ("align.", "lens.", "lean_time.", "lean_pitch.")


def grown(old: dict[str, Tensor], new: dict[str, Tensor]) -> dict[str, Tensor]:
    """The state of the new network: old weights where they fit, zeros in appended rows or columns.

    Raises ValueError naming the parameter where the old network is no beginning of the new one.
    """
    for name in old:
        if name not in new:
            raise ValueError(f"cannot start warm: the new network has no {name}")
    return {name: _grown(name, old.get(name), value) for name, value in new.items()}


def _grown(name: str, old: Tensor | None, new: Tensor) -> Tensor:
    if old is None:
        if not name.startswith(SILENT):
            raise ValueError(f"cannot start warm: the old network has no {name}")
        return new
    if old.shape == new.shape:
        return old
    pairs = list(zip(old.shape, new.shape, strict=False))
    one_grew = old.ndim == new.ndim == 2 and sum(a < b for a, b in pairs) == 1 == sum(a == b for a, b in pairs)
    if not one_grew:
        raise ValueError(f"cannot start warm: {name} is {list(old.shape)} in the old network, {list(new.shape)} here")
    filled = new.new_zeros(new.shape)
    filled[: old.shape[0], : old.shape[1]] = old
    return filled
