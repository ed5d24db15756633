from __future__ import annotations

import pytest

from classward.domain import Repair
from classward.errors import TaskFileError
from classward.taskfile import parse

HEAD = '[task]\nname = "t"\nlabel = "y"\n[data]\ntrain = "t.csv"\n[features]\n'


def test_columns_say_what_stands_in_for_bad_values():
    task = parse(
        HEAD
        + 'a = "text"\nb = { kind = "numeric", on_bad = "default", default = 3 }\n'
        + 'c = { kind = "boolean", on_bad = "default", default = false }\n'
        + 'd = { kind = "date", on_bad = "missing" }\ne = { kind = "text", on_bad = "reject" }\n',
        path="t.toml",
    )
    assert task.repairs == (
        Repair(feature="b", value=3),
        Repair(feature="c", value=False),
        Repair(feature="d", value=None),
    )


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ('{ kind = "numeric", on_bad = "default" }', "CW105"),
        ('{ kind = "numeric", default = 3.0 }', "CW105"),
        ('{ kind = "numeric", on_bad = "missing", default = 3.0 }', "CW105"),
        ('{ kind = "numeric", on_bad = "default", default = "3" }', "CW103"),
        ('{ kind = "boolean", on_bad = "default", default = 1.0 }', "CW103"),
        ('{ kind = "date", on_bad = "default", default = "soon" }', "CW103"),
        ('{ kind = "text", on_bad = "default", default = 1.0 }', "CW103"),
        ('{ kind = "vector", length = 3, on_bad = "default", default = "x" }', "CW105"),
        ('{ kind = "text", on_bad = "repair" }', "CW103"),
    ],
)
def test_repairs_that_cannot_be_are_refused_with_their_line(column, code):
    with pytest.raises(TaskFileError, match=rf"{code} t.toml, line 7") as caught:
        parse(HEAD + f"x = {column}\n", path="t.toml")
    assert caught.value.fix


def test_columns_say_what_may_be_logged():
    task = parse(
        HEAD
        + 'a = { kind = "text", log = "hash" }\nb = { kind = "text", log = "drop" }\nc = { kind = "text", log = "keep" }\n',
        path="t.toml",
    )
    assert task.private == (("a", "hash"), ("b", "drop"))
    with pytest.raises(TaskFileError, match=r"CW103 t.toml, line 7"):
        parse(HEAD + 'a = { kind = "text", log = "redact" }\n', path="t.toml")
