"""The generation report as a Markdown page."""

from training import descriptors

_INTRO = """# What the model improvises, beside real pieces

{pieces} windows of at most {bars} bars of each style of the `{split}` split, and as many improvisations: each stands on
the ground of one real window (its bars and metre, its families), asked for as the plugin asks with every control at
rest: usual register of each part, density, repetition and sharpness of pitch as the pack says (found on training
pieces by `training.calibrate`), the form that `training.form` holds
it to, impatience of silent parts, tiredness of parts that play nothing new, min-p {min_p}. A
style with fewer windows takes them again, to at least sixteen improvisations. Made by `python -m training.report`
with seed {seed} and the pack `{pack}` ({heard}graph `{sha}`); the numbers are in [report.json](report.json).

*Overlap* is the overlapped area of two distributions, that of the distances between ours and real pieces and that of
the distances among real ones, the mean of seventeen descriptors (Yang and Lerch, "On the evaluation of generative
models in music", 2020; what exactly is done stands at the head of `training/overlap.py`). *Real* beside it is what two
random halves of the real pieces reach. Where a style has few pieces, its windows are not independent of each other, and
both figures are loose. A dash: too few pieces.

*Form* and *pitch* columns are medians at temperature {middle}, ours / real: patterns of five intervals that the part
had played before; the most similar two bars (shared notes over all notes of both); notes in the best key's scale; pairs
of notes of different parts sounding at once that are 1, 11 or 13 semitones apart; stretches of twelve notes of a part
on four pitches at most.

Beside this page: [how far wishes are obeyed](wishes.md), [whether the style is recognized](recognition.md) and [how
its strength changes that](strength.md), [what happens in long runs](long.md), [how far it copies what it learned
from](originality.md) and [what a bit costs](tradeoff.md).
"""

FORM = {
    "patterns_again": "patterns again", "most_similar_bars": "most similar bars", "in_scale": "in scale",
    "clashes": "clashes", "narrow_stretches": "narrow stretches",
}  # fmt: skip
_NEAR = tuple(FORM)[:2]  # of which it is told in how many styles they are near to real
_FEW_WINDOWS = 10


def middle(report: dict) -> str:
    """The temperature nearest to 1, for figures that show one only."""
    return min(report["temperatures"], key=lambda t: abs(float(t) - 1))


def _cell(share: float | None) -> str:
    return "–" if share is None else f"{share:.2f}"


def _median(summary: dict | None) -> str:
    return _cell(None if summary is None else summary["p50"])


def _table(report: dict) -> list[str]:
    at = middle(report)
    overlaps = [f"overlap, {t}" for t in report["temperatures"]]
    heads = ["style", "real: pieces, windows", *overlaps, "real", *FORM.values()]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for name, style in report["styles"].items():
        found = style["descriptors"]
        form = [f"{_median(found[key]['ours'][at])} / {_median(found[key]['real'])}" for key in FORM]
        overlaps = [_cell(style["overlap"][t]) for t in report["temperatures"]]
        real = f"{style['real']['pieces']}, {style['real']['windows']}"
        lines.append("| " + " | ".join([name, real, *overlaps, _cell(style["real_overlap"]), *form]) + " |")
    known = [s for s in report["styles"].values() if s["real_overlap"] is not None]
    if known:
        rows = [[*s["overlap"].values(), s["real_overlap"]] for s in known]
        means = [_cell(sum(column) / len(column)) for column in zip(*rows, strict=True)]
        lines.append("| " + " | ".join([f"mean of {len(known)}", "", *means, *[""] * len(FORM)]) + " |")
    return lines


_SPLITS_INTRO = """Real pieces of one style differ, and so do the splits of the corpus, which keep editions and series
together. Medians at temperature {middle}: ours; real pieces of the `train`, `valid` and `test` splits, with how many
windows there are of each. What improvisations aim at (`training.form`) was found on `train` and `valid`, half of it
each where `valid` is large enough; nothing was chosen on `test`.
"""


def _within(one: float | None, other: float | None) -> bool | None:
    """Whether a share is within a fifth of another, or within what rounding to a hundredth hides."""
    return None if one is None or other is None else abs(one - other) <= max(0.2 * other, 0.01)


def _splits(report: dict) -> list[str]:
    """Form of ours beside the real pieces of each split, and how many styles are within a fifth of it."""
    at = middle(report)
    lines = ["| style | windows | " + " | ".join(FORM.values()) + " |", "|---" * (2 + len(FORM)) + "|"]
    near = {(key, pair): [] for key in _NEAR for pair in ("ours", "real")}
    for name, style in report["styles"].items():
        rows = [style["splits"].get(split, {}) for split in ("train", "valid", "test")]
        cells = []
        for key in FORM:
            ours = (style["descriptors"][key]["ours"][at] or {}).get("p50")
            real = [row.get(key) for row in rows]
            cells.append(f"{_cell(ours)}; " + ", ".join(_cell(share) for share in real))
            if key in _NEAR:
                enough = all(row.get("windows", 0) >= _FEW_WINDOWS for row in rows)
                near[key, "ours"].append(_within(ours, real[1]) if enough else None)
                near[key, "real"].append(_within(real[2], real[1]) if enough else None)
        lines.append(f"| {name} | " + ", ".join(str(row.get("windows", 0)) for row in rows) + " | "
                     + " | ".join(cells) + " |")  # fmt: skip
    told = []
    for key in _NEAR:
        ours, real = ([x for x in near[key, pair] if x is not None] for pair in ("ours", "real"))
        told.append(f"{FORM[key]}: ours in {sum(ours)} of {len(ours)}, `test` in {sum(real)} of {len(real)}")
    return [*lines, "", f"Within a fifth (or 0.01) of `valid`, of the styles with {_FEW_WINDOWS} windows of each split "
            "or more: " + "; ".join(told) + "."]  # fmt: skip


def _by_descriptor(report: dict) -> list[str]:
    """Overlap of each descriptor, averaged over the styles where both figures are known."""
    heads = ["descriptor", *(f"overlap, {t}" for t in report["temperatures"]), "real"]
    lines = ["| " + " | ".join(heads) + " |", "|---" * len(heads) + "|"]
    for key, label in descriptors.NAMES.items():
        rows = [s["descriptors"][key] for s in report["styles"].values()]
        rows = [r for r in rows if r["real_overlap"] is not None and None not in r["overlap"].values()]
        if rows:
            columns = [[r["overlap"][t] for r in rows] for t in report["temperatures"]]
            columns.append([r["real_overlap"] for r in rows])
            lines.append(f"| {label} | " + " | ".join(f"{sum(c) / len(c):.2f}" for c in columns) + " |")
    return lines


def markdown(report: dict) -> str:
    """The whole page."""
    notes = report["figures"].get("notes_seen")
    intro = _INTRO.format(
        **{k: report[k] for k in ("pieces", "bars", "split", "min_p", "seed", "pack")}, middle=middle(report),
        heard=f"{notes / 1e6:.1f} M notes heard, " if notes else "", sha=report["graph_sha256"][:12],
    )  # fmt: skip
    lines = [intro, *_table(report), ""]
    if all(style.get("splits") for style in report["styles"].values()):
        about = _SPLITS_INTRO.format(middle=middle(report))
        lines += ["## Real pieces beside real pieces", "", about, *_splits(report), ""]
    lines += ["## By descriptor", "", *_by_descriptor(report), ""]
    if any(s["overlap"][middle(report)] for s in report["styles"].values()):
        lines += ["![Overlap of each descriptor in each style](overview.png)", ""]
    lines += ["## By style", "", "Grey: real. Lines: improvised, one for each temperature.", ""]
    for name in report["styles"]:
        lines += [f"### {name}", "", f"![Descriptors of {name}, real and improvised]({name}.png)", ""]
    return "\n".join(lines).rstrip() + "\n"
