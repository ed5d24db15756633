"""Ways of training compared through the real flow, and a version's robustness."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
import pytest
from classward_project import WORDS, Project, tickets

from classward.domain import DataSource
from classward.errors import DataError, UsageError
from classward.flows.effects import effects
from classward.flows.robustness import version_robustness
from classward.flows.train import train
from classward.flows.versions import registry_state
from classward.lifecycle.train import Treatment


def quiet(stage: str, what: str) -> None:
    pass


def numbers(project: Project, *, n: int = 200, noise: float = 0.0) -> Project:
    """Two columns of which either tells the class; some rows are labelled billing and are not, as their ids say."""
    rng = np.random.default_rng(0)
    truth = np.array(tickets(n, seed=1)["team"].to_list())
    place = np.array([list(WORDS).index(t) for t in truth])
    wrong = (place > 0) & (rng.random(n) < noise)
    pl.DataFrame(
        {
            "amount": (4.0 * place + rng.normal(size=n)).tolist(),
            "again": (4.0 * place + rng.normal(size=n)).tolist(),
            "id": [f"{'wrong' if w else 'right'}-{i}" for i, w in enumerate(wrong)],
            "team": np.where(wrong, "billing", truth).tolist(),
        }
    ).write_parquet(project.folder / "tickets.parquet")
    text = project.task_file.read_text(encoding="utf-8").replace('label = "team"', 'label = "team"\nid = "id"')
    text = text.replace('text = "text"\ncountry = "categorical"\n', "").replace(
        'urgent = "boolean"', 'again = "numeric"'
    )
    project.task_file.write_text(text, encoding="utf-8")
    project.open()
    return project


def test_options_against_noise_are_judged_on_rows_whose_labels_were_checked(project: Project) -> None:
    noisy = numbers(project, noise=0.3)
    right = frozenset(i for i in pl.read_parquet(noisy.folder / "tickets.parquet")["id"] if i.startswith("right"))
    found = effects(
        noisy.ctx, budget_s=600.0, n_threads=1, tell=quiet, topic="noise", family="linear", trusted=right
    )  # fmt: skip
    names = [e.name for e in found.table.effects]
    assert names == ["as is", "filter", "downweight", "robust-loss"]
    assert not any(e.failure for e in found.table.effects)
    assert found.checked is not None
    assert found.checked.n < found.table.n
    assert found.checked_by.endswith("whose labels were checked")
    before, filtered = found.checked.effects[:2]
    assert (filtered.log_loss.value or 9.0) < (before.log_loss.value or 0.0)
    assert all(len(e.recalls) == 3 and e.gain.interval is not None for e in found.checked.effects)


def test_trusted_ids_must_be_there(project: Project) -> None:
    noisy = numbers(project, noise=0.3)
    with pytest.raises(UsageError, match="CW373"):
        effects(
            noisy.ctx, budget_s=600.0, n_threads=1, tell=quiet, options=("filter",), family="linear",
            trusted=frozenset({"nobody"}),
        )  # fmt: skip


def test_strength_shows_the_gap_between_fitted_and_held_rows(project: Project) -> None:
    ctx = numbers(project).ctx
    found = effects(ctx, budget_s=600.0, n_threads=1, tell=quiet, topic="strength", family="linear")
    assert [e.name for e in found.table.effects] == ["as is", "weaker", "stronger", "much-stronger"]
    for e in found.table.effects:
        assert e.fitted_log_loss.n > 0
        assert e.gap == pytest.approx((e.log_loss.value or 0.0) - (e.fitted_log_loss.value or 0.0))
        assert len(e.recalls) == 3


def test_stopping_tells_the_step_each_fold_kept(project: Project) -> None:
    ctx = numbers(project, n=500).ctx
    found = effects(ctx, budget_s=600.0, n_threads=1, tell=quiet, options=("hasty", "smoothing"), family="network")
    for e in found.table.effects:
        assert len(e.stops) == found.n_folds
        assert all(1 <= chosen <= made for chosen, made in e.stops)
    by_name = {e.name: e for e in found.table.effects}
    assert sum(made for _, made in by_name["hasty"].stops) < sum(made for _, made in by_name["as is"].stops)


def test_an_option_that_a_family_does_not_have_says_so(project: Project) -> None:
    found = effects(
        numbers(project).ctx, budget_s=600.0, n_threads=1, tell=quiet, options=("patient", "smoothing"), family="forest"
    )  # fmt: skip
    assert found.table.recommended == ""
    assert [bool(e.failure) for e in found.table.effects] == [False, True, True]
    with pytest.raises(UsageError, match=r"CW351.*smoothing"):
        effects(project.ctx, budget_s=1.0, n_threads=1, tell=quiet, options=("smoothin",))
    with pytest.raises(UsageError, match=r"CW351.*stopping"):
        effects(project.ctx, budget_s=1.0, n_threads=1, tell=quiet, topic="stoping")


def test_training_on_perturbed_copies_loses_less_when_values_go_missing(project: Project) -> None:
    ctx = numbers(project).ctx
    found = effects(ctx, budget_s=600.0, n_threads=1, tell=quiet, topic="perturbation", family="forest")
    reports = dict(found.robustness)
    assert set(reports) == {"as is", "perturbed"}
    assert [p.name for p in reports["as is"].perturbations] == ["jitter", "missing"]
    missing = {name: report.perturbations[1] for name, report in reports.items()}
    assert (missing["as is"].loss_change.value or 0.0) > 0.0
    assert (missing["perturbed"].log_loss.value or 9.0) < (missing["as is"].log_loss.value or 0.0)


def test_a_version_is_trained_as_asked_and_its_robustness_is_told(project: Project) -> None:
    treatment = Treatment(smoothing=0.05, perturb="typos", steadied=2)
    made = train(project.ctx, budget_s=4.0, n_threads=1, tell=quiet, treatment=treatment)
    assert all(dict(c.recipe.params).get("perturb") == "typos" for c in made.candidates)
    trees = next(c for c in made.candidates if c.recipe.family == "lightgbm")
    assert trees.stops or trees.failure
    reads = dict(registry_state(project.ctx.journal, "desk").holdout_reads)
    found = version_robustness(project.ctx, made.version.version, names=("typos", "missing"))
    assert [p.name for p in found.report.perturbations] == ["typos", "missing"]
    assert {c.class_name for c in found.report.perturbations[0].classes} == {"billing", "security", "shipping"}
    later = dict(registry_state(project.ctx.journal, "desk").holdout_reads)
    assert sum(later.values()) == sum(reads.values()) + 1


def test_robustness_on_rows_of_ones_own_reads_no_sealed_row(project: Project, tmp_path: Path) -> None:
    made = train(project.ctx, budget_s=4.0, n_threads=1, tell=quiet)
    reads = registry_state(project.ctx.journal, "desk").holdout_reads
    tickets(80, seed=9).write_parquet(tmp_path / "own.parquet")
    found = version_robustness(
        project.ctx, made.version.version, source=DataSource(location=str(tmp_path / "own.parquet"))
    )
    assert found.report.n == 80
    assert registry_state(project.ctx.journal, "desk").holdout_reads == reads
    tickets(5, seed=9).drop("team").write_parquet(tmp_path / "bare.parquet")
    with pytest.raises(DataError, match="CW374"):
        version_robustness(
            project.ctx, made.version.version, source=DataSource(location=str(tmp_path / "bare.parquet"))
        )
