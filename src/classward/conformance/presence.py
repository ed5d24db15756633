"""What every store of leases and of heartbeats must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from classward.conformance.examples import START
from classward.ports import Heartbeat, Heartbeats, Leases

__all__ = ["HeartbeatSuite", "LeaseSuite"]


class LeaseSuite:
    """Checks of ``ports.Leases``; two made in one folder share their leases."""

    def make(self, folder: Path) -> Leases:
        """Open the leases of a folder."""
        raise NotImplementedError

    def test_one_holder_at_a_time(self, tmp_path: Path) -> None:
        leases, other = self.make(tmp_path), self.make(tmp_path)
        assert leases.acquire("watch", "a", now=START, ttl_s=10)
        assert not other.acquire("watch", "b", now=START + timedelta(seconds=9), ttl_s=10)
        assert other.acquire("seal", "b", now=START, ttl_s=10)

    def test_a_holder_may_renew(self, tmp_path: Path) -> None:
        leases = self.make(tmp_path)
        assert leases.acquire("watch", "a", now=START, ttl_s=10)
        assert leases.acquire("watch", "a", now=START + timedelta(seconds=9), ttl_s=10)
        assert not leases.acquire("watch", "b", now=START + timedelta(seconds=18), ttl_s=10)

    def test_a_lease_runs_out(self, tmp_path: Path) -> None:
        leases = self.make(tmp_path)
        assert leases.acquire("watch", "a", now=START, ttl_s=10)
        assert leases.acquire("watch", "b", now=START + timedelta(seconds=10.5), ttl_s=10)
        assert not leases.acquire("watch", "a", now=START + timedelta(seconds=11), ttl_s=10)

    def test_only_the_holder_gives_up(self, tmp_path: Path) -> None:
        leases = self.make(tmp_path)
        assert leases.acquire("watch", "a", now=START, ttl_s=10)
        leases.release("watch", "b")
        assert not leases.acquire("watch", "b", now=START, ttl_s=10)
        leases.release("watch", "a")
        assert leases.acquire("watch", "b", now=START, ttl_s=10)
        leases.release("never-taken", "a")

    def test_its_end_can_be_asked_for(self, tmp_path: Path) -> None:
        leases = self.make(tmp_path)
        assert leases.until("watch") is None
        assert leases.acquire("watch", "a", now=START, ttl_s=10)
        assert leases.until("watch") == START + timedelta(seconds=10)

    def test_of_many_at_once_one_wins(self, tmp_path: Path) -> None:
        leases = self.make(tmp_path)
        with ThreadPoolExecutor(6) as pool:
            won = list(pool.map(lambda n: leases.acquire("watch", f"h{n}", now=START, ttl_s=10), range(12)))
        assert sum(won) == 1


class HeartbeatSuite:
    """Checks of ``ports.Heartbeats``."""

    def make(self, folder: Path) -> Heartbeats:
        """Open the heartbeats of a folder."""
        raise NotImplementedError

    @staticmethod
    def beat(process_id: str) -> Heartbeat:
        """A worker that began and was seen at the start."""
        return Heartbeat(
            process_id=process_id, pid=42, task="tickets", bundle_hash="a" * 64, version=3, head_seq=7, n_lost=1,
            started_at=START, seen_at=START,
        )  # fmt: skip

    def test_a_beat_is_seen_and_overwritten(self, tmp_path: Path) -> None:
        heartbeats = self.make(tmp_path)
        heartbeats.beat(self.beat("w1"))
        later = replace(self.beat("w1"), version=4, seen_at=START + timedelta(seconds=1))
        heartbeats.beat(later)
        now = START + timedelta(seconds=2)
        assert self.make(tmp_path).alive(task="tickets", now=now, within_s=5) == (later,)

    def test_the_silent_and_the_gone_are_not_alive(self, tmp_path: Path) -> None:
        heartbeats = self.make(tmp_path)
        for process_id in ("w1", "w2", "w3"):
            heartbeats.beat(self.beat(process_id))
        heartbeats.beat(replace(self.beat("w2"), seen_at=START + timedelta(seconds=8)))
        heartbeats.beat(replace(self.beat("w3"), task="mails", seen_at=START + timedelta(seconds=8)))
        now = START + timedelta(seconds=9)
        assert [b.process_id for b in heartbeats.alive(task="tickets", now=now, within_s=5)] == ["w2"]
        heartbeats.forget("w2")
        heartbeats.forget("never-seen")
        assert heartbeats.alive(task="tickets", now=now, within_s=5) == ()
