"""What was tried for a version, from its lineage and the journal."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

from classward.artifact.read import read_extra
from classward.domain import Candidate, ModelVersion, Recipe
from classward.flows.context import Context
from classward.flows.versions import newest, registry_state

__all__ = ["Lineage", "Trials", "lineage_of", "trials_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trials:
    """Every candidate of a version, with how long it took where the journal of this workspace knows."""

    version: int
    seed: int
    budget_s: float
    candidates: tuple[Candidate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lineage:
    """What a version was made from: hashes of task and rows, the plan, and every candidate.

    ``n_folds`` is 0 for versions made before plans were stored whole.
    """

    version: ModelVersion
    rows_hash: str
    seed: int
    budget_s: float
    n_folds: int
    is_refitted: bool
    encoder: str
    log_loss: float
    candidates: tuple[Candidate, ...]


def lineage_of(ctx: Context, number: int | None) -> Lineage:
    """Read the lineage of a version (the newest when none is named) from its verified bundle.

    Raises
    ------
    UnknownVersion
        CW302 if there is no such version.
    """
    state = registry_state(ctx.journal, ctx.task.name)
    version = newest(state) if number is None else state.stored_version(number)
    text = read_extra(ctx.artifacts.path(version.bundle_hash), "lineage.json", expected_hash=version.bundle_hash)
    plain = json.loads(text)
    made = plain["plan"]
    return Lineage(
        version=version, rows_hash=plain["rows_hash"], seed=made["seed"], budget_s=made["budget_s"],
        n_folds=made.get("n_folds", 0), is_refitted=made.get("is_refitted", False), encoder=made.get("encoder", ""),
        log_loss=plain["log_loss"], candidates=tuple(_candidate(c) for c in plain["candidates"]),
    )  # fmt: skip


def trials_of(ctx: Context, number: int | None) -> Trials:
    """What was tried for a version, in the order it was tried."""
    found = lineage_of(ctx, number)
    took: dict[str, float] = {}
    for event in ctx.journal.events(task=ctx.task.name, kind="candidate_finished"):
        payload = json.loads(event.payload)
        if payload["plan_hash"] == found.version.plan_hash:
            took[_candidate(payload["candidate"]).recipe.hash] = payload["candidate"]["fit_s"]
    return Trials(
        version=found.version.version, seed=found.seed, budget_s=found.budget_s,
        candidates=tuple(replace(c, fit_s=took.get(c.recipe.hash, 0.0)) for c in found.candidates),
    )  # fmt: skip


def _candidate(plain: dict[str, object]) -> Candidate:
    recipe = plain["recipe"]
    assert isinstance(recipe, dict)
    params = tuple((name, value) for name, value in recipe["params"])
    rest = {name: value for name, value in plain.items() if name != "recipe"}
    return Candidate(recipe=Recipe(family=recipe["family"], params=params), **rest)  # type: ignore[arg-type]
