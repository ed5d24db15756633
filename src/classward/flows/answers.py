"""How a version answers on the sealed rows: decisions, costs, sets, promises, and what its frame or folding hides."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from classward.domain import AnswerReport, BinaryFigure, DecisionRule, GateFigures
from classward.flows.context import Context
from classward.flows.decide import RuleMade
from classward.flows.portfolio import Portfolio
from classward.flows.snapshot import TrainingData
from classward.inference import Columns, Decider, OrderScaling, Proba, RestScaling
from classward.lifecycle.calibrate import binary_figures, measure_sets, recheck_promises, value_of_abstaining
from classward.lifecycle.evaluate import answer_report
from classward.statistics import measured_exact

__all__ = ["answer_notes", "answers_of"]


def answers_of(
    ctx: Context, data: TrainingData, found: Portfolio, decided: RuleMade, proba: Proba, columns: Columns
) -> AnswerReport:
    """Measure the answers of a model and its rule on the sealed rows."""
    y = data.y_index[data.folds.test]
    rule = found.model.rule or DecisionRule.plain(data.label_space)
    rng = np.random.default_rng(ctx.task.seed)
    made = answer_report(proba, y, rule, rng=rng)
    cost = ctx.task.decision.abstain_cost
    abstains = rule.abstain_costs or rule.abstain_below or rule.floors
    return replace(
        made,
        routing=value_of_abstaining(proba, y, rule, cost_per_row=cost) if cost is not None and abstains else None,
        sets=measure_sets(proba, y, rule) if rule.sets else None,
        proofs=decided.proofs,
        gates=_gates(decided, proba, y, rule),
        promises=recheck_promises(proba, y, rule, decided.promises) if decided.promises else (),
        questions=tuple(_questions(found, y, columns, rng)),
        n_fits=_n_fits(found),
        folded=data.folded if data.folded is not None and data.folded.folded else None,
    )


def answer_notes(answers: AnswerReport) -> tuple[str, ...]:
    """Sentences about what a reader must not overlook."""
    notes = [answers.folded.note] if answers.folded is not None else []
    if answers.sets is not None:
        notes.append(f"on the sealed rows, {answers.sets.remark}")
    rare = [c.class_name for c in answers.classes if c.is_rare]
    n_unknown = sum(c.n_unknown for c in answers.classes)
    if n_unknown and rare:
        of_rare = sum(c.n_unknown for c in answers.classes if c.is_rare)
        n_rare = sum(c.n for c in answers.classes if c.is_rare)
        notes.append(
            f"rare is not unknown: {of_rare:,} of {n_rare:,} rows of rare classes ({', '.join(rare[:8])}) got no answer, as "
            f"did {n_unknown - of_rare:,} of {answers.n - n_rare:,} other rows"
        )
    for level in answers.levels[:1]:
        lost = level.lost_by_flattening
        span = f" [{lost.interval.low:+.3f}, {lost.interval.high:+.3f}]" if lost.interval else ""
        notes.append(
            f"the declared hierarchy is flattened: {level.n_classes} parents are answered by one model over all classes; "
            f"answering by the most probable class instead of the most probable parent loses "
            f"{lost.value or 0.0:+.3f}{span} of accuracy at the level of parents (log loss there "
            f"{level.log_loss.value or 0.0:.3f})"
        )
    return tuple(notes)


def _gates(decided: RuleMade, proba: Proba, y: np.ndarray, rule: DecisionRule) -> tuple[GateFigures, ...]:
    answered = Decider(rule, proba.label_space).gated(proba)
    figures = []
    for proof in decided.gates:
        column = proba.label_space.index(proof.promise.class_name)
        mine, own = answered == column, y == column
        k = int((mine & own).sum())
        n_own = int(own.sum()) if proof.threshold is not None else 0
        precision, recall = measured_exact(k, int(mine.sum())), measured_exact(k, n_own)
        figures.append(GateFigures(proof=proof, precision=precision, recall=recall))
    return tuple(figures)


def _questions(found: Portfolio, y: np.ndarray, columns: Columns, rng: np.random.Generator) -> Iterator[BinaryFigure]:
    """Calibration of every binary model of the heaviest framed member, before its answers are put together."""
    framed = [m for m in found.model.members if isinstance(m.calibrator, RestScaling | OrderScaling)]
    if not framed:
        return
    member = max(framed, key=lambda m: m.weight)
    scaling = member.calibrator
    assert isinstance(scaling, RestScaling | OrderScaling)
    frame = "one-vs-rest" if isinstance(scaling, RestScaling) else "ordinal"
    yes = scaling.yes(member.models[0].logits(columns, len(y)))
    yield from binary_figures(frame, yes, y, found.model.label_space, rng=rng)


def _n_fits(found: Portfolio) -> int:
    """Models fitted for the members that answer, over all folds and on all rows."""
    n_folds = int(found.held_fold.max(initial=0)) + 1
    n_classes = len(found.model.label_space)
    total = 0
    for candidate in found.candidates:
        if candidate.weight:
            per_fit = {"": 1, "ordinal": n_classes - 1}.get(candidate.recipe.frame, n_classes)
            total += per_fit * (n_folds + (n_folds > 1))
    return total
