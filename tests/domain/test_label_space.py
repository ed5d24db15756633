from __future__ import annotations

import pytest

from classward.domain import LabelSpace
from classward.errors import NotMulticlass, UnknownClass


def test_two_classes_are_refused_with_a_way_on() -> None:
    with pytest.raises(NotMulticlass, match="binary classifier"):
        LabelSpace.of(["a", "b"])


def test_a_class_listed_twice_is_refused() -> None:
    with pytest.raises(NotMulticlass, match="twice"):
        LabelSpace.of(["a", "b", "a"])


def test_unknown_class_suggests_the_nearest() -> None:
    with pytest.raises(UnknownClass, match="did you mean 'security'"):
        LabelSpace.of(["billing", "refund", "security"]).index("secuirty")


def test_hash_depends_on_order_and_flags() -> None:
    one = LabelSpace.of(["a", "b", "c"])
    assert one.hash == LabelSpace.of(["a", "b", "c"]).hash
    assert one.hash != LabelSpace.of(["a", "c", "b"]).hash
    assert one.hash != LabelSpace.of(["a", "b", "c"], critical=["a"]).hash
