"""``status --check`` and ``watch``: what is not in order is told, and one bad round ends nothing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest
from click.testing import CliRunner

from classward import wiring
from classward.cli import verify, watch
from classward.cli.status import _is_in_order
from classward.conformance.examples import answer, event_draft
from classward.errors import RecordError, UsageError
from classward.flows import status as looked
from classward.flows import watch as watching
from classward.ports import Heartbeat
from classward.settings import Settings


@pytest.fixture
def task_file(tmp_path: Path) -> Path:
    file = tmp_path / "classward.toml"
    file.write_text('[task]\nname = "desk"\nlabel = "team"\n[data]\ntrain = "t.csv"\n[features]\ntext = "text"\n')
    return file


def test_a_live_version_that_nobody_serves_is_not_in_order() -> None:
    live = SimpleNamespace(live=object())
    assert not _is_in_order(SimpleNamespace(deployment=live, serving="no server", checks=()))  # type: ignore[arg-type]
    assert _is_in_order(SimpleNamespace(deployment=live, serving="in step", checks=()))  # type: ignore[arg-type]
    assert _is_in_order(SimpleNamespace(deployment=None, serving="no server", checks=()))  # type: ignore[arg-type]


def worker(now: Any, n_lost: int = 0, name: str = "w1") -> Heartbeat:
    return Heartbeat(
        process_id=name, pid=1, task="desk", bundle_hash="", version=0, head_seq=0, n_lost=n_lost,
        started_at=now - timedelta(minutes=10), seen_at=now,
    )  # fmt: skip


def test_rounds_that_are_not_made_fail_a_check(task_file: Path) -> None:
    ctx = wiring.open_context(task_file, Settings())
    now = ctx.clock.now()
    ctx.heartbeats.beat(worker(now))

    def check() -> Any:
        return next(c for c in looked.status(ctx, now=now).checks if c.name == "watch")

    assert (check().is_passed, check().seen) == (False, "no round in the 600 s since the server began")
    assert watching.tick(ctx, holder="a", now=now - timedelta(minutes=6))
    assert (check().is_passed, check().seen) == (False, "last round 360 s ago")
    assert watching.tick(ctx, holder="a", now=now - timedelta(seconds=5))
    assert (check().is_passed, check().seen) == (True, "last round 5 s ago")


def test_what_each_worker_could_not_tell_the_log_yet_is_added(task_file: Path) -> None:
    ctx = wiring.open_context(task_file, Settings())
    now = ctx.clock.now()
    for name, told, lost in (("w1", 5, 7), ("w2", 0, 4), ("gone", 3, 0)):
        writer = wiring.open_writer(ctx, Settings(), name=name)
        if told:
            writer.count("unlogged", told)
        writer.close()
        if lost:
            ctx.heartbeats.beat(worker(now, lost, name))
    assert looked.status(ctx, now=now).n_lost == 7 + 4 + 3


def test_sealing_does_not_wait_for_what_cannot_be_read(task_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ctx = wiring.open_context(task_file, Settings())
    writer = wiring.open_writer(ctx, Settings())
    writer.count("failed", 3)
    writer.close()

    def damaged(*args: object, **more: object) -> None:
        raise RecordError("CW703", "the label records cannot be read", fix="restore them")

    monkeypatch.setattr(watching, "take_in", damaged)
    with pytest.raises(RecordError, match="CW703"):
        watching.tick(ctx, holder="a", now=ctx.clock.now())
    assert (ctx.log.health().n_sealed_files, ctx.log.health().n_open_segments) == (1, 0)


def test_verify_names_a_forged_file_and_tells_what_it_could_not_check(task_file: Path) -> None:
    ctx = wiring.open_context(task_file, Settings())
    ctx.journal.append(event_draft(1))
    writer = wiring.open_writer(ctx, Settings())
    writer.predictions([answer("a", task="desk"), answer("b", task="desk")])
    writer.close()
    ctx.log.seal(now=ctx.clock.now())
    ask = ["--task-file", str(task_file)]
    done = CliRunner().invoke(verify.command, ask)
    assert (done.exit_code, "everything is as it was written" in done.output) == (0, True)
    assert "not checked" not in done.output

    (path,) = task_file.parent.rglob("kind=prediction/*/*.parquet")
    pl.read_parquet(path, hive_partitioning=False).with_columns(label=pl.lit("refund")).write_parquet(path)
    done = CliRunner().invoke(verify.command, ask)
    assert done.exit_code == 1
    assert path.name in done.output
    assert "not the bytes that were sealed" in done.output

    with closing(sqlite3.connect(task_file.parent / ".classward" / "workspace.db")) as connection, connection:
        connection.execute("DELETE FROM sealed_hashes")
    done = CliRunner().invoke(verify.command, ask)
    assert "not checked 1 sealed files have no SHA-256" in done.output


@pytest.mark.parametrize("error", [OSError(5, "disk"), pl.exceptions.ComputeError("damaged"), RuntimeError("odd")])
def test_one_bad_round_of_watch_is_told_and_the_next_is_made(
    task_file: Path, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    rounds = []

    def bad(ctx: Any, *, holder: str, now: Any, notifiers: Any, work: Any) -> None:
        rounds.append(now)
        if len(rounds) > 1:
            raise KeyboardInterrupt
        raise error

    monkeypatch.setattr(watching, "tick", bad)
    told = CliRunner().invoke(watch.command, ["-f", str(task_file), "--every", "0"])
    assert len(rounds) == 2
    assert "this round failed" in told.output + (told.stderr or "")


@pytest.mark.parametrize(
    ("variable", "text", "told"),
    [("POLL_S", "nan", "0 to 60"), ("PORT", "65536", "0 to 65535"), ("PAYLOAD_SHARE", "1.5", "0 to 1"),
     ("SEGMENT_GRACE_S", "inf", "0 or more"), ("MAX_ROWS", "0", "1 or more"), ("DRAIN_S", "-1", "0 or more")],
)  # fmt: skip
def test_settings_out_of_bounds_are_refused_with_what_may_be_given(variable: str, text: str, told: str) -> None:
    with pytest.raises(UsageError, match="CW441") as refused:
        wiring.read_settings({f"CLASSWARD_{variable}": text})
    assert told in refused.value.fix
