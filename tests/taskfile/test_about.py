"""What is said of classes and rows travels into the label space, the snapshot and the card."""

from __future__ import annotations

import polars as pl
import pytest

from classward.domain import LabelSpace, Provenance
from classward.errors import TaskFileError, UnknownClass
from classward.lifecycle.data import build_label_space
from classward.taskfile import parse

TEXT = """
[task]
name = "tickets"
label = "team"
[data]
train = "tickets.csv"
source = "help desk"
licence = "internal"
upstream = ["export 2026-11-01"]
[features]
text = "text"
[classes]
critical = ["b"]
[classes.about.b]
definition = "somebody broke in"
guide = "prefer it when in doubt"
examples = ["my password was stolen"]
counterexamples = ["I forgot my password"]
owner = "ana"
parent = "risks"
status = "deprecated"
since = "2026-11-01"
[tags]
cost_centre = "4711"
"""
ROWS = pl.DataFrame({"text": ["x", "y", "z"], "team": ["a", "b", "c"]})


def test_all_of_it_arrives() -> None:
    task = parse(TEXT, path="t.toml")
    assert task.provenance == Provenance(source="help desk", licence="internal", upstream=("export 2026-11-01",))
    assert task.tags == (("cost_centre", "4711"),)
    one = build_label_space(ROWS, task).classes[1]
    assert (one.definition, one.owner, one.parent, one.status) == ("somebody broke in", "ana", "risks", "deprecated")
    assert (one.guide, one.effective_from) == ("prefer it when in doubt", "2026-11-01")
    assert (one.examples, one.counterexamples) == (("my password was stolen",), ("I forgot my password",))
    assert one.is_critical


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ('status = "gone"', "CW103"), ('since = "last year"', "CW103"), ('owner_ = "x"', "CW102"),
        ('examples = "one"', "CW103"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_named(wrong: str, code: str) -> None:
    text = "\n".join(line for line in TEXT.splitlines() if not line.startswith(wrong.partition(" ")[0] + " "))
    with pytest.raises(TaskFileError) as caught:
        parse(text.replace("[tags]", f"{wrong}\n[tags]"), path="t.toml")
    assert caught.value.code == code


def test_a_class_defined_twice_or_without_rows_is_refused() -> None:
    with pytest.raises(TaskFileError, match="CW105"):
        parse(TEXT.replace("[classes.about.b]", '[classes.definitions]\nb = "x"\n[classes.about.b]'), path="t.toml")
    with pytest.raises(UnknownClass, match=r"classes\.about"):
        build_label_space(ROWS, parse(TEXT.replace("[classes.about.b]", "[classes.about.d]"), path="t.toml"))


def test_hashes_of_label_spaces_that_say_nothing_more_stay_as_they_were() -> None:
    assert LabelSpace.of(["a", "b", "c"]).hash == "d675d52d4a6a49f5e808e208692ae92a12feaeb93fdbe0d41f144025eb9e4270"
