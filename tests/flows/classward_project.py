"""A small project with real backends, a virtual clock and seeded ids: flows run as in production, without processes."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import polars as pl

from classward import wiring
from classward.backends.clock import SeededIds, VirtualClock
from classward.flows.context import Context
from classward.inference import StaticEncoder
from classward.settings import Settings

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
TASK = """
[task]
name = "desk"
label = "team"
[data]
train = "tickets.parquet"
[features]
text = "text"
country = "categorical"
amount = "numeric"
urgent = "boolean"
[classes]
critical = ["security"]
sensitive = ["billing"]
"""
WORDS = {
    "billing": ["invoice", "charged", "refund", "payment"],
    "security": ["password", "hacked", "login", "phishing"],
    "shipping": ["parcel", "delivery", "courier", "late"],
}


def tickets(n: int, seed: int) -> pl.DataFrame:
    """Labelled rows whose words, and a little else, tell the class; some values are missing."""
    rng = np.random.default_rng(seed)
    teams = rng.choice(list(WORDS), size=n, p=[0.5, 0.2, 0.3])
    filler = ["please", "help", "with", "my", "the", "today", "über", "注文"]
    return pl.DataFrame(
        {
            "text": [
                " ".join([*rng.choice(WORDS[t], 2), *rng.choice(filler, 4), str(rng.integers(10_000))]) for t in teams
            ],
            "country": [str(rng.choice(["de", "fr", "jp"])) if rng.random() > 0.1 else None for _ in teams],
            "amount": [float(rng.normal(list(WORDS).index(t))) if rng.random() > 0.1 else None for t in teams],
            "urgent": [bool(t == "security") if rng.random() > 0.3 else None for t in teams],
            "team": teams.tolist(),
        }
    )


class Project:
    """A folder with task file and table, and the context over it."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.settings = folder, Settings()
        self.task_file = folder / "classward.toml"
        self.task_file.write_text(TASK, encoding="utf-8")
        tickets(400, seed=1).write_parquet(folder / "tickets.parquet")
        self.clock = VirtualClock(START)
        self.n_opened = 0
        self.open()

    def open(self) -> Context:
        """Open the workspace anew, as another process would."""
        self.n_opened += 1
        task = wiring.load_task(self.task_file)
        self.ctx = wiring._context(self.task_file, task, self.settings, self.clock, SeededIds(self.n_opened))
        return self.ctx


def toy_encoder(name: str) -> StaticEncoder:
    """Words of one team point in one direction, as a trained encoder's would."""
    assert name == "static"
    words = [word for team in WORDS.values() for word in team]
    vectors = np.repeat(np.eye(3, 6), 4, axis=0) + 0.1 * np.random.default_rng(0).normal(size=(12, 6))
    return StaticEncoder(
        tokens=tuple(words), vectors=vectors.astype(np.float16), weights=np.ones(len(words), np.float32)
    )
