"""Whether the journal is the journal that was written."""

from __future__ import annotations

from collections.abc import Iterable

from classward.domain import GENESIS_HASH, Event, JournalHead

__all__ = ["check_chain"]


def check_chain(events: Iterable[Event], *, noted: Iterable[JournalHead] = ()) -> tuple[str, ...]:
    """List what is wrong with a chain of events; an empty answer means intact.

    A chain alone cannot show that its end was cut off: heads noted elsewhere (servers note them in the record log) do.
    """
    problems: list[str] = []
    seq, prev = 0, GENESIS_HASH
    hashes: dict[int, str] = {0: GENESIS_HASH}
    for event in events:
        if event.seq != seq + 1:
            problems.append(f"event {seq + 1} is missing (next is {event.seq})")
        if event.prev_hash != prev:
            problems.append(f"event {event.seq} does not follow the one before it")
        if not event.is_intact:
            problems.append(f"event {event.seq} ({event.kind}) was altered")
        seq, prev = event.seq, event.hash
        hashes[event.seq] = event.hash
    missing = sorted({head.seq for head in noted if hashes.get(head.seq) != head.hash})
    if missing:
        what = f"event {missing[0]}" if len(missing) == 1 else f"events {missing[0]} to {missing[-1]}"
        problems.append(f"the journal does not contain a head that was noted elsewhere ({what}): its end was cut off")
    return tuple(problems)
