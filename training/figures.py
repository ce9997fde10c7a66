"""The generation report's pictures: one of each style's descriptors, one of all overlaps."""

import io
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from PIL import Image

from training import descriptors, overlap
from training import vocabulary as v

_REAL, _OURS = "#b8b8b8", ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9")
_DASHES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1)))


def _save(figure: Figure, path: Path, colors: int) -> None:
    """As a PNG of few colors, a third of the size."""
    held = io.BytesIO()
    figure.savefig(held, format="png", dpi=84)
    picture = Image.open(held).convert("RGB")
    picture.quantize(colors, dither=Image.Dither.NONE).save(path, optimize=True)


def _bars(axis, name: str, real: np.ndarray, ours: list[np.ndarray]) -> None:
    """Mean histograms, real ones filled."""
    at = np.arange(real.shape[1]) - (descriptors.WIDEST if name == "intervals" else 0)

    def mean(rows: np.ndarray) -> np.ndarray:
        return np.nanmean(rows, 0) if len(rows) and not np.isnan(rows).all() else np.zeros(len(at))

    axis.bar(at, mean(real), width=1.0, color=_REAL)
    for rows, color, dash in zip(ours, _OURS, _DASHES, strict=False):
        axis.plot(at, mean(rows), color=color, linestyle=dash, linewidth=1.2)
    if name == "durations":
        axis.set_xticks(at[2::5], [str(v.DURATIONS[i]) for i in at[2::5]])


def _curves(axis, name: str, real: np.ndarray, ours: list[np.ndarray]) -> None:
    """Smoothed distributions, the real one filled."""
    sets = [x[~np.isnan(x)] for x in (real, *ours)]
    if not any(len(x) for x in sets):
        return
    low, high = min(x.min() for x in sets if len(x)), max(x.max() for x in sets if len(x))
    margin = 0.08 * (high - low) or 0.5
    spread = max(overlap.bandwidth(np.concatenate(sets)), 0.2 * margin)
    low, high = low - margin, high + margin
    grid = np.linspace(low, high, overlap.GRID)
    if name in descriptors.SHARES:
        axis.set_xlim(max(low, 0.0), min(high, 1.0))
    for which, values in enumerate(sets):
        if not len(values):
            continue
        y = overlap.density(values, low, grid[1] - grid[0], spread)
        if which == 0:
            axis.fill_between(grid, y, color=_REAL, linewidth=0)
        else:
            axis.plot(grid, y, color=_OURS[which - 1], linestyle=_DASHES[which - 1], linewidth=1.2)


def draw_style(
    path: Path, title: str, real: dict[str, np.ndarray], ours: dict[str, dict[str, np.ndarray]], scores: dict[str, dict]
) -> None:
    """All descriptors of one style.

    real: descriptor -> rows of pieces; ours: temperature -> the same; scores: descriptor -> its line in the report.
    """
    figure = Figure(figsize=(13, 9.6))
    for axis, (name, label) in zip(figure.subplots(4, 4).flat, descriptors.NAMES.items(), strict=False):
        draw = _bars if name in descriptors.HISTOGRAMS else _curves
        draw(axis, name, real[name], [rows[name] for rows in ours.values()])
        axis.set_title(label, fontsize=9)
        axis.set_yticks([])
        axis.set_ylim(0, 1.3 * axis.get_ylim()[1])  # room for the figures
        axis.tick_params(labelsize=7)
        shares = [scores[name]["overlap"].get(t) for t in ours]
        text = " ".join("–" if share is None else f"{share:.2f}" for share in shares)
        among = scores[name]["real_overlap"]
        axis.text(
            0.98, 0.96, f"overlap {text}\nreal {'–' if among is None else f'{among:.2f}'}", fontsize=7, ha="right",
            va="top", transform=axis.transAxes,
        )  # fmt: skip
    handles = [Patch(color=_REAL)]
    handles += [Line2D([], [], color=c, linestyle=d) for c, d, _ in zip(_OURS, _DASHES, ours, strict=False)]
    figure.legend(handles, ["real", *(f"temperature {t}" for t in ours)], loc="lower center", ncols=6, frameon=False)
    figure.suptitle(title, y=0.995)
    figure.tight_layout(rect=(0, 0.03, 1, 1))
    _save(figure, path, 64)


def draw_overview(path: Path, title: str, rows: dict[str, list[float | None]]) -> None:
    """Overlap of each descriptor (columns) in each style (rows) as a table of grey levels with the numbers in it."""
    table = np.array([[np.nan if x is None else x for x in row] for row in rows.values()])
    figure = Figure(figsize=(13, 2.6 + 0.32 * len(rows)))
    axis = figure.subplots()
    shown = axis.imshow(table, vmin=0.4, vmax=1.0, cmap="cividis", aspect="auto")
    for (y, x), value in np.ndenumerate(table):
        if not np.isnan(value):
            ink = "white" if value < 0.75 else "black"
            axis.text(x, y, f"{value:.2f}", ha="center", va="center", fontsize=7, color=ink)
    names = list(descriptors.NAMES.values())
    axis.set_xticks(range(len(names)), names, rotation=40, ha="right", fontsize=8)
    axis.set_yticks(range(len(rows)), list(rows), fontsize=8)
    axis.set_title(title, fontsize=10)
    figure.colorbar(shown, fraction=0.02, pad=0.01)
    figure.tight_layout()
    _save(figure, path, 192)
