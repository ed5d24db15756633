"""Train a version's members again from what was recorded, and hold the figures against those recorded."""

from __future__ import annotations

import importlib.metadata
import math
import platform
from dataclasses import dataclass, replace

from classward.artifact.read import read_bundle
from classward.domain import Candidate, Plan
from classward.errors import DataError, Refused
from classward.estimators import encoder_named, one_blas_thread
from classward.flows.budget import Budget
from classward.flows.context import Context, Tell
from classward.flows.encode_images import reader_of
from classward.flows.portfolio import blend_of, run_one
from classward.flows.snapshot import TrainingData, restore_snapshot
from classward.flows.trials import Lineage, lineage_of

__all__ = ["TOLERANCE", "MemberAgain", "Reproduced", "reproduce"]

TOLERANCE = 0.01
"""Largest difference in log loss (nats per row) that counts as the same: order of sums and cuts by the clock."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAgain:
    """One member of the blend: its log loss as recorded and now, on the same rows that it did not see."""

    title: str
    recorded: float
    again: float | None
    failure: str = ""

    @property
    def is_same(self) -> bool:
        """Whether both agree within :data:`TOLERANCE`."""
        return self.again is not None and abs(self.again - self.recorded) <= TOLERANCE


@dataclass(frozen=True, slots=True, kw_only=True)
class Reproduced:
    """Members and blend again, what differs in code and libraries, and the verdict."""

    version: int
    members: tuple[MemberAgain, ...]
    blend_recorded: float
    blend_again: float | None
    differing: tuple[str, ...]

    @property
    def is_reproduced(self) -> bool:
        """Whether every member and the blend agree within :data:`TOLERANCE`."""
        blend = self.blend_again is not None and abs(self.blend_again - self.blend_recorded) <= TOLERANCE
        return blend and all(member.is_same for member in self.members)


def reproduce(ctx: Context, number: int | None, *, n_threads: int, tell: Tell) -> Reproduced:
    """Fit the members of a version's blend again on its stored snapshot, without a clock; nothing is registered.

    The sealed rows are not read. Families that the clock cut short in training run on to their own end here, so they may
    differ: then the difference is told.

    Raises
    ------
    Refused
        CW236 if the task file is another than the version's; CW237 if its plan was not stored whole.
    """
    found = lineage_of(ctx, number)
    _check(ctx, found)
    stored = read_bundle(ctx.artifacts.path(found.version.bundle_hash), expected_hash=found.version.bundle_hash).model
    data = restore_snapshot(ctx, found.version.dataset_hash, found.rows_hash)
    data = replace(data, reader=reader_of(stored))
    rows, folds = data.development(ctx, n_folds=found.n_folds)
    reader = encoder_named(found.encoder) if found.encoder else None
    forever = Budget(clock_s=ctx.clock.monotonic_s, ends_s=math.inf)
    made, members, done = _plan(found, ctx, data, n_threads), [], []
    for recorded in (c for c in found.candidates if c.weight):
        tell("again", recorded.recipe.title)
        with one_blas_thread():
            again = run_one(made, recorded.recipe, rows, folds, forever, reader)
        members.append(_member(recorded, again.candidate))
        done.append(again)
    usable = [f for f in done if not f.candidate.failure]
    blend = None
    if usable:
        blend = blend_of(made, rows, folds, usable, tell=lambda what: tell("again", what), encoder=reader).log_loss
    return Reproduced(
        version=found.version.version, members=tuple(members), blend_recorded=found.log_loss, blend_again=blend,
        differing=_differing(found),
    )  # fmt: skip


def _check(ctx: Context, found: Lineage) -> None:
    number = found.version.version
    if found.version.task_hash != ctx.task.hash:
        raise Refused(
            "CW236",
            f"version {number} was made under another task file",
            got=f"task {ctx.task.hash[:12]}, the version's {found.version.task_hash[:12]}",
            why="other columns, shares or seeds make another model",
            fix="restore the task file as it was; it stands in the version's lineage.json under 'task'",
        )
    if not found.n_folds:
        raise Refused(
            "CW237", f"version {number} cannot be reproduced",
            got="its plan was not stored whole", fix="train again; new versions can be",
        )  # fmt: skip


def _plan(found: Lineage, ctx: Context, data: TrainingData, n_threads: int) -> Plan:
    recipes = tuple(c.recipe for c in found.candidates if c.weight)
    if not recipes:
        raise DataError("CW237", f"version {found.version.version} cannot be reproduced", got="a blend without members")
    return Plan(
        recipes=recipes, shares=(0.0,) * len(recipes), n_folds=found.n_folds, is_refitted=found.is_refitted,
        encoder=found.encoder, budget_s=found.budget_s, seed=found.seed, n_threads=n_threads,
        task_hash=ctx.task.hash, dataset_hash=data.dataset.hash, rows_hash=found.rows_hash,
    )  # fmt: skip


def _member(recorded: Candidate, again: Candidate) -> MemberAgain:
    return MemberAgain(
        title=recorded.recipe.title, recorded=recorded.log_loss if recorded.log_loss is not None else math.nan,
        again=again.log_loss, failure=again.failure.splitlines()[0] if again.failure else "",
    )  # fmt: skip


def _differing(found: Lineage) -> tuple[str, ...]:
    """Code and libraries that are others now."""
    now = {"classward": importlib.metadata.version("classward"), "python": platform.python_version()}
    then = {"classward": found.version.code_version, **dict(found.version.libraries)}
    now |= {name: importlib.metadata.version(name) for name in then if name not in now}
    return tuple(f"{name} {then[name]}, now {now[name]}" for name in then if then[name] != now[name])
