"""Take in labels: check, tell duplicates, make durable, answer item by item. Doing it twice changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from classward.domain import Label, LabelSpace, QuarantinedLabel, Taxonomy, content_hash
from classward.errors import JournalError, RecordError
from classward.lifecycle.label import check_label
from classward.ports import RecordLog, RecordWriter

__all__ = ["LabelItem", "LabelReceipt", "accept_labels"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelItem:
    """What became of one label: ``accepted``, ``duplicate`` or ``quarantined`` (with the reason).

    The reason of an accepted one says how its class is read, where that is not as it was written.
    """

    index: int
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelReceipt:
    """What became of a batch, item by item in the order given.

    ``is_remembered`` is false when the workspace database could not note what was accepted: the labels are safe, but sent
    again they are told as accepted again, and only reading counts them once. ``n_open`` rows of a queue have no label yet.
    """

    items: tuple[LabelItem, ...]
    is_remembered: bool = True
    n_open: int = 0

    def count(self, state: str) -> int:
        """How many items ended in a state."""
        return sum(item.state == state for item in self.items)


def accept_labels(
    raw: Sequence[Mapping[str, object]],
    *,
    label_space: LabelSpace,
    log: RecordLog,
    writer: RecordWriter,
    now: datetime,
    taxonomy: Taxonomy | None = None,
) -> LabelReceipt:
    """Accept labels for predictions made earlier, or not seen yet.

    A label is *duplicate* when the same id, class, event time, source, annotator and weight were accepted before, here
    or in an earlier call. An unknown prediction id is accepted: it waits for its prediction, and reading counts it as
    quarantined when the task's label wait is over. What is set aside is kept
    once, however often it is sent. Labels reach the log before they are remembered, so a crash or a full
    disk between the two makes at worst a duplicate record, which reading resolves.

    A label under an earlier name of a class is kept as it was written and read through ``taxonomy``; its item says so.

    Raises
    ------
    RecordError
        CW710 if something could not be written: the text says what is safe. The same batch can be sent again.
    """
    checked = [check_label(item, label_space=label_space, received_at=now) for item in raw]
    digests = [item.digest if isinstance(item, Label) else _digest(item) for item in checked]
    known = set(log.known_digests(digests))
    accepted: list[Label] = []
    refused: list[QuarantinedLabel] = []
    items: list[LabelItem] = []
    for index, (item, digest) in enumerate(zip(checked, digests, strict=True)):
        if isinstance(item, QuarantinedLabel):
            if digest not in known:
                known.add(digest)
                refused.append(item)
            items.append(LabelItem(index=index, state="quarantined", reason=item.reason))
        elif digest in known:
            items.append(LabelItem(index=index, state="duplicate"))
        else:
            known.add(digest)
            accepted.append(item)
            items.append(LabelItem(index=index, state="accepted", reason=taxonomy.told(item.label) if taxonomy else ""))
    if accepted and not writer.labels(accepted):
        raise _not_written(0, len(accepted) + len(refused))
    is_remembered = _remember(log, [label.digest for label in accepted], now)
    if refused and not writer.quarantine(refused):
        raise _not_written(len(accepted), len(refused))
    is_remembered = _remember(log, [_digest(label) for label in refused], now) and is_remembered
    return LabelReceipt(items=tuple(items), is_remembered=is_remembered)


def _digest(refused: QuarantinedLabel) -> str:
    """What tells a label that was set aside from others: what was sent, and why it was refused."""
    return content_hash(["set aside", refused.raw, refused.reason])


def _remember(log: RecordLog, digests: Sequence[str], now: datetime) -> bool:
    try:
        log.remember_digests(digests, received_at=now)
    except JournalError:  # they are in the log: refusing them now would be untrue
        return False
    return True


def _not_written(n_safe: int, n_missing: int) -> RecordError:
    return RecordError(
        "CW710",
        "not all labels could be written",
        got=f"{n_missing} not written, {n_safe} accepted and safe",
        why="a label is accepted, or set aside, only when it is on disk",
        fix="free disk space in the workspace and send the same labels again; sending twice does no harm",
    )
