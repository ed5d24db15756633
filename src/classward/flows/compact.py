"""A smaller version of a version: distilled, stored in fewer bits, or pruned; judged class by class and registered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from classward.artifact.read import read_bundle, read_extra
from classward.artifact.write import bundle_bytes, check_equal, write_bundle
from classward.domain import (
    Comparison,
    Decision,
    ModelVersion,
    Report,
    canonical_json,
    content_hash,
    to_plain,
)
from classward.errors import Refused, UsageError, nearest
from classward.estimators import one_blas_thread, pruned, rescaled
from classward.flows.bundle_size import Size, measured_size, no_model_keeps, too_large
from classward.flows.context import Context, Tell, note
from classward.flows.distil import Made, Trial, alone, distilled
from classward.flows.held import read_held
from classward.flows.register import append_version, read_report
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.version_rows import VersionRows
from classward.flows.versions import registry_state
from classward.inference import Blend, Identity, Model
from classward.lifecycle.evaluate import (
    RareFall,
    compare_rows,
    evaluate,
    rare_falls,
    report_html,
    report_json,
)
from classward.lifecycle.release import decide_replacement

__all__ = ["HOWS", "Compacted", "Size", "Trial", "compact"]

HOWS = ("distil", "int8", "float16", "prune")
_GOLDEN_ROWS, _SCALED_ROWS = 500, 2000
_TOLERANCE = 1e-6
_SMALLER = 0.97


@dataclass(frozen=True, slots=True, kw_only=True)
class Compacted:
    """The new version beside its teacher, on the same sealed rows."""

    version: ModelVersion
    teacher: int
    how: str
    is_new: bool
    before: Size
    after: Size
    report: Report
    decision: Decision
    comparisons: tuple[Comparison, ...]
    falls: tuple[RareFall, ...]
    trials: tuple[Trial, ...]


def compact(
    ctx: Context,
    number: int,
    *,
    how: str,
    tell: Tell,
    keep: float = 0.5,
    max_bytes: int | None = None,
    max_latency_ms: float | None = None,
    n_threads: int = 1,
) -> Compacted:
    """Make a smaller version, compare it with its teacher on the sealed rows (recorded), and register it.

    Parameters
    ----------
    number : int
        The teacher.
    how : str
        ``distil``: a small model learns what the teacher said of rows it had not seen, and is calibrated; ``int8`` and
        ``float16``: weights and vectors in fewer bits; ``prune``: fewer terms and trees.
    keep : float
        Share that pruning leaves.
    max_bytes, max_latency_ms : int, float, optional
        Limits of the bundle without its report, and of the median time of one row.

    Raises
    ------
    UsageError
        CW375 for a way or limit that cannot be.
    Refused
        CW229 if the sealed rows are worn out, CW377 if nothing of the version gets smaller this way, CW378 if the limits
        cannot be kept. Nothing is registered.
    UnknownVersion
        CW376 if there is nothing to distil from.
    """
    _check(how, keep, max_bytes, max_latency_ms)
    teacher = registry_state(ctx.journal, ctx.task.name).stored_version(number)
    folder = ctx.artifacts.path(teacher.bundle_hash)
    large = _as_blend(read_bundle(folder, expected_hash=teacher.bundle_hash).model)
    rows = VersionRows.of(ctx, teacher, large)
    check_not_worn_out(ctx, rows_hash=rows.lineage["rows_hash"], dataset_hash=teacher.dataset_hash)
    before = measured_size(ctx, large, rows, _stored_bytes(folder))
    tell("compact", f"version {number}: {before.n_bytes:,} bytes, {before.latency_ms:.2f} ms a row")
    made = _make(ctx, teacher, large, rows, how, keep, max_bytes, max_latency_ms, n_threads, tell)
    packing = how if how in ("int8", "float16") else ""
    small = _as_read_back(ctx, made.model, packing)
    after = made.size or measured_size(ctx, small, rows, bundle_bytes(made.model, packing=packing))
    failure = too_large(after, max_bytes, max_latency_ms)
    if failure:
        raise no_model_keeps(failure, [trial.size for trial in made.trials])
    if after.n_bytes > _SMALLER * before.n_bytes and how != "distil":
        raise Refused(
            "CW377", f"version {number} does not get smaller by {how!r}",
            got=f"{after.n_bytes:,} bytes, {before.n_bytes:,} before",
            why="its members hold nothing that this way makes smaller",
            fix=f"try {', '.join(h for h in HOWS if h != how)}",
        )  # fmt: skip
    return _register(ctx, teacher, large, small, made, rows, how, packing, before, after, tell)


def _make(
    ctx: Context,
    teacher: ModelVersion,
    large: Blend,
    rows: VersionRows,
    how: str,
    keep: float,
    max_bytes: int | None,
    max_latency_ms: float | None,
    n_threads: int,
    tell: Tell,
) -> Made:
    if how == "distil":
        held = read_held(ctx, teacher)
        with one_blas_thread():
            return distilled(ctx, large, rows, held, max_bytes, max_latency_ms, n_threads, tell)
    if how == "prune":
        smaller, n_smaller = pruned(large, keep)
        if not n_smaller:
            raise Refused(
                "CW377", f"version {teacher.version} has nothing to prune", why="only terms of texts and trees are pruned",
                fix="try int8, float16 or distil",
            )  # fmt: skip
        shown = rows.development[:: -(-len(rows.development) // _SCALED_ROWS)]
        return Made(model=rescaled(smaller, large, rows.take(shown), len(shown)))
    return Made(model=large)


def _as_blend(model: Model) -> Blend:
    if isinstance(model, Blend):
        return model
    return alone(replace(model, calibrator=Identity()), model.calibrator)


def _as_read_back(ctx: Context, model: Blend, packing: str) -> Blend:
    """What the stored bundle will answer with: fewer bits move numbers."""
    if not packing:
        return model
    folder = ctx.artifacts.workdir()
    write_bundle(folder, model, extras={}, packing=packing)
    bare_hash = ctx.artifacts.put(folder)
    small = _as_blend(read_bundle(ctx.artifacts.path(bare_hash), expected_hash=bare_hash).model)
    ctx.artifacts.remove(bare_hash)
    return small


def _stored_bytes(folder: Path) -> int:
    return sum(
        p.stat().st_size for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).parts[0] != "extras"
    )


def _check(how: str, keep: float, max_bytes: int | None, max_latency_ms: float | None) -> None:
    if how not in HOWS:
        raise UsageError(
            "CW375", f"a version cannot be made smaller by {how!r}{nearest(how, HOWS)}", fix=f"use {', '.join(HOWS)}"
        )
    if not 0.0 < keep < 1.0:
        raise UsageError("CW375", "pruning keeps a share", got=repr(keep), fix="give --keep a number between 0 and 1")
    if (max_bytes is not None and max_bytes < 1) or (max_latency_ms is not None and not max_latency_ms > 0.0):
        raise UsageError("CW375", "limits are above 0", got=f"{max_bytes} bytes, {max_latency_ms} ms", fix="raise them")


def _register(
    ctx: Context,
    teacher: ModelVersion,
    large: Blend,
    small: Blend,
    made: Made,
    rows: VersionRows,
    how: str,
    packing: str,
    before: Size,
    after: Size,
    tell: Tell,
) -> Compacted:
    sealed = rows.sealed
    tell("evaluate", f"reading the sealed fold once ({len(sealed):,} rows), for both versions")
    note_reading(
        ctx,
        rows_hash=rows.lineage["rows_hash"],
        dataset_hash=teacher.dataset_hash,
        artifact_hash=teacher.bundle_hash,
        why=f"version {teacher.version} compared with what became of it by {how}",
    )
    columns, y = rows.take(sealed), rows.y_index[sealed]
    was, now = large.predict_proba(columns, len(sealed)), small.predict_proba(columns, len(sealed))
    prior = np.bincount(rows.y_index[rows.development], minlength=len(small.label_space)) / len(rows.development)
    report = evaluate(
        now, y, task_name=ctx.task.name, fold="test", dataset_hash=teacher.dataset_hash, prior=prior,
        rng=np.random.default_rng(ctx.task.seed),
        notes=(f"made from version {teacher.version} by {how}", *made.remarks),
    )  # fmt: skip
    report = _with_teachers_word(report, read_report(ctx, teacher), teacher.version)
    decision, comparisons = decide_replacement(
        compare_rows(was, now, y), critical=small.label_space.critical, alpha=0.05, decision_id=ctx.ids.new(),
        at=ctx.clock.now(), task=ctx.task.name,
    )  # fmt: skip
    falls = rare_falls(comparisons)
    plan_hash = content_hash("compact", how, teacher.bundle_hash, [c.recipe for c in made.candidates], after.n_bytes)
    folder = ctx.artifacts.workdir()
    write_bundle(
        folder, made.model, extras=_extras(ctx, teacher, rows, made, how, report, comparisons, falls), packing=packing
    )
    bundle_hash = ctx.artifacts.put(folder)
    golden = rows.development[:_GOLDEN_ROWS]
    restored = read_bundle(ctx.artifacts.path(bundle_hash), expected_hash=bundle_hash).model
    check_equal(small, restored, columns=rows.take(golden), n=len(golden), tolerance=_TOLERANCE)
    version, is_new = append_version(ctx, replace(teacher, bundle_hash=bundle_hash, plan_hash=plan_hash))
    note(ctx, "compared", to_plain(decision), why=f"version {version.version} made from {teacher.version} by {how}")
    note(
        ctx,
        "version_compacted",
        {"version": version.version, "teacher": teacher.version, "how": how, "before": before, "after": after},
    )
    return Compacted(
        version=version, teacher=teacher.version, how=how, is_new=is_new, before=before, after=after, report=report,
        decision=decision, comparisons=comparisons, falls=falls, trials=made.trials,
    )  # fmt: skip


def _with_teachers_word(report: Report, taught: Report, number: int) -> Report:
    """Add the teacher's checks and remarks, each said to be the teacher's: they were not made again for the small model."""
    checks = tuple((name, outcome, f"of version {number}: {detail}") for name, outcome, detail in taught.checks)
    notes = tuple(f"of version {number}: {said}" for said in taught.notes if said not in report.notes)
    return replace(report, checks=(*report.checks, *checks), notes=(*report.notes, *notes))


def _extras(
    ctx: Context,
    teacher: ModelVersion,
    rows: VersionRows,
    made: Made,
    how: str,
    report: Report,
    comparisons: Sequence[Comparison],
    falls: Sequence[RareFall],
) -> dict[str, bytes]:
    lineage = rows.lineage | {"made_from": {"version": teacher.version, "bundle_hash": teacher.bundle_hash, "how": how}}
    if made.candidates:
        lineage["candidates"] = [to_plain(c) for c in made.candidates]
    variant = {
        "format_version": 1,
        "how": how,
        "comparisons": to_plain(tuple(comparisons)),
        "falls": to_plain(tuple(falls)),
    }
    facts = (("model", f"version {teacher.version} by {how}"), ("snapshot", teacher.dataset_hash[:16]))
    folder = ctx.artifacts.path(teacher.bundle_hash)
    reference = read_extra(folder, "reference.json", expected_hash=teacher.bundle_hash)
    return {
        "report.json": report_json(report).encode(),
        "report.html": report_html(report, title=f"{ctx.task.name}: how good it is", facts=facts).encode(),
        "lineage.json": canonical_json(lineage).encode(),
        "reference.json": reference,
        "variant.json": canonical_json(variant).encode(),
    }
