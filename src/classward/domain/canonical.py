"""One way to turn nouns into bytes, so that equal nouns have equal hashes on every machine."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
from datetime import UTC, date, datetime

__all__ = ["LATER", "canonical_json", "content_hash", "format_time", "parse_time", "to_plain"]

LATER = "came_later"
"""Key in a field's metadata: it may be absent in what was stored before it existed."""


def to_plain(value: object) -> object:
    """Turn nouns, tuples and times into what JSON knows; private fields are left out.

    A field that came later (``metadata={LATER: True}``) is left out while it has its default, so that what was hashed
    before it existed keeps its hash.

    >>> to_plain((1, None))
    [1, None]
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = (f for f in dataclasses.fields(value) if not f.name.startswith("_"))
        return {
            f.name: to_plain(getattr(value, f.name))
            for f in fields
            if not (f.metadata.get(LATER) and getattr(value, f.name) == f.default)
        }
    if isinstance(value, datetime):
        return format_time(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        return {str(k): to_plain(v) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [to_plain(v) for v in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def canonical_json(value: object) -> str:
    """JSON with sorted keys, no spaces and no NaN: the same text for the same content.

    >>> canonical_json({"b": 1, "a": (2.0, "é")})
    '{"a":[2.0,"é"],"b":1}'
    """
    return json.dumps(to_plain(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def content_hash(*values: object) -> str:
    """SHA-256 (hex) over the canonical JSON of the values."""
    return hashlib.sha256(canonical_json(values).encode()).hexdigest()


def format_time(at: datetime) -> str:
    """Aware time → ISO 8601 in UTC with microseconds and ``Z``.

    >>> from datetime import UTC, datetime
    >>> format_time(datetime(2026, 11, 12, 14, 3, tzinfo=UTC))
    '2026-11-12T14:03:00.000000Z'
    """
    if at.tzinfo is None:
        raise ValueError("times carry a time zone")
    return at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def parse_time(text: str) -> datetime:
    """ISO 8601 text → aware UTC time; text without a zone is refused with ``ValueError``.

    >>> parse_time("2026-11-12T16:03:00+02:00").hour
    14
    """
    at = datetime.fromisoformat(text)
    if at.tzinfo is None:
        raise ValueError(f"time {text!r} has no time zone (append Z for UTC)")
    return at.astimezone(UTC)
