"""What every record log must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from classward.conformance.examples import START, SteppedClock, answer, quarantined, truth
from classward.conformance.record_machine import record_machine
from classward.domain import Attribution, Prediction
from classward.ports import PREDICTION_COLUMNS, Clock, RecordLog, RecordWriter

__all__ = ["RecordLogSuite", "assert_same"]


class RecordLogSuite:
    """Checks of ``ports.RecordLog`` with ``ports.RecordWriter``; everything made in one folder belongs together.

    ``grace_s`` of the logs is 60 seconds.
    """

    def make_log(self, folder: Path) -> RecordLog:
        """Open the log of a folder."""
        raise NotImplementedError

    def make_writer(
        self, folder: Path, clock: Clock, *, max_bytes: int = 1 << 20, max_age_s: float = 3600.0
    ) -> RecordWriter:
        """A new writer beside all others."""
        raise NotImplementedError

    def crash(self, folder: Path, writer: RecordWriter, batch: list[Prediction], share: float) -> bool:
        """End a writer as ``kill -9`` would, while it has written a share (0 to 1) of a batch's bytes.

        Return whether this is supported; the machine leaves crashes out otherwise.
        """
        return False

    def test_an_empty_log_has_its_columns(self, tmp_path: Path) -> None:
        log = self.make_log(tmp_path)
        assert log.predictions().columns == list(PREDICTION_COLUMNS)
        assert log.predictions(columns=["label", "id"]).columns == ["label", "id"]
        assert log.labels().columns == [
            "id", "label", "event_at", "received_at", "source", "annotator", "weight", "digest",
        ]  # fmt: skip
        assert log.quarantined().columns == ["raw", "reason", "received_at"]
        assert log.counters().columns == ["second", "name", "n", "writer"]
        assert log.health().problems == ()

    def test_requests_written_together_are_all_there_and_one_that_cannot_be_kept_costs_no_other(
        self, tmp_path: Path
    ) -> None:
        writer = self.make_writer(tmp_path, SteppedClock())
        batches = [[answer("a"), answer("b")], [answer("broken", key="\ud800")], [answer("c")], []]
        assert writer.together(batches) == (True, False, True, True)
        assert writer.n_lost == 1
        assert writer.together([[answer("d")]]) == (True,)
        writer.close()
        log = self.make_log(tmp_path)
        assert sorted(log.predictions()["id"]) == ["a", "b", "c", "d"]
        assert log.health().n_lost == 1

    @pytest.mark.parametrize("is_sealed", [False, True])
    def test_answers_come_back_as_they_were_given(self, tmp_path: Path, is_sealed: bool) -> None:
        given = [
            answer(
                "r1", key="customer-7", features='{"text":"größer \\u0000 日本語"}', flags=("unseen:country", "late")
            ),
            answer("r2", label="security", at=START + timedelta(microseconds=1), version=2),
            answer("r3", n_classes=150, at=datetime(1969, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)),
        ]
        self.write(tmp_path, given, is_sealed=is_sealed)
        rows = {row["id"]: row for row in self.make_log(tmp_path).predictions().to_dicts()}
        assert set(rows) == {"r1", "r2", "r3"}
        for one in given:
            assert_same(rows[one.id], one)

    @pytest.mark.parametrize("is_sealed", [False, True])
    def test_labels_and_what_was_set_aside_come_back(self, tmp_path: Path, is_sealed: bool) -> None:
        writer = self.make_writer(tmp_path, SteppedClock())
        given = [truth("r1"), truth("r1"), truth("r2", label="outage")]
        assert writer.labels(given)
        assert writer.quarantine([quarantined('{"id": 1}')])
        writer.close()
        log = self.make_log(tmp_path)
        if is_sealed:
            assert log.seal(now=START).n_labels == 3
        labels = log.labels().sort("digest").to_dicts()
        assert [(x["id"], x["label"]) for x in labels].count(("r1", "refund")) == 2
        wanted = sorted(given, key=lambda x: x.digest)
        for row, one in zip(labels, wanted, strict=True):
            assert row == {name: getattr(one, name) for name in row}
        (aside,) = log.quarantined().to_dicts()
        assert aside["raw"] == '{"id": 1}'
        assert aside["received_at"] == START

    @pytest.mark.parametrize("is_sealed", [False, True])
    def test_reasons_of_answers_come_back(self, tmp_path: Path, is_sealed: bool) -> None:
        log, writer = self.make_log(tmp_path), self.make_writer(tmp_path, SteppedClock())
        given = Attribution(
            id="a1", at=START, version=3, bundle_hash="0" * 64, class_name="security", explanation='{"base": 0.5}',
            took_ms=1.5,
        )  # fmt: skip
        assert log.attributions().is_empty()
        assert writer.attributions([given])
        writer.close()
        if is_sealed:
            log.seal(now=START + timedelta(seconds=1))
        (found,) = log.attributions(ids=["a1", "b"], since=START).to_dicts()
        assert Attribution(**found) == given
        assert log.attributions(ids=["b"]).is_empty()

    def test_an_answer_is_read_as_soon_as_it_is_acknowledged(self, tmp_path: Path) -> None:
        writer, log = self.make_writer(tmp_path, SteppedClock()), self.make_log(tmp_path)
        for number in range(3):
            assert writer.predictions([answer(f"r{number}")])
            assert len(log.predictions(columns=["id"])) == number + 1
        writer.close()

    def test_answers_are_found_by_time_and_id(self, tmp_path: Path) -> None:
        moments = [START + timedelta(hours=6 * n) for n in range(12)]
        given = [answer(f"r{n}", at=at) for n, at in enumerate(moments)]
        self.write(tmp_path, given[:8], is_sealed=True)
        self.write(tmp_path, given[8:], is_sealed=False)
        log = self.make_log(tmp_path)
        found = log.predictions(since=moments[3], until=moments[9], columns=["id"])["id"].to_list()
        assert sorted(found) == [f"r{n}" for n in range(3, 9)]
        assert sorted(log.predictions(ids=["r2", "r10", "nobody"])["id"]) == ["r10", "r2"]
        assert log.predictions(ids=[]).height == 0
        assert log.predictions(ids=["r2"], since=moments[3]).height == 0

    def test_counters_add_up_per_second(self, tmp_path: Path) -> None:
        clock = SteppedClock()
        first, second = self.make_writer(tmp_path, clock), self.make_writer(tmp_path, clock)
        first.count("refused")
        first.count("refused", 2)
        second.count("refused", 5)
        first.tick()
        second.tick()
        clock.step(1.0)
        first.count("failed")
        first.close()
        second.close()
        log = self.make_log(tmp_path)
        log.seal(now=clock.now())
        rows = log.counters().to_dicts()
        assert sorted((r["second"] - int(START.timestamp()), r["name"], r["n"]) for r in rows) == [
            (0, "refused", 3), (0, "refused", 5), (1, "failed", 1),
        ]  # fmt: skip
        assert len({r["writer"] for r in rows}) == 2

    def test_what_a_writer_holds_is_not_sealed(self, tmp_path: Path) -> None:
        writer, log = self.make_writer(tmp_path, SteppedClock()), self.make_log(tmp_path)
        writer.predictions([answer("r1")])
        assert log.seal(now=START).n_segments == 0
        writer.close()
        assert log.seal(now=START).n_segments == 1
        assert log.seal(now=START).n_segments == 0
        assert log.predictions(columns=["id"])["id"].to_list() == ["r1"]

    def test_a_large_or_old_segment_is_finished(self, tmp_path: Path) -> None:
        clock, log = SteppedClock(), self.make_log(tmp_path)
        small = self.make_writer(tmp_path, clock, max_bytes=2000)
        for number in range(20):
            assert small.predictions([answer(f"s{number}", features="x" * 200)])
        assert log.seal(now=clock.now()).n_segments >= 2
        old = self.make_writer(tmp_path, clock, max_age_s=30.0)
        old.predictions([answer("o1")])
        old.tick()
        assert log.seal(now=clock.now()).n_segments == 0
        clock.step(31.0)
        old.tick()
        assert log.seal(now=clock.now()).n_segments == 1
        small.close()
        old.close()
        assert len(log.predictions(columns=["id"])) == 21

    def test_nothing_is_missing_or_doubled_when_grace_is_over(self, tmp_path: Path) -> None:
        clock, log = SteppedClock(), self.make_log(tmp_path)
        for round_ in range(40):
            self.write(tmp_path, [answer(f"r{round_}-{i}", at=clock.now()) for i in range(3)], is_sealed=True)
            clock.step(61.0)
            log.seal(now=clock.now())
        found = sorted(log.predictions(columns=["id"])["id"])
        assert found == sorted(f"r{r}-{i}" for r in range(40) for i in range(3))
        clock.step(86_400.0 * 3)
        log.seal(now=clock.now())
        log.seal(now=clock.step(61.0))
        assert sorted(log.predictions(columns=["id"])["id"]) == found
        assert log.health().problems == ()

    def test_digests_are_known_after_they_are_remembered(self, tmp_path: Path) -> None:
        log = self.make_log(tmp_path)
        many = [f"{n:064x}" for n in range(2500)]
        assert log.known_digests(many) == frozenset()
        log.remember_digests(many[:2000], received_at=START)
        log.remember_digests(many[1000:2000], received_at=START + timedelta(days=1))
        assert self.make_log(tmp_path).known_digests(many) == frozenset(many[:2000])
        assert log.known_digests([]) == frozenset()

    def test_any_order_of_writing_sealing_crashing_and_reading(self, tmp_path: Path) -> None:
        machine = record_machine(self, tmp_path)
        checks = [HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much]
        run_state_machine_as_test(
            machine,
            settings=settings(max_examples=25, stateful_step_count=25, deadline=None, suppress_health_check=checks),
        )

    def write(self, folder: Path, batch: list[Prediction], *, is_sealed: bool) -> None:
        """Log a batch with a writer of its own."""
        writer = self.make_writer(folder, SteppedClock())
        assert writer.predictions(batch)
        writer.close()
        if is_sealed:
            assert self.make_log(folder).seal(now=START).n_predictions == len(batch)


def assert_same(row: dict[str, Any], one: Prediction) -> None:
    """Compare a row that was read with the answer that was logged."""
    for name in PREDICTION_COLUMNS:
        wanted = getattr(one, name)
        if name == "probabilities":
            assert all(math.isclose(a, b, rel_tol=1e-6) for a, b in zip(row[name], wanted, strict=True))
        else:
            assert row[name] == (list(wanted) if name == "flags" else wanted), name
