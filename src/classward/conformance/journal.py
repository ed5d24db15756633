"""What every journal must do."""

# ruff: noqa: D102  (a check says in its name what it checks)

from __future__ import annotations

import dataclasses
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from pathlib import Path

import pytest

from classward.conformance.examples import START, event_draft
from classward.domain import GENESIS_HASH, Event, JournalHead
from classward.errors import JournalError
from classward.lifecycle.release import check_chain
from classward.ports import Journal

__all__ = ["JournalSuite"]


class JournalSuite:
    """Checks of ``ports.Journal``; two journals made in one folder are the same journal."""

    def make(self, folder: Path) -> Journal:
        """Open the journal of a folder, or begin it."""
        raise NotImplementedError

    def test_an_empty_journal_has_the_first_head(self, tmp_path: Path) -> None:
        journal = self.make(tmp_path)
        assert journal.head() == JournalHead(seq=0, hash=GENESIS_HASH)
        assert list(journal.events()) == []

    def test_events_come_back_as_they_were_recorded(self, tmp_path: Path) -> None:
        drafts = [event_draft(n) for n in range(5)]
        made = self.make(tmp_path).append(*drafts)
        again = tuple(self.make(tmp_path).events())
        assert again == made
        assert [e.seq for e in again] == [1, 2, 3, 4, 5]
        for draft, event in zip(drafts, again, strict=True):
            assert all(getattr(event, f.name) == getattr(draft, f.name) for f in dataclasses.fields(draft))
        assert check_chain(again) == ()

    def test_the_chain_is_the_one_that_nouns_define(self, tmp_path: Path) -> None:
        first, second = self.make(tmp_path).append(event_draft(1), event_draft(2))
        assert first == Event.chained(event_draft(1), seq=1, prev_hash=GENESIS_HASH)
        assert second == Event.chained(event_draft(2), seq=2, prev_hash=first.hash)

    def test_times_of_other_zones_keep_their_moment(self, tmp_path: Path) -> None:
        local = START.astimezone(timezone(timedelta(hours=5, minutes=30)))
        journal = self.make(tmp_path)
        journal.append(event_draft(0, at=local))
        (event,) = journal.events()
        assert event.at == local
        assert event.at.utcoffset() == timedelta(0)
        assert event.is_intact

    def test_head_follows_the_last_event(self, tmp_path: Path) -> None:
        journal, other = self.make(tmp_path), self.make(tmp_path)
        for number in range(3):
            last = journal.append(event_draft(number))[-1]
            assert other.head() == JournalHead(seq=last.seq, hash=last.hash)

    def test_nothing_appended_changes_nothing(self, tmp_path: Path) -> None:
        journal = self.make(tmp_path)
        assert journal.append() == ()
        assert journal.head() == JournalHead()

    def test_an_expected_head_lets_only_one_of_two_through(self, tmp_path: Path) -> None:
        journal, other = self.make(tmp_path), self.make(tmp_path)
        seen = journal.append(event_draft(1))[-1]
        head = JournalHead(seq=seen.seq, hash=seen.hash)
        other.append(event_draft(2), expected=head)
        with pytest.raises(JournalError, match="CW601"):
            journal.append(event_draft(3), event_draft(4), expected=head)
        assert [e.id for e in journal.events()] == [event_draft(1).id, event_draft(2).id]

    def test_all_drafts_are_recorded_or_none(self, tmp_path: Path) -> None:
        journal = self.make(tmp_path)
        journal.append(event_draft(1))
        with pytest.raises(JournalError):
            journal.append(event_draft(2), event_draft(1))
        assert journal.head().seq == 1
        journal.append(event_draft(2))
        assert check_chain(journal.events()) == ()

    def test_events_are_found_by_place_task_and_kind(self, tmp_path: Path) -> None:
        journal = self.make(tmp_path)
        for number in range(1300):
            task = "tickets" if number % 2 else "mails"
            kind = "deployed" if number % 10 == 1 else "compared"
            if number % 100 == 0:
                batch = []
            batch.append(event_draft(number, task=task, kind=kind))
            if number % 100 == 99:
                journal.append(*batch)
        assert [e.seq for e in journal.events(after_seq=1290)] == list(range(1291, 1301))
        assert [e.seq for e in journal.events()] == list(range(1, 1301))
        assert len(list(journal.events(task="mails"))) == 650
        found = list(journal.events(task="tickets", kind="deployed", after_seq=100))
        assert len(found) == 120
        assert {(e.task, e.kind) for e in found} == {("tickets", "deployed")}
        assert list(journal.events(task="mails", kind="deployed")) == []

    def test_threads_append_without_a_gap(self, tmp_path: Path) -> None:
        journal = self.make(tmp_path)
        with ThreadPoolExecutor(4) as pool:
            list(pool.map(lambda n: journal.append(event_draft(n)), range(60)))
        events = tuple(journal.events())
        assert [e.seq for e in events] == list(range(1, 61))
        assert {e.id for e in events} == {event_draft(n).id for n in range(60)}
        assert check_chain(events) == ()
