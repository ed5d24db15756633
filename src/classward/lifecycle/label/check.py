"""One label as it comes in: accepted as a noun, or set aside with a reason."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from datetime import datetime, timedelta

from classward.domain import Label, LabelSpace, QuarantinedLabel, parse_time
from classward.errors import nearest

__all__ = ["check_label"]

_KNOWN = ("id", "label", "event_at", "source", "annotator", "weight")
_MOST_AHEAD = timedelta(minutes=5)
_LONGEST = 500
_MOST_KEPT = 20_000


class _Wrong(ValueError):
    """Why a label cannot be accepted."""


def check_label(
    raw: Mapping[str, object], *, label_space: LabelSpace, received_at: datetime
) -> Label | QuarantinedLabel:
    """Check one label strictly; whatever is wrong becomes a reason, never an exception, and nothing is coerced.

    Parameters
    ----------
    raw : mapping
        ``id, label, event_at`` (ISO 8601 with zone), ``source``, and optionally ``annotator`` and ``weight``.
    label_space : LabelSpace
        Classes that exist.
    received_at : datetime
        Now; a label may not be established more than five minutes later than this.

    Returns
    -------
    label : Label or QuarantinedLabel
        The latter with what came as JSON text (its first 20,000 characters) and one sentence that says why.
    """
    try:
        return _label(raw, label_space, received_at)
    except _Wrong as wrong:
        return QuarantinedLabel(raw=_as_json(raw), reason=str(wrong), received_at=received_at)


def _label(raw: Mapping[str, object], label_space: LabelSpace, received_at: datetime) -> Label:
    if not isinstance(raw, Mapping):
        raise _Wrong(f"a label is an object, not {type(raw).__name__}")
    for name in raw:
        if not isinstance(name, str):
            raise _Wrong(f"names of fields are text, not {type(name).__name__}")
        if name not in _KNOWN:
            raise _Wrong(f"unknown field {name[:80]!r}{nearest(name[:80], _KNOWN)}")
    label = _text(raw, "label")
    label = label if label in label_space else label_space.folded_into(label) or label
    if label not in label_space:
        raise _Wrong(f"no class is called {label[:80]!r}{nearest(label[:80], label_space.names)}")
    annotator = _text(raw, "annotator") if raw.get("annotator") is not None else None
    return Label(
        id=_text(raw, "id"), label=label, event_at=_moment(raw, received_at), received_at=received_at,
        source=_text(raw, "source"), annotator=annotator, weight=_weight(raw.get("weight")),
    )  # fmt: skip


def _text(raw: Mapping[str, object], name: str) -> str:
    value = raw.get(name)
    if value is None:
        raise _Wrong(f"{name!r} is missing")
    if not isinstance(value, str):
        raise _Wrong(f"{name!r} must be text, not {type(value).__name__}")
    if not value or len(value) > _LONGEST or not value.isprintable():
        raise _Wrong(f"{name!r} must be 1 to {_LONGEST} printable characters")
    return value


def _moment(raw: Mapping[str, object], received_at: datetime) -> datetime:
    text = _text(raw, "event_at")
    try:
        at = parse_time(text)
    except (ValueError, OverflowError):
        raise _Wrong("'event_at' must be ISO 8601 with a zone, such as 2026-11-12T14:03:00Z") from None
    if at > received_at + _MOST_AHEAD:
        raise _Wrong("'event_at' lies in the future: is a clock wrong?")
    return at


def _weight(value: object) -> float:
    if value is None:
        return 1.0
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise _Wrong(f"'weight' must be a number, not {type(value).__name__}")
    try:
        weight = float(value)
    except OverflowError:
        weight = math.inf
    if not math.isfinite(weight) or weight <= 0:
        raise _Wrong("'weight' must be a positive number")
    return weight


def _as_json(raw: object) -> str:
    """What came, as text that can be stored: unpaired surrogates are escaped; what JSON cannot hold is named by type."""
    try:
        text = json.dumps(raw, default=repr, ensure_ascii=False)
    except (TypeError, ValueError, RecursionError):
        fields = raw.items() if isinstance(raw, Mapping) else ()
        text = json.dumps([[type(name).__name__, type(value).__name__] for name, value in fields])
    return text[:_MOST_KEPT].encode("utf-8", "backslashreplace").decode()
