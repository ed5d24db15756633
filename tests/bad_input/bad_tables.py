"""Bad tables, as files that somebody might bring."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import polars as pl

N = 120
WORDS = {"refund": "money charged invoice twice", "card": "plastic lost stolen pin", "bug": "app crashes screen slow"}
FILLER = [
    f"{a}{b}" for a in ("ba", "ko", "li", "mu", "ra", "se", "to") for b in ("den", "fir", "gal", "hop", "jun", "kel")
]


def rows(n: int = N) -> pl.DataFrame:
    """Three classes that words and a number tell."""
    rng = np.random.default_rng(0)
    y = rng.choice(list(WORDS), n)
    return pl.DataFrame(
        {
            "text": [_text(str(c) if rng.random() < 0.9 else str(rng.choice(list(WORDS))), rng) for c in y],
            "size": rng.normal([list(WORDS).index(c) for c in y]).round(1),
            "kind": rng.choice(["a", "b"], n).tolist(),
            "label": y.tolist(),
        }
    )


def _text(team: str, rng: np.random.Generator) -> str:
    return " ".join(rng.permutation([*rng.choice(WORDS[team].split(), 2), *rng.choice(FILLER, 6)]))


def csv(table: pl.DataFrame) -> bytes:
    return table.write_csv().encode()


def with_column(name: str, values: object) -> bytes:
    return csv(rows().with_columns(pl.Series(name, values)))


def replaced(label: Callable[[int, str], object]) -> bytes:
    table = rows()
    return csv(
        table.with_columns(pl.Series("label", [label(i, c) for i, c in enumerate(table["label"])], strict=False))
    )


def _quoted() -> bytes:
    return csv(rows().with_columns(pl.format('he said "{}",\nthen left', "text").alias("text")))


def _many_columns() -> bytes:
    rng = np.random.default_rng(1)
    more = {f"x{j}": rng.normal(size=N).round(2) for j in range(2000)}
    return csv(rows().with_columns([pl.Series(name, values) for name, values in more.items()]))


def _mixed() -> list[str]:
    return [("12", "n/a", "3.5", "yes", "")[i % 5] for i in range(N)]


TABLES: Mapping[str, Callable[[], bytes]] = {
    "constant column": lambda: with_column("size", [1.0] * N),
    "only constant columns": lambda: csv(pl.DataFrame({"a": [1] * N, "label": rows()["label"]})),
    "all null column": lambda: with_column("size", [None] * N),
    "one row per class": lambda: csv(rows(3).with_columns(label=pl.Series(["a", "b", "c"]))),
    "thousand classes": lambda: csv(
        pl.DataFrame({"size": np.arange(3000) % 1000 + 0.5, "label": [f"c{i % 1000}" for i in range(3000)]})
    ),
    "missing labels": lambda: replaced(lambda i, c: "" if i % 10 == 0 else c),
    "mixed types": lambda: with_column("size", _mixed()),
    "infinite numbers": lambda: with_column("size", [float("inf") if i == 7 else float(i % 40) for i in range(N)]),
    "huge texts": lambda: with_column(
        "text", [("word " * 40_000 if i == 3 else text) for i, text in enumerate(rows()["text"])]
    ),
    "emoji and right to left": lambda: replaced(lambda i, c: {"refund": "💸", "card": "بطاقة", "bug": "שגיאה"}[c]),
    "duplicate ids": lambda: with_column("id", [i // 2 for i in range(N)]),
    "class of one row": lambda: replaced(lambda i, c: "rare" if i == N - 1 else c),
    "empty file": lambda: b"",
    "only a header": lambda: b"text,size,label\n",
    "byte order mark": lambda: b"\xef\xbb\xbf" + csv(rows()),
    "latin-1": lambda: csv(rows().with_columns(text=pl.col("text") + " für")).decode().encode("latin-1"),
    "carriage returns": lambda: csv(rows()).replace(b"\n", b"\r\n"),
    "quotes, commas and line ends": _quoted,
    "no column but the label": lambda: csv(rows().select("label")),
    "labels with blanks": lambda: replaced(lambda i, c: f" {c} " if i % 3 == 0 else c),
    "labels in two cases": lambda: replaced(lambda i, c: c.title() if i % 3 == 0 else c),
    "a misspelt label": lambda: replaced(lambda i, c: "refnud" if i in {5, 6, 7} else c),
    "labels as decimals": lambda: replaced(lambda i, c: i * 0.37),
    "labels as whole decimals": lambda: replaced(lambda i, c: float(list(WORDS).index(c))),
    "labels as true and false": lambda: replaced(lambda i, c: c == "bug"),
    "labels as dates": lambda: replaced(lambda i, c: f"2026-01-{i % 28 + 1:02d}"),
    "reserved names": lambda: csv(rows().rename({"text": "features", "size": "[data]", "kind": "__fold__"})),
    "a column named twice": lambda: csv(rows()).replace(b"text,size,", b"text,text,", 1),
    "two thousand columns": _many_columns,
    "a line too short": lambda: csv(rows()) + b"oops\n",
    "null bytes": lambda: csv(rows()).replace(b"ba", b"b\x00a"),
    "two classes": lambda: csv(rows().with_columns(label=pl.Series([str(i % 2) for i in range(N)]))),
}


def write(name: str, folder: Path) -> Path:
    """Write a table into a folder; gives its path."""
    path = folder / "rows.csv"
    path.write_bytes(TABLES[name]())
    return path
