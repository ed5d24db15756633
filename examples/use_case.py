"""What the use cases share: rows in a folder, the real command line, and the report it leaves."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any


def budget_of(arguments: Sequence[str], *, usual: str = "1m") -> tuple[str, list[str], int]:
    """``--budget TIME`` and ``--rows N`` out of the arguments; the rest as it is."""
    given, rest = {"--budget": usual, "--rows": "1000000"}, []
    words = iter(arguments)
    for word in words:
        if word in given:
            given[word] = next(words)
        else:
            rest.append(word)
    return given["--budget"], rest, int(given["--rows"])


class UseCase:
    """One project in a folder of its own."""

    def __init__(self, name: str, rows: Sequence[dict[str, Any]], *, label: str) -> None:
        self.folder = Path(os.environ.get("EXAMPLES_FOLDER") or tempfile.mkdtemp(prefix="classward-")) / name
        self.folder.mkdir(parents=True, exist_ok=True)
        self._rows = rows
        with (self.folder / "rows.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        print(f"{len(rows):,} rows in {len({r[label] for r in rows})} classes; working in {self.folder}", flush=True)

    def classes(self, label: str) -> list[str]:
        """Every class of the rows."""
        return sorted({str(r[label]) for r in self._rows})

    def run(self, *words: str) -> str:
        """Run one command as a user would; what it printed."""
        print("$ classward " + " ".join(words), flush=True)
        done = subprocess.run(
            [sys.executable, "-m", "classward", *words], cwd=self.folder, text=True, stdout=subprocess.PIPE
        )
        if done.returncode:
            raise SystemExit(f"{words[0]} ended with {done.returncode}: {done.stdout}")
        return done.stdout

    def append(self, text: str) -> None:
        """Add to the task file."""
        path = self.folder / "classward.toml"
        path.write_text(path.read_text(encoding="utf-8") + text, encoding="utf-8")

    def report(self) -> dict[str, Any]:
        """The newest version's report."""
        return json.loads(self.run("report", "--json"))["report"]

    def done(self) -> None:
        """Leave the page where it is found."""
        self.run("report", "--page", "report.html")
        print(f"page: {self.folder / 'report.html'}")
