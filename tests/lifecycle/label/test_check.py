"""Labels come from people and systems: everything wrong becomes a reason, never an exception."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import Label, LabelSpace, QuarantinedLabel, format_time
from classward.lifecycle.label import check_label

SPACE = LabelSpace.of(["billing", "refund", "security"])
NOW = datetime(2026, 11, 14, 9, 0, tzinfo=UTC)
GOOD = {"id": "01JD8Q", "label": "billing", "event_at": "2026-11-12T14:03:00Z", "source": "crm"}


def check(**changes: object) -> Label | QuarantinedLabel:
    return check_label({**GOOD, **changes}, label_space=SPACE, received_at=NOW)


def reason(found: Label | QuarantinedLabel) -> str:
    assert isinstance(found, QuarantinedLabel)
    assert found.received_at == NOW
    found.raw.encode()
    assert len(found.raw) <= 200_000
    return found.reason


def test_good_label() -> None:
    assert check() == Label(
        id="01JD8Q", label="billing", event_at=datetime(2026, 11, 12, 14, 3, tzinfo=UTC), received_at=NOW, source="crm"
    )


def test_optional_fields_and_other_zones() -> None:
    found = check(annotator="anna", weight=12, event_at="2026-11-12T16:03:00+02:00")
    assert isinstance(found, Label)
    assert (found.annotator, found.weight) == ("anna", 12.0)
    assert found.event_at == datetime(2026, 11, 12, 14, 3, tzinfo=UTC)
    assert check(annotator=None, weight=None) == check()


def test_same_label_later_has_the_same_digest() -> None:
    later = check_label(GOOD, label_space=SPACE, received_at=NOW + timedelta(days=1))
    first = check()
    assert isinstance(later, Label)
    assert isinstance(first, Label)
    assert later.digest == first.digest


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"label": "secuirty"}, "no class is called 'secuirty'; did you mean 'security'?"),
        ({"label": 3}, "'label' must be text, not int"),
        ({"label": True}, "'label' must be text, not bool"),
        ({"label": ""}, "'label' must be 1 to 500 printable characters"),
        ({"label": "\ud800"}, "'label' must be 1 to 500 printable characters"),
        ({"id": None}, "'id' is missing"),
        ({"id": 17}, "'id' must be text, not int"),
        ({"id": "a\nb"}, "'id' must be"),
        ({"id": "x" * 501}, "'id' must be"),
        ({"source": ["crm"]}, "'source' must be text, not list"),
        ({"annotator": 7}, "'annotator' must be text, not int"),
        ({"event_at": "2026-11-12T14:03:00"}, "'event_at' must be ISO 8601 with a zone"),
        ({"event_at": "12.11.2026"}, "'event_at' must be ISO 8601"),
        ({"event_at": 1763000000}, "'event_at' must be text, not int"),
        ({"event_at": "0001-01-01T00:00:00+14:00"}, "'event_at' must be ISO 8601"),
        ({"weight": "2"}, "'weight' must be a number, not str"),
        ({"weight": True}, "'weight' must be a number, not bool"),
        ({"weight": 0}, "'weight' must be a positive number"),
        ({"weight": -1.5}, "'weight' must be a positive number"),
        ({"weight": float("nan")}, "'weight' must be a positive number"),
        ({"weight": float("inf")}, "'weight' must be a positive number"),
        ({"weight": 10**400}, "'weight' must be a positive number"),
        ({"wieght": 2.0}, "unknown field 'wieght'; did you mean 'weight'?"),
        ({"note": "hello"}, "unknown field 'note'"),
    ],
)
def test_what_is_wrong_is_said(changes: dict[str, object], words: str) -> None:
    assert words in reason(check(**changes))


@pytest.mark.parametrize("name", ["id", "label", "event_at", "source"])
def test_missing_field(name: str) -> None:
    raw = {k: v for k, v in GOOD.items() if k != name}
    assert reason(check_label(raw, label_space=SPACE, received_at=NOW)) == f"{name!r} is missing"


def test_future_is_allowed_by_five_minutes_of_clock_skew() -> None:
    assert isinstance(check(event_at=format_time(NOW + timedelta(minutes=5))), Label)
    assert "future" in reason(check(event_at=format_time(NOW + timedelta(minutes=5, seconds=1))))


def test_what_came_is_kept_as_json() -> None:
    found = check(label="Zürich")
    assert isinstance(found, QuarantinedLabel)
    assert json.loads(found.raw) == {**GOOD, "label": "Zürich"}


def nested(depth: int) -> list[object]:
    inner: list[object] = []
    for _ in range(depth):
        inner = [inner]
    return inner


CIRCLE: dict[str, object] = dict(GOOD)
CIRCLE["self"] = CIRCLE


@pytest.mark.parametrize(
    "raw",
    [
        [], "text", None, 3, {}, {1: 2, "a": 3}, {("a", "b"): 1}, {**GOOD, "weight": 10**5000}, {**GOOD, "id": nested(5000)},
        {**GOOD, "extra": b"\xff"}, {**GOOD, "label": "a\ud83d"}, CIRCLE, {**GOOD, "note": "x" * 100_000},
        {"x" * 100_000: 1}, {**GOOD, "label": "l" * 100_000},
    ],
    ids=lambda raw: type(raw).__name__,
)  # fmt: skip
def test_hostile_input_is_set_aside(raw: object) -> None:
    assert reason(check_label(raw, label_space=SPACE, received_at=NOW))  # type: ignore[arg-type]


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from([*GOOD.values()]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from([*GOOD, "annotator", "weight", "x"]) | st.text(max_size=8), VALUES))
def test_any_json_is_accepted_or_set_aside(raw: dict[str, object]) -> None:
    found = check_label(raw, label_space=SPACE, received_at=NOW)
    if isinstance(found, Label):
        assert found.label in SPACE
        assert found.event_at <= NOW + timedelta(minutes=5)
        assert 0 < found.weight < float("inf")
    else:
        assert reason(found)


@given(st.text(max_size=40))
def test_any_time_text_is_accepted_or_set_aside(text: str) -> None:
    assert isinstance(check(event_at=text), Label | QuarantinedLabel)
