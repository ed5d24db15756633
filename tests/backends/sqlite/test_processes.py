"""Several processes append to one journal at once: consecutive numbers, one chain, none lost."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from classward.backends.sqlite import Database, SqliteJournal
from classward.domain import JournalHead
from classward.lifecycle.release import check_chain

N_PROCESSES = 4
N_EVENTS = 60

APPEND = """
import sys
from dataclasses import replace
from pathlib import Path
from classward.backends.sqlite import Database, SqliteJournal
from classward.conformance.examples import event_draft
from classward.errors import JournalError
name, n_events = sys.argv[2], int(sys.argv[3])
journal = SqliteJournal(Database(Path(sys.argv[1]) / "workspace.db"))
n_moved = 0
for n in range(n_events):
    draft = replace(event_draft(n), id=f"{name}-{n}")
    while True:
        try:
            (event,) = journal.append(draft, expected=journal.head() if n % 2 else None)
            break
        except JournalError as error:
            if error.code != "CW601":
                raise
            n_moved += 1
    print(event.seq, event.hash, event.id, flush=True)
"""


@pytest.mark.slow
def test_processes_append_without_a_gap(tmp_path: Path) -> None:
    """They also create the file together: the first to come makes it, the others wait."""
    running = [
        subprocess.Popen(
            [sys.executable, "-c", APPEND, str(tmp_path), f"p{n}", str(N_EVENTS)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for n in range(N_PROCESSES)
    ]  # fmt: skip
    outputs = [process.communicate(timeout=120) for process in running]
    assert [p.returncode for p in running] == [0] * N_PROCESSES, [err for _, err in outputs]
    told = {tuple(line.split()) for out, _ in outputs for line in out.splitlines()}
    journal = SqliteJournal(Database(tmp_path / "workspace.db"))
    events = tuple(journal.events())
    assert [e.seq for e in events] == list(range(1, N_PROCESSES * N_EVENTS + 1))
    assert {(str(e.seq), e.hash, e.id) for e in events} == told
    assert check_chain(events, noted=[journal.head()]) == ()
    assert journal.head() == JournalHead(seq=events[-1].seq, hash=events[-1].hash)
