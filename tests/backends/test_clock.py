"""Identifiers carry their time; virtual time stands still until moved."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from classward.backends.clock import SeededIds, UlidIds, VirtualClock

START = datetime(2026, 1, 5, tzinfo=UTC)
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def milliseconds(made: str) -> int:
    value = 0
    for letter in made[:10]:
        value = value * 32 + ALPHABET.index(letter)
    return value


def test_a_ulid_begins_with_its_time() -> None:
    before = time.time_ns() // 1_000_000
    made = milliseconds(UlidIds().new())
    assert before <= made <= time.time_ns() // 1_000_000


def test_ids_grow_when_the_clock_goes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    ids = UlidIds()
    first = ids.new()
    monkeypatch.setattr(time, "time_ns", lambda: 1_000_000_000)
    made = [first, *(ids.new() for _ in range(50))]
    assert made == sorted(set(made))


def test_identifiers_stay_fresh_and_grow_after_many() -> None:
    ids = UlidIds()
    made = [ids.new() for _ in range(1000)]
    assert made == sorted(set(made))
    assert len({one[10:] for one in made}) == 1000


@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_makes_other_ids() -> None:
    ids = UlidIds()
    ids.new()
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.write(writing, "".join(ids.new() for _ in range(50)).encode())
        os._exit(0)
    os.waitpid(child, 0)
    data = os.read(reading, 1 << 16).decode()
    os.close(reading)
    os.close(writing)
    theirs = {data[i : i + 26] for i in range(0, len(data), 26)}
    assert len(theirs) == 50
    assert theirs.isdisjoint(ids.new() for _ in range(50))


def test_the_same_seed_gives_the_same_ids() -> None:
    first, second, other = SeededIds(3), SeededIds(np.random.default_rng(3)), SeededIds(4)
    made = [first.new() for _ in range(10)]
    assert made == [second.new() for _ in range(10)]
    assert made != [other.new() for _ in range(10)]


def test_virtual_time_moves_on_only_when_told() -> None:
    clock = VirtualClock(START)
    assert clock.now() == START
    clock.advance_to(START + timedelta(days=2))
    clock.advance_to(START + timedelta(days=1))
    assert clock.now() == START + timedelta(days=2)
    assert clock.monotonic_s() == 172_800.0
