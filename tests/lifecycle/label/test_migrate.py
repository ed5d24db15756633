"""Whatever is renamed, merged, split and added: every name is read as one class of today, and no label is lost."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from classward.domain import ABSTAINED, ClassDef, ClassMigration, LabelSpace, Taxonomy
from classward.errors import ClasswardError, Refused, UnknownClass, UsageError
from classward.inference import Proba
from classward.lifecycle.label import checked_migration, migrated_space

AT = datetime(2026, 3, 2, tzinfo=UTC)
SPACE = LabelSpace.of(["a", "b", "c", "d", "e"], critical=["b"])
NAMES = st.sampled_from("abcdefghij")


def change(kind: str, old: str, new: str) -> ClassMigration:
    return ClassMigration(kind=kind, old=tuple(old), new=tuple(new), at=AT, actor="ana", why="so")


def after(*changes: ClassMigration, space: LabelSpace = SPACE) -> tuple[LabelSpace, Taxonomy]:
    taxonomy = Taxonomy()
    for one in changes:
        checked = checked_migration(one, space, taxonomy)
        taxonomy = taxonomy.then(checked)
        space = migrated_space(space, checked, taxonomy)
    return space, taxonomy


@st.composite
def changes(draw: st.DrawFn) -> ClassMigration:
    kind = draw(st.sampled_from(["rename", "merge", "split", "add"]))
    n_old = {"rename": 1, "split": 1, "add": 0}.get(kind, draw(st.integers(1, 3)))
    n_new = {"rename": 1, "merge": 1, "add": 1}.get(kind, draw(st.integers(1, 3)))
    old = draw(st.lists(NAMES, min_size=n_old, max_size=n_old))
    new = draw(st.lists(NAMES, min_size=n_new, max_size=n_new))
    return ClassMigration(kind=kind, old=tuple(old), new=tuple(new), at=AT, actor="ana", why="so")


@settings(max_examples=150, deadline=None)
@given(st.lists(changes(), max_size=12), st.lists(NAMES, max_size=40))
def test_reading_composes_and_loses_no_label(asked: list[ClassMigration], labels: list[str]) -> None:
    space, taxonomy = SPACE, Taxonomy()
    ever = set(SPACE.names)
    labels = [name for name in labels if name in SPACE]
    step_by_step: list[str | None] = list(labels)
    for one in asked:
        try:
            checked = checked_migration(one, space, taxonomy)
        except ClasswardError:
            continue
        alone = Taxonomy(migrations=(checked,))
        step_by_step = [None if name is None else alone.current(name) for name in step_by_step]
        taxonomy = taxonomy.then(checked)
        space = migrated_space(space, checked, taxonomy)
        ever |= set(space.names)
    read = [taxonomy.current(name) for name in labels]
    assert read == step_by_step, "all at once is one after the other"
    assert Counter(read).total() == len(labels)
    for name in ever:
        now = taxonomy.current(name)
        assert now is None or now in space
        assert now is None or taxonomy.current(now) == now, "reading twice is reading once"
        assert (now is None) == ("needs relabelling" in taxonomy.told(name))
        assert (now == name) == (taxonomy.told(name) == "")
    assert [taxonomy.current(name) for name in space.names] == list(space.names), "a class of today stands for itself"
    ids = [c.id for c in space.classes]
    assert len(set(ids)) == len(ids)
    assert ids == [taxonomy.class_id(name) for name in space.names]


@settings(max_examples=60, deadline=None)
@given(st.lists(changes(), max_size=8), st.integers(0, 1000))
def test_old_probabilities_add_up_in_the_classes_of_today(asked: list[ClassMigration], seed: int) -> None:
    space, taxonomy = SPACE, Taxonomy()
    for one in asked:
        try:
            checked = checked_migration(one, space, taxonomy)
        except ClasswardError:
            continue
        taxonomy = taxonomy.then(checked)
        space = migrated_space(space, checked, taxonomy)
    matrix = np.random.default_rng(seed).dirichlet(np.ones(5), size=3)
    if len({taxonomy.current(name) or name for name in SPACE.names}) < 3:
        with pytest.raises(ClasswardError, match="CW201"):
            taxonomy.read_space(SPACE)
        return
    read, places = taxonomy.read_space(SPACE)
    proba = Proba(matrix, SPACE).read_as(read, places)
    for name in read.names:
        parts = [i for i, was in enumerate(SPACE.names) if (taxonomy.current(was) or was) == name]
        assert proba.matrix[:, read.index(name)] == pytest.approx(matrix[:, parts].sum(axis=1))


def test_a_renamed_class_stays_the_same_class() -> None:
    space, taxonomy = after(change("rename", "b", "x"), change("rename", "x", "y"))
    assert space.names == ("a", "c", "d", "e", "y")
    assert (space.classes[-1].id, space.critical, space.version) == ("b", ("y",), 3)
    assert [taxonomy.is_same_class(name) for name in "bxy"] == [True] * 3


def test_a_name_comes_back_only_for_what_its_labels_became() -> None:
    space, taxonomy = after(change("rename", "b", "x"), change("rename", "x", "b"))
    assert taxonomy.current("x") == "b"
    assert space.names == SPACE.names
    with pytest.raises(Refused, match="CW112"):
        after(change("rename", "b", "x"), change("rename", "c", "b"))
    with pytest.raises(Refused, match="CW112"):
        after(change("split", "b", "xy"), change("add", "", "b"))
    assert after(change("merge", "ab", "x"), change("rename", "x", "a"))[1].current("b") == "a"


def test_a_merged_class_is_another_class_with_the_promises_of_its_parts() -> None:
    space = LabelSpace(classes=(
        ClassDef(id="a", name="a", definition="alpha"), ClassDef(id="b", name="b", definition="beta", is_critical=True),
        ClassDef(id="c", name="c"), ClassDef(id="d", name="d", parent="b"),
    ))  # fmt: skip
    merged, taxonomy = after(change("merge", "ab", "x"), space=space)
    new = merged.classes[merged.index("x")]
    assert (new.id, new.definition, new.is_critical, new.effective_from) == ("x", "", True, "2026-03-02")
    assert merged.classes[merged.index("d")].parent == "x"
    assert not taxonomy.is_same_class("a")
    into, _ = after(change("merge", "b", "a"), space=space)
    kept = into.classes[into.index("a")]
    assert (kept.definition, kept.is_critical, into.names) == ("alpha", True, ("a", "c", "d"))


def test_split_classes_keep_the_place_in_an_order() -> None:
    ordered = LabelSpace(classes=SPACE.classes, is_ordered=True)
    assert after(change("split", "b", "zy"), space=ordered)[0].names == ("a", "z", "y", "c", "d", "e")


@pytest.mark.parametrize(
    ("asked", "error", "code"),
    [
        (change("rename", "q", "x"), UnknownClass, "CW301"),
        (change("rename", "a", "b"), Refused, "CW111"),
        (change("rename", "a", "a"), UsageError, "CW114"),
        (change("merge", "a", "x"), UsageError, "CW114"),
        (change("merge", "abcd", "x"), Refused, "CW113"),
        (change("split", "a", "x"), UsageError, "CW114"),
        (change("split", "a", "ax"), UsageError, "CW114"),
        (change("split", "a", "xx"), UsageError, "CW114"),
        (change("split", "a", "xb"), Refused, "CW111"),
        (change("add", "", "a"), Refused, "CW111"),
        (change("add", "", " "), UsageError, "CW114"),
        (ClassMigration(kind="add", old=(), new=(ABSTAINED,), at=AT, actor="", why=""), UsageError, "CW114"),
    ],
)
def test_what_cannot_be_is_refused(asked: ClassMigration, error: type[ClasswardError], code: str) -> None:
    with pytest.raises(error, match=code):
        after(asked)


def test_a_name_that_was_merged_away_does_not_come_back_as_a_part() -> None:
    with pytest.raises(Refused, match=r"(?s)CW112.*'b' is now 'c'"):
        after(change("merge", "bc", "c"), change("split", "c", "bx"))
