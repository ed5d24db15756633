"""A state machine: whatever is written, rotated, sealed, crashed and read, acknowledged rows are the rows read."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Protocol

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from classward.conformance.examples import SteppedClock, answer, truth
from classward.domain import Prediction
from classward.ports import Clock, RecordLog, RecordWriter

__all__ = ["MakesRecords", "record_machine"]

N_WRITERS = 3


class MakesRecords(Protocol):
    """The hooks of a suite that the machine needs."""

    def make_log(self, folder: Path) -> RecordLog:
        """Open the log of a folder."""
        ...

    def make_writer(self, folder: Path, clock: Clock, *, max_bytes: int, max_age_s: float) -> RecordWriter:
        """Make a new writer beside all others."""
        ...

    def crash(self, folder: Path, writer: RecordWriter, batch: list[Prediction], share: float) -> bool:
        """End a writer in the middle of a write, if that can be done."""
        ...


def record_machine(suite: MakesRecords, where: Path) -> type[RuleBasedStateMachine]:
    """The machine for one backend; each run works in a fresh folder below ``where``."""

    class RecordMachine(RuleBasedStateMachine):
        @initialize()
        def begin(self) -> None:
            self.folder = Path(tempfile.mkdtemp(dir=where))
            self.clock = SteppedClock()
            self.log = suite.make_log(self.folder)
            self.writers = [self._writer() for _ in range(N_WRITERS)]
            self.answers: Counter[str] = Counter()
            self.labels: Counter[str] = Counter()
            self.made = 0

        def _writer(self) -> RecordWriter:
            return suite.make_writer(self.folder, self.clock, max_bytes=1500, max_age_s=100.0)

        def _batch(self, n: int) -> list[Prediction]:
            self.made += n
            return [answer(f"r{self.made - i}", at=self.clock.now()) for i in range(n)]

        @rule(number=st.integers(0, N_WRITERS - 1), n=st.integers(1, 6))
        def write_answers(self, number: int, n: int) -> None:
            batch = self._batch(n)
            assert self.writers[number].predictions(batch)
            self.answers.update(p.id for p in batch)

        @rule(number=st.integers(0, N_WRITERS - 1), n=st.integers(1, 4))
        def write_labels(self, number: int, n: int) -> None:
            batch = [truth(f"r{i}", at=self.clock.now()) for i in range(n)]
            assert self.writers[number].labels(batch)
            self.labels.update(x.digest for x in batch)

        @rule(number=st.integers(0, N_WRITERS - 1))
        def tick(self, number: int) -> None:
            self.writers[number].tick()

        @rule(number=st.integers(0, N_WRITERS - 1))
        def close(self, number: int) -> None:
            self.writers[number].close()
            self.writers[number] = self._writer()

        @rule(seconds=st.sampled_from([1.0, 70.0, 40_000.0, 200_000.0]))
        def wait(self, seconds: float) -> None:
            self.clock.step(seconds)

        @rule()
        def seal(self) -> None:
            assert self.log.seal(now=self.clock.now()).problems == ()

        @rule(number=st.integers(0, N_WRITERS - 1), n=st.integers(1, 4), share=st.floats(0, 1, exclude_max=True))
        def crash(self, number: int, n: int, share: float) -> None:
            if suite.crash(self.folder, self.writers[number], self._batch(n), share):
                self.writers[number] = self._writer()

        @rule()
        def read(self) -> None:
            assert Counter(self.log.predictions(columns=["id"])["id"].to_list()) == self.answers
            assert Counter(self.log.labels()["digest"].to_list()) == self.labels

        @rule()
        def reopen(self) -> None:
            self.log = suite.make_log(self.folder)

        def teardown(self) -> None:
            if not hasattr(self, "log"):
                return
            self.read()
            for writer in self.writers:
                writer.close()
            self.seal()
            self.read()
            assert self.log.health().problems == ()

    return RecordMachine
