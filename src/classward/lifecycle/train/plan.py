"""A budget becomes recipes with fixed iterations, so that carrying them out needs no clock."""

from __future__ import annotations

from classward.domain import InputSchema, Plan, Recipe
from classward.lifecycle.train.families import without_text

__all__ = ["plan"]

# Seconds on one core of an ordinary machine, measured; they only need to be right within a factor of two.
_S_PER_CELL = 1.0e-8  # one row × column × class × boosting round
_S_PER_TREE = 1.0e-3  # one class × boosting round, whatever the rows
_S_PER_TEXT_PASS = 2.5e-7  # one row of text × class × pass of the support vector solver
_S_PER_CELL_PASS = 4.0e-9  # one row × column × class × pass of logistic regression
_MOST_TREES = 12_000
_TIGHT_S = 8.0
_MANY_ROWS = 200_000
_ROWS_FOR_FIVE = 8_000


def plan(
    *,
    schema: InputSchema,
    n_rows: int,
    n_classes: int,
    budget_s: float,
    seed: int,
    n_threads: int,
    task_hash: str,
    dataset_hash: str,
    rows_hash: str,
    is_time_ordered: bool = False,
) -> Plan:
    """Compile a training budget into recipes.

    Text: a linear model over everything. Tables: boosted trees and a linear model. Both: a linear model over
    everything, and boosted trees over what is not text. Iterations follow from rows, columns, classes and budget.

    Parameters
    ----------
    schema : InputSchema
        Features.
    n_rows, n_classes : int
        Size of the training fold and of the label space.
    budget_s : float
        Seconds on one core, roughly; every recipe gets a share and at least a few iterations.
    seed, n_threads : int
        Passed on.
    task_hash, dataset_hash, rows_hash : str
        What the plan is for.
    """
    table = without_text(schema)
    has_text = len(table.features) < len(schema.features)
    n_folds = _n_folds(n_rows, budget_s, is_time_ordered)
    once_s = budget_s / (n_folds + 1)
    linear_share = 1.0 if not table.features else (0.5 if has_text else 0.25)
    recipes = [_linear(has_text, len(schema.features), n_rows, n_classes, once_s * linear_share)]
    shares = [linear_share]
    if table.features:
        recipes.append(_lightgbm(len(table.features), n_rows, n_classes, once_s * (1.0 - linear_share)))
        shares.append(1.0 - linear_share)
    return Plan(
        recipes=tuple(recipes), shares=tuple(shares), n_folds=n_folds, is_refitted=n_folds > 1, budget_s=budget_s,
        seed=seed, n_threads=n_threads, task_hash=task_hash, dataset_hash=dataset_hash, rows_hash=rows_hash,
    )  # fmt: skip


def _n_folds(n_rows: int, budget_s: float, is_time_ordered: bool) -> int:
    if is_time_ordered or budget_s < _TIGHT_S or n_rows > _MANY_ROWS:
        return 1
    return 5 if n_rows < _ROWS_FOR_FIVE else 3


def _linear(has_text: bool, n_columns: int, n_rows: int, n_classes: int, budget_s: float) -> Recipe:
    if has_text:
        per_pass_s = n_rows * n_classes * _S_PER_TEXT_PASS
        passes = _between(20, budget_s / per_pass_s, 1000)
        return Recipe(family="linear", params=(("solver", "svc"), ("c", 0.3), ("iterations", passes)))
    per_pass_s = n_rows * n_columns * n_classes * _S_PER_CELL_PASS + 1e-3
    passes = _between(30, budget_s / per_pass_s, 1000)
    return Recipe(family="linear", params=(("solver", "logistic"), ("c", 1.0), ("iterations", passes)))


def _lightgbm(n_columns: int, n_rows: int, n_classes: int, budget_s: float) -> Recipe:
    per_round_s = n_classes * (n_rows * n_columns * _S_PER_CELL + _S_PER_TREE)
    rounds = _between(20, min(budget_s / per_round_s, _MOST_TREES / n_classes), 1000)
    rate = 0.05 if rounds >= 400 else 0.1
    return Recipe(
        family="lightgbm",
        params=(
            ("iterations", rounds),
            ("learning_rate", rate),
            ("leaves", 31 if n_rows >= 2000 else 15),
            ("fewest_rows", 20 if n_rows >= 1000 else 5),
            ("patience", 20 if rate == 0.1 else 40),
        ),
    )


def _between(low: int, value: float, high: int) -> int:
    return int(min(max(value, low), high))
