"""Two versions on the same labelled rows, leaving out every row that either was trained on."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import polars as pl

from classward.domain import (
    ABSTAINED,
    Comparison,
    Costs,
    Decision,
    PairedReport,
    Taxonomy,
    parse_time,
    to_plain,
)
from classward.errors import DataError, UnknownVersion, UsageError
from classward.flows.context import Context, note
from classward.flows.gate import replay_gate
from classward.flows.loop import replay_loop_decision
from classward.flows.metric import metric_by_name
from classward.flows.renamed import read_names
from classward.flows.rollout import replay_rollout
from classward.flows.sealed import check_not_worn_out, note_reading
from classward.flows.unseen import model_of, truth_of, unseen_rows
from classward.flows.versions import registry_state
from classward.inference import Decider, Model, Proba, cost_matrix
from classward.lifecycle.data import columns_of
from classward.lifecycle.evaluate import (
    Answers,
    HeldOut,
    answered,
    compare_rows,
    cuts_of,
    metric_change,
    paired_html,
    paired_report,
)
from classward.lifecycle.release import decide_replacement, replay_replacement

__all__ = ["CompareResult", "compare", "replay"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CompareResult:
    """The recorded decision, the figures per class, and how many rows were left out because a version had seen them."""

    decision: Decision
    comparisons: tuple[Comparison, ...]
    n_rows: int
    n_left_out: int
    paired: PairedReport

    def page(self) -> str:
        """The comparison as one page that needs nothing else."""
        return paired_html(self.paired, self.decision, n_left_out=self.n_left_out)


def compare(
    ctx: Context, live: int, candidate: int, *, alpha: float = 0.05, metrics: tuple[str, ...] = ()
) -> CompareResult:
    """Compare two versions on the candidate's sealed fold by paired exact tests; the reading is recorded.

    Rows (and, with a group column, groups) that the other version was trained or calibrated on are left out, since it
    would be judged on what it has seen. Costs are the task's, of the answers that each version's rule gives.

    Parameters
    ----------
    metrics : tuple of str
        Figures of your own to compare as well, as ``package.module:function``
        (:func:`~classward.flows.metric.metric_by_name`).

    Raises
    ------
    DataError
        CW245 if no row is left that neither version has seen.
    UsageError
        CW909 for a version against itself; CW354 for a metric that does not exist.
    Refused
        CW229 if the sealed rows were read too often and no nested cross-validation can judge in their place.
    """
    brought = [(name, metric_by_name(name)) for name in metrics]
    if live == candidate:
        raise UsageError(
            "CW909", "a version cannot be compared with itself", got=f"version {live} twice",
            fix="name the live version and another one; 'classward history' lists them",
        )  # fmt: skip
    state = registry_state(ctx.journal, ctx.task.name)
    old, new = state.stored_version(live), state.stored_version(candidate)
    rows, rows_hash, n_test = unseen_rows(ctx, old, new)
    taxonomy = state.taxonomy
    rows = _readable(read_names(rows, taxonomy, column=ctx.task.label), ctx.task.label, taxonomy)
    check_not_worn_out(ctx, rows_hash=rows_hash, dataset_hash=new.dataset_hash)
    note_reading(
        ctx, rows_hash=rows_hash, dataset_hash=new.dataset_hash, artifact_hash=new.bundle_hash,
        why=f"paired comparison of versions {live} and {candidate}",
    )  # fmt: skip
    sides = _Sides(ctx, rows, model_of(ctx, old), model_of(ctx, new), taxonomy)
    decision, comparisons = decide_replacement(
        compare_rows(sides.live, sides.candidate, sides.y_index), critical=sides.space.critical, alpha=alpha,
        decision_id=ctx.ids.new(), at=ctx.clock.now(), task=ctx.task.name,
    )  # fmt: skip
    note(ctx, "compared", to_plain(decision), why=f"version {candidate} against {live}: {decision.verdict}")
    rng = np.random.default_rng(ctx.task.seed)
    paired = paired_report(
        sides.live, sides.candidate, sides.y_index, comparisons, cost=sides.cost, rng=rng,
        names=(f"version {live}", f"version {candidate}"), answers=(sides.was, sides.now),
        cost_of="declared costs" if ctx.task.decision.costs else "errors", cuts=cuts_of(sides.held),
        metrics=[metric_change(name, metric, *sides.words, rng=rng) for name, metric in brought],
    )  # fmt: skip
    return CompareResult(
        decision=decision, comparisons=comparisons, n_rows=rows.height, n_left_out=n_test - rows.height, paired=paired
    )


class _Sides:
    """Both versions' answers for the same rows, in the candidate's label space as it is read today."""

    def __init__(self, ctx: Context, rows: pl.DataFrame, live: Model, candidate: Model, taxonomy: Taxonomy) -> None:
        self.taxonomy = taxonomy
        self.space, places = taxonomy.read_space(candidate.label_space)
        columns = columns_of(rows, candidate.schema)
        own = live.predict_proba(columns_of(rows, live.schema), rows.height)
        new = candidate.predict_proba(columns, rows.height)
        self.live = own.read_as(*taxonomy.read_space(own.label_space)).aligned_to(self.space)
        self.candidate = new.read_as(self.space, places)
        self.y_index = truth_of(rows, ctx.task.label, self.space)
        policy = ctx.task.decision
        self.cost = cost_matrix(
            Costs.named(self.space, policy.costs, off_diagonal=policy.cost_default), len(self.space)
        )
        self.held = HeldOut(self.candidate, self.y_index, columns, candidate.schema.features)
        abstain = policy.abstain_cost or 0.0
        self.was = self._answers(live, own, self.live, abstain)
        self.now = self._answers(candidate, new, self.candidate, abstain)
        truths = [self.space.names[i] for i in self.y_index.tolist()]
        self.words = (truths, self._words(live, own), self._words(candidate, new))

    def _answers(self, model: Model, own: Proba, aligned: Proba, abstain_cost: float) -> Answers:
        if model.rule is None or model.rule.is_plain:
            return answered(aligned, self.y_index, self.cost)
        decided = Decider(model.rule, own.label_space).decide(own)
        names = self._names(own)
        place = [self.space.index(n) if n in self.space else -1 for n in names]
        said = np.array(place, dtype=np.int64)[decided.predicted]
        said = np.where(said < 0, aligned.predicted, said)
        return answered(
            aligned, self.y_index, self.cost, predicted=said, is_abstained=decided.is_abstained,
            abstain_cost=abstain_cost,
        )  # fmt: skip

    def _names(self, own: Proba) -> list[str]:
        return [self.taxonomy.current(name) or name for name in own.label_space.names]

    def _words(self, model: Model, own: Proba) -> list[str]:
        names = self._names(own)
        if model.rule is None or model.rule.is_plain:
            read = own.read_as(*self.taxonomy.read_space(own.label_space))
            return [read.label_space.names[i] for i in read.predicted.tolist()]
        decided = Decider(model.rule, own.label_space).decide(own)
        pairs = zip(decided.predicted.tolist(), decided.is_abstained.tolist(), strict=True)
        return [ABSTAINED if gone else names[i] for i, gone in pairs]


def replay(ctx: Context, decision_id: str) -> tuple[Decision, bool]:
    """Decide a recorded decision again from its stored inputs; say whether the answer is the same.

    Raises
    ------
    UnknownVersion
        CW304 if no such decision is recorded.
    """
    for event in ctx.journal.events(task=ctx.task.name, kind="compared"):
        plain: dict[str, Any] = json.loads(event.payload)
        if plain["id"] == decision_id:
            for name in ("reasons", "missing"):
                plain[name] = tuple(plain[name])
            stored = Decision(**(plain | {"at": parse_time(plain["at"])}))
            return stored, replay_replacement(stored) == stored
    for event in ctx.journal.events(task=ctx.task.name, kind="rollout_judged"):
        plain = json.loads(event.payload)["decision"]
        if plain["id"] == decision_id:
            return replay_rollout(plain)
    for event in ctx.journal.events(task=ctx.task.name, kind="gate_judged"):
        plain = json.loads(event.payload)["decision"]
        if plain["id"] == decision_id:
            return replay_gate(plain)
    for event in ctx.journal.events(task=ctx.task.name, kind="loop_decided"):
        plain = json.loads(event.payload)["decision"]
        if plain["id"] == decision_id:
            return replay_loop_decision(plain)
    raise UnknownVersion(
        "CW304", f"no decision {decision_id!r} is recorded", fix="'classward history' lists decisions with their ids"
    )


def _readable(rows: pl.DataFrame, label: str, taxonomy: Taxonomy) -> pl.DataFrame:
    """Rows whose class can be told today; those of classes that were split count as left out."""
    kept = rows.filter(pl.col(label).is_not_null())
    if not kept.height:
        lost = taxonomy.unreadable(taxonomy.names)
        raise DataError(
            "CW245", "no unseen row has a class of today", got="; ".join(map(taxonomy.told, lost)),
            why="rows of a class that was split have no truth until they are labelled again", fix="train again, then compare",
        )  # fmt: skip
    return kept
