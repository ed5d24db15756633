from __future__ import annotations

from classward.domain import Contribution, Explanation


def made(*contributions: Contribution) -> Explanation:
    return Explanation(
        class_name="a", contrast=None, score=1.0, base=0.0, contributions=contributions, method="m", scale="s",
        n_background=1, n_evaluations=1,
    )  # fmt: skip


def test_words_of_private_columns_are_added_up_and_not_said():
    found = made(
        Contribution(column="name", value=0.5, standard_error=0.3, token="ana"),
        Contribution(column="body", value=0.2, standard_error=0.0, token="refund"),
        Contribution(column="name", value=-2.0, standard_error=0.4, token="doe"),
        Contribution(column="amount", value=0.1, standard_error=0.0),
    )
    told = found.without_words({"name", "amount"})
    assert [(c.column, c.token) for c in told.contributions] == [("name", None), ("body", "refund"), ("amount", None)]
    assert (told.contributions[0].value, told.contributions[0].standard_error) == (-1.5, 0.5)
    assert sum(c.value for c in told.contributions) == sum(c.value for c in found.contributions)
    assert found.without_words({"body2"}) is found
