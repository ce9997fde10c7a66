"""Figures of styles as a JSON file and a page, which a later call for the same pack and settings goes on with."""

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from training import vocabulary as v


@dataclass(frozen=True)
class Kept:
    """`NAME.json` and `NAME.md` in a folder."""

    folder: Path
    name: str
    about: dict  # pack and settings: figures of others are not gone on with
    markdown: Callable[[dict], str]  # the page, of all that is in the file

    def known(self) -> dict[str, dict]:
        """Figures of each style that an earlier call has written; none where there is no such file."""
        try:
            report = json.loads((self.folder / f"{self.name}.json").read_text(encoding="utf-8"))
            return report["styles"] if all(report[key] == value for key, value in self.about.items()) else {}
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    def write(self, styles: dict[str, dict]) -> None:
        """Write both files anew, a line for each style, in the order of the vocabulary."""
        report = self.about | {"styles": {name: styles[name] for name in v.STYLES if name in styles}}
        self.folder.mkdir(parents=True, exist_ok=True)
        rows = ",\n".join(f'  "{name}": {json.dumps(row)}' for name, row in report["styles"].items())
        head = json.dumps(self.about)[1:-1]
        (self.folder / f"{self.name}.json").write_text(f'{{{head},\n "styles": {{\n{rows}\n }}}}\n', encoding="utf-8")
        (self.folder / f"{self.name}.md").write_text(self.markdown(report), encoding="utf-8")
        print(f"{len(styles)} styles", file=sys.stderr, flush=True)
