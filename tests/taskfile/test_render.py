"""What init writes reads back to what it found, whatever the names."""

from __future__ import annotations

from datetime import datetime, timedelta

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from classward.domain import DataSource, Feature, Task
from classward.errors import UnknownClass
from classward.lifecycle.data import FoundFeature, Inference, LeftOut, looks
from classward.taskfile import parse, render

SOURCE = DataSource(location="data/tickets.csv")


def found(
    label: str = "team", classes: tuple[str, ...] = ("billing", "security", "legal"), **more: object
) -> Inference:
    features = more.pop("features", ("subject",))
    plain: dict[str, object] = {
        "name": "tickets", "source": SOURCE, "label": label, "n_rows": 90, "n_columns": 4,
        "class_counts": tuple((name, 30) for name in classes),
        "features": tuple(
            FoundFeature(feature=Feature(name=name, kind="text"), reason="7 words") for name in features  # type: ignore[attr-defined]
        ),
    }  # fmt: skip
    return Inference(**(plain | more))  # type: ignore[arg-type]


names = st.text(st.characters(codec="utf-8"), min_size=1, max_size=30)


@given(
    parts=st.lists(names, min_size=9, max_size=9, unique=True),
    classes=st.lists(names, min_size=3, max_size=5, unique=True),
    location=names,
    owner=st.text(st.characters(codec="utf-8"), max_size=20),
    roles=st.booleans(),
)
def test_any_names_survive_writing_and_reading(
    parts: list[str], classes: list[str], location: str, owner: str, roles: bool
) -> None:
    name, label, one, two, id_column, time, group, out, suggested = parts
    looked = found(
        label=label, classes=tuple(classes), name=name, features=(one, two),
        source=DataSource(location=location, query="SELECT 'é'\nFROM \"t\"" if roles else ""),
        id_column=id_column if roles else None, time_column=time if roles else None,
        group_column=group if roles else None, suggested_group=None if roles else suggested,
        left_out=(LeftOut(column=out, reason="unique per row"),),
    )  # fmt: skip
    test = DataSource(location=location) if roles else None
    text = render(looked, test=test, critical=classes[:2], sensitive=classes[1:2], owner=owner)
    task = parse(text, path="classward.toml")
    assert task == Task(
        name=name, label=label, owner=owner, features=tuple(f.feature for f in looked.features), train=looked.source,
        test=test, id_column=looked.id_column, time_column=looked.time_column, group_column=looked.group_column,
        critical=tuple(classes[:2]), sensitive=tuple(classes[1:2]), slos=task.slos,
    )  # fmt: skip
    assert [(s.indicator, s.class_name) for s in task.slos[:3]] == [
        ("recall", classes[0]),
        ("recall", classes[1]),
        ("precision", classes[1]),
    ]


def test_a_real_table_fits_on_a_screen_and_every_comment_can_be_switched_on() -> None:
    n = 300
    rows = pl.DataFrame(
        {
            "ticket_id": [f"T{i}" for i in range(n)],
            "created_at": [datetime(2026, 1, 1) + timedelta(hours=i) for i in range(n)],
            "customer_id": [i % 60 for i in range(n)],
            "subject": [f"my card number {i} does not work" for i in range(n)],
            "body": [f"dear all, please look at case {i} today" for i in range(n)],
            "product": [["card", "loan", "account"][i % 3] for i in range(n)],
            "amount": [i * 1.7 for i in range(n)],
            "ticket_url": [f"https://example.org/{i}" for i in range(n)],
            "team": ["secuirty" if i < 3 else ["billing", "security", "legal", "outage"][i % 4] for i in range(n)],
        }
    )
    looked = looks(rows, label="team", name="tickets", source=SOURCE)
    text = render(looked)
    assert len(text.splitlines()) <= 36
    assert max(map(len, text.splitlines())) <= 100
    task = parse(text, path="classward.toml")
    assert (task.id_column, task.time_column, task.group_column) == ("ticket_id", "created_at", None)
    assert task.critical == ()
    switched_on = text
    for key in ("group", "owner", "critical", "sensitive", "latency_p95_ms"):
        assert f"\n# {key} = " in switched_on
        switched_on = switched_on.replace(f"\n# {key} = ", f"\n{key} = ")
    task = parse(switched_on, path="classward.toml")
    assert task.group_column == "customer_id"
    assert task.critical == task.sensitive == ("security",)
    assert '"secuirty" looks like "security"' in text
    assert "ticket_url" in text


def test_a_flag_for_a_class_that_does_not_exist_is_refused() -> None:
    with pytest.raises(UnknownClass, match="did you mean 'security'") as caught:
        render(found(), critical=["secuirty"])
    assert caught.value.code == "CW301"


def test_a_thousand_classes_make_no_longer_file() -> None:
    text = render(found(classes=tuple(f"class {i}" for i in range(1000))))
    assert "and 992 more" in text
    assert len(text.splitlines()) < 30
