"""The label is looked at before any column that the model would read."""

from __future__ import annotations

import polars as pl
import pytest
from classward_project import Project

from classward.errors import NotMulticlass
from classward.flows.snapshot import take_snapshot


@pytest.mark.parametrize(("labels", "code"), [(["a|b", "b|c", "c|a"], "CW205"), (["a", "b", "a"], "CW201")])
def test_a_target_of_no_classes_is_refused_before_features_are_looked_at(
    project: Project, labels: list[str], code: str
) -> None:
    place = project.folder / "tickets.parquet"
    table = pl.read_parquet(place)
    broken = table.with_columns(
        pl.Series("team", [labels[i % 3] for i in range(table.height)]), pl.lit("no number").alias("amount")
    )
    broken.write_parquet(place)
    with pytest.raises(NotMulticlass, match=code):
        take_snapshot(project.ctx, lambda stage, what: None)
