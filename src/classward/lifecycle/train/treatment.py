"""What a person may ask of every recipe at once, beside its family's own settings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType

from classward.domain import Recipe
from classward.errors import UsageError, nearest
from classward.lifecycle.train.balance import balance_params
from classward.lifecycle.train.noise import NOISES
from classward.lifecycle.train.perturb import PERTURBATIONS

__all__ = ["ROBUST_LOSS", "STRENGTHS", "Treatment", "left_untreated", "softened", "treated"]

ROBUST_LOSS = "robust-loss"
_ROBUSTNESS = 0.7
_SOFT_C = 20.0
"""Inverse strength that suits TF-IDF under softmax, where 0.3 suits support vectors."""

_UNTREATED = frozenset({"likeness", "brought", "neighbours", "zero-shot"})
_SOFT = frozenset({"linear", "network", "lightgbm"})
STRENGTHS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        "linear": ("c", -1),
        "clustered": ("c", -1),
        "embedding": ("c", -1),
        "kernel": ("c", -1),
        "network": ("alpha", 1),
        "lightgbm": ("l2", 1),
    }
)
"""Family → what its regularisation is called, and whether more of it is stronger (1) or weaker (-1)."""
_USUAL = {"c": 0.3, "alpha": 3e-3, "l2": 1.0}
_STOPPING = frozenset({"network", "lightgbm"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Treatment:
    """How rows and losses are treated, in every family that can; nothing by default.

    Parameters
    ----------
    balance, class_weights : str
        How rare classes are made to count more, and JSON weights for ``custom``.
    noise : str
        ``filter``, ``downweight`` or ``robust-loss`` against wrong labels; empty for none.
    perturb : str
        Names of perturbations joined by ``+``, or ``all``: a changed copy of each row is fitted on, too.
    smoothing : float
        Share of each label that is spread over all classes, in [0, 0.5].
    strength : float
        Factor on the strength of regularisation of each family, above 0.
    patience, steadied : int
        Steps without gain before a fit in steps stops, and how many of its figures are averaged first; 0 leaves the
        family's own.

    Raises
    ------
    UsageError
        CW348 for a balance, CW370 a perturbation, CW371 a way with noise, CW372 a number that cannot be.
    """

    balance: str = ""
    class_weights: str = ""
    noise: str = ""
    perturb: str = ""
    smoothing: float = 0.0
    strength: float = 1.0
    patience: int = 0
    steadied: int = 0

    def __post_init__(self) -> None:
        balance_params(self.balance, self.class_weights)
        ways = (*NOISES, ROBUST_LOSS)
        if self.noise and self.noise not in ways:
            raise UsageError(
                "CW371", f"wrong labels cannot be treated by {self.noise!r}{nearest(self.noise, ways)}",
                fix=f"use {', '.join(ways)}",
            )  # fmt: skip
        for name in self.perturb.split("+") if self.perturb else ():
            if name != "all" and name not in PERTURBATIONS:
                raise UsageError(
                    "CW370", f"no perturbation is called {name!r}{nearest(name, PERTURBATIONS)}",
                    fix=f"use all, or {', '.join(PERTURBATIONS)} joined by '+'",
                )  # fmt: skip
        for name, value, is_fine, limits in (
            ("smoothing", self.smoothing, 0.0 <= self.smoothing <= 0.5, "0 to 0.5"),
            ("strength", self.strength, 0.0 < self.strength < float("inf"), "above 0"),
            ("patience", self.patience, self.patience >= 0, "0 or more"),
            ("steadied", self.steadied, self.steadied >= 0, "0 or more"),
        ):
            if not is_fine:
                raise UsageError("CW372", f"{name} is out of range", got=repr(value), fix=f"give a number {limits}")

    @property
    def is_of_loss(self) -> bool:
        """Whether it changes what is minimised."""
        return bool(self.smoothing) or self.noise == ROBUST_LOSS


def treated(recipe: Recipe, treatment: Treatment) -> Recipe:
    """A recipe with what its family can take of a treatment; the rest is left out of it.

    A loss that knows smoothing or noise replaces the support vectors of a linear model by a softmax.
    """
    if recipe.family in _UNTREATED:
        return recipe
    params: dict[str, str | int | float | bool] = dict(recipe.params)
    params |= dict(balance_params(treatment.balance, treatment.class_weights))
    if treatment.noise in NOISES:
        params["noise"] = treatment.noise
    if treatment.perturb:
        params["perturb"] = treatment.perturb
    if recipe.family in _SOFT:
        if treatment.smoothing:
            params |= _softmax(recipe) | {"smoothing": treatment.smoothing}
        if treatment.noise == ROBUST_LOSS:
            params |= _softmax(recipe) | {"robustness": _ROBUSTNESS}
    if treatment.strength != 1.0 and recipe.family in STRENGTHS:
        name, power = STRENGTHS[recipe.family]
        params[name] = float(params.get(name, _USUAL[name])) * treatment.strength**power
    if recipe.family in _STOPPING:
        params |= {"patience": treatment.patience} if treatment.patience else {}
        params |= {"steadied": treatment.steadied} if treatment.steadied else {}
    return replace(recipe, params=tuple(params.items()))


def left_untreated(recipes: Sequence[Recipe], treatment: Treatment) -> tuple[str, ...]:
    """Say of each thing asked which of these families do without it.

    Raises
    ------
    UsageError
        CW397 if one thing asked changes no recipe at all.
    """
    usual, told = Treatment(), []
    for name in ("balance", "noise", "perturb", "smoothing", "strength", "patience", "steadied"):
        value = getattr(treatment, name)
        if value == getattr(usual, name):
            continue
        weights = {"class_weights": treatment.class_weights} if name == "balance" else {}
        alone = Treatment(**{name: value, **weights})
        without = [r.family for r in recipes if treated(r, alone) == r]
        if len(without) == len(recipes):
            raise UsageError(
                "CW397", f"nothing that is tried can take {name} {value!r}", got=", ".join(dict.fromkeys(without)),
                why="the version would be the same as without it, and look treated",
                fix="leave it out, give a larger --budget so that other families are tried, or see 'classward effects'",
            )  # fmt: skip
        if without:
            told.append(f"{name} {value!r} was asked for; done without it: {', '.join(dict.fromkeys(without))}")
    return tuple(told)


def softened(recipe: Recipe) -> Recipe:
    """The same recipe with a loss that can be smoothed or made robust, so that it can be compared with one that was."""
    return replace(recipe, params=tuple((dict(recipe.params) | _softmax(recipe)).items()))


def _softmax(recipe: Recipe) -> dict[str, str | int | float | bool]:
    """Settings by which a linear recipe minimises cross-entropy in SciPy's hands."""
    given = dict(recipe.params)
    if recipe.family != "linear" or given.get("solver") == "softmax":
        return {}
    c = _SOFT_C * float(given.get("c", 0.3)) / 0.3 if given.get("solver", "svc") == "svc" else given.get("c", 0.5)
    return {"solver": "softmax", "c": c, "iterations": min(int(given.get("iterations", 200)), 200)}
