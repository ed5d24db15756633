"""A trained project and a real server for journeys through real processes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from real import Server, example_sentences, run


@pytest.fixture(scope="session")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with one registered version; copy it before changing it."""
    folder = tmp_path_factory.mktemp("trained")
    rows = example_sentences()
    with (folder / "sentences.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, fieldnames=list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    run(folder, "init", "sentences.csv", "--label", "intent", "--name", "home", "--id", "id", "--group", "template",
        "--critical", "HassTurnOff", "--sensitive", "HassTurnOn", "--owner", "ml@example.org")  # fmt: skip
    run(folder, "train", "--budget", "10s")
    return folder


@pytest.fixture
def project(trained: Path, tmp_path: Path) -> Path:
    """A fresh copy of the trained project."""
    folder = tmp_path / "project"
    shutil.copytree(trained, folder)
    return folder


@pytest.fixture
def server(project: Path) -> Iterator[Server]:
    """A ready server with two workers over a fresh project."""
    running = Server(project, workers=2).ready()
    yield running
    running.stop()
