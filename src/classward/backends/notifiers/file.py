"""A file with one notice a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from classward.domain import Alert, Notice, to_plain

__all__ = ["FilePlace"]


class FilePlace:
    """Appends each notice as a line of JSON; the file and its folder are made when missing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.name = f"file {path.name}"

    def deliver(self, notice: Notice) -> str:
        """Append it."""
        line = json.dumps({"format_version": 1, "notice": to_plain(notice)}, ensure_ascii=False) + "\n"
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            with self._path.open("ab") as file:
                file.write(line.encode())
        except OSError as error:
            return f"{self._path.name} cannot be written ({error.strerror})"
        return ""

    def beat(self, alerts: Sequence[Alert], *, now: datetime) -> str:
        """Nothing."""
        return ""
