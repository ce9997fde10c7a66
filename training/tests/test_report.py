"""A whole small report with the toy pack."""

import json
import sys
from pathlib import Path

from training import improvise, report
from training.tests.invented import write_folder

TOY = Path(__file__).parents[2] / "tests/data/toy-pack"


def _run(monkeypatch, *arguments) -> int:
    monkeypatch.setattr(sys, "argv", ["report", *map(str, arguments)])
    return report.main()


def test_a_report_has_numbers_page_and_pictures(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(improvise, "MOST_NOTES", 200)
    folder, out = write_folder(tmp_path / "data", 12), tmp_path / "out"
    options = ("--styles", "song,hymn", "--pieces", 4, "--bars", 8, "--temperatures", "1.0,1.2")
    assert _run(monkeypatch, "--pack", TOY, "--data", folder, "--out", out, *options) == 0
    found = json.loads((out / "report.json").read_text(encoding="utf-8"))
    assert list(found["styles"]) == ["hymn", "song"]
    song, hymn = found["styles"]["song"], found["styles"]["hymn"]
    assert song["real"] == {"pieces": 4, "windows": 4, "notes": song["real"]["notes"]}
    assert song["ours"]["1.0"]["pieces"] == 4 and set(song["overlap"]) == {"1.0", "1.2"}
    assert all(0 <= x <= 1.01 for x in song["overlap"].values())
    assert hymn["real"]["windows"] == 0 and hymn["overlap"] == {"1.0": None, "1.2": None}
    page = (out / "README.md").read_text(encoding="utf-8")
    assert "| song | 4, 4 |" in page and "| hymn | 0, 0 | – |" in page
    for picture in ("song.png", "hymn.png", "overview.png"):
        assert (out / picture).stat().st_size > 1000
        assert picture in page
    assert "improvised" in capsys.readouterr().err


def test_a_missing_folder_is_named(tmp_path, monkeypatch, capsys):
    assert _run(monkeypatch, "--pack", TOY, "--data", tmp_path / "none", "--out", tmp_path) == 2
    assert "none" in capsys.readouterr().err
