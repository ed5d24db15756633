"""What the gate tries beside the figures: fitting together, the way back, checks of inputs, the plan, the budgets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import numpy as np

from classward.domain import (
    FAILED,
    PASSED,
    DrillFacts,
    GateFinding,
    InputSchema,
    ModelVersion,
    RolloutPolicy,
    content_hash,
)
from classward.errors import ArtifactError, ClasswardError, InvalidInput, Refused
from classward.flows.budgets import budgets
from classward.flows.compatible import check_compatible
from classward.flows.context import Context
from classward.flows.predict import DataPlane, LoadedVersion
from classward.flows.snapshot import load_folds
from classward.flows.unseen import model_of
from classward.flows.versions import registry_state, rows_hash_of
from classward.lifecycle.data import columns_of
from classward.lifecycle.predict import example_row

__all__ = ["fits_with", "input_checks", "plan_attached", "plane_of", "rollback_drill", "used_budgets"]

_N_GOLDEN = 100
_WRONG: Mapping[str, object] = {"text": 3, "categorical": [], "numeric": "three", "boolean": "yes", "date": "someday"}
"""For each kind of column a value that must be refused or repaired."""


def plane_of(ctx: Context, version: ModelVersion) -> DataPlane:
    """The version, ready to answer as a server would, without records."""
    plane = DataPlane(task=ctx.task.name, clock=ctx.clock, ids=ctx.ids, writer=None, kind="library")
    plane.current = LoadedVersion(
        version=version.version, bundle_hash=version.bundle_hash, route="live", model=model_of(ctx, version),
        repairs=ctx.task.repairs,
    )  # fmt: skip
    return plane


def fits_with(ctx: Context, candidate: ModelVersion, other: ModelVersion, *, role: str) -> GateFinding:
    """Whether classes and inputs fit those of another version, so that callers notice nothing, there and back; it fails too
    if that version cannot be read."""
    subject = f"{role} version {other.version}"
    try:
        taxonomy = registry_state(ctx.journal, ctx.task.name).taxonomy
        check_compatible(ctx, candidate, other, taxonomy=taxonomy)
    except (Refused, ArtifactError) as error:
        said = f"{error.code} {error.what} ({error.got})"
        return GateFinding(name="compatible", subject=subject, outcome=FAILED, said=said)
    return GateFinding(name="compatible", subject=subject, outcome=PASSED, said="same classes, inputs fit both ways")


def rollback_drill(
    ctx: Context, candidate: ModelVersion, back: ModelVersion, *, earlier: Sequence[DrillFacts]
) -> tuple[GateFinding, DrillFacts | None]:
    """Load the version that a rollback would return to, as a server does, and let it answer golden rows.

    Golden rows are rows that the candidate was trained or calibrated on (none is sealed): what callers send by then. The
    drill fails if the bundle cannot be read, a row is refused, a probability is no number, or the classes answered differ
    from an ``earlier`` drill of the same bundle on the same rows.
    """
    subject, rows_hash = f"version {back.version}", rows_hash_of(ctx, candidate)
    try:
        table, fold = load_folds(ctx, candidate.dataset_hash, rows_hash)
        rows = table.filter(fold != "test").head(_N_GOLDEN)
        plane = plane_of(ctx, back)
        assert plane.current is not None
        answer = plane.answer_columns(columns_of(rows, plane.current.model.schema), rows.height)
    except ClasswardError as error:
        said = f"{error.code} {error.what}"
        return GateFinding(name="rollback drill", subject=subject, outcome=FAILED, said=said), None
    facts = DrillFacts(
        version=back.version, bundle_hash=back.bundle_hash, rows_hash=rows_hash, n_rows=rows.height,
        answers_hash=content_hash([row.label for row in answer.predictions]),
    )  # fmt: skip
    has_moved = any(
        (e.bundle_hash, e.rows_hash, e.n_rows) == (facts.bundle_hash, facts.rows_hash, facts.n_rows)
        and e.answers_hash != facts.answers_hash
        for e in earlier
    )
    said = f"loaded and answered {rows.height} golden rows"
    said += "; other classes than in an earlier drill" if has_moved else ""
    is_sound = bool(np.isfinite(answer.probabilities).all()) and not has_moved
    return GateFinding(name="rollback drill", subject=subject, outcome=PASSED if is_sound else FAILED, said=said), facts


def input_checks(plane: DataPlane, schema: InputSchema) -> GateFinding:
    """Put a wrong value into each input, one at a time: each must be refused or repaired."""
    assert plane.current is not None
    checker, good = plane.current.checker, example_row(schema)
    unchecked = []
    for feature in schema.features:
        try:
            done = checker.check([good | {feature.name: _WRONG.get(feature.kind, {})}])
        except InvalidInput:
            continue
        if not any(flag in {f"bad:{feature.name}", f"repaired:{feature.name}"} for flag in done.flags[0]):
            unchecked.append(feature.name)
    said = f"a wrong value of each of {len(schema.features)} inputs is refused or repaired"
    if unchecked:
        said = f"a wrong value passes unchecked: {', '.join(unchecked)}"
    return GateFinding(name="input checks", subject="", outcome=FAILED if unchecked else PASSED, said=said)


def plan_attached(policy: RolloutPolicy) -> GateFinding:
    """Whether traffic would come in steps, each with least time, limits and a way back."""
    steps = ", ".join(f"{step:.0%}" for step in policy.steps)
    said = (
        f"steps {steps}, may lose {policy.margin:g}, {policy.shadow_days:g} days of shadow, soak {policy.soak_days:g}"
    )
    is_stepwise = len(policy.steps) > 1 and policy.steps[0] < 1.0
    said += "" if is_stepwise else "; all traffic at once is no canary"
    return GateFinding(name="rollout plan", subject="", outcome=PASSED if is_stepwise else FAILED, said=said)


def used_budgets(ctx: Context, *, now: datetime) -> tuple[tuple[GateFinding, ...], tuple[str, ...]]:
    """Promises whose error budget is used up (failed) or not (passed), and those without evidence either way, in words."""
    found, unknown = [], []
    for budget in budgets(ctx, now=now):
        about = budget.indicator + (f" of {budget.class_name}" if budget.class_name else "")
        if budget.state not in {"ok", "exhausted"}:
            unknown.append(f"error budget of {about}: {budget.state}, so it forbids nothing")
            continue
        said = f"{budget.n_bad:,.0f} of {budget.n:,} went wrong, {budget.allowed:,.1f} allowed in {budget.window_days:g} days"
        outcome = FAILED if budget.state == "exhausted" else PASSED
        found.append(GateFinding(name="error budget", subject=about, outcome=outcome, said=said))
    return tuple(found), tuple(unknown)
