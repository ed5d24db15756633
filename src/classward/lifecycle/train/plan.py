"""A budget becomes recipes, each with its share of the time."""

from __future__ import annotations

from classward.domain import InputSchema, Plan, Recipe
from classward.lifecycle.train.families import without_text
from classward.lifecycle.train.treatment import Treatment, treated

__all__ = ["plan"]

# Seconds on one core of an ordinary machine, measured; they only need to be right within a factor of two, since each
# recipe is held to its share by the clock.
_S_PER_TEXT_PASS = 2.5e-7  # one row of text × class × pass of the support vector solver
_S_PER_CELL_PASS = 4.0e-9  # one row × column × class × pass of logistic regression

_TIGHT_S = 8.0
_FOR_TUNING_S = 120.0
_MANY_ROWS = 200_000
_ROWS_IN_HASTE, _CELLS_PER_S = 50_000, 100_000
_ROWS_FOR_FIVE, _ROWS_FOR_FIVE_IN_HASTE = 8_000, 3_000
_AMPLE_S = 60.0
_ROWS_FOR_TEN = 20_000
_MOST_ROWS_FOR_KERNEL = 20_000
_MOST_ROWS_FOR_NETWORK = 100_000
_ROWS_FOR_FEWER_TREES = 20_000
_MANY_CLASSES = 9
_CLASSES_FOR_GROUPS = 1_000
_MOST_CLASSES_FOR_PAIRS = 150
_MOST_TREES, _MOST_TREES_OF_MANY = 16_000, 2_000
_MOST_SUPPORT, _SUPPORT_OF_MANY = 10_240, 6_000
_PER_IMAGE = 256
_LAST_LAYER = 384
_SHARE_OF_ONE, _SHARE_OF_ALL = 0.15, 0.33


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
    encoder: str = "",
    brought: tuple[Recipe, ...] = (),
    treatment: Treatment | None = None,
) -> Plan:
    """Compile a training budget into recipes with shares of the time.

    Text: a linear model over everything. Tables: a linear model, randomised trees, kernel machines, a small network and
    boosted trees, the last of which can be cut at any round and so comes last. Budgets under 8 s try a linear model and
    trees on one fold. Five folds up to 8,000 rows (3,000 in less than a minute), three up to 200,000, one beyond; more for
    texts, whose models are quick to fit, and one when rows are in time order. Tables of more rows get boosted trees alone,
    on one fold, and so do those of over 50,000 with more than 100,000 cells for each second of the budget.

    Parameters
    ----------
    schema : InputSchema
        Features.
    n_rows, n_classes : int
        Rows to develop on, and size of the label space.
    budget_s : float
        Seconds.
    seed, n_threads : int
        Passed on.
    task_hash, dataset_hash, rows_hash : str
        What the plan is for.
    is_time_ordered : bool
        Whether later rows must not be used to score earlier ones.
    encoder : str
        Name of what reads texts; empty for none.
    brought : tuple of Recipe
        Recipes that somebody brings in. They come second, and all together are given up to a third of the time.
    treatment : Treatment, optional
        What is asked of every recipe that can do it.
    """
    table = without_text(schema)
    n_columns, has_text = len(table.features), len(table.features) < len(schema.features)
    is_large = n_rows > _MANY_ROWS or (
        n_rows > _ROWS_IN_HASTE and n_rows * n_columns > _CELLS_PER_S * budget_s and not has_text
    )
    n_folds = 1 if is_large else _n_folds(n_rows, budget_s, is_time_ordered, is_text=not n_columns)
    linear_share = (0.3 if has_text else 0.05) if n_columns else (0.4 if encoder else 0.9)
    fit_s = budget_s * linear_share / (n_folds + 1)
    chosen = [(_linear(has_text, _n_numbers(schema), n_rows, n_classes, fit_s), linear_share)]
    if is_large and not has_text:
        chosen = []  # it cannot be cut short, and would take the time of boosted trees, which can
    if has_text and encoder:
        chosen += _for_encoded(n_rows, encoder)
    if n_columns:
        chosen += _for_tables(n_rows, n_classes, is_tight=budget_s < _TIGHT_S, is_large=is_large)
    chosen = _with_brought(chosen, tuple(dict.fromkeys(brought)))
    return Plan(
        recipes=tuple(treated(recipe, treatment) if treatment else recipe for recipe, _ in chosen),
        shares=tuple(share for _, share in chosen), n_folds=n_folds,
        is_refitted=n_folds > 1, is_tuned=bool(n_columns) and budget_s >= _FOR_TUNING_S,
        encoder=encoder if has_text else "", budget_s=budget_s, seed=seed, n_threads=n_threads, task_hash=task_hash,
        dataset_hash=dataset_hash, rows_hash=rows_hash,
    )  # fmt: skip


def _n_numbers(schema: InputSchema) -> int:
    """Columns a linear model sees, roughly: an image gives many, a vector as many as it has."""
    return sum(_PER_IMAGE if f.kind == "image" else max(1, f.length) for f in schema.features)


def _n_folds(n_rows: int, budget_s: float, is_time_ordered: bool, is_text: bool) -> int:
    if is_time_ordered or budget_s < _TIGHT_S:
        return 1
    if is_text:
        return 10 if n_rows < _ROWS_FOR_TEN else 5
    return 5 if n_rows < (_ROWS_FOR_FIVE if budget_s >= _AMPLE_S else _ROWS_FOR_FIVE_IN_HASTE) else 3


def _linear(has_text: bool, n_columns: int, n_rows: int, n_classes: int, budget_s: float) -> Recipe:
    if n_classes >= _CLASSES_FOR_GROUPS:
        return Recipe(family="clustered", params=(("c", 20.0 if has_text else 1.0), ("iterations", 60)))
    if has_text:
        passes = _between(20, budget_s / (n_rows * n_classes * _S_PER_TEXT_PASS), 1000)
        return Recipe(family="linear", params=(("solver", "svc"), ("c", 0.3), ("iterations", passes)))
    passes = _between(30, budget_s / (n_rows * n_columns * n_classes * _S_PER_CELL_PASS + 1e-3), 400)
    return Recipe(family="linear", params=(("solver", "logistic"), ("c", 0.5), ("iterations", passes)))


def _for_tables(n_rows: int, n_classes: int, *, is_tight: bool, is_large: bool) -> list[tuple[Recipe, float]]:
    if is_large:
        return [(_lightgbm_of_many(n_classes), 0.25)]
    leaf = 1 if n_rows < 3000 else max(2, n_rows // 10_000)
    n_trees = 100 if is_tight or n_rows > _ROWS_FOR_FEWER_TREES else 300
    chosen = [(Recipe(family="forest", params=(("trees", n_trees), ("fewest_rows", leaf))), 0.1)]
    if not is_tight and n_rows <= _MOST_ROWS_FOR_KERNEL and n_classes <= _MOST_CLASSES_FOR_PAIRS:
        # With many classes boosting makes a tree for each in every round, while one kernel serves all of them.
        chosen.append((Recipe(family="kernel", params=(("c", 12.0),)), 0.1 if n_classes < _MANY_CLASSES else 0.35))
    if not is_tight and n_rows <= _MOST_ROWS_FOR_NETWORK:
        chosen.append((Recipe(family="network", params=(("epochs", 60),)), 0.15))
    chosen.append((_lightgbm(n_rows, n_classes), 0.25))
    return chosen


def _with_brought(chosen: list[tuple[Recipe, float]], brought: tuple[Recipe, ...]) -> list[tuple[Recipe, float]]:
    if not brought:
        return chosen
    share = min(_SHARE_OF_ONE, _SHARE_OF_ALL / len(brought))
    rest = [(recipe, kept * (1.0 - share * len(brought))) for recipe, kept in chosen]
    return [rest[0], *((recipe, share) for recipe in brought), *rest[1:]]


def _for_encoded(n_rows: int, encoder: str) -> list[tuple[Recipe, float]]:
    """Strengths chosen by cross-validation on two public sets of short questions."""
    linear: tuple[tuple[str, str | float], ...] = (("solver", "logistic"), ("iterations", 100))
    linear += (("c", 0.1),) if encoder == "static" else (("c", 0.03),)
    linear += (("width", _LAST_LAYER),) if encoder == "minilm" else ()
    support = n_rows if n_rows <= _MOST_SUPPORT else _SUPPORT_OF_MANY
    return [
        (Recipe(family="embedding", params=linear), 0.15),
        (Recipe(family="likeness", params=(("most_support", support),)), 0.2),
    ]


def _lightgbm_of_many(n_classes: int) -> Recipe:
    """Every round is dear: bigger trees and steps, on half of the rows."""
    params = (("learning_rate", 0.2), ("leaves", 63), ("fewest_rows", 50), ("row_share", 0.5))
    rounds = _between(20, _MOST_TREES_OF_MANY / n_classes, 600)
    return Recipe(family="lightgbm", params=(("iterations", rounds), *params, ("patience", 10)))


def _lightgbm(n_rows: int, n_classes: int) -> Recipe:
    return Recipe(
        family="lightgbm",
        params=(
            ("iterations", _between(20, _MOST_TREES / n_classes, 600)),
            ("learning_rate", 0.06 if n_classes < _MANY_CLASSES else 0.12),
            ("leaves", 31),
            ("fewest_rows", 10 if n_rows >= 500 else 5),
            ("patience", 25),
        ),
    )


def _between(low: int, value: float, high: int) -> int:
    return int(min(max(value, low), high))
