from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import canonical_json, content_hash, format_time, parse_time

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), json_values, min_size=2))
def test_order_of_keys_does_not_change_the_hash(value: dict[str, object]) -> None:
    assert content_hash(value) == content_hash(dict(reversed(list(value.items()))))


@given(st.datetimes(timezones=st.just(UTC)))
def test_times_survive(at: datetime) -> None:
    assert parse_time(format_time(at)) == at


def test_the_same_moment_in_two_zones_is_the_same_text() -> None:
    at = datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert format_time(at) == format_time(at.astimezone(timezone(timedelta(hours=5, minutes=45))))


def test_a_time_without_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="time zone"):
        parse_time("2026-01-01T00:00:00")
    with pytest.raises(ValueError, match="time zone"):
        format_time(datetime(2026, 1, 1))


def test_nan_becomes_null() -> None:
    assert canonical_json({"a": float("nan")}) == '{"a":null}'
