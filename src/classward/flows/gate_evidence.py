"""What is known about a version when the gate judges it: the stored report, pairs with the live version, trials."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from classward.domain import (
    FAILED,
    NOT_ENOUGH,
    CalibrationFacts,
    FloorCount,
    GateEvidence,
    GateFinding,
    GateFloor,
    GatePolicy,
    ModelVersion,
    PairedCounts,
    Report,
    SafetyExample,
    SealedFacts,
    SliceCount,
)
from classward.errors import DataError, Refused, UnknownClass, nearest
from classward.flows.context import Context
from classward.flows.gate_examples import try_examples
from classward.flows.gate_trials import fits_with, input_checks, plan_attached, plane_of, rollback_drill, used_budgets
from classward.flows.register import read_report
from classward.flows.sealed import sealed_hash_of
from classward.flows.unseen import paired_counts
from classward.flows.versions import rows_hash_of
from classward.lifecycle.evaluate.stored import restored
from classward.lifecycle.release import RegistryState, rollback_target

__all__ = ["gather_evidence"]

_WHOLE = "(all)"


def gather_evidence(
    ctx: Context,
    policy: GatePolicy,
    version: ModelVersion,
    state: RegistryState,
    examples: Sequence[SafetyExample] | None,
) -> GateEvidence:
    """Collect everything that the criteria need.

    Figures come from the report that registration stored. Sealed rows are read again only for pairs with a live version
    that this one was never judged against; that reading is recorded and counted.

    Raises
    ------
    UnknownClass
        CW301 for a floor of a class that the version's report does not know.
    """
    report = read_report(ctx, version)
    live = state.version(state.live.version) if state.live and state.live.version != version.version else None
    before = tuple(_earlier(ctx))
    plane = plane_of(ctx, version)
    assert plane.current is not None
    found = [input_checks(plane, plane.current.model.schema), plan_attached(ctx.task.rollout)]
    left_out = []
    fits, drill = [], None
    if live is None:
        left_out.append("comparison, way back: no other version is live")
    else:
        fits.append(fits_with(ctx, version, live, role="live"))
        back = rollback_target(state)
        if back is not None and back.version not in {version.version, live.version}:
            fits.append(fits_with(ctx, version, state.version(back.version), role="earlier"))
        finding, drill = rollback_drill(ctx, version, live, earlier=[e.drill for e in before if e.drill])
        found += [*fits, finding]
    if examples is None:
        left_out.append("safety examples: gate.examples names no file")
    else:
        found += list(try_examples(plane, examples)) or [_no_example()]
    if policy.holds_on_budget:
        of_budgets, unknown = used_budgets(ctx, now=ctx.clock.now())
        found += of_budgets
        left_out += unknown
    pairs, no_pairs = _pairs(ctx, version, live, before, is_alike=all(f.outcome != FAILED for f in fits))
    return GateEvidence(
        version=version.version, bundle_hash=version.bundle_hash, live=live.version if live else None,
        live_hash=live.bundle_hash if live else "", sealed=_sealed(ctx, version, report, state),
        floors=tuple(_floor(report, floor) for floor in policy.floors), pairs=pairs, no_pairs=no_pairs,
        calibration=_calibration(report), slices=tuple(_slices(report, policy)), found=tuple(found), drill=drill,
        left_out=tuple(left_out),
    )  # fmt: skip


def _earlier(ctx: Context) -> Iterator[GateEvidence]:
    for event in ctx.journal.events(task=ctx.task.name, kind="gate_judged"):
        inputs = json.loads(json.loads(event.payload)["decision"]["inputs"])
        evidence: GateEvidence = restored(GateEvidence, inputs["evidence"])
        yield evidence


def _pairs(
    ctx: Context, version: ModelVersion, live: ModelVersion | None, before: Sequence[GateEvidence], *, is_alike: bool
) -> tuple[tuple[PairedCounts, ...], str]:
    """All rows and the critical classes, as an earlier judgement of the same two bundles counted them, or counted now."""
    if live is None:
        return (), ""
    if not is_alike:
        return (), "the versions do not fit together, so their answers cannot be paired"
    for known in reversed(before):
        if known.pairs and (known.bundle_hash, known.live_hash) == (version.bundle_hash, live.bundle_hash):
            return known.pairs, ""
    try:
        why = f"gate of version {version.version} against version {live.version}"
        counts = paired_counts(ctx, live, version, why=why)
    except (DataError, Refused) as error:
        if error.code not in {"CW245", "CW229"}:
            raise
        return (), f"{error.code} {error.what}"
    wanted = {_WHOLE, *ctx.task.critical, *(s.class_name for s in ctx.task.slos if s.indicator == "recall")}
    return tuple(c for c in counts if c.class_name in wanted), ""


def _sealed(ctx: Context, version: ModelVersion, report: Report, state: RegistryState) -> SealedFacts:
    rows_hash = rows_hash_of(ctx, version)
    return SealedFacts(
        n=report.n, is_sealed=report.fold == "test" and report.dataset_hash == version.dataset_hash,
        n_reads=state.reads_of(
            sealed_hash_of(ctx, rows_hash=rows_hash, dataset_hash=version.dataset_hash), rows_hash
        ),
        most_reads=ctx.task.most_holdout_reads,
    )  # fmt: skip


def _floor(report: Report, floor: GateFloor) -> FloorCount:
    """Counts of the answers as callers get them, where the report kept those; else of the most probable class."""
    if floor.class_name not in report.class_names:
        raise UnknownClass(
            "CW301", f"the gate has a floor for {floor.class_name!r}, which the version does not know",
            got=f"classes: {', '.join(report.class_names)}",
            fix=f"correct [gate] or [slo]{nearest(floor.class_name, report.class_names)}",
        )  # fmt: skip
    i = report.class_names.index(floor.class_name)
    answers = report.analysis.answers if report.analysis is not None else None
    confusion = answers.confusion if answers is not None and answers.confusion else report.confusion
    n = sum(confusion[i]) if floor.indicator == "recall" else sum(row[i] for row in confusion)
    return FloorCount(floor=floor, n=n, n_right=confusion[i][i])


def _calibration(report: Report) -> CalibrationFacts:
    said = report.calibration
    return CalibrationFacts(
        n=report.n, error=said.ece, null_mean=said.ece_null_mean, null_p95=said.ece_null_p95, verdict=said.verdict,
        interval=said.ece_interval,
    )  # fmt: skip


def _slices(report: Report, policy: GatePolicy) -> Iterator[SliceCount]:
    table = report.analysis.slices if report.analysis is not None else None
    for one in table.slices if table is not None else ():
        if one.column in policy.slices:
            yield SliceCount(
                column=one.column, level=one.level, n=one.n, n_right=round((one.accuracy.value or 0.0) * one.n),
                n_rest=one.rest.n, n_rest_right=round((one.rest.value or 0.0) * one.rest.n),
            )  # fmt: skip


def _no_example() -> GateFinding:
    return GateFinding(name="safety examples", subject="", outcome=NOT_ENOUGH, said="the file holds none")
