"""Whether the journal is the journal that was written."""

from __future__ import annotations

from collections.abc import Iterable

from classward.domain import GENESIS_HASH, Event, JournalHead

__all__ = ["check_chain"]


def check_chain(events: Iterable[Event], *, expected_head: JournalHead | None = None) -> tuple[str, ...]:
    """List what is wrong with a chain of events; an empty answer means intact.

    A chain alone cannot show that its end was cut off: pass a head that was noted elsewhere (sealed files and bundles
    carry one) to detect that.
    """
    problems: list[str] = []
    seq, prev = 0, GENESIS_HASH
    hashes: dict[int, str] = {}
    for event in events:
        if event.seq != seq + 1:
            problems.append(f"event {seq + 1} is missing (next is {event.seq})")
        if event.prev_hash != prev:
            problems.append(f"event {event.seq} does not follow the one before it")
        if not event.is_intact:
            problems.append(f"event {event.seq} ({event.kind}) was altered")
        seq, prev = event.seq, event.hash
        if expected_head and event.seq == expected_head.seq:
            hashes[event.seq] = event.hash
    if expected_head and expected_head.seq and hashes.get(expected_head.seq) != expected_head.hash:
        problems.append(f"the journal does not contain the noted head (event {expected_head.seq})")
    return tuple(problems)
